//! Groups of customers alike.

use super::RfmScores;
use crate::convert::{list, plain, word};
use crate::data::Features;
use crate::run::run;
use crate::settings::settings;
use crate::table::Table;
use crm_mining::data::{self, Column, ToTable};
use crm_mining::insight;
use crm_mining::{Fit, Predict};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyRange, PyRangeMethods, PyTuple};
use std::ops::RangeInclusive;
use std::sync::Arc;

/// Segmentation of customers: k-means on their features, with the number of segments chosen by the mean
/// silhouette.
///
/// Columns that lean right are replaced by ln(1 + x), then all are standardized. Two segments often win
/// although they only part the active customers from the rest: look at ``silhouettes`` and ``structure``,
/// and ask for 3 to 8 when finer groups are wanted.
///
/// Parameters
/// ----------
/// k : int, pair of ints or range, default (2, 8)
///     One number of segments, or the first and the last to try.
/// n_init : int, default 10
///     Starts of k-means for each number.
/// seed : int, default 42
///     Of the random numbers.
///
/// Examples
/// --------
/// >>> segments = crm.Segmentation.kmeans(2, 4).fit(crm.Rfm().score(ledger))
/// >>> sorted(segments.silhouettes)
/// [2, 3, 4]
/// >>> crm.Segmentation.kmeans(range(2, 5)) == crm.Segmentation.kmeans(2, 4)
/// True
#[pyclass(frozen, eq, module = "crm_mining")]
#[derive(PartialEq)]
pub(crate) struct Segmentation(insight::Segmentation);

/// One number, a pair of the first and the last, or a range.
struct Ks(RangeInclusive<usize>);

impl<'py> FromPyObject<'_, 'py> for Ks {
    type Error = PyErr;

    fn extract(given: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(range) = given.cast::<PyRange>() {
            let (start, stop, step) = (range.start()?, range.stop()?, range.step()?);
            if step == 1 && start >= 0 && stop > start {
                return Ok(Ks(start as usize..=(stop - 1) as usize));
            }
        }
        if let Ok(k) = given.extract::<usize>() {
            return Ok(Ks(k..=k));
        }
        if let Ok((first, last)) = given.extract::<(usize, usize)>() {
            return Ok(Ks(first..=last));
        }
        Err(PyTypeError::new_err(format!(
            "k must be a number of segments, a pair of the first and the last, or a range of step 1; got {}",
            given.repr()?
        )))
    }
}

settings! { Segmentation {
    #[new]
    #[pyo3(
        signature = (k = Ks(2..=8), n_init = 10, seed = 42),
        text_signature = "(k=(2, 8), n_init=10, seed=42)"
    )]
    fn new(k: Ks, n_init: usize, seed: u64) -> Segmentation {
        Segmentation(insight::Segmentation { k: k.0, n_init, seed })
    }

    /// K-means with each of these numbers of segments.
    ///
    /// Parameters
    /// ----------
    /// *k : int or range
    ///     One number, the first and the last, or a range; 2 to 8 when left out.
    /// n_init : int, default 10
    ///     Starts of k-means for each number.
    /// seed : int, default 42
    ///     Of the random numbers.
    ///
    /// Returns
    /// -------
    /// Segmentation
    #[staticmethod]
    #[pyo3(signature = (*k, n_init = 10, seed = 42))]
    fn kmeans(k: &Bound<'_, PyTuple>, n_init: usize, seed: u64) -> PyResult<Segmentation> {
        let k = match k.len() {
            0 => 2..=8,
            1 => k.get_item(0)?.extract::<Ks>()?.0,
            _ => k.extract::<Ks>()?.0,
        };
        Ok(Segmentation(insight::Segmentation { k, n_init, seed }))
    }

    /// The first and the last number of segments to try.
    #[getter]
    fn k(&self) -> (usize, usize) {
        (*self.0.k.start(), *self.0.k.end())
    }

    /// Starts of k-means for each number.
    #[getter]
    fn n_init(&self) -> usize {
        self.0.n_init
    }

    /// Of the random numbers.
    #[getter]
    fn seed(&self) -> u64 {
        self.0.seed
    }

    /// Finds the segments.
    ///
    /// Parameters
    /// ----------
    /// features : Features or RfmScores
    ///     How customers differ; of scores, recency, frequency and monetary value.
    /// progress : callable, optional
    ///     Called with stage, done and total as the work goes on.
    ///
    /// Returns
    /// -------
    /// Segments
    ///
    /// Raises
    /// ------
    /// TooManyClusters
    ///     Fewer distinct customers than the smallest number of segments.
    #[pyo3(signature = (features, *, progress = None))]
    fn fit<'py>(
        &self,
        py: Python<'py>,
        features: Described<'py>,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, Segments>> {
        let (settings, features) = (self.0.clone(), features.features());
        let segments = run(py, progress, move |control| settings.fit_with(&features, control))?;
        let segments = Arc::new(segments);
        Bound::new(py, Table::of(segments.clone()).add_subclass(Segments(segments)))
    }
} }

