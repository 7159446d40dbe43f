//! Missing values: saying which texts stand for them, and setting rows aside.

use super::fitted::Learned;
use super::frame::Frame;
use super::step::{Kind, owned};
use super::views::is_missing;
use crate::data::parse::is_missing_marker;
use crate::data::{Text, Values};
use crate::error::Result;
use serde::{Deserialize, Serialize};

/// Makes texts that stand for nothing, such as `NA` or blanks, missing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MissingMarkers {
    /// The columns, of text; none for every column of text.
    #[serde(default)]
    pub columns: Vec<String>,
    /// The texts, blanks around them left aside; none for the usual ones (the empty text, `NA`, `N/A`, `null`,
    /// `None`, `NaN`, `NaT`, `-`, `?`).
    #[serde(default)]
    pub markers: Vec<String>,
}

impl MissingMarkers {
    /// The usual markers in these columns.
    pub fn usual<S: Into<String>>(columns: impl IntoIterator<Item = S>) -> MissingMarkers {
        MissingMarkers { columns: owned(columns), markers: Vec::new() }
    }
}

impl Kind for MissingMarkers {
    fn apply(&self, _: &Learned, frame: &mut Frame) -> Result<()> {
        for column in frame.columns(&self.columns)? {
            if self.columns.is_empty() && !matches!(frame.values(column), Values::Text(_)) {
                continue;
            }
            let stands_for_none = |text: &str| match self.markers.as_slice() {
                [] => is_missing_marker(text.trim()),
                markers => markers.iter().any(|marker| marker == text.trim()),
            };
            let distinct = frame.text(column)?.distinct();
            let marked = (0u32..).zip(distinct.iter()).filter(|(_, text)| stands_for_none(text));
            let pairs = marked.map(|(code, _)| (code, Text::MISSING)).collect();
            frame.recode(column, pairs)?;
        }
        Ok(())
    }
}

/// Sets aside rows in which a value is missing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DropMissing {
    /// The columns that must be present; none for all.
    #[serde(default)]
    pub columns: Vec<String>,
}

impl DropMissing {
    /// Rows must have these columns.
    pub fn of<S: Into<String>>(columns: impl IntoIterator<Item = S>) -> DropMissing {
        DropMissing { columns: owned(columns) }
    }
}

impl Kind for DropMissing {
    fn apply(&self, _: &Learned, frame: &mut Frame) -> Result<()> {
        for column in frame.columns(&self.columns)? {
            let values = frame.values(column);
            let rows = frame.select(|row| is_missing(values, row))?;
            frame.reject(&rows, format!("{} is missing", frame.column_name(column)));
        }
        Ok(())
    }
}
