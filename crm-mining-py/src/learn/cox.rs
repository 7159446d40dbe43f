//! Cox's proportional hazards.

use super::durations::{Durations, figures, survival_table};
use crate::convert::{choice, from_json, plain, to_json};
use crate::data::Features;
use crate::error::raise;
use crate::run::run;
use crate::settings::settings;
use crate::table::Table;
use crm_mining::Fit;
use crm_mining::data::Column;
use crm_mining::learn;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use std::sync::Arc;

/// Cox's proportional hazards: which features bring the event nearer, and by how much.
///
/// The hazard of a subject is a common one, of any form, times e^(Σ coefficient × value). Columns are standardised
/// inside; coefficients come out in the units of the features.
///
/// Parameters
/// ----------
/// ties : {"efron", "breslow"}, default "efron"
///     How events at one time share the risk.
/// penalizer : float, default 0.0
///     Weight of half the squared coefficients of standardised columns, taken off the mean log-likelihood (as in
///     lifelines with ``l1_ratio=0``).
/// max_iterations : int, default 100
///     Newton steps allowed, at least 1.
/// tolerance : float, default 1e-9
///     The search has converged when another step is expected to raise the log-likelihood by less; above 0 and
///     below 1.
///
/// Examples
/// --------
/// >>> import polars as pl
/// >>> frame = pl.DataFrame({"complaints": [3, 0, 2, 1, 0, 2]})
/// >>> months = crm.learn.Durations([2, 24, 9, 4, 12, 14], [1, 0, 1, 1, 1, 1])
/// >>> model = crm.learn.Cox().fit(crm.Features(frame, ["complaints"]), months)
/// >>> model.hazard_ratios["complaints"] > 1
/// True
#[pyclass(frozen, eq, get_all, module = "crm_mining.learn")]
#[derive(PartialEq)]
pub(crate) struct Cox {
    /// How events at one time share the risk.
    ties: String,
    /// Weight of half the squared coefficients.
    penalizer: f64,
    /// Newton steps allowed.
    max_iterations: usize,
    /// The rise of the log-likelihood that counts as none.
    tolerance: f64,
}

settings! { Cox {
    #[new]
    #[pyo3(
        signature = (ties = "efron", penalizer = 0.0, max_iterations = 100, tolerance = 1e-9),
        text_signature = "(ties='efron', penalizer=0.0, max_iterations=100, tolerance=1e-9)"
    )]
    fn new(
        ties: &str,
        #[pyo3(from_py_with = crate::given::cox::penalizer)] penalizer: f64,
        #[pyo3(from_py_with = crate::given::cox::max_iterations)] max_iterations: usize,
        #[pyo3(from_py_with = crate::given::cox::tolerance)] tolerance: f64,
    ) -> PyResult<Cox> {
        choice::<learn::Ties>("Cox", "ties", ties)?;
        Ok(Cox { ties: ties.to_owned(), penalizer, max_iterations, tolerance })
    }

    /// Finds the coefficients.
    ///
    /// Parameters
    /// ----------
    /// features : Features
    ///     What is known of each subject.
    /// durations : Durations
    ///     How long each was watched, in the same order.
    /// progress : callable, optional
    ///     Called with stage, done and total as the work goes on.
    ///
    /// Returns
    /// -------
    /// CoxModel
    ///
    /// Raises
    /// ------
    /// NotEnoughData
    ///     Fewer than two rows, or no observed event.
    /// InvalidColumn
    ///     A column of one value, one that follows from those before it, or one that foretells the events without
    ///     exception, named.
    /// NotConverged
    ///     The search stopped before its tolerance was met.
    #[pyo3(signature = (features, durations, *, progress = None))]
    fn fit<'py>(
        &self,
        py: Python<'py>,
        features: &Features,
        durations: &Durations,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, CoxModel>> {
        let &Cox { penalizer, max_iterations, tolerance, .. } = self;
        let settings =
            learn::Cox { ties: choice("Cox", "ties", &self.ties)?, penalizer, max_iterations, tolerance };
        let (features, durations) = (features.0.clone(), durations.0.clone());
        let model = run(py, progress, move |control| {
            let data = learn::Timed::new((*features).clone(), (*durations).clone())?;
            settings.fit_with(&data, control)
        })?;
        CoxModel::bound(py, model)
    }
} }

/// A fitted `Cox` regression, one row per feature.
#[pyclass(frozen, extends = Table, module = "crm_mining.learn")]
pub(crate) struct CoxModel(Arc<learn::CoxModel>);

impl CoxModel {
    fn bound(py: Python<'_>, model: learn::CoxModel) -> PyResult<Bound<'_, CoxModel>> {
        let model = Arc::new(model);
        Bound::new(py, Table::of(model.clone()).add_subclass(CoxModel(model)))
    }
}

#[pymethods]
impl CoxModel {
    /// By how much the logarithm of the hazard grows per unit of each feature.
    #[getter]
    fn coefficients<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        by_feature(py, self.0.names(), self.0.coefficients())
    }

