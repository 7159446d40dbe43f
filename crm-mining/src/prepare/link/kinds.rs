//! What a column holds, told by its name and a part of its values.

use super::Kind;
use super::compare::phones;
use super::field::{normal, whole};
use super::records::simple;
use crate::data::parse::{Moment, is_missing_marker};
use crate::data::{Column, Found, Values};
use crate::prepare::normalize::{half_width, is_han};
use std::borrow::Cow;

/// So many values are looked at.
const LOOKED_AT: usize = 2_000;

/// The kind of these columns, one per table.
pub(super) fn kind_of(columns: &[&Column]) -> Kind {
    let values = sample(columns);
    let texts = || values.iter().map(|value| whole(value.trim())).filter(|value| !is_missing_marker(value));
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
    if share(&|value| value.contains(['@', '＠'])) >= 0.8 {
        return Kind::Email;
    }
    let phone = called(PHONES) && share(&is_phone) >= 0.5;
    let written_so = |value: &str| is_phone(value) && value.contains(['-', '+', '(', '/']);
    if phone || share(&written_so) >= 0.9 || share(&is_mobile_of_china) >= 0.9 {
        return Kind::Phone;
    }
    let decimal = |value: &str| value.contains('.') && value.parse::<f64>().is_ok();
    let floats = columns.iter().any(|column| matches!(column.values(), Values::Float(_)));
    // Codes become decimal where some are missing, but whole ones.
    if share(&decimal) >= if floats { 0.05 } else { 0.5 } {
        return Kind::Number;
    }
    let address = called(ADDRESSES);
    if share(&|value| value.contains(is_han)) >= 0.3 {
        return kind_of_signs(&share, address);
    }
    let digits = |value: &str| value.bytes().any(|b| b.is_ascii_digit());
    if share(&|value| digits(value) && !value.contains(' ')) >= 0.8 {
        return Kind::Code;
    }
    let words = texts().map(|value| value.split_whitespace().count()).sum::<usize>() as f64 / n;
    if words >= 1.6 && (address || share(&digits) >= 0.3) {
        Kind::Address
    } else if words < 2.6 && share(&digits) < 0.2 {
        Kind::Name
    } else {
        Kind::Text
    }
}

const PHONES: &[&str] =
    &["phone", "mobile", "tel", "fax", "手机", "手機", "电话", "電話", "座机", "联系方式"];
const ADDRESSES: &[&str] = &["address", "street", "地址", "住址", "街道"];

/// The share of the values looked at of which a test holds.
type Share<'a> = dyn Fn(&dyn Fn(&str) -> bool) -> f64 + 'a;

/// The kind of a column in Chinese signs, which stand without blanks: addresses have numbers or the signs of a street,
/// names of people and places are short.
fn kind_of_signs(share: &Share<'_>, address: bool) -> Kind {
    let han = |value: &str| value.chars().filter(|&sign| is_han(sign)).count();
    let digits = |value: &str| value.chars().any(|sign| sign.is_numeric() && !is_han(sign));
    let of_place = |value: &str| value.contains(['路', '街', '巷', '道', '弄', '号', '號', '室']);
    if share(&|value| han(value) >= 5 && (digits(value) || of_place(value)))
        >= if address { 0.3 } else { 0.5 }
    {
        Kind::Address
    } else if share(&|value| han(value) == 1 && digits(value)) >= 0.5 {
        // 12号, 沪A12345.
        Kind::Code
    } else if share(&|value| han(value) <= 5 && !digits(value)) >= 0.7 {
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
    let value = half_width(value);
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    (7..=15).contains(&digits)
        && value.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '(' | ')' | ' ' | '.' | '/'))
}

fn is_mobile_of_china(value: &str) -> bool {
    let mobile = |digits: &str| digits.len() == 11 && matches!(digits.as_bytes(), [b'1', b'3'..=b'9', ..]);
    is_phone(value) && mobile(&phones::national(value))
}
