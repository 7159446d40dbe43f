//! Which customers are about to leave.

mod evaluation;
mod features;
mod model;
mod reason;

pub use evaluation::{ChurnCandidate, ChurnEvaluation, ChurnMethod};
pub use features::ChurnFeature;
pub use model::{ChurnClassifier, ChurnModel, ChurnScores};
pub use reason::{ChurnReason, Effect};

use crate::data::{Day, Days, Labeled, Ledger};
use crate::error::{ErrorKind, Result, invalid_parameter};
use crate::learn::{Folds, LogisticRegression, RandomForest};
use crate::model::{Control, Fit};
use features::{observe, purchases_between};
use serde::{Deserialize, Serialize};

/// Settings of a churn prediction: who will purchase nothing in the days to come?
///
/// In a shop without contracts nobody says good-bye: to churn here means no purchase within so many days.
/// The past answers for the future. The ledger is cut that many days before `as_of`: what happened up to the
/// cut makes the features, what happened after it the label, and no feature knows of a day after the cut.
/// Logistic regression and random forest are compared by cross-validation; the one with the higher mean AUC
/// is fitted on all of these customers. Then every customer is scored with features as of `as_of`, for the
/// days after it.
///
/// So the scores of today come from a model that learnt from an earlier window; they hold as far as
/// customers behave now as they did then. A season or a change of range is not foreseen.
///
/// # Errors
/// `fit`: a window of less than one day, fewer than two folds, or a setting of a classifier out of range
/// ([`InvalidParameter`](ErrorKind::InvalidParameter)); no customer with a purchase before the window, or
/// fewer who left, or who stayed, than there are folds ([`NotEnoughData`](ErrorKind::NotEnoughData)); all
/// left or all stayed ([`SingleClass`](ErrorKind::SingleClass)); the caller's wish to stop.
///
/// # Complexity
/// That of `folds` + 1 fits of either classifier; features cost O(days with a purchase).
///
/// # Reference
/// W. Buckinx, D. Van den Poel (2005), Customer base analysis: partial defection of behaviourally loyal
/// clients in a non-contractual FMCG retail setting, European Journal of Operational Research 164.
///
/// # Example
/// ```
/// use crm_mining::data::{Day, Days, Ledger, Transaction, Transactions};
/// use crm_mining::insight::Churn;
///
/// // Even customers buy every ten days; odd ones stop after some time.
/// let start: Day = "2024-01-01".parse()?;
/// let names: Vec<String> = (0..60).map(|customer| format!("C{customer:02}")).collect();
/// let orders: Vec<String> = (0..200).map(|day| format!("order of day {day}")).collect();
/// let mut lines = Vec::new();
/// for (customer, name) in (0..).zip(&names) {
///     let last = if customer % 2 == 0 { 200 } else { 60 + customer };
///     for day in (customer % 10..last).step_by(10) {
///         let (time, order) = ((start + Days(day)).start_micros(), orders[day as usize].as_str());
///         lines.push(Transaction { customer: name, time, order, item: "tea", quantity: 1.0, unit_price: 9.0 });
///     }
/// }
/// let ledger = Ledger::new(&Transactions::from_rows(lines)?);
/// let churn = Churn::within(Days(60)).fit(&ledger, ledger.last_day())?;
/// assert!(churn.evaluation().best().is_some_and(|best| best.auc > 0.9));
/// let scores = churn.scores();
/// assert!(scores.probabilities()[0] < 0.5 && scores.probabilities()[1] > 0.5);
/// println!("{}: {}", scores.customers().name(1), scores.reasons(1)[0]);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Churn {
    /// The days without a purchase that count as churn, at least 1. Default 90.
    pub within: Days,
    /// Folds of the cross-validation, at least 2. Default 5.
    pub folds: usize,
    /// Seed of the folds. Default 42.
    pub seed: u64,
    /// The first candidate.
    pub logistic: LogisticRegression,
    /// The second candidate.
    pub forest: RandomForest,
}

impl Default for Churn {
    fn default() -> Self {
        Churn {
            within: Days(90),
            folds: 5,
            seed: 42,
            logistic: LogisticRegression::default(),
            forest: RandomForest::default(),
        }
    }
}

const NAME: &str = "Churn";
const METHODS: [ChurnMethod; 2] = [ChurnMethod::LogisticRegression, ChurnMethod::RandomForest];

