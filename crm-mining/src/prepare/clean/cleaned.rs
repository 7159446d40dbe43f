//! What cleaning gives back: the table, the changes, the rows set aside, and counts that add up.

use super::reason::Reason;
use crate::data::{Column, Roles, Table, ToTable};
use crate::prepare::read::BadRow;

/// A cleaned table, what was changed, what was set aside, and the count of each step.
#[derive(Debug, Clone)]
pub struct Cleaned {
    /// The rows left; they keep the numbers they had in the source.
    pub table: Table,
    /// Which column plays which part in it.
    pub roles: Roles,
    /// Every value that was changed.
    pub changes: Vec<Change>,
    /// The rows set aside by the steps, with reasons.
    pub rejected: Rejected,
    /// The rows that could not be read at all.
    pub unread: Vec<BadRow>,
    /// What each step did.
    pub steps: Vec<StepCount>,
}

impl Cleaned {
    /// The rows that came in: those left, those set aside and those that could not be read.
    pub fn rows_in(&self) -> u64 {
        self.table.n_rows() as u64 + self.rejected.len() as u64 + self.unread.len() as u64
    }
}

/// One changed value.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The source row, from 1.
    pub row: u64,
    /// The column.
    pub column: String,
    /// The value as read.
    pub before: f64,
    /// The value now.
    pub after: f64,
    /// The step that changed it.
    pub step: &'static str,
    /// The source row that made the change necessary, such as a cancellation.
    pub because_of: Option<u64>,
}

impl ToTable for [Change] {
    fn to_table(&self) -> Table {
        let because = |change: &Change| change.because_of.map(|row| row.to_string());
        Table::of(
            "changes",
            vec![
                Column::ints("row", self.iter().map(|change| change.row as i64).collect()),
                Column::text("column", self.iter().map(|change| Some(&change.column))),
                Column::floats("before", self.iter().map(|change| change.before).collect()),
                Column::floats("after", self.iter().map(|change| change.after).collect()),
                Column::text("step", self.iter().map(|change| Some(change.step))),
                Column::text("because_of", self.iter().map(because)),
            ],
        )
    }
}

/// The rows set aside, in source order, each with its reason.
#[derive(Debug, Clone)]
pub struct Rejected {
    pub(super) rows: Table,
    pub(super) reasons: Vec<Reason>,
}

impl Rejected {
    /// How many.
    pub fn len(&self) -> usize {
        self.reasons.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.reasons.is_empty()
    }

    /// The rows as they were read.
    pub fn rows(&self) -> &Table {
        &self.rows
    }

    /// Why each of them was set aside.
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    /// How many rows were set aside for each reason, most frequent first.
    pub fn counts(&self) -> Vec<(&'static str, u64)> {
        let mut counts: Vec<(&'static str, u64)> = Vec::new();
        for name in self.reasons.iter().map(Reason::name) {
            match counts.iter_mut().find(|(other, _)| *other == name) {
                Some((_, count)) => *count += 1,
                None => counts.push((name, 1)),
            }
        }
        counts.sort_by_key(|&(name, count)| (std::cmp::Reverse(count), name));
        counts
    }
}

impl ToTable for Rejected {
    /// The rows as read, with their source row and the reason in front.
    fn to_table(&self) -> Table {
        let numbers = (0..self.len()).map(|row| self.rows.row_number(row) as i64).collect();
        let own = |name: &str| match self.rows.find(name) {
            Some(_) => format!("{name} (crm-mining)"),
            None => name.to_owned(),
        };
        let mut columns = vec![
            Column::ints(own("row"), numbers),
            Column::text(own("reason"), self.reasons.iter().map(|reason| Some(reason.to_string()))),
        ];
        columns.extend(self.rows.columns().iter().cloned());
        Table::of("rejected", columns)
    }
}

impl ToTable for [StepCount] {
    fn to_table(&self) -> Table {
        let ints = |name: &str, get: fn(&StepCount) -> u64| {
            Column::ints(name, self.iter().map(|count| get(count) as i64).collect())
        };
        Table::of(
            "steps",
            vec![
                Column::text("step", self.iter().map(|count| Some(count.step))),
                ints("rows_in", |count| count.rows_in),
                ints("rejected", |count| count.rejected),
                ints("changed", |count| count.changed),
            ],
        )
    }
}

/// What one step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepCount {
    /// The step.
    pub step: &'static str,
    /// Rows that reached it.
    pub rows_in: u64,
    /// Rows it set aside.
    pub rejected: u64,
    /// Values it changed.
    pub changed: u64,
}
