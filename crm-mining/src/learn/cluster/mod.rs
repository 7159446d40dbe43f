//! Rows divided into clusters, and how good a division is.

mod blocks;
mod clustering;
mod compare;
mod contingency;
mod division;
mod elbow;
mod gap;
mod kmeans;
mod labels;
mod separation;
mod silhouette;
mod stability;

pub(crate) use blocks::distinct_rows;
use blocks::{BLOCK, Blocks, Frame, Threads, add, squared_distances, sum};
pub use clustering::{Clustering, NOISE};
pub use compare::{CompareK, KComparison, KReport};
pub use contingency::Contingency;
pub use elbow::elbow;
pub use gap::{Gap, GapAt, GapReference};
pub use kmeans::{KMeans, KMeansModel};
pub use separation::{calinski_harabasz, davies_bouldin, simplified_silhouette, within_dispersion};
pub use silhouette::{Silhouette, SilhouetteSamples, SilhouetteScore};
pub use stability::{ClusterStability, Stability, StabilityScore};
