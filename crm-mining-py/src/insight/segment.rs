//! Groups of customers alike.

mod choose;
mod explain;
mod matching;
mod model;
mod named;

pub(crate) use choose::{ChooseSegments, ChosenSegments, SegmentChoice};
pub(crate) use explain::{ExplainSegments, SegmentReport};
pub(crate) use matching::{SegmentDrift, SegmentMatch, match_segments};
pub(crate) use model::{Refit, RefitCheck, SegmentModel};
pub(crate) use named::{NamedSegments, SegmentRules};

use super::RfmScores;
use crate::convert::{list, plain, setting, word};
use crate::data::Features;
use crate::given::Ks;
use crate::report::Chart;
use crate::run::run;
use crate::settings::settings;
use crate::table::{Table, UNNAMED, read};
use crm_mining::Fit;
use crm_mining::data::{self, Column, ToTable};
use crm_mining::feature::Preparation;
use crm_mining::{insight, report};
use pyo3::PyTypeInfo;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};
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
/// preparation : dict, optional
///     How columns become comparable: "rule", a dict of "missing" ("refuse", "median" or {"constant": value}), "log"
///     ("when_skewed", "always" or "never") and "scaling" ("standard", "none", "min_max", "yeo_johnson", {"robust":
///     {"lower": 0.25, "upper": 0.75}} or {"quantile": {"output": "uniform", "n_quantiles": 1000}}); "overrides", such
///     rules by column; for the rows of a table also "numeric" and "categorical", the names of its columns, "customer",
///     "level_value", "unseen" ("refuse" or "all_zero") and "max_levels".
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

settings! { Segmentation {
    #[new]
    #[pyo3(
        signature = (k = Ks(2..=8), n_init = 10, seed = 42, preparation = None),
        text_signature = "(k=(2, 8), n_init=10, seed=42, preparation=None)"
    )]
    fn new(
        k: Ks,
        #[pyo3(from_py_with = crate::given::segmentation::n_init)] n_init: usize,
        #[pyo3(from_py_with = crate::given::segmentation::seed)] seed: u64,
        preparation: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Segmentation> {
        let preparation = prepare("Segmentation", preparation)?;
        Ok(Segmentation(insight::Segmentation { k: k.0, n_init, seed, preparation }))
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
    /// preparation : dict, optional
    ///     How columns become comparable.
    ///
    /// Returns
    /// -------
    /// Segmentation
    #[staticmethod]
    #[pyo3(signature = (*k, **settings), text_signature = "(*k, n_init=10, seed=42, preparation=None)")]
    fn kmeans<'py>(
        k: &Bound<'py, PyTuple>,
        settings: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        with_ks::<Segmentation>(k, settings)
    }

    /// The finest division of a range that is large enough, stable and not vague: all criteria, and a stated rule.
    ///
    /// Parameters
    /// ----------
    /// *k : int or range
    ///     One number, the first and the last, or a range; 2 to 12 when left out.
    /// n_init : int, default 10
    ///     Starts of k-means for each number.
    /// seed : int, default 42
    ///     Of the random numbers.
    /// min_share : float, default 0.05
    ///     Least share of the smallest segment, 0 to 0.5.
    /// min_stability : float, default 0.75
    ///     Least mean likeness of each segment, 0 to 1.
    /// min_silhouette : float, default 0.75
    ///     Least mean silhouette, as a share of the best, 0 to 1.
    /// min_silhouette_of_groups : float, default 0.95
    ///     The same where the best is above 0.5, so that customers form groups.
    /// resamples : int, default 30
    ///     Draws of the customers for stability.
    /// references : int, default 10
    ///     Reference sets for the gap.
    /// preparation : dict, optional
    ///     How columns become comparable, as of ``Segmentation``.
    ///
    /// Returns
    /// -------
    /// ChooseSegments
    ///
    /// Examples
    /// --------
    /// >>> crm.Segmentation.choose(2, 12) == crm.ChooseSegments()
    /// True
    #[staticmethod]
    #[pyo3(
        signature = (*k, **settings),
        text_signature = "(*k, n_init=10, seed=42, min_share=0.05, min_stability=0.75, min_silhouette=0.75, \
            min_silhouette_of_groups=0.95, resamples=30, references=10, preparation=None)"
    )]
    fn choose<'py>(
        k: &Bound<'py, PyTuple>,
        settings: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        with_ks::<ChooseSegments>(k, settings)
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

    /// How columns become comparable.
    #[getter]
    fn preparation<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.preparation)
    }

    /// Finds the segments.
    ///
    /// Parameters
    /// ----------
    /// features : Features, RfmScores, Table or frame
    ///     How customers differ; of scores, recency, frequency and monetary value; of a table, the columns that the
    ///     preparation names.
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
        features: Rows,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, Segments>> {
        let settings = self.0.clone();
        let segments = run(py, progress, move |control| match features {
            Rows::Features(features) => settings.fit_with(&*features, control),
            Rows::Table(table) => settings.fit_with(&*table, control),
        })?;
        Segments::bound(py, Arc::new(segments))
    }
} }

