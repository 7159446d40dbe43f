//! Values outside the few that a column repeats, and those that belong to another column.

use super::evidence::{Evidence, Findings, Values};
use super::suspicion::Signal;
use hashbrown::HashMap;
use std::sync::Arc;

/// The values that the columns repeat, each with the columns that do.
pub(super) struct Vocabulary<'a> {
    columns: HashMap<&'a str, Vec<u32>>,
    names: Vec<Arc<str>>,
}

impl<'a> Vocabulary<'a> {
    /// A column counts when at most 100 values make up 95 % of its rows; its values of 1 % or more are kept.
    pub(super) fn of(columns: &'a [Values<'_>], names: Vec<Arc<str>>) -> Vocabulary<'a> {
        let mut found: HashMap<&str, Vec<u32>> = HashMap::new();
        for (position, values) in (0u32..).zip(columns) {
            let frequent = |count: u32| count as usize * 100 >= values.rows && count >= 5;
            if values.share(|entry| frequent(entry.count)) >= 0.95 {
                for entry in values.entries.iter().filter(|entry| frequent(entry.count)) {
                    let has_letter = entry.text.chars().any(char::is_alphabetic);
                    if has_letter {
                        found.entry(&entry.text).or_default().push(position);
                    }
                }
            }
        }
        Vocabulary { columns: found, names }
    }

    /// Another column that repeats this text.
    fn elsewhere(&self, text: &str, here: u32) -> Option<Arc<str>> {
        let columns = self.columns.get(text)?;
        let other = columns.iter().find(|&&column| column != here).filter(|_| !columns.contains(&here))?;
        self.names.get(*other as usize).cloned()
    }
}

/// A value of one row in a thousand is suspect where values of 1 % or more make up nearly all rows (at least 200):
/// by itself where they make up 99 %, with other evidence where they make up 95 %. Anywhere, a rare value that
/// another column repeats is. Numbers count as few when no more are rare than frequent.
pub(super) fn judge(
    values: &Values<'_>,
    numbers: bool,
    here: u32,
    others: &Vocabulary<'_>,
    findings: &mut Findings,
) {
    if values.rows < 50 {
        return;
    }
    let frequent = values.entries.iter().filter(|entry| entry.count as usize * 100 >= values.rows).count();
    let open = numbers && values.entries.len() > 2 * frequent;
    let rarely = |count: u32| count as usize <= (values.rows / 1000).max(1);
    let weight = match values.share(|entry| entry.count as usize * 100 >= values.rows) {
        _ if values.rows < 200 || open => None,
        0.99.. => Some(0.55),
        0.95.. => Some(0.35),
        _ => None,
    };
    for entry in values.entries.iter().filter(|entry| rarely(entry.count)) {
        if let Some(of) = others.elsewhere(&entry.text, here) {
            findings.entry(entry.code).or_default().push(Evidence::soft(Signal::ForeignValue { of }, 0.6));
        }
        if let Some(weight) = weight {
            let reason = Signal::RareValue { count: entry.count };
            findings.entry(entry.code).or_default().push(Evidence::soft(reason, weight));
        }
    }
}
