//! In which style the numbers of a column are written, told from all of them together.

use super::currency::Currency;
use super::is_missing_marker;
use super::number::{NumberFormat, NumberStyle, Written};
use crate::data::strings::Strings;

/// What the distinct values of a column say about how its numbers are written.
///
/// `1,234.50`, `12.5` and `1,234,567` read in one style only, and so decide. `1,234` and `1.234` read in both.
/// Where nothing decides, a lone comma before three digits parts thousands and a lone point is a decimal point:
/// that is how programs and English tables write. The two together contradict each other, as do values that
/// only read in one style and others that only read in the other, unless one side has 95 % of them: then the
/// rest are unreadable.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct NumberEvidence {
    /// Values that only read with a decimal point.
    pub(crate) point: u64,
    /// Values that only read with a decimal comma.
    pub(crate) comma: u64,
    lone_point: u64,
    lone_comma: u64,
    percent: bool,
    /// Grouped in the style of the point, and of the comma.
    grouped: (bool, bool),
    currency: Option<Currency>,
    /// A currency that does not go with those before, and the code of its value.
    clash: Option<(Currency, u32)>,
    /// The first value with a point or comma.
    pub(crate) example: Option<u32>,
}

/// Why the numbers of a column cannot be read together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NumberDoubt {
    /// Decimal point or decimal comma.
    Style,
    /// Two currencies, and the code of a value in the second.
    Currencies(Currency, Currency, u32),
}

impl NumberEvidence {
    pub(crate) fn of(values: &Strings) -> NumberEvidence {
        let mut evidence = NumberEvidence::default();
        for (code, value) in (0u32..).zip(values.iter()) {
            if !is_missing_marker(value)
                && let Some(written) = Written::read(value)
            {
                evidence.add(code, &written);
            }
        }
        evidence
    }

    fn add(&mut self, code: u32, written: &Written) {
        use NumberStyle::{DecimalComma, DecimalPoint};
        let reads = (written.fits(DecimalPoint), written.fits(DecimalComma));
        if reads == (false, false) {
            return;
        }
        if written.marked() {
            self.example = self.example.or(Some(code));
            match reads {
                (true, false) => self.point += 1,
                (false, true) => self.comma += 1,
                _ if written.has_point() => self.lone_point += 1,
                _ => self.lone_comma += 1,
            }
        }
        self.percent |= written.percent;
        self.grouped.0 |= reads.0 && written.grouped(DecimalPoint);
        self.grouped.1 |= reads.1 && written.grouped(DecimalComma);
        match (self.currency, written.currency) {
            (Some(before), Some(now)) => match before.joined(now) {
                Some(joined) => self.currency = Some(joined),
                None => self.clash = self.clash.or(Some((now, code))),
            },
            (before, now) => self.currency = before.or(now),
        }
    }

    /// Values that read in either style.
    pub(crate) fn either(&self) -> u64 {
        self.lone_point + self.lone_comma
    }

    /// How the numbers are written.
    pub(crate) fn decide(&self) -> Result<NumberFormat, NumberDoubt> {
        let most = |one: u64, other: u64| one > 0 && one >= other.saturating_mul(19);
        let style = match () {
            () if most(self.point, self.comma) => NumberStyle::DecimalPoint,
            () if most(self.comma, self.point) => NumberStyle::DecimalComma,
            () if self.point > 0 || self.lone_point > 0 && self.lone_comma > 0 => {
                return Err(NumberDoubt::Style);
            }
            () => NumberStyle::DecimalPoint,
        };
        self.in_style(style)
    }

    /// How the numbers are written, the style being chosen.
    pub(crate) fn in_style(&self, style: NumberStyle) -> Result<NumberFormat, NumberDoubt> {
        if let (Some(first), Some((second, code))) = (self.currency, self.clash) {
            return Err(NumberDoubt::Currencies(first, second, code));
        }
        let grouped = match style {
            NumberStyle::DecimalPoint => self.grouped.0,
            NumberStyle::DecimalComma => self.grouped.1,
        };
        Ok(NumberFormat { style, grouped, currency: self.currency, percent: self.percent })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decide(values: &[&str]) -> Result<NumberFormat, NumberDoubt> {
        NumberEvidence::of(&values.iter().collect()).decide()
    }

    #[test]
    fn the_column_decides() {
        use NumberStyle::{DecimalComma, DecimalPoint};
        for (values, style) in [
            (&["1,234", "12.5"][..], DecimalPoint),
            (&["1,234", "12,5"], DecimalComma),
            (&["1.234", "12,5"], DecimalComma),
            (&["1.234", "1.234.567"], DecimalComma),
            (&["1,234", "1,234,567"], DecimalPoint),
            (&["1,234", "5,678"], DecimalPoint),
            (&["1.234", "5.678"], DecimalPoint),
            (&["7", "abc"], DecimalPoint),
            (&["1'234,5", "2'345"], DecimalComma),
        ] {
            assert_eq!(decide(values).unwrap().style, style, "{values:?}");
        }
        assert_eq!(decide(&["1,234", "1.234"]), Err(NumberDoubt::Style));
        assert_eq!(decide(&["1,5", "1.5"]), Err(NumberDoubt::Style));
        let mut mostly: Vec<String> = (0..40).map(|i| format!("{i}.5")).collect();
        mostly.push("2,5".to_owned());
        let evidence = NumberEvidence::of(&mostly.iter().collect());
        assert_eq!(evidence.decide().unwrap().style, DecimalPoint);
    }

    #[test]
    fn currencies_are_kept_and_must_agree() {
        let format = decide(&["$1,234.50", "99", "US$ 5", "12%"]).unwrap();
        assert_eq!(format.currency.map(Currency::code), Some("USD"));
        assert!(format.grouped && format.percent);
        let doubt = decide(&["$5", "5", "€7"]).unwrap_err();
        let of = |mark| Currency::of(mark).unwrap();
        assert_eq!(doubt, NumberDoubt::Currencies(of("$"), of("€"), 2));
    }
}
