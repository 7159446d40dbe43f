//! The questions a company asks of its customers.

mod basket;
mod churn;
mod composite;
mod lifecycle;
mod segment;
mod value;

pub use basket::{Algorithm, CrossSell, Rule, RuleSet, Rules, Suggestion};
pub use churn::{
    Churn, ChurnCandidate, ChurnClassifier, ChurnEvaluation, ChurnFeature, ChurnMethod, ChurnModel,
    ChurnReason, ChurnScores, Effect,
};
pub use composite::{
    CompositeScores, CompositeValue, Scale, ValueDimension, ValueInput, ValueInputs, distance_to_best,
};
pub use lifecycle::{
    Cohort, CohortTable, Cohorts, GainLoss, GapSummary, Lifecycle, LifecycleStage, Migration, Period,
    PeriodFigures, PeriodOnPeriod, PeriodTable, PurchaseGaps, Regularity, RevenueEffects, RevenueFigures,
    RevenueTree, RollingRetention, RollingTable, Silence, Span, Stages, Turn, TurnGroup,
};
pub use segment::{Level, SegmentDescription, Segmentation, Segments, Structure};
pub use value::{
    BgNbd, BgNbdModel, BgNbdStandardErrors, Boundary, Clv, ClvEstimates, Concentration, DiscountRate,
    FitStatus, GammaGamma, GammaGammaModel, GammaGammaStandardErrors, HighFrom, Rfm, RfmBorders, RfmCell,
    RfmCells, RfmScores, RfmSegment, Scoring, ShareOf, Tiers, ValueTier, ValueTiers,
};