/// What describes customers in numbers.
#[derive(FromPyObject)]
pub(crate) enum Described<'py> {
    Features(Bound<'py, Features>),
    Rfm(Bound<'py, RfmScores>),
}

impl Described<'_> {
    pub(crate) fn features(&self) -> Arc<data::Features> {
        match self {
            Described::Features(features) => features.get().0.clone(),
            Described::Rfm(scores) => Arc::new(scores.get().0.features()),
        }
    }
}

/// Customers in segments. Made by `Segmentation.fit`; one row per customer.
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct Segments(pub(crate) Arc<insight::Segments>);

#[pymethods]
impl Segments {
    /// The customers; None when the features did not name them.
    #[getter]
    fn customers<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyList>>> {
        self.0.customers().map(|keys| list(py, keys)).transpose()
    }

    /// The number of segments chosen.
    #[getter]
    fn k(&self) -> usize {
        self.0.k()
    }

    /// The segment of each customer, as a position in ``segments``.
    #[getter]
    fn labels(&self) -> Vec<u32> {
        self.0.labels().to_vec()
    }

    /// Each segment with size, share, silhouette, means, medians and words, as a dict.
    #[getter]
    fn segments<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.segments())
    }

    /// The mean silhouette of each number of segments tried.
    #[getter]
    fn silhouettes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let silhouettes = PyDict::new(py);
        for &(k, mean) in self.0.silhouettes() {
            silhouettes.set_item(k, mean)?;
        }
        Ok(silhouettes)
    }

    /// The number of customers the silhouettes were computed on; None when all were.
    #[getter]
    fn sampled(&self) -> Option<usize> {
        self.0.sampled()
    }

    /// How far the silhouette speaks for segments at all: "none", "weak", "reasonable" or "strong".
    #[getter]
    fn structure(&self) -> String {
        word(&self.0.structure())
    }

    /// The features of the fit.
    #[getter]
    fn feature_names(&self) -> Vec<String> {
        self.0.feature_names().to_vec()
    }

    /// The features that were replaced by ln(1 + x).
    #[getter]
    fn logged(&self) -> Vec<String> {
        self.0.logged().map(str::to_owned).collect()
    }

    /// The features in which all customers are equal; they part nobody.
    #[getter]
    fn constant(&self) -> Vec<String> {
        self.0.constant().map(str::to_owned).collect()
    }

    /// Numbers of segments asked for but not tried, because there are fewer distinct customers.
    #[getter]
    fn skipped(&self) -> Vec<usize> {
        self.0.skipped().into_iter().flatten().collect()
    }

    /// The segments of other customers.
    ///
    /// Parameters
    /// ----------
    /// features : Features or RfmScores
    ///     Of the same names as at the fit.
    ///
    /// Returns
    /// -------
    /// Table
    ///
    /// Raises
    /// ------
    /// FeatureMismatch
    ///     Other features than at the fit.
    fn predict<'py>(&self, py: Python<'py>, features: Described<'py>) -> PyResult<Bound<'py, Table>> {
        let (segments, features) = (self.0.clone(), features.features());
        let table = run(py, None, move |_| {
            let labels = segments.predict(&features)?;
            let name = |&label: &u32| segments.segments().get(label as usize).map(|each| each.name.as_str());
            let customer = features.customers().map(|keys| Column::keys("customer", keys));
            let of = [
                Column::ints("segment", labels.iter().map(|&label| i64::from(label)).collect()),
                Column::text("segment_name", labels.iter().map(name)),
            ];
            data::Table::new("segments", customer.into_iter().chain(of).collect())
        })?;
        Bound::new(py, Table::ready(Arc::new(table)))
    }

    fn __repr__(&self) -> String {
        let parts =
            self.0.segments().iter().map(|segment| format!("{}: {}", segment.name, segment.description));
        format!("{} segments\n{}", self.0.k(), parts.collect::<Vec<_>>().join("\n"))
    }

    fn _repr_html_(&self) -> String {
        let rows: Vec<_> = self.0.segments().iter().collect();
        let table = data::Table::new(
            "segments",
            vec![
                Column::text("segment", rows.iter().map(|segment| Some(&segment.name))),
                Column::ints("customers", rows.iter().map(|segment| segment.size as i64).collect()),
                Column::floats("silhouette", rows.iter().map(|segment| segment.silhouette).collect()),
                Column::text("in numbers", rows.iter().map(|segment| Some(&segment.description))),
            ],
        );
        table.map_or_else(|error| error.to_string(), |table| crate::show::html(&table))
            + &crate::show::html(&self.0.to_table())
    }
}
