//! How good a division into clusters is, and how far two agree.

use super::rows::Shape;
use crate::error::invalid_parameter;
use crate::report::Chart;
use crate::run::run;
use crm_mining::learn::{
    self, Contingency, calinski_harabasz, davies_bouldin, simplified_silhouette, within_dispersion,
};
use crm_mining::report;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;

/// How well a division separates its clusters. Made by `silhouette` and `simplified_silhouette`.
#[pyclass(frozen, eq, get_all, module = "crm_mining.learn")]
#[derive(PartialEq)]
pub(crate) struct SilhouetteScore {
    /// The mean over the rows: near 1 well separated, 0 no better than chance, below 0 worse.
    mean: f64,
    /// The mean over the rows of each cluster.
    clusters: Vec<f64>,
    /// How many rows were scored, when not all were.
    sampled: Option<usize>,
    /// The standard error of the mean, when a sample of 256 rows or more was scored.
    standard_error: Option<f64>,
    /// Rows that belong to no cluster, left out.
    n_noise: usize,
}

#[pymethods]
impl SilhouetteScore {
    fn __repr__(&self) -> String {
        format!("silhouette {:.4} of {} clusters", self.mean, self.clusters.len())
    }
}

impl From<learn::SilhouetteScore> for SilhouetteScore {
    fn from(score: learn::SilhouetteScore) -> SilhouetteScore {
        let learn::SilhouetteScore { mean, clusters, sampled, standard_error, n_noise } = score;
        SilhouetteScore { mean, clusters, sampled, standard_error, n_noise }
    }
}

/// Labels out of the bytes of an array.
pub(super) fn labels(bytes: &[u8]) -> Vec<u32> {
    bytes.as_chunks().0.iter().map(|bytes| u32::from_ne_bytes(*bytes)).collect()
}

#[pyfunction]
#[pyo3(name = "_silhouette", signature = (rows, clusters, settings))]
pub(crate) fn silhouette(
    py: Python<'_>,
    rows: Shape,
    clusters: PyBackedBytes,
    settings: Option<(usize, u64)>,
) -> PyResult<SilhouetteScore> {
    let score = run(py, None, move |control| {
        let (features, labels) = (rows.features()?, labels(&clusters));
        match settings {
            None => simplified_silhouette(features, &labels),
            Some((sample, seed)) => {
                let silhouette = learn::Silhouette { sample, seed };
                let one = silhouette.score_all(features, &[&labels], control)?;
                one.into_iter().next().map_or_else(|| silhouette.score(features, &labels), Ok)
            }
        }
    })?;
    Ok(score.into())
}

/// The rows scored, and the silhouette of each.
#[pyfunction]
#[pyo3(name = "_silhouettes", signature = (rows, clusters, sample, seed))]
pub(crate) fn silhouettes(
    py: Python<'_>,
    rows: Shape,
    clusters: PyBackedBytes,
    sample: usize,
    seed: u64,
) -> PyResult<(Vec<u32>, Vec<f64>)> {
    let samples = run(py, None, move |_| {
        learn::Silhouette { sample, seed }.samples(rows.features()?, &labels(&clusters))
    })?;
    Ok((samples.rows, samples.values))
}

/// The silhouettes of the rows of each cluster as a chart.
#[pyfunction]
#[pyo3(name = "_silhouette_chart", signature = (rows, clusters, sample, seed))]
pub(crate) fn silhouette_chart(
    py: Python<'_>,
    rows: Shape,
    clusters: PyBackedBytes,
    sample: usize,
    seed: u64,
) -> PyResult<Chart> {
    Chart::made(py, move || {
        let samples = learn::Silhouette { sample, seed }.samples(rows.features()?, &labels(&clusters))?;
        Ok(report::silhouette_chart(&samples))
    })
}

/// The measure of this name of a division.
#[pyfunction]
#[pyo3(name = "_separation", signature = (measure, rows, clusters))]
pub(crate) fn separation(
    py: Python<'_>,
    measure: &str,
    rows: Shape,
    clusters: PyBackedBytes,
) -> PyResult<f64> {
    let measure = match measure {
        "calinski_harabasz" => calinski_harabasz,
        "davies_bouldin" => davies_bouldin,
        "within_dispersion" => within_dispersion,
        other => return Err(invalid_parameter("_separation", "measure", "the name of one", other)),
    };
    run(py, None, move |_| measure(rows.features()?, &labels(&clusters)))
}

/// The measure of this name of two divisions.
#[pyfunction]
#[pyo3(name = "_agreement", signature = (measure, a, b))]
pub(crate) fn agreement(py: Python<'_>, measure: &str, a: PyBackedBytes, b: PyBackedBytes) -> PyResult<f64> {
    let measure = match measure {
        "adjusted_rand" => Contingency::adjusted_rand,
        "mutual_information" => Contingency::mutual_information,
        "normalized_mutual_information" => Contingency::normalized_mutual_information,
        "adjusted_mutual_information" => Contingency::adjusted_mutual_information,
        "variation_of_information" => Contingency::variation_of_information,
        "homogeneity" => Contingency::homogeneity,
        "completeness" => Contingency::completeness,
        "v_measure" => Contingency::v_measure,
        other => return Err(invalid_parameter("_agreement", "measure", "the name of one", other)),
    };
    run(py, None, move |_| Ok(measure(&Contingency::new(&labels(&a), &labels(&b))?)))
}
