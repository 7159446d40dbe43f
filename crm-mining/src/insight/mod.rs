//! The questions a company asks of its customers.

mod basket;
mod churn;
mod segment;
mod value;

pub use basket::{Algorithm, CrossSell, Rule, RuleSet, Rules, Suggestion};
pub use churn::{
    Churn, ChurnCandidate, ChurnClassifier, ChurnEvaluation, ChurnFeature, ChurnMethod, ChurnModel,
    ChurnReason, ChurnScores, Effect,
};
pub use segment::{Level, SegmentDescription, Segmentation, Segments, Structure};
pub use value::{
    BgBb, BgNbd, Boundary, BuyingModel, BuyingProcess, Clv, ClvEstimates, Contract, ContractModel,
    DiscountRate, Dropout, FitStatus, GammaGamma, GammaGammaModel, GammaGammaStandardErrors, Nbd, Parameter,
    ParetoNbd, Rfm, RfmScores, RfmSegment, Scoring, Survivors,
};
