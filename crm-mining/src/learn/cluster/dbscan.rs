//! DBSCAN: clusters of any shape where rows lie dense, and noise between them.

mod grid;
mod saved;
mod touch;
mod tree;

use crate::data::Features;
use crate::error::{ErrorKind, Result, invalid_parameter};
use crate::learn::cluster::kd_tree::{KdTree, Visitor, scale_of};
use crate::learn::cluster::{Clustering, NOISE, bounded};
use crate::model::{Control, Fit, Predict};
use grid::Grid;
use hashbrown::HashMap;
use rayon::prelude::*;
use saved::SavedDbscan;
use serde::{Deserialize, Serialize};

const STAGE: &str = "DBSCAN";

/// DBSCAN: rows with many rows nearby are dense; dense rows in reach of each other form a cluster, whatever
/// its shape; rows in reach of no dense row are noise.
///
/// Use it where clusters are not round, their number is not known, and some rows belong nowhere. One `eps`
/// holds for all: standardize features first ([`Standardize`](crate::feature::Standardize)), and take
/// [`Hdbscan`](crate::learn::Hdbscan) when some clusters are much denser than others.
///
/// A row is *core* when at least `min_points` rows, itself among them, lie at most `eps` away (Euclidean). Core
/// rows at most `eps` apart belong together. A row that is not core, but at most `eps` from a core row, is a
/// *border* row.
///
/// | setting | meaning | default |
/// |---|---|---|
/// | `eps` | the distance that counts as near, in the units of the features | – |
/// | `min_points` | rows nearby, itself included, that make a row core | 5 |
///
/// Fitting gives a [`DbscanModel`], with the labels of scikit-learn: clusters are numbered in the order of
/// their first core row, and a border row of several clusters belongs to the one numbered first. So when rows
/// come in another order, core rows and clusters stay what they are, while numbers, and with them border rows
/// between two clusters, may change. The bits are the same on any number of threads.
///
/// # Errors
/// A setting out of range; no row; values of 1e140 or more in size.
///
/// # Complexity
/// Up to three features: a grid of cells no wider than `eps`; O(rows · log rows) time to sort, then for each
/// row no more than `min_points` neighbors and the 125 cells around. More features: a kd-tree, whose nodes are
/// counted and joined as a whole where they lie in reach as a whole; O(rows · log rows) time where clusters are
/// compact, O(rows²) at worst. Memory O(rows · features), whatever the number of neighbors.
///
/// # Reference
/// M. Ester, H.-P. Kriegel, J. Sander and X. Xu (1996), A density-based algorithm for discovering clusters in
/// large spatial databases with noise. The grid after A. Gunawan (2013), A faster algorithm for DBSCAN.
///
/// # Example
/// ```
/// use crm_mining::{Fit, Predict, data::Features, learn::{Dbscan, NOISE}};
///
/// let orders = Features::new(["orders"], vec![1.0, 9.0, 1.5, 30.0, 9.5, 2.0, 10.0])?;
/// let model = Dbscan { min_points: 3, ..Dbscan::new(0.5) }.fit(&orders)?;
/// assert_eq!(model.labels(), [0, 1, 0, NOISE, 1, 0, 1]);
/// assert_eq!(model.core_rows(), [2, 4]);
/// assert_eq!(model.predict(&Features::new(["orders"], vec![1.2, 4.0])?)?, [0, NOISE]);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dbscan {
    /// The distance that counts as near.
    pub eps: f64,
    /// Rows nearby, itself included, that make a row core.
    pub min_points: usize,
}

impl Dbscan {
    /// Five rows within `eps` make a row core.
    pub fn new(eps: f64) -> Dbscan {
        Dbscan { eps, min_points: 5 }
    }
}

/// What makes rows near and core: a squared distance, in the scale of the search, and a number.
struct Rule {
    square: f64,
    min_points: usize,
}

/// Rows on their way to clusters.
struct Division {
    /// The set of each core row; [`NOISE`] for others.
    sets: Vec<u32>,
    labels: Vec<u32>,
    n_clusters: u32,
}

impl Division {
    fn new(n_rows: usize) -> Division {
        Division { sets: vec![NOISE; n_rows], labels: vec![NOISE; n_rows], n_clusters: 0 }
    }

    /// Numbers the sets in the order of their first core row.
    fn number(&mut self) {
        let mut numbers: HashMap<u32, u32> = HashMap::new();
        for (label, set) in self.labels.iter_mut().zip(&self.sets).filter(|(_, set)| **set != NOISE) {
            let next = numbers.len() as u32;
            *label = *numbers.entry(*set).or_insert(next);
        }
        self.n_clusters = numbers.len() as u32;
    }
}

impl Fit<Features> for Dbscan {
    type Model = DbscanModel;

