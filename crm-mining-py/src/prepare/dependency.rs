//! Which columns follow from which.

use crate::convert::{choice, word};
use crate::run::run;
use crate::settings::settings;
use crate::table::{Table, UNNAMED, read};
use crm_mining::data::ToTable;
use crm_mining::prepare;
use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::types::{PyIterator, PyList};
use std::sync::Arc;

/// Finds approximate functional dependencies: columns whose value follows from another column, or from two,
/// in all but a few rows.
///
/// The error is g3, the least share of rows to leave out so that the dependency holds, over the rows whose
/// determinant repeats. A dependency is kept when it explains most of the errors that the same groups make by
/// chance.
///
/// Parameters
/// ----------
/// max_g3 : float, default 0.15
///     The largest g3, a share of rows from 0 to 0.5.
/// min_rows : int, default 20
///     The fewest rows whose determinant repeats.
/// determinants : {"single", "pairs"}, default "pairs"
///     Whether a column may follow from one column only, or from two together too.
///
/// Examples
/// --------
/// >>> import polars as pl
/// >>> towns = {"8010": "Graz", "4020": "Linz", "5020": "Salzburg"}
/// >>> shops = pl.DataFrame({"zip": list(towns) * 20, "city": list(towns.values()) * 20})
/// >>> shops[7, "city"] = "Graz"
/// >>> found = crm.DependencySearch(determinants="single").find(shops)
/// >>> [(one.determinant, one.dependent) for one in found]
/// [(['city'], 'zip'), (['zip'], 'city')]
/// >>> found[1].violations(shops).to_polars().rows()
/// [(8, 'Graz', 'Linz', 19, 20)]
#[pyclass(frozen, eq, get_all, module = "crm_mining")]
#[derive(Clone, PartialEq)]
pub(crate) struct DependencySearch {
    /// The largest g3.
    max_g3: f64,
    /// The fewest rows whose determinant repeats.
    min_rows: usize,
    /// How many columns a determinant may have.
    determinants: String,
}

impl Default for DependencySearch {
    fn default() -> Self {
        let prepare::DependencySearch { max_g3, min_rows, determinants } = Default::default();
        DependencySearch { max_g3, min_rows, determinants: word(&determinants) }
    }
}

impl DependencySearch {
    pub(super) fn core(&self) -> PyResult<prepare::DependencySearch> {
        Ok(prepare::DependencySearch {
            max_g3: self.max_g3,
            min_rows: self.min_rows,
            determinants: choice("DependencySearch", "determinants", &self.determinants)?,
        })
    }
}

settings! { DependencySearch {
    #[new]
    #[pyo3(
        signature = (max_g3 = 0.15, min_rows = 20, determinants = "pairs"),
        text_signature = "(max_g3=0.15, min_rows=20, determinants='pairs')"
    )]
    fn new(max_g3: f64, min_rows: usize, determinants: &str) -> PyResult<DependencySearch> {
        choice::<prepare::Determinants>("DependencySearch", "determinants", determinants)?;
        Ok(DependencySearch { max_g3, min_rows, determinants: determinants.to_owned() })
    }

    /// The dependencies of a table, by dependent column and error.
    ///
    /// Parameters
    /// ----------
    /// data : Table or frame
    ///     Where to look.
    /// progress : callable, optional
    ///     Called with stage, done and total as the work goes on.
    ///
    /// Returns
    /// -------
    /// Dependencies
    ///
    /// Raises
    /// ------
    /// InvalidParameter
    ///     A setting out of its range.
    #[pyo3(signature = (data, *, progress = None))]
    fn find<'py>(
        &self,
        data: &Bound<'py, PyAny>,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, Dependencies>> {
        let (search, table) = (self.core()?, read(data, UNNAMED, None)?);
        let found = run(data.py(), progress, move |control| search.find_with(&table, control))?;
        Dependencies::bound(data.py(), found)
    }
} }

