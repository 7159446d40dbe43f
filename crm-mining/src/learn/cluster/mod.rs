//! Rows divided into clusters, and how good a division is.

mod blocks;
mod clustering;
mod kmeans;
mod silhouette;

pub(crate) use blocks::distinct_rows;
use blocks::{
    BLOCK, Blocks, Frame, Threads, add, distinct, power_of_two_below_inverse, squared_distances, sum,
};
pub use clustering::{Clustering, NOISE};
pub use kmeans::{
    BisectingKMeans, BisectingKMeansModel, Bisection, Init, KMeans, KMeansModel, MiniBatchKMeans,
    MiniBatchKMeansModel,
};
pub use silhouette::{Silhouette, SilhouetteScore};
