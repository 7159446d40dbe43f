//! What models of buying foretell of customers.

use crate::convert::list;
use crate::data::Summary;
use crate::error::raise;
use crate::table::Table;
use crm_mining::insight;
use pyo3::prelude::*;
use pyo3::types::PyList;
use std::sync::Arc;

/// An interval as Python knows it.
pub(in crate::insight) fn triple(of: insight::Interval) -> (f64, f64, f64) {
    (of.expected, of.low, of.high)
}

/// Expected purchases of each customer with intervals. Made by `BuyingModel.forecast`.
///
/// ``low`` and ``high`` hold the true expectation of a customer (delta method on the parameters); ``low_count`` and
/// ``high_count`` the customer's own number of purchases; `total` and `groups` the number that all of them, or a group, will
/// make. All suppose that the model is true.
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct Forecast(Arc<insight::Forecast>);

impl Forecast {
    pub(super) fn bound(py: Python<'_>, forecast: insight::Forecast) -> PyResult<Bound<'_, Forecast>> {
        let forecast = Arc::new(forecast);
        Bound::new(py, Table::of(forecast.clone()).add_subclass(Forecast(forecast)))
    }
}

#[pymethods]
impl Forecast {
    /// The customers in order: text, or integers when their column was typed so.
    #[getter]
    fn customers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        list(py, self.0.customers())
    }

    /// The probability with which the intervals hold.
    #[getter]
    fn level(&self) -> f64 {
        self.0.level()
    }

    /// Whether the intervals count in that the parameters are estimates; not so at a boundary.
    #[getter]
    fn parameters_included(&self) -> bool {
        self.0.parameters_included()
    }

    /// Purchases of all customers together: expected, low and high.
    #[getter]
    fn total(&self) -> (f64, f64, f64) {
        triple(self.0.total())
    }

    /// Purchases of each group together: expected, low and high.
    ///
    /// Parameters
    /// ----------
    /// group_of : sequence of int
    ///     The group of each customer, by its number from 0.
    ///
    /// Returns
    /// -------
    /// list of tuple
    fn groups(&self, group_of: Vec<u32>) -> PyResult<Vec<(f64, f64, f64)>> {
        Ok(self.0.groups(&group_of).map_err(raise)?.into_iter().map(triple).collect())
    }
}

/// When each customer buys next. Made by `BuyingModel.next_purchase`.
///
/// ``probability`` is that of another purchase at any time; ``days`` and ``date`` are medians if there is one, between
/// ``earliest`` and ``latest``.
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct NextPurchases(Arc<insight::NextPurchases>);

impl NextPurchases {
    pub(super) fn bound(py: Python<'_>, next: insight::NextPurchases) -> PyResult<Bound<'_, NextPurchases>> {
        let next = Arc::new(next);
        Bound::new(py, Table::of(next.clone()).add_subclass(NextPurchases(next)))
    }
}

#[pymethods]
impl NextPurchases {
    /// The customers in order: text, or integers when their column was typed so.
    #[getter]
    fn customers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        list(py, self.0.customers())
    }

    /// The probability that the range holds the purchase.
    #[getter]
    fn level(&self) -> f64 {
        self.0.level()
    }
}

/// Made-up customers, with what they did afterwards. Made by `BuyingModel.simulate`.
#[pyclass(frozen, eq, module = "crm_mining")]
#[derive(PartialEq)]
pub(crate) struct SimulatedBuyers(pub(super) Arc<insight::SimulatedBuyers>);

#[pymethods]
impl SimulatedBuyers {
    /// What was seen of them until the day of observation.
    #[getter]
    fn summary<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Summary>> {
        Bound::new(py, Summary::of(self.0.summary.clone()))
    }

    /// Their purchases within the horizon after it.
    #[getter]
    fn later(&self) -> Vec<f64> {
        self.0.later.clone()
    }

    /// Whether they were still customers at the day of observation.
    #[getter]
    fn alive(&self) -> Vec<bool> {
        self.0.alive.clone()
    }

    fn __repr__(&self) -> String {
        format!("{} simulated buyers", self.0.later.len())
    }
}
