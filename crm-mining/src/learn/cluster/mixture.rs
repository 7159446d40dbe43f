//! Gaussian mixtures: rows drawn from several normal distributions.

mod density;
mod em;
mod saved;

use crate::data::Features;
use crate::error::{ErrorKind, Result, invalid_parameter};
use crate::learn::cluster::{BLOCK, Blocks, Clustering, Frame, KMeans, Threads, distinct_rows};
use crate::math::random::Random;
use crate::model::{Control, Fit, Predict};
use density::{Density, Parameters, Workspace};
use em::{Rules, Run, density, run};
use rayon::prelude::*;
use saved::SavedMixture;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// A mixture of normal distributions, fitted by expectation and maximization.
///
/// Use it when groups overlap, differ in spread or are stretched, and when it matters how sure the group of
/// a row is: [`predict_probabilities`](GaussianMixtureModel::predict_probabilities). Compare numbers of
/// components by [`bic`](GaussianMixtureModel::bic). Standardize first
/// ([`Standardize`](crate::feature::Standardize)), since `regularization` is in squared units of the
/// features.
///
/// Each start divides the rows by k-means and refines that division; the start of largest likelihood wins,
/// and a start whose k-means ended where an earlier one did is not run again. Components are numbered by
/// their means: ascending by the first feature, then by the next.
///
/// | setting | meaning | default |
/// |---|---|---|
/// | `k` | number of components | – |
/// | `covariance` | the shapes that components may have, see [`Covariance`] | `Full` |
/// | `n_init` | starts | 5 |
/// | `max_iterations` | updates of the components per start | 100 |
/// | `tolerance` | rise of the mean log-likelihood of a row that counts as none | 1e-3 |
/// | `regularization` | added to the variances of every component, in squared units of the features | 1e-6 |
/// | `seed` | of the random numbers | 42 |
///
/// Fitting gives a [`GaussianMixtureModel`]; the same data and seed give the same bits on any number of
/// threads.
///
/// # Errors
/// A setting out of range; no row; more components than distinct rows; values of 1e140 or more in size; a
/// regularization too small for columns that are constant, or follow from each other, within a component.
///
/// # Complexity
/// O(rows · features² · k) time per iteration for full and tied covariances, O(rows · features · k) for the
/// others; the memory of one copy of the features, and of the sums of 64 parts of the rows.
///
/// # Reference
/// A. P. Dempster, N. M. Laird and D. B. Rubin (1977), Maximum likelihood from incomplete data via the EM
/// algorithm. Initialization, stopping rule and defaults as in scikit-learn 1.9, but for its single start;
/// its results are ours. Covariances are summed around the last means, so that large offsets cost no digits.
///
/// # Example
/// ```
/// use crm_mining::{Fit, Predict, data::Features, learn::GaussianMixture};
///
/// let orders = Features::new(["orders"], vec![1.0, 9.0, 2.0, 10.0, 1.5, 9.5])?;
/// let model = GaussianMixture::new(2).fit(&orders)?;
/// assert_eq!(model.labels(), [0, 1, 0, 1, 0, 1]);
/// assert!((model.means()[0] - 1.5).abs() < 1e-9 && (model.weights()[0] - 0.5).abs() < 1e-9);
/// let unsure = Features::new(["orders"], vec![5.5])?;
/// let probabilities = model.predict_probabilities(&unsure)?;
/// assert!((probabilities[0] - 0.5).abs() < 1e-6);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GaussianMixture {
    /// Number of components.
    pub k: usize,
    /// The shapes that components may have.
    pub covariance: Covariance,
    /// Starts.
    pub n_init: usize,
    /// Updates of the components per start.
    pub max_iterations: usize,
    /// Rise of the mean log-likelihood of a row that counts as none.
    pub tolerance: f64,
    /// Added to the variances of every component, in squared units of the features.
    pub regularization: f64,
    /// Of the random numbers.
    pub seed: u64,
}

/// The shapes that the components of a mixture may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Covariance {
    /// Each component has a covariance matrix of its own: k · features · features values.
    Full,
    /// All components share one matrix: features · features values.
    Tied,
    /// Each component has a variance per feature: k · features values.
    Diagonal,
    /// Each component has one variance: k values.
    Spherical,
}

impl Covariance {
    /// Values of one component.
    fn size(self, width: usize) -> usize {
        match self {
            Covariance::Full | Covariance::Tied => width.saturating_mul(width),
            Covariance::Diagonal => width,
            Covariance::Spherical => 1,
        }
    }

    /// Free values of k covariances.
    fn free(self, width: usize, k: usize) -> usize {
        match self {
            Covariance::Full => k * (width * (width + 1) / 2),
            Covariance::Tied => width * (width + 1) / 2,
            Covariance::Diagonal => k * width,
            Covariance::Spherical => k,
        }
    }
}

