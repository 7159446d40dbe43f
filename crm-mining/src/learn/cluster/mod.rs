//! Rows divided into clusters, and how good a division is.

mod agglomerative;
mod blocks;
mod clustering;
mod kmeans;
mod silhouette;

pub use agglomerative::{Agglomerative, AgglomerativeModel, Cut, Dendrogram, Linkage, NodeMerge};
pub(crate) use blocks::distinct_rows;
use blocks::{
    BLOCK, Blocks, Frame, Threads, add, distinct, power_of_two_below_inverse, squared_distances, sum,
};
pub use clustering::{Clustering, NOISE};
pub use kmeans::{Init, KMeans, KMeansModel};
pub use silhouette::{Silhouette, SilhouetteScore};
