//! How many customers of each beginning are still buying, and for how much.

use super::calendar::{Period, Periods};
use crate::data::{Column, Day, Ledger, Table, ToTable};
use crate::error::Result;
use crate::math::Exact;
use serde::{Deserialize, Serialize};

/// Cohort tables: customers grouped by the period of the calendar in which they first bought, and for each
/// period since then how many of them bought, and the money they left.
///
/// | cell | meaning |
/// |---|---|
/// | age | periods since that of the first purchase, which is age 0 |
/// | customers | those of the cohort with a purchase in the period |
/// | retention | customers ÷ size of the cohort |
/// | revenue | money paid less money returned by the cohort in the period |
/// | complete | false for the period in progress at the end of `as_of`, whose figures will still grow |
///
/// A day of returns only is no purchase; its money counts. Money returned in a period before that of the
/// first purchase, and by customers who never bought, is in no cell: [`CohortTable::outside`] holds it, so
/// that cells and it add up to the revenue of the ledger. Retention may rise again: a customer who pauses is
/// not gone.
///
/// | setting | meaning | default |
/// |---|---|---|
/// | `period` | week, month, quarter or year | month |
///
/// # Errors
/// `table`: more than 2,400 periods, which wrong dates cause.
///
/// # Complexity
/// O(d log p) for d customer days and p periods.
///
/// # Reference
/// P. S. Fader and B. G. S. Hardie (2007), How to project customer retention, Journal of Interactive
/// Marketing 21, on what such tables show and hide.
///
/// # Example
/// ```
/// use crm_mining::data::{Ledger, Transaction, Transactions};
/// use crm_mining::insight::Cohorts;
///
/// let line = |customer, day: &str, order, unit_price| -> crm_mining::Result<_> {
///     let time = day.parse::<crm_mining::data::Day>()?.start_micros();
///     Ok(Transaction { customer, time, order, item: "tea", quantity: 1.0, unit_price })
/// };
/// let orders = Transactions::from_rows([
///     line("ann", "2024-01-30", "1", 20.0)?,
///     line("ann", "2024-03-02", "2", 35.0)?,
///     line("bob", "2024-01-15", "3", 9.0)?,
/// ])?;
/// let ledger = Ledger::new(&orders);
/// let cohorts = Cohorts::default().table(&ledger, ledger.last_day())?;
/// let january = &cohorts.cohorts()[0];
/// assert_eq!((january.name.as_str(), &january.customers[..]), ("2024-01", &[2, 0, 1][..]));
/// assert_eq!((january.retention(2), january.revenue[2]), (Some(0.5), 35.0));
/// assert!(!cohorts.last_complete()); // March has only begun
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Cohorts {
    /// The period of the calendar.
    pub period: Period,
}

impl Default for Cohorts {
    fn default() -> Self {
        Cohorts { period: Period::Month }
    }
}

impl Cohorts {
    /// By this period.
    pub fn by(period: Period) -> Cohorts {
        Cohorts { period }
    }

    /// The cohorts as seen at the end of `as_of`.
    ///
    /// # Errors
    /// [`LimitExceeded`](crate::ErrorKind::LimitExceeded) for more than 2,400 periods.
    pub fn table(&self, ledger: &Ledger, as_of: Day) -> Result<CohortTable> {
        let n_customers = ledger.customers().len();
        let first_of = |customer: usize| {
            ledger.days_until(customer, as_of).iter().find(|cell| cell.orders > 0).map(|cell| cell.day)
        };
        let first = (0..n_customers).filter_map(first_of).min();
        let periods = Periods::new("Cohorts", self.period, first, as_of)?;
        let mut cells: Vec<Vec<Cell>> = vec![Vec::new(); periods.len()];
        let (mut left_out, mut outside) = (0, Exact::ZERO);
        for customer in 0..n_customers {
            let days = ledger.days_until(customer, as_of);
            let birth = first_of(customer).and_then(|first| periods.position(first));
            let Some((birth, cohort)) = birth.and_then(|birth| Some((birth, cells.get_mut(birth)?))) else {
                left_out += 1;
                outside += days.iter().map(|cell| cell.amount).sum();
                continue;
            };
            if cohort.is_empty() {
                cohort.resize(periods.len() - birth, Cell::default());
            }
            let mut counted = None;
            for day in days {
                let age = periods.position(day.day).and_then(|position| position.checked_sub(birth));
                let Some((age, cell)) = age.and_then(|age| Some((age, cohort.get_mut(age)?))) else {
                    outside += day.amount;
                    continue;
                };
                cell.revenue += day.amount;
                if day.orders > 0 && counted != Some(age) {
                    counted = Some(age);
                    cell.customers += 1;
                }
            }
        }
        let cohort = |(position, cells): (usize, Vec<Cell>)| Cohort {
            name: periods.name(position),
            start: periods.start(position),
            customers: cells.iter().map(|cell| cell.customers).collect(),
            revenue: cells.iter().map(|cell| cell.revenue.value()).collect(),
        };
        Ok(CohortTable {
            period: self.period,
            as_of,
            last_complete: periods.len().checked_sub(1).is_none_or(|last| periods.complete(last)),
            left_out,
            outside: outside.value(),
            cohorts: cells
                .into_iter()
                .enumerate()
                .filter(|(_, cells)| !cells.is_empty())
                .map(cohort)
                .collect(),
        })
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    customers: u32,
    revenue: Exact,
}

/// Customers who first bought in one period.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cohort {
    /// The period, such as `2024-03`.
    pub name: String,
    /// Its first day.
    pub start: Day,
    /// Customers who bought in each period from this one on; the first is the size of the cohort.
    pub customers: Vec<u32>,
    /// Money paid less money returned in each period.
    pub revenue: Vec<f64>,
}

