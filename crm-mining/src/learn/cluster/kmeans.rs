//! K-means: groups of rows around centers.

mod lloyd;
mod seeding;

use crate::data::Features;
use crate::error::{ErrorKind, Result, invalid_parameter};
use crate::learn::cluster::{Blocks, Clustering, Frame, Threads, add, distinct_rows, squared_distances, sum};
use crate::math::random::Random;
use crate::model::{Control, Fit, Predict};
use lloyd::{Rules, Run, lloyd, nearest};
use rayon::prelude::*;
use seeding::plus_plus;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// Up to so many rows, the starts share out the threads; above, the rows of one start after another do.
const FEW_ROWS: usize = 1 << 16;

/// K-means: divides rows into `k` groups, each around its mean, so that the squared distances of the rows
/// to their means are small in sum.
///
/// Use it for compact groups of similar size in numeric features of comparable scale: standardize first
/// ([`Standardize`](crate::feature::Standardize)), or the feature with the largest numbers decides alone.
///
/// Each start draws its first centers by greedy k-means++ and refines them by Lloyd's iterations; the start
/// with the smallest inertia wins. An empty cluster is given the row farthest from its center. Clusters are
/// numbered by their centers: ascending by the first feature, then by the next; so neither seed nor start
/// decides which cluster is called 0.
///
/// | setting | meaning | default |
/// |---|---|---|
/// | `k` | number of clusters | – |
/// | `n_init` | starts | 10 |
/// | `max_iterations` | updates of the centers per start | 300 |
/// | `tolerance` | squared movement of the centers that counts as none, as a share of the mean variance of the columns | 1e-4 |
/// | `seed` | of the random numbers | 42 |
///
/// Fitting gives a [`KMeansModel`]; the same data and seed give the same bits on any number of threads.
///
/// # Errors
/// A setting out of range; no row; more clusters than distinct rows; values of 1e140 or more in size.
///
/// # Complexity
/// O(rows · features · k) time per iteration; the memory of one copy of the features.
///
/// # Reference
/// S. P. Lloyd (1982), Least squares quantization in PCM. D. Arthur and S. Vassilvitskii (2007), k-means++:
/// the advantages of careful seeding. Defaults, stopping rule and seeding trials as in scikit-learn 1.9.
///
/// # Example
/// ```
/// use crm_mining::{Fit, Predict, data::Features, learn::KMeans};
///
/// let orders = Features::new(["orders"], vec![1.0, 9.0, 2.0, 10.0, 1.5])?;
/// let model = KMeans::new(2).fit(&orders)?;
/// assert_eq!(model.labels(), [0, 1, 0, 1, 0]);
/// assert_eq!(model.centers(), [1.5, 9.5]);
/// assert_eq!(model.inertia(), 1.0);
/// assert_eq!(model.predict(&Features::new(["orders"], vec![6.0])?)?, [1]);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KMeans {
    /// Number of clusters.
    pub k: usize,
    /// Starts.
    pub n_init: usize,
    /// Updates of the centers per start.
    pub max_iterations: usize,
    /// Squared movement of the centers that counts as none, as a share of the mean variance of the columns.
    pub tolerance: f64,
    /// Of the random numbers.
    pub seed: u64,
}

impl KMeans {
    /// The default settings for `k` clusters.
    pub fn new(k: usize) -> KMeans {
        KMeans { k, n_init: 10, max_iterations: 300, tolerance: 1e-4, seed: 42 }
    }

    fn check(&self, features: &Features) -> Result<()> {
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
        let distinct = distinct_rows(features, self.k);
        if distinct < self.k {
            return Err(ErrorKind::TooManyClusters { of: "KMeans", k: self.k, distinct }.into());
        }
        Ok(())
    }

    /// The start of this number, run to its end.
    fn run(&self, points: &Blocks, start: usize, rules: &Rules<'_>) -> Result<Run> {
        let mut random = Random::for_part(self.seed, start as u64);
        let centers = plus_plus(points, self.k, &mut random, rules)?;
        let run = lloyd(points, centers, rules)?;
        rules.control.step("k-means", start as u64 + 1, self.n_init as u64)?;
        Ok(run)
    }

