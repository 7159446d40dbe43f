//! Models of repeat buying: how often customers buy, and whether they are still there.

mod alive;
mod bg_alive;
mod bg_bb;
mod bg_likelihood;
mod bg_nbd;
mod bgbb_alive;
mod bgbb_likelihood;
mod check;
mod collapse;
mod covariates;
mod fit;
mod model;
mod nbd;
mod pareto_alive;
mod pareto_likelihood;
mod pareto_nbd;
mod process;
mod saved;

pub use bg_bb::BgBb;
pub use bg_nbd::BgNbd;
pub(super) use collapse::Record;
pub use model::{BuyingModel, Parameter};
pub use nbd::Nbd;
pub use pareto_nbd::ParetoNbd;
pub use process::{BuyingProcess, Dropout};