impl Cohort {
    /// How many customers.
    pub fn size(&self) -> u32 {
        self.customers.first().copied().unwrap_or(0)
    }

    /// The share of the customers who bought at this age; `None` for an age not reached.
    pub fn retention(&self, age: usize) -> Option<f64> {
        Some(f64::from(*self.customers.get(age)?) / f64::from(self.size()))
    }
}

/// Retention and revenue by cohort and age. Made by [`Cohorts::table`]; as a table one row per cohort and
/// age.
#[derive(Debug, Clone, PartialEq)]
pub struct CohortTable {
    period: Period,
    as_of: Day,
    last_complete: bool,
    left_out: usize,
    outside: f64,
    cohorts: Vec<Cohort>,
}

impl CohortTable {
    /// The period of the calendar.
    pub fn period(&self) -> Period {
        self.period
    }

    /// The day at whose end the customers were looked at.
    pub fn as_of(&self) -> Day {
        self.as_of
    }

    /// The cohorts with a customer, the oldest first.
    pub fn cohorts(&self) -> &[Cohort] {
        &self.cohorts
    }

    /// Whether the last period, which ends every cohort, was over.
    pub fn last_complete(&self) -> bool {
        self.last_complete
    }

    /// Customers of the ledger without a purchase until the day.
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// Money that is in no cell: of customers without a purchase, and returned before the cohort's period.
    pub fn outside(&self) -> f64 {
        self.outside
    }

    /// At each age: customers of all cohorts that have completed it, and how many of them bought.
    pub fn overall(&self) -> Vec<(u64, u64)> {
        let mut ages: Vec<(u64, u64)> = Vec::new();
        for cohort in &self.cohorts {
            let complete = cohort.customers.len() - usize::from(!self.last_complete);
            for (age, &customers) in cohort.customers.iter().take(complete).enumerate() {
                if age == ages.len() {
                    ages.push((0, 0));
                }
                if let Some((known, retained)) = ages.get_mut(age) {
                    *known += u64::from(cohort.size());
                    *retained += u64::from(customers);
                }
            }
        }
        ages
    }

    /// Retention as people read it: one row per cohort, one column per age, missing where not reached.
    pub fn retention_table(&self) -> Table {
        let n_ages = self.cohorts.first().map_or(0, |oldest| oldest.customers.len());
        let names = Column::text("cohort", self.cohorts.iter().map(|cohort| Some(&cohort.name)));
        let sizes = self.cohorts.iter().map(|cohort| i64::from(cohort.size())).collect();
        let age = |age: usize| {
            let retention = |cohort: &Cohort| cohort.retention(age).unwrap_or(f64::NAN);
            Column::floats(age.to_string(), self.cohorts.iter().map(retention).collect())
        };
        let columns = [names, Column::ints("size", sizes)].into_iter().chain((0..n_ages).map(age));
        Table::of("retention", columns.collect())
    }
}

impl ToTable for CohortTable {
    fn to_table(&self) -> Table {
        let cells = || {
            self.cohorts.iter().flat_map(|cohort| (0..cohort.customers.len()).map(move |age| (cohort, age)))
        };
        let floats = |name: &str, get: &dyn Fn(&Cohort, usize) -> Option<f64>| {
            let values = cells().map(|(cohort, age)| get(cohort, age).unwrap_or(f64::NAN)).collect();
            Column::floats(name, values)
        };
        let complete = cells().map(|(cohort, age)| self.last_complete || age + 1 < cohort.customers.len());
        let customers = cells().map(|(cohort, age)| cohort.customers.get(age).map_or(0, |&n| i64::from(n)));
        Table::of(
            "cohorts",
            vec![
                Column::text("cohort", cells().map(|(cohort, _)| Some(&cohort.name))),
                Column::ints("size", cells().map(|(cohort, _)| i64::from(cohort.size())).collect()),
                Column::ints("age", cells().map(|(_, age)| age as i64).collect()),
                Column::ints("customers", customers.collect()),
                floats("retention", &|cohort, age| cohort.retention(age)),
                floats("revenue", &|cohort, age| cohort.revenue.get(age).copied()),
                Column::bools("complete", complete),
            ],
        )
    }
}
