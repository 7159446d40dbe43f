//! Segments of one day beside those of another.

use super::Rows;
use super::model::Learnt;
use super::named::{Divided, Division};
use crate::convert::{choice, plain, word};
use crate::insight::Migration;
use crate::run::run;
use crate::table::Table;
use crm_mining::insight::{self, MatchBy};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use std::sync::Arc;

/// Matches the segments of one day with those of another, one to one, so that the costs of the pairs are least in sum.
///
/// As many pairs are made as the day of fewer segments allows, however far apart: look at their cost.
///
/// Parameters
/// ----------
/// before, after : Segments, SegmentModel, NamedSegments, RfmScores or Tiers
///     The segments of the two days. By centers, `Segments` and `SegmentModel` only; by customers, all but
///     `SegmentModel`.
/// by : {"centers", "customers"}
///     "centers": the distance of their centers, for the same kind of customers. "customers": the customers that they
///     share.
///
/// Returns
/// -------
/// SegmentMatch
///
/// Raises
/// ------
/// FeatureMismatch
///     By centers, other features.
/// NotEnoughData
///     By customers, no customer that is known and in a segment on both days.
///
/// Examples
/// --------
/// >>> before = crm.NamedSegments(["gold", "tin"], [0, 0, 1, 1], customers=["a", "b", "c", "d"])
/// >>> after = crm.NamedSegments(["x", "y", "z"], [1, 1, 0, 2], customers=["a", "b", "c", "d"])
/// >>> matched = crm.match_segments(before, after, "customers")
/// >>> matched.pairs[0], matched.appeared
/// ({'before': 0, 'after': 1, 'cost': 0.0}, [2])
/// >>> moved = matched.migration(before, after)
/// >>> moved.states, moved.probabilities[1]
/// (['gold', 'tin', 'new: z'], [0.0, 0.5, 0.5])
#[pyfunction]
pub(crate) fn match_segments<'py>(
    py: Python<'py>,
    before: &Bound<'py, PyAny>,
    after: &Bound<'py, PyAny>,
    by: &str,
) -> PyResult<Bound<'py, SegmentMatch>> {
    let matched = match choice::<MatchBy>("match_segments", "by", by)? {
        MatchBy::Centers => {
            let model = |given: &Bound<'py, PyAny>| {
                let learnt = given.extract::<Learnt<'_>>();
                learnt.map(|learnt| learnt.model()).map_err(|_| unlike(given, "Segments or a SegmentModel"))
            };
            let (before, after) = (model(before)?, model(after)?);
            run(py, None, move |_| insight::SegmentMatch::by_centers(&before, &after))?
        }
        MatchBy::Customers => {
            let (before, after) = (division(before)?, division(after)?);
            run(py, None, move |_| insight::SegmentMatch::by_customers(&before, &after))?
        }
    };
    let matched = Arc::new(matched);
    Bound::new(py, Table::of(matched.clone()).add_subclass(SegmentMatch(matched)))
}

fn division(given: &Bound<'_, PyAny>) -> PyResult<Division> {
    let divided = given.extract::<Divided<'_>>();
    let must_be = "Segments, NamedSegments, RfmScores or Tiers";
    divided.map(|divided| divided.division()).map_err(|_| unlike(given, must_be))
}

fn unlike(given: &Bound<'_, PyAny>, must_be: &str) -> PyErr {
    let got = crate::convert::kind_of(given);
    PyTypeError::new_err(format!("the segments must be {must_be}; got {got}"))
}

/// Segments of two days, matched one to one. As a table, one row per pair, and one for each segment that appeared or
/// disappeared. Made by `match_segments`.
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct SegmentMatch(Arc<insight::SegmentMatch>);

#[pymethods]
impl SegmentMatch {
    /// By what they were matched: "centers" or "customers".
    #[getter]
    fn by(&self) -> String {
        word(&self.0.by())
    }

