//! The same customer in several rows: found, explained, merged.

mod compare;

pub use compare::{Prepared, Similarity};
