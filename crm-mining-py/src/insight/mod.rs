//! The questions a company asks of its customers: `crm_mining::insight` for Python.

mod basket;
mod buying;
mod churn;
mod clv;
mod contract;
mod evaluation;
mod fitted;
mod gamma_gamma;
mod rfm;
mod segment;

pub(crate) use basket::{Bought, CrossSell, RuleSet, Rules};
pub(crate) use buying::{
    BgBb, BgNbd, BuyingModel, Forecast, FrequencyTable, Holdout, HoldoutReport, Nbd, NextPurchases,
    ParetoNbd, SimulatedBuyers, Tracking,
};
pub(crate) use churn::{Churn, ChurnModel, ChurnScores};
pub(crate) use clv::{Clv, ClvEstimates, ClvForecast};
pub(crate) use contract::{Contract, ContractModel};
pub(crate) use evaluation::ChurnEvaluation;
pub(crate) use gamma_gamma::{GammaGamma, GammaGammaModel};
pub(crate) use rfm::{Rfm, RfmScores};
pub(crate) use segment::{Segmentation, Segments};
