//! Algorithms that know no customers.

mod blocks;
mod classes;
mod evaluate;
mod forest;
mod itemset;
mod kmeans;
mod logistic;
mod silhouette;

pub(crate) use blocks::distinct_rows;
pub use classes::Explained;
pub use evaluate::{Calibration, CalibrationBin, Confusion, Folds, Lift, LiftBin, auc};
pub use forest::{MaxFeatures, RandomForest, RandomForestModel};
pub use itemset::{Apriori, FpGrowth, Itemset, Itemsets, Support};
pub use kmeans::{KMeans, KMeansModel};
pub use logistic::{LogisticModel, LogisticRegression, Penalized};
pub use silhouette::{Silhouette, SilhouetteScore};
