//! Composite value: one transparent score.

use crate::convert::{choice, list, plain, setting};
use crate::data::Ledger;
use crate::date::Date;
use crate::error::raise;
use crate::run::run;
use crate::settings::settings;
use crate::table::{Table, UNNAMED, read};
use crm_mining::insight::{self, ValueInput};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use std::sync::Arc;

/// Figures per customer that a composite value is made of, of which any may be missing for any customer.
///
/// Loyalty: ``retention`` (share of the 30-day windows since the first purchase with a purchase),
/// ``repeat_rate`` (share of the orders that are not the first), ``rhythm`` (1 / (1 + cv) of the gaps),
/// ``recommendation`` (0 to 10). Profitability: ``margin`` (money), ``cost_to_serve`` (money, less is
/// better), ``returns`` (money returned by money paid, less is better). Risk: ``default_risk`` and
/// ``churn_risk`` (probabilities, less is better), ``complaints`` (less is better). Potential:
/// ``share_of_wallet`` (0 to 1, less is better: more to win), ``distance_to_best`` (money). Lifetime value:
/// ``clv`` (money).
///
/// Parameters
/// ----------
/// table : Table or frame
///     One row per customer; the columns called like a figure are taken, others not looked at. Missing is
///     null or NaN.
/// customer : str, default "customer"
///     The column that names the customer.
///
/// Raises
/// ------
/// MissingColumn
///     No column of customers.
/// InvalidValue
///     A value that is infinite, no number or outside the range of its figure, with its row; a customer of
///     two rows.
///
/// Examples
/// --------
/// >>> import polars as pl
/// >>> frame = pl.DataFrame({"customer": ["a", "b"], "margin": [120.0, None], "churn_risk": [0.1, 0.8]})
/// >>> crm.ValueInputs(frame).inputs
/// ['margin', 'churn_risk']
/// >>> told = crm.ValueInputs.from_ledger(ledger)
/// >>> told.inputs
/// ['retention', 'repeat_rate', 'rhythm', 'returns']
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct ValueInputs(Arc<insight::ValueInputs>);

impl ValueInputs {
    fn of(inputs: insight::ValueInputs) -> PyClassInitializer<ValueInputs> {
        let inputs = Arc::new(inputs);
        Table::of(inputs.clone()).add_subclass(ValueInputs(inputs))
    }
}

#[pymethods]
impl ValueInputs {
    #[new]
    #[pyo3(signature = (table, customer = "customer"))]
    fn new(table: &Bound<'_, PyAny>, customer: &str) -> PyResult<PyClassInitializer<Self>> {
        let (rows, customer) = (read(table, UNNAMED, None)?, customer.to_owned());
        let inputs = run(table.py(), None, move |_| insight::ValueInputs::from_table(&rows, &customer))?;
        Ok(ValueInputs::of(inputs))
    }

    /// Retention, repeat rate, rhythm and returns of every customer with a purchase, as seen at the end of a
    /// day.
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
    /// ValueInputs
    #[staticmethod]
    #[pyo3(signature = (ledger, as_of = None))]
    fn from_ledger<'py>(py: Python<'py>, ledger: &Ledger, as_of: Option<Date>) -> PyResult<Bound<'py, Self>> {
        let (as_of, ledger) = (ledger.day(as_of), ledger.0.clone());
        let inputs = run(py, None, move |_| insight::ValueInputs::from_ledger(&ledger, as_of))?;
        Bound::new(py, ValueInputs::of(inputs))
    }

    /// One figure more, out of a table whose customers are matched by their keys.
    ///
    /// Parameters
    /// ----------
    /// input : str
    ///     The figure, such as "clv". One given before is replaced.
    /// table : Table or frame
    ///     One row per customer. Customers who are not among the inputs are left out and counted.
    /// value : str, optional
    ///     The column of the figure; that called like it when left out.
    /// customer : str, default "customer"
    ///     The column that names the customer.
    ///
    /// Returns
    /// -------
    /// ValueInputs
    ///
    /// Raises
    /// ------
    /// InvalidParameter
    ///     An unknown figure.
    /// MissingColumn
    ///     A column that is not in the table.
    /// InvalidValue
    ///     As in the constructor.
    ///
    /// Examples
    /// --------
    /// >>> rfm = crm.Rfm().score(ledger)
    /// >>> crm.ValueInputs.from_ledger(ledger).with_("margin", rfm, "monetary").inputs[-2:]
    /// ['margin', 'returns']
    #[pyo3(name = "with_", signature = (input, table, value = None, customer = "customer"))]
    fn with<'py>(
        &self,
        py: Python<'py>,
        input: &str,
        table: &Bound<'py, PyAny>,
        value: Option<String>,
        customer: &str,
    ) -> PyResult<Bound<'py, Self>> {
        let input = choice::<ValueInput>("ValueInputs.with_", "input", input)?;
        let (table, customer) = (read(table, UNNAMED, None)?, customer.to_owned());
        let inputs = insight::ValueInputs::clone(&self.0);
        let value = value.unwrap_or_else(|| input.name().to_owned());
        let inputs = run(py, None, move |_| inputs.with_column(input, &table, &value, &customer))?;
        Bound::new(py, ValueInputs::of(inputs))
    }

    /// The customers in order: text, or integers when their column was typed so.
    #[getter]
    fn customers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        list(py, self.0.customers())
    }

    /// The columns of the table read that are called like no figure.
    #[getter]
    fn unused(&self) -> Vec<String> {
        self.0.unused().to_vec()
    }

    /// The figures given.
    #[getter]
    fn inputs(&self) -> Vec<&'static str> {
        self.0.inputs().map(ValueInput::name).collect()
    }

    /// Values left out, because their customers are not among the inputs.
    #[getter]
    fn unmatched(&self) -> usize {
        self.0.unmatched()
    }
}

