//! A column read as numbers, moments or identities.

use super::bitmap::Bitmap;
use super::column::{Column, Values};
use super::keys::Keys;
use super::parse::{Cell, DateEvidence, Found, Moment, is_missing_marker, number};
use super::text::Text;

/// A column read as one type, row by row; distinct texts are read once.
pub(crate) enum Reading<'a, T> {
    Coded(&'a [u32], Vec<Cell<T>>),
    Floats(&'a [T]),
    Converted(&'a [i64], Option<&'a Bitmap>, fn(i64) -> T),
    Unreadable(&'static str),
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
            Reading::Unreadable(must_be) => Cell::Unreadable(must_be),
        }
    }
}

impl Column {
    /// The column read as numbers.
    pub(crate) fn read_numbers(&self) -> Reading<'_, f64> {
        match &self.values {
            Values::Text(text) => Reading::Coded(&text.codes, text.distinct.iter().map(number).collect()),
            Values::Float(values) => Reading::Floats(values),
            Values::Int(values, present) => {
                Reading::Converted(values, present.as_ref(), |value| value as f64)
            }
            _ => Reading::Unreadable("a number"),
        }
    }

    /// The column read as moments, by the order its dates were found to have.
    pub(crate) fn read_times(&self) -> Reading<'_, i64> {
        match &self.values {
            Values::Text(text) => {
                let order = match text.found {
                    Found::Time(order) => order,
                    _ => DateEvidence::of(&text.distinct).decide().unwrap_or(None),
                };
                let read = |value| match is_missing_marker(value) {
                    true => Cell::Missing,
                    false => Moment::read(value).in_order(order),
                };
                Reading::Coded(&text.codes, text.distinct.iter().map(read).collect())
            }
            Values::Time(values, present) => Reading::Converted(values, present.as_ref(), |value| value),
            _ => Reading::Unreadable("a date"),
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
