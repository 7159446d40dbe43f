//! Rules between the columns of a row.

mod bind;
mod eval;
mod numbers;
mod parse;

use super::fitted::Learned;
use super::frame::Frame;
use super::outliers::Action;
use super::step::{Kind, refuse};
use crate::error::Result;
use serde::{Deserialize, Serialize};

/// A condition that every row must meet, such as `paid >= 0 and (shipped is missing or ordered <= shipped)`.
///
/// | written | meaning |
/// |---|---|
/// | `age`, `` `Unit Price` `` | a column; backquotes for names with signs other than letters, digits and `_` |
/// | `12`, `1.5e3`, `'UK'`, `'2024-03-05'`, `true` | a number, text, date (against a column of dates), truth value |
/// | `+ - * /` | arithmetic of numbers |
/// | `= == != <> < <= > >=` | comparison of numbers, of dates, of texts (by Unicode code points) |
/// | `in ('a', 'b')`, `not in (…)` | one of these |
/// | `is missing`, `is not missing` | whether a column has a value |
/// | `and or not ( )` | as in SQL: `not` binds before `and`, `and` before `or` |
///
/// A comparison with a missing value is unknown, and so is what depends on it (Kleene); an unknown outcome
/// counts as [`Rule::missing`] says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The condition, at most 10,000 signs, 500 parts and 64 deep.
    pub rule: String,
    /// What is done with rows that break it: [`Action::Flag`] (a column `broken: ` and the rule) or
    /// [`Action::Reject`].
    pub action: Action,
    /// What a rule that cannot be decided for want of a value counts as.
    #[serde(default)]
    pub missing: WhenMissing,
}

/// What a rule counts as that cannot be decided for want of a value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenMissing {
    /// Met, as a check constraint of SQL.
    #[default]
    Passes,
    /// Broken.
    Fails,
}

impl Rule {
    /// Rows that break the rule are set aside; missing values pass.
    pub fn keep_where(rule: impl Into<String>) -> Rule {
        Rule { rule: rule.into(), action: Action::Reject, missing: WhenMissing::Passes }
    }

    /// Rows that break the rule are marked; missing values pass.
    pub fn flag(rule: impl Into<String>) -> Rule {
        Rule { action: Action::Flag, ..Rule::keep_where(rule) }
    }

    /// The same, missing values counting as this.
    pub fn when_missing(mut self, missing: WhenMissing) -> Rule {
        self.missing = missing;
        self
    }
}

impl Kind for Rule {
    fn numbers(&self, frame: &Frame) -> Vec<String> {
        parse::parse(&self.rule).map_or_else(|_| Vec::new(), |tree| numbers::columns(&tree, frame))
    }

    fn check(&self) -> Result<()> {
        parse::parse(&self.rule)?;
        match self.action {
            Action::Flag | Action::Reject => Ok(()),
            other => refuse("action of a rule", "flag or reject", other),
        }
    }

    fn apply(&self, _: &Learned, frame: &mut Frame) -> Result<()> {
        let parsed = parse::parse(&self.rule)?;
        let bound = bind::truth(frame, &parsed)?;
        let broken_from = match self.missing {
            WhenMissing::Passes => eval::UNKNOWN,
            WhenMissing::Fails => eval::TRUE,
        };
        let pieces =
            frame.by_chunk(|rows| eval::below(&bound, rows, broken_from, |row| frame.is_alive(row)))?;
        let rows = pieces.concat();
        match self.action {
            Action::Flag => frame.flag(format!("broken: {}", self.rule), &rows),
            _ => {
                frame.reject(&rows, format!("breaks the rule {}", self.rule));
                Ok(())
            }
        }
    }
}
