//! One transparent score out of loyalty, profitability, risk, potential and lifetime value.

mod from_ledger;
mod input;
mod inputs;
mod score;

pub use from_ledger::distance_to_best;
pub use input::{ValueDimension, ValueInput};
pub use inputs::ValueInputs;
pub use score::{CompositeScores, CompositeValue, Scale};
