//! The NBD model of repeat buying: settings.

use super::fit::plain_settings;
use serde::{Deserialize, Serialize};

/// The NBD model of repeat buying: purchases come at random at a rate of each customer's own, and nobody leaves.
///
/// Rates follow a gamma distribution (r, α) over customers. It is the floor that models with leaving must beat, and the
/// right one for stable buyers over a short time.
///
/// # Errors
/// As [`BgNbd`](super::BgNbd).
///
/// # Complexity
/// As [`BgNbd`](super::BgNbd).
///
/// # Reference
/// Ehrenberg (1959), The pattern of consumer purchases, Applied Statistics 8(1).
///
/// # Example
/// ```
/// use crm_mining::{Fit, data::{Days, Summary}, insight::Nbd};
///
/// let x = vec![2.0, 1.0, 0.0, 0.0, 5.0, 0.0, 3.0, 1.0];
/// let recency = x.iter().map(|x| 40.0 * x).collect();
/// let summary = Summary::new(x, recency, vec![270.0; 8], vec![0.0; 8])?;
/// let buying = Nbd::default().fit(&summary)?;
/// let next_quarter = buying.expected_purchases(&summary, Days(90))?;
/// assert!(next_quarter[2] < 5.0 * 90.0 / 270.0 && next_quarter[2] > 0.0);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Nbd {
    /// Weight of r² + α², taken off the mean log-likelihood, with α in units of the greatest age. From 0; default 0.
    pub penalizer: f64,
    /// Newton steps allowed to each search. From 1; default 500.
    pub max_iterations: usize,
    /// A search has converged when another step is expected to raise the log-likelihood by less. Above 0;
    /// default 1e-9.
    pub tolerance: f64,
}

plain_settings! { Nbd }
