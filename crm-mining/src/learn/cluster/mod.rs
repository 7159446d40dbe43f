//! Rows divided into clusters, and how good a division is.

mod blocks;
mod clustering;
mod dbscan;
mod kd_tree;
mod kmeans;
mod sets;
mod silhouette;

pub(crate) use blocks::distinct_rows;
use blocks::{BLOCK, Blocks, Frame, Threads, add, bounded, squared_distances, sum};
pub use clustering::{Clustering, NOISE};
pub use dbscan::{Dbscan, DbscanModel};
pub use kmeans::{KMeans, KMeansModel};
pub use silhouette::{Silhouette, SilhouetteScore};
