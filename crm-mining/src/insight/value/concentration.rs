//! How much of the revenue comes from how few customers.

use super::tiers::exact_values;
use crate::data::{Column, Table, ToTable};
use crate::error::{ErrorKind, Result, invalid_parameter};
use crate::math::Exact;

/// The Pareto curve of values such as spend, and the Gini coefficient: how much of the total comes from how
/// few.
///
/// Customers are put in order, the greatest value first; the curve runs from (0, 0) to (1, 1) through the
/// share of customers and the share of the total that they bring, with straight lines between. The 80/20 rule
/// holds when `share_of_top(0.2)` is 0.8. Negative values (more returned than paid) stand at the end and
/// bring the curve above 1 before it falls back. Where the total is 0 or below, shares of it mean nothing and
/// are `None`.
///
/// The Gini coefficient is Σᵢ Σⱼ |xᵢ − xⱼ| / (2 n Σᵢ |xᵢ|). Without negative values it is the usual one; with
/// them it keeps to the range from 0 to 1 − 1/n, where the usual one passes 1 or, with a total of 0, is
/// undefined (Raffinetti, Siletti and Vernizzi 2015). Where all values are 0 nobody has more than another,
/// and it is 0.
///
/// # Errors
/// `new`: no value; a value that is not finite, with its row.
///
/// # Complexity
/// A sort.
///
/// # Reference
/// M. O. Lorenz (1905), Methods of measuring the concentration of wealth; E. Raffinetti, E. Siletti and A.
/// Vernizzi (2015), On the Gini coefficient normalization when attributes with negative values are
/// considered, Statistical Methods & Applications 24.
///
/// # Example
/// ```
/// use crm_mining::insight::Concentration;
///
/// let spend = Concentration::new(&[80.0, 5.0, 5.0, 5.0, 5.0])?;
/// assert_eq!(spend.share_of_top(0.2)?, Some(0.8));
/// assert_eq!(spend.customers_for(0.8)?, Some(0.2));
/// assert!((spend.gini() - 0.6).abs() < 1e-15);
/// assert_eq!(Concentration::new(&[7.0; 4])?.gini(), 0.0);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Concentration {
    /// What the best so many bring together; the first is nobody's.
    running: Vec<f64>,
    gini: f64,
}

impl Concentration {
    /// The concentration of these values.
    ///
    /// # Errors
    /// [`ErrorKind::NotEnoughData`]; [`ErrorKind::InvalidValue`].
    pub fn new(values: &[f64]) -> Result<Concentration> {
        let mut exact = exact_values("Concentration", values)?;
        if exact.is_empty() {
            let (of, needed, unit) = ("Concentration", 1, "values");
            return Err(ErrorKind::NotEnoughData { of, needed, unit, got: 0 }.into());
        }
        exact.sort_unstable_by(|a, b| b.cmp(a));
        let mut sum = Exact::ZERO;
        let mut running = vec![0.0];
        for &value in &exact {
            sum = sum.checked_add(value)?;
            running.push(sum.value());
        }
        Ok(Concentration { running, gini: gini(&exact) })
    }

    /// How many values.
    pub fn n(&self) -> usize {
        self.running.len() - 1
    }

    /// All values together.
    pub fn total(&self) -> f64 {
        self.running.last().copied().unwrap_or(0.0)
    }

    /// The Gini coefficient, from 0 (all equal) to 1 − 1/n (one has all).
    pub fn gini(&self) -> f64 {
        self.gini
    }

    /// The share of the total that this share of the customers brings, the best first; `None` where the total
    /// is not above 0.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameter`] for a share outside 0 to 1.
    pub fn share_of_top(&self, customers: f64) -> Result<Option<f64>> {
        if !(0.0..=1.0).contains(&customers) {
            return invalid_parameter("Concentration::share_of_top", "customers", "from 0 to 1", customers);
        }
        Ok(self.share_at(customers))
    }

    fn share_at(&self, customers: f64) -> Option<f64> {
        let place = customers * self.n() as f64;
        let below = self.running.get(place.floor() as usize)?;
        let above = self.running.get(place.ceil() as usize)?;
        let total = self.total();
        (total > 0.0).then(|| (below + (above - below) * place.fract()) / total)
    }

    /// The least share of the customers, the best first, that brings this share of the total; `None` where
    /// the total is not above 0.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameter`] for a share outside 0 to 1.
    pub fn customers_for(&self, share: f64) -> Result<Option<f64>> {
        if !(0.0..=1.0).contains(&share) {
            return invalid_parameter("Concentration::customers_for", "share", "from 0 to 1", share);
        }
        let total = self.total();
        if total <= 0.0 {
            return Ok(None);
        }
        let target = share * total;
        // The curve rises until values are negative, and by then it has passed the total.
        let after = self.running.iter().position(|&sum| sum >= target).unwrap_or(self.n());
        let at = |place: usize| self.running.get(place).copied().unwrap_or(0.0);
        let Some(before) = after.checked_sub(1) else { return Ok(Some(0.0)) };
        let part = (target - at(before)) / (at(after) - at(before));
        Ok(Some((before as f64 + part) / self.n() as f64))
    }
}

/// Σᵢ (2i − n − 1) x₍ᵢ₎ / (n Σ |x|) over values in ascending order, from values in descending order.
fn gini(descending: &[Exact]) -> f64 {
    let n = descending.len() as f64;
    let size: f64 = descending.iter().map(|value| value.value().abs()).sum();
    let Some(&least) = descending.last() else { return 0.0 };
    if size == 0.0 {
        return 0.0;
    }
    // The weights add up to 0, so that all may be counted from the least: equal values then give 0 exactly.
    let weighted: f64 = descending
        .iter()
        .enumerate()
        .map(|(place, &value)| (n - 1.0 - 2.0 * place as f64) * (value - least).value())
        .sum();
    (weighted / (n * size)).clamp(0.0, 1.0)
}

impl ToTable for Concentration {
    /// The curve at every hundredth of the customers; shares are missing where the total is not above 0.
    fn to_table(&self) -> Table {
        let customers: Vec<f64> = (0..=100).map(|percent| f64::from(percent) / 100.0).collect();
        let share = |&customers: &f64| self.share_at(customers).unwrap_or(f64::NAN);
        let shares = customers.iter().map(share).collect();
        Table::of(
            "concentration",
            vec![Column::floats("customers", customers), Column::floats("share", shares)],
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negative_and_empty_totals() {
        let gone = Concentration::new(&[-5.0, 5.0]).unwrap();
        assert_eq!((gone.total(), gone.gini()), (0.0, 0.5));
        assert_eq!((gone.share_of_top(0.5).unwrap(), gone.customers_for(0.8).unwrap()), (None, None));
        let back = Concentration::new(&[-5.0, 5.0, 10.0]).unwrap();
        assert_eq!(back.share_of_top(2.0 / 3.0).unwrap(), Some(1.5));
        assert_eq!(back.customers_for(1.0).unwrap(), Some(1.0 / 3.0));
        assert_eq!(Concentration::new(&[0.0; 3]).unwrap().gini(), 0.0);
        assert!(Concentration::new(&[]).is_err());
        let error = Concentration::new(&[1.0, f64::INFINITY]).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::InvalidValue { row: 2, .. }));
    }
}
