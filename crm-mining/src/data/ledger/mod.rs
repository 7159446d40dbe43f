//! Customer × day: the shape behind RFM, lifetime value, churn and cohorts.

mod build;
mod merge;

use super::column::Column;
use super::csr::Csr;
use super::day::Day;
use super::keys::Keys;
use super::summary::Summary;
use super::table::{Table, ToTable};
use super::transactions::Transactions;
use super::zone::Zone;
use crate::math::Exact;

/// What one customer did on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayCell {
    /// The day, in the ledger's zone.
    pub day: Day,
    /// Distinct orders with at least one purchase line; 0 on a day of returns only.
    pub orders: u32,
    /// Order lines, returns included.
    pub lines: u32,
    /// Units bought less units returned.
    pub units: Exact,
    /// Money paid less money returned.
    pub amount: Exact,
}

/// Customer × day → orders, lines, units, amount; the days of each customer in ascending order.
///
/// A ledger **merges**: `a.merge(&b)` equals, to the bit, the ledger built from the lines of both, however
/// the lines were split and in whatever order. To count a shared order once it keeps which orders each cell
/// holds; sums are [`Exact`].
///
/// Building costs one pass over the lines and a sort within each customer; it runs on the caller's rayon
/// pool and does not depend on its size.
///
/// ```
/// use crm_mining::data::{Day, Ledger, Transaction, Transactions};
///
/// let line = |day: &str, order, quantity| -> crm_mining::Result<_> {
///     let time = day.parse::<Day>()?.start_micros();
///     Ok(Transaction { customer: "A", time, order, item: "tea", quantity, unit_price: 2.0 })
/// };
/// let lines = [line("2024-03-05", "1", 1.0)?, line("2024-03-05", "1", 2.0)?, line("2024-03-09", "2", 1.0)?];
/// let ledger = Ledger::new(&Transactions::from_rows(lines)?);
/// let days = ledger.days(0);
/// assert_eq!((days.len(), days[0].orders, days[0].lines, days[0].amount.value()), (2, 1, 2, 6.0));
///
/// let part = |lines: &[Transaction<'_>]| -> crm_mining::Result<_> {
///     Ok(Ledger::new(&Transactions::from_rows(lines.iter().copied())?))
/// };
/// assert_eq!(part(&lines[1..])?.merge(&part(&lines[..1])?)?, ledger);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Ledger {
    customers: Keys,
    cells: Csr<DayCell>,
    orders: Option<Orders>,
    zone: Zone,
}

/// Which orders each cell holds; absent when every line is an order of its own.
#[derive(Debug, Clone, PartialEq)]
struct Orders {
    keys: Keys,
    of_cell: Csr<u32>,
}

impl Ledger {
    /// The ledger of these lines, with days in UTC.
    pub fn new(orders: &Transactions) -> Ledger {
        Ledger::in_zone(orders, Zone::UTC)
    }

    /// The ledger of these lines, with days as they begin in `zone`.
    pub fn in_zone(orders: &Transactions, zone: Zone) -> Ledger {
        let (cells, of_cell) = build::cells(orders, &zone);
        let customers = orders.customers().clone();
        let orders = orders.orders().map(|(keys, _)| Orders { keys: keys.clone(), of_cell });
        Ledger { customers, cells, orders, zone }
    }

    /// The customers.
    pub fn customers(&self) -> &Keys {
        &self.customers
    }

    /// The zone in which days begin.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// The days of a customer, ascending.
    #[inline]
    pub fn days(&self, customer: usize) -> &[DayCell] {
        self.cells.row(customer)
    }

    /// The days of a customer up to and including `as_of`.
    #[inline]
    pub fn days_until(&self, customer: usize, as_of: Day) -> &[DayCell] {
        let days = self.days(customer);
        days.get(..days.partition_point(|cell| cell.day <= as_of)).unwrap_or_default()
    }

