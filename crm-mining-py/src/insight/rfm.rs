//! Recency, frequency and monetary value.

use crate::convert::{choice, list, plain, setting};
use crate::data::{Features, Ledger};
use crate::date::Date;
use crate::error::raise;
use crate::report::Chart;
use crate::run::run;
use crate::settings::settings;
use crate::table::Table;
use crm_mining::data::{self, Column};
use crm_mining::{insight, report};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use std::sync::Arc;

/// RFM: how recently, how often and for how much each customer bought, as scores from 1 (low) to ``bins``
/// (high).
///
/// Parameters
/// ----------
/// bins : int, default 5
///     Scores go from 1 to this, from 2 to 9.
/// scoring : {"rank", "quantile", "equal_width"} or dict, default "quantile"
///     "quantile" gives equal customers equal scores; "rank" cuts the order of customers into bins of equal
///     size, equal customers in the order of their keys (pandas' ``qcut(rank(method="first"))``);
///     "equal_width" cuts the span from the least to the greatest figure, a figure on a border having the
///     better score. ``{"borders": {"recency": [...], "frequency": [...], "monetary": [...]}}`` says where
///     one score ends and the next begins, with one border fewer than ``bins``, ascending; a figure on a
///     border has the better score.
/// weights : tuple of three floats, default (100.0, 10.0, 1.0)
///     Weights of R, F and M in the weighted score, from 0 to 1e9; one of them above 0.
///
/// Examples
/// --------
/// >>> rfm = crm.Rfm().score(ledger)
/// >>> rfm.to_polars().select("customer", "recency", "r", "f", "m", "segment").row(0)
/// ('anna', 0, 5, 5, 5, 'champion')
/// >>> borders = {"recency": [30, 90], "frequency": [5, 20], "monetary": [100, 1000]}
/// >>> fixed = crm.Rfm(bins=3, scoring={"borders": borders}).score(ledger)
/// >>> fixed.to_polars().select("customer", "r", "f", "m").row(0)
/// ('anna', 3, 3, 2)
#[pyclass(frozen, eq, module = "crm_mining")]
#[derive(PartialEq)]
pub(crate) struct Rfm(insight::Rfm);

settings! { Rfm {
    #[new]
    #[pyo3(
        signature = (bins = 5, scoring = None, weights = (100.0, 10.0, 1.0)),
        text_signature = "(bins=5, scoring='quantile', weights=(100.0, 10.0, 1.0))"
    )]
    fn new(
        #[pyo3(from_py_with = crate::given::rfm::bins)] bins: u8,
        scoring: Option<&Bound<'_, PyAny>>,
        #[pyo3(from_py_with = crate::given::rfm::weights)] weights: (f64, f64, f64),
    ) -> PyResult<Rfm> {
        let scoring = match scoring {
            None => insight::Scoring::Quantile,
            Some(given) => setting("Rfm", "scoring", given)?,
        };
        let (r, f, m) = weights;
        Ok(Rfm(insight::Rfm { bins, scoring, weights: [r, f, m] }))
    }

    /// Scores go from 1 to this.
    #[getter]
    fn bins(&self) -> u8 {
        self.0.bins
    }

    /// How a figure becomes a score.
    #[getter]
    fn scoring<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.scoring)
    }

    /// Weights of R, F and M in the weighted score.
    #[getter]
    fn weights(&self) -> (f64, f64, f64) {
        let [r, f, m] = self.0.weights;
        (r, f, m)
    }

    /// Scores every customer with a purchase, as seen at the end of a day.
    ///
    /// Parameters
    /// ----------
    /// ledger : Ledger
    ///     Who bought when.
    /// as_of : date, optional
    ///     The day; the last day of the ledger when left out.
    ///
    /// Returns
    /// -------
    /// RfmScores
    ///
    /// Raises
    /// ------
    /// InvalidParameter
    ///     A setting out of range.
    /// NotEnoughData
    ///     Nobody bought until the day.
    #[pyo3(signature = (ledger, as_of = None))]
    fn score<'py>(
        &self,
        py: Python<'py>,
        ledger: &Ledger,
        as_of: Option<Date>,
    ) -> PyResult<Bound<'py, RfmScores>> {
        let rfm = self.0.clone();
        let (as_of, ledger) = (ledger.day(as_of), ledger.0.clone());
        let scores = Arc::new(run(py, None, move |_| rfm.score(&ledger, as_of))?);
        Bound::new(py, Table::of(scores.clone()).add_subclass(RfmScores(scores)))
    }
} }

