//! How well churn was predicted where the answer is known.

use crate::data::{Column, Day, Days, Table, ToTable};
use crate::error::Result;
use crate::learn::{Calibration, Folds, Lift, auc};
use serde::{Deserialize, Serialize};

/// A way to predict churn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ChurnMethod {
    /// [`LogisticRegression`](crate::learn::LogisticRegression).
    LogisticRegression,
    /// [`RandomForest`](crate::learn::RandomForest).
    RandomForest,
}

impl ChurnMethod {
    /// The name in tables.
    pub fn name(self) -> &'static str {
        match self {
            ChurnMethod::LogisticRegression => "logistic regression",
            ChurnMethod::RandomForest => "random forest",
        }
    }
}

/// How the candidates did in cross-validation, and on what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChurnEvaluation {
    /// The last day that features were taken from.
    pub cut: Day,
    /// The last day of the window in which a purchase meant staying.
    pub as_of: Day,
    /// The length of that window.
    pub within: Days,
    /// Customers with a purchase up to the cut.
    pub customers: usize,
    /// Those of them without a purchase in the window.
    pub churned: usize,
    /// All methods that were compared, on the same folds.
    pub candidates: Vec<ChurnCandidate>,
    /// The method with the best mean AUC, which the scores are from.
    pub chosen: ChurnMethod,
}

/// How one method did. Every customer was predicted by a model that had not seen them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChurnCandidate {
    /// The method.
    pub method: ChurnMethod,
    /// The AUC within each fold.
    pub fold_aucs: Vec<f64>,
    /// Their mean.
    pub auc: f64,
    /// Their standard deviation: differences of this size are noise.
    pub auc_deviation: f64,
    /// The AUC over all folds at once.
    pub pooled_auc: f64,
    /// The lift by tenths of the customers.
    pub lift: Lift,
    /// The calibration in ten bins, with the Brier score.
    pub calibration: Calibration,
}

impl ChurnEvaluation {
    /// The share of customers who churned.
    pub fn churn_rate(&self) -> f64 {
        self.churned as f64 / self.customers as f64
    }

    /// How the chosen method did; `None` only in an evaluation put together by hand.
    pub fn best(&self) -> Option<&ChurnCandidate> {
        self.candidates.iter().find(|candidate| candidate.method == self.chosen)
    }
}

impl ToTable for ChurnEvaluation {
    fn to_table(&self) -> Table {
        let column = |name: &str, get: fn(&ChurnCandidate) -> f64| {
            Column::floats(name, self.candidates.iter().map(get).collect())
        };
        let names = self.candidates.iter().map(|candidate| Some(candidate.method.name()));
        Table::of(
            "churn evaluation",
            vec![
                Column::text("method", names),
                column("auc", |candidate| candidate.auc),
                column("auc_deviation", |candidate| candidate.auc_deviation),
                column("pooled_auc", |candidate| candidate.pooled_auc),
                column("brier_score", |candidate| candidate.calibration.brier_score()),
                column("top_lift", |candidate| candidate.lift.top()),
                Column::bools("chosen", self.candidates.iter().map(|c| c.method == self.chosen)),
            ],
        )
    }
}

impl ChurnCandidate {
    /// Measures the predictions of a method, given fold by fold.
    pub(super) fn measure(
        method: ChurnMethod,
        labels: &[bool],
        folds: &Folds,
        predicted: &[Vec<f64>],
    ) -> Result<ChurnCandidate> {
        let mut fold_aucs = Vec::with_capacity(predicted.len());
        let (mut all_labels, mut all) = (Vec::new(), Vec::new());
        for (fold, probabilities) in predicted.iter().enumerate() {
            let test = folds.test(fold);
            let held: Vec<bool> = test.iter().filter_map(|&row| labels.get(row as usize).copied()).collect();
            fold_aucs.push(auc(&held, probabilities)?);
            all_labels.extend(held);
            all.extend(probabilities);
        }
        let k = fold_aucs.len() as f64;
        let mean = fold_aucs.iter().sum::<f64>() / k;
        let squares: f64 = fold_aucs.iter().map(|auc| (auc - mean).powi(2)).sum();
        Ok(ChurnCandidate {
            method,
            auc: mean,
            auc_deviation: (squares / (k - 1.0)).sqrt(),
            pooled_auc: auc(&all_labels, &all)?,
            lift: Lift::of(&all_labels, &all, all.len().min(10))?,
            calibration: Calibration::of(&all_labels, &all, 10)?,
            fold_aucs,
        })
    }
}