/// Composite value: one score from 0 to 100 out of loyalty, profitability, risk, potential and lifetime
/// value, which shows what it is made of.
///
/// Every figure is brought to 0 to 100, more being better, and the score is the weighted mean of those that
/// the customer has. A missing figure lowers the coverage and leaves the score to the others.
///
/// Parameters
/// ----------
/// weights : dict of str to float, optional
///     Weights of the figures; those not named weigh nothing. When left out every side of value weighs 20:
///     retention, repeat_rate, rhythm and recommendation 5 each; margin 10, cost_to_serve and returns 5;
///     default_risk 10, complaints and churn_risk 5; share_of_wallet and distance_to_best 10; clv 20.
/// scales : dict of str to str or dict, optional
///     How each figure is brought to 0 to 100: "rank", the default, by its rank among the customers, or
///     ``{"between": {"low": 0, "high": 1000}}``, straight between two borders.
///
/// Examples
/// --------
/// >>> import polars as pl
/// >>> frame = pl.DataFrame({"customer": ["a", "b"], "clv": [900.0, 100.0], "churn_risk": [0.2, None]})
/// >>> scales = {"clv": {"between": {"low": 0, "high": 1000}}, "churn_risk": {"between": {"low": 0, "high": 1}}}
/// >>> value = crm.CompositeValue({"clv": 3, "churn_risk": 1}, scales).score(crm.ValueInputs(frame))
/// >>> value.to_polars().select("score", "coverage", "from_churn_risk").rows()
/// [(87.5, 1.0, 20.0), (10.0, 0.75, None)]
#[pyclass(frozen, eq, module = "crm_mining")]
#[derive(PartialEq)]
pub(crate) struct CompositeValue(insight::CompositeValue);

settings! { CompositeValue {
    #[new]
    #[pyo3(signature = (weights = None, scales = None))]
    fn new(
        weights: Option<&Bound<'_, PyDict>>,
        scales: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<CompositeValue> {
        let mut value = insight::CompositeValue::default();
        if let Some(given) = weights {
            value.weights = setting("CompositeValue", "weights", given)?;
        }
        if let Some(given) = scales {
            value.scales = setting("CompositeValue", "scales", given)?;
        }
        Ok(CompositeValue(value))
    }

    /// Weights of the figures.
    #[getter]
    fn weights<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.weights)
    }

    /// Scales of the figures that are not brought to 0 to 100 by rank.
    #[getter]
    fn scales<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.scales)
    }

    /// The score of every customer of the inputs.
    ///
    /// Parameters
    /// ----------
    /// inputs : ValueInputs
    ///     What is known of the customers.
    ///
    /// Returns
    /// -------
    /// Table
    ///     With the columns customer, score, coverage, one for each of loyalty, profitability, risk,
    ///     potential and lifetime_value, and what each figure contributed to the score as from_clv and so on.
    ///
    /// Raises
    /// ------
    /// InvalidParameter
    ///     A weight that is negative or not finite, no weight above 0, borders that are not ascending.
    /// NotEnoughData
    ///     No customer.
    fn score<'py>(&self, py: Python<'py>, inputs: &ValueInputs) -> PyResult<Bound<'py, Table>> {
        let (value, inputs) = (self.0.clone(), inputs.0.clone());
        Table::bound(py, &run(py, None, move |_| value.score(&inputs))?)
    }
} }

/// How much more the best of each customer's segment spend: a proxy of what could still be won.
///
/// Parameters
/// ----------
/// segments : sequence of str
///     The segment of each customer.
/// values : sequence of float
///     The spend of each customer.
/// best : float, default 0.9
///     The quantile of the segment that is called the best, from 0 to 1.
///
/// Returns
/// -------
/// list of float
///     0 for those who are beyond it.
///
/// Raises
/// ------
/// InvalidParameter
///     A quantile out of range.
/// InvalidValue
///     A value that is not finite, with its row.
///
/// Examples
/// --------
/// >>> crm.distance_to_best(["a", "a", "a", "b"], [10, 30, 70, 5], best=0.5)
/// [20.0, 0.0, 0.0, 0.0]
#[pyfunction]
#[pyo3(signature = (segments, values, best = 0.9))]
pub(crate) fn distance_to_best(segments: Vec<String>, values: Vec<f64>, best: f64) -> PyResult<Vec<f64>> {
    insight::distance_to_best(&segments, &values, best).map_err(raise)
}
