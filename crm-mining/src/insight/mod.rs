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
    BgBb, BgNbd, Boundary, BuyingModel, BuyingProcess, BuyingSettings, Clv, ClvByMonth, ClvEstimates,
    ClvForecast, Contract, ContractModel, DiscountRate, Dropout, FitStatus, Forecast, FrequencyTable,
    GammaGamma, GammaGammaModel, GammaGammaStandardErrors, Holdout, HoldoutReport, HoldoutScore, Interval,
    Nbd, NextPurchases, Parameter, ParetoNbd, Rfm, RfmScores, RfmSegment, Scoring, SimulatedBuyers,
    Survivors, Tracking,
};
