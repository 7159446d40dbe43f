//! What readers give back, and what they read from.

use crate::convert::{plain, setting};
use crate::show;
use crate::table::{Table, UNNAMED};
use crm_mining::data::{self, ReadAs, ToTable};
use crm_mining::prepare;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// A table as read, with every row that could not be read and how the file was taken.
///
/// Made by `read_csv`, `read_jsonl`, `read_excel` and `read_parquet`. Rows of the source = rows of the table +
/// rows of ``rejected``, and a row keeps its number.
///
/// Examples
/// --------
/// >>> raw = crm.read_csv(b"customer;amount\n00123;2.50\n123;4;9\n")
/// >>> len(raw), len(raw.rejected), raw.report["delimiter"]
/// (1, 1, ';')
/// >>> raw.findings.to_polars().select("of", "found").rows()[:2]
/// [('encoding', 'UTF-8'), ('delimiter', ';')]
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct RawTable(pub(super) Arc<prepare::RawTable>);

impl RawTable {
    pub(super) fn bound(py: Python<'_>, raw: prepare::RawTable) -> PyResult<Bound<'_, RawTable>> {
        let table = Table::ready(Arc::new(raw.table.clone()));
        Bound::new(py, PyClassInitializer::from(table).add_subclass(RawTable(Arc::new(raw))))
    }

    /// What was read with another table in the place of its own.
    pub(crate) fn with<'py>(&self, py: Python<'py>, table: data::Table) -> PyResult<Bound<'py, RawTable>> {
        RawTable::bound(py, prepare::RawTable { table, ..prepare::RawTable::clone(&self.0) })
    }
}

#[pymethods]
impl RawTable {
    /// The rows that could not be read: row, line, offset (in bytes), reason and text.
    #[getter]
    fn rejected<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Table>> {
        Bound::new(py, Table::ready(Arc::new(self.0.rejected_table())))
    }

    /// The rows that break the rules of the file and were read all the same, in the one way they can be: row,
    /// line, offset (in bytes), how and text.
    #[getter]
    fn mended<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Table>> {
        Table::bound(py, self.0.report.mended.as_slice())
    }

    /// What was found about the file, and why: of, found and evidence.
    #[getter]
    fn findings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Table>> {
        Table::bound(py, self.0.report.findings.as_slice())
    }

    /// How the source was taken: rows, bytes, encoding, delimiter, gzip, zstd, dialect, line_ends, findings,
    /// preamble, mended.
    #[getter]
    fn report<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.report)
    }

    fn _repr_html_(&self) -> String {
        let raw = &self.0;
        let (aside, mended) = (raw.rejected.len(), raw.report.mended.len());
        let findings = &raw.report.findings;
        let shown = format!("{}<p>{aside} rows set aside, {mended} mended</p>", show::html(&raw.table));
        if findings.is_empty() { shown } else { shown + &show::html(&findings.to_table()) }
    }
}

/// A file by its path, or its bytes.
#[derive(FromPyObject)]
pub(crate) enum Source<'py> {
    Bytes(Bound<'py, PyBytes>),
    Path(PathBuf),
}

/// What was said of columns, by their names.
pub(super) fn said(
    of: &'static str,
    read_as: Option<&Bound<'_, PyAny>>,
) -> PyResult<BTreeMap<String, ReadAs>> {
    read_as.map_or_else(|| Ok(BTreeMap::new()), |columns| setting(of, "read_as", columns))
}

/// Bytes that outlive the call, and what messages call them.
pub(super) fn held(name: Option<String>, bytes: &Bound<'_, PyBytes>) -> (String, Vec<u8>) {
    (name.unwrap_or_else(|| UNNAMED.to_owned()), bytes.as_bytes().to_vec())
}
