//! Records and shapes: `crm_mining::data` for Python.

mod counting;
mod known;

pub(crate) use counting::{CountedPurchases, PurchaseCounting};
pub(crate) use known::{Customers, Features};

use crate::convert::list;
use crate::date::Date;
use crate::error::raise;
use crate::run::run;
use crate::table::{Table, UNNAMED, played, read};
use crm_mining::data::{self, Roles, Zone};
use pyo3::prelude::*;
use pyo3::types::PyList;
use std::sync::Arc;

/// Order lines: who, when, in which order, what, how many, for how much.
///
/// Parts that are left unnamed are found by the usual column names, English and Chinese. ``customer`` and
/// ``time`` must be there, and ``amount`` or ``unit_price``. Columns that play no part are not looked at.
///
/// Parameters
/// ----------
/// table : Table or frame
///     Cleaned order lines.
/// customer, time, order, item, item_name, quantity, unit_price, amount : str, optional
///     The column that plays the part. Without ``order`` every row is an order of its own; without
///     ``quantity`` it is 1; without ``amount`` it is quantity × unit price.
///
/// Raises
/// ------
/// MissingColumn
///     A part without a column.
/// InvalidValue
///     A value that is missing, unreadable or not finite, with its row.
///
/// Examples
/// --------
/// >>> import polars as pl
/// >>> frame = pl.DataFrame({"buyer": ["00123", "123"], "date": ["2024-03-05"] * 2, "total": [7.0, 2.5]})
/// >>> crm.Transactions(frame, customer="buyer").customers
/// ['00123', '123']
#[pyclass(frozen, module = "crm_mining")]
pub(crate) struct Transactions(pub(crate) Arc<data::Transactions>);

#[pymethods]
impl Transactions {
    #[new]
    #[pyo3(signature = (table, *, customer=None, time=None, order=None, item=None, item_name=None, quantity=None, unit_price=None, amount=None))]
    #[allow(
        clippy::too_many_arguments,
        reason = "keyword arguments of Python, the fields of Roles in their order"
    )]
    fn new(
        table: &Bound<'_, PyAny>,
        customer: Option<String>,
        time: Option<String>,
        order: Option<String>,
        item: Option<String>,
        item_name: Option<String>,
        quantity: Option<String>,
        unit_price: Option<String>,
        amount: Option<String>,
    ) -> PyResult<Self> {
        let roles = Roles { customer, time, order, item, item_name, quantity, unit_price, amount };
        let lines = read(table, UNNAMED, Some(&|empty| played(empty, &roles)))?;
        let orders = run(table.py(), None, move |_| data::Transactions::with_roles(&lines, &roles))?;
        Ok(Transactions(Arc::new(orders)))
    }

    /// What the source is called: a file name or a caller's word.
    #[getter]
    fn source(&self) -> &str {
        self.0.source()
    }

    /// The customers in order: text, or integers when their column was typed so.
    #[getter]
    fn customers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        list(py, self.0.customers())
    }

    fn __len__(&self) -> usize {
        self.0.len()
    }

    fn __repr__(&self) -> String {
        format!("{}: {} lines of {} customers", self.0.source(), self.0.len(), self.0.customers().len())
    }
}

/// Customer × day → orders, lines, units, amount. One row per customer and day.
///
/// A ledger **merges**: ``a.merge(b)`` equals the ledger built from the lines of both, however the lines
/// were split and in whatever order.
///
/// Parameters
/// ----------
/// orders : Transactions
///     The order lines.
/// zone : str, default "UTC"
///     The time zone in which days begin, by its IANA name.
///
/// Raises
/// ------
/// InvalidParameter
///     An unknown zone.
///
/// Examples
/// --------
/// >>> ledger = crm.Ledger(orders, zone="Asia/Shanghai")
/// >>> ledger.first_day, ledger.to_polars().columns
/// (datetime.date(2024, 1, 1), ['customer', 'day', 'orders', 'lines', 'units', 'amount'])
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct Ledger(pub(crate) Arc<data::Ledger>);

impl Ledger {
    fn of(ledger: data::Ledger) -> PyClassInitializer<Ledger> {
        let ledger = Arc::new(ledger);
        Table::of(ledger.clone()).add_subclass(Ledger(ledger))
    }

    /// The day given, or the last one of the ledger.
    pub(crate) fn day(&self, as_of: Option<Date>) -> data::Day {
        as_of.map_or_else(|| self.0.last_day(), |date| date.0)
    }
}

#[pymethods]
impl Ledger {
    #[new]
    #[pyo3(signature = (orders, zone = "UTC"))]
    fn new(py: Python<'_>, orders: &Transactions, zone: &str) -> PyResult<PyClassInitializer<Self>> {
        let zone = Zone::named(zone).map_err(raise)?;
        let orders = orders.0.clone();
        run(py, None, move |_| Ok(data::Ledger::in_zone(&orders, zone))).map(Ledger::of)
    }

