//! Recency, frequency and monetary value.

use crate::convert::{choice, list};
use crate::data::{Features, Ledger};
use crate::date::Date;
use crate::run::run;
use crate::settings::settings;
use crate::table::Table;
use crm_mining::insight;
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
/// scoring : {"rank", "quantile"}, default "quantile"
///     "quantile" gives equal customers equal scores; "rank" cuts the order of customers into bins of equal
///     size, equal customers in the order of their keys (pandas' ``qcut(rank(method="first"))``).
/// weights : tuple of three floats, default (100.0, 10.0, 1.0)
///     Weights of R, F and M in the weighted score.
///
/// Examples
/// --------
/// >>> rfm = crm.Rfm().score(ledger)
/// >>> rfm.to_polars().select("customer", "recency", "r", "f", "m", "segment").row(0)
/// ('anna', 0, 5, 5, 5, 'champion')
#[pyclass(frozen, eq, get_all, module = "crm_mining")]
#[derive(PartialEq)]
pub(crate) struct Rfm {
    /// Scores go from 1 to this.
    bins: u8,
    /// How a figure becomes a score.
    scoring: String,
    /// Weights of R, F and M in the weighted score.
    weights: (f64, f64, f64),
}

settings! { Rfm {
    #[new]
    #[pyo3(
        signature = (bins = 5, scoring = "quantile", weights = (100.0, 10.0, 1.0)),
        text_signature = "(bins=5, scoring='quantile', weights=(100.0, 10.0, 1.0))"
    )]
    fn new(bins: u8, scoring: &str, weights: (f64, f64, f64)) -> PyResult<Rfm> {
        choice::<insight::Scoring>("Rfm", "scoring", scoring)?;
        Ok(Rfm { bins, scoring: scoring.to_owned(), weights })
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
    /// NotEnoughData
    ///     Nobody bought until the day.
    #[pyo3(signature = (ledger, as_of = None))]
    fn score<'py>(
        &self,
        py: Python<'py>,
        ledger: &Ledger,
        as_of: Option<Date>,
    ) -> PyResult<Bound<'py, RfmScores>> {
        let (r, f, m) = self.weights;
        let scoring = choice("Rfm", "scoring", &self.scoring)?;
        let rfm = insight::Rfm::default().bins(self.bins).scoring(scoring).weights([r, f, m]);
        let (as_of, ledger) = (ledger.day(as_of), ledger.0.clone());
        let scores = Arc::new(run(py, None, move |_| rfm.score(&ledger, as_of))?);
        Bound::new(py, Table::of(scores.clone()).add_subclass(RfmScores(scores)))
    }
} }

/// Figures, scores and segment of each customer. Made by `Rfm.score`.
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

    /// Recency, frequency and monetary value as they are, as features of the customers.
    ///
    /// Returns
    /// -------
    /// Features
    fn features<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Features>> {
        Bound::new(py, Features::of(self.0.features()))
    }
}
