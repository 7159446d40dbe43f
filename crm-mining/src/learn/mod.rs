//! Algorithms that know no customers.

mod classes;
mod evaluate;
mod logistic;

pub use evaluate::{Calibration, CalibrationBin, Confusion, Folds, Lift, LiftBin, auc};
pub use logistic::{LogisticModel, LogisticRegression, Penalized};
