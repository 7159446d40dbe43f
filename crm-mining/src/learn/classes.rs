//! What every classifier asks of its data, checked before any of its arithmetic.

use crate::data::{Features, Labeled};
use crate::error::{ErrorKind, Result};

/// Two classes must be there.
pub(super) fn check_labels(of: &'static str, data: &Labeled) -> Result<()> {
    let (rows, positives) = (data.features().n_rows(), data.n_positive());
    if rows < 2 {
        return Err(ErrorKind::NotEnoughData { of, needed: 2, unit: "rows", got: rows }.into());
    }
    if positives == 0 || positives == rows {
        return Err(ErrorKind::SingleClass { of, class: positives > 0, rows }.into());
    }
    Ok(())
}

/// Predicted probabilities with their reasons.
///
/// Of every row, the contributions of all features and the base add up to its score. The unit of the score
/// depends on the model: log-odds for a logistic regression, probability for a random forest.
#[derive(Debug, Clone, PartialEq)]
pub struct Explained {
    probabilities: Vec<f64>,
    base: f64,
    contributions: Features,
}

impl Explained {
    pub(super) fn new(
        of: &Features,
        probabilities: Vec<f64>,
        base: f64,
        contributions: Vec<f64>,
    ) -> Result<Explained> {
        let contributions = Features::new(of.names().to_vec(), contributions)?;
        let contributions = match of.customers() {
            Some(customers) => contributions.of_customers(customers.clone())?,
            None => contributions,
        };
        Ok(Explained { probabilities, base, contributions })
    }

    /// The probability of the positive class, row by row.
    pub fn probabilities(&self) -> &[f64] {
        &self.probabilities
    }

    /// The score before any feature is looked at.
    pub fn base(&self) -> f64 {
        self.base
    }

    /// How far each feature moves the score of each row away from the base.
    pub fn contributions(&self) -> &Features {
        &self.contributions
    }
}
