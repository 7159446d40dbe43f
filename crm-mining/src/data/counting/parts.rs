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
    // Memory that was once taken is used again by the next pass.
    let mut parted: Vec<Parted> = chunks.iter().map(|_| Parted::default()).collect();
    let mut found = Found::default();
    for pass in 0..n_passes {
        let parting = Parting {
            rules,
            as_of,
            n_parts,
            parts: n_parts * pass / n_passes..n_parts * (pass + 1) / n_passes,
        };
        let scratch = || (Chosen::default(), rules.zone.days());
        parted.par_iter_mut().zip(&chunks).for_each_init(
            scratch,
            |(chosen, days), (parted, (piece, rows))| {
                parting.part(piece, rows.clone(), chosen, days, parted);
            },
        );
        found.tally += parted.iter().map(|chunk| chunk.tally).sum();
        let scratch = || Counter::new(rules, rows.know_orders());
        let parts = (0..parting.parts.len()).into_par_iter();
        let counted: Vec<Found> = parts
            .map_init(scratch, |counter, part| counter.count(parted.iter().map(|chunk| chunk.part(part))))
            .collect();
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

/// The rows of a chunk that are of this pass, with their parts.
#[derive(Default)]
struct Chosen {
    rows: Vec<u32>,
    parts: Vec<u16>,
    len: usize,
}

/// The entries of a chunk, part after part.
#[derive(Default)]
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

    /// Allots the places of the parts; each end is a beginning until its part is filled.
    fn allot(&mut self, chosen: &[u16], n_parts: usize) {
        self.ends.clear();
        self.ends.resize(n_parts, 0);
        for &part in chosen {
            self.ends[usize::from(part)] += 1;
        }
        let mut total = 0;
        for end in &mut self.ends {
            (*end, total) = (total, total + *end);
        }
        self.entries.clear();
        self.entries.resize(chosen.len(), Entry { customer: 0, day: 0, order: 0, amount: 0.0 });
        self.tally = Tally { rows: chosen.len() as u64, ..Tally::default() };
    }

    #[inline]
    fn put(&mut self, part: u16, entry: Entry) {
        let place = &mut self.ends[usize::from(part)];
        self.entries[*place as usize] = entry;
        *place += 1;
    }
}

impl Parting<'_> {
    /// The rows of a chunk that are of this pass, each as what the rules make of it (counting sort by part).
    fn part(
        &self,
        piece: &Piece<'_>,
        rows: Range<usize>,
        chosen: &mut Chosen,
        days: &mut DayReader<'_>,
        parted: &mut Parted,
    ) {
        match &piece.customers {
            PurchaseCustomers::Ids(ids) => self.choose(ids[rows.clone()].iter().copied(), chosen),
            PurchaseCustomers::Codes(_, codes) => {
                self.choose(codes[rows.clone()].iter().map(|&code| i64::from(code)), chosen);
            }
        }
        let parts = &chosen.parts[..chosen.len];
        parted.allot(parts, self.parts.len());
        for (&row, &part) in chosen.rows.iter().zip(parts) {
            let row = rows.start + row as usize;
            let customer = match &piece.customers {
                PurchaseCustomers::Ids(ids) => ids[row],
                PurchaseCustomers::Codes(_, codes) => i64::from(codes[row]),
            };
            let day = match &piece.times {
                PurchaseTimes::Micros(micros) => days.day(micros[row]),
                PurchaseTimes::Days(days) => days[row],
            };
            let order = match (self.rules.unit, &piece.orders) {
                (PurchaseUnit::Order, Some(orders)) => orders[row],
                _ => 0,
            };
            let amount = piece.amounts[row];
            let day = self.unit_of(day, amount, &mut parted.tally);
            parted.put(part, Entry { customer, day, order, amount });
        }
    }

    /// Chooses rows without a branch, which a processor could only guess.
    fn choose(&self, customers: impl ExactSizeIterator<Item = i64>, chosen: &mut Chosen) {
        chosen.rows.resize(customers.len(), 0);
        chosen.parts.resize(customers.len(), 0);
        let (first, n_parts, mut len) = (self.parts.start, self.parts.len(), 0);
        for (row, customer) in (0u32..).zip(customers) {
            let part = part_of(customer, self.n_parts).wrapping_sub(first);
            chosen.rows[len] = row;
            chosen.parts[len] = part as u16;
            len += usize::from(part < n_parts);
        }
        chosen.len = len;
    }

    /// The first day of the unit of a row; [`LEFT_OUT`], and counted, when the rules leave it out.
    #[inline]
    fn unit_of(&self, day: Day, amount: f64, tally: &mut Tally) -> i32 {
        let reason = if day > self.as_of {
            &mut tally.after_end
        } else if amount.is_nan() && self.rules.missing_amount == MissingAmount::LeaveOut {
            &mut tally.without_amount
        } else if amount < 0.0 && self.rules.refunds == Refunds::Ignore {
            &mut tally.refunds_left_out
        } else {
            return self.rules.unit.start(day);
        };
        *reason += 1;
        LEFT_OUT
    }
}

/// The part of a customer: the upper bits of a product, scaled.
#[inline]
fn part_of(customer: i64, n_parts: usize) -> usize {
    let folded = customer.cast_unsigned() ^ (customer.cast_unsigned() >> 32);
    let hash = folded.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
    ((hash * n_parts as u64) >> 32) as usize
}
