//! Merging sources.

use super::link::Clusters;
use crate::convert::{choice, from_json, name, plain, setting, to_json, word};
use crate::error::raise;
use crate::run::run;
use crate::settings::settings;
use crate::show;
use crate::table::{Table, read};
use crm_mining::ErrorKind;
use crm_mining::data::{self, Bitmap, Column, ToTable, Values};
use crm_mining::prepare::{self, OnUnknown, SourceTable};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::sync::Arc;

/// Merges several tables to one row per customer; each cell keeps the source row that it comes from and the
/// values that lost against it.
///
/// Use it when records of the same customers lie in several systems. What rules leave open falls to the
/// smallest value, so that the order of sources and rows never matters.
///
/// Parameters
/// ----------
/// sources : sequence of dict
///     Each with "name"; "key", how its rows name customers: {"column": "id"}, {"mapped": {"column": "login",
///     "from": "login", "to": "customer"}} by a table given at the run, or "given", a customer for each row
///     given at the run; "columns", such as [{"from": "mail", "to": "email", "conversion": {"factor": 0.01}}].
///     May say more: "trust_rank", 1 for the source trusted most; "as_of", {"column": "seen"} or {"day":
///     "2024-03-01"}, when a row was true; "zone". Conversions: {"factor": 0.01}, {"unit": {"column": "unit",
///     "factors": [["g", 0.001]]}}, {"currency": "CNY"}, {"currency_column": "currency"}.
/// columns : sequence of dict
///     The columns of the merged table: "name", "kind" ("text", "number", "moment") and "rules", when they
///     differ from those of the merge.
/// rules : sequence of str
///     What decides between different values, one after the other: "most_trusted", "newest",
///     "most_complete", "majority", "longest".
/// customer : str, default "customer"
///     The name of the merged table's column of customers.
/// rates : dict, optional
///     What currencies are worth: {"target": "EUR", "rates": [{"currency": "USD", "from": "2024-01-01",
///     "rate": 0.9}]}.
/// zone : str, default "UTC"
///     The zone in which a row's time falls on its business day.
/// identity : sequence of str, optional
///     Columns that one customer has one of, such as a date of birth: different values under one id are
///     reported as a collision.
/// on_unknown : {"set_aside", "fail"}, default "set_aside"
///     What happens to rows with values that cannot be used.
///
/// Examples
/// --------
/// >>> import polars as pl
/// >>> merge = crm.Merge(
/// ...     sources=[
/// ...         {"name": "crm", "key": {"column": "id"}, "columns": [{"from": "mail", "to": "email"}],
/// ...          "as_of": {"column": "seen"}},
/// ...         {"name": "shop", "key": {"column": "customer"}, "columns": [{"from": "email", "to": "email"}],
/// ...          "as_of": {"column": "at"}, "trust_rank": 2},
/// ...     ],
/// ...     columns=[{"name": "email", "kind": "text", "rules": ["newest"]}])
/// >>> merged = merge.run({
/// ...     "crm": pl.DataFrame({"id": ["7", "8"], "mail": ["anna@old.example", "li@a.example"],
/// ...                          "seen": ["2024-01-05"] * 2}),
/// ...     "shop": pl.DataFrame({"customer": ["7"], "email": ["anna@new.example"], "at": ["2024-03-01"]})})
/// >>> merged.table.to_polars().rows()
/// [('7', 'anna@new.example'), ('8', 'li@a.example')]
/// >>> merged.conflicts.to_polars().select("customer", "lost", "lost_source", "lost_row").rows()
/// [('7', 'anna@old.example', 'crm', 1)]
#[pyclass(frozen, eq, module = "crm_mining")]
#[derive(PartialEq)]
pub(crate) struct Merge(prepare::Merge);

/// The customers of a source's rows: clusters that linking found, or a key for each row.
fn customers(given: &Bound<'_, PyAny>) -> PyResult<Column> {
    const CUSTOMER: &str = "customer";
    if let Ok(clusters) = given.cast::<Clusters>() {
        return Ok(Column::ints(CUSTOMER, clusters.get().of_rows()));
    }
    let keys = given.try_iter()?.collect::<PyResult<Vec<_>>>()?;
    let integer = |key: &Bound<'_, PyAny>| match key.is_none() {
        true => Ok(None),
        false => key.extract::<i64>().map(Some),
    };
    if let Ok(integers) = keys.iter().map(integer).collect::<PyResult<Vec<_>>>() {
        let present: Bitmap = integers.iter().map(Option::is_some).collect();
        let integers = integers.into_iter().map(Option::unwrap_or_default).collect();
        return Ok(Column::new(CUSTOMER, Values::Int(integers, Some(present))));
    }
    let name = |key: &Bound<'_, PyAny>| (!key.is_none()).then(|| name(key)).transpose();
    Ok(Column::text(CUSTOMER, keys.iter().map(name).collect::<PyResult<Vec<_>>>()?))
}

