//! The cleaner of order lines as a step of a plan.

use super::cells::NO_ROW;
use super::fitted::Learned;
use super::frame::Frame;
use super::step::{Kind, refuse};
use crate::data::Values;
use crate::error::Result;
use crate::prepare::clean::{Cleaner, Reason, Step};

/// The longest regular expression of an item pattern.
const LONGEST_PATTERN: usize = 1_000;

impl Kind for Cleaner {
    fn check(&self) -> Result<()> {
        if self.steps.len() > super::CleaningPlan::MOST_STEPS {
            return refuse("number of steps of a cleaner", "at most 1,000", self.steps.len());
        }
        let long = self.steps.iter().find_map(|step| match step {
            Step::ItemPattern(pattern) if pattern.len() > LONGEST_PATTERN => Some(pattern.len()),
            _ => None,
        });
        match long {
            Some(length) => refuse("length of an item pattern", "at most 1,000", length),
            None => Ok(()),
        }
    }

    fn apply(&self, _: &Learned, frame: &mut Frame) -> Result<()> {
        let cleaned = self.clean_with(frame.table(), frame.control())?;
        let position = |number: u64| number.saturating_sub(1) as u32;
        let mut changed: Vec<(String, u32)> =
            cleaned.changes.iter().map(|change| (change.column.clone(), position(change.row))).collect();
        changed.sort_unstable();
        changed.dedup();
        for cells in changed.chunk_by(|a, b| a.0 == b.0) {
            let Some((name, _)) = cells.first() else { continue };
            let column = frame.column(name)?;
            let Values::Float(values) = cleaned.table.column(name)?.values() else { continue };
            let mut whole = vec![f64::NAN; frame.n_rows()];
            let mut kept = vec![false; frame.n_rows()];
            for (row, &value) in values.iter().enumerate() {
                let at = position(cleaned.table.row_number(row)) as usize;
                if let (Some(place), Some(kept)) = (whole.get_mut(at), kept.get_mut(at)) {
                    (*place, *kept) = (value, true);
                }
            }
            let is_kept = |row: &u32| kept.get(*row as usize).copied().unwrap_or(false);
            let rows = cells.iter().map(|&(_, row)| row).filter(is_kept).collect();
            frame.replace(column, Values::Float(whole), rows);
        }
        let rejected = &cleaned.rejected;
        for (row, reason) in rejected.reasons().iter().enumerate() {
            let other = because_of(reason).map_or(NO_ROW, position);
            frame.reject_because(&[(position(rejected.rows().row_number(row)), other)], reason.name());
        }
        Ok(())
    }
}

/// The row that made it necessary.
fn because_of(reason: &Reason) -> Option<u64> {
    match *reason {
        Reason::DuplicateOf { row } | Reason::CancelledBy { row } => Some(row),
        Reason::NetsSale { sale } | Reason::NetsSalePartly { sale, .. } => Some(sale),
        _ => None,
    }
}
