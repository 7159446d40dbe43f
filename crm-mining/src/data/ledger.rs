//! Customer × day: the shape behind RFM, lifetime value, churn and cohorts.

use super::column::Column;
use super::csr::{Csr, group_positions};
use super::day::Day;
use super::keys::Keys;
use super::summary::Summary;
use super::table::{Table, ToTable};
use super::transactions::Transactions;
use super::zone::Zone;
use crate::error::{ErrorKind, Result};
use crate::math::Exact;
use rayon::prelude::*;

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

/// A line on its way into a cell.
#[derive(Clone, Copy)]
struct Line {
    day: Day,
    order: u32,
    units: f64,
    amount: f64,
}

const NO_ORDER: u32 = u32::MAX;

impl Ledger {
    /// The ledger of these lines, with days in UTC.
    pub fn new(orders: &Transactions) -> Ledger {
        Ledger::in_zone(orders, Zone::UTC)
    }

    /// The ledger of these lines, with days as they begin in `zone`.
    pub fn in_zone(orders: &Transactions, zone: Zone) -> Ledger {
        let customers = orders.customers().clone();
        let offsets = line_offsets(orders.customer_of(), customers.len());
        let parts = parts_of(&offsets);
        let rows = rows_by_part(orders.customer_of(), &parts, customers.len());
        let parts: Vec<(Csr<DayCell>, Csr<u32>)> = parts
            .into_par_iter()
            .enumerate()
            .map(|(number, part)| {
                let (mut lines, ends) = lines_of(orders, &zone, &offsets, part, rows.row(number));
                let (n_cells, n_sets) =
                    if orders.orders().is_some() { (0, lines.len()) } else { (lines.len(), 0) };
                let mut cells = Csr::with_capacity(ends.len(), n_cells.max(n_sets));
                let mut sets = Csr::with_capacity(n_sets, n_sets);
                let mut start = 0;
                for end in ends {
                    let customer = lines.get_mut(start..end).unwrap_or_default();
                    add_customer(customer, orders.orders().is_some(), &mut cells, &mut sets);
                    start = end;
                }
                (cells, sets)
            })
            .collect();
        let n_cells = parts.iter().map(|(cells, _)| cells.values().len()).sum();
        let mut cells = Csr::with_capacity(customers.len(), n_cells);
        let mut of_cell = Csr::default();
        for (part, sets) in parts {
            cells.append(part);
            of_cell.append(sets);
        }
        let orders = orders.orders().map(|(keys, _)| Orders { keys: keys.clone(), of_cell });
        Ledger { customers, cells, orders, zone }
    }

