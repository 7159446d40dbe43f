//! What customers are worth: RFM scores and lifetime value.

mod buying;
mod clv;
mod clv_forecast;
mod concentration;
mod contract;
mod gamma_gamma;
mod gg_likelihood;
mod rfm;
mod rfm_cell;
mod rfm_scoring;
mod rfm_segment;
mod search;
mod status;
mod survivors;
mod tiers;

pub use buying::{
    BgBb, BgNbd, BuyingModel, BuyingProcess, BuyingSettings, Dropout, Forecast, FrequencyTable, Holdout,
    HoldoutReport, HoldoutScore, Interval, Nbd, NextPurchases, Parameter, ParetoNbd, SimulatedBuyers,
    Tracking,
};
pub use clv::{Clv, ClvEstimates, DiscountRate};
pub use clv_forecast::{ClvByMonth, ClvForecast};
pub use concentration::Concentration;
pub use contract::{Contract, ContractModel};
pub use gamma_gamma::{GammaGamma, GammaGammaModel, GammaGammaStandardErrors};
pub use rfm::{Rfm, RfmScores};
pub use rfm_cell::{HighFrom, RfmCell, RfmCells};
pub use rfm_scoring::{RfmBorders, Scoring};
pub use rfm_segment::RfmSegment;
pub use status::{Boundary, FitStatus};
pub use survivors::Survivors;
pub use tiers::{ShareOf, Tiers, ValueTier, ValueTiers};
