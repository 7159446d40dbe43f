//! Bisecting k-means: clusters that come from cutting others in two.

#![allow(
    clippy::indexing_slicing,
    reason = "a cut of two centers has 2 · width coordinates, and leaves hold rows of the points"
)]

use super::KMeans;
use super::matrix::{Matrix, bring_rows};
use super::model::{ascending, check_points, refused};
use crate::data::Features;
use crate::error::{Error, ErrorKind, Result, invalid_parameter};
use crate::learn::cluster::{BLOCK, Clustering, Frame, add, distinct_rows};
use crate::model::{Control, Fit, Predict};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Bisecting k-means: starts with all rows in one cluster and cuts a cluster in two until there are `k`.
///
/// Use it for a division that can be read from coarse to fine, for clusters of more even size than those of
/// [`KMeans`](crate::learn::KMeans), or for many clusters: each cut looks at the rows of one cluster only.
/// Its inertia is seldom below that of k-means, since a cut is never taken back.
///
/// Every cut is the best of `n_init` starts of k-means with two centers on the rows of the cluster.
/// [`BisectingKMeansModel`] predicts by going down the cuts, so a row near the border of two clusters may
/// belong to one and be closer to the center of the other. Clusters are numbered by their centers: ascending
/// by the first feature, then by the next.
///
/// | setting | meaning | default |
/// |---|---|---|
/// | `k` | number of clusters | – |
/// | `strategy` | which cluster is cut next ([`Bisection`]) | largest inertia |
/// | `n_init` | starts of each cut | 10 |
/// | `max_iterations` | updates of the centers per start | 300 |
/// | `tolerance` | squared movement of the centers that counts as none, as a share of the mean variance of the columns in the cluster that is cut | 1e-4 |
/// | `seed` | of the random numbers | 42 |
///
/// # Errors
/// A setting out of range; no row; more clusters than distinct rows, or than distances tell apart; values of
/// 1e140 or more in size.
///
/// # Complexity
/// O(rows · features) time per iteration and level of cuts: log₂ k levels when cuts are even, k − 1 at worst.
/// The memory of two copies of the features.
///
/// # Reference
/// M. Steinbach, G. Karypis and V. Kumar (2000), A comparison of document clustering techniques. As in
/// scikit-learn 1.9, which has one start of each cut by default, draws its centers at random, and holds the
/// tolerance against the variance of all rows.
///
/// # Example
/// ```
/// use crm_mining::{Fit, data::Features, learn::{BisectingKMeans, Clustering}};
///
/// let orders = Features::new(["orders"], vec![1.0, 9.0, 2.0, 10.0, 50.0])?;
/// let model = BisectingKMeans::new(3).fit(&orders)?;
/// assert_eq!(model.labels(), [0, 1, 0, 1, 2]);
/// assert_eq!(model.centers(), [1.5, 9.5, 50.0]);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BisectingKMeans {
    /// Number of clusters.
    pub k: usize,
    /// Which cluster is cut next.
    pub strategy: Bisection,
    /// Starts of each cut.
    pub n_init: usize,
    /// Updates of the centers per start.
    pub max_iterations: usize,
    /// Squared movement of the centers that counts as none, as a share of the mean variance of the columns in
    /// the cluster that is cut.
    pub tolerance: f64,
    /// Of the random numbers.
    pub seed: u64,
}

/// Which cluster [`BisectingKMeans`] cuts next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bisection {
    /// That with the largest sum of squared distances to its center.
    #[default]
    LargestInertia,
    /// That with the most rows.
    LargestSize,
}

/// A cluster that may be cut.
struct Leaf {
    rows: Vec<u32>,
    center: Vec<f64>,
    inertia: f64,
    /// Whether its rows can be told apart.
    divisible: bool,
    /// The cut it came from and the side; none for all rows.
    parent: Option<(usize, usize)>,
}

