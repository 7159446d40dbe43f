//! Algorithms that know no customers.

mod blocks;
mod kmeans;
mod silhouette;

pub(crate) use blocks::distinct_rows;
pub use kmeans::{KMeans, KMeansModel};
pub use silhouette::{Silhouette, SilhouetteScore};
