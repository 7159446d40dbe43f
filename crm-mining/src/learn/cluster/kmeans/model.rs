//! What k-means learns.

use super::lloyd::Run;
use super::matrix::bring_rows;
use super::nearest::{ALL, Centers, Nearest};
use super::rows::squared_distances;
use crate::data::Features;
use crate::error::{Error, ErrorKind, Result};
use crate::learn::cluster::{BLOCK, Clustering, Frame};
use crate::model::Predict;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// Fitted clusters: what [`KMeans`] learns.
///
/// A saved model that does not fit together is refused when it is read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Saved", into = "Saved")]
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
    pub(super) fn new(features: &Features, frame: Frame, mut run: Run) -> KMeansModel {
        let (points, rank) = ascending(&run.centers, features.n_features());
        for label in &mut run.labels {
            *label = rank.get(*label as usize).copied().unwrap_or(0);
        }
        KMeansModel {
            feature_names: features.names().to_vec(),
            centers: frame.restore(&points),
            labels: run.labels,
            inertia: run.inertia,
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

    /// The distance of every row to every center, row by row: k values for each.
    ///
    /// # Errors
    /// Features that are not those of the fit; values so large that their squares leave the range.
    pub fn distances(&self, features: &Features) -> Result<Vec<f64>> {
        features.expect_names("KMeansModel", &self.feature_names)?;
        let (width, k) = (self.feature_names.len(), self.k());
        let mut distances = vec![0.0; features.n_rows() * k];
        distances.par_chunks_mut(BLOCK * k).zip(features.values().par_chunks(BLOCK * width)).try_for_each(
            |(distances, values)| {
                let mut rows = vec![0.0; values.len()];
                bring_rows("KMeansModel", &self.frame, values, &mut rows)?;
                let mut to_one = vec![0.0; values.len() / width];
                for (cluster, center) in self.points.chunks_exact(width).enumerate() {
                    squared_distances(&rows, center, &mut to_one);
                    for (to, from) in distances.iter_mut().skip(cluster).step_by(k).zip(&to_one) {
                        *to = from.sqrt() / self.frame.scale;
                    }
                }
                Ok::<(), Error>(())
            },
        )?;
        Ok(distances)
    }
}

/// Points in ascending order of the first coordinate, then of the next, and the place of each in it.
pub(super) fn ascending(points: &[f64], width: usize) -> (Vec<f64>, Vec<u32>) {
    let mut order: Vec<(&[f64], usize)> = points.chunks_exact(width).zip(0..).collect();
    order.sort_by(|(a, _), (b, _)| {
        let differ = |(a, b): (&f64, &f64)| Some(a.total_cmp(b)).filter(|order| order.is_ne());
        a.iter().zip(*b).find_map(differ).unwrap_or(Ordering::Equal)
    });
    let mut rank = vec![0; order.len()];
    for (new, &(_, old)) in (0..).zip(&order) {
        if let Some(rank) = rank.get_mut(old) {
            *rank = new;
        }
    }
    (order.iter().flat_map(|(point, _)| *point).copied().collect(), rank)
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
        Ok(nearest_of("KMeansModel", features, &self.frame, &self.points)?.0)
    }
}

/// The number of the nearest of these points of a frame for each row, and the sum of the squared distances
/// to them in the frame.
pub(super) fn nearest_of(
    of: &'static str,
    features: &Features,
    frame: &Frame,
    points: &[f64],
) -> Result<(Vec<u32>, f64)> {
    let mut labels = vec![0; features.n_rows()];
    let centers = Centers::<f64>::new(points, features.n_features());
    let blocks =
        labels.par_chunks_mut(BLOCK).zip(features.values().par_chunks(BLOCK * features.n_features()));
    let look = |(labels, values): (&mut [u32], &[f64])| {
        let (mut rows, mut nearest) = (vec![0.0; values.len()], Nearest::new());
        bring_rows(of, frame, values, &mut rows)?;
        nearest.find(&rows, ALL.get(..labels.len()).unwrap_or_default(), &centers);
        for (label, found) in labels.iter_mut().zip(nearest.labels) {
            *label = found;
        }
        Ok(nearest.first.iter().take(labels.len()).sum())
    };
    let sums: Vec<f64> = blocks.map(look).collect::<Result<_>>()?;
    Ok((labels, sums.iter().sum()))
}

/// The fields of a model, unchecked.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Saved {
    feature_names: Vec<String>,
    frame: Frame,
    points: Vec<f64>,
    centers: Vec<f64>,
    labels: Vec<u32>,
    inertia: f64,
    iterations: usize,
    converged: bool,
}

impl From<KMeansModel> for Saved {
    fn from(model: KMeansModel) -> Saved {
        let KMeansModel { feature_names, frame, points, centers, labels, inertia, iterations, converged } =
            model;
        Saved { feature_names, frame, points, centers, labels, inertia, iterations, converged }
    }
}

impl TryFrom<Saved> for KMeansModel {
    type Error = Error;

    fn try_from(saved: Saved) -> Result<KMeansModel> {
        let Saved { feature_names, frame, points, centers, labels, inertia, iterations, converged } = saved;
        let k = check_points("KMeansModel", &feature_names, &frame, &points)?;
        if centers != frame.restore(&points) {
            return refused("KMeansModel", "centers that are the points of the frame", format!("{k} others"));
        }
        if let Some(label) = labels.iter().find(|&&label| label as usize >= k) {
            return refused("KMeansModel", "labels below the number of clusters", label.to_string());
        }
        if !(inertia.is_finite() && inertia >= 0.0) {
            return refused("KMeansModel", "an inertia that is finite and at least 0", inertia.to_string());
        }
        Ok(KMeansModel { feature_names, frame, points, centers, labels, inertia, iterations, converged })
    }
}

/// The number of points, when they and their frame can be used with these features.
pub(super) fn check_points(
    place: &str,
    feature_names: &[String],
    frame: &Frame,
    points: &[f64],
) -> Result<usize> {
    let width = feature_names.len();
    if width == 0 || points.is_empty() || !points.len().is_multiple_of(width) {
        let found = format!("{width} features and {} coordinates", points.len());
        return refused(place, "features, and as many coordinates for each center", found);
    }
    if !frame.is_sound(width) || !frame.holds(points) {
        return refused(place, "a frame for every feature, and points within it", format!("{frame:?}"));
    }
    Ok(points.len() / width)
}

pub(super) fn refused<T>(place: &str, rule: &str, found: String) -> Result<T> {
    Err(ErrorKind::Malformed { place: place.to_owned(), rule: rule.to_owned(), found }.into())
}
