//! The questions a company asks of its customers: `crm_mining::insight` for Python.

mod basket;
mod bg_nbd;
mod churn;
mod clv;
mod evaluation;
mod fitted;
mod gamma_gamma;
mod rfm;
mod segment;

pub(crate) use basket::{Bought, CrossSell, RuleSet, Rules};
pub(crate) use bg_nbd::{BgNbd, BgNbdModel};
pub(crate) use churn::{Churn, ChurnModel, ChurnScores};
pub(crate) use clv::{Clv, ClvEstimates};
pub(crate) use evaluation::ChurnEvaluation;
pub(crate) use gamma_gamma::{GammaGamma, GammaGammaModel};
pub(crate) use rfm::{Rfm, RfmScores};
pub(crate) use segment::{Segmentation, Segments};
