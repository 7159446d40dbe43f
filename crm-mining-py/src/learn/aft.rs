//! Accelerated failure time.

use super::cox::by_feature;
use super::durations::{Durations, figures, survival_table};
use crate::convert::{choice, from_json, plain, to_json, word};
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

/// Accelerated failure time: by what factor each feature stretches or shortens the time to the event.
///
/// ln t = intercept + Σ coefficient × value + noise. The scale is λ of Weibull, e^μ of the log-normal, α of the
/// log-logistic distribution; the shape ρ, σ or β.
///
/// Parameters
/// ----------
/// distribution : {"weibull", "log_normal", "log_logistic"}, default "weibull"
///     How the durations of like subjects are distributed.
/// max_iterations : int, default 100
///     Newton steps allowed, at least 1.
/// tolerance : float, default 1e-9
///     The search has converged when another step is expected to raise the log-likelihood by less; above 0 and
///     below 1.
///
/// Examples
/// --------
/// >>> months = crm.learn.Durations([2, 24, 9, 4, 12, 14], [1, 0, 1, 1, 1, 1])
/// >>> crm.learn.Aft().fit(None, months).shape_parameter > 1  # the longer, the likelier to end
/// True
#[pyclass(frozen, eq, get_all, module = "crm_mining.learn")]
#[derive(PartialEq)]
pub(crate) struct Aft {
    /// How the durations of like subjects are distributed.
    distribution: String,
    /// Newton steps allowed.
    max_iterations: usize,
    /// The rise of the log-likelihood that counts as none.
    tolerance: f64,
}

settings! { Aft {
    #[new]
    #[pyo3(
        signature = (distribution = "weibull", max_iterations = 100, tolerance = 1e-9),
        text_signature = "(distribution='weibull', max_iterations=100, tolerance=1e-9)"
    )]
    fn new(
        distribution: &str,
        #[pyo3(from_py_with = crate::given::aft::max_iterations)] max_iterations: usize,
        #[pyo3(from_py_with = crate::given::aft::tolerance)] tolerance: f64,
    ) -> PyResult<Aft> {
        choice::<learn::AftDistribution>("Aft", "distribution", distribution)?;
        Ok(Aft { distribution: distribution.to_owned(), max_iterations, tolerance })
    }

    /// Finds the parameters.
    ///
    /// Parameters
    /// ----------
    /// features : Features or None
    ///     What is known of each subject; None for the distribution of all durations.
    /// durations : Durations
    ///     How long each was watched, in the same order.
    /// progress : callable, optional
    ///     Called with stage, done and total as the work goes on.
    ///
    /// Returns
    /// -------
    /// AftModel
    ///
    /// Raises
    /// ------
    /// NotEnoughData
    ///     Fewer than two rows, or no observed event.
    /// InvalidValue
    ///     An event at time 0, with its row.
    /// InvalidColumn
    ///     A column that the fit can do nothing with, named.
    /// NotConverged
    ///     The search stopped before its tolerance was met.
    #[pyo3(signature = (features, durations, *, progress = None))]
    fn fit<'py>(
        &self,
        py: Python<'py>,
        features: Option<&Features>,
        durations: &Durations,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, AftModel>> {
        let &Aft { max_iterations, tolerance, .. } = self;
        let distribution = choice("Aft", "distribution", &self.distribution)?;
        let settings = learn::Aft { distribution, max_iterations, tolerance };
        let (features, durations) = (features.map(|features| features.0.clone()), durations.0.clone());
        let model = run(py, progress, move |control| match features {
            None => settings.fit_with(&*durations, control),
            Some(features) => {
                let data = learn::Timed::new((*features).clone(), (*durations).clone())?;
                settings.fit_with(&data, control)
            }
        })?;
        AftModel::bound(py, model)
    }
} }

/// A fitted `Aft` model, one row per feature, then the intercept and the logarithm of the shape.
#[pyclass(frozen, extends = Table, module = "crm_mining.learn")]
pub(crate) struct AftModel(Arc<learn::AftModel>);

impl AftModel {
    fn bound(py: Python<'_>, model: learn::AftModel) -> PyResult<Bound<'_, AftModel>> {
        let model = Arc::new(model);
        Bound::new(py, Table::of(model.clone()).add_subclass(AftModel(model)))
    }
}

#[pymethods]
impl AftModel {
    /// How the durations of like subjects are distributed.
    #[getter]
    fn distribution(&self) -> String {
        word(&self.0.distribution())
    }

    /// By how much ln t grows per unit of each feature.
    #[getter]
    fn coefficients<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        by_feature(py, self.0.names(), self.0.coefficients())
    }

