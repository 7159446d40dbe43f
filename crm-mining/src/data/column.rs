//! A named column of one type.

use super::bitmap::Bitmap;
use super::day::{Day, MICROS_PER_DAY};
use super::distinct::code_integers;
use super::keys::{Interner, Keys};
use super::parse::{Found, NumberFormat};
use super::spelling::Spelling;
use super::strings::Strings;
use super::text::Text;
use std::borrow::Cow;

/// One named column.
///
/// A column of a file is text. Where nearly all its texts differ and each is given back exactly by the number or
/// moment it says, it may be held as [`Values`] of that type: that changes nothing but memory and time.
/// [`Column::to_text`] is the view by distinct texts of any column.
#[derive(Debug, Clone)]
pub struct Column {
    pub(super) name: String,
    pub(super) values: Values,
    /// How the values were written, where they were text.
    pub(super) spelling: Spelling,
}

/// The values of a column. Missing equals missing.
#[derive(Debug, Clone)]
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

/// Text equals the same text held as numbers or moments.
impl PartialEq for Column {
    fn eq(&self, other: &Column) -> bool {
        let values = || match self.spelling == other.spelling {
            true => self.values == other.values,
            false => self.coded().values == other.coded().values,
        };
        self.name == other.name && values()
    }
}

impl PartialEq for Values {
    fn eq(&self, other: &Values) -> bool {
        match (self, other) {
            (Values::Text(a), Values::Text(b)) => a == b,
            (Values::Int(a, there), Values::Int(b, here)) => a == b && there == here,
            (Values::Float(a), Values::Float(b)) => {
                let same = |(a, b): (&f64, &f64)| a == b || a.is_nan() && b.is_nan();
                a.len() == b.len() && a.iter().zip(b).all(same)
            }
            (Values::Time(a, there), Values::Time(b, here)) => a == b && there == here,
            (Values::Bool(a, there), Values::Bool(b, here)) => a == b && there == here,
            _ => false,
        }
    }
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
        Column::new(name, Values::Text(Text::new(codes, interner.into_strings())))
    }

    /// A column of integers, none missing.
    pub fn ints(name: impl Into<String>, values: Vec<i64>) -> Column {
        Column::new(name, Values::Int(values, None))
    }

    /// A column of numbers; NaN is missing.
    pub fn floats(name: impl Into<String>, values: Vec<f64>) -> Column {
        Column::new(name, Values::Float(values))
    }

    /// A column of moments in UTC microseconds, none missing.
    pub fn times(name: impl Into<String>, micros: Vec<i64>) -> Column {
        Column::new(name, Values::Time(micros, None))
    }

    /// A column of truth values, none missing.
    pub fn bools(name: impl Into<String>, values: impl IntoIterator<Item = bool>) -> Column {
        Column::new(name, Values::Bool(values.into_iter().collect(), None))
    }

    /// A column of keys: integers or text, as they are.
    pub fn keys(name: impl Into<String>, keys: &Keys) -> Column {
        match keys.integers() {
            Some(integers) => Column::ints(name, integers.to_vec()),
            None => {
                let distinct: Strings = keys.iter().map(|key| key.to_string()).collect();
                let values = Values::Text(Text::new((0..keys.len() as u32).collect(), distinct));
                Column::new(name, values)
            }
        }
    }

    /// A column of these values.
    pub fn new(name: impl Into<String>, values: Values) -> Column {
        Column { name: name.into(), values, spelling: Spelling::None }
    }

    /// A column of values that were texts of this spelling.
    pub(crate) fn written(name: impl Into<String>, values: Values, spelling: Spelling) -> Column {
        Column { name: name.into(), values, spelling }
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
            Values::Int(values, _) | Values::Time(values, _) => Cow::Owned(self.show_int(*values.get(row)?)),
            Values::Float(values) => Cow::Owned(self.show_float(*values.get(row)?)),
            Values::Bool(values, _) => Cow::Borrowed(show_bool(values.get(row))),
        })
    }

    fn show_int(&self, value: i64) -> String {
        match (self.spelling, &self.values) {
            (Spelling::None, Values::Time(..)) => show_time(value),
            (Spelling::None, _) => value.to_string(),
            (spelling, _) => {
                let mut text = String::new();
                spelling.write_int(value, &mut text);
                text
            }
        }
    }

    fn show_float(&self, value: f64) -> String {
        if self.spelling == Spelling::None {
            return ryu::Buffer::new().format(value).to_owned();
        }
        let mut text = String::new();
        self.spelling.write_float(value, &mut text);
        text
    }

    /// The column as text, each distinct one held once: what [`Column::show`] gives for every row.
    ///
    /// Work on distinct values can take any column this way. A column of text is lent, not copied.
    ///
    /// ```
    /// use crm_mining::data::Column;
    ///
    /// let text = Column::floats("amount", vec![2.5, 4.0, 2.5]).to_text().into_owned();
    /// assert_eq!(text.codes(), [0, 1, 0]);
    /// assert_eq!(text.distinct().get(1), Some("4.0"));
    /// ```
    pub fn to_text(&self) -> Cow<'_, Text> {
        let rows = |present: &Option<Bitmap>, row: usize| present.as_ref().is_none_or(|bits| bits.get(row));
        let (codes, distinct) = match &self.values {
            Values::Text(text) => return Cow::Borrowed(text),
            Values::Int(values, present) | Values::Time(values, present) => {
                let values = values.iter().enumerate();
                let coded = code_integers(values.map(|(row, &value)| rows(present, row).then_some(value)));
                (coded.0, coded.1.into_iter().map(|value| self.show_int(value)).collect::<Strings>())
            }
            Values::Float(values) => {
                let bits = |&value: &f64| (!value.is_nan()).then_some(value.to_bits().cast_signed());
                let (codes, distinct) = code_integers(values.iter().map(bits));
                let shown = distinct.into_iter().map(|b| self.show_float(f64::from_bits(b.cast_unsigned())));
                (codes, shown.collect())
            }
            Values::Bool(values, present) => {
                let values =
                    (0..values.len()).map(|row| rows(present, row).then(|| i64::from(values.get(row))));
                let (codes, distinct) = code_integers(values);
                (codes, distinct.into_iter().map(|value| show_bool(value == 1)).collect())
            }
        };
        Cow::Owned(Text { found: self.found(), ..Text::new(codes, distinct).without_twins() })
    }

    /// The column with texts that are held as numbers or moments coded again.
    pub(crate) fn coded(&self) -> Cow<'_, Column> {
        match self.spelling {
            Spelling::None => Cow::Borrowed(self),
            _ => Cow::Owned(Column::new(&*self.name, Values::Text(self.to_text().into_owned()))),
        }
    }

    pub(super) fn into_coded(self) -> Column {
        match self.spelling {
            Spelling::None => self,
            _ => self.coded().into_owned(),
        }
    }

    /// What the values say: the type of a column that is none of text, what a text column was found to say.
    pub fn found(&self) -> Found {
        match &self.values {
            Values::Text(text) => text.found,
            Values::Int(..) => Found::Int,
            Values::Float(_) => Found::Float(NumberFormat::default()),
            Values::Time(..) => Found::Time(None),
            Values::Bool(..) => Found::Text,
        }
    }

    /// What the column holds, in a word.
    pub fn type_name(&self) -> &'static str {
        match (&self.values, self.found()) {
            (Values::Bool(..), _) => "truth values",
            (_, Found::Text) => "text",
            (_, Found::Int) => "whole numbers",
            (_, Found::Float(_)) => "numbers",
            (_, Found::Time(_) | Found::Counted(_)) => "dates",
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
        Column::written(&*self.name, self.values.take(rows), self.spelling)
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

fn show_bool(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

fn gather<T: Copy>(values: &[T], rows: &[u32]) -> Vec<T> {
    rows.iter().filter_map(|&row| values.get(row as usize).copied()).collect()
}

/// A moment as ISO text; a day alone when it is midnight, and fractions of a second where there are any.
pub(crate) fn show_time(micros: i64) -> String {
    let day = Day::of_micros(micros);
    let of_day = micros.rem_euclid(MICROS_PER_DAY);
    if of_day == 0 {
        return day.to_string();
    }
    let (second, fraction) = (of_day / 1_000_000, of_day % 1_000_000);
    let clock = format!("{day}T{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
    match fraction {
        0 => clock,
        _ if fraction % 1_000 == 0 => format!("{clock}.{:03}", fraction / 1_000),
        _ => format!("{clock}.{fraction:06}"),
    }
}
