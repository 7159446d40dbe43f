//! Numbers as people write them: thousands marks, currencies, brackets for losses, percent.

use super::unicode::{half_width, trim};
use crate::data::parse::{Cell, is_missing_marker};
use serde::{Deserialize, Serialize};

/// How the numbers of one column are written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NumberStyle {
    /// Whether the fraction stands behind a comma (`1.234,50`).
    decimal_comma: bool,
    /// The one currency of the column.
    currency: Option<String>,
}

const CURRENCIES: [(&str, &[&str]); 9] = [
    ("HKD", &["HK$", "HKD"]),
    ("USD", &["US$", "$", "USD"]),
    ("EUR", &["€", "EUR"]),
    ("GBP", &["£", "GBP"]),
    ("CNY", &["¥", "元", "CNY", "RMB", "人民币"]),
    ("JPY", &["円", "JPY"]),
    ("KRW", &["₩", "KRW"]),
    ("INR", &["₹", "INR"]),
    ("CHF", &["CHF"]),
];

/// A text without what is around its digits.
struct Parts {
    digits: String,
    negative: bool,
    percent: bool,
    currency: Option<&'static str>,
}

impl NumberStyle {
    /// The style the texts prove: a comma is a decimal sign when it does not stand before three digits, or
    /// stands behind a point; texts that read both ways (`1,234`) prove nothing, and then the point is it.
    ///
    /// `Err` holds two currencies when there are two.
    pub(crate) fn of<'a>(
        texts: impl Iterator<Item = &'a str>,
    ) -> Result<NumberStyle, (&'static str, &'static str)> {
        let (mut points, mut commas, mut currency) = (0u64, 0u64, None);
        for text in texts {
            let Some(parts) = Parts::of(text) else { continue };
            match (currency, parts.currency) {
                (Some(one), Some(other)) if one != other => return Err((one, other)),
                (None, some) => currency = some,
                _ => {}
            }
            match proves(&parts.digits) {
                Some(b',') => commas += 1,
                Some(_) => points += 1,
                None => {}
            }
        }
        Ok(NumberStyle { decimal_comma: commas > points, currency: currency.map(str::to_owned) })
    }

    /// The number a text says in this style.
    pub(crate) fn read(&self, text: &str) -> Cell<f64> {
        if is_missing_marker(trim(text)) {
            return Cell::Missing;
        }
        match self.value(text) {
            Some(value) => Cell::Value(value),
            None => Cell::Unreadable("a number"),
        }
    }

    fn value(&self, text: &str) -> Option<f64> {
        let parts = Parts::of(text)?;
        if let (Some(own), Some(found)) = (&self.currency, parts.currency)
            && own != found
        {
            return None;
        }
        let (decimal, mark) = if self.decimal_comma { (',', '.') } else { ('.', ',') };
        let (whole, rest) = match parts.digits.split_once(decimal) {
            Some((whole, fraction)) => (whole, fraction),
            None => (parts.digits.as_str(), ""),
        };
        let plain = plain_digits(whole, mark)?;
        let (fraction, exponent) = rest.split_once(['e', 'E']).unwrap_or((rest, "0"));
        let (plain, exponent) = match plain.split_once(['e', 'E']) {
            Some((plain, exponent)) => (plain.to_owned(), exponent.to_owned()),
            None => (plain, exponent.to_owned()),
        };
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if !digits(&plain) || !digits(fraction) || (plain.is_empty() && fraction.is_empty()) {
            return None;
        }
        let value: f64 = format!("{plain}.{fraction}e{exponent}").parse().ok()?;
        let value = if parts.percent { value / 100.0 } else { value };
        value.is_finite().then_some(if parts.negative { -value } else { value })
    }
}

/// The whole part without thousands marks, which must stand before groups of three.
fn plain_digits(whole: &str, mark: char) -> Option<String> {
    let is_mark = |c: char| c == mark || c == '\'' || c == '’' || c == ' ';
    let mut groups = whole.split(is_mark);
    let mut plain = groups.next()?.to_owned();
    let marked = whole.contains(is_mark);
    if marked && !(1..=3).contains(&plain.len()) {
        return None;
    }
    for group in groups {
        if group.len() != 3 {
            return None;
        }
        plain.push_str(group);
    }
    Some(plain)
}

