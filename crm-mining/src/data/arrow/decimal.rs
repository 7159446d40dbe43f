//! Decimals as floating-point numbers.

/// The number `digits` × 10^−`scale`, rounded once.
pub(super) fn from_small(digits: i128, scale: i8) -> f64 {
    // Both sides of the division are exact up to here, so its result is the nearest number.
    const EXACT: i128 = 1 << 53;
    match scale {
        0..=22 if (-EXACT..=EXACT).contains(&digits) => digits as f64 / 10_f64.powi(i32::from(scale)),
        _ => from_digits(digits, scale),
    }
}

/// As [`from_small`], for integers of any size.
pub(super) fn from_digits(digits: impl std::fmt::Display, scale: i8) -> f64 {
    // A decimal number always reads back.
    format!("{digits}e{}", -i32::from(scale)).parse().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest() {
        assert_eq!(from_small(255, 2), 2.55);
        assert_eq!(from_small(-3, -2), -300.0);
        assert_eq!(from_small(12_345_678_901_234_567_890, 10), 1_234_567_890.123_456_7);
        assert_eq!(from_small(i128::MAX, 0), i128::MAX as f64);
        assert_eq!(from_digits(1, 127), 1e-127);
    }
}
