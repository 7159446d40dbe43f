//! Algorithms that know no customers.

mod classes;
mod evaluate;
mod forest;
mod logistic;

pub use classes::Explained;
pub use evaluate::{Calibration, CalibrationBin, Confusion, Folds, Lift, LiftBin, auc};
pub use forest::{MaxFeatures, RandomForest, RandomForestModel};
pub use logistic::{LogisticModel, LogisticRegression, Penalized};