impl GaussianMixture {
    /// The default settings for `k` components.
    pub fn new(k: usize) -> GaussianMixture {
        GaussianMixture {
            k,
            covariance: Covariance::Full,
            n_init: 5,
            max_iterations: 100,
            tolerance: 1e-3,
            regularization: 1e-6,
            seed: 42,
        }
    }

    fn check(&self, features: &Features) -> Result<()> {
        let of = "GaussianMixture";
        for (parameter, value) in
            [("k", self.k), ("n_init", self.n_init), ("max_iterations", self.max_iterations)]
        {
            if value == 0 {
                return invalid_parameter(of, parameter, "at least 1", value);
            }
        }
        for (parameter, value) in [("tolerance", self.tolerance), ("regularization", self.regularization)] {
            if !(value >= 0.0 && value.is_finite()) {
                return invalid_parameter(of, parameter, "finite and at least 0", value);
            }
        }
        if features.n_rows() == 0 {
            return Err(ErrorKind::NotEnoughData { of, needed: 1, unit: "rows", got: 0 }.into());
        }
        let distinct = distinct_rows(features, self.k);
        if distinct < self.k {
            return Err(ErrorKind::TooManyClusters { of, k: self.k, distinct }.into());
        }
        Ok(())
    }

    /// The run of largest likelihood, the earlier of equals.
    fn best_run(
        &self,
        features: &Features,
        frame: &Frame,
        points: &Blocks,
        control: &Control,
    ) -> Result<Run> {
        let rules = Rules {
            kind: self.covariance,
            regularization: self.regularization * frame.scale * frame.scale,
            given: self.regularization,
            tolerance: self.tolerance,
            max_iterations: self.max_iterations,
            control,
        };
        let mut seen: Vec<Vec<u32>> = Vec::new();
        let mut best: Option<Run> = None;
        for start in 0..self.n_init as u64 {
            control.step("gaussian mixture", start, self.n_init as u64)?;
            let seed = Random::for_part(self.seed, start).next_u64();
            let kmeans = KMeans { n_init: 1, seed, ..KMeans::new(self.k) };
            let division = kmeans.fit_with(features, &control.silent())?;
            if seen.iter().any(|labels| labels == division.labels()) {
                continue;
            }
            let centers = division.centers().iter().zip(frame.offset.iter().cycle());
            let centers: Vec<f64> = centers.map(|(x, offset)| (x - offset) * frame.scale).collect();
            let run = run(points, division.labels(), &centers, &rules)?;
            if best.as_ref().is_none_or(|best| run.log_likelihood > best.log_likelihood) {
                best = Some(run);
            }
            seen.push(division.labels().to_vec());
        }
        let none = ErrorKind::NotEnoughData { of: "GaussianMixture", needed: 1, unit: "starts", got: 0 };
        best.ok_or_else(|| none.into())
    }
}

impl Fit<Features> for GaussianMixture {
    type Model = GaussianMixtureModel;

    fn fit_with(&self, features: &Features, control: &Control) -> Result<GaussianMixtureModel> {
        self.check(features)?;
        let mut frame = Frame::centered("GaussianMixture", features)?;
        // Beside tiny values the regularization would leave the range of numbers.
        while self.regularization * frame.scale * frame.scale > 1e280 {
            frame.scale /= 65536.0;
        }
        let points = frame.apply("GaussianMixture", features)?;
        let run = self.best_run(features, &frame, &points, control)?;
        let order = by_means(&run.parameters);
        let parameters = run.parameters.ordered(&order);
        let density = density(&parameters, self.regularization)?;
        let (labels, log_likelihood) = classify(&density, &points)?;
        let saved = SavedMixture {
            feature_names: features.names().to_vec(),
            // The density of a row grows as its features are measured in larger units.
            log_likelihood: log_likelihood + labels.len() as f64 * points.width as f64 * frame.scale.ln(),
            frame,
            parameters,
            labels,
            iterations: run.iterations,
            converged: run.converged,
        };
        Ok(GaussianMixtureModel::new(saved, density))
    }
}

/// The components in ascending order of their means.
fn by_means(parameters: &Parameters) -> Vec<usize> {
    let mut order: Vec<(&[f64], usize)> = parameters.means.chunks_exact(parameters.width).zip(0..).collect();
    order.sort_by(|(a, _), (b, _)| {
        let mut orders = a.iter().zip(*b).map(|(a, b)| a.total_cmp(b));
        orders.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    });
    order.into_iter().map(|(_, old)| old).collect()
}

/// The component of largest share of each row, the first of equals, and the log-likelihood in the frame.
fn classify(density: &Density, points: &Blocks) -> Result<(Vec<u32>, f64)> {
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

/// A fitted mixture: what [`GaussianMixture`] learns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SavedMixture", into = "SavedMixture")]
pub struct GaussianMixtureModel {
    saved: SavedMixture,
    density: Density,
    means: Vec<f64>,
    covariances: Vec<f64>,
}

impl GaussianMixtureModel {
    fn new(saved: SavedMixture, density: Density) -> GaussianMixtureModel {
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