/// A dict by source, each value made what the merge needs.
fn by_source<T>(
    given: Option<&Bound<'_, PyDict>>,
    make: impl Fn(&str, &Bound<'_, PyAny>) -> PyResult<T>,
) -> PyResult<Vec<(String, T)>> {
    let sources = given.map(|given| given.iter()).into_iter().flatten();
    sources
        .map(|(source, value)| {
            let source = source.extract::<String>()?;
            let made = make(&source, &value)?;
            Ok((source, made))
        })
        .collect()
}

/// What was given for a source.
fn of_source<'a, T>(given: &'a [(String, T)], source: &str) -> Option<&'a T> {
    given.iter().find(|(name, _)| name == source).map(|(_, value)| value)
}

/// A name that is no source's among those something is given for.
fn no_source<'a>(
    tables: &[(String, Arc<data::Table>)],
    mut names: impl Iterator<Item = &'a String>,
) -> PyResult<()> {
    match names.find(|name| of_source(tables, name).is_none()) {
        Some(name) => Err(raise(
            ErrorKind::InvalidParameter {
                of: "Merge",
                parameter: "customers, mappings",
                must_be: "of a source whose table is given".into(),
                got: format!("{name:?}"),
            }
            .into(),
        )),
        None => Ok(()),
    }
}

settings! { Merge {
    #[new]
    #[pyo3(
        signature = (sources, columns, *, rules = None, customer = "customer", rates = None, zone = "UTC", identity = None, on_unknown = "set_aside"),
        text_signature = "(sources, columns, *, rules=('most_trusted', 'newest', 'most_complete', 'majority'), customer='customer', rates=None, zone='UTC', identity=(), on_unknown='set_aside')"
    )]
    #[allow(clippy::too_many_arguments, reason = "keyword arguments of Python")]
    fn new(
        py: Python<'_>,
        sources: &Bound<'_, PyAny>,
        columns: &Bound<'_, PyAny>,
        rules: Option<&Bound<'_, PyAny>>,
        customer: &str,
        rates: Option<&Bound<'_, PyAny>>,
        zone: &str,
        identity: Option<Vec<String>>,
        on_unknown: &str,
    ) -> PyResult<Merge> {
        const OF: &str = "Merge";
        let mut merge = prepare::Merge {
            sources: setting(OF, "sources", sources)?,
            columns: setting(OF, "columns", columns)?,
            customer: customer.to_owned(),
            zone: setting(OF, "zone", zone.into_pyobject(py)?.as_any())?,
            identity: identity.unwrap_or_default(),
            on_unknown: choice::<OnUnknown>(OF, "on_unknown", on_unknown)?,
            ..prepare::Merge::default()
        };
        if let Some(rules) = rules {
            merge.rules = setting(OF, "rules", rules)?;
        }
        if let Some(rates) = rates {
            merge.rates = setting(OF, "rates", rates)?;
        }
        Ok(Merge(merge))
    }

    /// The sources.
    #[getter]
    fn sources<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.sources)
    }

    /// The columns of the merged table.
    #[getter]
    fn columns<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.columns)
    }

    /// What decides where a column has no rules of its own.
    #[getter]
    fn rules<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.rules)
    }

    /// The name of the merged table's column of customers.
    #[getter]
    fn customer(&self) -> &str {
        &self.0.customer
    }

    /// What currencies are worth.
    #[getter]
    fn rates<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.rates)
    }

    /// The zone in which a row's time falls on its business day.
    #[getter]
    fn zone<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.zone)
    }

    /// Columns that one customer has one of.
    #[getter]
    fn identity(&self) -> Vec<String> {
        self.0.identity.clone()
    }

    /// What happens to rows with values that cannot be used.
    #[getter]
    fn on_unknown(&self) -> String {
        word(&self.0.on_unknown)
    }

    /// Merges the sources' tables.
    ///
    /// Parameters
    /// ----------
    /// tables : dict of str to frame
    ///     The table of each source by its name.
    /// customers : dict of str to sequence, optional
    ///     The customer of each row, str, int or None, for sources whose key is "given"; or the `Clusters`
    ///     that linking found in the table.
    /// mappings : dict of str to frame, optional
    ///     The mapping table of each source whose key is "mapped".
    /// progress : callable, optional
    ///     Called with stage, done and total as the work goes on.
    ///
    /// Returns
    /// -------
    /// Merged
    ///
    /// Raises
    /// ------
    /// InvalidParameter
    ///     Settings that contradict each other, or a source without its table.
    /// MissingColumn
    ///     A column that is not there.
    /// InvalidValue
    ///     With on_unknown "fail", the first value that cannot be used.
    #[pyo3(signature = (tables, *, customers = None, mappings = None, progress = None))]
    fn run(
        &self,
        tables: &Bound<'_, PyDict>,
        customers: Option<&Bound<'_, PyDict>>,
        mappings: Option<&Bound<'_, PyDict>>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Merged> {
        let (merge, py) = (self.0.clone(), tables.py());
        let tables = by_source(Some(tables), |source, frame| read(frame, source, None))?;
        let mappings = by_source(mappings, |source, frame| read(frame, &format!("mapping of {source}"), None))?;
        let customers = by_source(customers, |_, given| self::customers(given))?;
        let names = mappings.iter().map(|(name, _)| name).chain(customers.iter().map(|(name, _)| name));
        no_source(&tables, names)?;
        let merged = run(py, progress, move |control| {
            let given: Vec<SourceTable<'_>> = tables
                .iter()
                .map(|(source, table)| {
                    let mut given = SourceTable::new(source, table);
                    if let Some(mapping) = of_source(&mappings, source) {
                        given = given.mapped_by(mapping);
                    }
                    if let Some(customers) = of_source(&customers, source) {
                        given = given.customers(customers);
                    }
                    given
                })
                .collect();
            merge.run_with(&given, control)
        })?;
        Ok(Merged::of(merged))
    }

    /// The settings as JSON, for `Merge.from_json` and for Rust.
    ///
    /// Returns
    /// -------
    /// str
    fn to_json(&self) -> PyResult<String> {
        to_json(&self.0)
    }

    /// The settings that `Merge.to_json` wrote, or somebody by hand.
    ///
    /// Parameters
    /// ----------
    /// json : str
    ///     The text.
    ///
    /// Returns
    /// -------
    /// Merge
    #[staticmethod]
    fn from_json(json: &str) -> PyResult<Merge> {
        from_json("Merge", "json", json).map(Merge)
    }
} }

