//! What a text says: a number, a moment. Used on the distinct values of a column, never on every row.

mod clock;
mod currency;
mod date_order;
mod fold;
mod moment;
mod number;
mod number_evidence;
mod time_unit;

pub use currency::Currency;
pub(crate) use date_order::DateEvidence;
pub use date_order::DateOrder;
pub(crate) use moment::Moment;
pub(crate) use number::number;
pub use number::{NumberFormat, NumberStyle};
pub(crate) use number_evidence::{NumberDoubt, NumberEvidence};
pub use time_unit::TimeUnit;
pub(crate) use time_unit::{TimeEvidence, plain_number};

use serde::{Deserialize, Serialize};

/// What the values of a text column were found to say. The text itself is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Found {
    /// Words, codes or names.
    #[default]
    Text,
    /// Whole numbers, each written as `i64` prints it.
    Int,
    /// Numbers, and how they are written.
    Float(NumberFormat),
    /// Dates or moments; the order holds for those among them that need one.
    Time(Option<DateOrder>),
    /// Numbers that count time, because the caller said so ([`Column::with_time_unit`]).
    ///
    /// [`Column::with_time_unit`]: crate::data::Column::with_time_unit
    Counted(TimeUnit),
}

/// What one text says as a value of some type.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Cell<T> {
    Missing,
    Unreadable(&'static str),
    Value(T),
}

/// Signs that stand for a missing number or date. In text columns they are names like any other.
pub(crate) fn is_missing_marker(text: &str) -> bool {
    matches!(
        text,
        "" | "NA"
            | "N/A"
            | "n/a"
            | "#N/A"
            | "NaN"
            | "nan"
            | "NULL"
            | "null"
            | "None"
            | "none"
            | "NaT"
            | "-"
            | "?"
    )
}

/// A whole number in its only spelling: no sign `+`, no leading zero, no blank.
pub(crate) fn canonical_int(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let canonical = digits.bytes().all(|b| b.is_ascii_digit())
        && (digits.len() == 1 || !digits.starts_with('0'))
        && text != "-0";
    if canonical { text.parse().ok() } else { None }
}

/// Whether a text that reads as a number is a code all the same: `00123`, a phone number (`+8613812345678`,
/// `612 345 678`), more digits than a number holds exactly.
pub(crate) fn is_code(text: &str) -> bool {
    const EXACT_DIGITS: usize = 15;
    const PHONE_DIGITS: usize = 7;
    const GROUPED_DIGITS: usize = 9;
    let text = text.trim();
    let international = text.starts_with('+');
    let body = text.strip_prefix(['+', '-']).unwrap_or(text);
    let digits = body.chars().filter(|&c| fold::fold(c).is_ascii_digit()).count();
    let is_blank = |c: char| fold::fold(c) == ' ';
    if !body.chars().all(|c| fold::fold(c).is_ascii_digit() || is_blank(c)) {
        return false;
    }
    let grouped = body.chars().any(is_blank);
    digits > 1 && body.chars().next().is_some_and(|c| fold::fold(c) == '0')
        || international && digits >= PHONE_DIGITS
        || grouped && digits >= GROUPED_DIGITS
        || digits > EXACT_DIGITS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_and_codes() {
        for (text, value) in
            [("0", Some(0)), ("-12", Some(-12)), ("00123", None), ("+1", None), ("", None), ("-0", None)]
        {
            assert_eq!(canonical_int(text), value, "{text}");
        }
        for code in ["00123", "+8613812345678", "612 345 678", "12345678901234567", "００１"] {
            assert!(is_code(code), "{code}");
        }
        for number in ["0", "+12", "1 234", "0.5", "-12", "１２３", "1,234,567,890,123,456,789"] {
            assert!(!is_code(number), "{number}");
        }
    }
}
