//! Text columns: each distinct value once, and what the values were found to say.

use super::column::{Column, Values};
use super::keys::{Interner, Keys};
use super::parse::{
    Cell, DateEvidence, DateOrder, Found, Moment, NumberEvidence, NumberFormat, NumberStyle, canonical_int,
    is_code, is_missing_marker, number,
};
use super::strings::Strings;
use crate::error::{ErrorKind, Result};
use std::sync::Arc;

/// A column of text: a code per row into its distinct values.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    pub(super) codes: Vec<u32>,
    pub(super) distinct: Arc<Strings>,
    pub(super) found: Found,
}

impl Text {
    /// The code of a missing value.
    pub const MISSING: u32 = u32::MAX;

    /// Text by codes into distinct values; the type the values speak of is found from them.
    pub(crate) fn new(codes: Vec<u32>, distinct: Strings) -> Text {
        Text { codes, distinct: Arc::new(distinct), found: Found::Text }
    }

    /// Text by codes into distinct values that other columns may share.
    pub(crate) fn from_parts(codes: Vec<u32>, distinct: Arc<Strings>, found: Found) -> Text {
        Text { codes, distinct, found }
    }

    /// The codes, the distinct values and what they were found to say, to be changed.
    pub(crate) fn parts_mut(&mut self) -> (&mut Vec<u32>, &mut Arc<Strings>, &mut Found) {
        (&mut self.codes, &mut self.distinct, &mut self.found)
    }

    /// The distinct values, shared.
    pub(crate) fn shared(&self) -> Arc<Strings> {
        self.distinct.clone()
    }

    /// The text with equal ones among the distinct values made one.
    pub(super) fn without_twins(mut self) -> Text {
        let mut interner = Interner::default();
        let to: Vec<u32> = self.distinct.iter().map(|value| interner.intern(value)).collect();
        let distinct = interner.into_strings();
        if distinct.len() < self.distinct.len() {
            for code in &mut self.codes {
                *code = to.get(*code as usize).copied().unwrap_or(Text::MISSING);
            }
            self.distinct = Arc::new(distinct);
        }
        self
    }

    /// The text of a row; `None` when missing.
    #[inline]
    pub fn get(&self, row: usize) -> Option<&str> {
        self.distinct.get(*self.codes.get(row)? as usize)
    }

    /// The code of each row among [`Text::distinct`]; [`Text::MISSING`] when missing.
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// The distinct values. After [`Table::take`] some may not occur.
    pub fn distinct(&self) -> &Strings {
        &self.distinct
    }

    /// What the values were found to say.
    pub fn found(&self) -> Found {
        self.found
    }

    pub(super) fn identities(&self) -> (Keys, Vec<u32>) {
        let mut position = vec![Text::MISSING; self.distinct.len()];
        let mut used = Strings::default();
        for &code in &self.codes {
            if let Some(place) = position.get_mut(code as usize)
                && *place == Text::MISSING
            {
                *place = used.len() as u32;
                used.push(self.distinct.get(code as usize).unwrap_or_default());
            }
        }
        let (keys, rank) = Keys::from_distinct(&used);
        for place in &mut position {
            *place = rank.get(*place as usize).copied().unwrap_or(Text::MISSING);
        }
        let codes =
            self.codes.iter().map(|&code| position.get(code as usize).copied().unwrap_or(Text::MISSING));
        (keys, codes.collect())
    }
}

/// What the distinct values of a column say, all but missing markers: the type every one of them fits.
pub(crate) fn find_type(distinct: &Strings) -> Found {
    let values = || distinct.iter().filter(|value| !is_missing_marker(value));
    if values().next().is_none() {
        return Found::Text;
    }
    if values().all(|value| canonical_int(value).is_some()) {
        return Found::Int;
    }
    if let Some(format) = number_format(distinct) {
        return Found::Float(format);
    }
    let dates = values().filter(|value| Moment::read(value) != Moment::Other).count();
    let count = values().count();
    if dates * 10 >= count * 9 && dates > 0 { Found::Time(None) } else { Found::Text }
}

/// How the values are written, when all but missing markers are numbers and none is a code.
fn number_format(distinct: &Strings) -> Option<NumberFormat> {
    let all_read = |style| {
        let mut values = distinct.iter().filter(|value| !is_missing_marker(value));
        values.all(|value| matches!(number(value, style), Cell::Value(_)) && !is_code(value))
    };
    // What Rust reads needs no evidence: a point before three digits is a decimal point.
    let plain = |value: &str| is_missing_marker(value) || value.trim().parse::<f64>().is_ok();
    if distinct.iter().all(plain) {
        return all_read(NumberStyle::DecimalPoint).then(NumberFormat::default);
    }
    // A column of words is told from its first one.
    let style = [NumberStyle::DecimalPoint, NumberStyle::DecimalComma];
    if !distinct.iter().all(|value| {
        is_missing_marker(value) || style.iter().any(|&style| matches!(number(value, style), Cell::Value(_)))
    }) {
        return None;
    }
    let format = NumberEvidence::of(distinct).decide().ok()?;
    all_read(format.style).then_some(format)
}

impl Column {
    /// The text column with its type found. Dates that need an order get the `chosen` one, or the one their
    /// values prove.
    pub(crate) fn with_type_found(mut self, table: &str, chosen: Option<DateOrder>) -> Result<Column> {
        let Values::Text(text) = &mut self.values else { return Ok(self) };
        text.found = find_type(&text.distinct);
        if let Found::Time(order) = &mut text.found {
            let evidence = DateEvidence::of(&text.distinct);
            *order = match (chosen, evidence.decide()) {
                (Some(chosen), _) => evidence.example.map(|_| chosen),
                (None, Ok(order)) => order,
                (None, Err(())) => {
                    let row = text.codes.iter().position(|&code| Some(code) == evidence.example).unwrap_or(0);
                    return Err(ErrorKind::AmbiguousDates {
                        table: table.to_owned(),
                        column: self.name,
                        day_first: evidence.day_first,
                        month_first: evidence.month_first,
                        either: evidence.either,
                        row: row as u64 + 1,
                    }
                    .into());
                }
            };
        }
        Ok(self)
    }
}
