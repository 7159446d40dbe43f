//! Why a pair is, or is not, one customer.

use super::compare::Why;
use super::model::LinkModel;
use super::pattern::{EQUAL, level};
use super::records::{Prepared, Records};
use super::score::{Scorer, prior_weight, probability};
use super::similar::likeness;
use crate::data::{Column, Table, Text, ToTable};
use crate::error::{Result, invalid_parameter};

/// What one comparison says of a pair.
#[derive(Debug, Clone, PartialEq)]
pub struct Contribution {
    /// The column.
    pub column: String,
    /// The level of agreement in words.
    pub level: String,
    /// In what values that differ are alike; `None` for equal, different and missing ones.
    pub why: Option<Why>,
    /// The evidence in bits, the frequency of the value taken into account.
    pub weight: f64,
    /// The part of it that comes from how rare the value is.
    pub term_frequency: f64,
}

impl Contribution {
    /// The level and what makes it: `similar 0.92 or more, pinyin`.
    pub fn in_words(&self) -> String {
        self.why.map_or_else(|| self.level.clone(), |why| format!("{}, {}", self.level, why.name()))
    }
}

/// The evidence on a pair, from the prior odds to the sum. Holds no value of the rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The prior odds in bits: how rare matches are among all pairs.
    pub prior: f64,
    /// What each comparison says.
    pub contributions: Vec<Contribution>,
    /// The sum in bits.
    pub weight: f64,
    /// The probability of a match.
    pub probability: f64,
}

impl LinkModel {
    /// Why two rows are linked or not, column by column. Any two rows may be asked for, also of one table.
    ///
    /// # Errors
    /// A row beyond the last, or a column of the model that the records lack.
    pub fn explain(&self, records: &Records<'_>, left: u32, right: u32) -> Result<Explanation> {
        let n = records.n_rows();
        if left.max(right) as usize >= n {
            return invalid_parameter("LinkModel", "rows", format!("below {n}"), (left, right));
        }
        let border = records.left.n_rows();
        let one = |row: u32| match records.right {
            Some(right) if row as usize >= border => (right.take(&[row - border as u32]), true),
            _ => (records.left.take(&[row]), false),
        };
        let ((a, a_right), (b, b_right)) = (one(left), one(right));
        // The rows as two tables of one row, each with the column names of its own table.
        let linker = match (a_right, b_right) {
            (false, true) => self.settings().clone(),
            (true, false) => return self.explain(records, right, left),
            (false, false) => self.settings().with_names(|column, _| (column.to_owned(), None)),
            (true, true) => {
                self.settings().with_names(|column, right| (right.unwrap_or(column).to_owned(), None))
            }
        };
        let prepared = Prepared::new(&linker, &Records::between(&a, &b))?;
        Ok(self.explain_prepared(&prepared))
    }

    fn explain_prepared(&self, prepared: &Prepared) -> Explanation {
        let scorer = Scorer::new(self, prepared);
        let (x, y) = (prepared.row(0), prepared.row(1));
        let missing = || Text::MISSING;
        let mut contributions = Vec::new();
        for (at, comparison) in self.settings().comparisons.iter().enumerate() {
            let Some(field) = prepared.fields.get(at) else { continue };
            let code = |row: &[u32]| row.get(at).copied().unwrap_or_else(missing);
            let (a, b) = (code(x), code(y));
            let level = level(comparison, field, a, b);
            let weight = scorer.of_level(at, level, a);
            let usual = self.levels().get(at).and_then(|levels| levels.first()).map_or(0.0, |l| l.weight());
            contributions.push(Contribution {
                column: comparison.column.trim().to_owned(),
                level: comparison.level_name(level),
                why: comparison
                    .is_similar(level)
                    .then(|| likeness(comparison.kind, field.compared(a), field.compared(b)).1),
                weight,
                term_frequency: if level == EQUAL { weight - usual } else { 0.0 },
            });
        }
        let prior = prior_weight(self.prior());
        let weight = contributions.iter().fold(prior, |sum, contribution| sum + contribution.weight);
        Explanation { prior, contributions, weight, probability: probability(weight) }
    }
}

impl super::Linker {
    /// The settings for columns named anew, from their names in the left and the right table.
    fn with_names(&self, name: impl Fn(&str, Option<&str>) -> (String, Option<String>)) -> super::Linker {
        let mut linker = self.clone();
        for comparison in &mut linker.comparisons {
            (comparison.column, comparison.right_column) =
                name(&comparison.column, comparison.right_column.as_deref());
        }
        for part in linker.blocking.iter_mut().flat_map(|block| &mut block.parts) {
            (part.column, part.right_column) = name(&part.column, part.right_column.as_deref());
        }
        linker
    }
}

impl std::fmt::Display for Explanation {
    /// A waterfall: each line adds to the sum.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{:>8.2} bits  prior", self.prior)?;
        let mut sum = self.prior;
        for part in &self.contributions {
            sum += part.weight;
            writeln!(f, "{:>+8.2}       {}: {} (sum {sum:.2})", part.weight, part.column, part.in_words())?;
        }
        write!(f, "{:>8.2} bits  probability {:.6}", self.weight, self.probability)
    }
}

impl ToTable for Explanation {
    /// One row per comparison, after one for the prior odds.
    fn to_table(&self) -> Table {
        let names = |of: fn(&Contribution) -> &str, prior: &'static str| {
            let names = self.contributions.iter().map(move |part| Some(of(part)));
            std::iter::once(Some(prior)).chain(names).collect::<Vec<_>>()
        };
        let floats = |of: fn(&Contribution) -> f64, prior: f64| {
            std::iter::once(prior).chain(self.contributions.iter().map(of)).collect::<Vec<_>>()
        };
        let whys = self.contributions.iter().map(|part| part.why.map(Why::name));
        Table::of(
            "explanation",
            vec![
                Column::text("comparison", names(|part| &part.column, "prior")),
                Column::text("level", names(|part| &part.level, "prior")),
                Column::text("why", std::iter::once(None).chain(whys)),
                Column::floats("weight", floats(|part| part.weight, self.prior)),
                Column::floats("term_frequency", floats(|part| part.term_frequency, 0.0)),
            ],
        )
    }
}