/// The dependencies of a table, found by `DependencySearch` with its default settings.
///
/// Parameters
/// ----------
/// data : Table or frame
///     Where to look.
///
/// Returns
/// -------
/// Dependencies
///
/// Examples
/// --------
/// >>> import polars as pl
/// >>> shops = pl.DataFrame({"zip": ["8010", "4020"] * 20, "city": ["Graz", "Linz"] * 20})
/// >>> crm.dependencies(shops).to_polars().select("determinant", "dependent", "g3", "rows").rows()
/// [('city', 'zip', 0.0, 40), ('zip', 'city', 0.0, 40)]
#[pyfunction]
pub(crate) fn dependencies<'py>(data: &Bound<'py, PyAny>) -> PyResult<Bound<'py, Dependencies>> {
    let table = read(data, UNNAMED, None)?;
    Dependencies::bound(data.py(), run(data.py(), None, move |_| prepare::dependencies(&table))?)
}

/// The dependencies found, each a row of the table and, by its position, a `Dependency`. Made by
/// `DependencySearch.find` and `dependencies`.
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct Dependencies(Vec<prepare::Dependency>);

impl Dependencies {
    fn bound(py: Python<'_>, found: Vec<prepare::Dependency>) -> PyResult<Bound<'_, Dependencies>> {
        let table = Table::ready(Arc::new(found.to_table()));
        Bound::new(py, PyClassInitializer::from(table).add_subclass(Dependencies(found)))
    }
}

#[pymethods]
impl Dependencies {
    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        PyList::new(py, self.0.iter().cloned().map(Dependency))?.try_iter()
    }

    fn __getitem__(&self, position: isize) -> PyResult<Dependency> {
        let from_start = if position < 0 { position + self.0.len() as isize } else { position };
        let found = usize::try_from(from_start).ok().and_then(|position| self.0.get(position));
        found.cloned().map(Dependency).ok_or_else(|| PyIndexError::new_err("no such dependency"))
    }
}

/// One approximate functional dependency. Made by `DependencySearch.find` and `dependencies`.
#[pyclass(frozen, eq, module = "crm_mining")]
#[derive(PartialEq)]
pub(crate) struct Dependency(prepare::Dependency);

#[pymethods]
impl Dependency {
    /// The columns that determine: one or two.
    #[getter]
    fn determinant(&self) -> Vec<String> {
        self.0.determinant.clone()
    }

    /// The column that follows from them.
    #[getter]
    fn dependent(&self) -> &str {
        &self.0.dependent
    }

    /// The share of rows that deviate from the most frequent value of their group.
    #[getter]
    fn g3(&self) -> f64 {
        self.0.g3
    }

    /// The same share when the values are dealt to the groups at random.
    #[getter]
    fn g3_by_chance(&self) -> f64 {
        self.0.g3_by_chance
    }

    /// The rows that were measured: both sides present, the determinant in two rows or more.
    #[getter]
    fn rows(&self) -> u64 {
        self.0.rows
    }

    /// The rows that deviate, with what the others say: row, found, majority, votes, of.
    ///
    /// Parameters
    /// ----------
    /// data : Table or frame
    ///     The table that was searched, or another with its columns.
    ///
    /// Returns
    /// -------
    /// Table
    ///
    /// Raises
    /// ------
    /// MissingColumn
    ///     A column of the dependency is not in the table.
    fn violations<'py>(&self, data: &Bound<'py, PyAny>) -> PyResult<Bound<'py, Table>> {
        let (dependency, table) = (self.0.clone(), read(data, UNNAMED, None)?);
        let violations = run(data.py(), None, move |_| dependency.violations(&table))?;
        Table::bound(data.py(), violations.as_slice())
    }

    fn __repr__(&self) -> String {
        let found = &self.0;
        format!("{} → {} (g3 {:.4})", found.determinant.join(" + "), found.dependent, found.g3)
    }
}
