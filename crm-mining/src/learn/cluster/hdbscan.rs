//! HDBSCAN: the clusters of every density that last longest.

mod condense;
mod distinct;
mod saved;
mod select;
mod spanning;

use crate::data::Features;
use crate::error::{ErrorKind, Result, invalid_parameter};
use crate::learn::cluster::kd_tree::scale_of;
use crate::learn::cluster::{Clustering, bounded};
use crate::model::{Control, Fit};
use condense::condense;
use distinct::Distinct;
use saved::SavedHdbscan;
use select::select;
use serde::{Deserialize, Serialize};
use spanning::spanning_tree;

const STAGE: &str = "HDBSCAN";

/// Which clusters of the tree become labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClusterSelection {
    /// Those that together last longest (excess of mass).
    #[default]
    ExcessOfMass,
    /// Those that hold no other: more and smaller ones.
    Leaf,
}

/// HDBSCAN: looks at [`Dbscan`](crate::learn::Dbscan) for every eps at once, and keeps the clusters that last
/// over the widest range of densities.
///
/// Use it where clusters differ in density and shape, their number is not known, and some rows belong nowhere;
/// `min_cluster_size`, the smallest group worth a name, is the one setting that matters. Standardize features
/// first ([`Standardize`](crate::feature::Standardize)).
///
/// | setting | meaning | default |
/// |---|---|---|
/// | `min_cluster_size` | rows of a cluster at least | 5 |
/// | `min_samples` | rows nearby, itself included, that make the distance at which a row is core; `None` for `min_cluster_size` | `None` |
/// | `cluster_selection_epsilon` | clusters that part at a smaller distance stay one, in the units of the features | 0 |
/// | `allow_single_cluster` | whether all rows together may be the only cluster | false |
/// | `selection` | which clusters of the tree become labels | excess of mass |
///
/// Fitting gives an [`HdbscanModel`]: labels and probabilities of scikit-learn up to the numbers of clusters,
/// the condensed tree, persistences and outlier scores of the `hdbscan` package. There `min_samples` leaves the
/// row itself out: `min_samples = 4` there is 5 here and in scikit-learn. Clusters are numbered by size, the
/// largest first; of equals, the one with the smallest row of values.
///
/// **Ties.** Edges of equal length are taken out at once, as the paper has it. A row is often equally far from
/// two clusters, because the distance at which it is core counts for all its neighbors: it leaves when they
/// part, and belongs to neither. The peers take such edges out one by one, in an order that hangs on the order
/// of rows and an unstable sort, and give the row to one of the two; a label of theirs at such a row, and a
/// cluster that lasts over no range of distances at all, is not to be had here. In return the order of rows does
/// not matter, and equal rows fare alike. With many equal distances, as counts have, the peers' clusters are one
/// outcome of many, and may differ from ours more.
///
/// Two more differences: with fewer rows than `min_cluster_size`, all are noise, even with
/// `allow_single_cluster`; and that setting holds for leaves too, when nothing parts.
///
/// # Errors
/// A setting out of range; fewer than 2 or `min_samples` rows; values of 1e140 or more in size.
///
/// # Complexity
/// The minimum spanning tree by Borůvka's rounds over a kd-tree: O(rows · log² rows) time in few features where
/// rows are clustered, O(rows² · log rows) at worst. Memory O(rows · features).
///
/// # Reference
/// R. J. G. B. Campello, D. Moulavi and J. Sander (2013), Density-based clustering based on hierarchical density
/// estimates. R. J. G. B. Campello, D. Moulavi, A. Zimek and J. Sander (2015), Hierarchical density estimates for
/// data clustering, visualization, and outlier detection. C. Malzer and M. Baum (2020), A hybrid approach to
/// hierarchical density-based cluster selection. Details as in scikit-learn 1.9.
///
/// # Example
/// ```
/// use crm_mining::{Fit, data::Features, learn::{Clustering, Hdbscan, NOISE}};
///
/// let orders = Features::new(["orders"], vec![1.0, 9.0, 1.5, 90.0, 9.25, 2.0, 9.5, 9.75])?;
/// let model = Hdbscan::new(3).fit(&orders)?;
/// assert_eq!(model.labels(), [1, 0, 1, NOISE, 0, 1, 0, 0]);
/// assert_eq!((model.n_clusters(), model.n_noise()), (2, 1));
/// assert!(model.outlier_scores()[3] > 0.9);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hdbscan {
    /// Rows of a cluster at least.
    pub min_cluster_size: usize,
    /// Rows nearby, itself included, that make the distance at which a row is core.
    pub min_samples: Option<usize>,
    /// Clusters that part at a smaller distance stay one.
    pub cluster_selection_epsilon: f64,
    /// Whether all rows together may be the only cluster.
    pub allow_single_cluster: bool,
    /// Which clusters of the tree become labels.
    pub selection: ClusterSelection,
}

