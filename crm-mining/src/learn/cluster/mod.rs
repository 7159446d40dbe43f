//! Rows divided into clusters, and how good a division is.

mod agglomerative;
mod blocks;
mod clustering;
mod kmeans;
mod mixture;
mod silhouette;

pub use agglomerative::{Agglomerative, AgglomerativeModel, Cut, Dendrogram, Linkage, NodeMerge};
pub(crate) use blocks::distinct_rows;
use blocks::{BLOCK, Blocks, Frame, Threads, add, squared_distances, sum};
pub use clustering::{Clustering, NOISE};
pub use kmeans::{KMeans, KMeansModel};
pub use mixture::{Covariance, GaussianMixture, GaussianMixtureModel};
pub use silhouette::{Silhouette, SilhouetteScore};
