//! A fitted mixture.

use super::Covariance;
use super::density::{Density, Workspace};
use super::saved::SavedMixture;
use crate::data::Features;
use crate::error::Result;
use crate::learn::cluster::{BLOCK, Blocks, Clustering, Threads};
use crate::model::Predict;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// The component of largest share of each row, the first of equals, and the log-likelihood in the frame.
pub(super) fn classify(density: &Density, points: &Blocks) -> Result<(Vec<u32>, f64)> {
    let mut labels = vec![0; points.n_rows];
    let likelihoods = points.map(Threads::All, &mut labels, |block, labels: &mut [u32]| {
        let mut work = Workspace::new(density.k(), points.width);
        let likelihood = density.shares(block, &mut work);
        let mut best = vec![0.0; labels.len()];
        for (component, shares) in (0..).zip(work.shares.chunks_exact(labels.len()).take(density.k())) {
            for ((label, best), &share) in labels.iter_mut().zip(&mut best).zip(shares) {
                if share > *best {
                    (*label, *best) = (component, share);
                }
            }
        }
        Ok(likelihood)
    })?;
    Ok((labels, likelihoods.iter().sum()))
}

/// A fitted mixture: what [`GaussianMixture`](crate::learn::GaussianMixture) learns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SavedMixture", into = "SavedMixture")]
pub struct GaussianMixtureModel {
    pub(super) saved: SavedMixture,
    density: Density,
    means: Vec<f64>,
    covariances: Vec<f64>,
}

impl GaussianMixtureModel {
    pub(super) fn new(saved: SavedMixture, density: Density) -> GaussianMixtureModel {
        let scale = saved.frame.scale;
        GaussianMixtureModel {
            means: saved.frame.restore(&saved.parameters.means),
            covariances: saved.parameters.covariances.iter().map(|value| value / scale / scale).collect(),
            saved,
            density,
        }
    }

    /// Number of components.
    pub fn k(&self) -> usize {
        self.saved.parameters.k()
    }

    /// The share of each component; they sum to 1.
    pub fn weights(&self) -> &[f64] {
        &self.saved.parameters.weights
    }

    /// All means, component after component.
    pub fn means(&self) -> &[f64] {
        &self.means
    }

    /// The covariances, component after component, laid as their [`Covariance`] says; matrices row by row.
    pub fn covariances(&self) -> &[f64] {
        &self.covariances
    }

    /// The shapes that the components have.
    pub fn covariance(&self) -> Covariance {
        self.saved.parameters.kind
    }

    /// The component of largest probability of each row of the fit.
    pub fn labels(&self) -> &[u32] {
        &self.saved.labels
    }

    /// The logarithm of the likelihood of the rows of the fit, in sum.
    pub fn log_likelihood(&self) -> f64 {
        self.saved.log_likelihood
    }

    /// The number of values that were fitted.
    pub fn n_parameters(&self) -> usize {
        let (k, width) = (self.k(), self.saved.parameters.width);
        self.covariance().free(width, k) + k * width + k - 1
    }

    /// Akaike's information criterion on the rows of the fit: smaller is better.
    pub fn aic(&self) -> f64 {
        2.0 * self.n_parameters() as f64 - 2.0 * self.log_likelihood()
    }

    /// The Bayesian information criterion on the rows of the fit: smaller is better.
    pub fn bic(&self) -> f64 {
        (self.saved.labels.len() as f64).ln() * self.n_parameters() as f64 - 2.0 * self.log_likelihood()
    }

    /// Updates of the components in the best start.
    pub fn iterations(&self) -> usize {
        self.saved.iterations
    }

    /// Whether the best start came to a standstill within its iterations.
    pub fn converged(&self) -> bool {
        self.saved.converged
    }

    /// The features of the fit.
    pub fn feature_names(&self) -> &[String] {
        &self.saved.feature_names
    }

    /// The probability of each component for each row: row after row, `k` values each. A row too far from all
    /// components to tell them apart has equal probabilities.
    ///
    /// # Errors
    /// Features that are not those of the fit; values too large to be squared.
    pub fn predict_probabilities(&self, features: &Features) -> Result<Vec<f64>> {
        let (points, k) = (self.points(features)?, self.k());
        let mut probabilities = vec![0.0; points.n_rows * k];
        let blocks: Vec<&[f64]> = points.iter().collect();
        blocks.into_par_iter().zip(probabilities.par_chunks_mut(BLOCK * k)).for_each(|(block, to)| {
            let mut work = Workspace::new(k, points.width);
            self.density.shares(block, &mut work);
            let rows = to.len() / k;
            for (component, shares) in work.shares.chunks_exact(rows).take(k).enumerate() {
                for (to, share) in to.iter_mut().skip(component).step_by(k).zip(shares) {
                    *to = *share;
                }
            }
        });
        Ok(probabilities)
    }

    /// The logarithm of the density of the mixture at each row.
    ///
    /// # Errors
    /// As [`predict_probabilities`](GaussianMixtureModel::predict_probabilities).
    pub fn log_densities(&self, features: &Features) -> Result<Vec<f64>> {
        let points = self.points(features)?;
        let mut logs = vec![0.0; points.n_rows];
        // The density of a row grows as its features are measured in larger units.
        let units = points.width as f64 * self.saved.frame.scale.ln();
        points.map(Threads::All, &mut logs, |block, logs: &mut [f64]| {
            let mut work = Workspace::new(self.k(), points.width);
            self.density.shares(block, &mut work);
            for (to, log) in logs.iter_mut().zip(&work.top) {
                *to = log + units;
            }
            Ok(())
        })?;
        Ok(logs)
    }

    fn points(&self, features: &Features) -> Result<Blocks> {
        features.expect_names("GaussianMixtureModel", &self.saved.feature_names)?;
        self.saved.frame.apply("GaussianMixtureModel", features)
    }
}

impl Clustering for GaussianMixtureModel {
    fn labels(&self) -> &[u32] {
        &self.saved.labels
    }

    fn n_clusters(&self) -> usize {
        self.k()
    }
}

impl Predict<Features> for GaussianMixtureModel {
    /// The component of largest probability of each row.
    type Output = Vec<u32>;

    fn predict(&self, features: &Features) -> Result<Vec<u32>> {
        Ok(classify(&self.density, &self.points(features)?)?.0)
    }
}