/// Figures, scores and segment of each customer. Made by `Rfm.score`.
///
/// With the columns customer, recency (days since the last purchase day), frequency (orders), monetary (money paid less
/// money returned), r, f and m (scores from 1 to ``bins``), weighted and segment.
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct RfmScores(pub(crate) Arc<insight::RfmScores>);

#[pymethods]
impl RfmScores {
    /// The customers in order: text, or integers when their column was typed so.
    #[getter]
    fn customers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        list(py, self.0.customers())
    }

    /// Customers of the ledger without a purchase until the day: not scored.
    #[getter]
    fn left_out(&self) -> usize {
        self.0.left_out()
    }

    /// The day at whose end the customers were looked at.
    #[getter]
    fn as_of(&self) -> Date {
        Date(self.0.as_of())
    }

    /// How many customers each of the ten segments has, the most valuable segment first.
    #[getter]
    fn segments<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let counts = PyDict::new(py);
        for segment in insight::RfmSegment::ALL {
            let count = self.0.segment().iter().filter(|other| **other == segment).count();
            counts.set_item(segment.name(), count)?;
        }
        Ok(counts)
    }

    /// The best score.
    #[getter]
    fn bins(&self) -> u8 {
        self.0.bins()
    }

    /// The eight cells of high and low R, F and M that are usual in China, such as 重要价值客户.
    ///
    /// Parameters
    /// ----------
    /// high_from : {"mean_score", "middle_of_scale", "mean_figure"}, default "mean_score"
    ///     Above what a customer is high: the mean of the scores of all, the middle of the scale, or the mean
    ///     of the figures themselves. High is strictly above.
    ///
    /// Returns
    /// -------
    /// Table
    ///     With the columns customer, cell and cell_zh.
    ///
    /// Examples
    /// --------
    /// >>> crm.Rfm().score(ledger).cells().to_polars()["cell_zh"][0]
    /// '重要价值客户'
    #[pyo3(signature = (high_from = "mean_score"))]
    fn cells<'py>(&self, py: Python<'py>, high_from: &str) -> PyResult<Bound<'py, Table>> {
        let high_from = choice::<insight::HighFrom>("RfmScores.cells", "high_from", high_from)?;
        Table::bound(py, &self.0.cells(high_from))
    }

    /// Recency, frequency and monetary value as they are, as features of the customers.
    ///
    /// Returns
    /// -------
    /// Features
    fn features<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Features>> {
        Bound::new(py, Features::of(self.0.features()))
    }

    /// Customers by their scores of recency and frequency, as a heat map.
    ///
    /// Parameters
    /// ----------
    /// column : {"customers", "monetary"}, default "customers"
    ///     How many they are, or their mean monetary value.
    ///
    /// Returns
    /// -------
    /// Chart
    #[pyo3(signature = (column = "customers"))]
    fn plot(&self, py: Python<'_>, column: &str) -> PyResult<Chart> {
        let (result, column) = (self.0.clone(), column.to_owned());
        Chart::made(py, move || report::rfm_chart(&result, &column))
    }
}

/// The ten segments of RFM, the most valuable first, with their names and meanings in English and Chinese.
///
/// Returns
/// -------
/// Table
///     With the columns segment, segment_zh, meaning and meaning_zh.
///
/// Examples
/// --------
/// >>> crm.rfm_segments().to_polars().row(0)[:2]
/// ('champion', '冠军客户')
#[pyfunction]
pub(crate) fn rfm_segments(py: Python<'_>) -> PyResult<Bound<'_, Table>> {
    let column = |name: &str, say: fn(insight::RfmSegment) -> &'static str| {
        Column::text(name, insight::RfmSegment::ALL.map(|segment| Some(say(segment))))
    };
    let columns = vec![
        column("segment", insight::RfmSegment::name),
        column("segment_zh", insight::RfmSegment::name_zh),
        column("meaning", insight::RfmSegment::meaning),
        column("meaning_zh", insight::RfmSegment::meaning_zh),
    ];
    let table = data::Table::new("rfm_segments", columns).map_err(raise)?;
    Bound::new(py, Table::ready(Arc::new(table)))
}
