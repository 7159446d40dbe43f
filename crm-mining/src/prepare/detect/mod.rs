//! Errors found without labels: what speaks against each cell, put together.

mod cells;
mod depend;
mod evidence;
mod merged;
mod near;
mod number;
mod outlier;
mod pattern;
mod rare;
mod spelling;
mod suspicion;

pub use suspicion::{Repair, Signal, Suspicion, Suspicions};

use super::dependency::{Coded, DependencySearch, find_panel, is_marker, screened, search};
use crate::data::Table;
use crate::error::{Result, invalid_parameter};
use crate::model::Control;
use evidence::{Evidence, Findings, Values};
use rare::Vocabulary;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Finds the cells of a table that look wrong, without labels, and says why and what could stand there.
///
/// Use it on any table as read, before cleaning: on text columns, where spelling and shape still show. Several
/// signals each give a probability that the cell is wrong, and the score is that of at least one being right
/// (noisy-or): 1 − ∏ (1 − wᵢ).
///
/// | signal | what it looks at | weight |
/// |---|---|---|
/// | missing marker | `N/A`, `null`, `?` anywhere; also `NA`, `none`, `-` among numbers and dates | 0.9 |
/// | missing | a gap in a column that is filled in 98 % of the rows | 0.6 |
/// | affix | a unit or sign beside a number, where the column has no one unit throughout | 0.8 to 0.9 |
/// | spelling, blanks | a value equal to one five times as frequent but for case, blanks, signs | 0.8 to 0.85 |
/// | type | no number or date, where 95 % are | 0.45 to 0.8 |
/// | pattern | a shape of less than 1 % of the rows, where few shapes make up 90 % | 0.3 to 0.7 |
/// | misspelling | a rare value or word near a frequent one, in a column that repeats its values | 0.4 to 0.7 |
/// | rare, foreign value | outside the few values of its column; repeated by another column | 0.35 to 0.6 |
/// | outlier | 8 deviations from the median, on the log scale where numbers are positive | 0.3 to 0.9 |
/// | merged field | ends with a value of another column that has a gap there | 0.9 |
/// | dependency | the other rows of the same determinant say otherwise | their share |
/// | conflict | the other sources that report on the same thing say otherwise | posterior |
///
/// What dependencies say for a value takes back what they say against it, and four fifths of pattern, type,
/// misspelling, rarity and outlier. They say nothing against a value that belongs to its group alone (two shops of
/// one name), nor in a group that deviates far more than chance spreads errors. Sources are weighted by how often
/// they agree with the others; a source that tells nothing is not right.
///
/// | setting | unit | default |
/// |---|---|---|
/// | `threshold` | score from which a cell is listed, above 0, at most 1 | 0.5 |
/// | `dependencies` | how dependencies are searched | [`DependencySearch::default`] |
///
/// # Errors
/// [`InvalidParameter`](crate::ErrorKind::InvalidParameter); the caller's wish to stop.
///
/// # Complexity
/// Values are judged once per distinct value; misspellings compare at most 20,000 rare with 2,000 frequent ones
/// per column, of at most 400 signs. Rows are passed once per dependency found. Uses the caller's threads; the result does not depend
/// on their number.
///
/// # Reference
/// Mahdavi, M. et al. (2019), Raha, SIGMOD; Dong, X. L., Berti-Equille, L. and Srivastava, D. (2009), Integrating
/// conflicting data: the role of source dependence, VLDB, for the weight of sources.
///
/// # Example
/// ```
/// use crm_mining::data::{Column, Table};
/// use crm_mining::prepare::{ErrorDetector, Signal, Repair};
///
/// let city = (0..100).map(|row| Some(if row == 7 { "Birmxngham" } else { ["Birmingham", "Luverne"][row % 2] }));
/// let table = Table::new("shops", vec![Column::text("city", city)])?;
/// let found = ErrorDetector::default().detect(&table)?;
/// assert_eq!((found.cells.len(), found.cells[0].row), (1, 8));
/// assert!(found.cells[0].reasons.contains(&Signal::Misspelling { distance: 1, votes: 50 }));
/// assert_eq!(found.cells[0].repair, Some(Repair::Value("Birmingham".into())));
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ErrorDetector {
    /// The score from which a cell is listed.
    pub threshold: f64,
    /// How dependencies are searched.
    pub dependencies: DependencySearch,
}

