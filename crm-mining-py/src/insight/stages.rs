//! Lifecycle stages, and migration between states of any kind.

use crate::convert::{list, plain, setting};
use crate::data::{Customers, Ledger};
use crate::date::Date;
use crate::error::raise;
use crate::report::Chart;
use crate::run::run;
use crate::settings::settings;
use crate::table::{Table, UNNAMED, read};
use crm_mining::data::Keys;
use crm_mining::insight::{self, LifecycleStage, Silence};
use crm_mining::report;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use std::sync::Arc;

/// Lifecycle stages: potential, new, active, loyal, at risk or lost.
///
/// The first rule that holds decides: potential without a purchase, lost and at_risk by the silence since the
/// last purchase day, new by the days since the first, loyal by the orders, active otherwise.
///
/// Parameters
/// ----------
/// new_days : int, default 30
///     A customer is new for so many days after the first purchase day.
/// loyal_orders : int, default 5
///     A customer is loyal from so many distinct orders on.
/// silence : dict, optional
///     When a customer has been silent for long. ``{"days": {"at_risk": 90, "lost": 365}}``, the default:
///     after more days than these. ``{"rhythm": {"at_risk": 0.9, "lost": 0.99, "prior_gaps": 1.0}}``: beyond
///     these quantiles of the gaps that ended in a purchase, each divided by the gap expected of its
///     customer, which is the own mean gap drawn towards that of all customers by ``prior_gaps`` gaps.
///
/// Examples
/// --------
/// >>> crm.Lifecycle().stages(ledger).counts
/// {'potential': 0, 'new': 0, 'active': 0, 'loyal': 30, 'at_risk': 30, 'lost': 0}
/// >>> rhythm = {"rhythm": {"at_risk": 0.9, "lost": 0.99, "prior_gaps": 1.0}}
/// >>> crm.Lifecycle(silence=rhythm).stages(ledger).counts["lost"]
/// 30
#[pyclass(frozen, eq, module = "crm_mining")]
#[derive(PartialEq)]
pub(crate) struct Lifecycle(insight::Lifecycle);

settings! { Lifecycle {
    #[new]
    #[pyo3(signature = (new_days = 30, loyal_orders = 5, silence = None))]
    fn new(
        #[pyo3(from_py_with = crate::given::lifecycle::new_days)] new_days: u32,
        #[pyo3(from_py_with = crate::given::lifecycle::loyal_orders)] loyal_orders: u32,
        silence: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Lifecycle> {
        let silence = match silence {
            None => insight::Lifecycle::default().silence,
            Some(given) => setting::<Silence>("Lifecycle", "silence", given)?,
        };
        Ok(Lifecycle(insight::Lifecycle { new_days, loyal_orders, silence }))
    }

    /// A customer is new for so many days after the first purchase.
    #[getter]
    fn new_days(&self) -> u32 {
        self.0.new_days
    }

    /// A customer is loyal from so many distinct orders on.
    #[getter]
    fn loyal_orders(&self) -> u32 {
        self.0.loyal_orders
    }

    /// When a customer has been silent for long.
    #[getter]
    fn silence<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.silence)
    }

    /// The stage of every customer who is known at the end of a day.
    ///
    /// Parameters
    /// ----------
    /// ledger : Ledger
    ///     Who bought when.
    /// known : Customers, optional
    ///     Customers who are known although they may not have bought.
    /// as_of : date, optional
    ///     The day; the last day of the ledger when left out.
    ///
    /// Returns
    /// -------
    /// Stages
    ///
    /// Raises
    /// ------
    /// InvalidParameter
    ///     A setting out of range.
    /// NotEnoughData
    ///     By rhythm, no customer with two purchase days.
    #[pyo3(signature = (ledger, known = None, as_of = None))]
    fn stages<'py>(
        &self,
        py: Python<'py>,
        ledger: &Ledger,
        known: Option<&Customers>,
        as_of: Option<Date>,
    ) -> PyResult<Bound<'py, Stages>> {
        let known = known.map_or_else(Keys::default, |customers| customers.0.keys().clone());
        let (lifecycle, as_of, ledger) = (self.0.clone(), ledger.day(as_of), ledger.0.clone());
        let stages = Arc::new(run(py, None, move |_| lifecycle.stages(&ledger, &known, as_of))?);
        Bound::new(py, Table::of(stages.clone()).add_subclass(Stages(stages)))
    }
} }

/// The lifecycle stage of each customer. Made by `Lifecycle.stages`.
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct Stages(Arc<insight::Stages>);

#[pymethods]
impl Stages {
    /// The customers in order: text, or integers when their column was typed so.
    #[getter]
    fn customers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        list(py, self.0.customers())
    }

    /// Customers of the ledger of whom nothing was known at the end of the day.
    #[getter]
    fn left_out(&self) -> usize {
        self.0.left_out()
    }

    /// The day at whose end the customers were looked at.
    #[getter]
    fn as_of(&self) -> Date {
        Date(self.0.as_of())
    }

    /// How many customers stand at each stage, in the order of a life.
    #[getter]
    fn counts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let counts = PyDict::new(py);
        for (stage, count) in LifecycleStage::ALL.iter().zip(self.0.counts()) {
            counts.set_item(stage.name(), count)?;
        }
        Ok(counts)
    }

    /// How many customers stand at each stage, as bars.
    ///
    /// Returns
    /// -------
    /// Chart
    fn plot(&self, py: Python<'_>) -> PyResult<Chart> {
        let result = self.0.clone();
        Chart::made(py, move || Ok(report::stage_chart(&result)))
    }
}