    /// Every start, and of these the run with the smallest inertia.
    fn best_run(&self, points: &Blocks, control: &Control) -> Result<Run> {
        let few = points.n_rows <= FEW_ROWS;
        let threads = if few { Threads::This } else { Threads::All };
        let tolerance = self.tolerance * mean_variance(points);
        let rules = Rules { max_iterations: self.max_iterations, tolerance, threads, control };
        let run = |start| -> Result<_> { Ok(Some((start, self.run(points, start, &rules)?))) };
        let starts = 0..self.n_init;
        let best = if few {
            starts.into_par_iter().map(run).try_reduce(|| None, |a, b| Ok(better(a, b)))?
        } else {
            starts.map(run).try_fold(None, |best, run| run.map(|run| better(best, run)))?
        };
        let none = ErrorKind::NotEnoughData { of: "KMeans", needed: 1, unit: "starts", got: 0 };
        best.map(|(_, run)| run).ok_or_else(|| none.into())
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

/// The mean of the variances of the columns.
fn mean_variance(points: &Blocks) -> f64 {
    let n_rows = points.n_rows as f64;
    let column_sums =
        |block: &[f64]| -> Vec<f64> { block.chunks_exact(block.len() / points.width).map(sum).collect() };
    let means = points.iter().map(column_sums).fold(vec![0.0; points.width], add);
    let means: Vec<f64> = means.iter().map(|sum| sum / n_rows).collect();
    let squares = |block: &[f64]| {
        let mut squares = vec![0.0; block.len() / points.width];
        squared_distances(block, &means, &mut squares);
        sum(&squares)
    };
    points.iter().map(squares).sum::<f64>() / n_rows / points.width as f64
}

impl Fit<Features> for KMeans {
    type Model = KMeansModel;

    fn fit_with(&self, features: &Features, control: &Control) -> Result<KMeansModel> {
        self.check(features)?;
        let frame = Frame::centered("KMeans", features)?;
        let points = frame.apply("KMeans", features)?;
        let run = self.best_run(&points, control)?;
        Ok(KMeansModel::new(features, frame, run))
    }
}

/// Fitted clusters: what [`KMeans`] learns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KMeansModel {
    feature_names: Vec<String>,
    frame: Frame,
    /// In the frame, as `centers` are in the units of the features.
    points: Vec<f64>,
    centers: Vec<f64>,
    labels: Vec<u32>,
    inertia: f64,
    iterations: usize,
    converged: bool,
}

impl KMeansModel {
    /// Numbers the clusters by their centers.
    fn new(features: &Features, frame: Frame, run: Run) -> KMeansModel {
        let width = features.n_features();
        let mut order: Vec<(&[f64], usize)> = run.centers.chunks_exact(width).zip(0..).collect();
        order.sort_by(|(a, _), (b, _)| {
            a.iter()
                .zip(*b)
                .map(|(a, b)| a.total_cmp(b))
                .find(|order| order.is_ne())
                .unwrap_or(Ordering::Equal)
        });
        let mut rank = vec![0; order.len()];
        for (new, &(_, old)) in (0..).zip(&order) {
            if let Some(rank) = rank.get_mut(old) {
                *rank = new;
            }
        }
        let points: Vec<f64> = order.iter().flat_map(|(center, _)| *center).copied().collect();
        let rank_of = |old: &u32| rank.get(*old as usize).copied().unwrap_or(0);
        KMeansModel {
            feature_names: features.names().to_vec(),
            centers: frame.restore(&points),
            labels: run.labels.iter().map(rank_of).collect(),
            inertia: run.inertia / frame.scale / frame.scale,
            iterations: run.iterations,
            converged: run.converged,
            frame,
            points,
        }
    }

    /// Number of clusters.
    pub fn k(&self) -> usize {
        self.centers.len() / self.feature_names.len().max(1)
    }

    /// All centers, cluster after cluster.
    pub fn centers(&self) -> &[f64] {
        &self.centers
    }

    /// The center of one cluster; empty beyond the last.
    pub fn center(&self, cluster: usize) -> &[f64] {
        self.centers.chunks_exact(self.feature_names.len().max(1)).nth(cluster).unwrap_or_default()
    }

    /// The cluster of each row of the fit.
    pub fn labels(&self) -> &[u32] {
        &self.labels
    }

    /// The sum of the squared distances of the rows to their centers.
    pub fn inertia(&self) -> f64 {
        self.inertia
    }

    /// Updates of the centers in the best start.
    pub fn iterations(&self) -> usize {
        self.iterations
    }

    /// Whether the best start came to a standstill within its iterations.
    pub fn converged(&self) -> bool {
        self.converged
    }

    /// The features of the fit.
    pub fn feature_names(&self) -> &[String] {
        &self.feature_names
    }
}

impl Clustering for KMeansModel {
    fn labels(&self) -> &[u32] {
        &self.labels
    }

    fn n_clusters(&self) -> usize {
        self.k()
    }
}

impl Predict<Features> for KMeansModel {
    /// The number of the nearest center of each row.
    type Output = Vec<u32>;

    fn predict(&self, features: &Features) -> Result<Vec<u32>> {
        features.expect_names("KMeansModel", &self.feature_names)?;
        let points = self.frame.apply("KMeansModel", features)?;
        let mut labels = vec![0; features.n_rows()];
        points.map(Threads::All, &mut labels, |block, labels| {
            let mut found = vec![0; labels.len()];
            nearest(block, &self.points, &mut found, &mut vec![0.0; labels.len()]);
            for (label, &found) in labels.iter_mut().zip(&found) {
                *label = found as u32;
            }
            Ok(())
        })?;
        Ok(labels)
    }
}