impl Default for ErrorDetector {
    fn default() -> Self {
        ErrorDetector { threshold: 0.5, dependencies: DependencySearch::default() }
    }
}

impl ErrorDetector {
    const STAGE: &'static str = "finding errors";

    /// The cells that look wrong.
    ///
    /// # Errors
    /// See [`ErrorDetector`].
    pub fn detect(&self, table: &Table) -> Result<Suspicions> {
        self.detect_with(table, &Control::default())
    }

    /// The cells that look wrong, under control of the caller.
    ///
    /// # Errors
    /// See [`ErrorDetector`].
    pub fn detect_with(&self, table: &Table, control: &Control) -> Result<Suspicions> {
        if !(self.threshold > 0.0 && self.threshold <= 1.0) {
            let rule = "above 0 and at most 1";
            return invalid_parameter("ErrorDetector", "threshold", rule, self.threshold);
        }
        self.dependencies.check()?;
        control.step(Self::STAGE, 0, 4)?;
        let read = Coded::all(table, control)?;
        let columns: Vec<Coded<'_>> = read.par_iter().map(Coded::without_markers).collect();
        control.step(Self::STAGE, 1, 4)?;
        let screened = screened(&columns, control)?;
        let links = search(&columns, &screened, &self.dependencies, control)?;
        let panel = find_panel(&columns, &screened);
        control.step(Self::STAGE, 2, 4)?;
        let findings = of_values(&read, control)?;
        let mut merged: Vec<Vec<(u32, Evidence)>> = vec![Vec::new(); read.len()];
        for (column, row, evidence) in merged::judge(&columns, control)? {
            if let Some(found) = merged.get_mut(column) {
                found.push((row, evidence));
            }
        }
        control.step(Self::STAGE, 3, 4)?;
        let positions: Vec<usize> = (0..read.len()).collect();
        let judged = |((&position, findings), mut merged): ((&usize, Findings), Vec<(u32, Evidence)>)| {
            let told = depend::judge(&columns, position, &links, panel.as_ref(), control)?;
            merged.sort_by_key(|&(row, _)| row);
            let Some(column) = read.get(position) else { return Ok(Vec::new()) };
            cells::Cells { table, column, position, findings, told, merged, threshold: self.threshold }
                .judge(control)
        };
        let cells: Result<Vec<Vec<(u32, usize, Suspicion)>>> =
            positions.par_iter().zip(findings).zip(merged).map(judged).collect();
        let mut cells = cells?.concat();
        cells.par_sort_by_key(|&(row, column, _)| (row, column));
        let n_cells = table.n_rows() as u64 * table.columns().len() as u64;
        Ok(Suspicions { cells: cells.into_iter().map(|(_, _, cell)| cell).collect(), n_cells })
    }
}

/// What speaks against the distinct values of every text column.
fn of_values(columns: &[Coded<'_>], control: &Control) -> Result<Vec<Findings>> {
    let values: Vec<Values<'_>> = columns.par_iter().map(Values::of).collect();
    let names: Vec<Arc<str>> = columns.iter().map(|column| column.name.into()).collect();
    let vocabulary = Vocabulary::of(&values, names);
    let judged = |(here, (column, values)): (usize, (&Coded<'_>, &Values<'_>))| {
        control.check(ErrorDetector::STAGE)?;
        let mut findings = Findings::new();
        for (code, text, _) in column.occurring().filter(|(_, text, _)| column.is_text && is_marker(text)) {
            let weight = if text.is_empty() { 0.6 } else { 0.9 };
            findings.insert(code, vec![Evidence::hard(Signal::MissingMarker, weight).missing()]);
        }
        let of_numbers = number::judge(values, &mut findings);
        if column.is_text && !of_numbers {
            control.check(ErrorDetector::STAGE)?;
            pattern::judge(values, &mut findings);
            control.check(ErrorDetector::STAGE)?;
            spelling::judge(values, &mut findings, control)?;
        }
        rare::judge(values, of_numbers, here as u32, &vocabulary, &mut findings);
        Ok(findings)
    };
    columns.par_iter().zip(&values).enumerate().map(judged).collect()
}
