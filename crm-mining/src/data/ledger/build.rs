//! From order lines to cells.

use super::DayCell;
use crate::data::csr::{Csr, group_positions};
use crate::data::day::Day;
use crate::data::transactions::Transactions;
use crate::data::zone::Zone;
use crate::math::Exact;
use rayon::prelude::*;

/// A line on its way into a cell.
#[derive(Clone, Copy)]
struct Line {
    day: Day,
    order: u32,
    units: f64,
    amount: f64,
}

const NO_ORDER: u32 = u32::MAX;

/// The cells of every customer, and the orders of every cell where orders are known.
pub(super) fn cells(orders: &Transactions, zone: &Zone) -> (Csr<DayCell>, Csr<u32>) {
    let n_customers = orders.customers().len();
    let offsets = line_offsets(orders.customer_of(), n_customers);
    let parts = parts_of(&offsets);
    let rows = rows_by_part(orders.customer_of(), &parts, n_customers);
    let parts: Vec<(Csr<DayCell>, Csr<u32>)> = parts
        .into_par_iter()
        .enumerate()
        .map(|(number, part)| {
            let (mut lines, ends) = lines_of(orders, zone, &offsets, part, rows.row(number));
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
    let mut cells = Csr::with_capacity(n_customers, n_cells);
    let mut of_cell = Csr::default();
    for (part, sets) in parts {
        cells.append(part);
        of_cell.append(sets);
    }
    (cells, of_cell)
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
