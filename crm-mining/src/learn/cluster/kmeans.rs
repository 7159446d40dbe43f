//! K-means: groups of rows around centers.

mod ascending;
mod bisecting;
mod lloyd;
mod matrix;
mod minibatch;
mod model;
mod nearest;
mod parallel;
mod rows;
mod seeding;
mod sums;

use crate::data::{Features, Weighted};
use crate::error::{ErrorKind, Result, invalid_parameter};
use crate::learn::cluster::{Frame, Threads, distinct, power_of_two_below_inverse};
use crate::math::random::Random;
use crate::model::{Control, Fit};
use ascending::Ascending;
pub use bisecting::{BisectingKMeans, BisectingKMeansModel, Bisection};
use lloyd::{Run, Stop, lloyd};
use matrix::{Matrix, bring_rows};
pub use minibatch::{MiniBatchKMeans, MiniBatchKMeansModel};
pub use model::KMeansModel;
use rayon::prelude::*;
use rows::Rows;
use serde::{Deserialize, Serialize};

/// Up to so many rows, the starts share out the threads; above, the rows of one start after another do.
const FEW_ROWS: usize = 1 << 16;

/// K-means: divides rows into `k` groups, each around its mean, so that the squared distances of the rows
/// to their means are small in sum.
///
/// Use it for compact groups of similar size in numeric features of comparable scale: standardize first
/// ([`Standardize`](crate::feature::Standardize)), or the feature with the largest numbers decides alone.
///
/// Each start has its first centers from `init` and refines them by Lloyd's iterations; the start with the
/// smallest inertia wins. Given centers make one start, whatever `n_init` says. An empty cluster is given the
/// row farthest from its center. Clusters are numbered by their centers: ascending by the first feature, then
/// by the next; so neither seed nor start decides which cluster is called 0. A row as near to one center as to another
/// belongs to the first, at the fit as in a prediction.
///
/// Rows may have weights ([`Weighted`]): a row of weight 3 counts as three equal rows, and one of weight 0 is
/// labelled, but moves no center and fills no cluster.
///
/// | setting | meaning | default |
/// |---|---|---|
/// | `k` | number of clusters | – |
/// | `init` | where the first centers come from ([`Init`]) | greedy k-means++ |
/// | `n_init` | starts | 10 |
/// | `max_iterations` | updates of the centers per start | 300 |
/// | `tolerance` | squared movement of the centers that counts as none, as a share of the mean variance of the columns | 1e-4 |
/// | `seed` | of the random numbers | 42 |
///
/// Fitting gives a [`KMeansModel`]; the same data and seed give the same bits on any number of threads, for rows
/// in any order, and for rows that are repeated as for rows of that weight: centers are drawn from the distinct
/// rows in ascending order. From given centers the order of the rows changes the last digits of the sums only,
/// so the same rows come together unless one is as close to two centers as rounding.
///
/// # Errors
/// A setting out of range; given centers that are not `k` finite points; no row; more clusters than distinct
/// rows (of weight above 0), or than distances tell apart; values of 1e140 or more in size.
///
/// # Complexity
/// O(rows · features · k) time for the first iteration, then for the rows whose nearest center the movement
/// of the centers may have changed: a row that is surely nearest to its center is passed over; O(rows · log rows)
/// once, unless centers are given. 32 bytes of memory per row, and that of a copy of the features unless centers are
/// given; of another where the features lie far from 0 for their spread, which are moved there.
///
/// # Reference
/// S. P. Lloyd (1982), Least squares quantization in PCM. D. Arthur and S. Vassilvitskii (2007), k-means++:
/// the advantages of careful seeding. G. Hamerly (2010), Making k-means even faster. Defaults, stopping rule
/// and seeding trials as in scikit-learn 1.9; its tolerance takes no notice of weights, ours does.
///
/// # Example
/// ```
/// use crm_mining::{Fit, Predict, data::{Features, Weighted}, learn::KMeans};
///
/// let orders = Features::new(["orders"], vec![1.0, 9.0, 2.0, 10.0, 1.5])?;
/// let model = KMeans::new(2).fit(&orders)?;
/// assert_eq!(model.labels(), [0, 1, 0, 1, 0]);
/// assert_eq!(model.centers(), [1.5, 9.5]);
/// assert_eq!(model.inertia(), 1.0);
/// assert_eq!(model.predict(&Features::new(["orders"], vec![6.0])?)?, [1]);
///
/// let model = KMeans::new(2).fit(&Weighted::new(&orders, &[1.0, 3.0, 1.0, 1.0, 0.0])?)?;
/// assert_eq!(model.centers(), [1.5, 9.25]);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KMeans {
    /// Number of clusters.
    pub k: usize,
    /// Where the first centers come from.
    pub init: Init,
    /// Starts.
    pub n_init: usize,
    /// Updates of the centers per start.
    pub max_iterations: usize,
    /// Squared movement of the centers that counts as none, as a share of the mean variance of the columns.
    pub tolerance: f64,
    /// Of the random numbers.
    pub seed: u64,
}

