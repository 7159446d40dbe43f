//! A named column of one type.

use super::bitmap::Bitmap;
use super::day::{Day, MICROS_PER_DAY};
use super::keys::{Interner, Keys};
use super::parse::Found;
use super::strings::Strings;
use super::text::Text;
use std::borrow::Cow;

/// One named column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    pub(super) name: String,
    pub(super) values: Values,
}

/// The values of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Text, each distinct value held once.
    Text(Text),
    /// Integers; a missing one is a cleared bit.
    Int(Vec<i64>, Option<Bitmap>),
    /// Numbers; a missing one is NaN.
    Float(Vec<f64>),
    /// Moments in microseconds since 1970-01-01 UTC; a missing one is a cleared bit.
    Time(Vec<i64>, Option<Bitmap>),
    /// Truth values; a missing one is a cleared bit.
    Bool(Bitmap, Option<Bitmap>),
}

impl Column {
    /// A column of text. `None` is missing; the texts `NA` and `null` are texts.
    pub fn text<S: AsRef<str>>(
        name: impl Into<String>,
        values: impl IntoIterator<Item = Option<S>>,
    ) -> Column {
        let mut interner = Interner::default();
        let codes = values
            .into_iter()
            .map(|value| value.map_or(Text::MISSING, |value| interner.intern(value.as_ref())))
            .collect();
        Column { name: name.into(), values: Values::Text(Text::new(codes, interner.into_strings())) }
    }

    /// A column of integers, none missing.
    pub fn ints(name: impl Into<String>, values: Vec<i64>) -> Column {
        Column { name: name.into(), values: Values::Int(values, None) }
    }

    /// A column of numbers; NaN is missing.
    pub fn floats(name: impl Into<String>, values: Vec<f64>) -> Column {
        Column { name: name.into(), values: Values::Float(values) }
    }

    /// A column of moments in UTC microseconds, none missing.
    pub fn times(name: impl Into<String>, micros: Vec<i64>) -> Column {
        Column { name: name.into(), values: Values::Time(micros, None) }
    }

    /// A column of truth values, none missing.
    pub fn bools(name: impl Into<String>, values: impl IntoIterator<Item = bool>) -> Column {
        Column { name: name.into(), values: Values::Bool(values.into_iter().collect(), None) }
    }

    /// A column of keys: integers or text, as they are.
    pub fn keys(name: impl Into<String>, keys: &Keys) -> Column {
        match keys.integers() {
            Some(integers) => Column::ints(name, integers.to_vec()),
            None => {
                let distinct: Strings = keys.iter().map(|key| key.to_string()).collect();
                let values = Values::Text(Text::new((0..keys.len() as u32).collect(), distinct));
                Column { name: name.into(), values }
            }
        }
    }

    /// A column of these values.
    pub fn new(name: impl Into<String>, values: Values) -> Column {
        Column { name: name.into(), values }
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The values.
    pub fn values(&self) -> &Values {
        &self.values
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        match &self.values {
            Values::Text(text) => text.codes.len(),
            Values::Int(values, _) | Values::Time(values, _) => values.len(),
            Values::Float(values) => values.len(),
            Values::Bool(values, _) => values.len(),
        }
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the value of a row is missing.
    pub fn is_missing(&self, row: usize) -> bool {
        match &self.values {
            Values::Text(text) => text.get(row).is_none(),
            Values::Float(values) => values.get(row).is_none_or(|value| value.is_nan()),
            Values::Int(_, present) | Values::Time(_, present) | Values::Bool(_, present) => {
                row >= self.len() || present.as_ref().is_some_and(|present| !present.get(row))
            }
        }
    }

    /// The value of a row as text; `None` when missing. Text is shown as read.
    pub fn show(&self, row: usize) -> Option<Cow<'_, str>> {
        if self.is_missing(row) {
            return None;
        }
        Some(match &self.values {
            Values::Text(text) => Cow::Borrowed(text.get(row)?),
            Values::Int(values, _) => Cow::Owned(values.get(row)?.to_string()),
            Values::Float(values) => Cow::Owned(ryu::Buffer::new().format(*values.get(row)?).to_owned()),
            Values::Time(values, _) => Cow::Owned(show_time(*values.get(row)?)),
            Values::Bool(values, _) => Cow::Borrowed(if values.get(row) { "true" } else { "false" }),
        })
    }

    /// What the column holds, in a word.
    pub fn type_name(&self) -> &'static str {
        match &self.values {
            Values::Text(text) => match text.found {
                Found::Text => "text",
                Found::Int => "whole numbers",
                Found::Float(_) => "numbers",
                Found::Time(_) | Found::Counted(_) => "dates",
            },
            Values::Int(..) => "whole numbers",
            Values::Float(_) => "numbers",
            Values::Time(..) => "dates",
            Values::Bool(..) => "truth values",
        }
    }

    /// The column under another name.
    pub fn named(mut self, name: impl Into<String>) -> Column {
        self.name = name.into();
        self
    }

    /// Name and values, to be changed and put together again.
    pub(crate) fn into_parts(self) -> (String, Values) {
        (self.name, self.values)
    }

    pub(super) fn take(&self, rows: &[u32]) -> Column {
        Column { name: self.name.clone(), values: self.values.take(rows) }
    }
}

impl Values {
    /// The values of these rows, in this order.
    pub(crate) fn take(&self, rows: &[u32]) -> Values {
        let bits = |bitmap: &Bitmap| rows.iter().map(|&row| bitmap.get(row as usize)).collect::<Bitmap>();
        match self {
            Values::Text(text) => Values::Text(Text {
                codes: gather(&text.codes, rows),
                distinct: text.distinct.clone(),
                found: text.found,
            }),
            Values::Int(values, present) => Values::Int(gather(values, rows), present.as_ref().map(bits)),
            Values::Float(values) => Values::Float(gather(values, rows)),
            Values::Time(values, present) => Values::Time(gather(values, rows), present.as_ref().map(bits)),
            Values::Bool(values, present) => Values::Bool(bits(values), present.as_ref().map(bits)),
        }
    }
}

fn gather<T: Copy>(values: &[T], rows: &[u32]) -> Vec<T> {
    rows.iter().filter_map(|&row| values.get(row as usize).copied()).collect()
}

/// A moment as ISO text; a day alone when it is midnight.
pub(crate) fn show_time(micros: i64) -> String {
    let day = Day::of_micros(micros);
    let second = micros.rem_euclid(MICROS_PER_DAY) / 1_000_000;
    match second {
        0 => day.to_string(),
        _ => format!("{day}T{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60),
    }
}
