//! The fitted model of linkage, and the base ready for single records.

use super::{Linker, Links, Records, positions};
use crate::convert::{from_json, plain, to_json};
use crate::error::raise;
use crate::run::run;
use crate::show;
use crate::table::Table;
use crm_mining::data::{self, Column, ToTable};
use crm_mining::prepare::{self, Match};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};
use std::sync::Arc;

/// A fitted `Linker`: says of any two rows how much speaks for one customer, and why. Made by `Linker.fit`.
#[pyclass(frozen, eq, module = "crm_mining")]
#[derive(PartialEq)]
pub(crate) struct LinkModel(pub(super) Arc<prepare::LinkModel>);

#[pymethods]
impl LinkModel {
    /// The settings.
    #[getter]
    fn linker(&self) -> Linker {
        Linker(self.0.settings().clone())
    }

    /// Each level of agreement: comparison, level, m (its share among matches), u (its share by chance) and
    /// weight, log₂(m/u) bits.
    #[getter]
    fn levels<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Table>> {
        Table::bound(py, &*self.0)
    }

    /// The share of matches among all pairs.
    #[getter]
    fn prior(&self) -> f64 {
        self.0.prior()
    }

    /// What training did: rows, pairs, pairs compared, matches expected, blocks and searches.
    #[getter]
    fn report<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, self.0.report())
    }

    /// Scores every pair that a blocking rule brings together.
    ///
    /// Parameters
    /// ----------
    /// left : frame
    ///     The records.
    /// right : frame, optional
    ///     Other records, to be linked with those of ``left``.
    /// progress : callable, optional
    ///     Called with stage, done and total as the work goes on.
    ///
    /// Returns
    /// -------
    /// Links
    ///
    /// Raises
    /// ------
    /// MissingColumn
    ///     A column of the model is not there.
    #[pyo3(signature = (left, right = None, *, progress = None))]
    fn predict<'py>(
        &self,
        left: &Bound<'py, PyAny>,
        right: Option<&Bound<'py, PyAny>>,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, Links>> {
        let (model, records) = (self.0.clone(), Records::read(left, right)?);
        let links = run(left.py(), progress, {
            let (model, records) = (model.clone(), records.clone());
            move |control| model.predict_with(&records.core(), control)
        })?;
        Links::bound(left.py(), links, model, records)
    }

    /// The base made ready to be asked for one record at a time.
    ///
    /// Parameters
    /// ----------
    /// left : frame
    ///     The records of the base.
    /// right : frame, optional
    ///     More records of the base.
    ///
    /// Returns
    /// -------
    /// LinkIndex
    #[pyo3(signature = (left, right = None))]
    fn index(&self, left: &Bound<'_, PyAny>, right: Option<&Bound<'_, PyAny>>) -> PyResult<LinkIndex> {
        let (model, records) = (self.0.clone(), Records::read(left, right)?);
        let base = records.clone();
        let index = run(left.py(), None, move |_| model.index(&base.core()))?;
        Ok(LinkIndex { index: Arc::new(index), records })
    }

    /// The model as JSON, for `LinkModel.from_json` and for Rust. It holds the values whose frequency counts.
    ///
    /// Returns
    /// -------
    /// str
    fn to_json(&self) -> PyResult<String> {
        to_json(&*self.0)
    }

    /// The model that `LinkModel.to_json` wrote.
    ///
    /// Parameters
    /// ----------
    /// json : str
    ///     The text.
    ///
    /// Returns
    /// -------
    /// LinkModel
    #[staticmethod]
    fn from_json(json: &str) -> PyResult<LinkModel> {
        Ok(LinkModel(Arc::new(from_json("LinkModel", "json", json)?)))
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let json = (slf.get().to_json()?,).into_pyobject(slf.py())?;
        Ok((slf.get_type().getattr("from_json")?, json))
    }

    fn __repr__(&self) -> String {
        let report = self.0.report();
        let (rows, matches, compared) = (report.rows, report.matches, report.compared);
        format!("LinkModel of {rows} rows: {matches:.0} matches expected among {compared:.0} pairs compared")
    }

    fn _repr_html_(&self) -> String {
        format!("<p>{}</p>{}", show::escaped(&self.__repr__()), show::html(&self.0.to_table()))
    }
}

/// A base made ready to be asked for one record at a time. Made by `LinkModel.index`.
#[pyclass(frozen, module = "crm_mining")]
pub(crate) struct LinkIndex {
    index: Arc<prepare::LinkIndex>,
    records: Records,
}

/// The values of a record by column; None is missing.
fn fields(record: &Bound<'_, PyDict>) -> PyResult<Vec<(String, String)>> {
    let present = record.iter().filter(|(_, value)| !value.is_none());
    let text = |value: Bound<'_, PyAny>| value.str()?.extract::<String>();
    present.map(|(column, value)| Ok((column.cast::<PyString>()?.extract()?, text(value)?))).collect()
}

#[pymethods]
impl LinkIndex {
    /// The rows of the base that a record may belong to, the likeliest first: position, row, weight and
    /// probability.
    ///
    /// Parameters
    /// ----------
    /// record : dict
    ///     Values by column; None and columns left out are missing.
    ///
    /// Returns
    /// -------
    /// Table
    ///
    /// Raises
    /// ------
    /// MissingColumn
    ///     A column that the model does not know.
    ///
    /// Examples
    /// --------
    /// >>> import polars as pl
    /// >>> people = pl.DataFrame({"name": [f"name {i // 2}" for i in range(60)], "year": [i // 6 for i in range(60)]})
    /// >>> linker = crm.Linker(
    /// ...     [{"column": "name", "kind": "name"}, {"column": "year", "kind": "exact"}], ["name", "year"])
    /// >>> base = linker.fit(people).index(people)
    /// >>> base.link_one({"name": "Name 7", "year": 2}).to_polars()["position"].to_list()[:2]
    /// [14, 15]
    fn link_one<'py>(&self, record: &Bound<'py, PyDict>) -> PyResult<Bound<'py, Table>> {
        let fields = fields(record)?;
        let index = self.index.clone();
        let found = record.py().detach(|| {
            index.link_one(fields.iter().map(|(column, value)| (column.as_str(), value.as_str())))
        });
        let found = found.map_err(raise)?;
        let floats = |name, of: fn(&Match) -> f64| Column::floats(name, found.iter().map(of).collect());
        let numbers = found.iter().map(|found| self.records.number(found.row)).collect();
        let columns = vec![
            positions("position", found.iter().map(|found| &found.row)),
            Column::ints("row", numbers),
            floats("weight", |found| found.weight),
            floats("probability", |found| found.probability),
        ];
        let table = data::Table::new("matches", columns).map_err(raise)?;
        Bound::new(record.py(), Table::ready(Arc::new(table)))
    }

    fn __repr__(&self) -> String {
        format!("LinkIndex of {} rows", self.records.core().n_rows())
    }
}