    /// The ledger of the lines of both.
    ///
    /// Parameters
    /// ----------
    /// other : Ledger
    ///     Built in the same zone.
    ///
    /// Returns
    /// -------
    /// Ledger
    ///
    /// Raises
    /// ------
    /// Incompatible
    ///     The zones differ, or only one of the two knows orders.
    fn merge<'py>(&self, py: Python<'py>, other: &Ledger) -> PyResult<Bound<'py, Self>> {
        let (mine, theirs) = (self.0.clone(), other.0.clone());
        Bound::new(py, Ledger::of(run(py, None, move |_| mine.merge(&theirs))?))
    }

    /// The customers in order: text, or integers when their column was typed so.
    #[getter]
    fn customers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        list(py, self.0.customers())
    }

    /// The zone in which days begin.
    #[getter]
    fn zone(&self) -> &str {
        self.0.zone().name()
    }

    /// The first day with a line; 1970-01-01 in an empty ledger.
    #[getter]
    fn first_day(&self) -> Date {
        Date(self.0.first_day())
    }

    /// The last day with a line; 1970-01-01 in an empty ledger.
    #[getter]
    fn last_day(&self) -> Date {
        Date(self.0.last_day())
    }

    /// What the repeat-buying models need, as seen at the end of a day.
    ///
    /// Parameters
    /// ----------
    /// as_of : date, optional
    ///     The day; the last day of the ledger when left out.
    ///
    /// Returns
    /// -------
    /// Summary
    #[pyo3(signature = (as_of = None))]
    fn summary<'py>(&self, py: Python<'py>, as_of: Option<Date>) -> PyResult<Bound<'py, Summary>> {
        let (ledger, as_of) = (self.0.clone(), self.day(as_of));
        Bound::new(py, Summary::of(run(py, None, move |_| Ok(ledger.summary(as_of)))?))
    }
}

/// Per customer: how often, how lately, for how long, how much. One row per customer.
///
/// Made by `Ledger.summary` or by `PurchaseCounting.count`, or out of columns as the literature prints them, with customers numbered
/// from 0.
///
/// Parameters
/// ----------
/// frequency : sequence of float
///     Repeat purchase days (x).
/// recency : sequence of float
///     Days from the first to the last purchase day (t_x).
/// age : sequence of float
///     Days from the first purchase day to the day of observation (T).
/// monetary : sequence of float
///     Mean spend per repeat purchase day, in money; 0 without one.
///
/// Raises
/// ------
/// LengthMismatch
///     Columns of different length.
/// InvalidValue
///     A value that is not finite or does not fit the others of its row.
///
/// Examples
/// --------
/// >>> crm.Summary([2, 0], [30.43, 0], [38.86, 38.86], [22.35, 0]).to_polars().row(0)
/// (0, 2.0, 30.43, 38.86, 22.35)
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct Summary(pub(crate) Arc<data::Summary>);

impl Summary {
    pub(crate) fn of(summary: data::Summary) -> PyClassInitializer<Summary> {
        let summary = Arc::new(summary);
        Table::of(summary.clone()).add_subclass(Summary(summary))
    }
}

#[pymethods]
impl Summary {
    #[new]
    fn new(
        #[pyo3(from_py_with = crate::given::summary::frequency)] frequency: Vec<f64>,
        #[pyo3(from_py_with = crate::given::summary::recency)] recency: Vec<f64>,
        #[pyo3(from_py_with = crate::given::summary::age)] age: Vec<f64>,
        #[pyo3(from_py_with = crate::given::summary::monetary)] monetary: Vec<f64>,
    ) -> PyResult<PyClassInitializer<Self>> {
        data::Summary::new(frequency, recency, age, monetary).map(Summary::of).map_err(raise)
    }

    /// The same customers with times converted from days to weeks of 7 days, as the literature prints parameters.
    ///
    /// Returns
    /// -------
    /// Summary
    fn in_weeks<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Self>> {
        Bound::new(py, Summary::of(self.0.in_weeks()))
    }

