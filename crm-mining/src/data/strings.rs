//! Many short strings in one buffer.

use super::memory::{capacity_after, grown};
use serde::{Deserialize, Serialize};
use std::fmt::Write;

/// Strings laid end to end, found by position.
///
/// ```
/// use crm_mining::data::Strings;
///
/// let names: Strings = ["Anna", "", "王小明"].into_iter().collect();
/// assert_eq!(names.len(), 3);
/// assert_eq!(names.get(2), Some("王小明"));
/// assert_eq!(names.get(3), None);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<String>", into = "Vec<String>")]
pub struct Strings {
    text: String,
    ends: Vec<usize>,
}

impl Strings {
    /// How many strings.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The string at this position.
    #[inline]
    pub fn get(&self, position: usize) -> Option<&str> {
        let end = *self.ends.get(position)?;
        let start = match position.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.text.get(start..end)
    }

    /// Adds a string at the end.
    pub fn push(&mut self, value: &str) {
        self.text.push_str(value);
        self.ends.push(self.text.len());
    }

    /// The bytes they take with this many more of so many bytes of text.
    pub(crate) fn bytes_after(&self, more: usize, text: usize) -> usize {
        capacity_after(self.text.capacity(), self.text.len() + text) + grown(&self.ends, more)
    }

    /// Adds what a value shows itself as.
    pub(crate) fn push_shown(&mut self, value: &impl std::fmt::Display) {
        // Writing to a String cannot fail.
        let _ = write!(self.text, "{value}");
        self.ends.push(self.text.len());
    }

    /// All strings in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        (0..self.len()).map(|position| self.get(position).unwrap_or_default())
    }

    /// Bytes of text held.
    pub fn text_len(&self) -> usize {
        self.text.len()
    }
}

impl<S: AsRef<str>> FromIterator<S> for Strings {
    fn from_iter<I: IntoIterator<Item = S>>(values: I) -> Self {
        let mut strings = Strings::default();
        for value in values {
            strings.push(value.as_ref());
        }
        strings
    }
}

impl From<Vec<String>> for Strings {
    fn from(values: Vec<String>) -> Self {
        values.into_iter().collect()
    }
}

impl From<Strings> for Vec<String> {
    fn from(strings: Strings) -> Self {
        strings.iter().map(str::to_owned).collect()
    }
}
