//! Value tiers, the Pareto curve and the Gini coefficient.

use crate::convert::{choice, list, word};
use crate::error::raise;
use crate::report::Chart;
use crate::run::run;
use crate::settings::settings;
use crate::table::{Table, UNNAMED, read};
use crm_mining::data::{self, Keys};
use crm_mining::{insight, report};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use std::sync::Arc;

/// Value tiers: the best customers are high, the next middle, the others low.
///
/// By customers, one is high when the share of customers worth more is below ``high``; by revenue, when the
/// share of revenue that those worth more bring is below it (the ABC analysis). Customers of equal value
/// always share their tier. By revenue, customers of value 0 or below are low.
///
/// Parameters
/// ----------
/// share_of : {"customers", "revenue"}, default "customers"
///     What the shares are of.
/// high : float, default 0.2
///     Share of the high tier, from 0 to 1.
/// middle : float, default 0.3
///     Share of the middle tier; together with ``high`` at most 1.
///
/// Examples
/// --------
/// >>> rfm = crm.Rfm().score(ledger)
/// >>> tiers = crm.ValueTiers().of(rfm, "monetary")
/// >>> tiers.to_polars()["tier"].value_counts().sort("tier")["count"].to_list()
/// [12, 30, 18]
#[pyclass(frozen, eq, module = "crm_mining")]
#[derive(PartialEq)]
pub(crate) struct ValueTiers(insight::ValueTiers);

settings! { ValueTiers {
    #[new]
    #[pyo3(signature = (share_of = "customers", high = 0.2, middle = 0.3))]
    fn new(
        share_of: &str,
        #[pyo3(from_py_with = crate::given::value_tiers::high)] high: f64,
        #[pyo3(from_py_with = crate::given::value_tiers::middle)] middle: f64,
    ) -> PyResult<ValueTiers> {
        let share_of = choice("ValueTiers", "share_of", share_of)?;
        Ok(ValueTiers(insight::ValueTiers { share_of, high, middle }))
    }

    /// Those who bring the first 80 % of revenue are high, the next 15 % middle.
    ///
    /// Returns
    /// -------
    /// ValueTiers
    #[staticmethod]
    fn by_revenue() -> ValueTiers {
        ValueTiers(insight::ValueTiers::by_revenue())
    }

    /// What the shares are of.
    #[getter]
    fn share_of(&self) -> String {
        word(&self.0.share_of)
    }

    /// Share of the high tier.
    #[getter]
    fn high(&self) -> f64 {
        self.0.high
    }

    /// Share of the middle tier.
    #[getter]
    fn middle(&self) -> f64 {
        self.0.middle
    }

    /// The tier of each customer.
    ///
    /// Parameters
    /// ----------
    /// table : Table or frame
    ///     One row per customer.
    /// value : str
    ///     The column that says what each is worth.
    /// customer : str, default "customer"
    ///     The column that names the customer.
    ///
    /// Returns
    /// -------
    /// Tiers
    ///
    /// Raises
    /// ------
    /// InvalidParameter
    ///     A share out of range.
    /// InvalidValue
    ///     A value that is missing or not finite, with its row; a customer of two rows.
    #[pyo3(signature = (table, value, customer = "customer"))]
    fn of<'py>(
        &self,
        py: Python<'py>,
        table: &Bound<'py, PyAny>,
        value: String,
        customer: &str,
    ) -> PyResult<Bound<'py, Tiers>> {
        let (table, tiers, customer) = (read(table, UNNAMED, None)?, self.0.clone(), customer.to_owned());
        let tiers = run(py, None, move |_| {
            let values = data::Features::from_table(&table, &[&value], Some(&customer))?;
            tiers.of(values.customers().unwrap_or(&Keys::default()), values.values())
        })?;
        let tiers = Arc::new(tiers);
        Bound::new(py, Table::of(tiers.clone()).add_subclass(Tiers(tiers)))
    }
} }

/// The value and tier of each customer. Made by `ValueTiers.of`.
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct Tiers(pub(super) Arc<insight::Tiers>);

#[pymethods]
impl Tiers {
    /// The customers in order: text, or integers when their column was typed so.
    #[getter]
    fn customers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        list(py, self.0.customers())
    }

    /// How many customers are high, middle and low.
    #[getter]
    fn counts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let counts = PyDict::new(py);
        for (tier, count) in insight::ValueTier::ALL.iter().zip(self.0.counts()) {
            counts.set_item(tier.name(), count)?;
        }
        Ok(counts)
    }

    /// The share of the customers in each tier beside the share of the value that they bring, as bars.
    ///
    /// Returns
    /// -------
    /// Chart
    fn plot(&self, py: Python<'_>) -> PyResult<Chart> {
        let result = self.0.clone();
        Chart::made(py, move || report::tier_chart(&result))
    }
}

/// How much of the total comes from how few: the Pareto curve and the Gini coefficient. As a table, the curve
/// at every hundredth of the customers.
///
/// Parameters
/// ----------
/// values : sequence of float
///     Spend, or another value, of each customer.
///
/// Raises
/// ------
/// NotEnoughData
///     No value.
/// InvalidValue
///     A value that is not finite, with its row.
///
/// Examples
/// --------
/// >>> spend = crm.Concentration([80, 5, 5, 5, 5])
/// >>> round(spend.gini, 3), spend.share_of_top(0.2), spend.customers_for(0.8)
/// (0.6, 0.8, 0.2)
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct Concentration(Arc<insight::Concentration>);

#[pymethods]
impl Concentration {
    #[new]
    fn new(
        #[pyo3(from_py_with = crate::given::concentration::values)] values: Vec<f64>,
    ) -> PyResult<PyClassInitializer<Self>> {
        let found = Arc::new(insight::Concentration::new(&values).map_err(raise)?);
        Ok(Table::of(found.clone()).add_subclass(Concentration(found)))
    }

    /// How many values.
    #[getter]
    fn n(&self) -> usize {
        self.0.n()
    }

    /// All values together.
    #[getter]
    fn total(&self) -> f64 {
        self.0.total()
    }

    /// The Gini coefficient, from 0 (all equal) to 1 − 1/n (one has all). With negative values the sum of
    /// their sizes stands for the total.
    #[getter]
    fn gini(&self) -> f64 {
        self.0.gini()
    }

    /// The share of the total that a share of the customers brings, the best first.
    ///
    /// Parameters
    /// ----------
    /// customers : float
    ///     The share of the customers, from 0 to 1.
    ///
    /// Returns
    /// -------
    /// float or None
    ///     None where the total is not above 0.
    fn share_of_top(
        &self,
        #[pyo3(from_py_with = crate::given::concentration::customers)] customers: f64,
    ) -> PyResult<Option<f64>> {
        self.0.share_of_top(customers).map_err(raise)
    }

    /// The least share of the customers, the best first, that brings a share of the total.
    ///
    /// Parameters
    /// ----------
    /// share : float
    ///     The share of the total, from 0 to 1.
    ///
    /// Returns
    /// -------
    /// float or None
    ///     None where the total is not above 0.
    fn customers_for(
        &self,
        #[pyo3(from_py_with = crate::given::concentration::share)] share: f64,
    ) -> PyResult<Option<f64>> {
        self.0.customers_for(share).map_err(raise)
    }

    /// The Pareto curve beside that of equal values, with the Gini coefficient.
    ///
    /// Returns
    /// -------
    /// Chart
    fn plot(&self, py: Python<'_>) -> PyResult<Chart> {
        let result = self.0.clone();
        Chart::made(py, move || Ok(report::concentration_chart(&result)))
    }
}
