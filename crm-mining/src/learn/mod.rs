//! Algorithms that know no customers.

mod blocks;
#[cfg(any(feature = "linfa", feature = "smartcore"))]
mod bridge;
#[cfg(feature = "linfa")]
mod bridge_linfa;
#[cfg(feature = "smartcore")]
mod bridge_smartcore;
mod kmeans;
mod silhouette;

pub(crate) use blocks::distinct_rows;
#[cfg(feature = "linfa")]
pub use bridge_linfa::{fit_linfa, linfa_dataset, linfa_labeled, predict_linfa};
#[cfg(feature = "smartcore")]
pub use bridge_smartcore::{fit_smartcore, fit_smartcore_labeled, predict_smartcore, smartcore_matrix};
pub use kmeans::{KMeans, KMeansModel};
pub use silhouette::{Silhouette, SilhouetteScore};
