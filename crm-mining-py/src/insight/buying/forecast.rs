//! What models of buying foretell of customers.

use crate::convert::{coded, list};
use crate::data::Summary;
use crate::error::raise;
use crate::report::{Chart, some_bins};
use crate::table::Table;
use crm_mining::data::{self, Bitmap, Column, Day, ToTable, Values};
use crm_mining::{insight, report};
use pyo3::prelude::*;
use pyo3::types::PyList;
use std::sync::Arc;

/// An interval as Python knows it.
pub(in crate::insight) fn triple(of: insight::Interval) -> (f64, f64, f64) {
    (of.expected, of.low, of.high)
}

/// Expected purchases of each customer with intervals. Made by `BuyingModel.forecast`.
///
/// With the columns customer, expected, low, high, low_count and high_count, in purchases within the horizon. ``low`` and
/// ``high`` hold the true expectation of a customer (delta method on the parameters); ``low_count`` and ``high_count`` the
/// customer's own number of purchases; `total` and `groups` the number that all of them, or a group, will make. All suppose
/// that the model is true.
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct Forecast(Arc<insight::Forecast>);

impl Forecast {
    pub(super) fn bound(py: Python<'_>, forecast: insight::Forecast) -> PyResult<Bound<'_, Forecast>> {
        let forecast = Arc::new(forecast);
        Bound::new(py, Table::of(forecast.clone()).add_subclass(Forecast(forecast)))
    }
}

#[pymethods]
impl Forecast {
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

    /// Whether the intervals count in that the parameters are estimates; not so at a boundary.
    #[getter]
    fn parameters_included(&self) -> bool {
        self.0.parameters_included()
    }

    /// Purchases of all customers together: expected, low and high.
    #[getter]
    fn total(&self) -> (f64, f64, f64) {
        triple(self.0.total())
    }

    /// Purchases of each group together: expected, low and high.
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
        #[pyo3(from_py_with = crate::given::forecast::group_of)] group_of: Vec<u32>,
    ) -> PyResult<Vec<(f64, f64, f64)>> {
        Ok(self.0.groups(&group_of).map_err(raise)?.into_iter().map(triple).collect())
    }

    /// The purchases expected of all together, or of each group, as a point with its interval.
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
    /// >>> forecast = crm.ParetoNbd().fit(summary).forecast(summary, horizon_days=90)
    /// >>> forecast.plot(crm.Rfm().score(ledger).to_polars()["segment"]).title
    /// 'Purchases expected'
    #[pyo3(signature = (group_of = None))]
    fn plot<'py>(&self, py: Python<'py>, group_of: Option<Vec<Bound<'py, PyAny>>>) -> PyResult<Chart> {
        let (result, groups) = (self.0.clone(), group_of.map(|names| Groups::new(py, &names)).transpose()?);
        Chart::made(py, move || {
            Groups::with(groups.as_ref(), |groups| report::forecast_chart(&result, groups))
        })
    }
}

/// Groups of customers as a chart has them.
pub(in crate::insight) struct Groups {
    of: Vec<u32>,
    names: Vec<String>,
}

impl Groups {
    pub(in crate::insight) fn new<'py>(py: Python<'py>, given: &[Bound<'py, PyAny>]) -> PyResult<Groups> {
        let (of, names) = coded(py, given)?;
        let name = |name: Bound<'py, PyAny>| Ok(name.str()?.to_str()?.to_owned());
        Ok(Groups { of, names: names.iter().map(name).collect::<PyResult<_>>()? })
    }

