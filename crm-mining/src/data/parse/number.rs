//! Numbers as people write them: signs, groups, currencies, percent.

use super::currency::Currency;
use super::fold::fold;
use super::{Cell, is_missing_marker};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What parts the whole from the fraction. The other of the two signs may part thousands; blanks and
/// apostrophes may in either style.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberStyle {
    /// 1,234.50
    #[default]
    DecimalPoint,
    /// 1.234,50
    DecimalComma,
}

/// How the numbers of a text column are written, as found from them or chosen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct NumberFormat {
    /// The decimal sign.
    pub style: NumberStyle,
    /// Whether some numbers have their thousands set apart.
    pub grouped: bool,
    /// The one currency they are marked with; `None` when none is.
    pub currency: Option<Currency>,
    /// Whether some are percentages, which are read as fractions: 12% is 0.12.
    pub percent: bool,
}

impl fmt::Display for NumberFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.style {
            NumberStyle::DecimalPoint => "decimal point",
            NumberStyle::DecimalComma => "decimal comma",
        })?;
        if self.grouped {
            f.write_str(", thousands set apart")?;
        }
        if let Some(currency) = self.currency {
            write!(f, ", currency {currency}")?;
        }
        if self.percent {
            f.write_str(", percent as fractions")?;
        }
        Ok(())
    }
}

impl NumberFormat {
    /// A number of the column that has this format; amounts marked with a currency that does not go with that
    /// of the column are unreadable.
    pub(crate) fn read(&self, text: &str) -> Cell<f64> {
        let own = self.currency.and_then(|own| Some((own, Written::read(text)?.currency?)));
        match own {
            Some((own, marked)) if own.joined(marked).is_none() => {
                Cell::Unreadable("an amount in the currency of its column")
            }
            _ => number(text, self.style),
        }
    }
}

/// A number written in this style. Infinities are read as such, for the caller to refuse.
pub(crate) fn number(text: &str, style: NumberStyle) -> Cell<f64> {
    let text = text.trim();
    if is_missing_marker(text) {
        return Cell::Missing;
    }
    let plain = style == NumberStyle::DecimalPoint || !text.contains('.');
    let value = match text.parse::<f64>() {
        Ok(value) if plain => Some(value),
        _ => Written::read(text).and_then(|written| written.value(style)),
    };
    value.filter(|value| !value.is_nan()).map_or(Cell::Unreadable("a number"), Cell::Value)
}

/// The parts of a text that may be a number.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Written {
    negative: bool,
    pub(super) percent: bool,
    pub(super) currency: Option<Currency>,
    /// Digits, `.`, `,`, apostrophes and blanks.
    body: String,
}

impl Written {
    /// The longest text that is looked at: no number has more signs.
    const LONGEST: usize = 128;

    /// Takes off, from outside to inside, each at most once: brackets or a sign, a percent sign, a currency.
    pub(super) fn read(text: &str) -> Option<Written> {
        if text.len() > Written::LONGEST || !text.chars().any(|c| fold(c).is_ascii_digit()) {
            return None;
        }
        let folded: String = text.chars().map(fold).collect();
        let (mut rest, mut written, mut signed) = (folded.as_str(), Written::default(), false);
        loop {
            rest = rest.trim();
            let sign = if signed { None } else { without_sign(rest) };
            if let Some((inner, negative)) = sign {
                (rest, written.negative, signed) = (inner, negative, true);
            } else if let Some(inner) = rest.strip_suffix('%').filter(|_| !written.percent) {
                (rest, written.percent) = (inner, true);
            } else if let Some((inner, currency)) =
                without_currency(rest).filter(|_| written.currency.is_none())
            {
                (rest, written.currency) = (inner, Some(currency));
            } else {
                break;
            }
        }
        let sound = rest.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b',' | b'\'' | b' '));
        written.body = rest.to_owned();
        sound.then_some(written)
    }

    pub(super) fn value(&self, style: NumberStyle) -> Option<f64> {
        let sign = if self.negative { "-" } else { "" };
        // The exponent keeps 12.34% the number nearest to 0.1234.
        let exponent = if self.percent { "e-2" } else { "" };
        format!("{sign}{}{exponent}", self.digits(style)?).parse().ok()
    }

    pub(super) fn fits(&self, style: NumberStyle) -> bool {
        self.digits(style).is_some()
    }

    /// Whether a point or a comma stands in it.
    pub(super) fn marked(&self) -> bool {
        self.body.contains(['.', ','])
    }

    /// Whether thousands are set apart in this style.
    pub(super) fn grouped(&self, style: NumberStyle) -> bool {
        let group = style.marks().1;
        self.body.contains([group, ' ', '\''])
    }

    pub(super) fn has_point(&self) -> bool {
        self.body.contains('.')
    }

    /// The digits with a decimal point at most; `None` when the marks stand where none may.
    fn digits(&self, style: NumberStyle) -> Option<String> {
        let (decimal, group) = style.marks();
        let (whole, fraction) = match self.body.split_once(decimal) {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (self.body.as_str(), None),
        };
        let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if fraction.is_some_and(|fraction| fraction.is_empty() || !all_digits(fraction)) {
            return None;
        }
        let mut digits = whole.to_owned();
        if let Some(mark) = whole.chars().find(|c| !c.is_ascii_digit()) {
            let mut groups = whole.split(mark);
            let first = groups.next().unwrap_or_default();
            let leads = (1..=3).contains(&first.len()) && all_digits(first) && !first.starts_with('0');
            let sound = [group, ' ', '\''].contains(&mark)
                && leads
                && groups.all(|group| group.len() == 3 && all_digits(group));
            if !sound {
                return None;
            }
            digits.retain(|c| c != mark);
        }
        if digits.is_empty() && fraction.is_none() {
            return None;
        }
        if let Some(fraction) = fraction {
            digits.push('.');
            digits.push_str(fraction);
        }
        Some(digits)
    }
}

