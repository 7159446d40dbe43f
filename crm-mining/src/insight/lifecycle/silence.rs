//! When a customer has been silent for long.

use super::gaps::gaps;
use crate::data::{Day, Ledger};
use crate::error::{ErrorKind, Result, invalid_parameter};
use crate::math::quantile;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// When a customer has been silent for long (at risk) and for too long (lost).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Silence {
    /// After more than so many days since the last purchase day, whoever the customer is.
    Days {
        /// At risk after more days than these.
        at_risk: u32,
        /// Lost after more days than these; not fewer than `at_risk`.
        lost: u32,
    },
    /// By the customer's own rhythm.
    ///
    /// The gap expected of a customer with n gaps between purchase days, which add up to s days, is (s + w m)
    /// / (n + w): the own mean, drawn towards the mean m of the mean gaps of all customers by as much as w =
    /// `prior_gaps` gaps of that length would. So a one-time buyer is expected to return as the others do,
    /// and one with many gaps as they always did.
    ///
    /// Every gap that ended in another purchase is then divided by what was expected of its customer. A
    /// silence, divided in the same way, is long when it exceeds the `at_risk`-quantile of those, and too
    /// long beyond the `lost`-quantile: only one of ten, or of a hundred, gaps that ended was relatively that
    /// long. Gaps that have not ended are not counted, so that the bounds are short where most of the
    /// customers buy rarely compared with the time looked at.
    Rhythm {
        /// At risk beyond this quantile of the ended gaps, 0 to 1. 0.9 is a good start.
        at_risk: f64,
        /// Lost beyond this quantile, `at_risk` to 1. 0.99 is a good start.
        lost: f64,
        /// How many gaps the mean of all customers counts for. Above 0, at most 10⁶; 1 is a good start.
        prior_gaps: f64,
    },
}

impl Silence {
    /// By the customer's own rhythm: beyond the 0.9- and 0.99-quantiles, with a prior of one gap.
    pub fn rhythm() -> Silence {
        Silence::Rhythm { at_risk: 0.9, lost: 0.99, prior_gaps: 1.0 }
    }

    pub(super) fn check(&self) -> Result<()> {
        const OF: &str = "Silence";
        match *self {
            Silence::Days { at_risk, lost } if lost < at_risk => {
                invalid_parameter(OF, "lost", format!("at least at_risk ({at_risk})"), lost)
            }
            Silence::Rhythm { at_risk, .. } if !(0.0..=1.0).contains(&at_risk) => {
                invalid_parameter(OF, "at_risk", "from 0 to 1", at_risk)
            }
            Silence::Rhythm { at_risk, lost, .. } if !(at_risk..=1.0).contains(&lost) => {
                invalid_parameter(OF, "lost", format!("from at_risk ({at_risk}) to 1"), lost)
            }
            Silence::Rhythm { prior_gaps, .. } if !(prior_gaps > 0.0 && prior_gaps <= 1e6) => {
                invalid_parameter(OF, "prior_gaps", "above 0, at most 1000000", prior_gaps)
            }
            _ => Ok(()),
        }
    }
}

/// How silent a customer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Silent {
    No,
    Long,
    TooLong,
}

/// The bounds of silence, found once for all customers.
#[derive(Debug, Clone, Copy)]
pub(super) enum Judge {
    Days { at_risk: f64, lost: f64 },
    Rhythm { at_risk: f64, lost: f64, prior_gaps: f64, mean_gap: f64 },
}

impl Judge {
    pub(super) fn new(silence: &Silence, ledger: &Ledger, as_of: Day) -> Result<Judge> {
        let (at_risk, lost, prior_gaps) = match *silence {
            Silence::Days { at_risk, lost } => {
                return Ok(Judge::Days { at_risk: f64::from(at_risk), lost: f64::from(lost) });
            }
            Silence::Rhythm { at_risk, lost, prior_gaps } => (at_risk, lost, prior_gaps),
        };
        let gaps: Vec<Vec<u32>> = (0..ledger.customers().len())
            .into_par_iter()
            .with_min_len(1024)
            .map(|customer| gaps(ledger, customer, as_of))
            .collect();
        let sums = || gaps.iter().filter(|gaps| !gaps.is_empty());
        let known = sums().count();
        if known == 0 {
            let (needed, unit) = (1, "customers with two purchase days, for a rhythm");
            return Err(ErrorKind::NotEnoughData { of: "Lifecycle", needed, unit, got: 0 }.into());
        }
        let sum = |gaps: &[u32]| f64::from(gaps.iter().sum::<u32>());
        let mean_gap = sums().map(|gaps| sum(gaps) / gaps.len() as f64).sum::<f64>() / known as f64;
        let mut ratios: Vec<f64> = sums()
            .flat_map(|gaps| {
                let expected = expected(sum(gaps), gaps.len() as f64, mean_gap, prior_gaps);
                gaps.iter().map(move |&gap| f64::from(gap) / expected)
            })
            .collect();
        ratios.par_sort_unstable_by(f64::total_cmp);
        let bound = |q| quantile::linear(&ratios, q).unwrap_or(f64::INFINITY);
        Ok(Judge::Rhythm { at_risk: bound(at_risk), lost: bound(lost), prior_gaps, mean_gap })
    }

    /// Days that a customer with these gaps is expected to be silent; NaN where days decide.
    pub(super) fn expected_gap(&self, gaps: u32, gap_days: u32) -> f64 {
        match *self {
            Judge::Days { .. } => f64::NAN,
            Judge::Rhythm { prior_gaps, mean_gap, .. } => {
                expected(f64::from(gap_days), f64::from(gaps), mean_gap, prior_gaps)
            }
        }
    }

    pub(super) fn of(&self, silence: f64, expected: f64) -> Silent {
        let (measure, at_risk, lost) = match *self {
            Judge::Days { at_risk, lost } => (silence, at_risk, lost),
            Judge::Rhythm { at_risk, lost, .. } => (silence / expected, at_risk, lost),
        };
        match measure {
            measure if measure > lost => Silent::TooLong,
            measure if measure > at_risk => Silent::Long,
            _ => Silent::No,
        }
    }
}

fn expected(sum: f64, n: f64, mean_gap: f64, prior_gaps: f64) -> f64 {
    (sum + prior_gaps * mean_gap) / (n + prior_gaps)
}
