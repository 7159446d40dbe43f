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
pub use segment::{
    AboutSegment, Change, ChooseSegments, ChosenSegments, Comparison, Condition, Direction, ExplainSegments,
    ExplainedSegment, Favorites, FeatureDrift, FeatureEffect, Hotelling, Level, Lever, MatchBy, MatchedPair,
    NamedRule, NamedSegments, Objection, PairDrift, Refit, RefitCheck, RefitDecision, Revenue, SegmentChoice,
    SegmentDescription, SegmentDrift, SegmentMatch, SegmentModel, SegmentReport, SegmentRule, SegmentRules,
    Segmentation, Segmented, Segments, StepUp, Structure, TypicalCustomer, match_segments,
};
pub use value::{
    BgBb, BgNbd, Boundary, BuyingModel, BuyingProcess, BuyingSettings, Clv, ClvByMonth, ClvEstimates,
    ClvForecast, Concentration, Contract, ContractModel, DiscountRate, Dropout, FitStatus, Forecast,
    FrequencyTable, GammaGamma, GammaGammaModel, GammaGammaStandardErrors, HighFrom, Holdout, HoldoutReport,
    HoldoutScore, Interval, Nbd, NextPurchases, Parameter, ParetoNbd, Rfm, RfmBorders, RfmCell, RfmCells,
    RfmScores, RfmSegment, Scoring, ShareOf, SimulatedBuyers, Survivors, Tiers, Tracking, ValueTier,
    ValueTiers,
};
