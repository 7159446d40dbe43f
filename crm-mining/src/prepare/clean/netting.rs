//! Taking cancellations off the sales they cancel.

use super::lines::Lines;
use super::reason::Reason;
use crate::error::Result;

const STEP: &str = "cancellations";

/// A sale or cancellation, as the matching sees it.
#[derive(Clone, Copy)]
struct Line {
    row: usize,
    customer: u32,
    item: u32,
    /// Bits of the unit price: only equal prices match, and equal prices have equal bits here.
    price: u64,
    time: i64,
    /// What is left of a sale, or is to be taken back by a cancellation (below 0).
    quantity: f64,
}

/// Nets every cancellation. Lines are matched within one customer, item and unit price, in order of time,
/// a sale before the cancellation of the same moment.
pub(super) fn net(lines: &mut Lines<'_>) -> Result<()> {
    let role = lines.cancelled_role();
    let mut group = cancelled_groups(lines, role);
    group
        .sort_by_key(|line| (line.customer, line.item, line.price, line.time, line.quantity < 0.0, line.row));
    let key = |line: &Line| (line.customer, line.item, line.price);
    for same in group.chunk_by_mut(|a, b| key(a) == key(b)) {
        net_group(lines, role, same);
    }
    Ok(())
}

/// All lines of the customers and items that have a cancellation.
fn cancelled_groups(lines: &Lines<'_>, role: &str) -> Vec<Line> {
    let (_, customers) = lines.customer.identities();
    let items = lines.item.map(|item| item.identities().1);
    let Some(numbers) = lines.numbers() else { return Vec::new() };
    let values = |role: &str| numbers.of.iter().find(|n| n.role == role).map(|n| n.values.as_slice());
    let (quantities, prices) = (values(role).unwrap_or_default(), values("unit price"));
    let price = |row: usize| match prices {
        Some(prices) if role != "unit price" => prices.get(row).map_or(0, |price| (price + 0.0).to_bits()),
        _ => 0,
    };
    let line = |row: usize| {
        Some(Line {
            row,
            customer: *customers.get(row)?,
            item: items.as_ref().map_or(Some(0), |items| items.get(row).copied())?,
            price: price(row),
            time: *numbers.time.get(row)?,
            quantity: *quantities.get(row)?,
        })
    };
    let mut cancelled: Vec<(u32, u32, u64)> = lines
        .rows()
        .filter(|&row| lines.is_cancellation(row))
        .filter_map(line)
        .map(|line| (line.customer, line.item, line.price))
        .collect();
    cancelled.sort_unstable();
    cancelled.dedup();
    if cancelled.is_empty() {
        return Vec::new();
    }
    let concerned = |line: &Line| cancelled.binary_search(&(line.customer, line.item, line.price)).is_ok();
    lines.rows().filter_map(line).filter(concerned).collect()
}

fn net_group(lines: &mut Lines<'_>, role: &'static str, group: &mut [Line]) {
    for at in 0..group.len() {
        let (before, rest) = group.split_at_mut(at);
        let Some(cancellation) = rest.first_mut().filter(|line| line.quantity < 0.0) else { continue };
        let wanted = -cancellation.quantity;
        let mut left = wanted;
        let mut first_sale = None;
        // The very sale, if there is one of this quantity, else the latest ones.
        let exact = before.iter().rposition(|sale| sale.quantity == wanted);
        let range = exact.map_or(0..before.len(), |exact| exact..exact + 1);
        for sale in before.get_mut(range).unwrap_or_default().iter_mut().rev() {
            if left <= 0.0 {
                break;
            }
            if sale.quantity <= 0.0 {
                continue;
            }
            let taken = left.min(sale.quantity);
            sale.quantity -= taken;
            left -= taken;
            first_sale = first_sale.or(Some(sale.row));
            take_off(lines, role, sale, cancellation.row);
        }
        let reason = match first_sale.map(|row| lines.table.row_number(row)) {
            None => Reason::CancellationWithoutSale,
            Some(sale) if left > 0.0 => Reason::NetsSalePartly { sale, left },
            Some(sale) => Reason::NetsSale { sale },
        };
        lines.set_aside(cancellation.row, reason);
    }
}

/// What is left of a sale is written down; a sale of which nothing is left is set aside.
fn take_off(lines: &mut Lines<'_>, role: &'static str, sale: &Line, cancellation: usize) {
    if sale.quantity <= 0.0 {
        let row = lines.table.row_number(cancellation);
        lines.set_aside(sale.row, Reason::CancelledBy { row });
        return;
    }
    let value =
        |lines: &mut Lines<'_>, role| lines.numeric_mut(role).and_then(|n| n.values.get(sale.row).copied());
    let before = value(lines, role);
    if let (true, Some(before), Some(amount)) = (role != "amount", before, value(lines, "amount")) {
        lines.change("amount", sale.row, amount * (sale.quantity / before), STEP, Some(cancellation));
    }
    lines.change(role, sale.row, sale.quantity, STEP, Some(cancellation));
}
