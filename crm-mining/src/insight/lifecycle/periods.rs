//! Period on period: what each month was beside the one before, and beside the same a year ago.

use super::calendar::{Period, Periods};
use crate::data::{Column, Day, Ledger, Table, ToTable};
use crate::error::Result;
use crate::math::Exact;
use serde::{Deserialize, Serialize};

/// Revenue, orders and customers of every period of the calendar, each beside the one before (month on month)
/// and beside the same a year ago (year on year).
///
/// | column | meaning |
/// |---|---|
/// | customers | those with a purchase in the period |
/// | new_customers | those of them whose first purchase it was |
/// | orders | distinct orders that began in the period |
/// | units, revenue | bought less returned, paid less returned |
/// | change, growth | of revenue against the period before: difference, and difference ÷ revenue before |
/// | year_change, year_growth | the same against 52 weeks, 12 months, 4 quarters or 1 year before |
/// | complete | false for the period in progress at the end of `as_of` |
///
/// Growth is missing where there is no earlier period, where its revenue is not above 0, and for the period
/// in progress, which would be compared with a whole one. Periods run from that of the first line to that of
/// `as_of`; those without a line are there, with zeros. If the records begin within the first period, it is
/// shorter than it looks.
///
/// | setting | meaning | default |
/// |---|---|---|
/// | `period` | week, month, quarter or year | month |
///
/// # Errors
/// `table`: more than 2,400 periods, which wrong dates cause.
///
/// # Complexity
/// O(d log p) for d customer days and p periods; customers whose orders lie on several days are counted anew
/// for each period.
///
/// # Example
/// ```
/// use crm_mining::data::{Ledger, Transaction, Transactions};
/// use crm_mining::insight::PeriodOnPeriod;
///
/// let line = |customer, day: &str, order, unit_price| -> crm_mining::Result<_> {
///     let time = day.parse::<crm_mining::data::Day>()?.start_micros();
///     Ok(Transaction { customer, time, order, item: "tea", quantity: 1.0, unit_price })
/// };
/// let orders = Transactions::from_rows([
///     line("ann", "2024-01-30", "1", 20.0)?,
///     line("ann", "2024-02-02", "2", 35.0)?,
///     line("bob", "2024-01-15", "3", 5.0)?,
/// ])?;
/// let months = PeriodOnPeriod::default().table(&Ledger::new(&orders), "2024-02-29".parse()?)?;
/// let february = &months.periods()[1];
/// assert_eq!((february.customers, february.new_customers, february.revenue), (1, 0, 35.0));
/// assert_eq!((months.growth(1), months.year_growth(1)), (Some(0.4), None));
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PeriodOnPeriod {
    /// The period of the calendar.
    pub period: Period,
}

impl Default for PeriodOnPeriod {
    fn default() -> Self {
        PeriodOnPeriod { period: Period::Month }
    }
}

impl PeriodOnPeriod {
    /// By this period.
    pub fn by(period: Period) -> PeriodOnPeriod {
        PeriodOnPeriod { period }
    }