impl Default for Hdbscan {
    fn default() -> Self {
        Hdbscan::new(5)
    }
}

impl Hdbscan {
    /// The default settings for clusters of at least so many rows.
    pub fn new(min_cluster_size: usize) -> Hdbscan {
        Hdbscan {
            min_cluster_size,
            min_samples: None,
            cluster_selection_epsilon: 0.0,
            allow_single_cluster: false,
            selection: ClusterSelection::ExcessOfMass,
        }
    }

    fn min_samples(&self) -> usize {
        self.min_samples.unwrap_or(self.min_cluster_size)
    }

    fn check(&self, features: &Features) -> Result<()> {
        if self.min_cluster_size < 2 {
            return invalid_parameter("Hdbscan", "min_cluster_size", "at least 2", self.min_cluster_size);
        }
        if self.min_samples() == 0 {
            return invalid_parameter("Hdbscan", "min_samples", "at least 1", 0);
        }
        let epsilon = self.cluster_selection_epsilon;
        if !(epsilon >= 0.0 && epsilon.is_finite()) {
            let must_be = "finite and at least 0";
            return invalid_parameter("Hdbscan", "cluster_selection_epsilon", must_be, epsilon);
        }
        let (needed, got) = (self.min_samples().max(2), features.n_rows());
        if got < needed {
            return Err(ErrorKind::NotEnoughData { of: "Hdbscan", needed, unit: "rows", got }.into());
        }
        bounded("Hdbscan", features.values())
    }
}

impl Fit<Features> for Hdbscan {
    type Model = HdbscanModel;

    fn fit_with(&self, features: &Features, control: &Control) -> Result<HdbscanModel> {
        self.check(features)?;
        let scale = scale_of(features);
        let distinct = Distinct::new(features, scale);
        let tree = spanning_tree(&distinct, self.min_samples(), control)?;
        control.check(STAGE)?;
        let condensed = condense(&tree, &distinct.weights, self.min_cluster_size);
        let selected = select(&condensed, self, self.cluster_selection_epsilon * scale);
        let per_row = |values: &[f64]| distinct.per_row(values);
        let (labels, clusters, persistences) = selected.numbered(&condensed, &distinct.weights);
        let departures: Vec<Departure> = condensed
            .points
            .iter()
            .map(|point| Departure { cluster: point.cluster, distance: point.distance / scale })
            .collect();
        Ok(HdbscanModel {
            labels: distinct.per_row(&labels),
            probabilities: per_row(&selected.probabilities(&condensed)),
            outlier_scores: per_row(&condensed.outlier_scores()),
            departures: distinct.per_row(&departures),
            persistences,
            tree: condensed.tree(&clusters, scale),
        })
    }
}

/// One cluster of the condensed tree. The first holds all rows; a cluster comes after the one it is part of.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CondensedCluster {
    /// The cluster it is part of; none for the first.
    pub parent: Option<u32>,
    /// The distance at which it parted from the rest of that; none for the first.
    pub distance: Option<f64>,
    /// Its rows when it parted.
    pub size: usize,
    /// The label that it gives, when it was selected.
    pub label: Option<u32>,
}

/// Where a row leaves the condensed tree.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Departure {
    /// The smallest cluster of the condensed tree that the row is in.
    pub cluster: u32,
    /// The distance at which it leaves it, alone or with too few others.
    pub distance: f64,
}

/// Clusters of every density: what [`Hdbscan`] learns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SavedHdbscan", into = "SavedHdbscan")]
pub struct HdbscanModel {
    labels: Vec<u32>,
    probabilities: Vec<f64>,
    outlier_scores: Vec<f64>,
    departures: Vec<Departure>,
    persistences: Vec<f64>,
    tree: Vec<CondensedCluster>,
}

impl HdbscanModel {
    /// The cluster of each row of the fit, [`NOISE`](crate::learn::NOISE) for none.
    pub fn labels(&self) -> &[u32] {
        &self.labels
    }

    /// How firmly each row belongs to its cluster: 1 in its densest part, 0 for noise.
    pub fn probabilities(&self) -> &[f64] {
        &self.probabilities
    }

    /// GLOSH: how much sparser it is around a row than in the densest part of the cluster next to it, from 0 to
    /// 1.
    pub fn outlier_scores(&self) -> &[f64] {
        &self.outlier_scores
    }

    /// How long each cluster lasts, from 0 to 1: its stability as a share of the most that its size allows; 1
    /// when some rows are so equal that there is no most.
    pub fn persistences(&self) -> &[f64] {
        &self.persistences
    }

    /// All clusters of every density.
    pub fn tree(&self) -> &[CondensedCluster] {
        &self.tree
    }

    /// Where each row leaves the tree.
    pub fn departures(&self) -> &[Departure] {
        &self.departures
    }
}

impl Clustering for HdbscanModel {
    fn labels(&self) -> &[u32] {
        &self.labels
    }

    fn n_clusters(&self) -> usize {
        self.persistences.len()
    }
}
