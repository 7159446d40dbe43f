//! How long customers have been customers, and how regularly they return.

use crate::data::{Column, Day, Keys, Ledger, Table, ToTable};
use rayon::prelude::*;
use serde::Serialize;

/// Tenure and gaps between purchases, per customer and over all.
///
/// A gap is the time from one purchase day to the next; several orders on a day are one purchase day. The gap
/// since the last purchase has not ended and is not counted.
///
/// | column | meaning |
/// |---|---|
/// | first, last | first and last purchase day |
/// | tenure | days from the first purchase day to `as_of` |
/// | gaps | purchase days − 1 |
/// | mean, median, sd | of the gaps, in days; sd is that of a sample (n − 1) |
/// | cv | coefficient of variation, sd / mean: 0 for clockwork, about 1 for purchases at random |
///
/// Figures that a customer has too few gaps for are missing: one for mean and median, two for sd and cv.
/// Customers without a purchase until `as_of` are left out and counted.
///
/// # Complexity
/// O(d log d) for d customer days.
///
/// # Reference
/// R. D. Wheat and D. G. Morrison (1990), Estimating purchase regularity with two interpurchase times,
/// Journal of Marketing Research 27.
///
/// # Example
/// ```
/// use crm_mining::data::{Ledger, Transaction, Transactions};
/// use crm_mining::insight::PurchaseGaps;
///
/// let line = |customer, day: &str, order| -> crm_mining::Result<_> {
///     let time = day.parse::<crm_mining::data::Day>()?.start_micros();
///     Ok(Transaction { customer, time, order, item: "tea", quantity: 1.0, unit_price: 4.0 })
/// };
/// let orders = Transactions::from_rows([
///     line("ann", "2024-01-01", "1")?,
///     line("ann", "2024-01-11", "2")?,
///     line("ann", "2024-01-31", "3")?,
///     line("bob", "2024-01-15", "4")?,
/// ])?;
/// let gaps = PurchaseGaps::new(&Ledger::new(&orders), "2024-02-10".parse()?);
/// assert_eq!((gaps.tenure()[0], gaps.gaps()[0], gaps.mean()[0]), (40, 2, 15.0));
/// assert!(gaps.mean()[1].is_nan());
/// assert_eq!(gaps.overall().median, Some(15.0));
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct PurchaseGaps {
    customers: Keys,
    left_out: usize,
    as_of: Day,
    first: Vec<Day>,
    last: Vec<Day>,
    tenure: Vec<u32>,
    gaps: Vec<u32>,
    mean: Vec<f64>,
    median: Vec<f64>,
    sd: Vec<f64>,
    overall: GapSummary,
}

/// Gaps over all customers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct GapSummary {
    /// Customers with a purchase.
    pub customers: usize,
    /// Those of them with a gap.
    pub repeaters: usize,
    /// Gaps of all customers together.
    pub gaps: u64,
    /// Mean over all gaps, in days; `None` without a gap. Frequent buyers have many.
    pub mean: Option<f64>,
    /// Median over all gaps.
    pub median: Option<f64>,
    /// Standard deviation over all gaps (n − 1); `None` for fewer than two.
    pub sd: Option<f64>,
    /// Coefficient of variation over all gaps; mixes how customers differ with how irregular each is.
    pub cv: Option<f64>,
    /// How regularly customers return, apart from how they differ.
    pub regularity: Option<Regularity>,
}

/// Regularity by Wheat and Morrison.
///
/// If the gaps of a customer are gamma distributed with shape k, then M = T₁ / (T₁ + T₂) of two of them is
/// Beta(k, k), whatever the customer's rate: its variance about ½ is V = 1 / (4 (2k + 1)), so that k = (1 −
/// 4V) / (8V). M is taken of the last two gaps of every customer with at least two. k = 1 is purchases at
/// random, as the NBD family supposes; greater is more regular, smaller more clumped.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Regularity {
    /// The shape; infinite where all customers keep time exactly.
    pub k: f64,
    /// Its standard error, by the delta method; `None` for one customer, or an infinite k.
    pub standard_error: Option<f64>,
    /// Customers with two gaps.
    pub customers: usize,
}

