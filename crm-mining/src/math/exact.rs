//! Sums of decimals that do not depend on the order of the summands.

use crate::error::{ErrorKind, Result};
use serde::{Deserialize, Serialize};
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub};

/// A sum of `f64` values, exact and so independent of their order: a fixed-point number of 128 bits,
/// 62 of them before the point and 64 after it.
///
/// Floating-point addition is not associative, so two partial sums of one column add up to another last
/// digit than the whole. Partial [`Ledger`](crate::data::Ledger)s must merge to the very ledger of all
/// rows, hence this type. Every `f64` between 2⁻¹¹ and 2⁶² in size enters without rounding, smaller ones
/// to the nearest 2⁻⁶⁴ (5·10⁻²⁰).
///
/// ```
/// use crm_mining::math::Exact;
///
/// let (a, b) = (Exact::new(0.1)?, Exact::new(0.2)?);
/// let c = Exact::new(1e15)?;
/// assert_eq!((a + b) + c, a + (b + c));
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Exact(i128);

const SCALE: f64 = 18_446_744_073_709_551_616.0; // 2^64
const LIMIT: f64 = 1_152_921_504_606_846_976.0; // 2^60: eight such values still fit

impl Exact {
    /// No sum of sizes may be larger: 2⁶².
    pub(crate) const LARGEST_SUM: f64 = 4.0 * LIMIT;

    /// Zero.
    pub const ZERO: Exact = Exact(0);

    /// The value as an exact number.
    ///
    /// # Errors
    /// [`ErrorKind::Overflow`] when it is not finite or not below 2⁶⁰ in size.
    #[inline]
    pub fn new(value: f64) -> Result<Exact> {
        if value.abs() < LIMIT {
            Ok(Exact((value * SCALE).round_ties_even() as i128))
        } else {
            Err(ErrorKind::Overflow { of: "exact sum", got: value, limit: LIMIT }.into())
        }
    }

    /// The nearest `f64`.
    #[inline]
    pub fn value(self) -> f64 {
        self.0 as f64 / SCALE
    }

    /// The sum, or an error when it leaves the range.
    ///
    /// # Errors
    /// [`ErrorKind::Overflow`].
    #[inline]
    pub fn checked_add(self, other: Exact) -> Result<Exact> {
        match self.0.checked_add(other.0) {
            Some(sum) if sum.unsigned_abs() < 1 << 126 => Ok(Exact(sum)),
            _ => Err(ErrorKind::Overflow {
                of: "exact sum",
                got: self.value() + other.value(),
                limit: 4.0 * LIMIT,
            }
            .into()),
        }
    }
}

impl Add for Exact {
    type Output = Exact;
    #[inline]
    fn add(self, other: Exact) -> Exact {
        Exact(self.0.saturating_add(other.0))
    }
}

impl Sub for Exact {
    type Output = Exact;
    #[inline]
    fn sub(self, other: Exact) -> Exact {
        Exact(self.0.saturating_sub(other.0))
    }
}

impl Neg for Exact {
    type Output = Exact;
    fn neg(self) -> Exact {
        Exact(self.0.saturating_neg())
    }
}

impl AddAssign for Exact {
    #[inline]
    fn add_assign(&mut self, other: Exact) {
        *self = *self + other;
    }
}

impl Sum for Exact {
    fn sum<I: Iterator<Item = Exact>>(values: I) -> Exact {
        values.fold(Exact::ZERO, Add::add)
    }
}

impl std::fmt::Debug for Exact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.value())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_ordinary_money_exactly() {
        for value in [0.0, -0.01, 2.55, 8_104_362.49, 1e15 + 0.125, 77_183.6] {
            assert_eq!(Exact::new(value).unwrap().value(), value);
        }
    }

    #[test]
    fn refuses_what_it_cannot_hold() {
        for value in [f64::NAN, f64::INFINITY, 1e200, -2e18] {
            assert!(matches!(Exact::new(value).unwrap_err().kind(), ErrorKind::Overflow { .. }));
        }
        let mut sum = Exact::new(1e18).unwrap();
        for _ in 0..2 {
            sum = sum.checked_add(Exact::new(1e18).unwrap()).unwrap();
        }
        let full = (0..8).try_fold(Exact::ZERO, |sum, _| sum.checked_add(Exact::new(1e18).unwrap()));
        assert!(full.is_err());
    }
}
