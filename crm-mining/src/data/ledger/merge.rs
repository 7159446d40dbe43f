//! Two ledgers into the ledger of all their lines.

use super::{DayCell, Ledger, Orders};
use crate::data::csr::Csr;
use crate::data::keys::Keys;
use crate::error::{ErrorKind, Result};

impl Ledger {
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
