//! Rows that cannot be used, and why.

use crate::data::{Column, Table, ToTable};

/// Why a row of a source was set aside.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MergeReason {
    /// It names no customer.
    MissingKey,
    /// The mapping table does not hold its key.
    UnmappedKey,
    /// The mapping table maps its key to several customers.
    AmbiguousKey,
    /// A value cannot be read.
    Unreadable {
        /// The source's column.
        column: String,
        /// What it must be.
        must_be: &'static str,
    },
    /// The unit has no factor.
    UnknownUnit {
        /// The source's column of units.
        column: String,
    },
    /// The currency has no rate at all.
    UnknownCurrency {
        /// The source's column of currencies, or of amounts where the currency is fixed.
        column: String,
    },
    /// The currency has no rate for the row's day.
    NoRate {
        /// The source's column of amounts.
        column: String,
    },
}

impl std::fmt::Display for MergeReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            MergeReason::MissingKey => f.write_str("names no customer"),
            MergeReason::UnmappedKey => f.write_str("key not in the mapping table"),
            MergeReason::AmbiguousKey => f.write_str("key mapped to several customers"),
            MergeReason::Unreadable { column, must_be } => write!(f, "{column:?} is not {must_be}"),
            MergeReason::UnknownUnit { column } => write!(f, "{column:?} names an unknown unit"),
            MergeReason::UnknownCurrency { column } => write!(f, "{column:?} is in an unknown currency"),
            MergeReason::NoRate { column } => write!(f, "no rate for {column:?} on the row's day"),
        }
    }
}

/// What becomes of each row of one source: used, or set aside for the first reason found.
#[derive(Debug, Default)]
pub(super) struct Verdicts {
    /// One more than the position of the reason; 0 for a row that is used.
    of: Vec<u16>,
    reasons: Vec<MergeReason>,
}

impl Verdicts {
    pub(super) fn of(n_rows: usize) -> Verdicts {
        Verdicts { of: vec![0; n_rows], reasons: Vec::new() }
    }

    pub(super) fn reject(&mut self, row: usize, reason: &MergeReason) {
        let known = self.reasons.iter().position(|other| other == reason);
        let place = known.unwrap_or_else(|| {
            self.reasons.push(reason.clone());
            self.reasons.len() - 1
        });
        if let Some(of @ 0) = self.of.get_mut(row) {
            *of = u16::try_from(place + 1).unwrap_or(u16::MAX);
        }
    }

    pub(super) fn is_used(&self, row: usize) -> bool {
        self.of.get(row) == Some(&0)
    }

    /// The rows set aside, with their reasons.
    pub(super) fn rejected(&self) -> (Vec<u32>, Vec<MergeReason>) {
        let row =
            |(row, &of): (u32, &u16)| Some((row, self.reasons.get(usize::from(of).checked_sub(1)?)?.clone()));
        (0_u32..).zip(&self.of).filter_map(row).unzip()
    }
}

/// The rows of one source that were set aside, as they were read, each with its reason.
#[derive(Debug, Clone, PartialEq)]
pub struct RejectedSource {
    /// The source.
    pub source: String,
    /// The rows; they keep their numbers.
    pub rows: Table,
    /// Why each of them was set aside.
    pub reasons: Vec<MergeReason>,
}

/// The rows that a merge set aside, by source in order of name.
#[derive(Debug, Clone, PartialEq)]
pub struct MergeRejected {
    /// One entry per source, empty ones too.
    pub sources: Vec<RejectedSource>,
}

impl MergeRejected {
    /// How many rows.
    pub fn len(&self) -> usize {
        self.sources.iter().map(|source| source.reasons.len()).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl ToTable for MergeRejected {
    /// One row per row set aside: its source, its number there and the reason.
    fn to_table(&self) -> Table {
        let all = || self.sources.iter().flat_map(|s| (0..s.reasons.len()).map(move |row| (s, row)));
        let numbers = all().map(|(source, row)| source.rows.row_number(row) as i64);
        let reasons = all().map(|(source, row)| source.reasons.get(row).map(ToString::to_string));
        Table::of(
            "rejected",
            vec![
                Column::text("source", all().map(|(source, _)| Some(&source.source))),
                Column::ints("row", numbers.collect()),
                Column::text("reason", reasons),
            ],
        )
    }
}
