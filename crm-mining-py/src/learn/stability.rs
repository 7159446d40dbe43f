//! Whether clusters come back when the rows vary.

use super::estimator::{Divide, division};
use super::measures;
use crate::convert::{kind_of, plain};
use crate::data::Features;
use crate::run::run;
use crate::settings::settings;
use crm_mining::learn;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;

/// Stability of clusters by the bootstrap: rows are drawn with replacement, divided again by the same method, and every
/// cluster is compared with the new cluster that is most like it.
///
/// Likeness is Jaccard's: the rows that both have, over the rows that one of them has, among the rows drawn. Hennig
/// reads a mean of 0.75 or more as a valid, stable cluster, 0.6 to 0.75 as a pattern whose members are doubtful, 0.5 or
/// less as a dissolved cluster. Stable clusters need not be apart: a method that always cuts a cloud in two the same
/// way is stable; look at the `silhouette` too. Rows drawn more than once count once.
///
/// Parameters
/// ----------
/// resamples : int, default 50
///     Draws of the rows.
/// seed : int, default 42
///     Of the random numbers.
///
/// References
/// ----------
/// C. Hennig (2007), Cluster-wise assessment of cluster stability, Computational Statistics & Data Analysis 52.
///
/// Examples
/// --------
/// >>> orders = [[i % 2 * 100.0 + i % 7] for i in range(60)]
/// >>> model = crm.learn.KMeans(2).fit(orders)
/// >>> score = crm.learn.Stability().score(model, orders, model.labels_)
/// >>> score.clusters[0]["mean"], score.clusters[1]["dissolved"]
/// (1.0, 0.0)
#[pyclass(frozen, eq, module = "crm_mining.learn")]
#[derive(PartialEq)]
pub(crate) struct Stability(pub(super) learn::Stability);

settings! { Stability {
    #[new]
    #[pyo3(signature = (resamples = 50, seed = 42))]
    fn new(
        #[pyo3(from_py_with = crate::given::stability::resamples)] resamples: usize,
        #[pyo3(from_py_with = crate::given::stability::seed)] seed: u64,
    ) -> Stability {
        Stability(learn::Stability { resamples, seed })
    }

    /// Draws of the rows.
    #[getter]
    fn resamples(&self) -> usize {
        self.0.resamples
    }

    /// Of the random numbers.
    #[getter]
    fn seed(&self) -> u64 {
        self.0.seed
    }

    /// The stability of the clusters that an estimator finds.
    ///
    /// Parameters
    /// ----------
    /// settings : estimator
    ///     What divides the rows: any clusterer of numbers, such as ``KMeans(3)``. Only its settings count.
    /// X : array or frame
    ///     The rows.
    /// labels : sequence of int
    ///     The cluster of each row that it finds in all of them; -1 for a row of none.
    /// progress : callable, optional
    ///     Called with stage, done and total as the work goes on.
    ///
    /// Returns
    /// -------
    /// StabilityScore
    ///
    /// Raises
    /// ------
    /// InvalidParameter
    ///     No resample; what the estimator refuses.
    /// LengthMismatch, Malformed
    ///     Labels that are not one per row, or no labels.
    /// NotEnoughData
    ///     No row in a cluster; no resample that could be divided.
    #[pyo3(signature = (settings, X, labels, *, progress = None))]
    #[allow(non_snake_case, reason = "as the estimators call it")]
    fn score(
        &self,
        settings: &Bound<'_, PyAny>,
        X: &Bound<'_, PyAny>,
        labels: &Bound<'_, PyAny>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<StabilityScore> {
        let py = settings.py();
        let divide = divide(settings)?;
        let divided = py.import("crm_mining._measures")?.call_method1("_divided", ("Stability", X, labels))?;
        let (rows, labels): (Bound<'_, Features>, PyBackedBytes) = divided.extract()?;
        let (stability, rows, labels) = (self.0.clone(), rows.get().0.clone(), measures::labels(&labels));
        let score =
            run(py, progress, move |control| stability.score_with(&rows, &labels, divide, control))?;
        Ok(StabilityScore(score))
    }
} }

/// How an estimator of Python divides rows.
fn divide(settings: &Bound<'_, PyAny>) -> PyResult<Divide> {
    let clusterer = settings.py().import("crm_mining._estimator")?.getattr("Clusterer")?;
    if !settings.is_instance(&clusterer)? {
        let got = kind_of(settings);
        return Err(PyTypeError::new_err(format!(
            "Stability: settings must be an estimator of clusters, such as KMeans(3); got {got}"
        )));
    }
    let (name, settings): (String, String) = settings.call_method0("_said")?.extract()?;
    division(&name, &settings)
}

/// How far the clusters of one division come back. Made by `Stability.score`.
#[pyclass(frozen, eq, module = "crm_mining.learn")]
#[derive(PartialEq)]
pub(crate) struct StabilityScore(learn::StabilityScore);

#[pymethods]
impl StabilityScore {
    /// Each cluster, by its number, as a dict: "mean", the mean likeness of the cluster and its counterpart over the
    /// resamples that drew a row of it, 0 when none did; "dissolved", the share of these resamples in which it was 0.5
    /// or less; "resamples", their number.
    #[getter]
    fn clusters<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.clusters)
    }

    /// Resamples that were divided again.
    #[getter]
    fn resamples(&self) -> usize {
        self.0.resamples
    }

    /// Resamples that the method refused for having too few rows or distinct rows. They count nowhere.
    #[getter]
    fn refused(&self) -> usize {
        self.0.refused
    }

    /// The mean likeness of the least stable cluster that was drawn at all.
    #[getter]
    fn smallest(&self) -> f64 {
        self.0.smallest()
    }

    fn __repr__(&self) -> String {
        let n_clusters = self.0.clusters.len();
        format!("stability {:.4} of the least stable of {n_clusters} clusters", self.0.smallest())
    }
}
