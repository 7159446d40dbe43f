//! Values that must occur in another table.

use super::cells::Cells;
use super::fitted::Learned;
use super::frame::Frame;
use super::outliers::Action;
use super::step::{Kind, refuse};
use super::views::Groups;
use crate::data::{Column, Text};
use crate::error::Result;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashSet};

/// Deals with values that do not occur among the keys of another table. Missing values pass. The new column
/// of [`Action::Flag`] is called after the column, with `_without_reference` behind.
///
/// The keys travel with the plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// The column.
    pub column: String,
    /// What the other table is called in reasons.
    pub of: String,
    /// The keys, as text.
    pub keys: BTreeSet<String>,
    /// What is done with values that are no key.
    pub action: Action,
}

impl Reference {
    /// Values must occur in this column of another table.
    pub fn to(column: impl Into<String>, of: impl Into<String>, keys: &Column, action: Action) -> Reference {
        let keys = (0..keys.len()).filter_map(|row| keys.show(row)).map(|key| whole(&key)).collect();
        Reference { column: column.into(), of: of.into(), keys, action }
    }
}

/// A whole number read as one with a fraction is still that number.
fn whole(key: &str) -> String {
    let cut = key.strip_suffix(".0").filter(|cut| cut.parse::<i64>().is_ok());
    cut.unwrap_or(key).to_owned()
}

impl Kind for Reference {
    fn check(&self) -> Result<()> {
        match self.action {
            Action::Cap => refuse("action of a reference", "flag, set_missing or reject", self.action),
            _ => Ok(()),
        }
    }

    fn apply(&self, _: &Learned, frame: &mut Frame) -> Result<()> {
        let column = frame.column(&self.column)?;
        let keys: HashSet<&str> = self.keys.iter().map(String::as_str).collect();
        let groups = Groups::of(frame, column);
        let known: Vec<bool> = groups.names.iter().map(|name| keys.contains(name)).collect();
        let rows = frame.select(|row| {
            let code = groups.code(row);
            code != Text::MISSING && !known.get(code as usize).copied().unwrap_or(true)
        })?;
        drop(groups);
        match self.action {
            Action::Flag => frame.flag(format!("{}_without_reference", self.column), &rows)?,
            Action::Reject => frame.reject(&rows, format!("{} is not in {}", self.column, self.of)),
            Action::SetMissing | Action::Cap => frame.write(column, rows, Cells::Missing),
        }
        Ok(())
    }
}
