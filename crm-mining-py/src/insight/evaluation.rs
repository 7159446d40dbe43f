//! How well churn was predicted.

use crate::convert::{plain, word};
use crate::date::Date;
use crate::show;
use crate::table::Table;
use crm_mining::data::ToTable;
use crm_mining::insight;
use pyo3::prelude::*;
use std::sync::Arc;

/// How well churn was predicted where the answer is known: the methods compared, one row each.
///
/// Every customer was predicted by a model that had not seen them.
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct ChurnEvaluation(Arc<insight::ChurnEvaluation>);

impl ChurnEvaluation {
    pub(super) fn bound(
        py: Python<'_>,
        evaluation: insight::ChurnEvaluation,
    ) -> PyResult<Bound<'_, ChurnEvaluation>> {
        let evaluation = Arc::new(evaluation);
        Bound::new(py, Table::of(evaluation.clone()).add_subclass(ChurnEvaluation(evaluation)))
    }

    fn headline(&self) -> String {
        let of = &self.0;
        let (rate, noise) = (of.churn_rate() * 100.0, of.best().map_or(f64::NAN, |best| best.auc_deviation));
        format!(
            "{rate:.2} % of {} customers bought nothing in the {} days after {}; {}: AUC {:.4} (± {noise:.4} across folds)",
            of.customers,
            of.within.0,
            of.cut,
            of.chosen.name(),
            self.auc(),
        )
    }
}

#[pymethods]
impl ChurnEvaluation {
    /// The mean AUC of the chosen method over the folds.
    #[getter]
    fn auc(&self) -> f64 {
        self.0.best().map_or(f64::NAN, |best| best.auc)
    }

    /// The lift of the chosen method by tenths of the customers.
    #[getter]
    fn lift<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, Table>>> {
        self.0.best().map(|best| Table::bound(py, &best.lift)).transpose()
    }

    /// The calibration of the chosen method: probabilities said against shares come true.
    #[getter]
    fn calibration<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, Table>>> {
        self.0.best().map(|best| Table::bound(py, &best.calibration)).transpose()
    }

    /// The mean squared difference of probability and outcome of the chosen method.
    #[getter]
    fn brier_score(&self) -> f64 {
        self.0.best().map_or(f64::NAN, |best| best.calibration.brier_score())
    }

    /// Every method compared, with the AUC of each fold, as dicts.
    #[getter]
    fn candidates<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.candidates)
    }

    /// The method with the best mean AUC, which the scores are from.
    #[getter]
    fn chosen(&self) -> String {
        word(&self.0.chosen)
    }

    /// The share of customers who churned.
    #[getter]
    fn churn_rate(&self) -> f64 {
        self.0.churn_rate()
    }

    /// Customers with a purchase up to the cut.
    #[getter]
    fn customers(&self) -> usize {
        self.0.customers
    }

    /// Those of them without a purchase in the window.
    #[getter]
    fn churned(&self) -> usize {
        self.0.churned
    }

    /// The last day that features were taken from.
    #[getter]
    fn cut(&self) -> Date {
        Date(self.0.cut)
    }

    /// The last day of the window in which a purchase meant staying.
    #[getter]
    fn as_of(&self) -> Date {
        Date(self.0.as_of)
    }

    /// The length of that window.
    #[getter]
    fn within_days(&self) -> i32 {
        self.0.within.0
    }

    fn __repr__(&self) -> String {
        format!("{}\n{}", self.headline(), show::text(&self.0.to_table()))
    }

    fn _repr_html_(&self) -> String {
        let mut shown = format!("<p>{}</p>", show::escaped(&self.headline()));
        shown.push_str(&show::html(&self.0.to_table()));
        if let Some(best) = self.0.best() {
            shown.push_str(&show::html(&best.lift.to_table()));
            shown.push_str(&show::html(&best.calibration.to_table()));
        }
        shown
    }
}
