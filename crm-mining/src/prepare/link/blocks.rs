//! Rows by the blocks that they share, and the pairs within them, each once.
#![allow(
    clippy::indexing_slicing,
    reason = "keys and places have one entry per row and rule, members are rows, and spans lie within their block"
)]

use super::Linker;
use super::records::Prepared;
use super::rule::{NO_BLOCK, Rule};
use crate::data::{Csr, group_positions};
use crate::error::Result;
use crate::model::Control;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::ops::Range;

/// The mark, on the code of a block, that it is too large to compare all its pairs.
const LARGE: u32 = 1 << 31;
/// So many pairs make a piece of work.
const PIECE: u64 = 1 << 16;

/// What a blocking rule did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BlockCount {
    /// The rule in words.
    pub rule: String,
    /// Blocks with a pair.
    pub blocks: u64,
    /// Rows of the largest block.
    pub largest: u64,
    /// Pairs that meet in this rule, whether or not an earlier one brings them too.
    pub pairs: u64,
    /// Pairs left out because their block is too large.
    pub left_out: u64,
}

/// The blocks of one rule.
#[derive(Debug, Clone)]
struct Members {
    blocks: Csr<u32>,
    /// The place of each row in its block; filled when there is a large block.
    places: Vec<u32>,
    count: BlockCount,
}

/// All rules and their blocks.
#[derive(Debug, Clone)]
pub(super) struct Blocks {
    pub(super) rules: Vec<Rule>,
    members: Vec<Members>,
    /// The block of each row by each rule, row by row.
    keys: Vec<u32>,
    border: Option<u32>,
    window: usize,
}

/// Some of the pairs of one rule: blocks, and of these the rows to start from.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    rule: usize,
    blocks: Range<usize>,
    starts: Range<usize>,
}

impl Blocks {
    pub(super) fn new(linker: &Linker, prepared: &Prepared, control: &Control) -> Result<Blocks> {
        let border = prepared.border.map(|border| border as u32);
        let most = linker.most_per_block as u64;
        let made: Vec<Result<(Rule, Members, Vec<u32>)>> = linker
            .blocking
            .par_iter()
            .map(|block| {
                control.check("blocking")?;
                let (rule, mut keys) = Rule::new(linker, block, prepared);
                let mut blocks = group_positions(&keys, rule.n_codes());
                let mut count =
                    BlockCount { rule: block.name(), blocks: 0, largest: 0, pairs: 0, left_out: 0 };
                let mut large = Vec::new();
                for (code, rows) in blocks.rows().enumerate() {
                    let pairs = n_pairs(rows, border);
                    count.blocks += u64::from(pairs > 0);
                    count.largest = count.largest.max(rows.len() as u64);
                    if pairs > most * most / 2 {
                        large.push(code);
                    } else {
                        count.pairs += pairs;
                    }
                }
                let mut places = Vec::new();
                if !large.is_empty() {
                    places = vec![0; prepared.n_rows];
                    blocks = with_large_sorted(blocks, &large, prepared, &mut places, &mut keys);
                }
                for &code in &large {
                    let rows = blocks.row(code);
                    let kept = windowed(rows, border, linker.window);
                    count.pairs += kept;
                    count.left_out += n_pairs(rows, border) - kept;
                }
                Ok((rule, Members { blocks, places, count }, keys))
            })
            .collect();
        let made = made.into_iter().collect::<Result<Vec<_>>>()?;
        let mut keys = vec![NO_BLOCK; prepared.n_rows * made.len()];
        for (row, slots) in keys.chunks_exact_mut(made.len().max(1)).enumerate() {
            for (slot, (_, _, codes)) in slots.iter_mut().zip(&made) {
                *slot = codes[row];
            }
        }
        let (rules, members) = made.into_iter().map(|(rule, members, _)| (rule, members)).unzip();
        Ok(Blocks { rules, members, keys, border, window: linker.window })
    }

    /// What each rule did.
    pub(super) fn counts(&self) -> Vec<BlockCount> {
        self.members.iter().map(|members| members.count.clone()).collect()
    }

    /// Pairs that meet, counted once for each rule that brings them.
    pub(super) fn n_meetings(&self) -> u64 {
        self.members.iter().map(|members| members.count.pairs).sum()
    }

    /// All pairs in pieces of bounded size. The same at any number of threads.
    pub(super) fn pieces(&self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for (rule, members) in self.members.iter().enumerate() {
            let (mut from, mut pairs) = (0, 0);
            for (code, rows) in members.blocks.rows().enumerate() {
                let here = n_pairs(rows, self.border);
                if here > PIECE {
                    pieces.push(Piece { rule, blocks: from..code, starts: 0..usize::MAX });
                    let step = (PIECE as usize / rows.len().max(1)).max(1);
                    for start in (0..rows.len()).step_by(step) {
                        pieces.push(Piece { rule, blocks: code..code + 1, starts: start..start + step });
                    }
                    (from, pairs) = (code + 1, 0);
                    continue;
                }
                pairs += here;
                if pairs > PIECE {
                    pieces.push(Piece { rule, blocks: from..code + 1, starts: 0..usize::MAX });
                    (from, pairs) = (code + 1, 0);
                }
            }
            pieces.push(Piece { rule, blocks: from..members.blocks.len(), starts: 0..usize::MAX });
        }
        pieces.retain(|piece| !piece.blocks.is_empty());
        pieces
    }

