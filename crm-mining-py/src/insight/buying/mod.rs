//! Models of repeat buying and what they say of customers.

mod forecast;
mod judged;
mod model;
mod settings;

pub(crate) use forecast::{Forecast, NextPurchases, SimulatedBuyers};
pub(super) use forecast::{Groups, triple};
pub(crate) use judged::{FrequencyTable, Holdout, HoldoutReport, Tracking};
pub(crate) use model::BuyingModel;
pub(crate) use settings::{BgBb, BgNbd, Nbd, ParetoNbd};
