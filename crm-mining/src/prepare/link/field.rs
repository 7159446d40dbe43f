//! One column of all rows, its values made comparable: each distinct value once.

use super::Kind;
use super::compare::{dates, emails, numbers, phones};
use super::similar::{Compared, Parts, Shape};
use crate::data::parse::{Cell, Moment, is_missing_marker};
use crate::data::{Column, DateOrder, Day, Found, Interner, Strings, Text, Values};
use crate::prepare::normalize::{is_han, nfkc, to_simplified};
use std::borrow::Cow;

/// One column of all rows: a code per row into the distinct values, made comparable.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) kind: Kind,
    /// The order of day and month in dates that need one.
    pub(super) order: Option<DateOrder>,
    pub(super) codes: Vec<u32>,
    pub(super) distinct: Strings,
    pub(super) shapes: Vec<Shape>,
    /// By code; empty where no value has parts.
    parts: Vec<Option<Parts>>,
}

impl Field {
    pub(super) fn new(columns: &[&Column], kind: Kind) -> Field {
        let mut interner = Interner::default();
        let mut codes = Vec::with_capacity(columns.iter().map(|column| column.len()).sum());
        let order = columns.iter().find_map(|column| order_of(column));
        for column in columns {
            add_texts(&column.to_text(), (kind, order_of(column)), &mut interner, &mut codes);
        }
        let distinct = interner.into_strings();
        let mut parts: Vec<Option<Parts>> = Vec::new();
        if matches!(kind, Kind::Name | Kind::Address) {
            parts = distinct.iter().map(|value| Parts::of(kind, value)).collect();
            if parts.iter().all(Option::is_none) {
                parts = Vec::new();
            }
        }
        let parts_of = |at: usize| parts.get(at).and_then(Option::as_ref);
        let shapes =
            distinct.iter().enumerate().map(|(at, value)| Shape::of(kind, value, parts_of(at))).collect();
        Field { kind, order, codes, distinct, shapes, parts }
    }

    #[inline]
    pub(super) fn value(&self, code: u32) -> &str {
        self.distinct.get(code as usize).unwrap_or_default()
    }

    /// A value as it is compared.
    #[inline]
    pub(super) fn compared(&self, code: u32) -> Compared<'_> {
        let shape = self.shapes.get(code as usize).copied().unwrap_or_default();
        let parts = self.parts.get(code as usize).and_then(Option::as_ref);
        Compared { text: self.value(code), shape, parts }
    }

    /// How often each distinct value occurs among these rows.
    pub(super) fn counts(&self, rows: std::ops::Range<usize>) -> Vec<u32> {
        let mut counts = vec![0; self.distinct.len()];
        for &code in self.codes.get(rows).unwrap_or_default() {
            if let Some(count) = counts.get_mut(code as usize) {
                *count += 1;
            }
        }
        counts
    }
}

/// The order of day and month that a column was found to have.
fn order_of(column: &Column) -> Option<DateOrder> {
    match column.values() {
        Values::Text(text) => match text.found() {
            Found::Time(order) => order,
            _ => None,
        },
        _ => None,
    }
}

fn add_texts(
    text: &Text,
    (kind, order): (Kind, Option<DateOrder>),
    interner: &mut Interner,
    codes: &mut Vec<u32>,
) {
    // Values that no row has are not interned, so that a part of a table has the values of its rows only.
    const UNSEEN: u32 = Text::MISSING - 1;
    let mut place = vec![UNSEEN; text.distinct().len()];
    codes.extend(text.codes().iter().map(|&code| {
        let Some(slot) = place.get_mut(code as usize) else { return Text::MISSING };
        if *slot == UNSEEN {
            let value = text.distinct().get(code as usize).and_then(|value| normal(kind, value, order));
            *slot = value.map_or(Text::MISSING, |value| interner.intern(&value));
        }
        *slot
    }));
}

/// A value made comparable: without case, one blank between words and none between Chinese signs, full-width signs as
/// half-width ones, traditional signs as simplified ones; a date as eight digits; of a telephone number the national digits; of an
/// e-mail address no tag. `None` when it says nothing.
pub(super) fn normal(kind: Kind, value: &str, order: Option<DateOrder>) -> Option<String> {
    let value = one_spelling(value);
    let trimmed = whole(value.trim());
    if is_missing_marker(trimmed) {
        return None;
    }
    let value = match kind {
        Kind::Date => match Moment::read(trimmed).in_order(order) {
            Cell::Value(micros) => dates::digits(Day::of_micros(micros)),
            _ => dates::digits_of_no_day(trimmed),
        }
        .unwrap_or_else(|| words(trimmed)),
        Kind::Phone => phones::national(trimmed),
        Kind::Email => emails::untagged(&words(trimmed)).into_owned(),
        Kind::Number => match numbers::read(trimmed) {
            number if number.is_finite() => ryu::Buffer::new().format(number + 0.0).to_owned(),
            _ => words(trimmed),
        },
        _ => words(trimmed),
    };
    if value.is_empty() { None } else { Some(value) }
}

fn one_spelling(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let text = nfkc(text);
    let text = to_simplified(&text);
    let mut out = String::with_capacity(text.len());
    // 王 小明 is 王小明.
    let (mut after_han, mut blanks) = (false, String::new());
    for sign in text.chars() {
        if sign.is_whitespace() {
            blanks.push(sign);
            continue;
        }
        if !(after_han && is_han(sign)) {
            out.push_str(&blanks);
        }
        blanks.clear();
        after_han = is_han(sign);
        out.push(sign);
    }
    Cow::Owned(out)
}

/// A whole number without the zero behind the point that it gets where others are missing.
pub(super) fn whole(text: &str) -> &str {
    match text.strip_suffix(".0") {
        Some(digits) if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => digits,
        _ => text,
    }
}

fn words(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(word.chars().flat_map(char::to_lowercase));
    }
    out
}
