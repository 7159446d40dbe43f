//! Whether groups survive alike.
#![allow(clippy::indexing_slicing, reason = "places run below the number of groups, the width of all tables")]

use super::durations::Durations;
use super::newton::reduced;
use super::risk::walk;
use crate::error::{ErrorKind, Result};
use crate::math::tails::chi_square_above;
use serde::{Deserialize, Serialize};

/// The outcome of [`log_rank`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogRank {
    /// χ² distributed when the groups survive alike.
    pub statistic: f64,
    /// Degrees of freedom: the groups that meet others at risk, less one.
    pub degrees_of_freedom: usize,
    /// How likely groups that survive alike differ so much by chance.
    pub p_value: f64,
    /// Events observed in each group.
    pub observed: Vec<f64>,
    /// Events expected in each group if all survived alike.
    pub expected: Vec<f64>,
}

/// Tests whether two or more groups survive alike: at each event, the groups should have it in proportion to
/// those at risk.
///
/// Weights are taken as numbers of subjects.
///
/// # Errors
/// [`ErrorKind::NotEnoughData`] for fewer than two groups, no event, or groups that are never at risk together.
///
/// # Complexity
/// O(n log n + times · groups²) time.
///
/// # Reference
/// N. Mantel (1966), Evaluation of survival data and two new rank order statistics arising in its
/// consideration, Cancer Chemotherapy Reports 50. R. Peto, J. Peto (1972), JRSS A 135.
///
/// # Example
/// ```
/// use crm_mining::learn::{Durations, log_rank};
///
/// let all = Durations::new(vec![1.0, 2.0, 3.0, 8.0, 9.0, 9.0], vec![true, true, true, true, true, false])?;
/// let test = log_rank(&all.by_group(&[0, 0, 0, 1, 1, 1])?)?;
/// assert_eq!(test.degrees_of_freedom, 1);
/// assert!(test.p_value < 0.05);
/// # Ok::<(), crm_mining::Error>(())
/// ```
pub fn log_rank(groups: &[Durations]) -> Result<LogRank> {
    let few = |needed, unit, got| Err(ErrorKind::NotEnoughData { of: "log_rank", needed, unit, got }.into());
    if groups.len() < 2 {
        return few(2, "groups", groups.len());
    }
    let k = groups.len();
    let (mut observed, mut expected, mut variance) = (vec![0.0; k], vec![0.0; k], vec![0.0; k * k]);
    walk(groups, |steps| {
        let (n, d) = steps.iter().fold((0.0, 0.0), |(n, d), step| (n + step.at_risk, d + step.events));
        if d == 0.0 {
            return;
        }
        let spread = if n > 1.0 { d * f64::max(n - d, 0.0) / (n - 1.0) } else { 0.0 };
        for a in 0..k {
            let share = steps[a].at_risk / n;
            observed[a] += steps[a].events;
            expected[a] += d * share;
            for b in 0..k {
                let same = if a == b { 1.0 } else { 0.0 };
                variance[a * k + b] += spread * share * (same - steps[b].at_risk / n);
            }
        }
    });
    if observed.iter().sum::<f64>() == 0.0 {
        return few(1, "observed events", 0);
    }
    let surplus: Vec<f64> = observed.iter().zip(&expected).map(|(o, e)| o - e).collect();
    let (statistic, degrees) = reduced(&variance, &surplus);
    if degrees == 0 {
        return few(2, "groups at risk together", 1);
    }
    let p_value = chi_square_above(statistic, degrees);
    Ok(LogRank { statistic, degrees_of_freedom: degrees, p_value, observed, expected })
}
