//! The end of a plan: rows set aside are taken out, and given back as they came.

use super::{Frame, Held};
use crate::data::parse::DateEvidence;
use crate::data::{Column, Found, Strings, Table, Values, find_type};
use crate::prepare::plan::log::places;
use crate::prepare::plan::result::{PlanRejected, PlanResult};
use rayon::prelude::*;
use std::sync::Arc;

impl Frame {
    /// What became of the table.
    pub(in crate::prepare::plan) fn finish(mut self) -> PlanResult {
        self.log.names = self.columns.iter().map(|held| held.name.clone()).collect();
        for held in &self.columns {
            if let (Values::Text(text), Some(place)) =
                (&held.values, self.log.dictionaries.get_mut(held.dictionary as usize))
            {
                *place = text.shared();
            }
        }
        self.verdicts.sort_unstable_by_key(|verdict| verdict.row);
        self.log.rejected = self.verdicts.iter().map(|verdict| (verdict.row, verdict.edits)).collect();
        self.find_types();
        let rejected = self.rejected();
        let name = self.name;
        let (columns, n_rows, numbers) = if self.n_alive == self.n_rows {
            let column = |held: Held| Column::new(held.name, held.values);
            (self.columns.into_iter().map(column).collect(), self.n_rows, self.log.numbers.clone())
        } else {
            let kept: Vec<u32> =
                (0u32..).zip(&self.alive).filter(|(_, alive)| **alive).map(|(r, _)| r).collect();
            let take = |held: Held| Column::new(held.name, held.values.take(&kept));
            let columns = self.columns.into_par_iter().map(take).collect();
            let numbers = numbers_of(self.log.numbers.as_deref(), &kept);
            let n_rows = kept.len();
            self.log.kept = Some(kept);
            (columns, n_rows, Some(numbers))
        };
        let table = Table::from_parts(name, columns, n_rows, numbers);
        PlanResult { table, log: self.log, rejected, steps: self.counts }
    }

    /// Texts that were changed may speak of something else now.
    fn find_types(&mut self) {
        let mut edited: Vec<u32> = self.log.edits.iter().map(|edit| edit.column).collect();
        edited.dedup();
        for column in edited {
            let Some(held) = self.columns.get_mut(column as usize) else { continue };
            let Values::Text(text) = &mut held.values else { continue };
            let mut used = vec![false; text.distinct().len()];
            for &code in text.codes() {
                if let Some(used) = used.get_mut(code as usize) {
                    *used = true;
                }
            }
            let said: Strings =
                text.distinct().iter().zip(used).filter(|&(_, used)| used).map(|(text, _)| text).collect();
            let found = match (find_type(&said), text.found()) {
                (Found::Time(_), Found::Time(order)) => Found::Time(order),
                (Found::Time(_), _) => DateEvidence::of(&said).decide().map_or(Found::Text, Found::Time),
                (found, _) => found,
            };
            *text.parts_mut().2 = found;
        }
    }

    fn rejected(&self) -> PlanRejected {
        let rows: Vec<u32> = self.verdicts.iter().map(|verdict| verdict.row).collect();
        let place = if rows.is_empty() { Vec::new() } else { places(&rows, self.n_rows) };
        let raw = |column: usize| {
            let Some(held) = self.columns.get(column) else { return Column::floats("", Vec::new()) };
            let values = self.log.rewind(column, held.values.take(&rows), Some((&rows, &place)));
            Column::new(held.name.clone(), values)
        };
        let columns = (0..self.log.inputs.len()).into_par_iter().map(raw).collect();
        let numbers = numbers_of(self.log.numbers.as_deref(), &rows);
        PlanRejected {
            rows: Table::from_parts(self.name.clone(), columns, rows.len(), Some(numbers)),
            steps: self.verdicts.iter().map(|verdict| verdict.step).collect(),
            step_names: self.log.steps.clone(),
            reasons: self.verdicts.iter().map(|verdict| verdict.reason).collect(),
            texts: self.reasons.clone(),
            because_of: self
                .verdicts
                .iter()
                .map(|verdict| verdict.because_of.map_or(0, |row| self.row_number(row as usize)))
                .collect(),
        }
    }
}

fn numbers_of(numbers: Option<&Vec<u32>>, rows: &[u32]) -> Arc<Vec<u32>> {
    let number = |&row: &u32| match numbers {
        Some(numbers) => numbers.get(row as usize).copied().unwrap_or_default(),
        None => row + 1,
    };
    Arc::new(rows.iter().map(number).collect())
}
