//! Lifetime value.

use super::buying::{Groups, triple};
use super::{BuyingModel, GammaGammaModel};
use crate::convert::list;
use crate::data::Summary;
use crate::error::raise;
use crate::report::Chart;
use crate::run::run;
use crate::settings::settings;
use crate::table::Table;
use crm_mining::Predict;
use crm_mining::data::Days;
use crm_mining::{insight, report};
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
/// buying : BuyingModel
///     How often customers buy.
/// spend : GammaGammaModel
///     What they spend.
/// horizon_days : int, default 365
///     How many days to look ahead, from 1 to 36,500.
/// months : int, optional
///     How many months to look ahead, from 1 to 1,200; takes the place of ``horizon_days``.
/// month : float, default 30.0
///     Days in a month, the step of discounting; from 1 to 366.
/// monthly_discount : float, default 0.01
///     What later money loses per month: 0.01 for 1 %, 0 for nothing; from 0 to 10.
/// annual_discount : float, optional
///     What it loses per year of 365 days: 0.15 for 15 %; from 0 to 10. Takes the place of ``monthly_discount``.
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
    buying: Py<BuyingModel>,
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
        buying: Py<BuyingModel>,
        spend: Py<GammaGammaModel>,
        #[pyo3(from_py_with = crate::given::clv::horizon_days)] horizon_days: i32,
        #[pyo3(from_py_with = crate::given::clv::months)] months: Option<u32>,
        #[pyo3(from_py_with = crate::given::clv::month)] month: f64,
        #[pyo3(from_py_with = crate::given::clv::monthly_discount)] monthly_discount: f64,
        #[pyo3(from_py_with = crate::given::clv::annual_discount)] annual_discount: Option<f64>,
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

    /// Lifetime value with intervals.
    ///
    /// Parameters
    /// ----------
    /// summary : Summary
    ///     Of these customers.
    /// level : float, default 0.9
    ///     The probability with which the intervals hold, above 0 and below 1.
    ///
    /// Returns
    /// -------
    /// ClvForecast
    #[pyo3(signature = (summary, level = 0.9))]
    fn forecast<'py>(
        &self,
        py: Python<'py>,
        summary: &Summary,
        #[pyo3(from_py_with = crate::given::clv::level)] level: f64,
    ) -> PyResult<Bound<'py, ClvForecast>> {
        let (clv, summary) = (self.core(), summary.0.clone());
        let forecast = Arc::new(run(py, None, move |_| clv.forecast(&summary, level))?);
        Bound::new(py, Table::of(forecast.clone()).add_subclass(ClvForecast(forecast)))
    }

    /// What all customers together are expected to bring, month by month: purchases, revenue, and revenue in today's worth.
    ///
    /// Parameters
    /// ----------
    /// summary : Summary
    ///     Of these customers.
    ///
    /// Returns
    /// -------
    /// ClvByMonth
    fn by_month<'py>(&self, py: Python<'py>, summary: &Summary) -> PyResult<Bound<'py, ClvByMonth>> {
        let (clv, summary) = (self.core(), summary.0.clone());
        let months = Arc::new(run(py, None, move |_| clv.by_month(&summary))?);
        Bound::new(py, Table::of(months.clone()).add_subclass(ClvByMonth(months)))
    }
} }

/// Lifetime value of each customer with intervals. Made by `Clv.forecast`.
///
/// With the columns customer, clv, low and high, in money of today. ``low`` and ``high`` hold the true expected value of a
/// customer (delta method on the parameters of both models); `total` and `groups` what all of them, or a group, will
/// bring.
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct ClvForecast(Arc<insight::ClvForecast>);

