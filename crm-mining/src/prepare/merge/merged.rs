//! What a merge gives back.

use super::collide::IdCollision;
use super::report::MergeReport;
use super::resolve::{Decision, Resolved};
use super::settings::ConflictRule;
use super::stack::{NO_TIME, Origin, Stacked};
use super::verdict::MergeRejected;
use crate::data::{Column, Keys, Table, Text};
use std::sync::Arc;

/// One row per customer, where each cell comes from, what lost, and what was set aside.
#[derive(Debug, Clone)]
pub struct Merged {
    /// One row per customer, in order of customer.
    pub table: Table,
    /// Where each cell comes from and what decided it.
    pub provenance: Provenance,
    /// The cells for which sources or rows gave different values.
    pub conflicts: Conflicts,
    /// The rows that could not be used.
    pub rejected: MergeRejected,
    /// Ids that seem to name two customers, and ids that seem to name one.
    pub collisions: Vec<IdCollision>,
    /// Counts.
    pub report: MergeReport,
}

impl Merged {
    pub(super) fn new(
        table: Table,
        fusion: Arc<Fusion>,
        rejected: MergeRejected,
        collisions: Vec<IdCollision>,
        report: MergeReport,
    ) -> Merged {
        let provenance = Provenance { fusion: Arc::clone(&fusion) };
        Merged { table, provenance, conflicts: Conflicts { fusion }, rejected, collisions, report }
    }

    /// The rows that came in: those used and those set aside.
    pub fn rows_in(&self) -> u64 {
        self.report.sources.iter().map(|source| source.rows_in).sum()
    }
}

/// The rows of all sources with what was decided among them.
#[derive(Debug)]
pub(super) struct Fusion {
    pub(super) keys: Keys,
    pub(super) names: Vec<String>,
    pub(super) rules: Vec<Vec<ConflictRule>>,
    pub(super) columns: Vec<Stacked>,
    pub(super) resolved: Vec<Resolved>,
    pub(super) origin: Origin,
}

impl Fusion {
    /// The columns of the merged table.
    pub(super) fn table_columns(&self) -> impl Iterator<Item = Column> {
        self.each()
            .map(|(name, column, resolved)| column.column(name, resolved.cells.iter().map(|cell| cell.row)))
    }

    /// The common columns by name, with their values and decisions.
    pub(super) fn each(&self) -> impl Iterator<Item = (&str, &Stacked, &Resolved)> + Clone {
        let names = self.names.iter().map(String::as_str);
        names
            .zip(&self.columns)
            .zip(&self.resolved)
            .map(|((name, column), resolved)| (name, column, resolved))
    }

    pub(super) fn as_of(&self, row: u32) -> Option<i64> {
        Some(self.origin.time(row)).filter(|&time| time != NO_TIME)
    }

    pub(super) fn losing(&self, column: &Stacked, row: u32) -> LosingValue<'_> {
        LosingValue {
            value: column.show(row).unwrap_or_default(),
            source: self.origin.source_name(row),
            row: u64::from(self.origin.number(row)),
            as_of: self.as_of(row),
        }
    }
}

/// A value that a source gave and that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LosingValue<'a> {
    /// The value as text.
    pub value: String,
    /// The source of the first row that gives it.
    pub source: &'a str,
    /// The number of that row.
    pub row: u64,
    /// When that row was true, in UTC microseconds.
    pub as_of: Option<i64>,
}

/// Where a cell comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellOrigin<'a> {
    /// The value as text.
    pub value: String,
    /// The source of its row.
    pub source: &'a str,
    /// The number of its row in the source.
    pub row: u64,
    /// When that row was true, in UTC microseconds.
    pub as_of: Option<i64>,
    /// What decided.
    pub decision: Decision,
    /// The other values, in order of source and row.
    pub losing: Vec<LosingValue<'a>>,
}

/// Where each cell of a merged table comes from, what decided it, and what lost.
///
/// As a table: one row per filled cell, with customer, column, value, source, row, as_of, decided_by and the number of
/// losing values.
#[derive(Debug, Clone)]
pub struct Provenance {
    pub(super) fusion: Arc<Fusion>,
}

impl Provenance {
    /// Where the cell of a customer in a common column comes from; `None` when it is empty or not there.
    pub fn cell(&self, customer: &str, column: &str) -> Option<CellOrigin<'_>> {
        let customer = self.fusion.keys.position(customer)?;
        let (_, values, resolved) = self.fusion.each().find(|(name, ..)| *name == column)?;
        let cell = resolved.cells.get(customer).filter(|cell| cell.row != Text::MISSING)?;
        let lost = resolved.lost(customer as u32);
        Some(CellOrigin {
            value: values.show(cell.row)?,
            source: self.fusion.origin.source_name(cell.row),
            row: u64::from(self.fusion.origin.number(cell.row)),
            as_of: self.fusion.as_of(cell.row),
            decision: cell.decision,
            losing: lost.iter().map(|&(_, row)| self.fusion.losing(values, row)).collect(),
        })
    }

    /// The rules that decide a common column, in order.
    pub fn rules(&self, column: &str) -> Option<&[ConflictRule]> {
        let place = self.fusion.names.iter().position(|name| name == column)?;
        self.fusion.rules.get(place).map(Vec::as_slice)
    }
}

/// One cell with different values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict<'a> {
    /// The customer.
    pub customer: String,
    /// The common column.
    pub column: &'a str,
    /// The value taken, as text.
    pub kept: String,
    /// What decided.
    pub decision: Decision,
    /// The other values, in order of source and row.
    pub losing: Vec<LosingValue<'a>>,
}

/// The cells for which sources or rows gave different values.
///
/// As a table: one row per losing value, with customer, column, the value kept, its source and row, what decided, the
/// value lost, its source, row and time.
#[derive(Debug, Clone)]
pub struct Conflicts {
    pub(super) fusion: Arc<Fusion>,
}

impl Conflicts {
    /// How many cells.
    pub fn len(&self) -> usize {
        self.counts().iter().map(|&(_, count)| count as usize).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.fusion.resolved.iter().all(|resolved| resolved.lost.is_empty())
    }

    /// How many cells of each common column.
    pub fn counts(&self) -> Vec<(&str, u64)> {
        let cells = |lost: &[(u32, u32)]| lost.chunk_by(|a, b| a.0 == b.0).count() as u64;
        self.fusion.each().map(|(name, _, resolved)| (name, cells(&resolved.lost))).collect()
    }

    /// The conflicts by column, then by customer.
    pub fn iter(&self) -> impl Iterator<Item = Conflict<'_>> {
        self.fusion.each().flat_map(move |(column, values, resolved)| {
            let groups = resolved.lost.chunk_by(|a, b| a.0 == b.0);
            groups.filter_map(move |lost| {
                let customer = lost.first()?.0 as usize;
                let cell = resolved.cells.get(customer)?;
                Some(Conflict {
                    customer: self.fusion.keys.name(customer),
                    column,
                    kept: values.show(cell.row)?,
                    decision: cell.decision,
                    losing: lost.iter().map(|&(_, row)| self.fusion.losing(values, row)).collect(),
                })
            })
        })
    }
}