/// Days from each purchase day to the next.
pub(super) fn gaps(ledger: &Ledger, customer: usize, as_of: Day) -> Vec<u32> {
    let mut purchases = ledger.days_until(customer, as_of).iter().filter(|cell| cell.orders > 0);
    let Some(first) = purchases.next() else { return Vec::new() };
    let mut last = first.day;
    purchases
        .map(|cell| {
            let gap = cell.day.since(last).unsigned_abs();
            last = cell.day;
            gap
        })
        .collect()
}

impl PurchaseGaps {
    /// Tenure and gaps as seen at the end of `as_of`.
    pub fn new(ledger: &Ledger, as_of: Day) -> PurchaseGaps {
        let n_customers = ledger.customers().len();
        let first_of = |customer: usize| {
            ledger.days_until(customer, as_of).iter().find(|cell| cell.orders > 0).map(|cell| cell.day)
        };
        let all: Vec<Option<(Day, Vec<u32>)>> = (0..n_customers)
            .into_par_iter()
            .with_min_len(1024)
            .map(|customer| Some((first_of(customer)?, gaps(ledger, customer, as_of))))
            .collect();
        let seen: Vec<u32> =
            (0u32..).zip(&all).filter(|(_, of)| of.is_some()).map(|(place, _)| place).collect();
        let all: Vec<(Day, Vec<u32>)> = all.into_iter().flatten().collect();
        let day_of = |number: u32| crate::data::Days(number.min(i32::MAX as u32) as i32);
        let (mut mean, mut median, mut sd) = (Vec::new(), Vec::new(), Vec::new());
        for (_, gaps) in &all {
            let of = Moments::of(gaps);
            mean.push(of.mean().unwrap_or(f64::NAN));
            sd.push(of.sd().unwrap_or(f64::NAN));
            median.push(median_of(gaps.clone()).unwrap_or(f64::NAN));
        }
        PurchaseGaps {
            customers: ledger.customers().select(&seen),
            left_out: n_customers - seen.len(),
            as_of,
            first: all.iter().map(|&(first, _)| first).collect(),
            last: all.iter().map(|(first, gaps)| *first + day_of(gaps.iter().sum())).collect(),
            tenure: all.iter().map(|&(first, _)| as_of.since(first).unsigned_abs()).collect(),
            gaps: all.iter().map(|(_, gaps)| gaps.len() as u32).collect(),
            mean,
            median,
            sd,
            overall: overall(all.iter().map(|(_, gaps)| &gaps[..])),
        }
    }

    /// The customers.
    pub fn customers(&self) -> &Keys {
        &self.customers
    }

    /// Customers of the ledger without a purchase until the day.
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// The day at whose end the customers were looked at.
    pub fn as_of(&self) -> Day {
        self.as_of
    }

    /// First purchase days.
    pub fn first(&self) -> &[Day] {
        &self.first
    }

    /// Last purchase days.
    pub fn last(&self) -> &[Day] {
        &self.last
    }

    /// Days since the first purchase day.
    pub fn tenure(&self) -> &[u32] {
        &self.tenure
    }

    /// Purchase days − 1.
    pub fn gaps(&self) -> &[u32] {
        &self.gaps
    }

    /// Mean gaps in days; NaN without one.
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// Median gaps; NaN without one.
    pub fn median(&self) -> &[f64] {
        &self.median
    }

    /// Standard deviations of the gaps; NaN for fewer than two.
    pub fn sd(&self) -> &[f64] {
        &self.sd
    }

    /// Coefficients of variation; NaN for fewer than two gaps.
    pub fn cv(&self) -> Vec<f64> {
        self.sd.iter().zip(&self.mean).map(|(sd, mean)| sd / mean).collect()
    }

    /// The figures over all customers.
    pub fn overall(&self) -> &GapSummary {
        &self.overall
    }
}

/// Sums of whole numbers, so that no order of theirs changes a figure.
#[derive(Debug, Clone, Copy, Default)]
struct Moments {
    n: u128,
    sum: u128,
    squares: u128,
}

impl Moments {
    fn of(gaps: &[u32]) -> Moments {
        gaps.iter().fold(Moments::default(), |moments, &gap| {
            let gap = u128::from(gap);
            Moments { n: moments.n + 1, sum: moments.sum + gap, squares: moments.squares + gap * gap }
        })
    }

