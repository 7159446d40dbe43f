//! Cleaning order lines.

use super::RawTable;
use crate::convert::{new_arguments, plain, setting, shown};
use crate::run::run;
use crate::table::{Table, UNNAMED, read};
use crm_mining::data::{self, Roles, ToTable};
use crm_mining::prepare::{self, Step};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use std::sync::Arc;

/// Cleans order lines. Nothing is lost: a row is kept, changed with a note, or set aside with a reason, and
/// the counts add up to the input.
///
/// `Cleaner.transactions` suits any order file; `Cleaner.customary` does what analysts' scripts do.
///
/// Parameters
/// ----------
/// steps : sequence
///     What is done, in order: "exact_duplicates", "missing_customer", "unreadable",
///     {"days": {"first": "2010-01-01", "last": "2011-12-09"}} (either may be left out),
///     {"cancellations": "net"} or {"cancellations": "drop"}, "non_positive", {"item_pattern": "^[0-9]{5}"},
///     "cap".
/// roles : dict of str to str, optional
///     Which column plays which part: customer, time, order, item, item_name, quantity, unit_price, amount.
///     The rest is found by name.
///
/// Examples
/// --------
/// >>> cleaner = crm.Cleaner.transactions(customer="buyer")
/// >>> cleaner.steps
/// ['exact_duplicates', 'missing_customer', 'unreadable', {'cancellations': 'net'}, 'non_positive']
/// >>> import polars as pl
/// >>> cleaned = cleaner.clean(pl.DataFrame({
/// ...     "buyer": ["7", "7", None], "date": ["2024-03-05"] * 3, "amount": [2.5, 2.5, 4.0]}))
/// >>> cleaned.rejected.to_polars()["reason"].to_list()
/// ['equals row 1', 'no customer']
#[pyclass(frozen, eq, module = "crm_mining")]
#[derive(PartialEq)]
pub(crate) struct Cleaner(prepare::Cleaner);

/// Roles given as keywords.
fn roles(given: Option<&Bound<'_, PyDict>>) -> PyResult<Roles> {
    let Some(given) = given else { return Ok(Roles::default()) };
    let mut roles = Roles::default();
    for (role, column) in given {
        let role: String = role.extract()?;
        let place = match role.as_str() {
            "customer" => &mut roles.customer,
            "time" => &mut roles.time,
            "order" => &mut roles.order,
            "item" => &mut roles.item,
            "item_name" => &mut roles.item_name,
            "quantity" => &mut roles.quantity,
            "unit_price" => &mut roles.unit_price,
            "amount" => &mut roles.amount,
            _ => {
                let message = format!("{role:?} is no role of a column");
                return Err(pyo3::exceptions::PyTypeError::new_err(message));
            }
        };
        *place = column.extract()?;
    }
    Ok(roles)
}

/// The roles that a column plays, as a dict.
fn played<'py>(py: Python<'py>, roles: &Roles) -> PyResult<Bound<'py, PyDict>> {
    let all = plain(py, roles)?.cast_into::<PyDict>()?;
    let played = PyDict::new(py);
    for (role, column) in all.iter().filter(|(_, column)| !column.is_none()) {
        played.set_item(role, column)?;
    }
    Ok(played)
}

#[pymethods]
impl Cleaner {
    #[new]
    #[pyo3(signature = (steps, roles = None))]
    fn new(steps: &Bound<'_, PyAny>, roles: Option<&Bound<'_, PyDict>>) -> PyResult<Cleaner> {
        let steps: Vec<Step> = setting("Cleaner", "steps", steps)?;
        Ok(Cleaner(prepare::Cleaner { steps, roles: self::roles(roles)? }))
    }

    /// The steps that suit any order file: exact duplicates, missing customers, unreadable values,
    /// cancellations netted against their sales, non-positive lines.
    ///
    /// Parameters
    /// ----------
    /// **roles : str
    ///     The column that plays the part, such as ``customer="buyer"``.
    ///
    /// Returns
    /// -------
    /// Cleaner
    #[staticmethod]
    #[pyo3(signature = (**roles))]
    fn transactions(roles: Option<&Bound<'_, PyDict>>) -> PyResult<Cleaner> {
        Ok(Cleaner(prepare::Cleaner::transactions().roles(self::roles(roles)?)))
    }