/// Settings of this class, whose constructor takes the numbers of segments as one argument.
fn with_ks<'py, C: PyTypeInfo>(
    k: &Bound<'py, PyTuple>,
    settings: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = k.py();
    let k = if k.len() < 2 { k.clone() } else { (k,).into_pyobject(py)? };
    py.get_type::<C>().call(k, settings)
}

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

/// Figures of customers, or the rows of a table whose columns a preparation names.
pub(super) enum Rows {
    Features(Arc<data::Features>),
    Table(Arc<data::Table>),
}

impl Rows {
    /// In the units of the columns, as features of a model.
    pub(super) fn plain(&self, model: &insight::SegmentModel) -> crm_mining::Result<Arc<data::Features>> {
        match self {
            Rows::Features(features) => Ok(features.clone()),
            Rows::Table(table) => model.plain(table).map(Arc::new),
        }
    }
}

impl<'py> FromPyObject<'_, 'py> for Rows {
    type Error = PyErr;

    fn extract(given: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        match given.extract::<Described<'py>>() {
            Ok(described) => Ok(Rows::Features(described.features())),
            Err(_) => Ok(Rows::Table(read(&given, UNNAMED, None)?)),
        }
    }
}

/// The preparation that a dict says.
fn prepare(of: &'static str, given: Option<&Bound<'_, PyDict>>) -> PyResult<Preparation> {
    given.map_or_else(|| Ok(Preparation::default()), |given| setting(of, "preparation", given))
}

/// Customers in segments. Made by `Segmentation.fit`; one row per customer.
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct Segments(pub(crate) Arc<insight::Segments>);

impl Segments {
    fn bound(py: Python<'_>, segments: Arc<insight::Segments>) -> PyResult<Bound<'_, Segments>> {
        Bound::new(py, Table::of(segments.clone()).add_subclass(Segments(segments)))
    }
}

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

    /// The same segments without their customers: what is saved.
    #[getter]
    fn model(&self) -> SegmentModel {
        SegmentModel(Arc::new(self.0.without_customers().clone()))
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
    fn predict<'py>(&self, py: Python<'py>, features: Rows) -> PyResult<Bound<'py, Table>> {
        let segments = self.0.clone();
        let table = run(py, None, move |_| model::assigned(segments.without_customers(), &features))?;
        Bound::new(py, Table::ready(Arc::new(table)))
    }

    /// The segments as a chart.
    ///
    /// Parameters
    /// ----------
    /// features : Features, RfmScores, Table or frame, optional
    ///     Of the same names as at the fit, as they are: the silhouettes of these customers, prepared as at the fit, in
    ///     their segments, which are those of ``predict``. When left out, the share of each segment in the customers of
    ///     the fit.
    ///
    /// Returns
    /// -------
    /// Chart
    ///
    /// Raises
    /// ------
    /// FeatureMismatch
    ///     Other features than at the fit.
    /// NotEnoughData
    ///     Customers of one segment only.
    #[pyo3(signature = (features = None))]
    fn plot(&self, py: Python<'_>, features: Option<Rows>) -> PyResult<Chart> {
        let segments = self.0.clone();
        Chart::made(py, move || {
            let segments = segments.without_customers();
            match features {
                None => Ok(report::segment_share_chart(segments)),
                Some(rows) => report::segment_silhouette_chart(segments, &*rows.plain(segments)?),
            }
        })
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
