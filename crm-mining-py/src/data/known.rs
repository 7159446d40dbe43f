//! What is known of customers beside purchases: attributes and features.

use crate::convert::list;
use crate::run::run;
use crate::table::{Table, UNNAMED, read};
use crm_mining::data::{self, Roles};
use pyo3::prelude::*;
use pyo3::types::PyList;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Named features of customers: numbers, none missing. One row per row of the frame, or per customer.
///
/// Parameters
/// ----------
/// table : Table or frame
///     Where the columns stand.
/// columns : sequence of str
///     The columns that are features.
/// customer : str, optional
///     The column that names the customer of each row; rows then come in the order of the customers.
///
/// Raises
/// ------
/// MissingColumn
///     A column that is not in the table.
/// InvalidValue
///     A value that is missing, no number or not finite, with its row; a customer of two rows.
///
/// Examples
/// --------
/// >>> import polars as pl
/// >>> frame = pl.DataFrame({"id": ["b", "a"], "spend": [120.5, 18.0]})
/// >>> features = crm.Features(frame, ["spend"], customer="id")
/// >>> features.customers, features.to_polars()["spend"].to_list()
/// (['a', 'b'], [18.0, 120.5])
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct Features(pub(crate) Arc<data::Features>);

impl Features {
    pub(crate) fn of(features: data::Features) -> PyClassInitializer<Features> {
        let features = Arc::new(features);
        Table::of(features.clone()).add_subclass(Features(features))
    }
}

#[pymethods]
impl Features {
    #[new]
    #[pyo3(signature = (table, columns, customer = None))]
    fn new(
        table: &Bound<'_, PyAny>,
        columns: Vec<String>,
        customer: Option<String>,
    ) -> PyResult<PyClassInitializer<Self>> {
        let all = columns.iter().chain(&customer);
        let wanted: Vec<String> = all.cloned().collect::<BTreeSet<String>>().into_iter().collect();
        let rows = read(
            table,
            UNNAMED,
            Some(&|empty| {
                wanted.iter().try_for_each(|name| empty.column(name).map(|_| ()))?;
                Ok(wanted.clone())
            }),
        )?;
        let features = run(table.py(), None, move |_| {
            let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
            data::Features::from_table(&rows, &columns, customer.as_deref())
        });
        Ok(Features::of(features?))
    }

    /// The customers the rows are of; None when not known.
    #[getter]
    fn customers<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyList>>> {
        self.0.customers().map(|keys| list(py, keys)).transpose()
    }

    /// The names of the features.
    #[getter]
    fn names(&self) -> Vec<String> {
        self.0.names().to_vec()
    }
}

/// What is known of each customer beside purchases, such as name or country. One row per customer.
///
/// Where a source has several rows of a customer, the last present value of each column counts. Rows without
/// a customer are left out and counted.
///
/// Parameters
/// ----------
/// table : Table or frame
///     Where the columns stand.
/// customer : str, optional
///     The column that names the customer; found by the usual names when left out.
/// attributes : sequence of str
///     The columns to take over.
///
/// Raises
/// ------
/// MissingColumn
///     A column that is not in the table.
///
/// Examples
/// --------
/// >>> import polars as pl
/// >>> frame = pl.DataFrame({"customer": ["b", "a", "b"], "name": ["null", "=1+1", None]})
/// >>> crm.Customers(frame, attributes=["name"]).to_polars().rows()
/// [('a', '=1+1'), ('b', 'null')]
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct Customers(pub(crate) Arc<data::Customers>);

#[pymethods]
impl Customers {
    #[new]
    #[pyo3(signature = (table, customer = None, *, attributes))]
    fn new(
        table: &Bound<'_, PyAny>,
        customer: Option<String>,
        attributes: Vec<String>,
    ) -> PyResult<PyClassInitializer<Self>> {
        let roles = Roles { customer, ..Roles::default() };
        let rows = read(
            table,
            UNNAMED,
            Some(&|empty| {
                let names: Vec<&str> = attributes.iter().map(String::as_str).collect();
                data::Customers::from_table(empty, &roles, &names)?;
                let customer = roles.detect(empty).customer;
                let is_wanted = |name: &&str| attributes.iter().chain(&customer).any(|wanted| wanted == name);
                let names = empty.columns().iter().map(|column| column.name());
                Ok(names.filter(is_wanted).map(str::to_owned).collect())
            }),
        )?;
        let customers = run(table.py(), None, move |_| {
            let names: Vec<&str> = attributes.iter().map(String::as_str).collect();
            data::Customers::from_table(&rows, &roles, &names)
        });
        let customers = Arc::new(customers?);
        Ok(Table::of(customers.clone()).add_subclass(Customers(customers)))
    }

    /// The customers in order: text, or integers when their column was typed so.
    #[getter]
    fn customers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        list(py, self.0.keys())
    }

    /// Rows left out, because they name no customer.
    #[getter]
    fn left_out(&self) -> usize {
        self.0.left_out()
    }
}