    fn fit_with(&self, features: &Features, control: &Control) -> Result<DbscanModel> {
        if !(self.eps > 0.0 && self.eps.is_finite()) {
            return invalid_parameter("Dbscan", "eps", "finite and above 0", self.eps);
        }
        if self.min_points == 0 {
            return invalid_parameter("Dbscan", "min_points", "at least 1", self.min_points);
        }
        if features.n_rows() == 0 {
            return Err(ErrorKind::NotEnoughData { of: "Dbscan", needed: 1, unit: "rows", got: 0 }.into());
        }
        bounded("Dbscan", features.values())?;
        let (width, scale) = (features.n_features(), scale_of(features));
        let points: Vec<f64> = features.values().iter().map(|x| x * scale).collect();
        let eps = self.eps * scale;
        let rule = Rule { square: eps * eps, min_points: self.min_points };
        let division = match Grid::new(&points, width, eps) {
            Some(grid) => grid.divide(&rule, control)?,
            None => tree::divide(&points, width, &rule, control)?,
        };
        let is_core = |row: &u32| division.sets.get(*row as usize).is_some_and(|&set| set != NOISE);
        let core_rows: Vec<u32> = (0..features.n_rows() as u32).filter(is_core).collect();
        Ok(DbscanModel {
            feature_names: features.names().to_vec(),
            eps: self.eps,
            core_points: features.select(&core_rows).values().to_vec(),
            core_rows,
            labels: division.labels,
            n_clusters: division.n_clusters,
        })
    }
}

/// Fitted dense clusters: what [`Dbscan`] learns. It keeps the values of the core rows, because new rows are
/// told by the core rows near them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SavedDbscan", into = "SavedDbscan")]
pub struct DbscanModel {
    feature_names: Vec<String>,
    eps: f64,
    labels: Vec<u32>,
    core_rows: Vec<u32>,
    core_points: Vec<f64>,
    n_clusters: u32,
}

impl DbscanModel {
    /// The cluster of each row of the fit, [`NOISE`] for none.
    pub fn labels(&self) -> &[u32] {
        &self.labels
    }

    /// The numbers of the core rows, ascending.
    pub fn core_rows(&self) -> &[u32] {
        &self.core_rows
    }

    /// The values of the core rows, row after row.
    pub fn core_points(&self) -> &[f64] {
        &self.core_points
    }

    /// Whether a row of the fit is core.
    pub fn is_core(&self, row: usize) -> bool {
        u32::try_from(row).is_ok_and(|row| self.core_rows.binary_search(&row).is_ok())
    }

    /// The distance that counts as near.
    pub fn eps(&self) -> f64 {
        self.eps
    }

    /// The features of the fit.
    pub fn feature_names(&self) -> &[String] {
        &self.feature_names
    }

    fn core_label(&self, core: u32) -> u32 {
        let row = self.core_rows.get(core as usize).map_or(usize::MAX, |&row| row as usize);
        self.labels.get(row).copied().unwrap_or(NOISE)
    }
}

impl Clustering for DbscanModel {
    fn labels(&self) -> &[u32] {
        &self.labels
    }

    fn n_clusters(&self) -> usize {
        self.n_clusters as usize
    }
}

impl Predict<Features> for DbscanModel {
    /// The cluster of the nearest core row at most eps away, the smallest number of equally near ones; [`NOISE`]
    /// when there is none. A border row between two clusters, which at the fit went to the first, goes to the
    /// nearer one here.
    type Output = Vec<u32>;

    fn predict(&self, features: &Features) -> Result<Vec<u32>> {
        features.expect_names("DbscanModel", &self.feature_names)?;
        bounded("DbscanModel", features.values())?;
        let mut labels = vec![NOISE; features.n_rows()];
        if self.core_points.is_empty() || labels.is_empty() {
            return Ok(labels);
        }
        let cores = Features::new(self.feature_names.iter(), self.core_points.clone())?;
        let (width, scale) = (features.n_features(), scale_of(&cores));
        let scaled = |features: &Features| features.values().iter().map(|x| x * scale).collect::<Vec<f64>>();
        let tree = KdTree::new(&scaled(&cores), width);
        let core_labels: Vec<u32> = tree.rows().iter().map(|&core| self.core_label(core)).collect();
        let points = scaled(features);
        let eps = self.eps * scale;
        let nearest = |point: &[f64]| {
            let mut nearest = NearestCore { labels: &core_labels, reach: eps * eps, best: NOISE };
            tree.walk(point, &mut nearest);
            nearest.best
        };
        labels
            .par_iter_mut()
            .zip(points.par_chunks(width))
            .for_each(|(label, point)| *label = nearest(point));
        Ok(labels)
    }
}

/// The smallest label among the nearest core points within reach.
struct NearestCore<'a> {
    labels: &'a [u32],
    reach: f64,
    best: u32,
}

impl Visitor for NearestCore<'_> {
    fn skips(&mut self, _: usize, least: f64) -> bool {
        least > self.reach
    }

    fn leaf(&mut self, _: usize, start: usize, squares: &[f64]) {
        for (&square, &label) in squares.iter().zip(self.labels.iter().skip(start)) {
            if square < self.reach || (square == self.reach && label < self.best) {
                (self.reach, self.best) = (square, label);
            }
        }
    }
}
