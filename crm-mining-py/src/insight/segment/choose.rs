//! How many segments: all criteria side by side.

use super::{Rows, Segments, prepare};
use crate::convert::plain;
use crate::given::Ks;
use crate::report::Chart;
use crate::run::run;
use crate::settings::settings;
use crate::table::Table;
use crm_mining::{Fit, insight, report};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::sync::Arc;

/// Segments by k-means, with the finest division that the customers bear.
///
/// A number of segments fits when its smallest segment holds ``min_share`` of the customers, each of its segments
/// comes back with a mean Jaccard likeness of ``min_stability`` when the customers are drawn anew, and its mean
/// silhouette is at least ``min_silhouette`` times the best of all (``min_silhouette_of_groups`` times where the best is
/// above 0.5). The largest that fits is chosen; where none fits,
/// that of the fewest objections. The other criteria are reported and do not vote.
///
/// Parameters
/// ----------
/// k : int, pair of ints or range, default (2, 12)
///     One number of segments, or the first and the last to try.
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
/// Examples
/// --------
/// >>> import polars as pl
/// >>> spend = [[10.0, 40.0, 80.0, 120.0][i % 4] + i * i % 11 for i in range(200)]
/// >>> features = crm.Features(pl.DataFrame({"spend": spend}), ["spend"])
/// >>> chosen = crm.ChooseSegments((2, 6)).fit(features)
/// >>> chosen.segments.k, chosen.choice.fits
/// (4, True)
/// >>> chosen.choice.why[:53]
/// '4 is the largest number of segments that fits: smalle'
#[pyclass(frozen, eq, module = "crm_mining")]
#[derive(PartialEq)]
pub(crate) struct ChooseSegments(pub(super) insight::ChooseSegments);

settings! { ChooseSegments {
    #[new]
    #[pyo3(
        signature = (k = Ks(2..=12), n_init = 10, seed = 42, min_share = 0.05, min_stability = 0.75,
            min_silhouette = 0.75, min_silhouette_of_groups = 0.95, resamples = 30, references = 10, preparation = None),
        text_signature = "(k=(2, 12), n_init=10, seed=42, min_share=0.05, min_stability=0.75, \
            min_silhouette=0.75, min_silhouette_of_groups=0.95, resamples=30, references=10, preparation=None)"
    )]
    #[allow(clippy::too_many_arguments, reason = "the settings of Python are keywords")]
    fn new(
        k: Ks,
        #[pyo3(from_py_with = crate::given::choose_segments::n_init)] n_init: usize,
        #[pyo3(from_py_with = crate::given::choose_segments::seed)] seed: u64,
        #[pyo3(from_py_with = crate::given::choose_segments::min_share)] min_share: f64,
        #[pyo3(from_py_with = crate::given::choose_segments::min_stability)] min_stability: f64,
        #[pyo3(from_py_with = crate::given::choose_segments::min_silhouette)] min_silhouette: f64,
        #[pyo3(from_py_with = crate::given::choose_segments::min_silhouette_of_groups)]
        min_silhouette_of_groups: f64,
        #[pyo3(from_py_with = crate::given::choose_segments::resamples)] resamples: usize,
        #[pyo3(from_py_with = crate::given::choose_segments::references)] references: usize,
        preparation: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<ChooseSegments> {
        let (k, preparation) = (k.0, prepare("ChooseSegments", preparation)?);
        Ok(ChooseSegments(insight::ChooseSegments {
            k, n_init, seed, min_share, min_stability, min_silhouette, min_silhouette_of_groups, resamples, references, preparation,
        }))
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

    /// Least share of the smallest segment.
    #[getter]
    fn min_share(&self) -> f64 {
        self.0.min_share
    }

    /// Least mean likeness of each segment.
    #[getter]
    fn min_stability(&self) -> f64 {
        self.0.min_stability
    }

    /// Least mean silhouette, as a share of the best.
    #[getter]
    fn min_silhouette(&self) -> f64 {
        self.0.min_silhouette
    }

    /// The same where the best is above 0.5.
    #[getter]
    fn min_silhouette_of_groups(&self) -> f64 {
        self.0.min_silhouette_of_groups
    }

    /// Draws of the customers for stability.
    #[getter]
    fn resamples(&self) -> usize {
        self.0.resamples
    }

    /// Reference sets for the gap.
    #[getter]
    fn references(&self) -> usize {
        self.0.references
    }

    /// How columns become comparable.
    #[getter]
    fn preparation<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.preparation)
    }

    /// Finds the segments and how many they should be.
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
    /// ChosenSegments
    ///
    /// Raises
    /// ------
    /// InvalidParameter
    ///     A setting out of range.
    /// TooManyClusters
    ///     Fewer distinct customers than the smallest number of segments.
    #[pyo3(signature = (features, *, progress = None))]
    fn fit<'py>(
        &self,
        py: Python<'py>,
        features: Rows,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<ChosenSegments> {
        let settings = self.0.clone();
        let chosen = run(py, progress, move |control| match features {
            Rows::Features(features) => settings.fit_with(&*features, control),
            Rows::Table(table) => settings.fit_with(&*table, control),
        })?;
        let choice = Arc::new(chosen.choice().clone());
        Ok(ChosenSegments {
            segments: Segments::bound(py, Arc::new(chosen.into_segments()))?.unbind(),
            choice: Bound::new(py, Table::of(choice.clone()).add_subclass(SegmentChoice(choice)))?.unbind(),
        })
    }
} }