/// Two centers, and where their rows go on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Cut {
    /// In the frame, the first after the other.
    centers: Vec<f64>,
    next: [Next; 2],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Next {
    Cut(u32),
    Cluster(u32),
}

impl BisectingKMeans {
    /// The default settings for `k` clusters.
    pub fn new(k: usize) -> BisectingKMeans {
        let strategy = Bisection::LargestInertia;
        BisectingKMeans { k, strategy, n_init: 10, max_iterations: 300, tolerance: 1e-4, seed: 42 }
    }

    fn check(&self, features: &Features) -> Result<()> {
        for (parameter, value) in
            [("k", self.k), ("n_init", self.n_init), ("max_iterations", self.max_iterations)]
        {
            if value == 0 {
                return invalid_parameter("BisectingKMeans", parameter, "at least 1", value);
            }
        }
        if !(self.tolerance >= 0.0 && self.tolerance.is_finite()) {
            let must_be = "finite and at least 0";
            return invalid_parameter("BisectingKMeans", "tolerance", must_be, self.tolerance);
        }
        if features.n_rows() == 0 {
            let of = "BisectingKMeans";
            return Err(ErrorKind::NotEnoughData { of, needed: 1, unit: "rows", got: 0 }.into());
        }
        self.enough(distinct_rows(features, self.k))
    }

    fn enough(&self, distinct: usize) -> Result<()> {
        if distinct < self.k {
            return Err(ErrorKind::TooManyClusters { of: "BisectingKMeans", k: self.k, distinct }.into());
        }
        Ok(())
    }

    /// The cluster to cut next, the first of equals.
    fn next(&self, leaves: &[Leaf]) -> Option<usize> {
        let size = |leaf: &Leaf| match self.strategy {
            Bisection::LargestInertia => leaf.inertia,
            Bisection::LargestSize => leaf.rows.len() as f64,
        };
        let mut divisible = (0..leaves.len()).filter(|&at| leaves[at].divisible);
        let first = divisible.next()?;
        Some(
            divisible.fold(first, |best, at| if size(&leaves[at]) > size(&leaves[best]) { at } else { best }),
        )
    }

