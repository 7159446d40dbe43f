//! Columns as steps look at them: as numbers, or as groups of equal values.

use super::frame::Frame;
use crate::data::{Bitmap, Column, Found, Strings, Text, Values, find_type};
use crate::error::Result;
use hashbrown::HashMap;
use std::borrow::Cow;

/// A column as numbers: numbers, whole numbers or moments.
#[derive(Clone, Copy)]
pub(super) enum Numbers<'a> {
    Floats(&'a [f64]),
    Ints(&'a [i64], Option<&'a Bitmap>),
}

impl<'a> Numbers<'a> {
    /// The numbers of a column, moments among them in microseconds.
    pub(super) fn of(values: &'a Values) -> Option<Numbers<'a>> {
        match values {
            Values::Float(values) => Some(Numbers::Floats(values)),
            Values::Int(values, present) | Values::Time(values, present) => {
                Some(Numbers::Ints(values, present.as_ref()))
            }
            _ => None,
        }
    }

    /// The number of a row; `None` when missing. Infinite ones are numbers.
    #[inline]
    pub(super) fn get(&self, row: usize) -> Option<f64> {
        match self {
            Numbers::Floats(values) => values.get(row).copied().filter(|value| !value.is_nan()),
            Numbers::Ints(values, present) => values
                .get(row)
                .filter(|_| present.is_none_or(|bits| bits.get(row)))
                .map(|&value| value as f64),
        }
    }

    /// The number of a row that can be learnt from.
    #[inline]
    pub(super) fn finite(&self, row: usize) -> Option<f64> {
        self.get(row).filter(|value| value.is_finite())
    }

    /// Whether only whole numbers can be written.
    pub(super) fn whole(&self) -> bool {
        matches!(self, Numbers::Ints(..))
    }
}

impl Frame {
    /// Those of these columns, each once, that are text of which the reader of their file found that it says numbers.
    pub(super) fn texts_of_numbers(&self, mut names: Vec<String>) -> Vec<String> {
        names.sort_unstable();
        names.dedup();
        names.retain(|name| self.column(name).is_ok_and(|column| says_numbers(self.values(column))));
        names
    }

    /// The numbers of a column.
    pub(super) fn numbers(&self, column: usize) -> Result<Numbers<'_>> {
        match Numbers::of(self.values(column)) {
            Some(numbers) => Ok(numbers),
            None => self.wrong(column, "numbers or dates (a format step reads text as such)"),
        }
    }

    /// The finite values of the rows still in, in order.
    pub(super) fn finite(&self, column: usize) -> Result<Vec<f64>> {
        let numbers = self.numbers(column)?;
        let pieces = self.by_chunk(|rows| {
            rows.filter(|&row| self.is_alive(row)).filter_map(|row| numbers.finite(row)).collect::<Vec<_>>()
        })?;
        let values = pieces.concat();
        match values.is_empty() {
            true => {
                let got = format!("none in {} rows", self.n_alive());
                self.refuse(column, "at least one finite value to learn from", got)
            }
            false => Ok(values),
        }
    }
}

/// Whether a column is text that was found to say numbers, and still does.
pub(super) fn says_numbers(values: &Values) -> bool {
    let numeric = |found: Found| matches!(found, Found::Int | Found::Float(_));
    match values {
        Values::Text(text) => numeric(text.found()) && numeric(find_type(text.distinct())),
        _ => false,
    }
}

/// The rows by the value of one column: a code for each row, a name for each code.
pub(super) struct Groups<'a> {
    pub(super) codes: Cow<'a, [u32]>,
    pub(super) names: Cow<'a, Strings>,
}

impl<'a> Groups<'a> {
    /// The groups of a column; a missing value has the code [`Text::MISSING`].
    pub(super) fn of(frame: &'a Frame, column: usize) -> Groups<'a> {
        let values = frame.values(column);
        if let Values::Text(text) = values {
            return Groups { codes: Cow::Borrowed(text.codes()), names: Cow::Borrowed(text.distinct()) };
        }
        let mut known: HashMap<u64, u32> = HashMap::new();
        let mut firsts: Vec<u32> = Vec::new();
        let code = |row: usize| {
            let Some(bits) = bits(values, row) else { return Text::MISSING };
            *known.entry(bits).or_insert_with(|| {
                firsts.push(row as u32);
                firsts.len() as u32 - 1
            })
        };
        let codes: Vec<u32> = (0..frame.n_rows()).map(code).collect();
        let first = Column::new("", values.take(&firsts));
        let names = (0..firsts.len()).map(|row| name(&first, row)).collect();
        Groups { codes: Cow::Owned(codes), names: Cow::Owned(names) }
    }

    #[inline]
    pub(super) fn code(&self, row: usize) -> u32 {
        self.codes.get(row).copied().unwrap_or(Text::MISSING)
    }
}

/// A value as text that no other value of its type has.
fn name(column: &Column, row: usize) -> String {
    match column.values() {
        // Shown moments leave out what is below a second.
        Values::Time(values, _) => values.get(row).map(i64::to_string).unwrap_or_default(),
        // A column of integers with gaps becomes one of floats in pandas.
        Values::Float(values) if values.get(row).is_some_and(|v| v.fract() == 0.0 && v.abs() < 9e15) => {
            values.get(row).map(|&value| (value as i64).to_string()).unwrap_or_default()
        }
        _ => column.show(row).unwrap_or_default().into_owned(),
    }
}

/// The value of a row as a word, 0 and −0 alike; `None` when missing. Texts by their code.
#[inline]
pub(super) fn bits(values: &Values, row: usize) -> Option<u64> {
    let there = |present: &Option<Bitmap>| present.as_ref().is_none_or(|bits| bits.get(row));
    match values {
        Values::Text(text) => {
            text.codes().get(row).filter(|&&code| code != Text::MISSING).map(|&code| u64::from(code))
        }
        Values::Float(values) => {
            values.get(row).filter(|value| !value.is_nan()).map(|value| (value + 0.0).to_bits())
        }
        Values::Int(values, present) | Values::Time(values, present) => {
            values.get(row).filter(|_| there(present)).map(|&value| value as u64)
        }
        Values::Bool(values, present) => there(present).then(|| u64::from(values.get(row))),
    }
}

/// Whether the value of a row is missing.
#[inline]
pub(super) fn is_missing(values: &Values, row: usize) -> bool {
    bits(values, row).is_none()
}