/// Where the first centers of [`KMeans`] come from.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Init {
    /// Greedy k-means++: each center the best of 2 + ln k rows drawn by their squared distance to the centers
    /// so far. A pass over the rows for each center.
    #[default]
    PlusPlus,
    /// K-means|| (Bahmani et al. 2012): five passes that draw 2 k rows each by their squared distance; the
    /// candidates, weighed by the rows nearest to them, are clustered by k-means++. For k in the hundreds,
    /// where a pass for each center is long.
    Parallel,
    /// Rows drawn at random, by weight if they have any.
    Random,
    /// These points, in the units of the features, one after another.
    Centers(Vec<f64>),
}

impl KMeans {
    /// The default settings for `k` clusters.
    pub fn new(k: usize) -> KMeans {
        KMeans { k, init: Init::PlusPlus, n_init: 10, max_iterations: 300, tolerance: 1e-4, seed: 42 }
    }

    fn check(&self, features: &Features, weights: Option<&[f64]>) -> Result<()> {
        for (parameter, value) in
            [("k", self.k), ("n_init", self.n_init), ("max_iterations", self.max_iterations)]
        {
            if value == 0 {
                return invalid_parameter("KMeans", parameter, "at least 1", value);
            }
        }
        if !(self.tolerance >= 0.0 && self.tolerance.is_finite()) {
            return invalid_parameter("KMeans", "tolerance", "finite and at least 0", self.tolerance);
        }
        if features.n_rows() == 0 {
            return Err(ErrorKind::NotEnoughData { of: "KMeans", needed: 1, unit: "rows", got: 0 }.into());
        }
        let distinct = match weights {
            None => distinct(features.rows(), self.k),
            Some(weights) => {
                let counting = features.rows().zip(weights).filter(|(_, weight)| **weight > 0.0);
                distinct(counting.map(|(row, _)| row), self.k)
            }
        };
        if distinct < self.k {
            return Err(ErrorKind::TooManyClusters { of: "KMeans", k: self.k, distinct }.into());
        }
        if let Init::Centers(centers) = &self.init {
            let needed = self.k * features.n_features();
            if centers.len() != needed || !centers.iter().all(|value| value.is_finite()) {
                let must_be =
                    format!("{needed} finite values: {} centers of {}", self.k, features.n_features());
                return invalid_parameter("KMeans", "init", must_be, &self.init);
            }
        }
        Ok(())
    }

    /// The start of this number, run to its end.
    fn run(&self, rows: &Rows<'_>, given: Option<&[f64]>, start: usize, stop: &Stop) -> Result<Run> {
        let mut random = Random::for_part(self.seed, start as u64);
        let centers = match (given, &self.init) {
            (Some(given), _) => given.to_vec(),
            (None, Init::Parallel) => parallel::parallel(rows, self.k, &mut random)?,
            (None, Init::Random) => seeding::any_rows(rows, self.k, &mut random),
            (None, _) => seeding::plus_plus(rows, self.k, &mut random)?,
        };
        lloyd(rows, centers, stop)
    }

