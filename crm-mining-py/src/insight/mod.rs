//! The questions a company asks of its customers: `crm_mining::insight` for Python.

mod basket;
mod buying;
mod changes;
mod churn;
mod clv;
mod cohorts;
mod composite;
mod concentration;
mod contract;
mod evaluation;
mod fitted;
mod gamma_gamma;
mod rfm;
mod segment;
mod stages;

pub(crate) use basket::{Bought, CrossSell, RuleSet, Rules};
pub(crate) use buying::{
    BgBb, BgNbd, BuyingModel, Forecast, FrequencyTable, Holdout, HoldoutReport, Nbd, NextPurchases,
    ParetoNbd, SimulatedBuyers, Tracking,
};
pub(crate) use changes::{GainLoss, PurchaseGaps, RevenueTree};
pub(crate) use churn::{Churn, ChurnModel, ChurnScores};
pub(crate) use clv::{Clv, ClvByMonth, ClvEstimates, ClvForecast};
pub(crate) use cohorts::{CohortTable, Cohorts, PeriodOnPeriod, PeriodTable, RollingRetention, RollingTable};
pub(crate) use composite::{CompositeValue, ValueInputs, distance_to_best};
pub(crate) use concentration::{Concentration, Tiers, ValueTiers};
pub(crate) use contract::{Contract, ContractModel};
pub(crate) use evaluation::ChurnEvaluation;
pub(crate) use gamma_gamma::{GammaGamma, GammaGammaModel};
pub(crate) use rfm::{Rfm, RfmScores, rfm_segments};
pub(crate) use segment::{
    ChooseSegments, ChosenSegments, ExplainSegments, NamedSegments, Refit, RefitCheck, SegmentChoice,
    SegmentDrift, SegmentMatch, SegmentModel, SegmentReport, SegmentRules, Segmentation, Segments,
    match_segments,
};
pub(crate) use stages::{Lifecycle, Migration, Stages};
