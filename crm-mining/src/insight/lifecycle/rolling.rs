//! Retention by days since each customer's own first purchase.

use crate::data::{Column, Day, Days, Ledger, Table, ToTable};
use crate::error::{Result, invalid_parameter};
use crate::math::Exact;
use serde::{Deserialize, Serialize};

/// Rolling retention: of the customers whose k-th window of days since their first purchase has passed, the
/// share that bought in it.
///
/// Calendar cohorts ([`Cohorts`](super::Cohorts)) give a customer of the first of the month a whole month at
/// age 0 and one of the last a day; here everybody's windows are equally long. Window k covers the days after
/// (k − 1) · `every` and up to k · `every` since the day of the first purchase, which itself is in none. A
/// customer counts in a window only once its last day has come, so that late windows rest on the earlier
/// customers alone.
///
/// | setting | meaning | default |
/// |---|---|---|
/// | `every` | days of a window, 1 to 36,500 | 30 |
/// | `windows` | how many windows, 1 to 2,400 | 12 |
///
/// # Errors
/// `table`: a setting out of range.
///
/// # Complexity
/// O(d) for d customer days.
///
/// # Reference
/// For calendar and rolling windows beside each other see the retention insights of PostHog. The standard
/// error is that of a binomial share, √(p (1 − p) / n).
///
/// # Example
/// ```
/// use crm_mining::data::{Days, Ledger, Transaction, Transactions};
/// use crm_mining::insight::RollingRetention;
///
/// let line = |customer, day: &str, order| -> crm_mining::Result<_> {
///     let time = day.parse::<crm_mining::data::Day>()?.start_micros();
///     Ok(Transaction { customer, time, order, item: "tea", quantity: 1.0, unit_price: 4.0 })
/// };
/// let orders = Transactions::from_rows([
///     line("ann", "2024-01-01", "1")?,
///     line("ann", "2024-01-31", "2")?, // day 30
///     line("bob", "2024-01-15", "3")?, // 29 days before the end: his first window has not passed
///     line("cem", "2024-01-02", "4")?,
///     line("cem", "2024-02-13", "5")?, // day 42
/// ])?;
/// let ledger = Ledger::new(&orders);
/// let retention = RollingRetention::default().table(&ledger, ledger.last_day())?;
/// assert_eq!((retention.known()[0], retention.retained()[0]), (2, 1));
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RollingRetention {
    /// Days of a window.
    pub every: Days,
    /// How many windows.
    pub windows: u32,
}

impl Default for RollingRetention {
    fn default() -> Self {
        RollingRetention { every: Days(30), windows: 12 }
    }
}

impl RollingRetention {
    /// Sets [`RollingRetention::every`].
    pub fn every(mut self, days: Days) -> Self {
        self.every = days;
        self
    }

    /// Sets [`RollingRetention::windows`].
    pub fn windows(mut self, windows: u32) -> Self {
        self.windows = windows;
        self
    }

    /// Retention as seen at the end of `as_of`.
    ///
    /// # Errors
    /// [`InvalidParameter`](crate::ErrorKind::InvalidParameter).
    pub fn table(&self, ledger: &Ledger, as_of: Day) -> Result<RollingTable> {
        if !(1..=36_500).contains(&self.every.0) {
            return invalid_parameter("RollingRetention", "every", "from 1 to 36500 days", self.every.0);
        }
        if !(1..=2400).contains(&self.windows) {
            return invalid_parameter("RollingRetention", "windows", "from 1 to 2400", self.windows);
        }
        let (n_windows, every) = (self.windows as usize, self.every.0.unsigned_abs() as usize);
        let mut table = RollingTable {
            every: self.every,
            as_of,
            left_out: 0,
            known: vec![0; n_windows],
            retained: vec![0; n_windows],
            revenue: vec![0.0; n_windows],
        };
        let mut revenue = vec![Exact::ZERO; n_windows];
        for customer in 0..ledger.customers().len() {
            let days = ledger.days_until(customer, as_of);
            let Some(first) = days.iter().find(|cell| cell.orders > 0).map(|cell| cell.day) else {
                table.left_out += 1;
                continue;
            };
            let passed = (as_of.since(first).unsigned_abs() as usize / every).min(n_windows);
            table.known.iter_mut().take(passed).for_each(|known| *known += 1);
            let mut counted = None;
            for cell in days.iter().filter(|cell| cell.day > first) {
                let window = (cell.day.since(first).unsigned_abs() as usize - 1) / every;
                if window >= passed {
                    break;
                }
                if let Some(sum) = revenue.get_mut(window) {
                    *sum += cell.amount;
                }
                if cell.orders > 0
                    && counted != Some(window)
                    && let Some(retained) = table.retained.get_mut(window)
                {
                    counted = Some(window);
                    *retained += 1;
                }
            }
        }
        table.revenue = revenue.into_iter().map(Exact::value).collect();
        Ok(table)
    }
}

/// Retention by windows since the first purchase. Made by [`RollingRetention::table`].
#[derive(Debug, Clone, PartialEq)]
pub struct RollingTable {
    every: Days,
    as_of: Day,
    left_out: usize,
    known: Vec<u32>,
    retained: Vec<u32>,
    revenue: Vec<f64>,
}

impl RollingTable {
    /// Days of a window.
    pub fn every(&self) -> Days {
        self.every
    }

    /// The day at whose end the customers were looked at.
    pub fn as_of(&self) -> Day {
        self.as_of
    }

    /// Customers of the ledger without a purchase until the day.
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// Customers whose window has passed.
    pub fn known(&self) -> &[u32] {
        &self.known
    }

    /// Those of them with a purchase in it.
    pub fn retained(&self) -> &[u32] {
        &self.retained
    }

    /// Money paid less money returned by them in it.
    pub fn revenue(&self) -> &[f64] {
        &self.revenue
    }

    /// The share retained in each window, and its standard error; `None` where nobody's window has passed.
    pub fn retention(&self) -> Vec<Option<(f64, f64)>> {
        let share = |(&known, &retained): (&u32, &u32)| {
            let (n, share) = (f64::from(known), f64::from(retained) / f64::from(known));
            (known > 0).then(|| (share, (share * (1.0 - share) / n).sqrt()))
        };
        self.known.iter().zip(&self.retained).map(share).collect()
    }
}

impl ToTable for RollingTable {
    fn to_table(&self) -> Table {
        let ints = |values: &[u32]| values.iter().map(|&value| i64::from(value)).collect();
        let ends = (1..=self.known.len() as i64).map(|window| window * i64::from(self.every.0)).collect();
        let (retention, error) =
            self.retention().into_iter().map(|share| share.unwrap_or((f64::NAN, f64::NAN))).unzip();
        Table::of(
            "rolling_retention",
            vec![
                Column::ints("until_day", ends),
                Column::ints("known", ints(&self.known)),
                Column::ints("retained", ints(&self.retained)),
                Column::floats("retention", retention),
                Column::floats("standard_error", error),
                Column::floats("revenue", self.revenue.clone()),
            ],
        )
    }
}