    /// Calls `found` with every pair of the piece that no earlier rule brings, the lower row first.
    pub(super) fn visit(&self, piece: &Piece, mut found: impl FnMut(u32, u32)) {
        let members = &self.members[piece.rule];
        for code in piece.blocks.clone() {
            let rows = members.blocks.row(code);
            if rows.len() < 2 {
                continue;
            }
            let first = rows[0] as usize * self.members.len() + piece.rule;
            let large = self.keys[first] & LARGE != 0;
            // Rows of the left table stand first, but for large blocks.
            let (starts, right) = match self.border {
                Some(border) if !large => {
                    let right = rows.partition_point(|&row| row < border);
                    (right, right)
                }
                _ => (rows.len(), 0),
            };
            for at in piece.starts.start.min(starts)..piece.starts.end.min(starts) {
                let end = if large { (at + 1 + self.window).min(rows.len()) } else { rows.len() };
                let a = rows[at];
                for &b in &rows[(at + 1).max(right)..end] {
                    if self.apart(a, b) && !self.met_before(piece.rule, a, b) {
                        found(a.min(b), a.max(b));
                    }
                }
            }
        }
    }

    /// Whether two rows may be a pair: of two tables, when there are two.
    #[inline]
    fn apart(&self, a: u32, b: u32) -> bool {
        self.border.is_none_or(|border| (a < border) != (b < border))
    }

    #[inline]
    fn keys_of(&self, row: u32) -> &[u32] {
        let width = self.members.len();
        &self.keys[row as usize * width..(row as usize + 1) * width]
    }

    #[inline]
    fn met_before(&self, rule: usize, a: u32, b: u32) -> bool {
        let (x, y) = (&self.keys_of(a)[..rule], &self.keys_of(b)[..rule]);
        x.iter().zip(y).enumerate().any(|(rule, (&x, &y))| x == y && self.meets(rule, x, a, b))
    }

    /// Whether two rows with this one key of a rule are brought together by it.
    #[inline]
    fn meets(&self, rule: usize, key: u32, a: u32, b: u32) -> bool {
        key != NO_BLOCK
            && (key & LARGE == 0 || {
                let places = &self.members[rule].places;
                (places[a as usize].abs_diff(places[b as usize]) as usize) <= self.window
            })
    }

    /// Which rules bring this pair: one bit each.
    pub(super) fn brought_by(&self, a: u32, b: u32) -> u16 {
        let keys = self.keys_of(a).iter().zip(self.keys_of(b)).enumerate();
        keys.fold(0, |mask, (rule, (&x, &y))| mask | (u16::from(x == y && self.meets(rule, x, a, b)) << rule))
    }

    /// The rows of a block, those of a large one in the order of their values, and whether it is large.
    pub(super) fn block(&self, rule: usize, code: u32) -> (&[u32], bool) {
        let rows = self.members[rule].blocks.row(code as usize);
        let large = rows.first().is_some_and(|&row| self.keys_of(row)[rule] & LARGE != 0);
        (rows, large)
    }
}

/// The pairs of the rows of a block; of two tables, those of a row of each.
pub(super) fn n_pairs(rows: &[u32], border: Option<u32>) -> u64 {
    let n = rows.len() as u64;
    match border {
        Some(border) => {
            let left = rows.iter().filter(|&&row| row < border).count() as u64;
            left * (n - left)
        }
        None => n * n.saturating_sub(1) / 2,
    }
}

/// The pairs of a large block that are at most `window` places apart.
fn windowed(rows: &[u32], border: Option<u32>, window: usize) -> u64 {
    let near = |at: usize| &rows[at + 1..(at + 1 + window).min(rows.len())];
    let apart = |a: u32, b: u32| border.is_none_or(|border| (a < border) != (b < border));
    let count = |at: usize| near(at).iter().filter(|&&b| apart(rows[at], b)).count() as u64;
    (0..rows.len()).map(count).sum()
}

/// The blocks with the rows of large ones sorted by their values, so that alike rows are near.
fn with_large_sorted(
    blocks: Csr<u32>,
    large: &[usize],
    prepared: &Prepared,
    places: &mut [u32],
    keys: &mut [u32],
) -> Csr<u32> {
    let mut sorted = Csr::with_capacity(blocks.len(), blocks.values().len());
    let mut next = large.iter().peekable();
    for (code, rows) in blocks.rows().enumerate() {
        if next.next_if_eq(&&code).is_none() {
            sorted.push_row(rows.iter().copied());
            continue;
        }
        let mut rows = rows.to_vec();
        rows.par_sort_unstable_by(|&a, &b| by_values(prepared, a, b).then(a.cmp(&b)));
        for (place, &row) in (0u32..).zip(&rows) {
            places[row as usize] = place;
            keys[row as usize] |= LARGE;
        }
        sorted.push_row(rows);
    }
    sorted
}

/// The order of two rows by their values, column by column.
fn by_values(prepared: &Prepared, a: u32, b: u32) -> Ordering {
    let values = prepared.row(a).iter().zip(prepared.row(b)).zip(&prepared.fields);
    for ((&a, &b), field) in values {
        if a != b {
            return field.distinct.get(a as usize).cmp(&field.distinct.get(b as usize));
        }
    }
    Ordering::Equal
}
