//! The gap statistic.

use super::rows::read;
use crate::convert::{choice, word};
use crate::given::Ks;
use crate::run::run;
use crate::settings::settings;
use crm_mining::learn;
use pyo3::prelude::*;

/// The gap statistic: for each number k of clusters, how far the logarithm of the dispersion within k-means clusters
/// lies below its mean in reference data without clusters.
///
/// Use it to ask whether there are clusters at all: it is defined for k = 1, where silhouettes are not. Standardize
/// first. The reference data have as many rows, uniform in a box around the rows. `GapAt.first_sufficient` is the rule
/// of the authors; it finds clusters that are round and apart. Overlapping ones often count as one, and so do three in
/// a row: look at all gaps.
///
/// Parameters
/// ----------
/// references : int, default 20
///     Sets of reference data.
/// shape : {"box", "principal"}, default "box"
///     Where they are drawn: in the smallest box whose sides follow the features, or the principal axes of the rows,
///     which is better where features go together.
/// n_init : int, default 3
///     Starts of k-means, of the data and of the references alike.
/// seed : int, default 42
///     Of the random numbers.
///
/// References
/// ----------
/// R. Tibshirani, G. Walther and T. Hastie (2001), Estimating the number of clusters in a data set via the gap
/// statistic. ``clusGap`` of R has it with ``d.power = 2``.
///
/// Examples
/// --------
/// >>> orders = [[i % 2 * 100.0 + i % 7] for i in range(60)]
/// >>> gaps = crm.learn.Gap().score(orders, (1, 5))
/// >>> [at.k for at in gaps], crm.learn.GapAt.first_sufficient(gaps)
/// ([1, 2, 3, 4, 5], 2)
#[pyclass(frozen, eq, module = "crm_mining.learn")]
#[derive(PartialEq)]
pub(crate) struct Gap(pub(super) learn::Gap);

settings! { Gap {
    #[new]
    #[pyo3(signature = (references = 20, shape = "box", n_init = 3, seed = 42))]
    fn new(
        #[pyo3(from_py_with = crate::given::gap::references)] references: usize,
        shape: &str,
        #[pyo3(from_py_with = crate::given::gap::n_init)] n_init: usize,
        #[pyo3(from_py_with = crate::given::gap::seed)] seed: u64,
    ) -> PyResult<Gap> {
        let shape = choice("Gap", "shape", shape)?;
        Ok(Gap(learn::Gap { references, shape, n_init, seed }))
    }

    /// Sets of reference data.
    #[getter]
    fn references(&self) -> usize {
        self.0.references
    }

    /// Where they are drawn.
    #[getter]
    fn shape(&self) -> String {
        word(&self.0.shape)
    }

    /// Starts of k-means.
    #[getter]
    fn n_init(&self) -> usize {
        self.0.n_init
    }

    /// Of the random numbers.
    #[getter]
    fn seed(&self) -> u64 {
        self.0.seed
    }

    /// The gap at each number of clusters that is below the number of distinct rows.
    ///
    /// Parameters
    /// ----------
    /// X : array or frame
    ///     The rows.
    /// k : int, pair of ints or range
    ///     One number of clusters, or the first and the last.
    /// progress : callable, optional
    ///     Called with stage, done and total as the work goes on.
    ///
    /// Returns
    /// -------
    /// list of GapAt
    ///
    /// Raises
    /// ------
    /// InvalidParameter
    ///     A setting out of range; no number of clusters, or 0.
    /// NotEnoughData
    ///     No number of clusters below that of the distinct rows.
    /// Overflow
    ///     Values of 1e140 or more in size.
    #[pyo3(signature = (X, k, *, progress = None))]
    #[allow(non_snake_case, reason = "as the estimators call it")]
    fn score(
        &self,
        py: Python<'_>,
        X: &Bound<'_, PyAny>,
        k: Ks,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Vec<GapAt>> {
        let (settings, (rows, _)) = (self.0.clone(), read("Gap", X)?);
        let gaps = run(py, progress, move |control| settings.score(&rows, k.0, control))?;
        Ok(gaps.into_iter().map(GapAt).collect())
    }
} }

/// The gap at one number of clusters. Made by `Gap.score`.
#[pyclass(frozen, eq, module = "crm_mining.learn")]
#[derive(PartialEq)]
pub(crate) struct GapAt(learn::GapAt);

#[pymethods]
impl GapAt {
    /// Number of clusters.
    #[getter]
    fn k(&self) -> usize {
        self.0.k
    }

    /// How far the logarithm of the dispersion lies below that of reference data.
    #[getter]
    fn gap(&self) -> f64 {
        self.0.gap
    }

    /// Of the gap, for the references being so many: s_k of the authors.
    #[getter]
    fn standard_error(&self) -> f64 {
        self.0.standard_error
    }

    /// The smallest number of clusters whose gap reaches the next one less its standard error.
    ///
    /// Parameters
    /// ----------
    /// gaps : list of GapAt
    ///     Gaps, ascending by k.
    ///
    /// Returns
    /// -------
    /// int or None
    ///     None when there is none: the gaps end before.
    #[staticmethod]
    fn first_sufficient(gaps: Vec<Bound<'_, GapAt>>) -> Option<usize> {
        learn::GapAt::first_sufficient(&gaps.iter().map(|gap| gap.get().0).collect::<Vec<_>>())
    }

    fn __repr__(&self) -> String {
        let learn::GapAt { k, gap, standard_error } = self.0;
        format!("gap {gap:.4} of {k} clusters, standard error {standard_error:.4}")
    }
}
