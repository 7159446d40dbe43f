//! A column read as identities.

use super::bitmap::Bitmap;
use super::column::{Column, Values};
use super::distinct::code_integers;
use super::keys::Keys;
use super::spelling::Spelling;
use super::text::Text;

impl Column {
    /// The column read as identities: integers when it is typed so or holds whole numbers only, else its text
    /// as it stands. The code of a missing one is [`Text::MISSING`].
    pub(crate) fn identities(&self) -> (Keys, Vec<u32>) {
        match &self.values {
            Values::Text(text) => text.identities(),
            Values::Int(values, present) => match self.spelling {
                Spelling::None => integer_identities(values, present.as_ref(), Keys::from_distinct_integers),
                _ => integer_identities(values, present.as_ref(), Keys::from_distinct_integer_texts),
            },
            // A column of integers with gaps becomes one of floats in pandas.
            Values::Float(values) if self.spelling == Spelling::None => match whole(values) {
                Some((values, present)) => {
                    integer_identities(&values, Some(&present), Keys::from_distinct_integers)
                }
                None => self.to_text().identities(),
            },
            _ => self.to_text().identities(),
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

fn integer_identities(
    values: &[i64],
    present: Option<&Bitmap>,
    keys: impl Fn(&[i64]) -> (Keys, Vec<u32>),
) -> (Keys, Vec<u32>) {
    let is_present = |row: usize| present.is_none_or(|present| present.get(row));
    let values = values.iter().enumerate().map(|(row, &value)| is_present(row).then_some(value));
    let (mut codes, distinct) = code_integers(values);
    let (keys, rank) = keys(&distinct);
    for code in &mut codes {
        *code = rank.get(*code as usize).copied().unwrap_or(Text::MISSING);
    }
    (keys, codes)
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

    #[test]
    fn whole_numbers_once_text_name_as_their_text() {
        let numbers = [5, -3, 10, 100, 9, -30, 0, 1, 12, i64::MAX, i64::MIN, 5, 1_000_000_000_000_000_000];
        let texts = Column::text("id", numbers.map(|number| Some(number.to_string())));
        let typed = Column::written("id", Values::Int(numbers.to_vec(), None), Spelling::Whole);
        assert_eq!(typed.identities(), texts.identities());
    }
}
