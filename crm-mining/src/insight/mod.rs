//! The questions a company asks of its customers.

mod segment;
mod value;

pub use segment::{Level, SegmentDescription, Segmentation, Segments, Structure};
