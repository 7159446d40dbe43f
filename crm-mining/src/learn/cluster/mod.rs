//! Rows divided into clusters, and how good a division is.

mod agglomerative;
mod blocks;
mod clustering;
mod dbscan;
mod hdbscan;
mod kd_tree;
mod kmeans;
mod optics;
mod sets;
mod distinct;
mod kmedoids;
mod kmodes;
mod kprototypes;
mod prototypes;
mod silhouette;

pub use agglomerative::{Agglomerative, AgglomerativeModel, Cut, Dendrogram, Linkage, NodeMerge};
pub(crate) use blocks::distinct_rows;
use blocks::{add, BLOCK, Blocks, bounded, distinct, Frame, power_of_two_below_inverse, squared_distances, sum, Threads};
pub use clustering::{Clustering, NOISE};
pub use kmeans::{Init, KMeans, KMeansModel};
pub use dbscan::{Dbscan, DbscanModel};
pub use hdbscan::{ClusterSelection, CondensedCluster, Departure, Hdbscan, HdbscanModel};
pub use optics::{Optics, OpticsModel};
pub use kmedoids::{Dissimilarity, KMedoids, KMedoidsModel, MedoidInit};
pub use kmodes::{KModes, KModesModel, ModeInit};
pub use kprototypes::{KPrototypes, KPrototypesModel};
pub use silhouette::{Silhouette, SilhouetteScore};
