//! Rows divided into clusters, and how good a division is.

mod blocks;
mod clustering;
mod dbscan;
mod hdbscan;
mod kd_tree;
mod kmeans;
mod optics;
mod sets;
mod silhouette;

pub(crate) use blocks::distinct_rows;
use blocks::{BLOCK, Blocks, Frame, Threads, add, bounded, squared_distances, sum};
pub use clustering::{Clustering, NOISE};
pub use dbscan::{Dbscan, DbscanModel};
pub use hdbscan::{ClusterSelection, CondensedCluster, Departure, Hdbscan, HdbscanModel};
pub use kmeans::{KMeans, KMeansModel};
pub use optics::{Optics, OpticsModel};
pub use silhouette::{Silhouette, SilhouetteScore};
