//! Rows parted by customer into pieces that fit a processor's cache, and counted piece by piece.

#![allow(
    clippy::indexing_slicing,
    reason = "places of parts and rows are counted out in the same loop that allots them"
)]

use super::customer::{Counter, Found, Tally};
use super::rows::{Piece, PurchaseCustomers, PurchaseRows, PurchaseTimes};
use super::unit::PurchaseUnit;
use super::{MissingAmount, PurchaseCounting, Refunds};
use crate::data::day::Day;
use crate::data::zone::DayReader;
use rayon::prelude::*;
use std::ops::Range;

/// A row on its way to its customer.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    pub(super) customer: i64,
    /// The first day of its unit; [`LEFT_OUT`] of a row that only tells that there is such a customer.
    pub(super) day: i32,
    pub(super) order: u32,
    pub(super) amount: f64,
}

/// No day.
pub(super) const LEFT_OUT: i32 = i32::MAX;

/// Rows of a part, about: their entries and the table of their customers stay in a processor's own cache.
const PART_ROWS: usize = 1 << 15;
/// A pass takes so many rows, or a fifth of all.
const PASS_ROWS: usize = 1 << 21;
const MOST_PASSES: usize = 5;
/// Rows that are parted at a time.
const CHUNK_ROWS: usize = 1 << 16;

/// The customers of all rows, in no order that means anything, with what became of the rows.
pub(super) fn by_customer(rules: &PurchaseCounting, rows: &PurchaseRows<'_>, as_of: Day) -> Found {
    let n = rows.len();
    let n_parts = (n / PART_ROWS).clamp(1, usize::from(u16::MAX));
    let n_passes = n.div_ceil(PASS_ROWS).clamp(1, MOST_PASSES);
    let chunks: Vec<(&Piece<'_>, Range<usize>)> = rows.pieces.iter().flat_map(chunks_of).collect();
    let mut found = Found::default();
    for pass in 0..n_passes {
        let parting = Parting {
            rules,
            as_of,
            n_parts,
            parts: n_parts * pass / n_passes..n_parts * (pass + 1) / n_passes,
        };
        let work = |(kept, days): &mut (Kept, DayReader<'_>), (piece, rows): &(&Piece<'_>, Range<usize>)| {
            parting.part(piece, rows.clone(), kept, days)
        };
        let scratch = || (Kept::default(), rules.zone.days());
        let chunks: Vec<Parted> = chunks.par_iter().map_init(scratch, work).collect();
        let count =
            |counter: &mut Counter, part: usize| counter.count(chunks.iter().map(|chunk| chunk.part(part)));
        let scratch = || Counter::new(rules, rows.know_orders());
        let counted: Vec<Found> = (0..parting.parts.len()).into_par_iter().map_init(scratch, count).collect();
        found.tally += chunks.iter().map(|chunk| chunk.tally).sum();
        drop(chunks);
        counted.into_iter().for_each(|part| found.append(part));
    }
    found
}

fn chunks_of<'p, 'a>(piece: &'p Piece<'a>) -> impl Iterator<Item = (&'p Piece<'a>, Range<usize>)> {
    let n = piece.amounts.len();
    (0..n).step_by(CHUNK_ROWS).map(move |start| (piece, start..n.min(start + CHUNK_ROWS)))
}

/// How the rows of one pass are parted.
struct Parting<'a> {
    rules: &'a PurchaseCounting,
    as_of: Day,
    n_parts: usize,
    /// Those of this pass.
    parts: Range<usize>,
}

/// The entries of a chunk in the order of their rows, with their parts.
#[derive(Default)]
struct Kept {
    part: Vec<u16>,
    entries: Vec<Entry>,
}

/// The entries of a chunk, part after part.
struct Parted {
    ends: Vec<u32>,
    entries: Vec<Entry>,
    tally: Tally,
}

impl Parted {
    fn part(&self, part: usize) -> &[Entry] {
        let start = if part == 0 { 0 } else { self.ends[part - 1] };
        &self.entries[start as usize..self.ends[part] as usize]
    }
}