    /// By what time is multiplied per unit of each feature.
    #[getter]
    fn time_ratios<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        by_feature(py, self.0.names(), &self.0.time_ratios())
    }

    /// The scale where every feature is 0, as a logarithm.
    #[getter]
    fn intercept(&self) -> f64 {
        self.0.intercept()
    }

    /// The time unit of a subject whose every feature is 0: λ, e^μ or α.
    #[getter]
    fn scale(&self) -> f64 {
        self.0.scale()
    }

    /// The shape: ρ, σ or β.
    #[getter]
    fn shape_parameter(&self) -> f64 {
        self.0.shape()
    }

    /// The standard errors of the coefficients, then of the intercept and of the logarithm of the shape.
    #[getter]
    fn standard_errors(&self) -> Vec<f64> {
        self.0.standard_errors()
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
        #[pyo3(from_py_with = crate::given::aft_model::level)] level: f64,
    ) -> PyResult<Vec<(f64, f64)>> {
        self.0.intervals(level).map_err(raise)
    }

    /// The log-likelihood of the fit.
    #[getter]
    fn log_likelihood(&self) -> f64 {
        self.0.log_likelihood()
    }

    /// Whether the features explain more than by chance: statistic, degrees_of_freedom and p_value.
    #[getter]
    fn likelihood_ratio<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.likelihood_ratio())
    }

    /// Akaike's criterion, to compare distributions on the same data: the smaller, the better.
    #[getter]
    fn aic(&self) -> f64 {
        self.0.aic()
    }

    /// How well the model orders the rows of the fit; None without features or a pair to compare.
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

    /// The chance that a subject whose every feature is 0 survives a time; without features, that anybody does.
    ///
    /// Parameters
    /// ----------
    /// time : float
    ///     The time, in the unit of the durations.
    ///
    /// Returns
    /// -------
    /// float
    fn baseline_survival_at(
        &self,
        #[pyo3(from_py_with = crate::given::aft_model::time)] time: f64,
    ) -> PyResult<f64> {
        self.0.baseline_survival_at(time).map_err(raise)
    }

    /// The time by which it has happened to a share of subjects whose every feature is 0; without features, of all.
    ///
    /// Parameters
    /// ----------
    /// q : float
    ///     The share, above 0 and below 1.
    ///
    /// Returns
    /// -------
    /// float
    fn baseline_quantile(&self, #[pyo3(from_py_with = crate::given::aft_model::q)] q: f64) -> PyResult<f64> {
        self.0.baseline_quantile(q).map_err(raise)
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
        #[pyo3(from_py_with = crate::given::aft_model::times)] times: Vec<f64>,
    ) -> PyResult<Bound<'py, Table>> {
        let (model, features) = (self.0.clone(), features.0.clone());
        let table =
            run(py, None, move |_| survival_table(&features, &times, &model.survival(&features, &times)?))?;
        Bound::new(py, Table::ready(Arc::new(table)))
    }

    /// The time by which the event has come to each row with some chance.
    ///
    /// Parameters
    /// ----------
    /// features : Features
    ///     The features of the fit, of any rows.
    /// q : float
    ///     The chance, above 0 and below 1.
    ///
    /// Returns
    /// -------
    /// Table
    fn quantile<'py>(
        &self,
        py: Python<'py>,
        features: &Features,
        #[pyo3(from_py_with = crate::given::aft_model::q)] q: f64,
    ) -> PyResult<Bound<'py, Table>> {
        let (model, features) = (self.0.clone(), features.0.clone());
        let table = run(py, None, move |_| {
            figures("quantile", &features, vec![Column::floats("quantile", model.quantile(&features, q)?)])
        })?;
        Bound::new(py, Table::ready(Arc::new(table)))
    }

    /// The time that each row survives with a chance of one half.
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
            figures("median", &features, vec![Column::floats("median", model.median(&features)?)])
        })?;
        Bound::new(py, Table::ready(Arc::new(table)))
    }

    /// The model as JSON, for `AftModel.from_json` and for Rust.
    ///
    /// Returns
    /// -------
    /// str
    fn to_json(&self) -> PyResult<String> {
        to_json(&*self.0)
    }

    /// The model that `AftModel.to_json` wrote.
    ///
    /// Parameters
    /// ----------
    /// json : str
    ///     The text.
    ///
    /// Returns
    /// -------
    /// AftModel
    #[staticmethod]
    fn from_json<'py>(py: Python<'py>, json: &str) -> PyResult<Bound<'py, AftModel>> {
        AftModel::bound(py, from_json("AftModel", "json", json)?)
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let json = (slf.get().to_json()?,).into_pyobject(slf.py())?;
        Ok((slf.get_type().getattr("from_json")?, json))
    }
}
