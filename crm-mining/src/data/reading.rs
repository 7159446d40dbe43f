//! A column read as numbers or moments.

use super::bitmap::Bitmap;
use super::column::{Column, Values};
use super::parse::{
    Cell, DateEvidence, DateOrder, Found, Moment, NumberDoubt, NumberEvidence, NumberFormat, NumberStyle,
    TimeEvidence, TimeUnit, is_missing_marker, number, plain_number,
};
use super::spelling::Spelling;
use super::table::Table;
use super::text::Text;
use crate::error::{ErrorKind, Result};
use std::borrow::Cow;

/// A column read as one type, row by row; distinct texts are read once.
pub(crate) enum Reading<'a, T> {
    Coded(Cow<'a, [u32]>, Vec<Cell<T>>),
    Floats(&'a [T]),
    Converted(&'a [i64], Option<&'a Bitmap>, fn(i64) -> T),
    Counted(Numbers<'a>, TimeUnit, fn(i64) -> T),
    Unreadable(&'static str, &'a Column),
}

/// A column of numbers.
#[derive(Clone, Copy)]
pub(crate) enum Numbers<'a> {
    Int(&'a [i64], Option<&'a Bitmap>),
    Float(&'a [f64]),
}

impl Numbers<'_> {
    #[inline]
    fn get(&self, row: usize) -> Option<f64> {
        match self {
            Numbers::Int(values, present) => {
                let value = values.get(row).filter(|_| present.is_none_or(|present| present.get(row)));
                value.map(|&value| value as f64)
            }
            Numbers::Float(values) => values.get(row).copied().filter(|value| !value.is_nan()),
        }
    }

    fn iter(&self) -> impl Iterator<Item = f64> + '_ {
        let len = match self {
            Numbers::Int(values, _) => values.len(),
            Numbers::Float(values) => values.len(),
        };
        (0..len).filter_map(|row| self.get(row))
    }
}

impl<T: Copy + PartialEq> Reading<'_, T> {
    #[inline]
    pub(crate) fn get(&self, row: usize) -> Cell<T> {
        match self {
            Reading::Coded(codes, cells) => {
                codes.get(row).and_then(|&code| cells.get(code as usize)).copied().unwrap_or(Cell::Missing)
            }
            // NaN is the one value that differs from itself.
            #[allow(clippy::eq_op, reason = "T is f64 here, and NaN means missing")]
            Reading::Floats(values) => match values.get(row) {
                Some(&value) if value == value => Cell::Value(value),
                _ => Cell::Missing,
            },
            Reading::Converted(values, present, convert) => match values.get(row) {
                Some(&value) if present.is_none_or(|present| present.get(row)) => Cell::Value(convert(value)),
                _ => Cell::Missing,
            },
            Reading::Counted(numbers, unit, convert) => match numbers.get(row) {
                Some(number) => {
                    unit.micros(number).map_or(Cell::Unreadable(NO_MOMENT), |at| Cell::Value(convert(at)))
                }
                None => Cell::Missing,
            },
            Reading::Unreadable(_, column) if column.is_missing(row) => Cell::Missing,
            Reading::Unreadable(must_be, _) => Cell::Unreadable(must_be),
        }
    }
}

/// What is said of a number that is no moment in the unit of its column.
const NO_MOMENT: &str = "a date, or a number that counts time as the others of its column do";

impl Column {
    /// The column with its numbers read in this style. Without it the style is decided from all values: those
    /// that read in one style only (`1,234.50`, `12,5`) decide; where none does, `1,234` has its thousands set
    /// apart and `1.234` a decimal point. Only text columns have a style.
    ///
    /// ```
    /// use crm_mining::data::{Column, Found, NumberStyle, Values};
    ///
    /// let column = Column::text("price", ["1.234", "5.678"].map(Some)).with_numbers(NumberStyle::DecimalComma);
    /// let Values::Text(text) = column.values() else { unreachable!() };
    /// assert!(matches!(text.found(), Found::Float(format) if format.to_string().starts_with("decimal comma")));
    /// ```
    pub fn with_numbers(self, style: NumberStyle) -> Column {
        let mut column = self.into_coded();
        if let Values::Text(text) = &mut column.values {
            let format = NumberEvidence::of(&text.distinct).in_style(style);
            text.found = Found::Float(format.unwrap_or(NumberFormat { style, ..NumberFormat::default() }));
        }
        column
    }

    /// The column with its numbers read as moments of this unit. In a text column, texts that are no number are
    /// still read as dates.
    ///
    /// Without it, a column that is used as time and holds numbers is read by their range: in the unit in which
    /// nine of ten fall in the years 1990 to 2100 (see [`Column::time_unit`]).
    ///
    /// # Errors
    /// [`ErrorKind::InvalidValue`] for a number of a numeric column that is no moment of the unit.
    ///
    /// ```
    /// use crm_mining::data::{Column, TimeUnit};
    ///
    /// let days = Column::ints("day", vec![43_830]).with_time_unit(TimeUnit::ExcelDays1904)?;
    /// assert_eq!(days.show(0).as_deref(), Some("2024-01-01"));
    /// # Ok::<(), crm_mining::Error>(())
    /// ```
    pub fn with_time_unit(self, unit: TimeUnit) -> Result<Column> {
        let mut column = self.into_coded();
        if let Values::Text(text) = &mut column.values {
            text.found = Found::Counted(unit);
            return Ok(column);
        }
        column.counted(unit)
    }