    /// The ledger of the lines of both.
    ///
    /// # Errors
    /// [`ErrorKind::Incompatible`] when the zones differ, or only one of them knows orders;
    /// [`ErrorKind::Overflow`] for sums beyond 2⁶².
    pub fn merge(&self, other: &Ledger) -> Result<Ledger> {
        let differ = |what, a: &dyn ToString, b: &dyn ToString| -> Result<Ledger> {
            Err(ErrorKind::Incompatible { of: "Ledger::merge", what, a: a.to_string(), b: b.to_string() }
                .into())
        };
        if self.zone != other.zone {
            return differ("zone", &self.zone.name(), &other.zone.name());
        }
        let (customers, mine, theirs) = self.customers.union(&other.customers);
        let mut merger = match (&self.orders, &other.orders) {
            (None, None) => Merger::default(),
            (Some(a), Some(b)) => {
                let (keys, mine, theirs) = a.keys.union(&b.keys);
                Merger { orders: Some((keys, mine, theirs)), ..Merger::default() }
            }
            _ if self.cells.values().is_empty() => return Ok(other.clone()),
            _ if other.cells.values().is_empty() => return Ok(self.clone()),
            (a, _) => {
                let names = ["orders known", "orders unknown"];
                let (a, b) = if a.is_some() { (names[0], names[1]) } else { (names[1], names[0]) };
                return differ("knowledge of orders", &a, &b);
            }
        };
        let (mut mine, mut theirs) = (positions(&mine), positions(&theirs));
        for customer in 0..customers.len() as u32 {
            let a = mine.next_if(|&(_, position)| position == customer);
            let b = theirs.next_if(|&(_, position)| position == customer);
            merger.customer((self, a.map(|(row, _)| row)), (other, b.map(|(row, _)| row)))?;
        }
        let orders = merger.orders.map(|(keys, ..)| Orders { keys, of_cell: merger.sets });
        Ok(Ledger { customers, cells: merger.cells, orders, zone: self.zone.clone() })
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
            days_per_unit: 1.0,
        };
        for customer in 0..self.customers.len() {
            let mut purchases = self.days_until(customer, as_of).iter().filter(|cell| cell.orders > 0);
            let Some(first) = purchases.next() else { continue };
            let (mut repeats, mut last, mut spend) = (0u32, first.day, Exact::ZERO);
            for cell in purchases {
                repeats += 1;
                last = cell.day;
                spend += cell.amount;
            }
            seen.push(customer as u32);
            summary.frequency.push(f64::from(repeats));
            summary.recency.push(f64::from(last.since(first.day)));
            summary.age.push(f64::from(as_of.since(first.day)));
            summary.monetary.push(if repeats > 0 { spend.value() / f64::from(repeats) } else { 0.0 });
        }
        summary.customers = self.customers.select(&seen);
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

/// Where the lines of each customer begin once grouped.
fn line_offsets(customer: &[u32], n_customers: usize) -> Vec<usize> {
    let mut offsets = vec![0usize; n_customers + 1];
    for &code in customer {
        if let Some(count) = offsets.get_mut(code as usize + 1) {
            *count += 1;
        }
    }
    let mut total = 0;
    for offset in &mut offsets {
        total += *offset;
        *offset = total;
    }
    offsets
}

/// Ranges of customers with about as many lines each as fit a processor's cache. They depend on the data
/// alone, never on the number of threads.
fn parts_of(offsets: &[usize]) -> Vec<std::ops::Range<usize>> {
    const LINES: usize = 1 << 19;
    let n_customers = offsets.len() - 1;
    let n_lines = offsets.last().copied().unwrap_or(0);
    let n_parts = (n_lines / LINES).clamp(1, 64);
    let bound =
        |part: usize| offsets.partition_point(|&offset| offset < n_lines * part / n_parts).min(n_customers);
    (0..n_parts)
        .map(|part| bound(part)..if part + 1 == n_parts { n_customers } else { bound(part + 1) })
        .collect()
}

/// The rows of each part, in source order.
fn rows_by_part(customer: &[u32], parts: &[std::ops::Range<usize>], n_customers: usize) -> Csr<u32> {
    let mut part_of = vec![0u32; n_customers];
    for (number, part) in (0u32..).zip(parts) {
        part_of.get_mut(part.clone()).unwrap_or_default().fill(number);
    }
    let codes: Vec<u32> =
        customer.iter().map(|&customer| part_of.get(customer as usize).copied().unwrap_or(0)).collect();
    group_positions(&codes, parts.len())
}

/// The lines of a range of customers, grouped, and where the group of each ends.
fn lines_of(
    orders: &Transactions,
    zone: &Zone,
    offsets: &[usize],
    part: std::ops::Range<usize>,
    rows: &[u32],
) -> (Vec<Line>, Vec<usize>) {
    let base = offsets.get(part.start).copied().unwrap_or(0);
    let end = offsets.get(part.end).copied().unwrap_or(base);
    let mut next: Vec<usize> =
        offsets.get(part.clone()).unwrap_or_default().iter().map(|o| o - base).collect();
    let empty = Line { day: Day::from_number(0), order: NO_ORDER, units: 0.0, amount: 0.0 };
    let mut grouped = vec![empty; end - base];
    let mut days = zone.days();
    let (customers, times, amounts) = (orders.customer_of(), orders.times(), orders.amounts());
    let (order, units) = (orders.orders().map(|(_, codes)| codes), orders.quantities());
    for row in rows.iter().map(|&row| row as usize) {
        let (Some(&customer), Some(&time), Some(&amount)) =
            (customers.get(row), times.get(row), amounts.get(row))
        else {
            continue;
        };
        let Some(place) = next.get_mut(customer as usize - part.start) else { continue };
        if let Some(line) = grouped.get_mut(*place) {
            *line = Line {
                day: days.day(time),
                order: order.and_then(|codes| codes.get(row)).copied().unwrap_or(NO_ORDER),
                units: units.and_then(|units| units.get(row)).copied().unwrap_or(1.0),
                amount,
            };
        }
        *place += 1;
    }
    (grouped, next)
}

/// Adds the cells of one customer.
fn add_customer(lines: &mut [Line], known_orders: bool, cells: &mut Csr<DayCell>, sets: &mut Csr<u32>) {
    let key = |line: &Line| (line.day, line.order);
    if !lines.is_sorted_by_key(key) {
        lines.sort_unstable_by_key(key);
    }
    let exact = |value| Exact::new(value).unwrap_or_default();
    for day in lines.chunk_by(|a, b| a.day == b.day) {
        let Some(first) = day.first() else { continue };
        let mut cell = DayCell {
            day: first.day,
            orders: 0,
            lines: day.len() as u32,
            units: Exact::ZERO,
            amount: Exact::ZERO,
        };
        let mut last = None;
        for line in day {
            cell.units += exact(line.units);
            cell.amount += exact(line.amount);
            if line.amount >= 0.0 && (!known_orders || last != Some(line.order)) {
                cell.orders += 1;
                last = Some(line.order);
                if known_orders {
                    sets.push(line.order);
                }
            }
        }
        if known_orders {
            sets.end_row();
        }
        cells.push(cell);
    }
    cells.end_row();
}

fn positions(positions: &[u32]) -> std::iter::Peekable<impl Iterator<Item = (usize, u32)> + '_> {
    positions.iter().copied().enumerate().peekable()
}

