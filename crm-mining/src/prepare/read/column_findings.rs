//! What the columns of a table were taken to hold, and what says so.

use super::dialect::{Aspect, Finding};
use crate::data::parse::{Cell, DateEvidence, Moment, is_code, is_missing_marker, number};
use crate::data::{Column, DateOrder, Found, NumberStyle, Said, Text, Values};
use crate::error::masked;
use rayon::prelude::*;

/// One finding for every column. A row that decides is named by its number and the pattern of its value, never by
/// the value, which may be a birthday. `numbers` are the rows that the table's have in the file.
pub(super) fn column_findings(columns: &[Column], said: Said<'_>, numbers: Option<&[u32]>) -> Vec<Finding> {
    let finding = |column: &Column| Finding {
        of: Aspect::Column,
        found: format!("{:?}: {}", column.name(), found(column)),
        evidence: match column.values() {
            _ if said.settles(column.name()) => "given".to_owned(),
            Values::Text(text) => evidence(text, said.date_order, numbers),
            _ => format!("all of its {} rows", column.len()),
        },
    };
    columns.par_iter().map(finding).collect()
}

fn found(column: &Column) -> String {
    match column.found() {
        Found::Float(format) => format!("numbers, {format}"),
        Found::Time(Some(order)) => format!("dates, {}", in_words(order)),
        _ => column.type_name().to_owned(),
    }
}

fn in_words(order: DateOrder) -> &'static str {
    match order {
        DateOrder::DayFirst => "day first",
        DateOrder::MonthFirst => "month first",
        DateOrder::YearFirst => "year first",
    }
}

fn evidence(text: &Text, chosen: Option<DateOrder>, numbers: Option<&[u32]>) -> String {
    let values = text.distinct().iter().filter(|value| !is_missing_marker(value)).count();
    let all = || format!("all of its {values} distinct values");
    let row = |code: u32| {
        let at = text.codes().iter().position(|&other| other == code).unwrap_or(0);
        let row = numbers.and_then(|numbers| numbers.get(at)).map_or(at as u64 + 1, |&row| row.into());
        format!("row {row}, {}", masked(text.distinct().get(code as usize).unwrap_or_default()))
    };
    match text.found() {
        _ if values == 0 => "no value".to_owned(),
        Found::Text => why_text(text).map_or_else(
            || "its numbers contradict each other".to_owned(),
            |(code, why)| format!("{}: {why}", row(code)),
        ),
        Found::Time(Some(_)) if chosen.is_some() => "the order is given".to_owned(),
        Found::Time(Some(order)) => {
            let evidence = DateEvidence::of(text.distinct());
            match evidence.proof(order) {
                Some((code, values)) => {
                    let (rule, others) = (proof(order), evidence.either);
                    format!("{}: {rule}; {values} values say so, {others} read either way", row(code))
                }
                None if evidence.either > 0 => "earlier rows of the file settle the order".to_owned(),
                None => "day and month are alike in all of its dates".to_owned(),
            }
        }
        Found::Time(None) => match first(text, |value| Moment::read(value) == Moment::Other) {
            Some(code) => format!("nine of ten of its {values} distinct values, but not {}", row(code)),
            None => all(),
        },
        _ => all(),
    }
}

/// What a date that reads in this order only shows.
fn proof(order: DateOrder) -> &'static str {
    match order {
        DateOrder::DayFirst => "first part above 12",
        DateOrder::MonthFirst => "second part above 12",
        DateOrder::YearFirst => "first part that is no day and no month",
    }
}

/// The first value that makes a column text, and how.
fn why_text(text: &Text) -> Option<(u32, &'static str)> {
    let is_number = |value: &str| {
        let styles = [NumberStyle::DecimalPoint, NumberStyle::DecimalComma];
        styles.into_iter().any(|style| matches!(number(value, style), Cell::Value(_)))
    };
    let is_date = |value: &str| Moment::read(value) != Moment::Other;
    if let Some(code) = first(text, |value| !is_number(value) && !is_date(value)) {
        return Some((code, "neither a number nor a date"));
    }
    if let Some(code) = first(text, is_code) {
        return Some((code, "written as codes are"));
    }
    first(text, |value| !is_number(value)).map(|code| (code, "a date among numbers"))
}

/// The code of the first value of which this holds, signs for missing aside.
fn first(text: &Text, holds: impl Fn(&str) -> bool) -> Option<u32> {
    let mut values = (0u32..).zip(text.distinct().iter());
    values.find(|(_, value)| !is_missing_marker(value) && holds(value)).map(|(code, _)| code)
}