    /// The periods as seen at the end of `as_of`.
    ///
    /// # Errors
    /// [`LimitExceeded`](crate::ErrorKind::LimitExceeded) for more than 2,400 periods.
    pub fn table(&self, ledger: &Ledger, as_of: Day) -> Result<PeriodTable> {
        let n_customers = ledger.customers().len();
        let first = (0..n_customers).filter_map(|c| ledger.days(c).first().map(|cell| cell.day)).min();
        let periods = Periods::new("PeriodOnPeriod", self.period, first, as_of)?;
        let position = |day: Day| periods.position(day);
        let mut sums = vec![Sums::default(); periods.len()];
        for customer in 0..n_customers {
            let days = ledger.days_until(customer, as_of);
            let (mut is_new, mut before) = (true, 0);
            // Counting anew for every period is needed only where an order lies on several days.
            let by_day = days.iter().map(|cell| cell.orders).sum::<u32>() == ledger.n_orders(customer, as_of);
            for days in days.chunk_by(|a, b| position(a.day) == position(b.day)) {
                let Some(last) = days.last() else { continue };
                let Some(sum) = position(last.day).and_then(|position| sums.get_mut(position)) else {
                    continue;
                };
                sum.units += days.iter().map(|cell| cell.units).sum();
                sum.revenue += days.iter().map(|cell| cell.amount).sum();
                let orders: u32 = days.iter().map(|cell| cell.orders).sum();
                if orders == 0 {
                    continue;
                }
                let until = if by_day { before + orders } else { ledger.n_orders(customer, last.day) };
                sum.orders += u64::from(until - before);
                before = until;
                sum.customers += 1;
                sum.new_customers += u32::from(is_new);
                is_new = false;
            }
        }
        let period = |(position, sum): (usize, Sums)| PeriodFigures {
            name: periods.name(position),
            start: periods.start(position),
            complete: periods.complete(position),
            customers: sum.customers,
            new_customers: sum.new_customers,
            orders: sum.orders,
            units: sum.units.value(),
            revenue: sum.revenue.value(),
        };
        Ok(PeriodTable {
            period: self.period,
            as_of,
            periods: sums.into_iter().enumerate().map(period).collect(),
        })
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    customers: u32,
    new_customers: u32,
    orders: u64,
    units: Exact,
    revenue: Exact,
}

/// The figures of one period of the calendar.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PeriodFigures {
    /// What it is called, such as `2024-03`.
    pub name: String,
    /// Its first day.
    pub start: Day,
    /// Whether its last day had come.
    pub complete: bool,
    /// Customers with a purchase.
    pub customers: u32,
    /// Those of them whose first purchase it was.
    pub new_customers: u32,
    /// Distinct orders that began in it.
    pub orders: u64,
    /// Units bought less units returned.
    pub units: f64,
    /// Money paid less money returned.
    pub revenue: f64,
}

/// The periods in order. Made by [`PeriodOnPeriod::table`].
#[derive(Debug, Clone, PartialEq)]
pub struct PeriodTable {
    period: Period,
    as_of: Day,
    periods: Vec<PeriodFigures>,
}

impl PeriodTable {
    /// The period of the calendar.
    pub fn period(&self) -> Period {
        self.period
    }

    /// The day at whose end the ledger was looked at.
    pub fn as_of(&self) -> Day {
        self.as_of
    }

    /// The periods, the oldest first.
    pub fn periods(&self) -> &[PeriodFigures] {
        &self.periods
    }

    /// Growth of revenue against the period before, 0.1 for ten percent; `None` where it is undefined.
    pub fn growth(&self, position: usize) -> Option<f64> {
        self.growth_since(position, 1)
    }

    /// Growth of revenue against the same period a year ago; `None` where it is undefined.
    pub fn year_growth(&self, position: usize) -> Option<f64> {
        self.growth_since(position, self.period.per_year())
    }

    fn change_since(&self, position: usize, back: usize) -> Option<f64> {
        let now = self.periods.get(position).filter(|period| period.complete)?;
        Some(now.revenue - self.periods.get(position.checked_sub(back)?)?.revenue)
    }

    fn growth_since(&self, position: usize, back: usize) -> Option<f64> {
        let base = self.periods.get(position.checked_sub(back)?)?.revenue;
        let change = self.change_since(position, back)?;
        (base > 0.0).then(|| change / base)
    }
}

impl ToTable for PeriodTable {
    fn to_table(&self) -> Table {
        let ints = |name: &str, get: fn(&PeriodFigures) -> i64| {
            Column::ints(name, self.periods.iter().map(get).collect())
        };
        let floats = |name: &str, get: fn(&PeriodFigures) -> f64| {
            Column::floats(name, self.periods.iter().map(get).collect())
        };
        let shares = |name: &str, get: &dyn Fn(usize) -> Option<f64>| {
            let values = (0..self.periods.len()).map(|position| get(position).unwrap_or(f64::NAN));
            Column::floats(name, values.collect())
        };
        let year = self.period.per_year();
        Table::of(
            "periods",
            vec![
                Column::text("period", self.periods.iter().map(|period| Some(&period.name))),
                Column::times(
                    "start",
                    self.periods.iter().map(|period| period.start.start_micros()).collect(),
                ),
                ints("customers", |period| i64::from(period.customers)),
                ints("new_customers", |period| i64::from(period.new_customers)),
                ints("orders", |period| period.orders as i64),
                floats("units", |period| period.units),
                floats("revenue", |period| period.revenue),
                shares("change", &|position| self.change_since(position, 1)),
                shares("growth", &|position| self.growth(position)),
                shares("year_change", &|position| self.change_since(position, year)),
                shares("year_growth", &|position| self.year_growth(position)),
                Column::bools("complete", self.periods.iter().map(|period| period.complete)),
            ],
        )
    }
}