/// Migration between segments, stages or tiers: how many customers moved from each to each between two days.
/// As a table, one row per pair of states.
///
/// Customers labelled on both sides are counted in the matrix, the others as leavers or entrants.
///
/// Parameters
/// ----------
/// before, after : Table or frame
///     The customers and their labels at two days, such as two results of `Rfm.score` or `Lifecycle.stages`.
/// label : str
///     The column of the labels.
/// customer : str, default "customer"
///     The column that names the customer.
/// states : sequence of str, optional
///     All states in their order; those that occur, in the order of their texts, when left out.
///
/// Raises
/// ------
/// MissingColumn
///     A column that is not in the table.
/// InvalidParameter
///     A label that is not among the states.
///
/// Examples
/// --------
/// >>> lifecycle = crm.Lifecycle()
/// >>> before, after = lifecycle.stages(ledger, as_of="2024-03-31"), lifecycle.stages(ledger)
/// >>> moved = crm.Migration(before, after, "stage", states=["loyal", "at_risk", "lost"])
/// >>> moved.counts
/// [[30, 30, 0], [0, 0, 0], [0, 0, 0]]
/// >>> moved.probabilities[0][1], round(moved.standard_errors[0][1], 3)
/// (0.5, 0.065)
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct Migration(Arc<insight::Migration>);

impl Migration {
    pub(super) fn bound(py: Python<'_>, moved: insight::Migration) -> PyResult<Bound<'_, Migration>> {
        let moved = Arc::new(moved);
        Bound::new(py, Table::of(moved.clone()).add_subclass(Migration(moved)))
    }

    fn matrix(&self, cell: impl Fn(usize, usize) -> Option<f64>) -> Vec<Vec<Option<f64>>> {
        let n = self.0.states().len();
        (0..n).map(|from| (0..n).map(|to| cell(from, to)).collect()).collect()
    }
}

#[pymethods]
impl Migration {
    #[new]
    #[pyo3(signature = (before, after, label, customer = "customer", states = None))]
    fn new(
        py: Python<'_>,
        before: &Bound<'_, PyAny>,
        after: &Bound<'_, PyAny>,
        label: String,
        customer: &str,
        states: Option<Vec<String>>,
    ) -> PyResult<PyClassInitializer<Self>> {
        let (before, after) = (read(before, UNNAMED, None)?, read(after, UNNAMED, None)?);
        let customer = customer.to_owned();
        let moved = run(py, None, move |_| {
            insight::Migration::from_tables(&before, &after, &label, &customer, states.as_deref())
        })?;
        let moved = Arc::new(moved);
        Ok(Table::of(moved.clone()).add_subclass(Migration(moved)))
    }

    /// The names of the states.
    #[getter]
    fn states(&self) -> Vec<String> {
        self.0.states().to_vec()
    }

    /// Customers labelled on both sides: one row per state before, one column per state after.
    #[getter]
    fn counts(&self) -> Vec<Vec<u32>> {
        self.0.counts().to_vec()
    }

    /// Customers labelled only before, by their state then.
    #[getter]
    fn leavers(&self) -> Vec<u32> {
        self.0.leavers().to_vec()
    }

    /// Customers labelled only after, by their state then.
    #[getter]
    fn entrants(&self) -> Vec<u32> {
        self.0.entrants().to_vec()
    }

    /// The counts as shares of their rows; None in a row without a customer.
    #[getter]
    fn probabilities(&self) -> Vec<Vec<Option<f64>>> {
        self.matrix(|from, to| self.0.probability(from, to))
    }

    /// The standard errors of the probabilities, √(p (1 − p) / n).
    #[getter]
    fn standard_errors(&self) -> Vec<Vec<Option<f64>>> {
        self.matrix(|from, to| self.0.standard_error(from, to))
    }

    /// How many of the customers labelled after stand in each state so many steps later, if the same
    /// probabilities hold at every step, nobody enters and nobody leaves.
    ///
    /// Parameters
    /// ----------
    /// steps : int
    ///     How many steps, each as long as from before to after; from 0 to 10,000.
    ///
    /// Returns
    /// -------
    /// list of float
    ///
    /// Raises
    /// ------
    /// InvalidParameter
    fn forecast(
        &self,
        #[pyo3(from_py_with = crate::given::migration::steps)] steps: u32,
    ) -> PyResult<Vec<f64>> {
        self.0.forecast(steps).map_err(raise)
    }

    /// The matrix as a heat map, states before from top to bottom and states after from left to right.
    ///
    /// Parameters
    /// ----------
    /// column : {"probability", "customers"}, default "probability"
    ///     The share of those in the state before, or how many they are.
    ///
    /// Returns
    /// -------
    /// Chart
    #[pyo3(signature = (column = "probability"))]
    fn plot(&self, py: Python<'_>, column: &str) -> PyResult<Chart> {
        let (result, column) = (self.0.clone(), column.to_owned());
        Chart::made(py, move || report::migration_chart(&result, &column))
    }
}
