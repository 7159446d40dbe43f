//! The questions a company asks of its customers.

mod churn;
mod value;

pub use churn::{
    Churn, ChurnCandidate, ChurnClassifier, ChurnEvaluation, ChurnFeature, ChurnMethod, ChurnModel,
    ChurnReason, ChurnScores, Effect,
};
