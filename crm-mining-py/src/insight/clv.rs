//! Lifetime value.

use super::{BgNbdModel, GammaGammaModel};
use crate::convert::list;
use crate::data::Summary;
use crate::run::run;
use crate::settings::settings;
use crate::table::Table;
use crm_mining::Predict;
use crm_mining::data::Days;
use crm_mining::insight;
use pyo3::prelude::*;
use pyo3::types::PyList;
use std::sync::Arc;

/// Customer lifetime value: what each customer will bring within a horizon, in today's money.
///
/// For every month of the horizon the purchases expected of one model are multiplied by the spend expected
/// of the other and discounted from the end of the month.
///
/// Parameters
/// ----------
/// buying : BgNbdModel
///     How often customers buy.
/// spend : GammaGammaModel
///     What they spend.
/// horizon_days : int, default 365
///     How many days to look ahead, from 1 to 36,500.
/// months : int, optional
///     How many months to look ahead; takes the place of ``horizon_days``.
/// month : float, default 30.0
///     Days in a month, the step of discounting.
/// monthly_discount : float, default 0.01
///     What later money loses per month; 0 for nothing.
/// annual_discount : float, optional
///     What it loses per year of 365 days; takes the place of ``monthly_discount``.
///
/// Examples
/// --------
/// >>> buying, spend = crm.BgNbd().fit(summary), crm.GammaGamma().fit(summary)
/// >>> clv = crm.Clv(buying, spend, months=12).predict(summary)
/// >>> clv.horizon_days
/// 360.0
#[pyclass(frozen, eq, get_all, module = "crm_mining")]
pub(crate) struct Clv {
    /// How often customers buy.
    buying: Py<BgNbdModel>,
    /// What they spend.
    spend: Py<GammaGammaModel>,
    /// How many days to look ahead.
    horizon_days: i32,
    /// How many months to look ahead, in place of days.
    months: Option<u32>,
    /// Days in a month.
    month: f64,
    /// What later money loses per month.
    monthly_discount: f64,
    /// What it loses per year, in place of that per month.
    annual_discount: Option<f64>,
}

impl PartialEq for Clv {
    fn eq(&self, other: &Clv) -> bool {
        self.core() == other.core()
    }
}

impl Clv {
    fn core(&self) -> insight::Clv {
        let clv = insight::Clv::new(&self.buying.get().0, &self.spend.get().0).month(self.month);
        let clv = match self.months {
            Some(months) => clv.months(months),
            None => clv.horizon(Days(self.horizon_days)),
        };
        match self.annual_discount {
            Some(rate) => clv.annual_discount(rate),
            None => clv.monthly_discount(self.monthly_discount),
        }
    }
}

settings! { Clv {
    #[new]
    #[pyo3(signature = (buying, spend, *, horizon_days = 365, months = None, month = 30.0, monthly_discount = 0.01, annual_discount = None))]
    fn new(
        buying: Py<BgNbdModel>,
        spend: Py<GammaGammaModel>,
        horizon_days: i32,
        months: Option<u32>,
        month: f64,
        monthly_discount: f64,
        annual_discount: Option<f64>,
    ) -> Clv {
        Clv { buying, spend, horizon_days, months, month, monthly_discount, annual_discount }
    }

    /// The lifetime value of each customer.
    ///
    /// Parameters
    /// ----------
    /// summary : Summary
    ///     Of these customers.
    ///
    /// Returns
    /// -------
    /// ClvEstimates
    ///
    /// Raises
    /// ------
    /// Incompatible
    ///     The summary has another unit of time than that of the fit.
    fn predict<'py>(&self, py: Python<'py>, summary: &Summary) -> PyResult<Bound<'py, ClvEstimates>> {
        let (clv, summary) = (self.core(), summary.0.clone());
        let estimates = Arc::new(run(py, None, move |_| clv.predict(&summary))?);
        Bound::new(py, Table::of(estimates.clone()).add_subclass(ClvEstimates(estimates)))
    }
} }

/// Lifetime value per customer, with the figures it is made of. Made by `Clv.predict`.
///
/// Where ``identified`` is false the customer's own record does not bear the figures, and those of the
/// population stand in; ``p_alive`` is missing for customers without a repeat purchase.
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct ClvEstimates(pub(crate) Arc<insight::ClvEstimates>);

#[pymethods]
impl ClvEstimates {
    /// The customers in order: text, or integers when their column was typed so.
    #[getter]
    fn customers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        list(py, self.0.customers())
    }

    /// How many days ahead the figures look.
    #[getter]
    fn horizon_days(&self) -> f64 {
        self.0.horizon_days()
    }
}
