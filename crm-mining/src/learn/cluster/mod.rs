//! Rows divided into clusters, and how good a division is.

mod blocks;
mod clustering;
mod distinct;
mod kmeans;
mod kmedoids;
mod kmodes;
mod kprototypes;
mod prototypes;
mod silhouette;

pub(crate) use blocks::distinct_rows;
use blocks::{BLOCK, Blocks, Frame, Threads, add, squared_distances, sum};
pub use clustering::{Clustering, NOISE};
pub use kmeans::{KMeans, KMeansModel};
pub use kmedoids::{Dissimilarity, KMedoids, KMedoidsModel, MedoidInit};
pub use kmodes::{KModes, KModesModel, ModeInit};
pub use kprototypes::{KPrototypes, KPrototypesModel};
pub use silhouette::{Silhouette, SilhouetteScore};
