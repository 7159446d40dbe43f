//! A column read as numbers, moments or identities.

use super::bitmap::Bitmap;
use super::column::{Column, Values};
use super::keys::Keys;
use super::parse::{
    Cell, DateEvidence, DateOrder, Found, Moment, NumberDoubt, NumberEvidence, NumberFormat, NumberStyle,
    TimeEvidence, TimeUnit, is_missing_marker, number, plain_number,
};
use super::table::Table;
use super::text::Text;
use crate::error::{ErrorKind, Result};

/// A column read as one type, row by row; distinct texts are read once.
pub(crate) enum Reading<'a, T> {
    Coded(&'a [u32], Vec<Cell<T>>),
    Floats(&'a [T]),
    Converted(&'a [i64], Option<&'a Bitmap>, fn(i64) -> T),
    Counted(Numbers<'a>, TimeUnit, fn(i64) -> T),
    Unreadable(&'static str),
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
            Reading::Unreadable(must_be) => Cell::Unreadable(must_be),
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
    pub fn with_numbers(mut self, style: NumberStyle) -> Column {
        if let Values::Text(text) = &mut self.values {
            let format = NumberEvidence::of(&text.distinct).in_style(style);
            text.found = Found::Float(format.unwrap_or(NumberFormat { style, ..NumberFormat::default() }));
        }
        self
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
    pub fn with_time_unit(mut self, unit: TimeUnit) -> Result<Column> {
        if let Values::Text(text) = &mut self.values {
            text.found = Found::Counted(unit);
            return Ok(self);
        }
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
        Ok(Column { name: self.name, values: Values::Time(micros, present) })
    }

    /// The unit in which the numbers of the column count time when it is used as time: the one chosen, or the one
    /// found by their range. `None` when they count none.
    pub fn time_unit(&self) -> Option<TimeUnit> {
        match &self.values {
            Values::Text(text) => match text.found {
                Found::Counted(unit) => Some(unit),
                _ => TimeEvidence::of_texts(text.distinct.iter()).decide(),
            },
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
                Reading::Coded(&text.codes, cells)
            }
            Values::Float(values) => Reading::Floats(values),
            Values::Int(values, present) => {
                Reading::Converted(values, present.as_ref(), |value| value as f64)
            }
            _ => Reading::Unreadable("a number"),
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
            Values::Text(text) => {
                let order = match text.found {
                    Found::Time(order) => order,
                    _ => DateEvidence::of(&text.distinct).decide().unwrap_or(None),
                };
                let (chosen, unit) = (matches!(text.found, Found::Counted(_)), self.time_unit());
                let read = |value| read_moment(value, order, unit, chosen);
                Reading::Coded(&text.codes, text.distinct.iter().map(read).collect())
            }
            Values::Time(values, present) => Reading::Converted(values, present.as_ref(), |value| value),
            values => match (numbers_of(values), self.time_unit()) {
                (Some(numbers), Some(unit)) => Reading::Counted(numbers, unit, |micros| micros),
                _ => Reading::Unreadable("a date"),
            },
        }
    }

    /// The column read as identities: integers when it is typed so or holds whole numbers only, else its text
    /// as it stands. The code of a missing one is [`Text::MISSING`].
    pub(crate) fn identities(&self) -> (Keys, Vec<u32>) {
        match &self.values {
            Values::Text(text) => text.identities(),
            Values::Int(values, present) => integer_identities(values, present.as_ref()),
            // A column of integers with gaps becomes one of floats in pandas.
            Values::Float(values) => match whole(values) {
                Some((values, present)) => integer_identities(&values, Some(&present)),
                None => self.shown_identities(),
            },
            Values::Time(..) | Values::Bool(..) => self.shown_identities(),
        }
    }

    fn shown_identities(&self) -> (Keys, Vec<u32>) {
        match Column::text("", (0..self.len()).map(|row| self.show(row))).values {
            Values::Text(text) => text.identities(),
            _ => (Keys::default(), Vec::new()),
        }
    }
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

/// Whole numbers as integers, and which are present; `None` when one has a fraction or is too large.
fn whole(values: &[f64]) -> Option<(Vec<i64>, Bitmap)> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let sound = |value: &f64| value.is_nan() || (value.fract() == 0.0 && value.abs() <= EXACT);
    let present = values.iter().map(|value| !value.is_nan());
    values.iter().all(sound).then(|| (values.iter().map(|&value| value as i64).collect(), present.collect()))
}

fn integer_identities(values: &[i64], present: Option<&Bitmap>) -> (Keys, Vec<u32>) {
    let is_present = |row: usize| present.is_none_or(|present| present.get(row));
    let mut distinct: Vec<i64> =
        values.iter().enumerate().filter(|&(row, _)| is_present(row)).map(|(_, &value)| value).collect();
    distinct.sort_unstable();
    distinct.dedup();
    let code = |(row, value): (usize, &i64)| match distinct.binary_search(value) {
        Ok(position) if is_present(row) => position as u32,
        _ => Text::MISSING,
    };
    let codes = values.iter().enumerate().map(code).collect();
    (Keys::from_distinct_integers(&distinct).0, codes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_floats_name_as_integers_do() {
        let (keys, codes) = Column::floats("id", vec![17850.0, f64::NAN, 12583.0]).identities();
        assert_eq!((keys.integers(), codes), (Some(&[12583, 17850][..]), vec![1, Text::MISSING, 0]));
        let (keys, _) = Column::floats("id", vec![1.5, 2.0]).identities();
        assert_eq!(keys.name(0), "1.5");
    }
}
