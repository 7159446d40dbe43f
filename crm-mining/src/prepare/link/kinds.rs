//! What a column holds, told by its name and a part of its values.

use super::Kind;
use super::records::{normal, simple};
use crate::data::parse::{Moment, is_missing_marker};
use crate::data::{Column, Found, Values};
use std::borrow::Cow;

/// So many values are looked at.
const LOOKED_AT: usize = 2_000;

/// The kind of these columns, one per table.
pub(super) fn kind_of(columns: &[&Column]) -> Kind {
    let values = sample(columns);
    let texts = || values.iter().map(|value| value.trim()).filter(|value| !is_missing_marker(value));
    let n = texts().count().max(1) as f64;
    let share = |test: &dyn Fn(&str) -> bool| texts().filter(|value| test(value)).count() as f64 / n;
    let names: Vec<String> = columns.iter().map(|column| simple(column.name())).collect();
    let called = |hints: &[&str]| names.iter().any(|name| hints.iter().any(|hint| name.contains(hint)));
    let dates = columns.iter().any(|column| match column.values() {
        Values::Time(..) => true,
        Values::Text(text) => matches!(text.found(), Found::Time(_)),
        _ => false,
    });
    if dates || share(&is_date) >= 0.9 {
        return Kind::Date;
    }
    if share(&|value| value.contains('@')) >= 0.8 {
        return Kind::Email;
    }
    let phone = called(&["phone", "mobile", "tel", "手机", "电话"]) && share(&is_phone) >= 0.5;
    if phone || share(&|value| is_phone(value) && value.contains(['-', '+', '(', '/'])) >= 0.9 {
        return Kind::Phone;
    }
    let decimal = |value: &str| value.contains('.') && value.parse::<f64>().is_ok();
    if columns.iter().any(|column| matches!(column.values(), Values::Float(_))) || share(&decimal) >= 0.5 {
        return Kind::Number;
    }
    let digits = |value: &str| value.bytes().any(|b| b.is_ascii_digit());
    if share(&|value| digits(value) && !value.contains(' ')) >= 0.8 {
        return Kind::Code;
    }
    let words = texts().map(|value| value.split_whitespace().count()).sum::<usize>() as f64 / n;
    if words >= 1.6 && (called(&["address", "street", "地址"]) || share(&digits) >= 0.3) {
        Kind::Address
    } else if words < 2.6 && share(&digits) < 0.2 {
        Kind::Name
    } else {
        Kind::Text
    }
}

/// Values from all over the columns.
fn sample<'a>(columns: &[&'a Column]) -> Vec<Cow<'a, str>> {
    let mut values = Vec::new();
    for column in columns {
        match column.values() {
            Values::Text(text) => {
                let step = (text.distinct().len() / LOOKED_AT).max(1);
                values.extend(text.distinct().iter().step_by(step).map(Cow::Borrowed));
            }
            _ => {
                let step = (column.len() / LOOKED_AT).max(1);
                values.extend((0..column.len()).step_by(step).filter_map(|row| column.show(row)));
            }
        }
    }
    values
}

/// Eight digits are a date when their year is one of people alive.
fn is_date(value: &str) -> bool {
    matches!(Moment::read(value), Moment::Plain(_) | Moment::Ordered { .. })
        && normal(Kind::Date, value, None)
            .is_some_and(|day| day.get(..4).is_none_or(|year| ("1850".."2101").contains(&year)))
}

fn is_phone(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    (7..=15).contains(&digits)
        && value.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '(' | ')' | ' ' | '.' | '/'))
}
