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
mod forecast;
mod holdout;
mod model;
mod nbd;
mod next_purchase;
mod pareto_alive;
mod pareto_likelihood;
mod pareto_nbd;
mod process;
mod saved;
mod simulate;
mod tracking;

pub use bg_bb::BgBb;
pub use bg_nbd::BgNbd;
pub(super) use collapse::{Collapsed, Record};
pub(super) use forecast::STEP;
pub use forecast::{Forecast, Interval};
pub use holdout::{BuyingSettings, Holdout, HoldoutReport, HoldoutScore};
pub use model::{BuyingModel, Parameter};
pub use nbd::Nbd;
pub use next_purchase::NextPurchases;
pub use pareto_nbd::ParetoNbd;
pub use process::{BuyingProcess, Dropout};
pub use simulate::SimulatedBuyers;
pub use tracking::{FrequencyTable, Tracking};