    fn counted(self, unit: TimeUnit) -> Result<Column> {
        let Some(numbers) = numbers_of(&self.values) else { return Ok(self) };
        let (mut micros, mut present) = (Vec::with_capacity(self.len()), Vec::with_capacity(self.len()));
        for row in 0..self.len() {
            let number = numbers.get(row);
            let moment = number.map(|number| unit.micros(number));
            if moment == Some(None) {
                return Err(ErrorKind::InvalidValue {
                    table: "with_time_unit".into(),
                    column: self.name,
                    row: row as u64 + 1,
                    must_be: format!("a moment in {unit:?}"),
                    got: number.map_or_else(String::new, |number| number.to_string()),
                }
                .into());
            }
            micros.push(moment.flatten().unwrap_or_default());
            present.push(moment.is_some());
        }
        let present = present.contains(&false).then(|| present.into_iter().collect());
        Ok(Column::new(self.name, Values::Time(micros, present)))
    }

    /// The unit in which the numbers of the column count time when it is used as time: the one chosen, or the one
    /// found by their range. `None` when they count none.
    pub fn time_unit(&self) -> Option<TimeUnit> {
        match &self.values {
            Values::Text(text) => time_unit(text),
            _ if self.spelling != Spelling::None => time_unit(&self.to_text()),
            values => TimeEvidence::of(numbers_of(values)?.iter()).decide(),
        }
    }

    /// The column read as numbers, in the style decided for it.
    ///
    /// # Errors
    /// [`ErrorKind::AmbiguousNumbers`], [`ErrorKind::MixedCurrencies`].
    pub(crate) fn read_numbers(&self, table: &Table) -> Result<Reading<'_, f64>> {
        Ok(match &self.values {
            Values::Text(text) => {
                let style = self.number_style(table, text)?;
                let cells = text.distinct.iter().map(|value| number(value, style)).collect();
                Reading::Coded(Cow::Borrowed(&text.codes), cells)
            }
            Values::Float(values) => Reading::Floats(values),
            Values::Int(values, present) => {
                Reading::Converted(values, present.as_ref(), |value| value as f64)
            }
            _ => Reading::Unreadable("a number", self),
        })
    }

    fn number_style(&self, table: &Table, text: &Text) -> Result<NumberStyle> {
        let evidence = || NumberEvidence::of(&text.distinct);
        let (evidence, decided) = match text.found {
            Found::Int => return Ok(NumberStyle::DecimalPoint),
            Found::Float(format) if format == NumberFormat::default() => return Ok(format.style),
            Found::Float(format) => {
                let evidence = evidence();
                let decided = evidence.in_style(format.style);
                (evidence, decided)
            }
            _ => {
                let evidence = evidence();
                let decided = evidence.decide();
                (evidence, decided)
            }
        };
        let row = |code: Option<u32>| {
            let row = text.codes.iter().position(|&other| Some(other) == code);
            table.row_number(row.unwrap_or_default())
        };
        let (table, column) = (table.name().to_owned(), self.name.clone());
        match decided {
            Ok(format) => Ok(format.style),
            Err(NumberDoubt::Style) => Err(ErrorKind::AmbiguousNumbers {
                table,
                column,
                point: evidence.point,
                comma: evidence.comma,
                either: evidence.either(),
                row: row(evidence.example),
            }
            .into()),
            Err(NumberDoubt::Currencies(first, second, code)) => {
                let currencies = [first, second].map(String::from).to_vec();
                Err(ErrorKind::MixedCurrencies { table, column, currencies, row: row(Some(code)) }.into())
            }
        }
    }

    /// The column read as moments: dates by the order they were found to have, numbers by the unit in which
    /// they count time.
    pub(crate) fn read_times(&self) -> Reading<'_, i64> {
        match &self.values {
            Values::Text(text) => Reading::Coded(Cow::Borrowed(&text.codes), moments(text)),
            Values::Time(values, present) => Reading::Converted(values, present.as_ref(), |value| value),
            // As text, 20240305 is a date.
            _ if self.spelling != Spelling::None => {
                let text = self.to_text().into_owned();
                let cells = moments(&text);
                Reading::Coded(Cow::Owned(text.codes), cells)
            }
            values => match (numbers_of(values), self.time_unit()) {
                (Some(numbers), Some(unit)) => Reading::Counted(numbers, unit, |micros| micros),
                _ => Reading::Unreadable("a date", self),
            },
        }
    }
}

fn time_unit(text: &Text) -> Option<TimeUnit> {
    match text.found {
        Found::Counted(unit) => Some(unit),
        _ => TimeEvidence::of_texts(text.distinct.iter()).decide(),
    }
}

/// What each distinct text says as a moment.
fn moments(text: &Text) -> Vec<Cell<i64>> {
    let order = match text.found {
        Found::Time(order) => order,
        _ => DateEvidence::of(&text.distinct).decide().unwrap_or(None),
    };
    let (chosen, unit) = (matches!(text.found, Found::Counted(_)), time_unit(text));
    text.distinct.iter().map(|value| read_moment(value, order, unit, chosen)).collect()
}

fn numbers_of(values: &Values) -> Option<Numbers<'_>> {
    match values {
        Values::Int(values, present) => Some(Numbers::Int(values, present.as_ref())),
        Values::Float(values) => Some(Numbers::Float(values)),
        _ => None,
    }
}

/// A text as a moment. A number counts time when the column has a unit; digits of the calendar (`20240305`)
/// are a date, unless a unit was chosen.
fn read_moment(value: &str, order: Option<DateOrder>, unit: Option<TimeUnit>, chosen: bool) -> Cell<i64> {
    if is_missing_marker(value) {
        return Cell::Missing;
    }
    let counted = || {
        let number = plain_number(value)?;
        Some(unit?.micros(number).map_or(Cell::Unreadable(NO_MOMENT), Cell::Value))
    };
    if chosen && let Some(cell) = counted() {
        return cell;
    }
    match Moment::read(value) {
        Moment::Other => counted().unwrap_or(Cell::Unreadable("a date")),
        moment => moment.in_order(order),
    }
}
