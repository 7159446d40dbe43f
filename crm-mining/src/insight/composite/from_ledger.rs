//! The figures that a ledger itself can tell.

use super::input::ValueInput;
use super::inputs::ValueInputs;
use crate::data::{Day, DayCell, Keys, Ledger};
use crate::error::{ErrorKind, Result, invalid_parameter};
use crate::math::{Exact, quantile};
use rayon::prelude::*;

/// Days of the windows of [`ValueInput::Retention`].
const WINDOW: u32 = 30;

impl ValueInputs {
    /// Retention, repeat rate, rhythm and returns of every customer with a purchase until `as_of`, as seen at
    /// its end.
    ///
    /// | input | missing when |
    /// |---|---|
    /// | retention | less than 30 days have passed since the first purchase |
    /// | repeat rate | never |
    /// | rhythm | there are fewer than three purchase days |
    /// | returns | nothing was paid |
    ///
    /// Returned money is that of days with returns only: what was returned on a day with a purchase is netted
    /// in the ledger.
    ///
    /// # Errors
    /// None that a ledger can cause; the signature is that of [`ValueInputs::with`].
    ///
    /// # Complexity
    /// O(d) for d customer days.
    pub fn from_ledger(ledger: &Ledger, as_of: Day) -> Result<ValueInputs> {
        let all: Vec<Option<Told>> = (0..ledger.customers().len())
            .into_par_iter()
            .with_min_len(1024)
            .map(|customer| Told::new(ledger, customer, as_of))
            .collect();
        let seen: Vec<u32> =
            (0u32..).zip(&all).filter(|(_, told)| told.is_some()).map(|(place, _)| place).collect();
        let told: Vec<Told> = all.into_iter().flatten().collect();
        let customers: Keys = ledger.customers().select(&seen);
        let column = |get: fn(&Told) -> Option<f64>| -> Vec<Option<f64>> { told.iter().map(get).collect() };
        ValueInputs::new(customers.clone())
            .with(ValueInput::Retention, &customers, &column(|told| told.retention))?
            .with(ValueInput::RepeatRate, &customers, &column(|told| Some(told.repeat_rate)))?
            .with(ValueInput::Rhythm, &customers, &column(|told| told.rhythm))?
            .with(ValueInput::Returns, &customers, &column(|told| told.returns))
    }
}

struct Told {
    retention: Option<f64>,
    repeat_rate: f64,
    rhythm: Option<f64>,
    returns: Option<f64>,
}

impl Told {
    /// `None` for a customer without a purchase until then.
    fn new(ledger: &Ledger, customer: usize, as_of: Day) -> Option<Told> {
        let days = ledger.days_until(customer, as_of);
        let purchases: Vec<&DayCell> = days.iter().filter(|cell| cell.orders > 0).collect();
        let first = purchases.first()?.day;
        let passed = as_of.since(first).unsigned_abs() / WINDOW;
        // The day of the first purchase is in no window.
        let mut windows: Vec<u32> = purchases
            .iter()
            .filter_map(|cell| Some(cell.day.since(first).unsigned_abs().checked_sub(1)? / WINDOW))
            .filter(|&window| window < passed)
            .collect();
        windows.dedup();
        let orders = f64::from(ledger.n_orders(customer, as_of).max(1));
        let paid: Exact = purchases.iter().map(|cell| cell.amount).sum();
        let returned: Exact = days.iter().filter(|cell| cell.orders == 0).map(|cell| -cell.amount).sum();
        Some(Told {
            retention: (passed > 0).then(|| windows.len() as f64 / f64::from(passed)),
            repeat_rate: (orders - 1.0) / orders,
            rhythm: rhythm(&purchases),
            returns: (paid > Exact::ZERO).then(|| returned.value().max(0.0) / paid.value()),
        })
    }
}

/// 1 / (1 + cv) of the gaps between purchase days, for two gaps or more.
fn rhythm(purchases: &[&DayCell]) -> Option<f64> {
    let gaps: Vec<f64> = purchases
        .windows(2)
        .filter_map(|pair| if let [a, b] = pair { Some(f64::from(b.day.since(a.day))) } else { None })
        .collect();
    let n = gaps.len() as f64;
    let mean = gaps.iter().sum::<f64>() / n;
    let variance = gaps.iter().map(|gap| (gap - mean) * (gap - mean)).sum::<f64>() / (n - 1.0);
    (gaps.len() > 1).then(|| 1.0 / (1.0 + variance.sqrt() / mean))
}

/// How much more the best of a customer's segment spend: the `best`-quantile of the values of the segment,
/// less the customer's own, and 0 for those who are beyond it. With 0.9, what the best tenth spend at least.
/// A proxy of what could still be won of a customer while nobody knows the purse.
///
/// # Errors
/// [`ErrorKind::LengthMismatch`]; [`ErrorKind::InvalidValue`], with its row, for a value that is not finite;
/// [`ErrorKind::InvalidParameter`] for a quantile outside 0 to 1.
///
/// ```
/// use crm_mining::insight::distance_to_best;
///
/// let distance = distance_to_best(&["a", "a", "a", "b"], &[10.0, 30.0, 70.0, 5.0], 0.5)?;
/// assert_eq!(distance, [20.0, 0.0, 0.0, 0.0]);
/// # Ok::<(), crm_mining::Error>(())
/// ```
pub fn distance_to_best<L: Ord>(segments: &[L], values: &[f64], best: f64) -> Result<Vec<f64>> {
    const OF: &str = "distance_to_best";
    if !(0.0..=1.0).contains(&best) {
        return invalid_parameter(OF, "best", "from 0 to 1", best);
    }
    if segments.len() != values.len() {
        let (a_len, b_len) = (segments.len(), values.len());
        return Err(ErrorKind::LengthMismatch { of: OF, a: "segments", a_len, b: "values", b_len }.into());
    }
    if let Some((row, value)) = values.iter().enumerate().find(|(_, value)| !value.is_finite()) {
        let (table, column) = (OF.to_owned(), "value".to_owned());
        let (must_be, got) = ("finite".to_owned(), value.to_string());
        return Err(ErrorKind::InvalidValue { table, column, row: row as u64 + 1, must_be, got }.into());
    }
    let mut order: Vec<(&L, f64, usize)> = segments
        .iter()
        .zip(values)
        .enumerate()
        .map(|(row, (segment, &value))| (segment, value, row))
        .collect();
    order.sort_unstable_by(|a, b| a.0.cmp(b.0).then(a.1.total_cmp(&b.1)));
    let mut distances = vec![0.0; values.len()];
    for segment in order.chunk_by(|a, b| a.0 == b.0) {
        let ascending: Vec<f64> = segment.iter().map(|&(_, value, _)| value).collect();
        let Some(bar) = quantile::linear(&ascending, best) else { continue };
        for &(_, value, row) in segment {
            distances.get_mut(row).into_iter().for_each(|place| *place = (bar - value).max(0.0));
        }
    }
    Ok(distances)
}
