//! Rows on their way to an estimator or a measure: the bytes of an array, or the columns of a frame.

use crate::data::Features;
use crate::error::raise;
use crate::run::run;
use crate::table::{Table, UNNAMED};
use crm_mining::data::{self, Column};
use crm_mining::{ErrorKind, Result};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use std::sync::Arc;

/// Rows of numbers, or of numbers and categories.
pub(crate) enum Shape {
    Features(Arc<data::Features>),
    Mixed(Arc<data::Mixed>),
}

impl<'a, 'py> FromPyObject<'a, 'py> for Shape {
    type Error = PyErr;

    fn extract(given: Borrowed<'a, 'py, PyAny>) -> PyResult<Shape> {
        match given.cast::<Mixed>() {
            Ok(mixed) => Ok(Shape::Mixed(mixed.get().0.clone())),
            Err(_) => Ok(Shape::Features(given.cast::<Features>()?.get().0.clone())),
        }
    }
}

impl Shape {
    /// Rows of numbers.
    pub(crate) fn features(&self) -> Result<&data::Features> {
        match self {
            Shape::Features(features) => Ok(features),
            Shape::Mixed(_) => Err(of_another_kind("numbers alone", "categories")),
        }
    }

    /// Rows of numbers and categories.
    pub(crate) fn mixed(&self) -> Result<&data::Mixed> {
        match self {
            Shape::Mixed(mixed) => Ok(mixed),
            Shape::Features(_) => Err(of_another_kind("numbers and categories", "numbers alone")),
        }
    }
}

fn of_another_kind(must_be: &str, got: &str) -> crm_mining::Error {
    let (must_be, got) = (must_be.to_owned(), got.to_owned());
    ErrorKind::InvalidParameter { of: "estimator", parameter: "rows", must_be, got }.into()
}

/// The numbers in the bytes of an array of numpy.
pub(crate) fn reals(bytes: &[u8]) -> Vec<f64> {
    bytes.as_chunks().0.iter().map(|bytes| f64::from_ne_bytes(*bytes)).collect()
}

/// An array or frame as the estimators read it, and the names of its columns if it has some.
pub(crate) fn read<'py>(
    of: &str,
    rows: &Bound<'py, PyAny>,
) -> PyResult<(Arc<data::Features>, Bound<'py, PyAny>)> {
    let read = rows.py().import("crm_mining._rows")?.call_method1("read", (of, rows))?;
    let (features, names): (Bound<'py, Features>, _) = read.extract()?;
    Ok((features.get().0.clone(), names))
}

/// The values of a matrix.
#[derive(FromPyObject)]
pub(crate) enum Values<'py> {
    /// The bytes of an array, row by row.
    Bytes(PyBackedBytes),
    Features(PyRef<'py, Features>),
}

/// Features of these names, out of the bytes of an array row by row, or of other names.
#[pyfunction]
#[pyo3(name = "_features", signature = (values, names))]
pub(crate) fn features<'py>(
    py: Python<'py>,
    values: Values<'py>,
    names: Vec<String>,
) -> PyResult<Bound<'py, Features>> {
    let named = match values {
        Values::Bytes(bytes) => run(py, None, move |_| data::Features::new(names, reals(&bytes))),
        Values::Features(features) => {
            let features = features.0.clone();
            run(py, None, move |_| data::Features::new(names, features.values().to_vec()))
        }
    };
    Bound::new(py, Features::of(named?))
}

/// One column.
#[derive(FromPyObject)]
pub(crate) enum Cells {
    /// The bytes of an array of numbers.
    Bytes(PyBackedBytes),
    Texts(Vec<Option<String>>),
}

/// Columns by their names as a table.
#[pyfunction]
#[pyo3(name = "_table", signature = (columns))]
pub(crate) fn table(py: Python<'_>, columns: Vec<(String, Cells)>) -> PyResult<Bound<'_, Table>> {
    let columns = columns.into_iter().map(|(name, cells)| match cells {
        Cells::Bytes(bytes) => Column::floats(name, reals(&bytes)),
        Cells::Texts(texts) => Column::text(name, texts),
    });
    let table = data::Table::new(UNNAMED, columns.collect()).map_err(raise)?;
    Bound::new(py, Table::ready(Arc::new(table)))
}

/// Rows of numbers and categories.
#[pyclass(frozen, name = "_Mixed", module = "crm_mining._crm_mining")]
pub(crate) struct Mixed(Arc<data::Mixed>);

#[pymethods]
impl Mixed {
    /// The rows of a table; without `categorical` the columns of text are categories.
    #[new]
    #[pyo3(signature = (table, categorical = None))]
    fn new(table: &Bound<'_, Table>, categorical: Option<Vec<String>>) -> PyResult<Mixed> {
        let py = table.py();
        let table = table.get().core(py);
        let mixed = run(py, None, move |_| {
            let is_text = |column: &&Column| matches!(column.type_name(), "text" | "truth values");
            let texts = || table.columns().iter().filter(is_text).map(|column| column.name().to_owned());
            let categorical = categorical.unwrap_or_else(|| texts().collect());
            let categorical: Vec<&str> = categorical.iter().map(String::as_str).collect();
            let names = table.columns().iter().map(Column::name);
            let numeric: Vec<&str> = names.filter(|name| !categorical.contains(name)).collect();
            data::Mixed::from_table(&table, &numeric, &categorical, None)
        });
        Ok(Mixed(Arc::new(mixed?)))
    }

    fn __len__(&self) -> usize {
        self.0.n_rows()
    }

    /// The columns of numbers, then those of categories.
    #[getter]
    fn names(&self) -> Vec<String> {
        [self.0.numeric_names(), self.0.categorical()].concat()
    }

    /// The columns of categories.
    #[getter]
    fn categorical(&self) -> Vec<String> {
        self.0.categorical().to_vec()
    }
}
