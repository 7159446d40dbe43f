//! Algorithms that know no customers.

#[cfg(any(feature = "linfa", feature = "smartcore"))]
mod bridge;
#[cfg(feature = "linfa")]
mod bridge_linfa;
#[cfg(feature = "smartcore")]
mod bridge_smartcore;
mod classes;
mod cluster;
mod evaluate;
mod forest;
mod itemset;
mod logistic;
mod survival;

#[cfg(feature = "linfa")]
pub use bridge_linfa::{fit_linfa, linfa_dataset, linfa_labeled, predict_linfa};
#[cfg(feature = "smartcore")]
pub use bridge_smartcore::{fit_smartcore, fit_smartcore_labeled, predict_smartcore, smartcore_matrix};
pub use classes::Explained;
pub(crate) use cluster::distinct_rows;
pub use cluster::{
    Agglomerative, AgglomerativeModel, BisectingKMeans, BisectingKMeansModel, Bisection, ClusterSelection,
    ClusterStability, Clustering, CompareK, CondensedCluster, Contingency, Covariance, Cut, Dbscan,
    DbscanModel, Dendrogram, Departure, Dissimilarity, Gap, GapAt, GapReference, GaussianMixture,
    GaussianMixtureModel, Hdbscan, HdbscanModel, Init, KComparison, KMeans, KMeansModel, KMedoids,
    KMedoidsModel, KModes, KModesModel, KPrototypes, KPrototypesModel, KReport, Linkage, MedoidInit,
    MiniBatchKMeans, MiniBatchKMeansModel, ModeInit, NOISE, NodeMerge, Optics, OpticsModel, Silhouette,
    SilhouetteSamples, SilhouetteScore, Stability, StabilityScore, calinski_harabasz, davies_bouldin, elbow,
    simplified_silhouette, within_dispersion,
};
pub use evaluate::{
    Calibration, CalibrationBin, Confusion, Folds, Lift, LiftBin, Uplift, UpliftAt, UpliftPoint, auc,
};
pub use forest::{MaxFeatures, RandomForest, RandomForestModel};
pub use itemset::{Apriori, FpGrowth, Itemset, Itemsets, Support};
pub use logistic::{LogisticModel, LogisticRegression, Penalized};
pub use survival::{
    Aft, AftDistribution, AftModel, Cox, CoxModel, Durations, KaplanMeier, LikelihoodRatio, LogRank,
    RiskStep, SurvivalCurve, Ties, Timed, concordance, log_rank,
};
