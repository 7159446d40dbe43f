//! Cohorts, rolling retention and periods of the calendar.

use crate::convert::{choice, word};
use crate::data::Ledger;
use crate::date::Date;
use crate::report::Chart;
use crate::run::run;
use crate::settings::settings;
use crate::table::Table;
use crm_mining::data::Days;
use crm_mining::{insight, report};
use pyo3::prelude::*;
use std::sync::Arc;

/// Cohort tables: customers by the period in which they first bought, and for each period since then how many
/// of them bought, and the money they left.
///
/// Parameters
/// ----------
/// period : {"week", "month", "quarter", "year"}, default "month"
///     The period of the calendar. Weeks begin on Monday.
///
/// Examples
/// --------
/// >>> cohorts = crm.Cohorts().table(ledger)
/// >>> cohorts.to_polars().select("cohort", "age", "customers", "retention").rows()[:2]
/// [('2024-01', 0, 60, 1.0), ('2024-01', 1, 60, 1.0)]
/// >>> cohorts.retention().to_polars().columns[:4]
/// ['cohort', 'size', '0', '1']
#[pyclass(frozen, eq, module = "crm_mining")]
#[derive(PartialEq)]
pub(crate) struct Cohorts(insight::Cohorts);

settings! { Cohorts {
    #[new]
    #[pyo3(signature = (period = "month"))]
    fn new(period: &str) -> PyResult<Cohorts> {
        Ok(Cohorts(insight::Cohorts::by(choice("Cohorts", "period", period)?)))
    }

    /// The period of the calendar.
    #[getter]
    fn period(&self) -> String {
        word(&self.0.period)
    }

    /// The cohorts as seen at the end of a day.
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
    /// CohortTable
    ///
    /// Raises
    /// ------
    /// LimitExceeded
    ///     More than 2,400 periods, which wrong dates cause.
    #[pyo3(signature = (ledger, as_of = None))]
    fn table<'py>(
        &self,
        py: Python<'py>,
        ledger: &Ledger,
        as_of: Option<Date>,
    ) -> PyResult<Bound<'py, CohortTable>> {
        let (cohorts, as_of, ledger) = (self.0.clone(), ledger.day(as_of), ledger.0.clone());
        let table = Arc::new(run(py, None, move |_| cohorts.table(&ledger, as_of))?);
        Bound::new(py, Table::of(table.clone()).add_subclass(CohortTable(table)))
    }
} }

/// Retention and revenue, one row per cohort and age. Made by `Cohorts.table`.
///
/// ``complete`` is false for the period in progress at the end of the day, whose figures will still grow.
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct CohortTable(Arc<insight::CohortTable>);

#[pymethods]
impl CohortTable {
    /// The period of the calendar.
    #[getter]
    fn period(&self) -> String {
        word(&self.0.period())
    }

    /// The day at whose end the customers were looked at.
    #[getter]
    fn as_of(&self) -> Date {
        Date(self.0.as_of())
    }

    /// Whether the last period, which ends every cohort, was over.
    #[getter]
    fn last_complete(&self) -> bool {
        self.0.last_complete()
    }

    /// Customers of the ledger without a purchase until the day.
    #[getter]
    fn left_out(&self) -> usize {
        self.0.left_out()
    }

    /// Money that is in no cell: of customers without a purchase, and returned before the cohort's period.
    #[getter]
    fn outside(&self) -> f64 {
        self.0.outside()
    }

    /// At each age: customers of all cohorts that have completed it, and how many of them bought.
    #[getter]
    fn overall(&self) -> Vec<(u64, u64)> {
        self.0.overall()
    }

    /// Retention as people read it: one row per cohort, one column per age, missing where not reached.
    ///
    /// Returns
    /// -------
    /// Table
    fn retention<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Table>> {
        Bound::new(py, Table::ready(Arc::new(self.0.retention_table())))
    }

    /// Cohorts by age as a heat map, without the period in progress; age 0 is that of the first purchase.
    ///
    /// Parameters
    /// ----------
    /// column : {"retention", "customers", "revenue"}, default "retention"
    ///     The figure of each cell.
    ///
    /// Returns
    /// -------
    /// Chart
    #[pyo3(signature = (column = "retention"))]
    fn plot(&self, py: Python<'_>, column: &str) -> PyResult<Chart> {
        let (result, column) = (self.0.clone(), column.to_owned());
        Chart::made(py, move || report::cohort_chart(&result, &column))
    }
}

/// Rolling retention: of the customers whose k-th window of days since their first purchase has passed, the
/// share that bought in it.
///
/// Parameters
/// ----------
/// every_days : int, default 30
///     Days of a window, from 1 to 36,500.
/// windows : int, default 12
///     How many windows, from 1 to 2,400.
///
/// Examples
/// --------
/// >>> crm.RollingRetention(every_days=60, windows=3).table(ledger).to_polars().select("known", "retained").rows()
/// [(60, 60), (60, 50), (60, 30)]
#[pyclass(frozen, eq, module = "crm_mining")]
#[derive(PartialEq)]
pub(crate) struct RollingRetention(insight::RollingRetention);

