//! Fitted medoids.

use super::measure::{Dissimilarity, Measure};
use super::pam::Outcome;
use crate::data::{Features, Mixed};
use crate::error::{Error, ErrorKind, Result};
use crate::learn::cluster::Clustering;
use crate::learn::cluster::distinct::{DistinctRows, Point};
use crate::learn::cluster::kmodes::coded;
use crate::model::Predict;
use serde::{Deserialize, Serialize};

/// Fitted clusters: what [`KMedoids`](super::KMedoids) learns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct KMedoidsModel(Fields);

/// The fields of a model, as they are saved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Fields {
    names: Vec<String>,
    categorical: Vec<String>,
    measure: Measure,
    medoids: Vec<u32>,
    /// The numbers of the medoids, as the measure takes them.
    points: Vec<Vec<f64>>,
    categories: Vec<Vec<Option<String>>>,
    labels: Vec<u32>,
    loss: f64,
    iterations: usize,
    swaps: usize,
    converged: bool,
}

/// A model as it was saved.
#[derive(Deserialize)]
struct Unchecked(Fields);

impl TryFrom<Unchecked> for KMedoidsModel {
    type Error = Error;

    fn try_from(Unchecked(fields): Unchecked) -> Result<KMedoidsModel> {
        let Fields { names, categorical, measure, medoids, points, categories, labels, .. } = &fields;
        let k = medoids.len();
        let gower = measure.dissimilarity == Dissimilarity::Gower;
        let is_sound = k > 0
            && [points.len(), categories.len()] == [k; 2]
            && points.iter().all(|point| point.len() == names.len())
            && categories.iter().all(|categories| categories.len() == categorical.len())
            && measure.n_columns == names.len() + categorical.len()
            && measure.n_columns > 0
            && (gower || categorical.is_empty())
            && measure.shares.len() == if gower { names.len() } else { 0 }
            && measure.frame.offset.len() == names.len()
            && measure.frame.scale > 0.0
            && measure.frame.scale.is_finite()
            && points
                .iter()
                .flatten()
                .chain(&measure.shares)
                .chain(&measure.frame.offset)
                .all(|v| v.is_finite())
            && labels.iter().all(|&label| (label as usize) < k);
        if !is_sound {
            let rule = "a finite number and a category for each column of each medoid".into();
            let found = format!("{k} medoids of {} columns", measure.n_columns);
            return Err(ErrorKind::Malformed { place: "KMedoidsModel".into(), rule, found }.into());
        }
        Ok(KMedoidsModel(fields))
    }
}

impl KMedoidsModel {
    /// Distinct rows ascend, so that the medoids in their order are numbered by their values.
    pub(super) fn new(
        names: &[String],
        categorical: &[String],
        categories: impl Fn(&Point) -> Vec<Option<String>>,
        measure: Measure,
        rows: &DistinctRows,
        outcome: Outcome,
    ) -> KMedoidsModel {
        let mut places = outcome.medoids;
        places.sort_unstable();
        let points: Vec<Point> = places.iter().map(|&place| rows.point(place)).collect();
        let labels = rows.spread(&measure.nearest(rows, &points));
        KMedoidsModel(Fields {
            names: names.to_vec(),
            categorical: categorical.to_vec(),
            medoids: places.iter().filter_map(|&place| rows.first.get(place).copied()).collect(),
            categories: points.iter().map(categories).collect(),
            points: points.into_iter().map(|point| point.numbers).collect(),
            labels,
            loss: measure.restored(outcome.loss),
            iterations: outcome.iterations,
            swaps: outcome.swaps,
            converged: outcome.converged,
            measure,
        })
    }

    /// Number of clusters.
    pub fn k(&self) -> usize {
        self.0.medoids.len()
    }

    /// The row of the fit that is the medoid of each cluster; of rows alike the first.
    pub fn medoids(&self) -> &[u32] {
        &self.0.medoids
    }

    /// The cluster of each row of the fit; of equally near medoids the first.
    pub fn labels(&self) -> &[u32] {
        &self.0.labels
    }

    /// The sum of the dissimilarities of the rows to their medoids.
    pub fn loss(&self) -> f64 {
        self.0.loss
    }

    /// Passes over all rows in the best start.
    pub fn iterations(&self) -> usize {
        self.0.iterations
    }

    /// Rows that took the place of a medoid in the best start.
    pub fn swaps(&self) -> usize {
        self.0.swaps
    }

    /// Whether the best start ended because no row could take the place of a medoid.
    pub fn converged(&self) -> bool {
        self.0.converged
    }

    /// The numeric columns of the fit.
    pub fn feature_names(&self) -> &[String] {
        &self.0.names
    }

    /// The categorical columns of the fit.
    pub fn categorical(&self) -> &[String] {
        &self.0.categorical
    }
}

impl Clustering for KMedoidsModel {
    fn labels(&self) -> &[u32] {
        &self.0.labels
    }

    fn n_clusters(&self) -> usize {
        self.k()
    }
}

impl Predict<Features> for KMedoidsModel {
    /// The number of the nearest medoid of each row.
    type Output = Vec<u32>;

    fn predict(&self, features: &Features) -> Result<Vec<u32>> {
        let Fields { names, categorical, measure, points, .. } = &self.0;
        features.expect_names("KMedoidsModel", &[&names[..], categorical].concat())?;
        let (mut rows, _) =
            DistinctRows::of_features("KMedoidsModel", features, |_| Ok(measure.frame.clone()))?;
        if measure.dissimilarity == Dissimilarity::Gower {
            measure.share(&mut rows);
        }
        let point = |numbers: &Vec<f64>| Point { numbers: numbers.clone(), codes: Vec::new() };
        let points: Vec<Point> = points.iter().map(point).collect();
        Ok(rows.spread(&measure.nearest(&rows, &points)))
    }
}

impl Predict<Mixed> for KMedoidsModel {
    /// The number of the nearest medoid of each row. A category that no medoid has differs from all.
    type Output = Vec<u32>;

    fn predict(&self, mixed: &Mixed) -> Result<Vec<u32>> {
        let Fields { names, categorical, measure, points, categories, .. } = &self.0;
        mixed.expect_names("KMedoidsModel", names, categorical)?;
        let (mut rows, _) = DistinctRows::of_mixed("KMedoidsModel", mixed, |_| Ok(measure.frame.clone()))?;
        if measure.dissimilarity == Dissimilarity::Gower {
            measure.share(&mut rows);
        }
        let point = |(numbers, categories): (&Vec<f64>, &Vec<Option<String>>)| Point {
            numbers: numbers.clone(),
            codes: coded(mixed, categories),
        };
        let points: Vec<Point> = points.iter().zip(categories).map(point).collect();
        Ok(rows.spread(&measure.nearest(&rows, &points)))
    }
}