/// The union of the orders, and where those of either side went.
type OrderUnion = (Keys, Vec<u32>, Vec<u32>);

/// Cells and order sets of the merged ledger as they grow.
#[derive(Default)]
struct Merger {
    cells: Csr<DayCell>,
    sets: Csr<u32>,
    orders: Option<OrderUnion>,
}

/// A customer's row in a ledger; none when it is not there.
type Side<'a> = (&'a Ledger, Option<usize>);

impl Merger {
    fn customer(&mut self, a: Side<'_>, b: Side<'_>) -> Result<()> {
        let span = |(ledger, row): Side<'_>| row.map_or(0..0, |row| ledger.cells.span(row));
        let (mut a_cells, mut b_cells) = (span(a).peekable(), span(b).peekable());
        let cell = |ledger: &Ledger, place: usize| ledger.cells.values().get(place).copied();
        loop {
            let first = a_cells.peek().and_then(|&place| cell(a.0, place));
            let second = b_cells.peek().and_then(|&place| cell(b.0, place));
            let day = match (first, second) {
                (Some(x), Some(y)) => x.day.min(y.day),
                (Some(x), None) | (None, Some(x)) => x.day,
                (None, None) => break,
            };
            let first = first.filter(|cell| cell.day == day).and_then(|cell| Some((cell, a_cells.next()?)));
            let second = second.filter(|cell| cell.day == day).and_then(|cell| Some((cell, b_cells.next()?)));
            self.cell((a.0, first), (b.0, second))?;
        }
        self.cells.end_row();
        Ok(())
    }

    fn cell(
        &mut self,
        (a, first): (&Ledger, Option<(DayCell, usize)>),
        (b, second): (&Ledger, Option<(DayCell, usize)>),
    ) -> Result<()> {
        let mut merged = match (first, second) {
            (Some((x, _)), Some((y, _))) => DayCell {
                day: x.day,
                orders: x.orders + y.orders,
                lines: x.lines + y.lines,
                units: x.units.checked_add(y.units)?,
                amount: x.amount.checked_add(y.amount)?,
            },
            (Some((x, _)), None) | (None, Some((x, _))) => x,
            (None, None) => return Ok(()),
        };
        if let Some((_, mine, theirs)) = &self.orders {
            let mut set: Vec<u32> = Vec::new();
            for (ledger, place, to) in [(a, first, mine), (b, second, theirs)] {
                if let (Some((_, place)), Some(orders)) = (place, &ledger.orders) {
                    set.extend(orders.of_cell.row(place).iter().filter_map(|&o| to.get(o as usize).copied()));
                }
            }
            set.sort_unstable();
            set.dedup();
            merged.orders = set.len() as u32;
            self.sets.push_row(set);
        }
        self.cells.push(merged);
        Ok(())
    }
}