settings! { RollingRetention {
    #[new]
    #[pyo3(signature = (every_days = 30, windows = 12))]
    fn new(
        #[pyo3(from_py_with = crate::given::rolling_retention::every_days)] every_days: i32,
        #[pyo3(from_py_with = crate::given::rolling_retention::windows)] windows: u32,
    ) -> RollingRetention {
        RollingRetention(insight::RollingRetention { every: Days(every_days), windows })
    }

    /// Days of a window.
    #[getter]
    fn every_days(&self) -> i32 {
        self.0.every.0
    }

    /// How many windows.
    #[getter]
    fn windows(&self) -> u32 {
        self.0.windows
    }

    /// Retention as seen at the end of a day.
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
    /// RollingTable
    ///
    /// Raises
    /// ------
    /// InvalidParameter
    ///     A setting out of range.
    #[pyo3(signature = (ledger, as_of = None))]
    fn table<'py>(
        &self,
        py: Python<'py>,
        ledger: &Ledger,
        as_of: Option<Date>,
    ) -> PyResult<Bound<'py, RollingTable>> {
        let (rolling, as_of, ledger) = (self.0.clone(), ledger.day(as_of), ledger.0.clone());
        let table = Arc::new(run(py, None, move |_| rolling.table(&ledger, as_of))?);
        Bound::new(py, Table::of(table.clone()).add_subclass(RollingTable(table)))
    }
} }

/// Retention by windows since the first purchase. Made by `RollingRetention.table`.
///
/// With the columns until_day, known, retained, retention, standard_error and revenue.
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct RollingTable(Arc<insight::RollingTable>);

#[pymethods]
impl RollingTable {
    /// Retention as a line, with a standard error to either side.
    ///
    /// Returns
    /// -------
    /// Chart
    fn plot(&self, py: Python<'_>) -> PyResult<Chart> {
        let result = self.0.clone();
        Chart::made(py, move || Ok(report::rolling_retention_chart(&result)))
    }
}

/// Period on period: revenue, orders and customers of every period, beside the one before and the same a year
/// ago.
///
/// Growth is missing where there is no earlier period, where its revenue is not above 0, and for the period
/// in progress.
///
/// Parameters
/// ----------
/// period : {"week", "month", "quarter", "year"}, default "month"
///     The period of the calendar. Weeks begin on Monday.
///
/// Examples
/// --------
/// >>> months = crm.PeriodOnPeriod().table(ledger, as_of="2024-03-31").to_polars()
/// >>> months.select("period", "customers", "new_customers", "complete").row(0)
/// ('2024-01', 60, 60, True)
#[pyclass(frozen, eq, module = "crm_mining")]
#[derive(PartialEq)]
pub(crate) struct PeriodOnPeriod(insight::PeriodOnPeriod);

settings! { PeriodOnPeriod {
    #[new]
    #[pyo3(signature = (period = "month"))]
    fn new(period: &str) -> PyResult<PeriodOnPeriod> {
        Ok(PeriodOnPeriod(insight::PeriodOnPeriod::by(choice("PeriodOnPeriod", "period", period)?)))
    }

    /// The period of the calendar.
    #[getter]
    fn period(&self) -> String {
        word(&self.0.period)
    }

    /// The periods as seen at the end of a day.
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
    /// PeriodTable
    ///
    /// Raises
    /// ------
    /// LimitExceeded
    ///     More than 2,400 periods, which wrong dates cause.
    #[pyo3(signature = (ledger, as_of = None))]
    fn table<'py>(
        &self,
        py: Python<'py>,
        ledger: &Ledger,
        as_of: Option<Date>,
    ) -> PyResult<Bound<'py, PeriodTable>> {
        let (periods, as_of, ledger) = (self.0.clone(), ledger.day(as_of), ledger.0.clone());
        let table = Arc::new(run(py, None, move |_| periods.table(&ledger, as_of))?);
        Bound::new(py, Table::of(table.clone()).add_subclass(PeriodTable(table)))
    }
} }

/// The periods in order. Made by `PeriodOnPeriod.table`.
///
/// With the columns period, start, customers, new_customers, orders, units, revenue, change, growth, year_change,
/// year_growth and complete.
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct PeriodTable(Arc<insight::PeriodTable>);

#[pymethods]
impl PeriodTable {
    /// A figure of every period as a line, without the period in progress.
    ///
    /// Parameters
    /// ----------
    /// column : {"revenue", "customers", "new_customers", "orders", "units"}, default "revenue"
    ///     The figure.
    ///
    /// Returns
    /// -------
    /// Chart
    #[pyo3(signature = (column = "revenue"))]
    fn plot(&self, py: Python<'_>, column: &str) -> PyResult<Chart> {
        let (result, column) = (self.0.clone(), column.to_owned());
        Chart::made(py, move || report::period_chart(&result, &column))
    }
}