    /// What a chart of these groups is; without any, of all customers.
    pub(in crate::insight) fn with<T>(
        groups: Option<&Groups>,
        chart: impl FnOnce(Option<report::Groups<'_>>) -> T,
    ) -> T {
        let Some(Groups { of, names }) = groups else { return chart(None) };
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        chart(Some((of, &names)))
    }
}

/// When each customer buys next. Made by `BuyingModel.next_purchase`.
///
/// With the columns customer, probability, days, date, earliest and latest. ``probability`` is that of another purchase at any time; ``days`` (from the day of observation) and ``date`` are medians
/// if there is one, between ``earliest`` and ``latest``. Those are dates, as moments at midnight like all days in tables;
/// missing beyond the year 9999.
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct NextPurchases(Arc<insight::NextPurchases>);

impl NextPurchases {
    pub(super) fn bound(py: Python<'_>, next: insight::NextPurchases) -> PyResult<Bound<'_, NextPurchases>> {
        let next = Arc::new(next);
        Bound::new(py, Table::of(Arc::new(Dated(next.clone()))).add_subclass(NextPurchases(next)))
    }
}

/// The table of next purchases with days in place of their texts.
struct Dated(Arc<insight::NextPurchases>);

impl ToTable for Dated {
    fn to_table(&self) -> data::Table {
        ["date", "earliest", "latest"].iter().fold(self.0.to_table(), |table, name| {
            let dated = table.find(name).map(|column| table.clone().with_column(days(column)));
            dated.and_then(Result::ok).unwrap_or(table)
        })
    }
}

fn days(column: &Column) -> Column {
    let days: Vec<Option<Day>> = (0..column.len()).map(|row| column.show(row)?.parse().ok()).collect();
    let present: Bitmap = days.iter().map(Option::is_some).collect();
    let micros = days.iter().map(|day| day.map_or(0, Day::start_micros)).collect();
    Column::new(column.name(), Values::Time(micros, Some(present)))
}

#[pymethods]
impl NextPurchases {
    /// The customers in order: text, or integers when their column was typed so.
    #[getter]
    fn customers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        list(py, self.0.customers())
    }

    /// The probability that the range holds the purchase.
    #[getter]
    fn level(&self) -> f64 {
        self.0.level()
    }

    /// How a figure is spread over the customers, as a histogram.
    ///
    /// Parameters
    /// ----------
    /// column : {"days", "earliest", "latest", "probability"}, default "days"
    ///     The figure; all but the probability in days from the day of observation.
    /// bins : int or sequence of float, optional
    ///     How many bins of equal width from the least figure to the greatest, or their borders, ascending. When left
    ///     out, 20; those of days reach to the figure that 95 % of the customers do not exceed, and the others are
    ///     counted below the title.
    ///
    /// Returns
    /// -------
    /// Chart
    ///
    /// Raises
    /// ------
    /// InvalidParameter
    ///     Another column; no bins, or borders that do not ascend.
    #[pyo3(signature = (column = "days", bins = None))]
    fn plot(&self, py: Python<'_>, column: &str, bins: Option<&Bound<'_, PyAny>>) -> PyResult<Chart> {
        let (result, column, bins) = (self.0.clone(), column.to_owned(), some_bins(bins)?);
        Chart::made(py, move || report::next_purchase_chart(&result, &column, bins.as_ref()))
    }
}

/// Made-up customers, with what they did afterwards. Made by `BuyingModel.simulate`.
#[pyclass(frozen, eq, module = "crm_mining")]
#[derive(PartialEq)]
pub(crate) struct SimulatedBuyers(pub(super) Arc<insight::SimulatedBuyers>);

#[pymethods]
impl SimulatedBuyers {
    /// What was seen of them until the day of observation.
    #[getter]
    fn summary<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Summary>> {
        Bound::new(py, Summary::of(self.0.summary.clone()))
    }

    /// Their purchases within the horizon after it.
    #[getter]
    fn later(&self) -> Vec<f64> {
        self.0.later.clone()
    }

    /// Whether they were still customers at the day of observation.
    #[getter]
    fn alive(&self) -> Vec<bool> {
        self.0.alive.clone()
    }

    fn __repr__(&self) -> String {
        format!("{} simulated buyers", self.0.later.len())
    }
}
