//! Why a customer is said to leave or stay.

use super::features::ChurnFeature;
use crate::data::Days;
use std::fmt::{Display, Formatter, Result};

/// Whether something makes an outcome likelier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// It does.
    Raises,
    /// It makes the outcome less likely.
    Lowers,
}

/// One reason of a churn probability: a fact about the customer and its effect.
///
/// Displayed as a sentence, such as `last purchase 120 days ago (raises the risk)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChurnReason {
    /// What is looked at.
    pub feature: ChurnFeature,
    /// Its value for the customer.
    pub value: f64,
    /// How far it moves the score from that of the average customer, in the unit of the model: log-odds for
    /// logistic regression, probability for a random forest.
    pub contribution: f64,
    pub(super) within: Days,
}

impl ChurnReason {
    /// Whether the fact makes churn likelier.
    pub fn effect(&self) -> Effect {
        if self.contribution > 0.0 { Effect::Raises } else { Effect::Lowers }
    }
}

impl Display for ChurnReason {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let value = self.value;
        let s = if value == 1.0 { "" } else { "s" };
        match self.feature {
            ChurnFeature::Recency => write!(f, "last purchase {value} day{s} ago"),
            ChurnFeature::Tenure => write!(f, "first purchase {value} day{s} ago"),
            ChurnFeature::Orders => write!(f, "{value} order{s} in all"),
            ChurnFeature::Spend => write!(f, "{value:.2} spent in all"),
            ChurnFeature::AverageOrder => write!(f, "{value:.2} spent per order"),
            ChurnFeature::OrderDeviation => write!(f, "amounts vary by {value:.2}"),
            ChurnFeature::LinesPerOrder => write!(f, "{value:.1} lines per order"),
            ChurnFeature::GapMean if value == 0.0 => write!(f, "one purchase day only"),
            ChurnFeature::GapMean => write!(f, "{value:.1} days between purchases"),
            ChurnFeature::GapDeviation => write!(f, "time between purchases varies by {value:.1} days"),
            ChurnFeature::Units => write!(f, "{value} unit{s} in all"),
            ChurnFeature::RecentSpend => write!(f, "{value:.2} spent in the last {} days", self.within.0),
            ChurnFeature::ReturnDays => write!(f, "{value} day{s} with returns"),
        }?;
        f.write_str(match self.effect() {
            Effect::Raises => " (raises the risk)",
            Effect::Lowers => " (lowers the risk)",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_as_a_sentence() {
        let reason = ChurnReason {
            feature: ChurnFeature::RecentSpend,
            value: 0.0,
            contribution: 0.4,
            within: Days(90),
        };
        assert_eq!(reason.to_string(), "0.00 spent in the last 90 days (raises the risk)");
    }
}