impl NumberStyle {
    /// The decimal sign, and the sign that may part thousands.
    fn marks(self) -> (char, char) {
        match self {
            NumberStyle::DecimalPoint => ('.', ','),
            NumberStyle::DecimalComma => (',', '.'),
        }
    }
}

/// The text inside brackets or beside a sign, and whether that makes it negative.
fn without_sign(text: &str) -> Option<(&str, bool)> {
    let bracketed = text.strip_prefix('(').and_then(|inner| inner.strip_suffix(')'));
    let minus = bracketed.or_else(|| text.strip_prefix('-')).or_else(|| text.strip_suffix('-'));
    minus.map(|inner| (inner, true)).or_else(|| text.strip_prefix('+').map(|inner| (inner, false)))
}

/// The text beside a currency sign or code that stands before or after it.
fn without_currency(text: &str) -> Option<(&str, Currency)> {
    let inside = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '+' | '(' | ')' | ' ' | '%');
    let start = text.find(inside).unwrap_or(text.len());
    let end = text.rfind(inside).map_or(0, |at| at + 1);
    let before = text.get(..start).and_then(Currency::of);
    let after = || text.get(end..).and_then(Currency::of);
    match before {
        Some(currency) => Some((text.get(start..)?, currency)),
        None => after().and_then(|currency| Some((text.get(..end)?, currency))),
    }
}

#[cfg(test)]
mod tests {
    use super::NumberStyle::{DecimalComma, DecimalPoint};
    use super::*;

    #[test]
    fn plain_numbers() {
        let read = |text| number(text, DecimalPoint);
        assert_eq!(read(" 2.55 "), Cell::Value(2.55));
        assert_eq!(read("1e3"), Cell::Value(1000.0));
        assert_eq!(read("inf"), Cell::Value(f64::INFINITY));
        assert_eq!(read("NA"), Cell::Missing);
        for text in
            ["12a", "+nan", "5 kg", "1,23", "12,34,567", "1,234,56", "0,123", "1 23", "--5", "5--", "$"]
        {
            assert_eq!(read(text), Cell::Unreadable("a number"), "{text}");
        }
    }

    #[test]
    fn written_by_people() {
        for (text, value) in [
            ("1,234.50", 1234.5),
            ("1 234.5", 1234.5),
            ("1\u{202F}234\u{A0}567", 1_234_567.0),
            ("1'234.50", 1234.5),
            ("1’234’567.5", 1_234_567.5),
            ("１２３", 123.0),
            ("－１，２３４．５", -1234.5),
            ("(45.00)", -45.0),
            ("45.00-", -45.0),
            ("−3", -3.0),
            ("12%", 0.12),
            ("12.34 ％", 0.1234),
            ("$99", 99.0),
            ("-$99.5", -99.5),
            ("($1,234.50)", -1234.5),
            ("￥100", 100.0),
            ("¥ 100", 100.0),
            ("100元", 100.0),
            ("USD 12", 12.0),
            ("12.5 cny", 12.5),
            ("€-5", -5.0),
            (".5 €", 0.5),
        ] {
            assert_eq!(number(text, DecimalPoint), Cell::Value(value), "{text}");
        }
        for (text, value) in [
            ("1.234,50", 1234.5),
            ("1.234", 1234.0),
            ("12,5 €", 12.5),
            ("1 234,50", 1234.5),
            ("-0,5", -0.5),
            ("1e3", 1000.0),
            ("7", 7.0),
        ] {
            assert_eq!(number(text, DecimalComma), Cell::Value(value), "{text}");
        }
        assert_eq!(number("1.5", DecimalComma), Cell::Unreadable("a number"));
    }

    #[test]
    fn formats_say_what_they_are() {
        let currency = Currency::of("€");
        let format = NumberFormat { style: DecimalComma, grouped: true, currency, percent: true };
        let said = "decimal comma, thousands set apart, currency EUR, percent as fractions";
        assert_eq!(format.to_string(), said);
        let json = serde_json::to_string(&format).unwrap();
        assert_eq!(serde_json::from_str::<NumberFormat>(&json).unwrap(), format);
    }
}
