//! What speaks against a value, how strongly, and what is looked at: the distinct values of a column.

use super::suspicion::{Repair, Signal};
use crate::prepare::dependency::{Coded, is_marker};
use hashbrown::HashMap;
use std::borrow::Cow;
use std::sync::Arc;

/// One thing that speaks against a value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Evidence {
    pub(super) reason: Signal,
    /// The probability, taken alone, that the value is wrong.
    pub(super) weight: f64,
    /// Whether a dependency that confirms the value takes the evidence back.
    pub(super) soft: bool,
    pub(super) repair: Option<Repair>,
}

impl Evidence {
    pub(super) fn soft(reason: Signal, weight: f64) -> Evidence {
        Evidence { reason, weight, soft: true, repair: None }
    }

    pub(super) fn hard(reason: Signal, weight: f64) -> Evidence {
        Evidence { reason, weight, soft: false, repair: None }
    }

    pub(super) fn value(mut self, value: impl Into<Arc<str>>) -> Evidence {
        self.repair = Some(Repair::Value(value.into()));
        self
    }

    pub(super) fn missing(mut self) -> Evidence {
        self.repair = Some(Repair::Missing);
        self
    }
}

/// What speaks against the values of a column, by code. Looked up, never walked.
pub(super) type Findings = HashMap<u32, Vec<Evidence>>;

/// A distinct value.
pub(super) struct Entry<'a> {
    pub(super) code: u32,
    pub(super) text: Cow<'a, str>,
    pub(super) count: u32,
}

/// The distinct values of a column, missing markers aside.
pub(super) struct Values<'a> {
    pub(super) entries: Vec<Entry<'a>>,
    /// Rows that hold one of them.
    pub(super) rows: usize,
}

impl<'a> Values<'a> {
    pub(super) fn of(column: &'a Coded<'_>) -> Values<'a> {
        let entries: Vec<Entry<'a>> = column
            .occurring()
            .filter(|(_, text, _)| !is_marker(text))
            .map(|(code, text, count)| Entry { code, text, count })
            .collect();
        let rows = entries.iter().map(|entry| entry.count as usize).sum();
        Values { entries, rows }
    }

    /// The share of rows whose value is such.
    pub(super) fn share(&self, is_such: impl Fn(&Entry<'_>) -> bool) -> f64 {
        let rows: usize =
            self.entries.iter().filter(|entry| is_such(entry)).map(|entry| entry.count as usize).sum();
        rows as f64 / self.rows.max(1) as f64
    }
}
