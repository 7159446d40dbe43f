//! How long customers under contract stay.

use crate::convert::{from_json, to_json};
use crate::error::raise;
use crate::insight::fitted::{boundaries, edges, status};
use crate::run::run;
use crate::settings::settings;
use crm_mining::{Fit, insight};
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use std::sync::Arc;

/// The shifted beta-geometric and the beta-discrete-Weibull model: how many customers renew a contract once more?
///
/// At every renewal a customer leaves with a probability of their own; those likely to leave do so early, so retention
/// rises with age although nobody changes. In the beta-discrete-Weibull each customer's own chances change with age too.
///
/// Parameters
/// ----------
/// weibull : bool, default False
///     Whether each customer's chance to leave changes with age: the beta-discrete-Weibull.
/// max_iterations : int, default 500
///     Newton steps allowed to each search, at least 1.
/// tolerance : float, default 1e-9
///     A search has converged when another step is expected to raise the log-likelihood by less; above 0.
///
/// Examples
/// --------
/// >>> staying = crm.Contract().fit([[1000, 869, 743, 653, 593, 551, 517, 491]])
/// >>> round(staying.alpha, 3), round(staying.beta, 3)
/// (0.668, 3.806)
#[pyclass(frozen, eq, get_all, module = "crm_mining")]
#[derive(PartialEq)]
pub(crate) struct Contract {
    /// Whether each customer's chance to leave changes with age.
    weibull: bool,
    /// Newton steps allowed to each search.
    max_iterations: usize,
    /// The rise of the log-likelihood that counts as none.
    tolerance: f64,
}

settings! { Contract {
    #[new]
    #[pyo3(signature = (weibull = false, max_iterations = 500, tolerance = 1e-9))]
    fn new(
        weibull: bool,
        #[pyo3(from_py_with = crate::given::contract::max_iterations)] max_iterations: usize,
        #[pyo3(from_py_with = crate::given::contract::tolerance)] tolerance: f64,
    ) -> Contract {
        Contract { weibull, max_iterations, tolerance }
    }

    /// Finds the parameters.
    ///
    /// Parameters
    /// ----------
    /// cohorts : sequence of sequences of float
    ///     How many customers of each cohort were there at first, after the first renewal, after the second, and so on:
    ///     ``[[1000, 869, 743]]`` for one cohort. Numbers, not shares.
    ///
    /// Returns
    /// -------
    /// ContractModel
    ///
    /// Raises
    /// ------
    /// NotEnoughData
    ///     Nobody left, or too few renewals.
    /// InvalidValue
    ///     A number below 0, or above the one before it.
    fn fit(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = crate::given::contract::cohorts)] cohorts: Vec<Vec<f64>>,
    ) -> PyResult<ContractModel> {
        let &Contract { weibull, max_iterations, tolerance } = self;
        let settings = insight::Contract { weibull, max_iterations, tolerance };
        let model = run(py, None, move |control| {
            settings.fit_with(&insight::Survivors::new(cohorts)?, control)
        })?;
        Ok(ContractModel(Arc::new(model)))
    }
} }

/// A fitted model of how long customers under contract stay. Made by `Contract.fit`.
#[pyclass(frozen, eq, module = "crm_mining")]
#[derive(PartialEq)]
pub(crate) struct ContractModel(Arc<insight::ContractModel>);

#[pymethods]
impl ContractModel {
    /// First shape of the beta distribution of the chances to leave.
    #[getter]
    fn alpha(&self) -> f64 {
        self.0.alpha()
    }

    /// Second shape of the beta distribution of the chances to leave.
    #[getter]
    fn beta(&self) -> f64 {
        self.0.beta()
    }

    /// The Weibull's exponent; 1 for the shifted beta-geometric.
    #[getter]
    fn c(&self) -> f64 {
        self.0.c()
    }

    /// Standard errors of alpha, beta and c (0 when not estimated); None at a boundary.
    #[getter]
    fn standard_errors(&self) -> Option<(f64, f64, f64)> {
        self.0.standard_errors().map(|[alpha, beta, c]| (alpha, beta, c))
    }

    /// How many customers the model was fitted to.
    #[getter]
    fn n_customers(&self) -> f64 {
        self.0.n_customers()
    }

    /// The log-likelihood of the data of the fit.
    #[getter]
    fn log_likelihood(&self) -> f64 {
        self.0.log_likelihood()
    }

    /// Newton steps from the start to the end.
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

    /// The share of customers who are still there after so many renewals.
    ///
    /// Parameters
    /// ----------
    /// renewals : int
    ///     How many renewals, from 0 on.
    ///
    /// Returns
    /// -------
    /// float
    fn survival(&self, #[pyo3(from_py_with = crate::given::contract_model::renewals)] renewals: u32) -> f64 {
        self.0.survival(renewals)
    }

    /// Of those who were there before a renewal, the share who renew.
    ///
    /// Parameters
    /// ----------
    /// renewal : int
    ///     Which renewal, from 1 on.
    ///
    /// Returns
    /// -------
    /// float
    ///
    /// Raises
    /// ------
    /// InvalidParameter
    fn retention(
        &self,
        #[pyo3(from_py_with = crate::given::contract_model::renewal)] renewal: u32,
    ) -> PyResult<f64> {
        self.0.retention(renewal).map_err(raise)
    }

    /// Expected payments of a new customer, the first now, later ones worth less by the discount.
    ///
    /// Parameters
    /// ----------
    /// discount : float
    ///     What later money loses from one renewal to the next: 0.1 for 10 %; above 0 and at most 10.
    ///
    /// Returns
    /// -------
    /// float
    fn expected_lifetime(
        &self,
        #[pyo3(from_py_with = crate::given::contract_model::discount)] discount: f64,
    ) -> PyResult<f64> {
        self.0.expected_lifetime(discount).map_err(raise)
    }

    /// Expected payments still to come of a customer who is about to decide on a renewal.
    ///
    /// Parameters
    /// ----------
    /// renewal : int
    ///     Which renewal, from 1 on.
    /// discount : float
    ///     What later money loses from one renewal to the next: 0.1 for 10 %; above 0 and at most 10.
    ///
    /// Returns
    /// -------
    /// float
    fn residual_lifetime(
        &self,
        #[pyo3(from_py_with = crate::given::contract_model::renewal)] renewal: u32,
        #[pyo3(from_py_with = crate::given::contract_model::discount)] discount: f64,
    ) -> PyResult<f64> {
        self.0.residual_lifetime(renewal, discount).map_err(raise)
    }

    /// The model as JSON, for `ContractModel.from_json` and for Rust.
    ///
    /// Returns
    /// -------
    /// str
    fn to_json(&self) -> PyResult<String> {
        to_json(&*self.0)
    }

    /// The model that `ContractModel.to_json` wrote.
    ///
    /// Parameters
    /// ----------
    /// json : str
    ///     The text.
    ///
    /// Returns
    /// -------
    /// ContractModel
    #[staticmethod]
    fn from_json(json: &str) -> PyResult<ContractModel> {
        Ok(ContractModel(Arc::new(from_json("ContractModel", "json", json)?)))
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let json = (slf.get().to_json()?,).into_pyobject(slf.py())?;
        Ok((slf.get_type().getattr("from_json")?, json))
    }

    fn __repr__(&self) -> String {
        let model = &self.0;
        let (alpha, beta, c, edges) = (model.alpha(), model.beta(), model.c(), edges(model.status()));
        format!(
            "contracts of {} customers: alpha={alpha:.4}, beta={beta:.4}, c={c:.4}{edges}",
            model.n_customers()
        )
    }
}
