//! The questions a company asks of its customers.

mod segment;
mod value;

pub use value::{
    BgNbd, BgNbdModel, BgNbdStandardErrors, Boundary, Clv, ClvEstimates, DiscountRate, FitStatus, GammaGamma,
    GammaGammaModel, GammaGammaStandardErrors, Rfm, RfmScores, RfmSegment, Scoring,
};
pub use segment::{Level, SegmentDescription, Segmentation, Segments, Structure};
mod churn;
mod value;

pub use churn::{
    Churn, ChurnCandidate, ChurnClassifier, ChurnEvaluation, ChurnFeature, ChurnMethod, ChurnModel,
    ChurnReason, ChurnScores, Effect,
};
mod basket;
mod value;

pub use basket::{Algorithm, CrossSell, Rule, RuleSet, Rules, Suggestion};
