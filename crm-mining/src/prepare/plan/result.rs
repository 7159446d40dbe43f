//! What a plan gives back: the table, the log of changes, the rows set aside, and counts that add up.

use super::log::ChangeLog;
use crate::data::{Column, Table, ToTable};
use crate::error::Result;
use crate::prepare::clean::StepCount;

/// A cleaned table, what was changed, what was set aside, and the count of each step.
///
/// Rows of the input = rows of `table` + rows of `rejected`.
#[derive(Debug, Clone)]
pub struct PlanResult {
    /// The rows left; they keep the numbers they had in the source.
    pub table: Table,
    /// Every value that was changed.
    pub log: ChangeLog,
    /// The rows set aside, as they came in.
    pub rejected: PlanRejected,
    /// What each step did.
    pub steps: Vec<StepCount>,
}

impl PlanResult {
    /// The input as it was.
    ///
    /// # Errors
    /// As [`ChangeLog::undo`].
    pub fn undo(&self) -> Result<Table> {
        self.log.undo(&self.table, &self.rejected)
    }

    /// The rows that came in.
    pub fn rows_in(&self) -> u64 {
        self.table.n_rows() as u64 + self.rejected.len() as u64
    }
}

/// The rows a plan set aside, in source order, each with its step and reason.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanRejected {
    pub(super) rows: Table,
    pub(super) steps: Vec<u32>,
    pub(super) step_names: Vec<&'static str>,
    /// Codes into `texts`.
    pub(super) reasons: Vec<u32>,
    pub(super) texts: Vec<String>,
    /// The source row that made it necessary, such as the duplicate that was kept; 0 for none.
    pub(super) because_of: Vec<u64>,
}

impl PlanRejected {
    /// How many.
    pub fn len(&self) -> usize {
        self.reasons.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.reasons.is_empty()
    }

    /// The rows as they came in.
    pub fn rows(&self) -> &Table {
        &self.rows
    }

    /// The step, from 1, that set aside the row at this position.
    pub fn step(&self, position: usize) -> Option<usize> {
        self.steps.get(position).map(|&step| step as usize + 1)
    }

    /// Why the row at this position was set aside.
    pub fn reason(&self, position: usize) -> Option<&str> {
        self.texts.get(*self.reasons.get(position)? as usize).map(String::as_str)
    }

    /// The source row that made it necessary, such as the duplicate that was kept.
    pub fn because_of(&self, position: usize) -> Option<u64> {
        self.because_of.get(position).copied().filter(|&row| row > 0)
    }

    /// How many rows were set aside for each reason, most frequent first.
    pub fn counts(&self) -> Vec<(&str, u64)> {
        let mut counts = vec![0u64; self.texts.len()];
        for &reason in &self.reasons {
            if let Some(count) = counts.get_mut(reason as usize) {
                *count += 1;
            }
        }
        let mut counts: Vec<(&str, u64)> = self.texts.iter().map(String::as_str).zip(counts).collect();
        counts.retain(|&(_, count)| count > 0);
        counts.sort_by_key(|&(reason, count)| (std::cmp::Reverse(count), reason));
        counts
    }
}

impl ToTable for PlanRejected {
    /// The rows as they came in, with their source row, step and reason in front.
    fn to_table(&self) -> Table {
        let numbers = (0..self.len()).map(|row| self.rows.row_number(row) as i64).collect();
        let own = |name: &str| match self.rows.find(name) {
            Some(_) => format!("{name} (crm-mining)"),
            None => name.to_owned(),
        };
        let step = |&step: &u32| self.step_names.get(step as usize).copied();
        let mut columns = vec![
            Column::ints(own("row"), numbers),
            Column::text(own("step"), self.steps.iter().map(step)),
            Column::text(own("reason"), (0..self.len()).map(|position| self.reason(position))),
            Column::text(
                own("because_of"),
                (0..self.len()).map(|p| self.because_of(p).map(|r| r.to_string())),
            ),
        ];
        columns.extend(self.rows.columns().iter().cloned());
        Table::of("rejected", columns)
    }
}
