//! Who is about to leave.

use super::ChurnEvaluation;
use crate::convert::{list, over, plain, position, word};
use crate::data::Ledger;
use crate::date::Date;
use crate::run::run;
use crate::settings::settings;
use crate::table::Table;
use crm_mining::data::Days;
use crm_mining::insight::{self, ChurnReason, Effect};
use crm_mining::learn::{LogisticRegression, RandomForest};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use std::sync::Arc;

/// A churn prediction: who will purchase nothing in the days to come?
///
/// The ledger is cut that many days before ``as_of``: what happened up to the cut makes the features, what
/// happened after it the label, and no feature knows of a day after the cut. Logistic regression and random
/// forest are compared by cross-validation; the one with the higher mean AUC scores every customer as of
/// today.
///
/// Parameters
/// ----------
/// within_days : int, default 90
///     The days without a purchase that count as churn.
/// folds : int, default 5
///     Folds of the cross-validation.
/// seed : int, default 42
///     Seed of the folds.
/// logistic, forest : dict, optional
///     Settings of the two classifiers that differ from their defaults, such as ``{"n_trees": 100}``.
///
/// Examples
/// --------
/// >>> churn = crm.Churn(within_days=60).fit(ledger)
/// >>> round(churn.evaluation.churn_rate, 2), churn.evaluation.auc > 0.6
/// (0.5, True)
/// >>> churn.reasons(churn.customers[0])[0]["text"]
/// '41 orders in all (lowers the risk)'
#[pyclass(frozen, eq, module = "crm_mining")]
#[derive(PartialEq)]
pub(crate) struct Churn(insight::Churn);

settings! { Churn {
    #[new]
    #[pyo3(signature = (within_days = 90, *, folds = 5, seed = 42, logistic = None, forest = None))]
    fn new(
        py: Python<'_>,
        within_days: i32,
        folds: usize,
        seed: u64,
        logistic: Option<&Bound<'_, PyDict>>,
        forest: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Churn> {
        let logistic = over::<LogisticRegression>(py, "Churn", "logistic", logistic)?;
        let forest = over::<RandomForest>(py, "Churn", "forest", forest)?;
        Ok(Churn(insight::Churn { within: Days(within_days), folds, seed, logistic, forest }))
    }

    /// The days without a purchase that count as churn.
    #[getter]
    fn within_days(&self) -> i32 {
        self.0.within.0
    }

    /// Folds of the cross-validation.
    #[getter]
    fn folds(&self) -> usize {
        self.0.folds
    }

    /// Seed of the folds.
    #[getter]
    fn seed(&self) -> u64 {
        self.0.seed
    }

    /// Settings of the logistic regression.
    #[getter]
    fn logistic<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.logistic)
    }

    /// Settings of the random forest.
    #[getter]
    fn forest<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.forest)
    }

    /// Learns from the days up to a day, evaluates, and scores every customer as of that day.
    ///
    /// Parameters
    /// ----------
    /// ledger : Ledger
    ///     Who bought when.
    /// as_of : date, optional
    ///     The day; the last day of the ledger when left out.
    /// progress : callable, optional
    ///     Called with stage, done and total as the work goes on.
    ///
    /// Returns
    /// -------
    /// ChurnModel
    ///
    /// Raises
    /// ------
    /// NotEnoughData, SingleClass
    ///     Too few customers left, or too few stayed, to learn from.
    #[pyo3(signature = (ledger, as_of = None, *, progress = None))]
    fn fit<'py>(
        &self,
        py: Python<'py>,
        ledger: &Ledger,
        as_of: Option<Date>,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, ChurnModel>> {
        let settings = self.0.clone();
        let (as_of, ledger) = (ledger.day(as_of), ledger.0.clone());
        let model = run(py, progress, move |control| settings.fit_with(&ledger, as_of, control))?;
        let model = Arc::new(model);
        Bound::new(py, Table::of(model.clone()).add_subclass(ChurnModel(model)))
    }
} }

/// A fitted `Churn`: how well it does, and the scores as of the day of the fit, one row per customer.
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct ChurnModel(pub(crate) Arc<insight::ChurnModel>);

#[pymethods]
impl ChurnModel {
    /// How well churn was predicted where the answer is known.
    #[getter]
    fn evaluation<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, ChurnEvaluation>> {
        ChurnEvaluation::bound(py, self.0.evaluation().clone())
    }

    /// The customers in order: text, or integers when their column was typed so.
    #[getter]
    fn customers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        list(py, self.0.customers())
    }

    /// The day after which the question begins.
    #[getter]
    fn as_of(&self) -> Date {
        Date(self.0.scores().as_of())
    }

    /// The scores of every customer with a purchase, as of another day.
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
    /// ChurnScores
    #[pyo3(signature = (ledger, as_of = None))]
    fn score<'py>(
        &self,
        py: Python<'py>,
        ledger: &Ledger,
        as_of: Option<Date>,
    ) -> PyResult<Bound<'py, ChurnScores>> {
        let model = self.0.clone();
        let (as_of, ledger) = (ledger.day(as_of), ledger.0.clone());
        let scores = Arc::new(run(py, None, move |_| model.score(&ledger, as_of))?);
        Bound::new(py, Table::of(scores.clone()).add_subclass(ChurnScores(scores)))
    }

    /// Up to three reasons of a customer's probability, the strongest first.
    ///
    /// Parameters
    /// ----------
    /// customer : str or int
    ///     The customer.
    ///
    /// Returns
    /// -------
    /// list of dict
    ///     Feature, value, contribution, effect and text of each.
    fn reasons<'py>(&self, customer: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyList>> {
        reasons(self.0.scores(), customer)
    }
}

/// How likely each customer is to purchase nothing in the days to come, and why. Made by
/// `ChurnModel.score`.
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct ChurnScores(Arc<insight::ChurnScores>);

#[pymethods]
impl ChurnScores {
    /// The customers in order: text, or integers when their column was typed so.
    #[getter]
    fn customers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        list(py, self.0.customers())
    }

    /// The day after which the question begins.
    #[getter]
    fn as_of(&self) -> Date {
        Date(self.0.as_of())
    }

    /// How many days the question covers.
    #[getter]
    fn within_days(&self) -> i32 {
        self.0.within().0
    }

    /// Up to three reasons of a customer's probability, the strongest first.
    ///
    /// Parameters
    /// ----------
    /// customer : str or int
    ///     The customer.
    ///
    /// Returns
    /// -------
    /// list of dict
    ///     Feature, value, contribution, effect and text of each.
    fn reasons<'py>(&self, customer: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyList>> {
        reasons(&self.0, customer)
    }
}

fn reasons<'py>(scores: &insight::ChurnScores, customer: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyList>> {
    let py = customer.py();
    let position = position(scores.customers(), customer)?;
    let dict = |reason: &ChurnReason| -> PyResult<_> {
        let dict = PyDict::new(py);
        dict.set_item("feature", word(&reason.feature))?;
        dict.set_item("value", reason.value)?;
        dict.set_item("contribution", reason.contribution)?;
        dict.set_item("effect", if reason.effect() == Effect::Raises { "raises" } else { "lowers" })?;
        dict.set_item("text", reason.to_string())?;
        Ok(dict)
    };
    PyList::new(py, scores.reasons(position).iter().map(dict).collect::<PyResult<Vec<_>>>()?)
}