impl Parting<'_> {
    fn part(
        &self,
        piece: &Piece<'_>,
        rows: Range<usize>,
        kept: &mut Kept,
        days: &mut DayReader<'_>,
    ) -> Parted {
        let mut tally = Tally::default();
        kept.part.clear();
        kept.entries.clear();
        let unit = self.rules.unit;
        let day_of = |row: usize| match &piece.times {
            PurchaseTimes::Micros(micros) => days.day(micros[row]),
            PurchaseTimes::Days(days) => days[row],
        };
        let order_of = |row: usize| match (unit, &piece.orders) {
            (PurchaseUnit::Order, Some(orders)) => orders[row],
            _ => 0,
        };
        match &piece.customers {
            PurchaseCustomers::Ids(ids) => {
                self.keep(rows, |row| ids[row], &piece.amounts, day_of, order_of, kept, &mut tally);
            }
            PurchaseCustomers::Codes(_, codes) => {
                let customer = |row: usize| i64::from(codes[row]);
                self.keep(rows, customer, &piece.amounts, day_of, order_of, kept, &mut tally);
            }
        }
        let (ends, entries) = kept.sorted(self.parts.len());
        Parted { ends, entries, tally }
    }

    /// Keeps the rows of this pass, each as what the rules make of it.
    #[inline]
    #[allow(clippy::too_many_arguments, reason = "the columns of the rows, each read in its own way")]
    fn keep(
        &self,
        rows: Range<usize>,
        customer_of: impl Fn(usize) -> i64,
        amounts: &[f64],
        mut day_of: impl FnMut(usize) -> Day,
        order_of: impl Fn(usize) -> u32,
        kept: &mut Kept,
        tally: &mut Tally,
    ) {
        let PurchaseCounting { refunds, missing_amount, unit, .. } = *self.rules;
        for row in rows {
            let customer = customer_of(row);
            let part = part_of(customer, self.n_parts);
            if !self.parts.contains(&part) {
                continue;
            }
            tally.rows += 1;
            let (day, amount) = (day_of(row), amounts[row]);
            let left_out = if day > self.as_of {
                Some(&mut tally.after_end)
            } else if amount.is_nan() && missing_amount == MissingAmount::LeaveOut {
                Some(&mut tally.without_amount)
            } else if amount < 0.0 && refunds == Refunds::Ignore {
                Some(&mut tally.refunds_left_out)
            } else {
                None
            };
            let day = match left_out {
                Some(reason) => {
                    *reason += 1;
                    LEFT_OUT
                }
                None => unit.start(day),
            };
            kept.part.push((part - self.parts.start) as u16);
            kept.entries.push(Entry { customer, day, order: order_of(row), amount });
        }
    }
}

/// The part of a customer: the upper bits of a product, scaled.
#[inline]
fn part_of(customer: i64, n_parts: usize) -> usize {
    let folded = customer.cast_unsigned() ^ (customer.cast_unsigned() >> 32);
    let hash = folded.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
    ((hash * n_parts as u64) >> 32) as usize
}

impl Kept {
    /// The entries part after part (counting sort), and where each part ends.
    fn sorted(&self, n_parts: usize) -> (Vec<u32>, Vec<Entry>) {
        let mut ends = vec![0u32; n_parts];
        for &part in &self.part {
            ends[usize::from(part)] += 1;
        }
        let mut total = 0;
        for end in &mut ends {
            // Where the part begins; it is moved to its end as the part fills.
            (*end, total) = (total, total + *end);
        }
        let mut sorted = vec![Entry { customer: 0, day: 0, order: 0, amount: 0.0 }; self.entries.len()];
        for (&part, &entry) in self.part.iter().zip(&self.entries) {
            let place = &mut ends[usize::from(part)];
            sorted[*place as usize] = entry;
            *place += 1;
        }
        (ends, sorted)
    }
}