    /// The same figures, said to count opportunities to buy: the input of the BG/BB model. No figure changes: recency and
    /// age must be such counts already, unlike those that `in_weeks` converts. The first purchase is no opportunity.
    ///
    /// Parameters
    /// ----------
    /// days : float
    ///     How long an opportunity is, above 0.
    ///
    /// Returns
    /// -------
    /// Summary
    ///
    /// Raises
    /// ------
    /// InvalidParameter
    ///     Days that are not above 0 and finite.
    ///
    /// Examples
    /// --------
    /// >>> crm.Summary([1], [2], [5], [9.5]).in_periods(365.25).days_per_unit
    /// 365.25
    fn in_periods<'py>(
        &self,
        py: Python<'py>,
        #[pyo3(from_py_with = crate::given::summary::days)] days: f64,
    ) -> PyResult<Bound<'py, Self>> {
        let summary = data::Summary::clone(&self.0).in_periods(days).map_err(raise)?;
        Bound::new(py, Summary::of(summary))
    }

    /// The same customers with what else is known of each, such as the channel that won them; models that can use
    /// covariates then do.
    ///
    /// Parameters
    /// ----------
    /// covariates : Features or frame
    ///     Finite numbers. Rows that carry customers are found by them and may be of more customers; rows without are
    ///     taken in order. Of a frame all columns are covariates but the one of the customers.
    /// customer : str, optional
    ///     The column of a frame that names the customer of each row.
    ///
    /// Returns
    /// -------
    /// Summary
    ///
    /// Raises
    /// ------
    /// InvalidValue
    ///     A customer of the summary without a row; a value that is no finite number.
    /// LengthMismatch
    ///     Without customers, other than one row for each.
    ///
    /// Examples
    /// --------
    /// >>> import polars as pl
    /// >>> web = pl.DataFrame({"id": [1, 0], "web": [1.0, 0.0]})
    /// >>> known = crm.Summary([2, 0], [30, 0], [38, 38], [22.5, 0]).with_covariates(web, customer="id")
    /// >>> known.covariates.to_polars()["web"].to_list()
    /// [0.0, 1.0]
    #[pyo3(signature = (covariates, customer = None))]
    fn with_covariates<'py>(
        &self,
        py: Python<'py>,
        covariates: &Bound<'py, PyAny>,
        customer: Option<String>,
    ) -> PyResult<Bound<'py, Self>> {
        let summary = self.0.clone();
        let known = match (covariates.cast::<Features>(), &customer) {
            (Ok(features), None) => Ok(features.get().0.clone()),
            _ => Err(read(covariates, UNNAMED, None)?),
        };
        let summary = run(py, None, move |_| {
            let features = match known {
                Ok(features) => data::Features::clone(&features),
                Err(rows) => {
                    let names = rows.columns().iter().map(|column| column.name());
                    let columns: Vec<&str> = names.filter(|name| customer.as_deref() != Some(name)).collect();
                    data::Features::from_table(&rows, &columns, customer.as_deref())?
                }
            };
            data::Summary::clone(&summary).with_covariates(features)
        })?;
        Bound::new(py, Summary::of(summary))
    }

    /// The sum of the logarithms of the gaps between purchase days, for each customer; None when not known.
    #[getter]
    fn log_gaps(&self) -> Option<Vec<f64>> {
        self.0.log_gaps().map(<[f64]>::to_vec)
    }

    /// What else is known of each customer; None without.
    #[getter]
    fn covariates<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, Features>>> {
        self.0.covariates().map(|known| Bound::new(py, Features::of(known.clone()))).transpose()
    }

    /// Days in one unit of recency and age: 1, 7 after `in_weeks`, or those told `in_periods`.
    #[getter]
    fn days_per_unit(&self) -> f64 {
        self.0.days_per_unit()
    }

    /// The customers in order: text, or integers when their column was typed so.
    #[getter]
    fn customers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        list(py, self.0.customers())
    }
}

/// The distinct items of every order, and of every customer.
///
/// One basket per order; per line where no order is known. Returns are left aside.
///
/// Parameters
/// ----------
/// orders : Transactions
///     The order lines.
///
/// Examples
/// --------
/// >>> crm.Baskets(orders).items
/// ['cup', 'milk', 'pot', 'tea']
#[pyclass(frozen, module = "crm_mining")]
pub(crate) struct Baskets(pub(crate) Arc<data::Baskets>);

#[pymethods]
impl Baskets {
    #[new]
    fn new(py: Python<'_>, orders: &Transactions) -> PyResult<Self> {
        let orders = orders.0.clone();
        run(py, None, move |_| Ok(data::Baskets::new(&orders))).map(|baskets| Baskets(Arc::new(baskets)))
    }

    /// Baskets as plain rows of item names.
    ///
    /// Parameters
    /// ----------
    /// rows : sequence of sequences of str
    ///     The items of each basket.
    ///
    /// Returns
    /// -------
    /// Baskets
    #[staticmethod]
    fn from_rows(rows: Vec<Vec<String>>) -> Self {
        Baskets(Arc::new(data::Baskets::from_rows(rows)))
    }

    /// The items in order.
    #[getter]
    fn items<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        list(py, self.0.items())
    }

    fn __len__(&self) -> usize {
        self.0.len()
    }

    fn __repr__(&self) -> String {
        format!("{} baskets of {} items", self.0.len(), self.0.items().len())
    }
}
