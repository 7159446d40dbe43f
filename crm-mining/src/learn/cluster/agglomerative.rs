//! Agglomerative clustering: the nearest clusters merge, again and again.

mod centroids;
mod dendrogram;
mod matrix;
mod prim;
mod rounds;

use crate::data::Features;
use crate::error::{Error, ErrorKind, Result, invalid_parameter};
use crate::learn::cluster::{Blocks, Clustering, Frame};
use crate::model::{Control, Fit};
use centroids::Centroids;
use dendrogram::Step;
pub use dendrogram::{Dendrogram, NodeMerge};
use matrix::{Matrix, Update};
use prim::spanning;
use rayon::prelude::*;
use rounds::merge_all;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// Agglomerative clustering: every row starts as a cluster of its own, and the two nearest clusters merge
/// until one is left. The result is a tree, the [`Dendrogram`], which can be cut into any number of clusters.
///
/// Use it when the number of clusters is not known, or when groups within groups matter: cutting again costs
/// nothing. Numeric features of comparable scale are needed: standardize first
/// ([`Standardize`](crate::feature::Standardize)). Ward's linkage is the one for compact groups and the only
/// one for many rows; single linkage follows chains of any shape; complete keeps clusters narrow.
///
/// | setting | meaning | default |
/// |---|---|---|
/// | `linkage` | what counts as the distance of two clusters, see [`Linkage`] | `Ward` |
/// | `clusters` | where the tree is cut for the labels, see [`Cut`] | – |
/// | `matrix_rows` | distinct rows up to which `Average` and `Complete` may hold the matrix of all distances | 20 000 |
///
/// Fitting gives an [`AgglomerativeModel`]. Heights are those of SciPy and scikit-learn. Rows are sorted by
/// their values before anything else, and equal rows merge at height 0; so the tree does not depend on the
/// order of the rows, whatever ties there are. Distances that are equal to the last bit are taken in the
/// order of the rows' values (by the first feature, then by the next); the peers decide by the order of the
/// rows, so where distances tie their trees differ from ours and change when rows are shuffled. Bits are the
/// same on any number of threads.
///
/// # Errors
/// A setting out of range; no row; more clusters than distinct rows; values of 1e140 or more in size;
/// [`ErrorKind::LimitExceeded`] for more distinct rows than `matrix_rows` under average or complete linkage.
///
/// # Complexity
/// With n distinct rows: Ward takes O(n · features) memory, and about O(n log n) time where few features let
/// a tree of boxes find neighbors, O(n² · features) where they are many. Single takes O(n · features) memory
/// and O(n² · features) time. Average and complete take the 4 n² bytes of their matrix (1.6 GB for
/// 20 000 rows) and O(n²) time; they can reach O(n³) where every merge changes the nearest cluster of all
/// others. Distances below 1e-150 of the largest value count as 0.
///
/// # Reference
/// J. H. Ward (1963), Hierarchical grouping to optimize an objective function. F. Murtagh (1983), A survey of
/// recent advances in hierarchical clustering algorithms: pairs that are each other's nearest may merge in
/// any order. S. Yu, Y. Wang, Y. Gu, L. Dhulipala and J. Shun (2021), ParChain: a framework for parallel
/// hierarchical agglomerative clustering using nearest-neighbor chain.
///
/// # Example
/// ```
/// use crm_mining::{Fit, data::Features, learn::{Agglomerative, Cut, Linkage}};
///
/// let orders = Features::new(["orders"], vec![1.0, 9.0, 2.0, 14.0, 1.5])?;
/// let model = Agglomerative::new(2).fit(&orders)?;
/// assert_eq!(model.labels(), [0, 1, 0, 1, 0]);
/// let single = Agglomerative { linkage: Linkage::Single, clusters: Cut::Height(4.0), ..Agglomerative::new(1) };
/// let model = single.fit(&orders)?;
/// assert_eq!(model.labels(), [0, 1, 0, 2, 0]);
/// let heights: Vec<f64> = model.dendrogram().merges().iter().map(|merge| merge.height).collect();
/// assert_eq!(heights, [0.5, 0.5, 5.0, 7.0]);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Agglomerative {
    /// What counts as the distance of two clusters.
    pub linkage: Linkage,
    /// Where the tree is cut for the labels.
    pub clusters: Cut,
    /// Distinct rows up to which average and complete linkage may hold the matrix of all distances.
    pub matrix_rows: usize,
}

/// What counts as the distance of two clusters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Linkage {
    /// √(2 · the rise of the sum of squared distances of rows to the means of their clusters): for two rows,
    /// their distance.
    Ward,
    /// The mean distance of a row of the one to a row of the other.
    Average,
    /// The largest such distance.
    Complete,
    /// The smallest such distance.
    Single,
}

/// Where a [`Dendrogram`] is cut.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cut {
    /// So many clusters.
    Count(usize),
    /// The clusters after all merges up to this height, itself included.
    Height(f64),
}

impl Agglomerative {
    /// Ward's linkage, cut into `k` clusters.
    pub fn new(k: usize) -> Agglomerative {
        Agglomerative { linkage: Linkage::Ward, clusters: Cut::Count(k), matrix_rows: 20_000 }
    }

    fn check(&self, features: &Features) -> Result<()> {
        match self.clusters {
            Cut::Count(0) => return invalid_parameter("Agglomerative", "clusters", "at least 1", 0),
            Cut::Height(height) if height.is_nan() || height < 0.0 => {
                return invalid_parameter("Agglomerative", "clusters", "a height of at least 0", height);
            }
            _ => {}
        }
        if features.n_rows() == 0 {
            return Err(
                ErrorKind::NotEnoughData { of: "Agglomerative", needed: 1, unit: "rows", got: 0 }.into()
            );
        }
        Ok(())
    }