/// One row per customer, where each cell comes from, what lost, and what was set aside. Made by `Merge.run`.
#[pyclass(frozen, module = "crm_mining")]
pub(crate) struct Merged {
    merged: Arc<prepare::Merged>,
    table: Arc<data::Table>,
}

/// The part of a merge that becomes a table when somebody looks at it.
struct Part<T: ToTable + ?Sized>(Arc<prepare::Merged>, fn(&prepare::Merged) -> &T);

impl<T: ToTable + ?Sized> ToTable for Part<T> {
    fn to_table(&self) -> data::Table {
        (self.1)(&self.0).to_table()
    }
}

impl Merged {
    fn of(merged: prepare::Merged) -> Merged {
        Merged { table: Arc::new(merged.table.clone()), merged: Arc::new(merged) }
    }

    fn part<'py, T>(&self, py: Python<'py>, of: fn(&prepare::Merged) -> &T) -> PyResult<Bound<'py, Table>>
    where
        T: ToTable + ?Sized + 'static,
    {
        Bound::new(py, Table::of(Arc::new(Part(self.merged.clone(), of))))
    }

    fn summary(&self) -> String {
        format!(
            "{} customers of {} rows; {} cells with different values, {} rows set aside, {} collisions of ids",
            self.table.n_rows(),
            self.merged.rows_in(),
            self.merged.conflicts.len(),
            self.merged.rejected.len(),
            self.merged.collisions.len()
        )
    }
}

#[pymethods]
impl Merged {
    /// One row per customer, in order of customer.
    #[getter]
    fn table<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Table>> {
        Bound::new(py, Table::ready(self.table.clone()))
    }

    /// Where each filled cell comes from: customer, column, value, source, row, as_of, decided_by and the
    /// number of values that lost.
    #[getter]
    fn provenance<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Table>> {
        self.part(py, |merged| &merged.provenance)
    }

    /// Every value that lost: customer, column, kept with its source and row, decided_by, lost with its
    /// source, row and time.
    #[getter]
    fn conflicts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Table>> {
        self.part(py, |merged| &merged.conflicts)
    }

    /// The rows that could not be used: source, row and reason.
    #[getter]
    fn rejected<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Table>> {
        self.part(py, |merged| &merged.rejected)
    }

    /// The rows that could not be used, as they were read, by source.
    #[getter]
    fn rejected_rows<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let rows = PyDict::new(py);
        for source in &self.merged.rejected.sources {
            let table = Table::ready(Arc::new(source.rows.clone()));
            rows.set_item(&source.source, Bound::new(py, table)?)?;
        }
        Ok(rows)
    }

    /// Ids that seem to name two customers, and ids that seem to name one: collision, kind, customer, column,
    /// value, source and row.
    #[getter]
    fn collisions<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Table>> {
        self.part(py, |merged| merged.collisions.as_slice())
    }

    /// What was decided in each column: filled, agreed, conflicts and ties.
    #[getter]
    fn report<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Table>> {
        self.part(py, |merged| &merged.report)
    }

    /// What each source gave: rows_in, used, set_aside and cells.
    #[getter]
    fn sources<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Table>> {
        self.part(py, |merged| merged.report.sources.as_slice())
    }

    /// The rows that came in: those used and those set aside.
    #[getter]
    fn rows_in(&self) -> u64 {
        self.merged.rows_in()
    }

    fn __repr__(&self) -> String {
        self.summary()
    }

    fn _repr_html_(&self) -> String {
        let report = &self.merged.report;
        let [sources, columns] = [report.sources.as_slice().to_table(), report.to_table()];
        format!("<p>{}</p>{}{}", show::escaped(&self.summary()), show::html(&sources), show::html(&columns))
    }
}
