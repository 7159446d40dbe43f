//! OPTICS: rows in an order that shows clusters of every density.

mod order;
mod saved;
mod xi;

use crate::data::Features;
use crate::error::{ErrorKind, Result, invalid_parameter};
use crate::learn::cluster::{Clustering, NOISE, bounded};
use crate::model::{Control, Fit};
use order::reach;
use saved::SavedOptics;
use serde::{Deserialize, Serialize};
use xi::{Plot, clusters};

const STAGE: &str = "OPTICS";

/// OPTICS: walks from row to row, always to the one reached at the smallest distance so far, and so puts rows
/// in an order in which clusters of every density are valleys of the *reachability*.
///
/// Use it to see how clusters lie within clusters, or to try many values of the eps of
/// [`Dbscan`](crate::learn::Dbscan) at the price of one fit ([`OpticsModel::labels_at`]). For labels alone
/// [`Hdbscan`](crate::learn::Hdbscan) asks for less judgement.
///
/// The *core distance* of a row is that to its `min_points`-th nearest row, itself the first. The reachability
/// of a row is the smallest, over the rows walked before, of the larger of their core distance and the distance
/// to them.
///
/// | setting | meaning | default |
/// |---|---|---|
/// | `min_points` | rows nearby, itself included, that make a row core | 5 |
/// | `max_eps` | the largest distance looked at; `None` for no limit | `None` |
/// | `xi` | the share by which reachability must fall or rise at the border of a cluster | 0.05 |
/// | `min_cluster_size` | rows of a cluster at least; `None` for `min_points` | `None` |
///
/// Fitting gives an [`OpticsModel`], with the order, reachabilities, predecessors and labels of scikit-learn. As
/// there, the walk starts at row 0 and goes to the smallest row number among equals, so that another order of
/// rows gives another, equally good walk; and distances are rounded to 15 decimals, so that features whose
/// distances are that small must be scaled up first. Above 15 features scikit-learn computes core distances by
/// matrix products, whose last digits differ from ours.
///
/// # Errors
/// A setting out of range; fewer rows than `min_points` or `min_cluster_size`; values of 1e140 or more in size.
///
/// # Complexity
/// O(rows · log rows) time for core distances in few features, on all threads; the walk, one row after another
/// on one thread, updates only the parts of a kd-tree that can improve: O(rows²) at worst, far less where rows
/// are clustered. O(rows · features) memory.
///
/// # Reference
/// M. Ankerst, M. M. Breunig, H.-P. Kriegel and J. Sander (1999), OPTICS: ordering points to identify the
/// clustering structure. E. Schubert and M. Gertz (2018), Improving the cluster structure extracted from OPTICS
/// plots. Details as in scikit-learn 1.9.
///
/// # Example
/// ```
/// use crm_mining::{Fit, data::Features, learn::{NOISE, Optics}};
///
/// let orders = Features::new(["orders"], vec![1.0, 9.0, 1.5, 30.0, 9.5, 2.0, 10.0])?;
/// let model = Optics { min_points: 2, ..Optics::default() }.fit(&orders)?;
/// assert_eq!(model.order(), [0, 2, 5, 1, 4, 6, 3]);
/// assert_eq!(model.labels(), [0, 1, 0, 1, 1, 0, 1]);
/// assert_eq!(model.labels_at(0.6)?, [0, 1, 0, NOISE, 1, 0, 1]);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Optics {
    /// Rows nearby, itself included, that make a row core.
    pub min_points: usize,
    /// The largest distance looked at.
    pub max_eps: Option<f64>,
    /// The share by which reachability must fall or rise at the border of a cluster.
    pub xi: f64,
    /// Rows of a cluster at least.
    pub min_cluster_size: Option<usize>,
}

impl Default for Optics {
    fn default() -> Self {
        Optics { min_points: 5, max_eps: None, xi: 0.05, min_cluster_size: None }
    }
}

impl Optics {
    fn check(&self, features: &Features) -> Result<()> {
        let min_cluster_size = self.min_cluster_size.unwrap_or(self.min_points);
        for (parameter, value) in [("min_points", self.min_points), ("min_cluster_size", min_cluster_size)] {
            if value < 2 {
                return invalid_parameter("Optics", parameter, "at least 2", value);
            }
        }
        if self.max_eps.is_some_and(|max_eps| max_eps <= 0.0 || !max_eps.is_finite()) {
            return invalid_parameter("Optics", "max_eps", "finite and above 0", self.max_eps);
        }
        if !(self.xi > 0.0 && self.xi < 1.0) {
            return invalid_parameter("Optics", "xi", "between 0 and 1", self.xi);
        }
        let (needed, got) = (self.min_points.max(min_cluster_size), features.n_rows());
        if got < needed {
            return Err(ErrorKind::NotEnoughData { of: "Optics", needed, unit: "rows", got }.into());
        }
        bounded("Optics", features.values())
    }
}

