//! What customers are worth: RFM scores and lifetime value.

mod bg_likelihood;
mod bg_model;
mod bg_nbd;
mod clv;
mod collapse;
mod concentration;
mod expectation;
mod gamma_gamma;
mod gg_likelihood;
mod rfm;
mod rfm_cell;
mod rfm_scoring;
mod rfm_segment;
mod search;
mod status;
mod tiers;

pub use bg_model::{BgNbdModel, BgNbdStandardErrors};
pub use bg_nbd::BgNbd;
pub use clv::{Clv, ClvEstimates, DiscountRate};
pub use concentration::Concentration;
pub use gamma_gamma::{GammaGamma, GammaGammaModel, GammaGammaStandardErrors};
pub use rfm::{Rfm, RfmScores};
pub use rfm_cell::{HighFrom, RfmCell, RfmCells};
pub use rfm_scoring::{RfmBorders, Scoring};
pub use rfm_segment::RfmSegment;
pub use status::{Boundary, FitStatus};
pub use tiers::{ShareOf, Tiers, ValueTier, ValueTiers};