    /// The days of every customer.
    pub fn cells(&self) -> &Csr<DayCell> {
        &self.cells
    }

    /// The first day with a line; 1970-01-01 in an empty ledger.
    pub fn first_day(&self) -> Day {
        self.cells.values().iter().map(|cell| cell.day).min().unwrap_or(Day::from_number(0))
    }

    /// The last day with a line; 1970-01-01 in an empty ledger. The usual "today" of an analysis.
    pub fn last_day(&self) -> Day {
        self.cells.values().iter().map(|cell| cell.day).max().unwrap_or(Day::from_number(0))
    }

    /// Distinct orders of a customer up to and including `as_of`; an order spread over days counts once.
    pub fn n_orders(&self, customer: usize, as_of: Day) -> u32 {
        let days = self.days_until(customer, as_of);
        let Some(orders) = &self.orders else { return days.iter().map(|cell| cell.orders).sum() };
        let span = self.cells.span(customer);
        let mut seen: Vec<u32> =
            span.take(days.len()).flat_map(|cell| orders.of_cell.row(cell)).copied().collect();
        seen.sort_unstable();
        seen.dedup();
        seen.len() as u32
    }

    /// What the repeat-buying models need, as seen at the end of `as_of`: purchase days, not orders, are
    /// counted; later days are not looked at; customers without a purchase until then are left out.
    pub fn summary(&self, as_of: Day) -> Summary {
        let mut seen = Vec::new();
        let mut summary = Summary {
            customers: Keys::default(),
            frequency: Vec::new(),
            recency: Vec::new(),
            age: Vec::new(),
            monetary: Vec::new(),
            log_gaps: None,
            covariates: None,
            days_per_unit: 1.0,
        };
        let mut log_gaps = Vec::new();
        for customer in 0..self.customers.len() {
            let mut purchases = self.days_until(customer, as_of).iter().filter(|cell| cell.orders > 0);
            let Some(first) = purchases.next() else { continue };
            let (mut repeats, mut last, mut spend, mut gaps) = (0u32, first.day, Exact::ZERO, 0.0);
            for cell in purchases {
                repeats += 1;
                gaps += f64::from(cell.day.since(last)).ln();
                last = cell.day;
                spend += cell.amount;
            }
            log_gaps.push(gaps);
            seen.push(customer as u32);
            summary.frequency.push(f64::from(repeats));
            summary.recency.push(f64::from(last.since(first.day)));
            summary.age.push(f64::from(as_of.since(first.day)));
            summary.monetary.push(if repeats > 0 { spend.value() / f64::from(repeats) } else { 0.0 });
        }
        summary.customers = self.customers.select(&seen);
        summary.log_gaps = Some(log_gaps);
        summary
    }
}

impl ToTable for Ledger {
    fn to_table(&self) -> Table {
        let cells = self.cells.values();
        let owner = (0..self.customers.len()).flat_map(|c| std::iter::repeat_n(c, self.days(c).len()));
        let customer = match self.customers.integers() {
            Some(keys) => Column::ints("customer", owner.filter_map(|c| keys.get(c).copied()).collect()),
            None => Column::text("customer", owner.map(|c| Some(self.customers.name(c)))),
        };
        let ints = |name: &str, get: fn(&DayCell) -> u32| {
            Column::ints(name, cells.iter().map(|cell| i64::from(get(cell))).collect())
        };
        let sums = |name: &str, get: fn(&DayCell) -> Exact| {
            Column::floats(name, cells.iter().map(|cell| get(cell).value()).collect())
        };
        Table::of(
            "ledger",
            vec![
                customer,
                Column::times("day", cells.iter().map(|cell| cell.day.start_micros()).collect()),
                ints("orders", |cell| cell.orders),
                ints("lines", |cell| cell.lines),
                sums("units", |cell| cell.units),
                sums("amount", |cell| cell.amount),
            ],
        )
    }
}