/// Segments and how their number was chosen. Made by `ChooseSegments.fit`.
#[pyclass(frozen, get_all, module = "crm_mining")]
pub(crate) struct ChosenSegments {
    /// The segments.
    segments: Py<Segments>,
    /// How their number was chosen.
    choice: Py<SegmentChoice>,
}

#[pymethods]
impl ChosenSegments {
    fn __repr__(&self) -> String {
        self.choice.get().0.to_string()
    }
}

/// The criteria for each number of segments, the one chosen, and why. As a table, one row per number tried; as text,
/// the printed report. Made by `ChooseSegments.fit`.
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct SegmentChoice(Arc<insight::SegmentChoice>);

#[pymethods]
impl SegmentChoice {
    /// The number chosen.
    #[getter]
    fn k(&self) -> usize {
        self.0.k()
    }

    /// Whether nothing speaks against it.
    #[getter]
    fn fits(&self) -> bool {
        self.0.fits()
    }

    /// Why it was chosen, in one sentence.
    #[getter]
    fn why(&self) -> &str {
        self.0.why()
    }

    /// The criteria, one dict for each number tried, ascending; of stability, the figures of each segment.
    #[getter]
    fn reports<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.reports())
    }

    /// What speaks against each number tried: a list of "small", "unstable" and "vague" for each of ``reports``.
    #[getter]
    fn objections<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.objections())
    }

    /// What each criterion alone would choose, by its name; None where it cannot tell.
    #[getter]
    fn favorites<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, self.0.favorites())
    }

    /// One criterion by the number of segments.
    ///
    /// Parameters
    /// ----------
    /// column : str, default "silhouette"
    ///     "silhouette", "stability" (of the least stable segment), "smallest_share", "calinski_harabasz",
    ///     "davies_bouldin", "gap" or "inertia".
    ///
    /// Returns
    /// -------
    /// Chart
    ///
    /// Raises
    /// ------
    /// InvalidParameter
    ///     Another criterion.
    #[pyo3(signature = (column = "silhouette"))]
    fn plot(&self, py: Python<'_>, column: &str) -> PyResult<Chart> {
        let (choice, column) = (self.0.clone(), column.to_owned());
        Chart::made(py, move || report::choice_chart(&choice, &column))
    }

    fn __repr__(&self) -> String {
        self.0.to_string()
    }
}
