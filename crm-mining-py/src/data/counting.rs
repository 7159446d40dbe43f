//! Counting purchases by stated rules.

use super::{Summary, Transactions};
use crate::convert::{choice, list, plain};
use crate::date::Date;
use crate::error::raise;
use crate::run::run;
use crate::settings::settings;
use crate::table::{Table, UNNAMED, named, read_batches};
use crm_mining::data::{self, Keys, PurchaseCounts, PurchaseRows, Roles, Zone};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use std::sync::Arc;

/// Rules by which rows of who, when and for how much become purchases: the way to a `Summary`.
///
/// Use it where orders stand in plain columns of millions of rows, or where the rules of `Ledger.summary`, which are its
/// default, are not those of the business. Every row is accounted for: `CountedPurchases.counts` tells what became
/// of each. A row after the end is left out; then one without an amount is what ``missing_amount`` says; then one of a
/// negative amount is what ``refunds`` says; every other is a purchase, and those of a customer in the same ``unit`` are
/// one.
///
/// Parameters
/// ----------
/// refunds : {"net", "ignore", "separate"}, default "net"
///     What rows of a negative amount are; never a purchase. "net": their money is taken off the purchase of their day
///     (or week, month, order); where there was none, the row is left out and counted. "ignore": they are left out and
///     counted. "separate": the money of purchases stays whole, and what came back is told apart for every customer.
/// missing_amount : {"refuse", "leave_out", "unknown"}, default "refuse"
///     What rows without an amount are. "refuse": an error that names the row. "leave_out": no purchase, counted.
///     "unknown": a purchase whose money is not known; mean spend is that of the others.
/// unit : {"day", "week_from_monday", "week_from_sunday", "month", "order"}, default "day"
///     Within what purchases of a customer are one. Times stay in days; by weeks and months they are those of the
///     units' first days, of the end as well. "order": an order, on the day of its first purchase; where no order is
///     known, every row.
/// zone : str, default "UTC"
///     The business time zone in which days begin, by its IANA name; of no meaning for rows that say the day.
///
/// Examples
/// --------
/// >>> import polars as pl
/// >>> rows = pl.DataFrame({"customer": [7, 7, 7], "time": [1704067200, 1704412800, 1704758400],
/// ...                      "amount": [10.0, -10.0, 20.0]}).with_columns(pl.from_epoch("time"))
/// >>> counted = crm.PurchaseCounting(refunds="separate").count(rows, "2024-01-31")
/// >>> counted.summary.to_polars().row(0)
/// (7, 1.0, 8.0, 30.0, 20.0)
/// >>> counted.refunds.to_polars()["refunded"].to_list()
/// [10.0]
#[pyclass(frozen, eq, get_all, module = "crm_mining")]
#[derive(PartialEq)]
pub(crate) struct PurchaseCounting {
    /// What rows of a negative amount are.
    refunds: String,
    /// What rows without an amount are.
    missing_amount: String,
    /// Within what purchases of a customer are one.
    unit: String,
    /// The business time zone.
    zone: String,
}

impl PurchaseCounting {
    fn core(&self) -> PyResult<data::PurchaseCounting> {
        const OF: &str = "PurchaseCounting";
        Ok(data::PurchaseCounting {
            refunds: choice(OF, "refunds", &self.refunds)?,
            missing_amount: choice(OF, "missing_amount", &self.missing_amount)?,
            unit: choice(OF, "unit", &self.unit)?,
            zone: Zone::named(&self.zone).map_err(raise)?,
        })
    }
}

