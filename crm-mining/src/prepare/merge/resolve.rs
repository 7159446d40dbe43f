//! One value per customer: rules narrow the candidates, the smallest value ends a tie.

use super::settings::ConflictRule;
use super::stack::{Origin, Stacked};
use crate::data::{Csr, Text};
use crate::error::Result;
use crate::model::Control;
use rayon::prelude::*;

/// Customers that one task decides.
const CHUNK: usize = 1 << 13;

/// What decided a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// No row gives a value.
    Empty,
    /// All rows that give a value give the same.
    Agreed,
    /// This rule left one value.
    Rule(ConflictRule),
    /// No rule left one value alone: of those left, the smallest was taken (texts by the alphabet).
    Tie,
}

impl Decision {
    /// The decision in words.
    pub fn name(self) -> &'static str {
        match self {
            Decision::Empty => "empty",
            Decision::Agreed => "agreed",
            Decision::Rule(rule) => rule.name(),
            Decision::Tie => "tie, smallest value",
        }
    }
}

/// A cell of the merged table: the row its value comes from ([`Text::MISSING`] without one), and why.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell {
    pub(super) row: u32,
    pub(super) decision: Decision,
}

/// The cells of one column by customer, and the rows whose value lost, in order of customer.
#[derive(Debug, Clone, Default)]
pub(super) struct Resolved {
    pub(super) cells: Vec<Cell>,
    /// Customer and row; of rows with one losing value the first.
    pub(super) lost: Vec<(u32, u32)>,
}

impl Resolved {
    /// The rows whose values lost in a customer's cell.
    pub(super) fn lost(&self, customer: u32) -> &[(u32, u32)] {
        let start = self.lost.partition_point(|&(other, _)| other < customer);
        let end = self.lost.partition_point(|&(other, _)| other <= customer);
        self.lost.get(start..end).unwrap_or_default()
    }
}

/// What one column is decided by.
pub(super) struct Decider<'a> {
    pub(super) column: &'a Stacked,
    pub(super) rules: &'a [ConflictRule],
    pub(super) origin: &'a Origin,
    /// The rank of trust of each source.
    pub(super) ranks: &'a [u32],
    /// How many common columns each row fills.
    pub(super) filled: &'a [u16],
}

/// A row with a value.
type Candidate = (u64, u32);

impl Decider<'_> {
    pub(super) fn resolve(&self, groups: &Csr<u32>, control: &Control) -> Result<Resolved> {
        let starts: Vec<usize> = (0..groups.len()).step_by(CHUNK).collect();
        let chunk = |&start: &usize| {
            control.check("merging sources")?;
            let mut resolved = Resolved::default();
            let mut candidates = Vec::new();
            for customer in start..groups.len().min(start + CHUNK) {
                let valued =
                    groups.row(customer).iter().filter_map(|&row| Some((self.column.word(row)?, row)));
                candidates.clear();
                candidates.extend(valued);
                self.decide(customer as u32, &mut candidates, &mut resolved);
            }
            Ok(resolved)
        };
        let parts: Vec<Resolved> = starts.par_iter().map(chunk).collect::<Result<_>>()?;
        let mut all = Resolved::default();
        for part in parts {
            all.cells.extend(part.cells);
            all.lost.extend(part.lost);
        }
        Ok(all)
    }

    fn decide(&self, customer: u32, candidates: &mut Vec<Candidate>, into: &mut Resolved) {
        let cell = match candidates.as_slice() {
            [] => Cell { row: Text::MISSING, decision: Decision::Empty },
            [(_, row)] => Cell { row: *row, decision: Decision::Agreed },
            several if agree(several) => Cell { row: self.first(several), decision: Decision::Agreed },
            _ => {
                let all = candidates.clone();
                let cell = self.settle(candidates);
                self.note_lost(customer, cell.row, all, into);
                cell
            }
        };
        into.cells.push(cell);
    }

    fn settle(&self, left: &mut Vec<Candidate>) -> Cell {
        for &rule in self.rules {
            self.narrow(rule, left);
            if agree(left) {
                return Cell { row: self.first(left), decision: Decision::Rule(rule) };
            }
        }
        let smallest = left.iter().map(|candidate| candidate.0).min_by(|&a, &b| self.column.compare(a, b));
        left.retain(|candidate| Some(candidate.0) == smallest);
        Cell { row: self.first(left), decision: Decision::Tie }
    }

    /// Keeps the candidates that the rule prefers.
    fn narrow(&self, rule: ConflictRule, left: &mut Vec<Candidate>) {
        match rule {
            ConflictRule::Newest => keep(left, |&(_, row)| self.origin.time(row)),
            ConflictRule::MostTrusted => {
                let rank = |row| self.ranks.get(self.origin.source(row)).copied().unwrap_or(u32::MAX);
                keep(left, |&(_, row)| std::cmp::Reverse(rank(row)));
            }
            ConflictRule::MostComplete => keep(left, |&(_, row)| self.filled.get(row as usize).copied()),
            ConflictRule::Longest => keep(left, |&(word, _)| self.column.length(word)),
            ConflictRule::Majority => {
                left.sort_unstable();
                let counts: Vec<(u64, usize)> = left
                    .chunk_by(|a, b| a.0 == b.0)
                    .filter_map(|same| Some((same.first()?.0, same.len())))
                    .collect();
                let count = |word| counts.binary_search_by_key(&word, |run| run.0).ok();
                keep(left, |&(word, _)| count(word).and_then(|place| counts.get(place)).map(|run| run.1));
            }
        }
    }

    /// The first row in order of source and row number.
    fn first(&self, candidates: &[Candidate]) -> u32 {
        let rows = candidates.iter().map(|candidate| candidate.1);
        rows.min_by_key(|&row| self.origin.order(row)).unwrap_or(Text::MISSING)
    }

    /// Notes the first row of every value but the winner's, in order of source and row number.
    fn note_lost(&self, customer: u32, winner: u32, mut all: Vec<Candidate>, into: &mut Resolved) {
        let won = self.column.word(winner);
        all.sort_unstable_by_key(|&(word, row)| (word, self.origin.order(row)));
        all.dedup_by_key(|candidate| candidate.0);
        all.retain(|candidate| Some(candidate.0) != won);
        all.sort_unstable_by_key(|&(_, row)| self.origin.order(row));
        into.lost.extend(all.into_iter().map(|(_, row)| (customer, row)));
    }
}

/// Whether all candidates hold one value.
fn agree(candidates: &[Candidate]) -> bool {
    candidates.windows(2).all(|pair| matches!(pair, [a, b] if a.0 == b.0))
}

/// Keeps the candidates with the greatest key.
fn keep<K: Ord>(left: &mut Vec<Candidate>, key: impl Fn(&Candidate) -> K) {
    if let Some(best) = left.iter().map(&key).max() {
        left.retain(|candidate| key(candidate) == best);
    }
}
