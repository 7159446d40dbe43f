//! Rows divided into clusters, and how good a division is.

mod agglomerative;
mod blocks;
mod clustering;
mod compare;
mod contingency;
mod dbscan;
mod distinct;
mod division;
mod elbow;
mod gap;
mod hdbscan;
mod kd_tree;
mod kmeans;
mod kmedoids;
mod kmodes;
mod kprototypes;
mod labels;
mod mixture;
mod optics;
mod prototypes;
mod separation;
mod sets;
mod silhouette;
mod stability;

pub use agglomerative::{Agglomerative, AgglomerativeModel, Cut, Dendrogram, Linkage, NodeMerge};
pub(crate) use blocks::distinct_rows;
use blocks::{
    BLOCK, Blocks, Frame, Threads, add, bounded, distinct, power_of_two_below_inverse, squared_distances, sum,
};
pub use clustering::{Clustering, NOISE};
pub use compare::{CompareK, KComparison, KReport};
pub use contingency::Contingency;
pub use dbscan::{Dbscan, DbscanModel};
pub use elbow::elbow;
pub use gap::{Gap, GapAt, GapReference};
pub use hdbscan::{ClusterSelection, CondensedCluster, Departure, Hdbscan, HdbscanModel};
pub use kmeans::{
    BisectingKMeans, BisectingKMeansModel, Bisection, Init, KMeans, KMeansModel, MiniBatchKMeans,
    MiniBatchKMeansModel,
};
pub use kmedoids::{Dissimilarity, KMedoids, KMedoidsModel, MedoidInit};
pub use kmodes::{KModes, KModesModel, ModeInit};
pub use kprototypes::{KPrototypes, KPrototypesModel};
pub use mixture::{Covariance, GaussianMixture, GaussianMixtureModel};
pub use optics::{Optics, OpticsModel};
pub use separation::{calinski_harabasz, davies_bouldin, simplified_silhouette, within_dispersion};
pub use silhouette::{Silhouette, SilhouetteSamples, SilhouetteScore};
pub use stability::{ClusterStability, Stability, StabilityScore};
