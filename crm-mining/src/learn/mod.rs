//! Algorithms that know no customers.

mod blocks;
#[cfg(any(feature = "linfa", feature = "smartcore"))]
mod bridge;
#[cfg(feature = "linfa")]
mod bridge_linfa;
#[cfg(feature = "smartcore")]
mod bridge_smartcore;
mod classes;
mod evaluate;
mod forest;
mod itemset;
mod kmeans;
mod logistic;
mod silhouette;
mod survival;

pub(crate) use blocks::distinct_rows;
use blocks::{BLOCK, Blocks, Frame, Threads, add, squared_distances, sum};
#[cfg(feature = "linfa")]
pub use bridge_linfa::{fit_linfa, linfa_dataset, linfa_labeled, predict_linfa};
#[cfg(feature = "smartcore")]
pub use bridge_smartcore::{fit_smartcore, fit_smartcore_labeled, predict_smartcore, smartcore_matrix};
pub use classes::Explained;
pub use evaluate::{
    Calibration, CalibrationBin, Confusion, Folds, Lift, LiftBin, Uplift, UpliftAt, UpliftPoint, auc,
};
pub use forest::{MaxFeatures, RandomForest, RandomForestModel};
pub use itemset::{Apriori, FpGrowth, Itemset, Itemsets, Support};
pub use kmeans::{KMeans, KMeansModel};
pub use logistic::{LogisticModel, LogisticRegression, Penalized};
pub use silhouette::{Silhouette, SilhouetteScore};
pub use survival::{
    Aft, AftDistribution, AftModel, Cox, CoxModel, Durations, KaplanMeier, LikelihoodRatio, LogRank,
    RiskStep, SurvivalCurve, Ties, Timed, concordance, log_rank,
};
