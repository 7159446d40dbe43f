//! How a search for parameters ended.

use serde::{Deserialize, Serialize};
use std::fmt::{Display, Formatter};

/// How a fit ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FitStatus {
    /// At parameters inside their range, where the likelihood is greatest.
    Converged,
    /// At the edge of the range: the likelihood has no greatest value inside, and the data say which simpler
    /// model they prefer. Predictions are those of that simpler model and are sound; the parameter that ran
    /// away is reported at a stand-in value, and standard errors are not given.
    Boundary(Vec<Boundary>),
}

/// In words, such as `converged`, or `boundary: nobody leaves`.
impl Display for FitStatus {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        match self {
            FitStatus::Converged => f.write_str("converged"),
            FitStatus::Boundary(boundaries) => {
                let words: Vec<&str> = boundaries.iter().map(|boundary| boundary.words()).collect();
                write!(f, "boundary: {}", words.join(", "))
            }
        }
    }
}

impl FitStatus {
    pub(super) fn of(boundaries: Vec<Boundary>) -> FitStatus {
        if boundaries.is_empty() { FitStatus::Converged } else { FitStatus::Boundary(boundaries) }
    }
}

/// The simpler model that the data prefer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Boundary {
    /// a / (a + b) → 0 (Pareto/NBD: s / β). No customer ever leaves; what remains is the NBD, or the beta-binomial.
    /// Reported as a = 0, b = 1, or s / β = 10⁻¹⁵.
    NobodyLeaves,
    /// a / (a + b) → 1. Every customer leaves at the first chance. Reported as a / b = 10¹⁵.
    EverybodyLeaves,
    /// a, b → ∞ (Pareto/NBD: s, β). All customers leave with the same probability, or at the same rate. Reported as
    /// b = 10¹⁵, or s = 10¹⁵.
    HomogeneousDropout,
    /// a, b → 0. A customer leaves at once or never. Reported as b = 10⁻¹⁵.
    PolarizedDropout,
    /// r, α → ∞ (BG/BB: α, β). All customers buy at the same rate. Reported as r = 10¹⁵, or β = 10¹⁵.
    HomogeneousRates,
    /// BG/BB: α, β → 0. A customer buys at every opportunity or at none. Reported as β = 10⁻¹⁵.
    PolarizedRates,
    /// Gamma-Gamma: q, v → ∞. All customers spend the same on average. Reported as q = 10¹⁵.
    HomogeneousSpend,
    /// Gamma-Gamma: p → ∞. A customer spends the same every time. Reported as p = 10¹⁵.
    ConstantSpend,
    /// Gamma-Gamma: q ≤ 1. Mean spend varies so much between customers that it has no finite mean over the
    /// population. Observed means stand in for expected ones.
    InfiniteMean,
}

impl Boundary {
    fn words(self) -> &'static str {
        match self {
            Boundary::NobodyLeaves => "nobody leaves",
            Boundary::EverybodyLeaves => "everybody leaves",
            Boundary::HomogeneousDropout => "homogeneous dropout",
            Boundary::PolarizedDropout => "polarized dropout",
            Boundary::HomogeneousRates => "homogeneous rates",
            Boundary::PolarizedRates => "polarized rates",
            Boundary::HomogeneousSpend => "homogeneous spend",
            Boundary::ConstantSpend => "constant spend",
            Boundary::InfiniteMean => "infinite mean",
        }
    }
}
