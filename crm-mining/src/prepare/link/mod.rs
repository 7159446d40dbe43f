//! The same customer in several rows: found, explained, merged.

mod compare;
mod supervised;

pub use compare::{Prepared, Similarity};
pub use supervised::{
    LabeledPairs, LinkByExample, LinkByExampleModel, LinkQuality, LinkThreshold, RowPairs, ScoredPairs,
};