    fn steps(&self, rows: &Distinct, points: &Blocks, control: &Control) -> Result<Vec<Step>> {
        let (width, n) = (points.width, points.n_rows);
        let matrix = |update| -> Result<Vec<Step>> {
            if n > self.matrix_rows {
                return Err(ErrorKind::LimitExceeded {
                    place: "Agglomerative".into(),
                    of: "the number of distinct rows under average and complete linkage",
                    limit: self.matrix_rows as u64,
                    needed: n as u64,
                    setting: "matrix_rows",
                }
                .into());
            }
            merge_all(&mut Matrix::new(update, points, rows.counts(), control)?, n, control)
        };
        let by_row = || (0..n).flat_map(|row| points.row(row)).collect::<Vec<f64>>();
        match self.linkage {
            Linkage::Ward => merge_all(&mut Centroids::new(width, by_row(), rows.counts()), n, control),
            Linkage::Average => matrix(Update::Mean),
            Linkage::Complete => matrix(Update::Largest),
            Linkage::Single => spanning(width, &by_row(), control),
        }
    }
}

/// Rows in the order of their values, equal ones in groups.
struct Distinct {
    rows: Vec<u32>,
    /// Where each group ends.
    ends: Vec<usize>,
}

impl Distinct {
    fn new(features: &Features) -> Distinct {
        let compare = |a: u32, b: u32| {
            let pairs = features.row(a as usize).iter().zip(features.row(b as usize));
            // Values are finite; the two zeros are one value.
            let mut orders = pairs.map(|(a, b)| a.partial_cmp(b).unwrap_or(Ordering::Equal));
            orders.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        };
        let mut rows: Vec<u32> = (0..features.n_rows() as u32).collect();
        rows.par_sort_unstable_by(|&a, &b| compare(a, b).then(a.cmp(&b)));
        let groups = rows.chunk_by(|&a, &b| compare(a, b).is_eq());
        let ends = groups.scan(0, |end, group| {
            *end += group.len();
            Some(*end)
        });
        Distinct { ends: ends.collect(), rows }
    }

    /// How many rows each group has.
    fn counts(&self) -> Vec<f64> {
        let starts = std::iter::once(&0).chain(&self.ends);
        self.ends.iter().zip(starts).map(|(end, start)| (end - start) as f64).collect()
    }

    /// One row of each group.
    fn features(&self, features: &Features) -> Features {
        let last = |&end: &usize| self.rows.get(end - 1).copied();
        features.select(&self.ends.iter().filter_map(last).collect::<Vec<_>>())
    }
}

impl Fit<Features> for Agglomerative {
    type Model = AgglomerativeModel;

    fn fit_with(&self, features: &Features, control: &Control) -> Result<AgglomerativeModel> {
        self.check(features)?;
        let rows = Distinct::new(features);
        let distinct = rows.ends.len();
        if let Cut::Count(k) = self.clusters
            && k > distinct
        {
            return Err(ErrorKind::TooManyClusters { of: "Agglomerative", k, distinct }.into());
        }
        let one_of_each = rows.features(features);
        let frame = Frame::centered("Agglomerative", &one_of_each)?;
        let points = frame.apply("Agglomerative", &one_of_each)?;
        drop(one_of_each);
        let mut steps = self.steps(&rows, &points, control)?;
        for step in &mut steps {
            step.height /= frame.scale;
        }
        let dendrogram = Dendrogram::of(&rows.rows, &rows.ends, steps);
        let k = match self.clusters {
            Cut::Count(k) => k,
            Cut::Height(height) => dendrogram.count_at(height)?,
        };
        AgglomerativeModel::new(dendrogram, k)
    }
}

/// A tree of clusters and a cut through it: what [`Agglomerative`] learns.
///
/// Clusters are numbered by the order of their rows in the tree, from left to right. The method says nothing
/// of rows that were not in the fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Saved", into = "Saved")]
pub struct AgglomerativeModel {
    dendrogram: Dendrogram,
    labels: Vec<u32>,
    n_clusters: usize,
}

/// The model without what follows from the rest.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Saved {
    dendrogram: Dendrogram,
    n_clusters: usize,
}

impl From<AgglomerativeModel> for Saved {
    fn from(model: AgglomerativeModel) -> Saved {
        Saved { dendrogram: model.dendrogram, n_clusters: model.n_clusters }
    }
}

impl TryFrom<Saved> for AgglomerativeModel {
    type Error = Error;

    fn try_from(saved: Saved) -> Result<AgglomerativeModel> {
        AgglomerativeModel::new(saved.dendrogram, saved.n_clusters)
    }
}

impl AgglomerativeModel {
    fn new(dendrogram: Dendrogram, n_clusters: usize) -> Result<AgglomerativeModel> {
        Ok(AgglomerativeModel { labels: dendrogram.cut_count(n_clusters)?, dendrogram, n_clusters })
    }

    /// The tree.
    pub fn dendrogram(&self) -> &Dendrogram {
        &self.dendrogram
    }

    /// The cluster of each row of the fit.
    pub fn labels(&self) -> &[u32] {
        &self.labels
    }
}

impl Clustering for AgglomerativeModel {
    fn labels(&self) -> &[u32] {
        &self.labels
    }

    fn n_clusters(&self) -> usize {
        self.n_clusters
    }
}
