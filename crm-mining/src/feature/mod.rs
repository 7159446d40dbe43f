//! Records and shapes made ready for learning.

mod scaler;

pub use scaler::{Scaler, Standardize, log1p};
