//! How long until something happens, when for some it has not happened yet.
//!
//! Customers who are still there at the end of the records are *censored*: their time is at least so long.
//! Leaving them out, or counting them as leavers, makes every answer wrong; the methods here do neither.

mod aft;
mod arrange;
mod concordance;
mod cox;
mod durations;
mod inference;
mod kaplan_meier;
mod log_rank;
mod newton;
mod risk;

pub use aft::{Aft, AftDistribution, AftModel};
pub use concordance::concordance;
pub use cox::{Cox, CoxModel, Ties};
pub use durations::{Durations, Timed};
pub use inference::LikelihoodRatio;
pub use kaplan_meier::{KaplanMeier, SurvivalCurve};
pub use log_rank::{LogRank, log_rank};
pub use risk::RiskStep;
