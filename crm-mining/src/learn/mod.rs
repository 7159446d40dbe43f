//! Algorithms that know no customers.

mod blocks;
mod kmeans;
mod silhouette;

pub(crate) use blocks::distinct_rows;
pub use kmeans::{KMeans, KMeansModel};
pub use silhouette::{Silhouette, SilhouetteScore};
mod classes;
mod evaluate;
mod forest;
mod logistic;

pub use classes::Explained;
pub use evaluate::{Calibration, CalibrationBin, Confusion, Folds, Lift, LiftBin, auc};
pub use forest::{MaxFeatures, RandomForest, RandomForestModel};
pub use logistic::{LogisticModel, LogisticRegression, Penalized};
mod itemset;

pub use itemset::{Apriori, FpGrowth, Itemset, Itemsets, Support};
