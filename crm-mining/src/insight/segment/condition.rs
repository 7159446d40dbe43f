//! Conditions on features, such as `recency <= 31`.

use serde::{Deserialize, Serialize};
use std::fmt;

/// How a value is compared with a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// The value is the bound or less.
    AtMost,
    /// The value is less than the bound.
    Below,
    /// The value is the bound or more.
    AtLeast,
    /// The value is more than the bound.
    Above,
}

impl Comparison {
    /// The sign, such as `<=`.
    pub fn sign(self) -> &'static str {
        match self {
            Comparison::AtMost => "<=",
            Comparison::Below => "<",
            Comparison::AtLeast => ">=",
            Comparison::Above => ">",
        }
    }

    /// Whether it asks for small values.
    pub(super) fn asks_for_less(self) -> bool {
        matches!(self, Comparison::AtMost | Comparison::Below)
    }
}

/// A condition on one feature, such as `recency <= 31`.
///
/// ```
/// use crm_mining::insight::Condition;
///
/// let lately = Condition::at_most("recency", 31.0);
/// assert_eq!(lately.to_string(), "recency <= 31");
/// assert!(lately.holds(31.0) && !lately.holds(31.5));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// The feature.
    pub feature: String,
    /// How its value is compared.
    pub comparison: Comparison,
    /// With what.
    pub bound: f64,
}

impl Condition {
    /// A condition.
    pub fn new(feature: impl Into<String>, comparison: Comparison, bound: f64) -> Condition {
        Condition { feature: feature.into(), comparison, bound }
    }

    /// `feature <= bound`
    pub fn at_most(feature: impl Into<String>, bound: f64) -> Condition {
        Condition::new(feature, Comparison::AtMost, bound)
    }

    /// `feature < bound`
    pub fn below(feature: impl Into<String>, bound: f64) -> Condition {
        Condition::new(feature, Comparison::Below, bound)
    }

    /// `feature >= bound`
    pub fn at_least(feature: impl Into<String>, bound: f64) -> Condition {
        Condition::new(feature, Comparison::AtLeast, bound)
    }

    /// `feature > bound`
    pub fn above(feature: impl Into<String>, bound: f64) -> Condition {
        Condition::new(feature, Comparison::Above, bound)
    }

    /// Whether a value of the feature meets it.
    pub fn holds(&self, value: f64) -> bool {
        match self.comparison {
            Comparison::AtMost => value <= self.bound,
            Comparison::Below => value < self.bound,
            Comparison::AtLeast => value >= self.bound,
            Comparison::Above => value > self.bound,
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.feature, self.comparison.sign(), plain(self.bound))
    }
}

/// Conditions in one line; without any, everyone meets them.
pub(super) fn all_of(conditions: &[Condition]) -> String {
    match conditions {
        [] => "everyone".to_owned(),
        _ => conditions.iter().map(Condition::to_string).collect::<Vec<_>>().join(" and "),
    }
}

/// A number with all its digits, in powers of ten only where it would be long.
pub(super) fn plain(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        size if (1e-4..1e15).contains(&size) => value.to_string(),
        _ => format!("{value:e}"),
    }
}

/// The number of fewest decimals, or most zeros at its end, from `low` up to but not including `high`; near
/// their middle where several are as short.
pub(super) fn short_between(low: f64, high: f64) -> f64 {
    let middle = low / 2.0 + high / 2.0;
    let between = |value: f64| (low..high).contains(&value);
    for power in (-12..=14).rev() {
        let unit = 10_f64.powi(power);
        for steps in [(middle / unit).round(), (low / unit).ceil()] {
            // Beyond 2^53 steps the unit is finer than the digits of the number.
            let value = if power >= 0 { steps * unit } else { steps / 10_f64.powi(-power) };
            if steps.abs() < 9e15 && between(value) {
                return value + 0.0;
            }
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_numbers_between() {
        for (low, high, expected) in [
            (5.0, 6.0, 5.0),
            (31.0, 33.0, 32.0),
            (9.0, 12.0, 10.0),
            (719.435, 722.1, 720.0),
            (0.1234, 0.1241, 0.124),
            (-3.0, 4.0, 0.0),
            (-7.2, -6.9, -7.0),
            (1e200, 2e200, 1e200),
            (1.0, 1.0 + f64::EPSILON, 1.0),
        ] {
            assert_eq!(short_between(low, high), expected, "{low} {high}");
        }
        for (low, high) in [(0.3, 0.3 + 1e-13), (1e-20, 2e-20), (-1e308, 1e308), (1234567.1, 1234567.2)] {
            let value = short_between(low, high);
            assert!((low..high).contains(&value), "{low} {high}: {value}");
        }
    }

    #[test]
    fn conditions_in_words() {
        let conditions = [Condition::above("spend", 0.5), Condition::below("orders", 1e20)];
        assert_eq!(all_of(&conditions), "spend > 0.5 and orders < 1e20");
        assert_eq!(all_of(&[]), "everyone");
        assert!(Condition::at_least("x", 2.0).holds(2.0) && !conditions[0].holds(0.5));
        assert!(!conditions[1].holds(1e20));
    }
}