    fn add(self, other: Moments) -> Moments {
        Moments { n: self.n + other.n, sum: self.sum + other.sum, squares: self.squares + other.squares }
    }

    fn mean(self) -> Option<f64> {
        (self.n > 0).then(|| self.sum as f64 / self.n as f64)
    }

    fn sd(self) -> Option<f64> {
        let spread = (self.n * self.squares).saturating_sub(self.sum * self.sum);
        (self.n > 1).then(|| (spread as f64 / (self.n * (self.n - 1)) as f64).sqrt())
    }
}

fn median_of(mut gaps: Vec<u32>) -> Option<f64> {
    let middle = gaps.len() / 2;
    let odd = gaps.len() % 2 == 1;
    if gaps.is_empty() {
        return None;
    }
    let (below, &mut above, _) = gaps.select_nth_unstable(middle);
    let below = if odd { above } else { below.iter().max().copied().unwrap_or(above) };
    Some((f64::from(below) + f64::from(above)) / 2.0)
}

fn overall<'a>(all: impl Iterator<Item = &'a [u32]> + Clone) -> GapSummary {
    let moments = all.clone().map(Moments::of).fold(Moments::default(), Moments::add);
    let (mean, sd) = (moments.mean(), moments.sd());
    GapSummary {
        customers: all.clone().count(),
        repeaters: all.clone().filter(|gaps| !gaps.is_empty()).count(),
        gaps: moments.n as u64,
        mean,
        median: median_of(all.clone().flatten().copied().collect()),
        sd,
        cv: sd.zip(mean).map(|(sd, mean)| sd / mean),
        regularity: regularity(all),
    }
}

fn regularity<'a>(all: impl Iterator<Item = &'a [u32]>) -> Option<Regularity> {
    let (mut customers, mut seconds, mut fourths) = (0usize, 0.0, 0.0);
    for gaps in all {
        if let [.., before, last] = gaps {
            let share = f64::from(*before) / (f64::from(*before) + f64::from(*last));
            let square = (share - 0.5) * (share - 0.5);
            customers += 1;
            seconds += square;
            fourths += square * square;
        }
    }
    let n = customers as f64;
    let variance = seconds / n;
    let k = (1.0 - 4.0 * variance) / (8.0 * variance);
    let of_variance = ((fourths / n - variance * variance) / n).max(0.0);
    let error = of_variance.sqrt() / (8.0 * variance * variance);
    (customers > 0).then(|| match variance > 0.0 {
        true => Regularity { k, standard_error: (customers > 1).then_some(error), customers },
        false => Regularity { k: f64::INFINITY, standard_error: None, customers },
    })
}

impl ToTable for PurchaseGaps {
    fn to_table(&self) -> Table {
        let days = |name: &str, days: &[Day]| {
            Column::times(name, days.iter().map(|day| day.start_micros()).collect())
        };
        let ints = |name: &str, values: &[u32]| {
            Column::ints(name, values.iter().map(|&value| i64::from(value)).collect())
        };
        Table::of(
            "gaps",
            vec![
                Column::keys("customer", &self.customers),
                days("first", &self.first),
                days("last", &self.last),
                ints("tenure", &self.tenure),
                ints("gaps", &self.gaps),
                Column::floats("mean", self.mean.clone()),
                Column::floats("median", self.median.clone()),
                Column::floats("sd", self.sd.clone()),
                Column::floats("cv", self.cv()),
            ],
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regularity_of_clockwork_chance_and_nothing() {
        let one = |gaps: &[&[u32]]| regularity(gaps.iter().copied());
        assert_eq!(one(&[&[7], &[]]), None);
        let clockwork = one(&[&[3, 7, 7], &[9, 9]]).unwrap();
        assert_eq!((clockwork.k, clockwork.standard_error, clockwork.customers), (f64::INFINITY, None, 2));
        // M is 1/4 and 3/4: V = 1/16, k = (3/4) / (1/2).
        let two = one(&[&[1, 3], &[30, 10]]).unwrap();
        assert_eq!((two.k, two.standard_error), (1.5, Some(0.0)));
        assert_eq!(median_of(vec![9, 1, 4, 3]), Some(3.5));
        assert_eq!(median_of(vec![9, 1, 4]), Some(4.0));
    }
}
