//! The fitted model and the scores of customers.

use super::evaluation::{ChurnEvaluation, ChurnMethod};
use super::features::{ChurnFeature, observe};
use super::reason::ChurnReason;
use crate::data::{Column, Csr, Day, Days, Features, Keys, Ledger, Table, ToTable};
use crate::error::Result;
use crate::learn::{Explained, LogisticModel, RandomForestModel};
use crate::model::Control;

/// A fitted [`Churn`](super::Churn): the chosen classifier, how well it does, and the scores as of the day
/// of the fit.
#[derive(Debug, Clone, PartialEq)]
pub struct ChurnModel {
    pub(super) classifier: ChurnClassifier,
    pub(super) evaluation: ChurnEvaluation,
    pub(super) scores: ChurnScores,
}

/// The classifier behind a [`ChurnModel`], fitted on all customers of the evaluation.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ChurnClassifier {
    /// A logistic regression.
    Logistic(LogisticModel),
    /// A random forest.
    Forest(RandomForestModel),
}

impl ChurnClassifier {
    /// Which method it is.
    pub fn method(&self) -> ChurnMethod {
        match self {
            ChurnClassifier::Logistic(_) => ChurnMethod::LogisticRegression,
            ChurnClassifier::Forest(_) => ChurnMethod::RandomForest,
        }
    }

    pub(super) fn probabilities(&self, features: &Features) -> Result<Vec<f64>> {
        match self {
            ChurnClassifier::Logistic(model) => model.predict_probability(features),
            ChurnClassifier::Forest(model) => model.predict_probability(features),
        }
    }

    fn explain(&self, features: &Features) -> Result<Explained> {
        match self {
            ChurnClassifier::Logistic(model) => model.explain(features),
            ChurnClassifier::Forest(model) => model.explain(features),
        }
    }

    pub(super) fn score(
        &self,
        ledger: &Ledger,
        as_of: Day,
        within: Days,
        control: &Control,
    ) -> Result<ChurnScores> {
        let (_, features) = observe(ledger, as_of, within, control)?;
        let explained = self.explain(&features)?;
        let mut reasons = Csr::with_capacity(features.n_rows(), features.n_rows() * REASONS);
        for (values, contributions) in features.rows().zip(explained.contributions().rows()) {
            reasons.push_row(top_reasons(values, contributions, within));
        }
        Ok(ChurnScores {
            customers: features.customers().cloned().unwrap_or_default(),
            as_of,
            within,
            probabilities: explained.probabilities().to_vec(),
            reasons,
            features,
        })
    }
}

/// Reasons given per customer.
const REASONS: usize = 3;

/// The features that move the score the most, the strongest first.
fn top_reasons(values: &[f64], contributions: &[f64], within: Days) -> Vec<ChurnReason> {
    let mut reasons: Vec<ChurnReason> = ChurnFeature::ALL
        .into_iter()
        .zip(values.iter().zip(contributions))
        .filter(|(_, (_, contribution))| **contribution != 0.0)
        .map(|(feature, (&value, &contribution))| ChurnReason { feature, value, contribution, within })
        .collect();
    // A stable sort: of equal reasons the first feature stays first.
    reasons.sort_by(|a, b| b.contribution.abs().total_cmp(&a.contribution.abs()));
    reasons.truncate(REASONS);
    reasons
}

impl ChurnModel {
    /// How well churn was predicted where the answer is known.
    pub fn evaluation(&self) -> &ChurnEvaluation {
        &self.evaluation
    }

    /// The chosen classifier.
    pub fn classifier(&self) -> &ChurnClassifier {
        &self.classifier
    }

    /// The scores of every customer as of the day of the fit.
    pub fn scores(&self) -> &ChurnScores {
        &self.scores
    }

    /// The customers of [`ChurnModel::scores`].
    pub fn customers(&self) -> &Keys {
        &self.scores.customers
    }

    /// The scores of every customer with a purchase up to and including `as_of`, as of that day.
    ///
    /// # Errors
    /// None from sound ledgers: the features are computed here, as at the fit.
    ///
    /// # Complexity
    /// O(days with a purchase), and for a forest O(customers · trees · depth).
    pub fn score(&self, ledger: &Ledger, as_of: Day) -> Result<ChurnScores> {
        self.classifier.score(ledger, as_of, self.evaluation.within, &Control::default())
    }
}

impl ToTable for ChurnModel {
    fn to_table(&self) -> Table {
        self.scores.to_table()
    }
}

/// How likely each customer is to purchase nothing in the days to come, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct ChurnScores {
    customers: Keys,
    as_of: Day,
    within: Days,
    probabilities: Vec<f64>,
    reasons: Csr<ChurnReason>,
    features: Features,
}

impl ChurnScores {
    /// The customers.
    pub fn customers(&self) -> &Keys {
        &self.customers
    }

    /// The day after which the question begins.
    pub fn as_of(&self) -> Day {
        self.as_of
    }

    /// How many days the question covers.
    pub fn within(&self) -> Days {
        self.within
    }

    /// The probability of each customer to purchase nothing within these days.
    pub fn probabilities(&self) -> &[f64] {
        &self.probabilities
    }

    /// Up to three reasons of a customer's probability, the strongest first.
    pub fn reasons(&self, customer: usize) -> &[ChurnReason] {
        self.reasons.row(customer)
    }

    /// The features that the scores are made from.
    pub fn features(&self) -> &Features {
        &self.features
    }
}

impl ToTable for ChurnScores {
    fn to_table(&self) -> Table {
        let reason = |place: usize| {
            let texts = self.reasons.rows().map(|row| row.get(place).map(ChurnReason::to_string));
            Column::text(format!("reason_{}", place + 1), texts)
        };
        let scores = [
            Column::keys("customer", &self.customers),
            Column::floats("churn_probability", self.probabilities.clone()),
        ];
        Table::of("churn", scores.into_iter().chain((0..REASONS).map(reason)).collect())
    }
}
