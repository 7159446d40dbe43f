//! What customers are worth: RFM scores and lifetime value.

mod bg_likelihood;
mod bg_model;
mod bg_nbd;
mod clv;
mod collapse;
mod expectation;
mod gamma_gamma;
mod gg_likelihood;
mod rfm;
mod rfm_segment;
mod search;
mod status;

pub use bg_model::{BgNbdModel, BgNbdStandardErrors};
pub use bg_nbd::BgNbd;
pub use clv::{Clv, ClvEstimates, DiscountRate};
pub use gamma_gamma::{GammaGamma, GammaGammaModel, GammaGammaStandardErrors};
pub use rfm::{Rfm, RfmScores, Scoring};
pub use rfm_segment::RfmSegment;
pub use status::{Boundary, FitStatus};