#[pymethods]
impl ClvForecast {
    /// The customers in order: text, or integers when their column was typed so.
    #[getter]
    fn customers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        list(py, self.0.customers())
    }

    /// The probability with which the intervals hold.
    #[getter]
    fn level(&self) -> f64 {
        self.0.level()
    }

    /// Whether the intervals count in that the parameters of both models are estimates.
    #[getter]
    fn parameters_included(&self) -> bool {
        self.0.parameters_included()
    }

    /// What all customers together will bring: expected, low and high.
    #[getter]
    fn total(&self) -> (f64, f64, f64) {
        triple(self.0.total())
    }

    /// What each group will bring: expected, low and high.
    ///
    /// Parameters
    /// ----------
    /// group_of : sequence of int
    ///     The group of each customer, by its number from 0.
    ///
    /// Returns
    /// -------
    /// list of tuple
    fn groups(
        &self,
        #[pyo3(from_py_with = crate::given::clv_forecast::group_of)] group_of: Vec<u32>,
    ) -> PyResult<Vec<(f64, f64, f64)>> {
        Ok(self.0.groups(&group_of).map_err(raise)?.into_iter().map(triple).collect())
    }

    /// The lifetime value expected of all together, or of each group, as a point with its interval.
    ///
    /// Parameters
    /// ----------
    /// group_of : sequence, optional
    ///     What names the group of each customer, in the order of `customers`: text, a number, anything that can be the
    ///     key of a dict. All customers together when left out.
    ///
    /// Returns
    /// -------
    /// Chart
    ///
    /// Raises
    /// ------
    /// LengthMismatch
    ///     Other than one group per customer.
    ///
    /// Examples
    /// --------
    /// >>> buying, spend = crm.ParetoNbd().fit(summary), crm.GammaGamma().fit(summary)
    /// >>> crm.Clv(buying, spend, months=12).forecast(summary).plot().title
    /// 'Lifetime value expected'
    #[pyo3(signature = (group_of = None))]
    fn plot<'py>(&self, py: Python<'py>, group_of: Option<Vec<Bound<'py, PyAny>>>) -> PyResult<Chart> {
        let (result, groups) = (self.0.clone(), group_of.map(|names| Groups::new(py, &names)).transpose()?);
        Chart::made(py, move || {
            Groups::with(groups.as_ref(), |groups| report::clv_forecast_chart(&result, groups))
        })
    }
}

/// What all customers together are expected to bring, month by month. Made by `Clv.by_month`.
///
/// With the columns month_end (in days from the day of observation), purchases, revenue, and discounted: the revenue in
/// today's worth.
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct ClvByMonth(Arc<insight::ClvByMonth>);

#[pymethods]
impl ClvByMonth {
    /// Revenue of every month as bars, as it will come and in today's worth.
    ///
    /// Returns
    /// -------
    /// Chart
    fn plot(&self, py: Python<'_>) -> PyResult<Chart> {
        let result = self.0.clone();
        Chart::made(py, move || Ok(report::clv_by_month_chart(&result)))
    }
}

/// Lifetime value per customer, with the figures it is made of. Made by `Clv.predict`.
///
/// With the columns customer, p_alive, expected_purchases, expected_spend (per purchase, in money), clv (in money of today)
/// and identified. Where ``identified`` is false the customer's own record does not bear the figures, and those of the
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

    /// How a figure is spread over the customers, as a histogram.
    ///
    /// Parameters
    /// ----------
    /// column : {"clv", "p_alive", "expected_purchases", "expected_spend"}, default "clv"
    ///     The figure.
    /// bins : int or sequence of float, default 20
    ///     How many bins of equal width from the least figure to the greatest, or their borders, ascending.
    ///
    /// Returns
    /// -------
    /// Chart
    ///
    /// Raises
    /// ------
    /// InvalidParameter
    ///     Another column; no bins, or borders that do not ascend.
    /// NotEnoughData
    ///     The figure is known of no customer.
    #[pyo3(signature = (column = "clv", bins = None), text_signature = "(self, column='clv', bins=20)")]
    fn plot(&self, py: Python<'_>, column: &str, bins: Option<&Bound<'_, PyAny>>) -> PyResult<Chart> {
        let (result, column, bins) = (self.0.clone(), column.to_owned(), crate::report::bins(bins)?);
        Chart::made(py, move || report::clv_chart(&result, &column, &bins))
    }
}
