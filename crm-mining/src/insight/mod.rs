//! The questions a company asks of its customers.

mod value;

pub use value::{
    BgNbd, BgNbdModel, BgNbdStandardErrors, Boundary, Clv, ClvEstimates, DiscountRate, FitStatus, GammaGamma,
    GammaGammaModel, GammaGammaStandardErrors, Rfm, RfmScores, RfmSegment, Scoring,
};
