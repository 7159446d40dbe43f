//! A fitted model of buying.

use super::forecast::{Forecast, NextPurchases, SimulatedBuyers};
use super::judged::FrequencyTable;
use crate::convert::{from_json, to_json};
use crate::data::Summary;
use crate::date::Date;
use crate::error::raise;
use crate::insight::fitted::{boundaries, edges, predicted, status};
use crate::run::run;
use crate::table::Table;
use crm_mining::data::{self, Column, Days};
use crm_mining::insight;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use std::sync::Arc;

/// A fitted model of buying: made by `BgNbd`, `ParetoNbd`, `Nbd` or `BgBb`.
///
/// Every figure of a customer depends on that customer's record alone. The JSON of a model holds its parameters and no
/// customer.
#[pyclass(frozen, eq, module = "crm_mining")]
#[derive(PartialEq)]
pub(crate) struct BuyingModel(pub(crate) Arc<insight::BuyingModel>);

#[pymethods]
impl BuyingModel {
    /// The name of the model in the literature, such as "BG/NBD" or "MBG/CNBD-2".
    #[getter]
    fn process(&self) -> String {
        self.0.process().name()
    }

    /// The estimates by name: r, alpha, a and b for BG/NBD and its kin; r, alpha, s and beta for Pareto/NBD; r and alpha
    /// for NBD; alpha, beta, gamma and delta for BG/BB; and "buying: x" and "leaving: x" for each covariate x.
    #[getter]
    fn parameters<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let all = PyDict::new(py);
        for parameter in self.0.parameters() {
            all.set_item(parameter.name, parameter.value)?;
        }
        Ok(all)
    }

    /// Standard errors of the estimates by name; None at a boundary.
    #[getter]
    fn standard_errors<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
        let all = PyDict::new(py);
        for parameter in self.0.parameters() {
            let Some(error) = parameter.standard_error else { return Ok(None) };
            all.set_item(parameter.name, error)?;
        }
        Ok(Some(all))
    }

    /// The covariates that the model uses.
    #[getter]
    fn covariates(&self) -> Vec<String> {
        self.0.covariates().to_vec()
    }

    /// Days in the unit of time of the fit: 1, or 7 for a summary in weeks.
    #[getter]
    fn days_per_unit(&self) -> f64 {
        self.0.days_per_unit()
    }

    /// How many customers the model was fitted to.
    #[getter]
    fn n_customers(&self) -> usize {
        self.0.n_customers()
    }

    /// The log-likelihood of the data of the fit, without the penalty.
    #[getter]
    fn log_likelihood(&self) -> f64 {
        self.0.log_likelihood()
    }

    /// Akaike's criterion: the smaller the better.
    #[getter]
    fn aic(&self) -> f64 {
        self.0.aic()
    }

    /// The Bayesian criterion: the smaller the better.
    #[getter]
    fn bic(&self) -> f64 {
        self.0.bic()
    }

    /// Newton steps from the best start to the end.
    #[getter]
    fn iterations(&self) -> usize {
        self.0.iterations()
    }

    /// "converged" when the parameters lie inside their range, else "boundary".
    #[getter]
    fn status(&self) -> &'static str {
        status(self.0.status())
    }

    /// The simpler models that the data prefer; empty when converged.
    #[getter]
    fn boundaries(&self) -> Vec<String> {
        boundaries(self.0.status())
    }

    /// The probability that each customer is still one at the day of observation; for BG/BB, at the next opportunity.
    ///
    /// Under NBD it is 1 for all, and under BG/NBD for every customer without a repeat purchase, because the model
    /// supposes it: ``identified`` is false for those.
    ///
    /// Parameters
    /// ----------
    /// summary : Summary
    ///     Of these customers.
    ///
    /// Returns
    /// -------
    /// Table
    fn p_alive<'py>(&self, py: Python<'py>, summary: &Summary) -> PyResult<Bound<'py, Table>> {
        let model = self.0.clone();
        predicted(py, "p_alive", summary, move |summary| model.p_alive(summary))
    }

    /// Whether each customer's own record tells if they are still one; BG/NBD cannot tell from one order.
    ///
    /// Parameters
    /// ----------
    /// summary : Summary
    ///     Of these customers.
    ///
    /// Returns
    /// -------
    /// Table
    fn identified<'py>(&self, py: Python<'py>, summary: &Summary) -> PyResult<Bound<'py, Table>> {
        let columns = vec![
            Column::keys("customer", summary.0.customers()),
            Column::bools("identified", self.0.identified(&summary.0)),
        ];
        let table = data::Table::new("identified", columns).map_err(raise)?;
        Bound::new(py, Table::ready(Arc::new(table)))
    }

    /// How many repeat purchases each customer is expected to make.
    ///
    /// Parameters
    /// ----------
    /// summary : Summary
    ///     Of these customers.
    /// horizon_days : int
    ///     How far to look, in days from the day of observation; at least 0.
    ///
    /// Returns
    /// -------
    /// Table
    fn expected_purchases<'py>(
        &self,
        py: Python<'py>,
        summary: &Summary,
        #[pyo3(from_py_with = crate::given::buying_model::horizon_days)] horizon_days: i32,
    ) -> PyResult<Bound<'py, Table>> {
        let model = self.0.clone();
        predicted(py, "expected_purchases", summary, move |summary| {
            model.expected_purchases(summary, Days(horizon_days))
        })
    }

    /// How many repeat purchases a customer makes on average from the first purchase on.
    ///
    /// Parameters
    /// ----------
    /// horizon_days : int
    ///     How far to look, in days from the first purchase; at least 0.
    /// covariates : sequence of float, optional
    ///     Those of the customer, in the order of `covariates`; none when left out.
    ///
    /// Returns
    /// -------
    /// float
    #[pyo3(signature = (horizon_days, covariates = vec![]), text_signature = "(self, horizon_days, covariates=())")]
    fn expected_from_start(
        &self,
        #[pyo3(from_py_with = crate::given::buying_model::horizon_days)] horizon_days: i32,
        #[pyo3(from_py_with = crate::given::buying_model::covariates)] covariates: Vec<f64>,
    ) -> PyResult<f64> {
        self.0.expected_from_start(Days(horizon_days), &covariates).map_err(raise)
    }

    /// The probability of 0, 1, … ``most`` purchases of each customer: a column for each number.
    ///
    /// Parameters
    /// ----------
    /// summary : Summary
    ///     Of these customers.
    /// horizon_days : int
    ///     How far to look, in days from the day of observation; at least 0.
    /// most : int
    ///     The greatest number of purchases, at most 10,000.
    ///
    /// Returns
    /// -------
    /// Table
    fn count_probabilities<'py>(
        &self,
        py: Python<'py>,
        summary: &Summary,
        #[pyo3(from_py_with = crate::given::buying_model::horizon_days)] horizon_days: i32,
        #[pyo3(from_py_with = crate::given::buying_model::most)] most: usize,
    ) -> PyResult<Bound<'py, Table>> {
        let (model, summary) = (self.0.clone(), summary.0.clone());
        let table = run(py, None, move |_| {
            let rows = model.count_probabilities(&summary, Days(horizon_days), most)?;
            let column = |number: usize| rows.iter().filter_map(|row| row.get(number).copied()).collect();
            let mut columns = vec![Column::keys("customer", summary.customers())];
            columns.extend((0..=most).map(|number| Column::floats(format!("p_{number}"), column(number))));
            data::Table::new("count_probabilities", columns)
        })?;
        Bound::new(py, Table::ready(Arc::new(table)))
    }

    /// How many purchases each customer is expected to make from now on, each worth the less the later it comes.
    ///
    /// Parameters
    /// ----------
    /// summary : Summary
    ///     Of these customers.
    /// annual_discount : float
    ///     What later money loses per year of 365 days: 0.15 makes a purchase in a year worth 1 / 1.15 of one now. Above 0
    ///     and at most 10.
    ///
    /// Returns
    /// -------
    /// Table
    fn discounted_purchases<'py>(
        &self,
        py: Python<'py>,
        summary: &Summary,
        #[pyo3(from_py_with = crate::given::buying_model::annual_discount)] annual_discount: f64,
    ) -> PyResult<Bound<'py, Table>> {
        let model = self.0.clone();
        predicted(py, "discounted_purchases", summary, move |summary| {
            model.discounted_purchases(summary, annual_discount)
        })
    }

    /// When each customer buys next: the probability that they ever do, the median of the days until then, and a range.
    ///
    /// Parameters
    /// ----------
    /// summary : Summary
    ///     Of these customers.
    /// as_of : date
    ///     The day of observation, from which the days are counted: that of the summary.
    /// level : float, default 0.9
    ///     The probability that the range holds the purchase, if there is one; above 0 and below 1.
    ///
    /// Returns
    /// -------
    /// NextPurchases
    ///
    /// Examples
    /// --------
    /// >>> next_purchase = crm.ParetoNbd().fit(summary).next_purchase(summary, ledger.last_day)
    /// >>> str(next_purchase.to_polars()["date"].dtype).split("(")[0]
    /// 'Datetime'
    #[pyo3(signature = (summary, as_of, level = 0.9))]
    fn next_purchase<'py>(
        &self,
        py: Python<'py>,
        summary: &Summary,
        as_of: Date,
        #[pyo3(from_py_with = crate::given::buying_model::level)] level: f64,
    ) -> PyResult<Bound<'py, NextPurchases>> {
        let (model, summary) = (self.0.clone(), summary.0.clone());
        NextPurchases::bound(py, run(py, None, move |_| model.next_purchase(&summary, as_of.0, level))?)
    }

    /// Expected purchases of each customer, with intervals.
    ///
    /// Parameters
    /// ----------
    /// summary : Summary
    ///     Of these customers.
    /// horizon_days : int
    ///     How far to look, in days from the day of observation; at least 0.
    /// level : float, default 0.9
    ///     The probability with which the intervals hold, above 0 and below 1.
    ///
    /// Returns
    /// -------
    /// Forecast
    #[pyo3(signature = (summary, horizon_days, level = 0.9))]
    fn forecast<'py>(
        &self,
        py: Python<'py>,
        summary: &Summary,
        #[pyo3(from_py_with = crate::given::buying_model::horizon_days)] horizon_days: i32,
        #[pyo3(from_py_with = crate::given::buying_model::level)] level: f64,
    ) -> PyResult<Bound<'py, Forecast>> {
        let (model, summary) = (self.0.clone(), summary.0.clone());
        Forecast::bound(py, run(py, None, move |_| model.forecast(&summary, Days(horizon_days), level))?)
    }

    /// How many customers made 0, 1, … repeat purchases, and how many were expected to.
    ///
    /// Parameters
    /// ----------
    /// summary : Summary
    ///     Of these customers.
    /// most : int, default 7
    ///     The last row holds so many purchases and more; from 1 to 10,000.
    ///
    /// Returns
    /// -------
    /// FrequencyTable
    #[pyo3(signature = (summary, most = 7))]
    fn frequency_table<'py>(
        &self,
        py: Python<'py>,
        summary: &Summary,
        #[pyo3(from_py_with = crate::given::buying_model::most)] most: usize,
    ) -> PyResult<Bound<'py, FrequencyTable>> {
        let (model, summary) = (self.0.clone(), summary.0.clone());
        FrequencyTable::bound(py, run(py, None, move |_| model.frequency_table(&summary, most))?)
    }

    /// Made-up customers by the story of the model, one per age, followed further.
    ///
    /// Parameters
    /// ----------
    /// ages : sequence of float
    ///     From the first purchase to the observation, in the unit of time of the fit.
    /// horizon_days : int
    ///     How far to follow them, in days from the observation on; at least 0.
    /// seed : int
    ///     The same seed gives the same customers; from 0 on.
    ///
    /// Returns
    /// -------
    /// SimulatedBuyers
    fn simulate<'py>(
        &self,
        py: Python<'py>,
        #[pyo3(from_py_with = crate::given::buying_model::ages)] ages: Vec<f64>,
        #[pyo3(from_py_with = crate::given::buying_model::horizon_days)] horizon_days: i32,
        #[pyo3(from_py_with = crate::given::buying_model::seed)] seed: u64,
    ) -> PyResult<SimulatedBuyers> {
        let model = self.0.clone();
        let buyers = run(py, None, move |_| model.simulate(&ages, Days(horizon_days), seed))?;
        Ok(SimulatedBuyers(Arc::new(buyers)))
    }

    /// The log-likelihood of other customers under this model, such as those of a holdout.
    ///
    /// Parameters
    /// ----------
    /// summary : Summary
    ///     Of these customers.
    ///
    /// Returns
    /// -------
    /// float
    fn log_likelihood_on(&self, py: Python<'_>, summary: &Summary) -> PyResult<f64> {
        let (model, summary) = (self.0.clone(), summary.0.clone());
        run(py, None, move |_| model.log_likelihood_on(&summary))
    }

    /// The model as JSON, for `BuyingModel.from_json` and for Rust.
    ///
    /// Returns
    /// -------
    /// str
    fn to_json(&self) -> PyResult<String> {
        to_json(&*self.0)
    }

    /// The model that `BuyingModel.to_json` wrote.
    ///
    /// Parameters
    /// ----------
    /// json : str
    ///     The text.
    ///
    /// Returns
    /// -------
    /// BuyingModel
    #[staticmethod]
    fn from_json(json: &str) -> PyResult<BuyingModel> {
        Ok(BuyingModel(Arc::new(from_json("BuyingModel", "json", json)?)))
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let json = (slf.get().to_json()?,).into_pyobject(slf.py())?;
        Ok((slf.get_type().getattr("from_json")?, json))
    }

    fn __repr__(&self) -> String {
        let model = &self.0;
        let parameters = model.parameters();
        let shown: Vec<String> = parameters.iter().map(|of| format!("{}={:.4}", of.name, of.value)).collect();
        let (name, n, edges) = (model.process().name(), model.n_customers(), edges(model.status()));
        format!("{name} of {n} customers: {}{edges}", shown.join(", "))
    }
}