    /// Every start, and of these the run with the smallest inertia; or the one start of given centers, in the
    /// frame.
    fn best_run(
        &self,
        points: &Matrix<'_>,
        weights: Option<&[f64]>,
        given: Option<&[f64]>,
        control: &Control,
    ) -> Result<Run> {
        let starts = if given.is_some() { 1 } else { self.n_init };
        let few = points.n_rows <= FEW_ROWS && starts > 1;
        let threads = if few { Threads::This } else { Threads::All };
        let rows = Rows { points, weights, threads, control };
        let tolerance = if self.tolerance == 0.0 { 0.0 } else { self.tolerance * rows.mean_variance()? };
        let stop = Stop { max_iterations: self.max_iterations, tolerance };
        let run = |start| -> Result<_> {
            let run = self.run(&rows, given, start, &stop)?;
            control.step("k-means", start as u64 + 1, starts as u64)?;
            Ok(Some((start, run)))
        };
        let best = if few {
            (0..starts).into_par_iter().map(run).try_reduce(|| None, |a, b| Ok(better(a, b)))?
        } else {
            (0..starts).map(run).try_fold(None, |best, run| run.map(|run| better(best, run)))?
        };
        let none = ErrorKind::NotEnoughData { of: "KMeans", needed: 1, unit: "starts", got: 0 };
        best.map(|(_, run)| run).ok_or_else(|| none.into())
    }

    fn fit_rows(
        &self,
        features: &Features,
        weights: Option<&[f64]>,
        control: &Control,
    ) -> Result<KMeansModel> {
        self.check(features, weights)?;
        if matches!(self.init, Init::Centers(_)) {
            let (frame, run) = self.solve(features, weights, control)?;
            return Ok(KMeansModel::new(features, frame, run));
        }
        let rows = Ascending::new(features, weights);
        let kinds = features.select(&rows.first());
        let (frame, mut run) = self.solve(&kinds, rows.weights(weights).as_deref(), control)?;
        drop(kinds);
        run.labels = rows.spread("KMeans", &run.labels, features, &frame, &run.centers)?;
        Ok(KMeansModel::new(features, frame, run))
    }

    /// The best run for these rows, and the frame that it stands in.
    fn solve(&self, features: &Features, weights: Option<&[f64]>, control: &Control) -> Result<(Frame, Run)> {
        let (frame, points) = Matrix::near("KMeans", features)?;
        // Weights of any size, brought below 2 by a power of two, so that their sums stay in range.
        let largest = weights.map_or(1.0, |weights| weights.iter().copied().fold(0.0, f64::max));
        let scale = power_of_two_below_inverse(largest);
        let weights: Option<Vec<f64>> =
            weights.map(|weights| weights.iter().map(|weight| weight * scale).collect());
        let given = match &self.init {
            Init::Centers(centers) => {
                let mut given = vec![0.0; centers.len()];
                bring_rows("KMeans", &frame, centers, &mut given)?;
                Some(given)
            }
            _ => None,
        };
        let mut run = self.best_run(&points, weights.as_deref(), given.as_deref(), control)?;
        run.inertia = run.inertia / frame.scale / frame.scale / scale;
        if !run.inertia.is_finite() {
            return Err(ErrorKind::Overflow { of: "KMeans", got: run.inertia, limit: f64::MAX }.into());
        }
        Ok((frame, run))
    }
}

/// The run of smaller inertia, the earlier start of equals.
fn better(a: Option<(usize, Run)>, b: Option<(usize, Run)>) -> Option<(usize, Run)> {
    match (a, b) {
        (Some(a), Some(b)) => {
            let order = a.1.inertia.total_cmp(&b.1.inertia).then(a.0.cmp(&b.0));
            Some(if order.is_gt() { b } else { a })
        }
        (a, b) => a.or(b),
    }
}

impl Fit<Features> for KMeans {
    type Model = KMeansModel;

    fn fit_with(&self, features: &Features, control: &Control) -> Result<KMeansModel> {
        self.fit_rows(features, None, control)
    }
}

impl Fit<Weighted<'_>> for KMeans {
    type Model = KMeansModel;

    fn fit_with(&self, weighted: &Weighted<'_>, control: &Control) -> Result<KMeansModel> {
        self.fit_rows(weighted.features(), Some(weighted.weights()), control)
    }
}