/// The decimal sign that the digits prove.
fn proves(digits: &str) -> Option<u8> {
    let (point, comma) = (digits.rfind('.'), digits.rfind(','));
    let one = |sign: char, at: usize| {
        let several = digits.matches(sign).count() > 1;
        let thousand = digits.len() - at == 4 && (1..=3).contains(&at);
        (several, thousand)
    };
    match (point, comma) {
        (Some(point), Some(comma)) => Some(if comma > point { b',' } else { b'.' }),
        (Some(at), None) => match one('.', at) {
            (true, _) => Some(b','),
            (false, true) => None,
            (false, false) => Some(b'.'),
        },
        (None, Some(at)) => match one(',', at) {
            (true, _) => Some(b'.'),
            (false, true) => None,
            (false, false) => Some(b','),
        },
        (None, None) => None,
    }
}

impl Parts {
    fn of(text: &str) -> Option<Parts> {
        let text = half_width(trim(text)).replace(['\u{A0}', '\u{202F}', '\u{2009}'], " ").replace('−', "-");
        if text.len() > 64 {
            return None;
        }
        let mut rest = text.as_str();
        let mut parts = Parts { digits: String::new(), negative: false, percent: false, currency: None };
        let mut signs = 0;
        // Signs, brackets, currencies and percent stand around the digits, each at most once.
        loop {
            rest = rest.trim();
            if let Some(inner) = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
                (rest, parts.negative, signs) = (inner, true, signs + 1);
            } else if let Some(after) = rest.strip_prefix('-').or_else(|| rest.strip_suffix('-')) {
                (rest, parts.negative, signs) = (after, true, signs + 1);
            } else if let Some(after) = rest.strip_prefix('+') {
                (rest, signs) = (after, signs + 1);
            } else if let Some(before) = rest.strip_suffix('%').filter(|_| !parts.percent) {
                (rest, parts.percent) = (before, true);
            } else if let Some((currency, after)) = currency(rest).filter(|_| parts.currency.is_none()) {
                (rest, parts.currency) = (after, Some(currency));
            } else {
                break;
            }
        }
        let like_digits = rest.starts_with(|c: char| c.is_ascii_digit() || c == '.' || c == ',')
            && rest.ends_with(|c: char| c.is_ascii_digit() || c == '.' || c == ',');
        if signs > 1 || !like_digits {
            return None;
        }
        parts.digits = rest.to_owned();
        Some(parts)
    }
}

/// A currency at one end of the text, and the rest.
fn currency(text: &str) -> Option<(&'static str, &str)> {
    CURRENCIES.iter().find_map(|(code, names)| {
        names.iter().find_map(|name| {
            let rest = text.strip_prefix(name).or_else(|| text.strip_suffix(name))?;
            Some((*code, rest))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(texts: &[&str]) -> Vec<Option<f64>> {
        let style = NumberStyle::of(texts.iter().copied()).unwrap();
        let value = |text: &&str| match style.read(text) {
            Cell::Value(value) => Some(value),
            _ => None,
        };
        texts.iter().map(value).collect()
    }

    #[test]
    fn as_people_write() {
        assert_eq!(
            read(&[
                "1,234.50",
                "$99",
                "１２３",
                "(45.00)",
                "12.5%",
                "-3",
                "3-",
                "+7",
                "1e3",
                ".5",
                "USD 1,000"
            ]),
            [1234.5, 99.0, 123.0, -45.0, 0.125, -3.0, -3.0, 7.0, 1000.0, 0.5, 1000.0].map(Some)
        );
        assert_eq!(read(&["1.234,50", "1.234", "0,5", "€ 7"]), [1234.5, 1234.0, 0.5, 7.0].map(Some));
        assert_eq!(read(&["1 234,5", "1'234,5", "¥", "1,23,4"]), [Some(1234.5), Some(1234.5), None, None]);
        assert_eq!(read(&["1,234"]), [Some(1234.0)]);
        assert_eq!(read(&["1.234"]), [Some(1.234)]);
        assert_eq!(read(&["", "NA", "abc", "1-2", "--5", "(-5)", "1e999", "1.2.3.4"]), [None; 8]);
        assert_eq!(read(&["100元", "￥20"]), [Some(100.0), Some(20.0)]);
        assert_eq!(NumberStyle::of(["$5", "€5"].into_iter()), Err(("USD", "EUR")));
    }
}
