//! Gaussian mixtures: rows drawn from several normal distributions.

mod density;
mod em;
mod model;
mod saved;

use crate::data::Features;
use crate::error::{ErrorKind, Result, invalid_parameter};
use crate::learn::cluster::{Blocks, Frame, KMeans, distinct_rows};
use crate::math::random::Random;
use crate::model::{Control, Fit};
use density::Parameters;
use em::{Rules, Run, density, run};
pub use model::GaussianMixtureModel;
use model::classify;
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