impl Churn {
    /// Churn as no purchase within so many days; the other settings at their defaults.
    pub fn within(days: Days) -> Churn {
        Churn { within: days, ..Churn::default() }
    }

    /// Learns from the days up to `as_of`, evaluates, and scores every customer as of that day.
    ///
    /// # Errors
    /// See [`Churn`].
    pub fn fit(&self, ledger: &Ledger, as_of: Day) -> Result<ChurnModel> {
        self.fit_with(ledger, as_of, &Control::default())
    }

    /// As [`Churn::fit`]; reports progress to, and stops when asked by, `control`.
    ///
    /// # Errors
    /// See [`Churn`].
    pub fn fit_with(&self, ledger: &Ledger, as_of: Day, control: &Control) -> Result<ChurnModel> {
        if self.within.0 < 1 {
            return invalid_parameter(NAME, "within", "at least 1 day", self.within);
        }
        if self.folds < 2 {
            return invalid_parameter(NAME, "folds", "at least 2", self.folds);
        }
        let cut = as_of - self.within;
        let data = self.labeled(ledger, cut, as_of, control)?;
        let labels: Vec<bool> = data.labels().collect();
        let folds = Folds::stratified(&labels, self.folds, self.seed)?;
        let candidates = self.compare(&data, &labels, &folds, control)?;
        // Of equals the first, which is the simpler one.
        let chosen = candidates.iter().rev().max_by(|a, b| a.auc.total_cmp(&b.auc)).map(|best| best.method);
        let chosen = chosen.unwrap_or(ChurnMethod::LogisticRegression);
        let classifier = self.classifier(chosen, &data, &control.silent())?;
        let scores = classifier.score(ledger, as_of, self.within, control)?;
        let evaluation = ChurnEvaluation {
            cut,
            as_of,
            within: self.within,
            customers: labels.len(),
            churned: data.n_positive(),
            candidates,
            chosen,
        };
        Ok(ChurnModel { classifier, evaluation, scores })
    }

    /// The customers before the cut, and which of them purchased no more.
    fn labeled(&self, ledger: &Ledger, cut: Day, as_of: Day, control: &Control) -> Result<Labeled> {
        let (customers, features) = observe(ledger, cut, self.within, control)?;
        let missing =
            |unit, needed, got| Err(ErrorKind::NotEnoughData { of: NAME, needed, unit, got }.into());
        if customers.is_empty() {
            return missing("customers with a purchase before the window", 2 * self.folds, 0);
        }
        let left = customers.iter().map(|&c| !purchases_between(ledger, c as usize, cut, as_of));
        let data = Labeled::new(features, left)?;
        let (rows, churned) = (customers.len(), data.n_positive());
        if churned == 0 || churned == rows {
            return Err(ErrorKind::SingleClass { of: NAME, class: churned > 0, rows }.into());
        }
        if churned < self.folds {
            return missing("customers who left, one for each fold", self.folds, churned);
        }
        if rows - churned < self.folds {
            return missing("customers who stayed, one for each fold", self.folds, rows - churned);
        }
        Ok(data)
    }

    /// Every method on every fold.
    fn compare(
        &self,
        data: &Labeled,
        labels: &[bool],
        folds: &Folds,
        control: &Control,
    ) -> Result<Vec<ChurnCandidate>> {
        let (mut done, total, silent) = (0, (METHODS.len() * folds.n_folds()) as u64, control.silent());
        let mut candidates = Vec::with_capacity(METHODS.len());
        for method in METHODS {
            let mut predicted = Vec::with_capacity(folds.n_folds());
            // One model at a time: a fit uses all threads by itself, and a large forest much memory.
            for fold in 0..folds.n_folds() {
                let model = self.classifier(method, &data.select(&folds.train(fold)), &silent)?;
                predicted.push(model.probabilities(&data.features().select(&folds.test(fold)))?);
                done += 1;
                control.step("churn", done, total)?;
            }
            candidates.push(ChurnCandidate::measure(method, labels, folds, &predicted)?);
        }
        Ok(candidates)
    }

    fn classifier(&self, method: ChurnMethod, data: &Labeled, control: &Control) -> Result<ChurnClassifier> {
        Ok(match method {
            ChurnMethod::LogisticRegression => {
                ChurnClassifier::Logistic(self.logistic.fit_with(data, control)?)
            }
            ChurnMethod::RandomForest => ChurnClassifier::Forest(self.forest.fit_with(data, control)?),
        })
    }
}