    /// By what the hazard is multiplied per unit of each feature.
    #[getter]
    fn hazard_ratios<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        by_feature(py, self.0.names(), &self.0.hazard_ratios())
    }

    /// The standard error of each coefficient.
    #[getter]
    fn standard_errors<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        by_feature(py, self.0.names(), &self.0.standard_errors())
    }

    /// How likely a coefficient of 0 comes out so large by chance.
    #[getter]
    fn p_values<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        by_feature(py, self.0.names(), &self.0.p_values())
    }

    /// The lower and upper bound of each coefficient.
    ///
    /// Parameters
    /// ----------
    /// level : float, default 0.95
    ///     How likely each pair of bounds holds the truth, above 0 and below 1.
    ///
    /// Returns
    /// -------
    /// list of tuple
    #[pyo3(signature = (level = 0.95))]
    fn intervals(
        &self,
        #[pyo3(from_py_with = crate::given::cox_model::level)] level: f64,
    ) -> PyResult<Vec<(f64, f64)>> {
        self.0.intervals(level).map_err(raise)
    }

    /// The partial log-likelihood, without the penalty.
    #[getter]
    fn log_likelihood(&self) -> f64 {
        self.0.log_likelihood()
    }

    /// Whether the features explain more than by chance: statistic, degrees_of_freedom and p_value.
    #[getter]
    fn likelihood_ratio<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.likelihood_ratio())
    }

    /// How well the model orders the rows of the fit; None when they hold no pair to compare.
    #[getter]
    fn concordance(&self) -> Option<f64> {
        self.0.concordance()
    }

    /// How many rows the model was fitted to.
    #[getter]
    fn n_rows(&self) -> usize {
        self.0.n_rows()
    }

    /// How many events they held, weights aside.
    #[getter]
    fn n_events(&self) -> usize {
        self.0.n_events()
    }

    /// Newton steps taken.
    #[getter]
    fn iterations(&self) -> usize {
        self.0.iterations()
    }

    /// The chance that a subject with the mean of every feature survives a time.
    ///
    /// Parameters
    /// ----------
    /// time : float
    ///     The time, in the unit of the durations.
    ///
    /// Returns
    /// -------
    /// float
    fn baseline_survival_at(&self, #[pyo3(from_py_with = crate::given::cox_model::time)] time: f64) -> f64 {
        self.0.baseline_survival_at(time)
    }

    /// The hazard of each row over that of a subject with the mean of every feature.
    ///
    /// Parameters
    /// ----------
    /// features : Features
    ///     The features of the fit, of any rows.
    ///
    /// Returns
    /// -------
    /// Table
    fn relative_hazard<'py>(&self, py: Python<'py>, features: &Features) -> PyResult<Bound<'py, Table>> {
        let (model, features) = (self.0.clone(), features.0.clone());
        let table = run(py, None, move |_| {
            let hazards = Column::floats("relative_hazard", model.relative_hazard(&features)?);
            figures("relative_hazard", &features, vec![hazards])
        })?;
        Bound::new(py, Table::ready(Arc::new(table)))
    }

    /// The chance of each row to survive each time: one column per time, named by it.
    ///
    /// Parameters
    /// ----------
    /// features : Features
    ///     The features of the fit, of any rows.
    /// times : sequence of float
    ///     The times, in the unit of the durations.
    ///
    /// Returns
    /// -------
    /// Table
    fn survival<'py>(
        &self,
        py: Python<'py>,
        features: &Features,
        #[pyo3(from_py_with = crate::given::cox_model::times)] times: Vec<f64>,
    ) -> PyResult<Bound<'py, Table>> {
        let (model, features) = (self.0.clone(), features.0.clone());
        let table =
            run(py, None, move |_| survival_table(&features, &times, &model.survival(&features, &times)?))?;
        Bound::new(py, Table::ready(Arc::new(table)))
    }

    /// The first time that each row survives with a chance of at most one half; missing beyond the last event.
    ///
    /// Parameters
    /// ----------
    /// features : Features
    ///     The features of the fit, of any rows.
    ///
    /// Returns
    /// -------
    /// Table
    fn median<'py>(&self, py: Python<'py>, features: &Features) -> PyResult<Bound<'py, Table>> {
        let (model, features) = (self.0.clone(), features.0.clone());
        let table = run(py, None, move |_| {
            let medians = model.median(&features)?.into_iter().map(|median| median.unwrap_or(f64::NAN));
            figures("median", &features, vec![Column::floats("median", medians.collect())])
        })?;
        Bound::new(py, Table::ready(Arc::new(table)))
    }

    /// The model as JSON, for `CoxModel.from_json` and for Rust.
    ///
    /// Returns
    /// -------
    /// str
    fn to_json(&self) -> PyResult<String> {
        to_json(&*self.0)
    }

    /// The model that `CoxModel.to_json` wrote.
    ///
    /// Parameters
    /// ----------
    /// json : str
    ///     The text.
    ///
    /// Returns
    /// -------
    /// CoxModel
    #[staticmethod]
    fn from_json<'py>(py: Python<'py>, json: &str) -> PyResult<Bound<'py, CoxModel>> {
        CoxModel::bound(py, from_json("CoxModel", "json", json)?)
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let json = (slf.get().to_json()?,).into_pyobject(slf.py())?;
        Ok((slf.get_type().getattr("from_json")?, json))
    }
}

/// A value per feature as a dict.
pub(super) fn by_feature<'py>(
    py: Python<'py>,
    names: &[String],
    values: &[f64],
) -> PyResult<Bound<'py, PyAny>> {
    let dict = pyo3::types::PyDict::new(py);
    for (name, value) in names.iter().zip(values) {
        dict.set_item(name, value)?;
    }
    Ok(dict.into_any())
}
