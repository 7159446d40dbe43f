//! How often a set must stand in the baskets to be called frequent.

use crate::error::{Result, invalid_parameter};
use serde::{Deserialize, Serialize};

/// How often items must stand together to be called frequent.
///
/// ```
/// use crm_mining::{Fit, data::Baskets, learn::{FpGrowth, Support}};
///
/// let baskets = Baskets::from_rows([vec!["tea", "milk"], vec!["tea"], vec!["milk"]]);
/// let in_two = FpGrowth { min_support: Support::Count(2), ..FpGrowth::default() }.fit(&baskets)?;
/// let in_half = FpGrowth { min_support: Support::Share(0.5), ..FpGrowth::default() }.fit(&baskets)?;
/// assert_eq!(in_two, in_half);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Support {
    /// In at least so many baskets; at least 1.
    Count(u32),
    /// In at least this share of all baskets, empty ones included; above 0 and at most 1. A share that is
    /// met exactly is met: `Share(0.3)` takes 237 of 790 baskets, `Share(441.0 / 88162.0)` takes 441 of
    /// 88,162.
    Share(f64),
}

impl Support {
    /// The smallest number of baskets that meets the support.
    pub(super) fn min_count(self, of: &'static str, n_baskets: u32) -> Result<u32> {
        match self {
            Support::Count(0) => invalid_parameter(of, "min_support", "at least 1 basket", 0),
            Support::Count(count) => Ok(count),
            Support::Share(share) if share > 0.0 && share <= 1.0 => Ok(smallest_count(share, n_baskets)),
            Support::Share(share) => {
                invalid_parameter(of, "min_support", "a share above 0 and at most 1", share)
            }
        }
    }
}

/// The smallest `c` of at least 1 with `c / n >= share`. The quotient of two integers is rounded once, to
/// the number that a caller who writes the same fraction or decimal gets; so what is equal compares equal.
/// (`ceil(share * n)` is not so: it makes 442 of 441 / 88,162.)
fn smallest_count(share: f64, n: u32) -> u32 {
    let mut count = (share * f64::from(n)).floor().max(2.0) as u32 - 1;
    while f64::from(count) / f64::from(n) < share && count < n {
        count += 1;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_met_exactly() {
        assert_eq!(smallest_count(441.0 / 88_162.0, 88_162), 441);
        assert_eq!(smallest_count(0.3, 790), 237);
        assert_eq!(smallest_count(0.01, 9_835), 99);
        assert_eq!((smallest_count(1e-12, 10), smallest_count(1.0, 10)), (1, 10));
        for n in (1..3_000).chain([4_294_967_290, 4_294_967_295]) {
            for count in [1, n / 3, n / 2, n - 1, n] {
                let count = count.max(1);
                assert_eq!(smallest_count(f64::from(count) / f64::from(n), n), count);
            }
        }
    }

    #[test]
    fn refused() {
        for share in [f64::NAN, 0.0, -0.1, 1.000_001, f64::INFINITY] {
            assert!(Support::Share(share).min_count("test", 10).is_err());
        }
        assert!(Support::Count(0).min_count("test", 10).is_err());
    }
}