    /// The steps of the customary script on the UCI Online Retail file, for comparison with published
    /// figures: cancellations dropped while their sales stay, item codes of five digits and what follows
    /// them, quantities and prices capped.
    ///
    /// Parameters
    /// ----------
    /// **roles : str
    ///     The column that plays the part, such as ``customer="buyer"``.
    ///
    /// Returns
    /// -------
    /// Cleaner
    #[staticmethod]
    #[pyo3(signature = (**roles))]
    fn customary(roles: Option<&Bound<'_, PyDict>>) -> PyResult<Cleaner> {
        Ok(Cleaner(prepare::Cleaner::customary().roles(self::roles(roles)?)))
    }

    /// What is done, in order.
    #[getter]
    fn steps<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.steps)
    }

    /// Which column plays which part, as far as it was named.
    #[getter]
    fn roles<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        played(py, &self.0.roles)
    }

    /// Cleans what was read.
    ///
    /// Parameters
    /// ----------
    /// data : RawTable, Table or frame
    ///     Order lines of any dataframe library.
    /// progress : callable, optional
    ///     Called with stage, done and total as the work goes on.
    ///
    /// Returns
    /// -------
    /// Cleaned
    ///
    /// Raises
    /// ------
    /// MissingColumn
    ///     A part without a column.
    /// InvalidColumn
    ///     A column of which more than half of the values are something else.
    #[pyo3(signature = (data, *, progress = None))]
    fn clean(&self, data: &Bound<'_, PyAny>, progress: Option<&Bound<'_, PyAny>>) -> PyResult<Cleaned> {
        let raw = match data.cast::<RawTable>() {
            Ok(raw) => raw.get().0.clone(),
            Err(_) => Arc::new(data::Table::clone(&*read(data, UNNAMED, None)?).into()),
        };
        let cleaner = self.0.clone();
        let cleaned = run(data.py(), progress, move |control| {
            cleaner.clean_with(prepare::RawTable::clone(&raw), control)
        });
        Ok(Cleaned::of(cleaned?))
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        shown(slf)
    }

    fn __getnewargs_ex__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyTuple>, Bound<'py, PyDict>)> {
        new_arguments(slf)
    }
}

/// A cleaned table, what was changed, what was set aside, and the count of each step. Made by
/// `Cleaner.clean`.
#[pyclass(frozen, module = "crm_mining")]
pub(crate) struct Cleaned {
    cleaned: prepare::Cleaned,
    table: Arc<data::Table>,
}

impl Cleaned {
    fn of(cleaned: prepare::Cleaned) -> Cleaned {
        Cleaned { table: Arc::new(cleaned.table.clone()), cleaned }
    }

    fn summary(&self) -> String {
        format!(
            "{}: {} of {} rows left; {} set aside, {} not readable, {} values changed",
            self.table.name(),
            self.table.n_rows(),
            self.cleaned.rows_in(),
            self.cleaned.rejected.len(),
            self.cleaned.unread.len(),
            self.cleaned.changes.len()
        )
    }
}

#[pymethods]
impl Cleaned {
    /// The rows left; they keep the numbers they had in the source.
    #[getter]
    fn table<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Table>> {
        Bound::new(py, Table::ready(self.table.clone()))
    }

    /// Which column plays which part in the table: ``Transactions(cleaned.table, **cleaned.roles)``.
    #[getter]
    fn roles<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        played(py, &self.cleaned.roles)
    }

    /// Every value that was changed: row, column, before, after, step, because_of.
    #[getter]
    fn changes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Table>> {
        Table::bound(py, self.cleaned.changes.as_slice())
    }

    /// The rows set aside by the steps as they were read, with their source row and the reason in front.
    #[getter]
    fn rejected<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Table>> {
        Table::bound(py, &self.cleaned.rejected)
    }

    /// How many rows were set aside for each reason, most frequent first.
    #[getter]
    fn reasons<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let counts = PyDict::new(py);
        for (reason, count) in self.cleaned.rejected.counts() {
            counts.set_item(reason, count)?;
        }
        Ok(counts)
    }

    /// The rows that could not be read at all: row, line, reason and text.
    #[getter]
    fn unread<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Table>> {
        Table::bound(py, self.cleaned.unread.as_slice())
    }

    /// What each step did: step, rows_in, rejected, changed.
    #[getter]
    fn steps<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Table>> {
        Table::bound(py, self.cleaned.steps.as_slice())
    }

    /// The rows that came in: those left, those set aside and those that could not be read.
    #[getter]
    fn rows_in(&self) -> u64 {
        self.cleaned.rows_in()
    }

    fn __repr__(&self) -> String {
        self.summary()
    }

    fn _repr_html_(&self) -> String {
        format!(
            "<p>{}</p>{}",
            crate::show::escaped(&self.summary()),
            crate::show::html(&self.cleaned.steps.to_table())
        )
    }
}
