//! Numbers of clusters side by side.

use super::estimator::Fitted;
use super::gap::Gap;
use super::measures::SilhouetteScore;
use super::rows::read;
use super::stability::Stability;
use crate::convert::{over, plain};
use crate::given::Ks;
use crate::run::run;
use crate::settings::settings;
use crate::table::Table;
use crm_mining::Fit;
use crm_mining::learn::{self, KMeans, KMeansModel};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyRange};
use std::sync::Arc;

/// K-means with each number of clusters of a range, and all that speaks for or against each.
///
/// Use it to see what the measures say side by side; none is right for all data, and none is made the judge here.
/// Standardize first. Distances between rows are computed once for all numbers of clusters. K-means runs until no row
/// changes its cluster.
///
/// Parameters
/// ----------
/// k : int, pair of ints or range
///     One number of clusters, or the first and the last, from 1.
/// n_init : int, default 10
///     Starts of k-means for each.
/// seed : int, default 42
///     Of its random numbers.
/// silhouette : dict, optional
///     How silhouettes are sampled: "sample", the rows from which on only so many are scored, 20,000 when left out, and
///     "seed".
/// gap : Gap, optional
///     How gaps are computed; they are not when left out.
/// stability : Stability, optional
///     How clusters are divided again; they are not when left out.
///
/// References
/// ----------
/// G. W. Milligan and M. C. Cooper (1985), An examination of procedures for determining the number of clusters in a
/// data set; and those of the measures.
///
/// Examples
/// --------
/// >>> orders = [[i % 3 * 100.0 + i % 7] for i in range(60)]
/// >>> comparison = crm.learn.CompareK((1, 5)).fit(orders)
/// >>> max(comparison.reports[1:], key=lambda report: report["silhouette"])["k"]
/// 3
/// >>> comparison.models[2].cluster_centers_.round(2).tolist()
/// [[2.95], [102.9], [202.85]]
#[pyclass(frozen, eq, module = "crm_mining.learn")]
#[derive(PartialEq)]
pub(crate) struct CompareK(learn::CompareK);

settings! { CompareK {
    #[new]
    #[pyo3(signature = (k, n_init = 10, seed = 42, silhouette = None, gap = None, stability = None))]
    fn new(
        py: Python<'_>,
        k: Ks,
        #[pyo3(from_py_with = crate::given::compare_k::n_init)] n_init: usize,
        #[pyo3(from_py_with = crate::given::compare_k::seed)] seed: u64,
        silhouette: Option<&Bound<'_, PyDict>>,
        gap: Option<&Bound<'_, Gap>>,
        stability: Option<&Bound<'_, Stability>>,
    ) -> PyResult<CompareK> {
        let silhouette = over(py, "CompareK", "silhouette", silhouette)?;
        let gap = gap.map(|gap| gap.get().0.clone());
        let stability = stability.map(|stability| stability.get().0.clone());
        Ok(CompareK(learn::CompareK { k: k.0, n_init, seed, silhouette, gap, stability }))
    }

    /// The first and the last number of clusters.
    #[getter]
    fn k(&self) -> (usize, usize) {
        (*self.0.k.start(), *self.0.k.end())
    }

    /// Starts of k-means for each.
    #[getter]
    fn n_init(&self) -> usize {
        self.0.n_init
    }

    /// Of its random numbers.
    #[getter]
    fn seed(&self) -> u64 {
        self.0.seed
    }

    /// How silhouettes are sampled.
    #[getter]
    fn silhouette<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.silhouette)
    }

    /// Whether and how gaps are computed.
    #[getter]
    fn gap(&self) -> Option<Gap> {
        self.0.gap.clone().map(Gap)
    }

    /// Whether and how clusters are divided again.
    #[getter]
    fn stability(&self) -> Option<Stability> {
        self.0.stability.clone().map(Stability)
    }

    /// Divides rows into each number of clusters, and measures each division.
    ///
    /// Parameters
    /// ----------
    /// X : array or frame
    ///     Rows of numbers: anything numpy reads, or a frame that speaks Arrow, whose columns keep their names.
    /// progress : callable, optional
    ///     Called with stage, done and total as the work goes on.
    ///
    /// Returns
    /// -------
    /// KComparison
    ///
    /// Raises
    /// ------
    /// InvalidParameter
    ///     A setting out of range; no number of clusters, or 0.
    /// TooManyClusters
    ///     Fewer distinct rows than the smallest number of clusters.
    /// Overflow
    ///     Values of 1e140 or more in size.
    #[pyo3(signature = (X, *, progress = None))]
    #[allow(non_snake_case, reason = "as the estimators call it")]
    fn fit<'py>(
        &self,
        py: Python<'py>,
        X: &Bound<'py, PyAny>,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, KComparison>> {
        let (rows, names) = read("CompareK", X)?;
        let settings = self.0.clone();
        let found = Arc::new(run(py, progress, move |control| settings.fit_with(&*rows, control))?);
        let (n_init, seed, names) = (self.0.n_init, self.0.seed, names.unbind());
        let comparison = KComparison { found: found.clone(), n_init, seed, names };
        Bound::new(py, Table::of(found).add_subclass(comparison))
    }
} }

/// Numbers of clusters side by side, ascending. As a table, one row each; of the stability, the mean likeness of the
/// least stable cluster. Made by `CompareK.fit`.
#[pyclass(frozen, extends = Table, module = "crm_mining.learn")]
pub(crate) struct KComparison {
    found: Arc<learn::KComparison>,
    n_init: usize,
    seed: u64,
    /// Of the columns, if they have some.
    names: Py<PyAny>,
}

#[pymethods]
impl KComparison {
    /// What the measures say of each number of clusters, as a dict: k, inertia, silhouette and its standard error
    /// silhouette_se when it is that of a sample, calinski_harabasz, davies_bouldin, gap and its standard error gap_se,
    /// smallest_share (rows of the smallest cluster, as a share of all), and stability (clusters, resamples and refused
    /// as of `StabilityScore`). None where a measure has no value, and where it was not asked for.
    #[getter]
    fn reports<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.found.reports)
    }

    /// The clusters of each number: fitted estimators `KMeans`.
    #[getter]
    fn models<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let compared = py.import("crm_mining._kmeans")?.getattr("compared")?;
        let estimator = |model: &KMeansModel| {
            let (fitted, n_features) = (Fitted::of::<KMeans>(model.clone())?, model.feature_names().len());
            compared.call1((fitted, n_features, &self.names, model.k(), self.n_init, self.seed))
        };
        self.found.models.iter().map(estimator).collect()
    }

    /// The silhouette of each number, with those of single clusters; None for one cluster.
    #[getter]
    fn silhouettes(&self) -> Vec<Option<SilhouetteScore>> {
        self.found.silhouettes.iter().map(|score| score.clone().map(SilhouetteScore::from)).collect()
    }

    /// Numbers of clusters asked for that are above the number of distinct rows, as a range.
    #[getter]
    fn skipped<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let skipped = self.found.skipped.as_ref();
        let (first, end) = skipped.map_or((0, 0), |ks| (*ks.start(), *ks.end() as u128 + 1));
        py.get_type::<PyRange>().call1((first, end))
    }

    /// The number of clusters at the elbow of the inertia, the point farthest below the straight line from its first to
    /// its last; None where there is none.
    #[getter]
    fn elbow(&self) -> Option<usize> {
        self.found.elbow()
    }

    /// The smallest number of clusters whose gap suffices, as of `GapAt.first_sufficient`.
    #[getter]
    fn first_sufficient_gap(&self) -> Option<usize> {
        self.found.first_sufficient_gap()
    }
}