    /// The two parts of a cluster, and their centers one after another; none when its rows lie so close that
    /// their distances vanish.
    fn cut(
        &self,
        points: &Matrix<'_>,
        leaf: &Leaf,
        at: usize,
        control: &Control,
    ) -> Result<Option<(Vec<f64>, [Leaf; 2])>> {
        let own = points.select(&leaf.rows);
        let settings = KMeans {
            n_init: self.n_init,
            max_iterations: self.max_iterations,
            tolerance: self.tolerance,
            seed: self.seed.wrapping_add((at as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)),
            ..KMeans::new(2)
        };
        let run = match settings.best_run(&own, None, None, &control.silent()) {
            Ok(run) => run,
            Err(error) if matches!(error.kind(), ErrorKind::TooManyClusters { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let part = |side: u32| {
            let members: Vec<u32> =
                (0..).zip(&run.labels).filter(|(_, label)| **label == side).map(|(row, _)| row).collect();
            let center = run.centers[side as usize * own.width..(side as usize + 1) * own.width].to_vec();
            let rows = members.iter().map(|&row| leaf.rows[row as usize]).collect();
            let (inertia, divisible) = spread(&own.select(&members), &center);
            Leaf { rows, center, inertia, divisible, parent: Some((at, side as usize)) }
        };
        let parts = [part(0), part(1)];
        Ok(parts.iter().all(|part| !part.rows.is_empty()).then_some((run.centers, parts)))
    }
}

/// The sum of the squared distances to a center, and whether not all rows are the same.
fn spread(points: &Matrix<'_>, center: &[f64]) -> (f64, bool) {
    let (mut inertia, mut differ) = (0.0, false);
    for row in points.values.chunks_exact(points.width) {
        for ((value, c), first) in row.iter().zip(center).zip(points.row(0)) {
            inertia += (value - c) * (value - c);
            differ |= value != first;
        }
    }
    (inertia, differ)
}

impl Fit<Features> for BisectingKMeans {
    type Model = BisectingKMeansModel;

    fn fit_with(&self, features: &Features, control: &Control) -> Result<BisectingKMeansModel> {
        self.check(features)?;
        let (frame, points) = Matrix::near("BisectingKMeans", features)?;
        let n = features.n_rows();
        let sums = points.values.chunks_exact(points.width).fold(vec![0.0; points.width], add);
        let mean: Vec<f64> = sums.iter().map(|sum| sum / n as f64).collect();
        let (inertia, divisible) = spread(&points, &mean);
        let all = Leaf { rows: (0..n as u32).collect(), center: mean, inertia, divisible, parent: None };
        let (mut leaves, mut cuts) = (vec![all], Vec::<Cut>::new());
        while leaves.len() < self.k {
            control.step("bisecting k-means", leaves.len() as u64, self.k as u64)?;
            let Some(at) = self.next(&leaves) else { break };
            let Some((centers, parts)) = self.cut(&points, &leaves[at], cuts.len(), control)? else {
                leaves[at].divisible = false;
                continue;
            };
            if let Some((parent, side)) = leaves[at].parent {
                cuts[parent].next[side] = Next::Cut(cuts.len() as u32);
            }
            cuts.push(Cut { centers, next: [Next::Cluster(0); 2] });
            leaves.remove(at);
            leaves.extend(parts);
        }
        self.enough(leaves.len())?;
        BisectingKMeansModel::new(features, frame, leaves, cuts)
    }
}

/// A division by cuts in two: what [`BisectingKMeans`] learns.
///
/// A saved model that does not fit together is refused when it is read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Saved", into = "Saved")]
pub struct BisectingKMeansModel {
    feature_names: Vec<String>,
    frame: Frame,
    cuts: Vec<Cut>,
    /// In the frame, as `centers` are in the units of the features.
    points: Vec<f64>,
    centers: Vec<f64>,
    labels: Vec<u32>,
    inertia: f64,
}

impl BisectingKMeansModel {
    /// Numbers the clusters by their centers.
    fn new(features: &Features, frame: Frame, leaves: Vec<Leaf>, mut cuts: Vec<Cut>) -> Result<Self> {
        let centers: Vec<f64> = leaves.iter().flat_map(|leaf| leaf.center.iter().copied()).collect();
        let (points, rank) = ascending(&centers, features.n_features());
        let mut labels = vec![0; features.n_rows()];
        for (leaf, &rank) in leaves.iter().zip(&rank) {
            if let Some((parent, side)) = leaf.parent {
                cuts[parent].next[side] = Next::Cluster(rank);
            }
            for &row in &leaf.rows {
                labels[row as usize] = rank;
            }
        }
        let inertia = leaves.iter().map(|leaf| leaf.inertia).sum::<f64>() / frame.scale / frame.scale;
        if !inertia.is_finite() {
            return Err(ErrorKind::Overflow { of: "BisectingKMeans", got: inertia, limit: f64::MAX }.into());
        }
        let (feature_names, centers) = (features.names().to_vec(), frame.restore(&points));
        Ok(BisectingKMeansModel { feature_names, frame, cuts, points, centers, labels, inertia })
    }

    /// Number of clusters.
    pub fn k(&self) -> usize {
        self.cuts.len() + 1
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

    /// The sum of the squared distances of the rows to the centers of their clusters.
    pub fn inertia(&self) -> f64 {
        self.inertia
    }

    /// The features of the fit.
    pub fn feature_names(&self) -> &[String] {
        &self.feature_names
    }

    /// The cluster at the end of the cuts for one row in the frame.
    fn descend(&self, row: &[f64]) -> u32 {
        let mut at = if self.cuts.is_empty() { Next::Cluster(0) } else { Next::Cut(0) };
        loop {
            match at {
                Next::Cluster(cluster) => return cluster,
                Next::Cut(cut) => {
                    let cut = &self.cuts[cut as usize];
                    let to = |center: &[f64]| {
                        row.iter().zip(center).fold(0.0, |sum, (x, c)| sum + (x - c) * (x - c))
                    };
                    let (first, second) = cut.centers.split_at(row.len());
                    at = cut.next[usize::from(to(second) < to(first))];
                }
            }
        }
    }
}

impl Clustering for BisectingKMeansModel {
    fn labels(&self) -> &[u32] {
        &self.labels
    }

    fn n_clusters(&self) -> usize {
        self.k()
    }
}

impl Predict<Features> for BisectingKMeansModel {
    /// The cluster that the cuts lead each row to.
    type Output = Vec<u32>;

    fn predict(&self, features: &Features) -> Result<Vec<u32>> {
        features.expect_names("BisectingKMeansModel", &self.feature_names)?;
        let mut labels = vec![0; features.n_rows()];
        let values = features.values().par_chunks(BLOCK * self.feature_names.len());
        labels.par_chunks_mut(BLOCK).zip(values).try_for_each(|(labels, values)| {
            let mut rows = vec![0.0; values.len()];
            bring_rows("BisectingKMeansModel", &self.frame, values, &mut rows)?;
            for (row, label) in rows.chunks_exact(self.feature_names.len()).zip(labels) {
                *label = self.descend(row);
            }
            Ok::<(), Error>(())
        })?;
        Ok(labels)
    }
}

/// The fields of a model, unchecked.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Saved {
    feature_names: Vec<String>,
    frame: Frame,
    cuts: Vec<Cut>,
    points: Vec<f64>,
    centers: Vec<f64>,
    labels: Vec<u32>,
    inertia: f64,
}

impl From<BisectingKMeansModel> for Saved {
    fn from(model: BisectingKMeansModel) -> Saved {
        let BisectingKMeansModel { feature_names, frame, cuts, points, centers, labels, inertia } = model;
        Saved { feature_names, frame, cuts, points, centers, labels, inertia }
    }
}

impl TryFrom<Saved> for BisectingKMeansModel {
    type Error = Error;

    fn try_from(saved: Saved) -> Result<BisectingKMeansModel> {
        const PLACE: &str = "BisectingKMeansModel";
        let Saved { feature_names, frame, cuts, points, centers, labels, inertia } = saved;
        let k = check_points(PLACE, &feature_names, &frame, &points)?;
        if centers != frame.restore(&points) {
            return refused(PLACE, "centers that are the points of the frame", format!("{k} others"));
        }
        // Every cut but the first, and every cluster, is led to once, by an earlier cut.
        let (mut cut_seen, mut cluster_seen) = (vec![false; cuts.len()], vec![false; k]);
        let mut sound = cuts.len() + 1 == k;
        for (at, cut) in cuts.iter().enumerate() {
            sound &= cut.centers.len() == 2 * feature_names.len() && frame.holds(&cut.centers);
            for next in cut.next {
                let seen = match next {
                    Next::Cut(to) if to as usize > at => cut_seen.get_mut(to as usize),
                    Next::Cut(_) => None,
                    Next::Cluster(to) => cluster_seen.get_mut(to as usize),
                };
                sound &= seen.is_some_and(|seen| !std::mem::replace(seen, true));
            }
        }
        if !sound {
            return refused(PLACE, "cuts that lead to every cluster once", format!("{} cuts", cuts.len()));
        }
        if let Some(label) = labels.iter().find(|&&label| label as usize >= k) {
            return refused(PLACE, "labels below the number of clusters", label.to_string());
        }
        if !(inertia.is_finite() && inertia >= 0.0) {
            return refused(PLACE, "an inertia that is finite and at least 0", inertia.to_string());
        }
        Ok(BisectingKMeansModel { feature_names, frame, cuts, points, centers, labels, inertia })
    }
}
