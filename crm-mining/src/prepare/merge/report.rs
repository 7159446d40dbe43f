//! The counts of a merge.

use super::merged::Fusion;
use super::resolve::Decision;
use super::verdict::MergeRejected;
use crate::data::Text;
use serde::{Deserialize, Serialize};

/// What one source gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceCount {
    /// The source.
    pub source: String,
    /// Its rows.
    pub rows_in: u64,
    /// Rows that speak of a customer of the merged table.
    pub used: u64,
    /// Rows set aside.
    pub set_aside: u64,
    /// Cells of the merged table whose value comes from it.
    pub cells: u64,
}

/// What was decided in one common column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnCount {
    /// The column.
    pub column: String,
    /// Customers with a value.
    pub filled: u64,
    /// Customers whose rows all give the same value.
    pub agreed: u64,
    /// Customers whose rows give different values.
    pub conflicts: u64,
    /// Conflicts that no rule decided.
    pub ties: u64,
}

/// The counts of a merge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergeReport {
    /// Customers.
    pub customers: u64,
    /// By source, in order of name.
    pub sources: Vec<SourceCount>,
    /// By common column.
    pub columns: Vec<ColumnCount>,
    /// Collisions of ids.
    pub collisions: u64,
}

impl std::fmt::Display for MergeReport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for source in &self.sources {
            let SourceCount { source, rows_in, used, set_aside, .. } = source;
            writeln!(f, "{source:?}: {rows_in} rows, {used} used, {set_aside} set aside")?;
        }
        for column in &self.columns {
            let ColumnCount { column, filled, conflicts, ties, .. } = column;
            writeln!(
                f,
                "{column:?}: {filled} filled, {conflicts} with different values, {ties} of them ties"
            )?;
        }
        write!(f, "{} customers, {} collisions of ids", self.customers, self.collisions)
    }
}

pub(super) fn report(fusion: &Fusion, rejected: &MergeRejected, collisions: usize) -> MergeReport {
    let origin = &fusion.origin;
    let mut cells = vec![0_u64; origin.sources.len()];
    let rows = fusion.resolved.iter().flat_map(|resolved| &resolved.cells).map(|cell| cell.row);
    for row in rows.filter(|&row| row != Text::MISSING) {
        if let Some(cells) = cells.get_mut(origin.source(row)) {
            *cells += 1;
        }
    }
    let n_rows = origin.numbers.len() as u32;
    let ends = origin.starts.iter().skip(1).copied().chain([n_rows]);
    let sources = rejected.sources.iter().zip(origin.starts.iter().zip(ends)).zip(cells);
    let source =
        |((rejected, (&start, end)), cells): ((&super::verdict::RejectedSource, (&u32, u32)), u64)| {
            let (rows_in, set_aside) = (u64::from(end - start), rejected.reasons.len() as u64);
            SourceCount {
                source: rejected.source.clone(),
                rows_in,
                used: rows_in - set_aside,
                set_aside,
                cells,
            }
        };
    let columns = fusion.each().map(|(name, _, resolved)| {
        let count = |test: fn(Decision) -> bool| {
            resolved.cells.iter().filter(|cell| test(cell.decision)).count() as u64
        };
        ColumnCount {
            column: name.to_owned(),
            filled: count(|decision| decision != Decision::Empty),
            agreed: count(|decision| decision == Decision::Agreed),
            conflicts: count(|decision| matches!(decision, Decision::Rule(_) | Decision::Tie)),
            ties: count(|decision| decision == Decision::Tie),
        }
    });
    MergeReport {
        customers: fusion.keys.len() as u64,
        columns: columns.collect(),
        sources: sources.map(source).collect(),
        collisions: collisions as u64,
    }
}