settings! { PurchaseCounting {
    #[new]
    #[pyo3(signature = (refunds = "net", missing_amount = "refuse", unit = "day", zone = "UTC"))]
    fn new(refunds: &str, missing_amount: &str, unit: &str, zone: &str) -> PyResult<PurchaseCounting> {
        let [refunds, missing_amount, unit, zone] = [refunds, missing_amount, unit, zone].map(str::to_owned);
        let counting = PurchaseCounting { refunds, missing_amount, unit, zone };
        counting.core()?;
        Ok(counting)
    }

    /// Counts the purchases of every customer, as seen at the end of a day.
    ///
    /// Of an Arrow or polars frame, and of arrays, integer customers, moments in microseconds and amounts as floats are
    /// lent, not copied. A date is a day of the business time zone; a moment without time zone is UTC. Columns that play
    /// no part are not looked at.
    ///
    /// Parameters
    /// ----------
    /// rows : Transactions, frame or dict of arrays
    ///     Who, when and for how much. Amounts may be missing but in Transactions.
    /// as_of : date, optional
    ///     The day; the last day of the rows when left out. Later rows are left out and counted.
    /// customer, time, order, quantity, unit_price, amount : str, optional
    ///     The column of a frame that plays the part; found by the usual names when left out, as in `Transactions`.
    ///
    /// Returns
    /// -------
    /// CountedPurchases
    ///
    /// Raises
    /// ------
    /// MissingColumn
    ///     A part without a column.
    /// InvalidValue
    ///     A row without customer or time, or without an amount where such are refused; a value that is unreadable.
    #[pyo3(signature = (rows, as_of = None, *, customer = None, time = None, order = None, quantity = None, unit_price = None, amount = None))]
    #[allow(clippy::too_many_arguments, reason = "keyword arguments of Python, fields of Roles in their order")]
    fn count<'py>(
        &self,
        rows: &Bound<'py, PyAny>,
        as_of: Option<Date>,
        customer: Option<String>,
        time: Option<String>,
        order: Option<String>,
        quantity: Option<String>,
        unit_price: Option<String>,
        amount: Option<String>,
    ) -> PyResult<Bound<'py, CountedPurchases>> {
        let (py, counting) = (rows.py(), self.core()?);
        let roles = Roles { customer, time, order, quantity, unit_price, amount, ..Roles::default() };
        let as_of = as_of.map(|date| date.0);
        let count = move |counting: &data::PurchaseCounting, rows: PurchaseRows<'_>| {
            let as_of = as_of.unwrap_or_else(|| rows.last_day(&counting.zone));
            counting.count(rows, as_of)
        };
        let counted = if let Ok(orders) = rows.cast::<Transactions>() {
            let orders = orders.get().0.clone();
            run(py, None, move |_| count(&counting, (&*orders).into()))?
        } else if let Ok(table) = rows.cast::<Table>() {
            let table = table.get().core(py);
            run(py, None, move |_| count(&counting, PurchaseRows::from_table(&table, &counting.roles_used(&table, &roles)?)?))?
        } else {
            let frame = match rows.cast::<PyDict>() {
                Ok(columns) => &py.import("crm_mining._frames")?.call_method1("of_columns", (columns,))?,
                Err(_) => rows,
            };
            let batches = read_batches(
                frame,
                UNNAMED,
                &|empty| Ok(named(empty, &counting.roles_used(empty, &roles)?)),
            )?;
            run(py, None, move |_| count(&counting, counting.rows_of_batches(UNNAMED, &batches, &roles)?))?
        };
        Bound::new(py, CountedPurchases::of(py, counted)?)
    }
} }

/// Purchases counted, and what became of every row. Made by `PurchaseCounting.count`.
#[pyclass(frozen, module = "crm_mining")]
pub(crate) struct CountedPurchases {
    summary: Py<Summary>,
    refunds: Option<Py<Table>>,
    counts: PurchaseCounts,
    without_purchase: Keys,
}

impl CountedPurchases {
    fn of(py: Python<'_>, counted: data::CountedPurchases) -> PyResult<CountedPurchases> {
        let data::CountedPurchases { summary, refunds, counts, without_purchase } = counted;
        let refunds = refunds.map(|refunds| Py::new(py, Table::of(Arc::new(refunds)))).transpose()?;
        Ok(CountedPurchases {
            summary: Py::new(py, Summary::of(summary))?,
            refunds,
            counts,
            without_purchase,
        })
    }
}

#[pymethods]
impl CountedPurchases {
    /// The customers with a purchase.
    #[getter]
    fn summary(&self, py: Python<'_>) -> Py<Summary> {
        self.summary.clone_ref(py)
    }

    /// What each customer of the summary paid and brought back: purchased, refunded, refund_days and refund_rate; None
    /// unless refunds are told apart.
    #[getter]
    fn refunds(&self, py: Python<'_>) -> Option<Py<Table>> {
        self.refunds.as_ref().map(|table| table.clone_ref(py))
    }

    /// What became of the rows: ``rows`` is the sum of ``purchases``, ``merged`` and ``refunds``, which are used, and
    /// ``after_end``, ``without_amount`` and ``refunds_left_out``, which are not; of those used, ``unknown_amounts``; and
    /// ``customers`` and ``customers_without_purchase``.
    #[getter]
    fn counts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.counts)
    }

    /// The customers without a purchase until the end, all of whose rows are left out.
    #[getter]
    fn without_purchase<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        list(py, &self.without_purchase)
    }

    fn __repr__(&self) -> String {
        let PurchaseCounts { purchases, customers, rows, .. } = self.counts;
        let left_out = self.counts.left_out();
        format!("{purchases} purchases of {customers} customers; {left_out} of {rows} rows left out")
    }
}
