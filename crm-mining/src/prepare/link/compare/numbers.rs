//! Numbers.

use crate::data::NumberStyle;
use crate::data::parse::{Cell, number};

/// A number made ready for comparison, with a decimal point if it reads so, else with a comma; NaN for what is
/// none.
pub(crate) fn read(text: &str) -> f64 {
    let read = |style| match number(text, style) {
        Cell::Value(value) if value.is_finite() => Some(value),
        _ => None,
    };
    read(NumberStyle::DecimalPoint).or_else(|| read(NumberStyle::DecimalComma)).unwrap_or(f64::NAN)
}

/// 1 less the difference over the larger size; 0 for other signs and for what is no number. Currency signs and
/// signs between thousands are passed over.
pub(crate) fn similarity(a: f64, b: f64) -> f64 {
    if a == b {
        return 1.0;
    }
    // Halves, so that the difference of two large numbers stays finite.
    let (a, b) = (a / 2.0, b / 2.0);
    let larger = a.abs().max(b.abs());
    let near = 1.0 - (a - b).abs() / larger;
    if near.is_nan() { 0.0 } else { near.clamp(0.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences() {
        let alike = |a: &str, b: &str| similarity(read(a), read(b));
        assert_eq!(alike("$1,200.00", "1200"), 1.0);
        assert_eq!(alike("100", "75"), 0.75);
        assert_eq!(alike("-1", "1"), 0.0);
        assert_eq!(alike("1.7e308", "-1.7e308"), 0.0);
        assert_eq!(alike("0", "5"), 0.0);
        assert_eq!((alike("x", "5"), alike("x", "x")), (0.0, 0.0));
    }
}
