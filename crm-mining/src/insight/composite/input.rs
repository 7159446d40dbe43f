//! What a composite value may be made of.

use serde::{Deserialize, Serialize};

/// A side of what a customer is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueDimension {
    /// Whether the customer stays and returns.
    Loyalty,
    /// What the customer leaves after what the customer costs.
    Profitability,
    /// What may go wrong; little risk scores high.
    Risk,
    /// What is still to be won.
    Potential,
    /// What the models expect.
    LifetimeValue,
}

impl ValueDimension {
    /// All dimensions.
    pub const ALL: [ValueDimension; 5] = [
        ValueDimension::Loyalty,
        ValueDimension::Profitability,
        ValueDimension::Risk,
        ValueDimension::Potential,
        ValueDimension::LifetimeValue,
    ];

    /// The name in lower case with underscores.
    pub fn name(self) -> &'static str {
        match self {
            ValueDimension::Loyalty => "loyalty",
            ValueDimension::Profitability => "profitability",
            ValueDimension::Risk => "risk",
            ValueDimension::Potential => "potential",
            ValueDimension::LifetimeValue => "lifetime_value",
        }
    }
}

/// A figure that a composite value may be made of. Its definition says what it measures, in which unit, and
/// whether more of it scores higher or lower; which customers have it is up to the caller.
///
/// | input | dimension | definition | range | scores high |
/// |---|---|---|---|---|
/// | `Retention` | loyalty | share of the 30-day windows since the first purchase with a purchase | 0 to 1 | more |
/// | `RepeatRate` | loyalty | share of the customer's orders that are not the first | 0 to 1 | more |
/// | `Rhythm` | loyalty | 1 / (1 + cv) of the gaps between purchases: 1 clockwork, about ½ chance | 0 to 1 | more |
/// | `Recommendation` | loyalty | answer to "would you recommend us?" | 0 to 10 | more |
/// | `Margin` | profitability | money left of the customer's revenue after the cost of goods, in the period looked at | any | more |
/// | `CostToServe` | profitability | money spent on service, delivery and visits in that period | 0 on | less |
/// | `Returns` | profitability | money returned ÷ money paid | 0 on | less |
/// | `DefaultRisk` | risk | probability of not paying | 0 to 1 | less |
/// | `Complaints` | risk | complaints in the period | 0 on | less |
/// | `ChurnRisk` | risk | probability of leaving | 0 to 1 | less |
/// | `ShareOfWallet` | potential | share of the customer's need that is bought here, known or estimated | 0 to 1 | less |
/// | `DistanceToBest` | potential | money that the best of the customer's segment spend more ([`distance_to_best`](super::distance_to_best)) | 0 on | more |
/// | `Clv` | lifetime value | lifetime value in money | any | more |
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueInput {
    /// Share of the 30-day windows since the first purchase with a purchase. More scores higher.
    Retention,
    /// Share of the orders that are not the first. More scores higher.
    RepeatRate,
    /// 1 / (1 + coefficient of variation of the gaps between purchases). More scores higher.
    Rhythm,
    /// Answer from 0 to 10 to "would you recommend us?". More scores higher.
    Recommendation,
    /// Money left after the cost of goods. More scores higher.
    Margin,
    /// Money spent on serving the customer. Less scores higher.
    CostToServe,
    /// Money returned ÷ money paid. Less scores higher.
    Returns,
    /// Probability of not paying. Less scores higher.
    DefaultRisk,
    /// Complaints. Fewer score higher.
    Complaints,
    /// Probability of leaving. Less scores higher.
    ChurnRisk,
    /// Share of the customer's need that is bought here. Less scores higher: there is more to win.
    ShareOfWallet,
    /// Money that the best of the customer's segment spend more. More scores higher: there is more to win.
    DistanceToBest,
    /// Lifetime value in money. More scores higher.
    Clv,
}

impl ValueInput {
    /// All inputs.
    pub const ALL: [ValueInput; 13] = [
        ValueInput::Retention,
        ValueInput::RepeatRate,
        ValueInput::Rhythm,
        ValueInput::Recommendation,
        ValueInput::Margin,
        ValueInput::CostToServe,
        ValueInput::Returns,
        ValueInput::DefaultRisk,
        ValueInput::Complaints,
        ValueInput::ChurnRisk,
        ValueInput::ShareOfWallet,
        ValueInput::DistanceToBest,
        ValueInput::Clv,
    ];

    /// The name in lower case with underscores; that of the column in tables.
    pub fn name(self) -> &'static str {
        match self {
            ValueInput::Retention => "retention",
            ValueInput::RepeatRate => "repeat_rate",
            ValueInput::Rhythm => "rhythm",
            ValueInput::Recommendation => "recommendation",
            ValueInput::Margin => "margin",
            ValueInput::CostToServe => "cost_to_serve",
            ValueInput::Returns => "returns",
            ValueInput::DefaultRisk => "default_risk",
            ValueInput::Complaints => "complaints",
            ValueInput::ChurnRisk => "churn_risk",
            ValueInput::ShareOfWallet => "share_of_wallet",
            ValueInput::DistanceToBest => "distance_to_best",
            ValueInput::Clv => "clv",
        }
    }

    /// The side of value it speaks of.
    pub fn dimension(self) -> ValueDimension {
        match self {
            ValueInput::Retention
            | ValueInput::RepeatRate
            | ValueInput::Rhythm
            | ValueInput::Recommendation => ValueDimension::Loyalty,
            ValueInput::Margin | ValueInput::CostToServe | ValueInput::Returns => {
                ValueDimension::Profitability
            }
            ValueInput::DefaultRisk | ValueInput::Complaints | ValueInput::ChurnRisk => ValueDimension::Risk,
            ValueInput::ShareOfWallet | ValueInput::DistanceToBest => ValueDimension::Potential,
            ValueInput::Clv => ValueDimension::LifetimeValue,
        }
    }

    /// Whether more of it scores higher.
    pub fn more_is_better(self) -> bool {
        !matches!(
            self,
            ValueInput::CostToServe
                | ValueInput::Returns
                | ValueInput::DefaultRisk
                | ValueInput::Complaints
                | ValueInput::ChurnRisk
                | ValueInput::ShareOfWallet
        )
    }

    /// The least and the greatest value it can take.
    pub fn range(self) -> (f64, f64) {
        match self {
            ValueInput::Margin | ValueInput::Clv => (f64::MIN, f64::MAX),
            ValueInput::Recommendation => (0.0, 10.0),
            ValueInput::CostToServe
            | ValueInput::Returns
            | ValueInput::Complaints
            | ValueInput::DistanceToBest => (0.0, f64::MAX),
            _ => (0.0, 1.0),
        }
    }

    /// The range in words.
    pub(super) fn rule(self) -> &'static str {
        match self.range() {
            (_, 1.0) => "from 0 to 1",
            (_, 10.0) => "from 0 to 10",
            (0.0, _) => "finite and at least 0",
            _ => "finite",
        }
    }

    /// Its default weight in hundredths: 20 for each dimension.
    pub(super) fn usual_weight(self) -> f64 {
        match self {
            ValueInput::Clv => 20.0,
            ValueInput::Margin
            | ValueInput::DefaultRisk
            | ValueInput::ShareOfWallet
            | ValueInput::DistanceToBest => 10.0,
            _ => 5.0,
        }
    }
}