impl Fit<Features> for Optics {
    type Model = OpticsModel;

    fn fit_with(&self, features: &Features, control: &Control) -> Result<OpticsModel> {
        self.check(features)?;
        let reached = reach(features, self.min_points, self.max_eps.unwrap_or(f64::INFINITY), control)?;
        let plot = Plot::new(&reached, self.xi, self.min_points);
        let hierarchy = clusters(&plot, self.min_cluster_size.unwrap_or(self.min_points));
        let (labels, n_clusters) = smallest_first(&hierarchy, &reached.order);
        Ok(OpticsModel { reached, max_eps: self.max_eps, hierarchy, labels, n_clusters })
    }
}

/// Numbers the clusters that hold no other, in their order.
fn smallest_first(hierarchy: &[(u32, u32)], order: &[u32]) -> (Vec<u32>, u32) {
    let mut walked = vec![NOISE; order.len()];
    let mut next = 0;
    for &(start, end) in hierarchy {
        if let Some(rows) = walked.get_mut(start as usize..=end as usize)
            && rows.iter().all(|&label| label == NOISE)
        {
            rows.fill(next);
            next += 1;
        }
    }
    let mut labels = vec![NOISE; order.len()];
    for (&row, label) in order.iter().zip(walked) {
        if let Some(place) = labels.get_mut(row as usize) {
            *place = label;
        }
    }
    (labels, next)
}

/// Rows as the walk found them; all but the order by row.
#[derive(Debug, Clone, PartialEq)]
struct Reached {
    order: Vec<u32>,
    core_distances: Vec<f64>,
    reachability: Vec<f64>,
    predecessors: Vec<Option<u32>>,
}

/// Rows ordered by reachability, and clusters seen in it: what [`Optics`] learns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SavedOptics", into = "SavedOptics")]
pub struct OpticsModel {
    reached: Reached,
    max_eps: Option<f64>,
    hierarchy: Vec<(u32, u32)>,
    labels: Vec<u32>,
    n_clusters: u32,
}

impl OpticsModel {
    /// The cluster of each row of the fit, [`NOISE`] for none: the smallest clusters of the hierarchy, in the
    /// order of the walk.
    pub fn labels(&self) -> &[u32] {
        &self.labels
    }

    /// The rows in the order of the walk.
    pub fn order(&self) -> &[u32] {
        &self.reached.order
    }

    /// The distance at which each row was reached; infinite where the walk started anew.
    pub fn reachability(&self) -> &[f64] {
        &self.reached.reachability
    }

    /// The distance from which on each row is core; infinite beyond `max_eps`.
    pub fn core_distances(&self) -> &[f64] {
        &self.reached.core_distances
    }

    /// The row from which each row was reached.
    pub fn predecessors(&self) -> &[Option<u32>] {
        &self.reached.predecessors
    }

    /// All clusters, those within others before these: the first and the last place in the order of the walk.
    pub fn hierarchy(&self) -> &[(u32, u32)] {
        &self.hierarchy
    }

    /// The labels that [`Dbscan`](crate::learn::Dbscan) gives at this eps, but for some border rows, which are
    /// noise here. Clusters are numbered in the order of the walk.
    ///
    /// # Errors
    /// An eps that is no number, below 0, or above the `max_eps` of the fit.
    pub fn labels_at(&self, eps: f64) -> Result<Vec<u32>> {
        let limit = self.max_eps.unwrap_or(f64::INFINITY);
        if !(eps >= 0.0 && eps <= limit) {
            return invalid_parameter("OpticsModel", "eps", format!("from 0 to max_eps ({limit})"), eps);
        }
        let mut labels = vec![NOISE; self.labels.len()];
        let mut next = NOISE;
        for &row in self.order() {
            let of = |values: &[f64]| values.get(row as usize).copied().unwrap_or(f64::INFINITY);
            let (far, core) = (of(self.reachability()) > eps, of(self.core_distances()) <= eps);
            if far && core {
                next = next.wrapping_add(1);
            }
            if let Some(label) = labels.get_mut(row as usize).filter(|_| !far || core) {
                *label = next;
            }
        }
        Ok(labels)
    }
}

impl Clustering for OpticsModel {
    fn labels(&self) -> &[u32] {
        &self.labels
    }

    fn n_clusters(&self) -> usize {
        self.n_clusters as usize
    }
}
