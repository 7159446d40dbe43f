//! What customers are worth: RFM scores and lifetime value.

mod buying;
mod clv;
mod clv_forecast;
mod contract;
mod gamma_gamma;
mod gg_likelihood;
mod rfm;
mod rfm_segment;
mod search;
mod status;
mod survivors;

pub use buying::{
    BgBb, BgNbd, BuyingModel, BuyingProcess, BuyingSettings, Dropout, Forecast, FrequencyTable, Holdout,
    HoldoutReport, HoldoutScore, Interval, Nbd, NextPurchases, Parameter, ParetoNbd, SimulatedBuyers,
    Tracking,
};
pub use clv::{Clv, ClvEstimates, DiscountRate};
pub use clv_forecast::{ClvByMonth, ClvForecast};
pub use contract::{Contract, ContractModel};
pub use gamma_gamma::{GammaGamma, GammaGammaModel, GammaGammaStandardErrors};
pub use rfm::{Rfm, RfmScores, Scoring};
pub use rfm_segment::RfmSegment;
pub use status::{Boundary, FitStatus};
pub use survivors::Survivors;