    /// The pairs in the order of the segments before, as dicts with before and after (positions) and cost: by centers
    /// their distance, in logged and standardized units of before; by customers 1 less the Jaccard index.
    #[getter]
    fn pairs<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.pairs())
    }

    /// The segments before that none after goes with.
    #[getter]
    fn disappeared(&self) -> Vec<usize> {
        self.0.disappeared()
    }

    /// The segments after that none before goes with.
    #[getter]
    fn appeared(&self) -> Vec<usize> {
        self.0.appeared()
    }

    /// How many customers moved from each segment to each, with standard errors. A segment after has the name of the
    /// one before that it goes with; one that appeared is called "new:" and its own name.
    ///
    /// Parameters
    /// ----------
    /// before, after : Segments, NamedSegments, RfmScores or Tiers
    ///     The segments that were matched, with their customers.
    ///
    /// Returns
    /// -------
    /// Migration
    ///
    /// Raises
    /// ------
    /// NotEnoughData
    ///     Customers that are not known.
    /// Incompatible
    ///     Other segments than those matched.
    fn migration<'py>(
        &self,
        py: Python<'py>,
        before: &Bound<'py, PyAny>,
        after: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, Migration>> {
        let (matched, before, after) = (self.0.clone(), division(before)?, division(after)?);
        Migration::bound(py, run(py, None, move |_| matched.migration(&before, &after))?)
    }
}

/// How the centers of matched segments moved between two days, and whether by more than chance. As a table, one row
/// per feature of each pair. Made by `SegmentDrift.between`.
///
/// Each feature is tested by Welch's t, and all together by Hotelling's T² with unequal covariances, on values that are
/// logged and standardized as at the fit of the segments before. The p-values are adjusted by Holm over the whole
/// table. Where most customers of both days are the same, true differences are found less often than stated.
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct SegmentDrift(Arc<insight::SegmentDrift>);

#[pymethods]
impl SegmentDrift {
    /// The drift of each pair of segments.
    ///
    /// Parameters
    /// ----------
    /// before : pair of Segments or SegmentModel, and Features, RfmScores, Table or frame
    ///     The segments of the first day, or what was saved of them, and the features of that day's customers.
    /// after : pair of Segments, NamedSegments, RfmScores or Tiers, and Features, RfmScores, Table or frame
    ///     The segments of the second day, and the same features of their customers, in the order of the labels.
    /// matched : SegmentMatch
    ///     Which segment goes with which.
    ///
    /// Returns
    /// -------
    /// SegmentDrift
    ///
    /// Raises
    /// ------
    /// FeatureMismatch
    ///     Other features than those of the segments before.
    /// LengthMismatch
    ///     Features of more or fewer customers than the segments have.
    /// Incompatible
    ///     Other segments than those matched.
    ///
    /// Examples
    /// --------
    /// >>> import polars as pl
    /// >>> def spends(low):
    /// ...     spend = [i % 7 + (low if i < 40 else 90.0) for i in range(80)]
    /// ...     return crm.Features(pl.DataFrame({"spend": spend}), ["spend"])
    /// >>> june, july = spends(10.0), spends(14.0)
    /// >>> before, after = (crm.Segmentation.kmeans(2).fit(month) for month in (june, july))
    /// >>> matched = crm.match_segments(before, after, "centers")
    /// >>> drift = crm.SegmentDrift.between((before, june), (after, july), matched)
    /// >>> low, high = drift.pairs
    /// >>> low["features"][0]["adjusted_p"] < 1e-6, high["features"][0]["adjusted_p"] > 0.99
    /// (True, True)
    #[staticmethod]
    fn between<'py>(
        py: Python<'py>,
        before: (Learnt<'py>, Rows),
        after: (Divided<'py>, Rows),
        matched: &SegmentMatch,
    ) -> PyResult<Bound<'py, SegmentDrift>> {
        let (old, new, matched) = (before.0.model(), after.0.division(), matched.0.clone());
        let drift = run(py, None, move |_| {
            let (june, july) = (before.1.plain(&old)?, after.1.plain(&old)?);
            insight::SegmentDrift::between((&old, &june), (&new, &july), &matched)
        });
        let drift = Arc::new(drift?);
        Bound::new(py, Table::of(drift.clone()).add_subclass(SegmentDrift(drift)))
    }

    /// The pairs in the order of the segments before, as dicts: before, after, name, sizes, the tests of each of the
    /// features, and of all together (None where it cannot be made). An infinite t is None.
    #[getter]
    fn pairs<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.pairs())
    }
}
