//! Files in and out.

use crate::convert::{choice, plain};
use crate::run::run;
use crate::table::{Table, UNNAMED, read};
use crm_mining::data::DateOrder;
use crm_mining::prepare::{self, CsvReader, CsvWriter, Encoding, ParquetReader};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use std::path::PathBuf;
use std::sync::Arc;

/// A table as read, with every row that could not be read and how the file was taken.
///
/// Made by `read_csv` and `read_parquet`. Rows of the source = rows of the table + rows of ``rejected``, and
/// a row keeps its number.
///
/// Examples
/// --------
/// >>> raw = crm.read_csv(b"customer;amount\n00123;2.50\n123;4;9\n")
/// >>> len(raw), len(raw.rejected), raw.report["delimiter"]
/// (1, 1, ';')
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct RawTable(pub(super) Arc<prepare::RawTable>);

impl RawTable {
    fn bound(py: Python<'_>, raw: prepare::RawTable) -> PyResult<Bound<'_, RawTable>> {
        let table = Table::ready(Arc::new(raw.table.clone()));
        Bound::new(py, PyClassInitializer::from(table).add_subclass(RawTable(Arc::new(raw))))
    }
}

#[pymethods]
impl RawTable {
    /// The rows that could not be read: row, line, reason and text.
    #[getter]
    fn rejected<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Table>> {
        Bound::new(py, Table::ready(Arc::new(self.0.rejected_table())))
    }

    /// How the file was taken: rows, bytes, encoding, delimiter, gzip.
    #[getter]
    fn report<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.report)
    }
}

/// A file by its path, or its bytes.
#[derive(FromPyObject)]
pub(crate) enum Source<'py> {
    Bytes(Bound<'py, PyBytes>),
    Path(PathBuf),
}

/// Reads CSV, plain or packed by gzip, into a table of text.
///
/// Values stay the texts they are, so the identities ``00123`` and ``123`` differ and ``NA`` is a name; what
/// a column speaks of (numbers, dates) is found from its values. A row that cannot be read is set aside with
/// its number, and the rest is read.
///
/// Parameters
/// ----------
/// source : path or bytes
///     The file, or what it holds.
/// delimiter : str, optional
///     The sign between fields; found among comma, semicolon, tab and bar when left out.
/// encoding : {"utf8", "utf16_le", "utf16_be", "gb18030", "windows1252"}, optional
///     The encoding of the file; found when left out.
/// date_order : {"day_first", "month_first"}, optional
///     The order of day and month in dates such as 03/04/2024; proven by the dates when left out.
/// max_field_bytes : int, default 16 MiB
///     The longest field that is read.
/// name : str, optional
///     What messages call bytes; "data" when left out. A file goes by its own name.
/// progress : callable, optional
///     Called with stage, done and total as the work goes on.
///
/// Returns
/// -------
/// RawTable
///
/// Examples
/// --------
/// >>> crm.read_csv(b"customer,amount\n00123,2.50\nNA,1.00\n").to_polars()["customer"].to_list()
/// ['00123', 'NA']
#[pyfunction]
#[pyo3(
    signature = (source, *, delimiter = None, encoding = None, date_order = None, max_field_bytes = 16 << 20, name = None, progress = None),
    text_signature = "(source, *, delimiter=None, encoding=None, date_order=None, max_field_bytes=16777216, name=None, progress=None)"
)]
#[allow(clippy::too_many_arguments, reason = "keyword arguments of Python")]
pub(crate) fn read_csv<'py>(
    py: Python<'py>,
    source: Source<'py>,
    delimiter: Option<char>,
    encoding: Option<&str>,
    date_order: Option<&str>,
    max_field_bytes: usize,
    name: Option<String>,
    progress: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, RawTable>> {
    const OF: &str = "CsvReader";
    let mut reader = CsvReader::default().max_field_bytes(max_field_bytes);
    if let Some(sign) = delimiter {
        // What is no byte is refused by the reader as what it is not.
        reader = reader.delimiter(u8::try_from(sign).unwrap_or(u8::MAX));
    }
    if let Some(word) = encoding {
        reader = reader.encoding(choice::<Encoding>(OF, "encoding", word)?);
    }
    if let Some(word) = date_order {
        reader = reader.date_order(choice::<DateOrder>(OF, "date_order", word)?);
    }
    let raw = match source {
        Source::Path(path) => run(py, progress, move |control| reader.read_path_with(path, control)),
        Source::Bytes(bytes) => {
            let (bytes, name) = (bytes.as_bytes().to_vec(), name.unwrap_or_else(|| UNNAMED.to_owned()));
            run(py, progress, move |control| reader.read_with(&name, bytes.as_slice(), control))
        }
    };
    RawTable::bound(py, raw?)
}

/// Reads a Parquet file; types are those of the file.
///
/// Parameters
/// ----------
/// path : path
///     The file.
/// columns : sequence of str, optional
///     The columns to read, in this order; all when left out.
/// max_bytes : int, default 4 GiB
///     The most bytes of unpacked data that the file may claim to hold.
/// progress : callable, optional
///     Called with stage, done and total as the work goes on.
///
/// Returns
/// -------
/// RawTable
#[pyfunction]
#[pyo3(
    signature = (path, *, columns = None, max_bytes = 4 << 30, progress = None),
    text_signature = "(path, *, columns=None, max_bytes=4294967296, progress=None)"
)]
pub(crate) fn read_parquet<'py>(
    py: Python<'py>,
    path: PathBuf,
    columns: Option<Vec<String>>,
    max_bytes: u64,
    progress: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, RawTable>> {
    let mut reader = ParquetReader::default().max_bytes(max_bytes);
    if let Some(columns) = columns {
        reader = reader.columns(columns);
    }
    RawTable::bound(py, run(py, progress, move |control| reader.read_path_with(path, control))?)
}

/// Writes a table or frame as CSV: UTF-8, commas, names in the first line. The file appears whole or not at
/// all.
///
/// Parameters
/// ----------
/// table : Table or frame
///     What to write.
/// path : path
///     The file.
/// formulas : {"neutralize", "keep"}, default "neutralize"
///     What happens to texts that a spreadsheet would run as a formula: a ``'`` is put before them, or they
///     are written as they are, so that `read_csv` reads the very same values back.
#[pyfunction]
#[pyo3(signature = (table, path, *, formulas = "neutralize"))]
pub(crate) fn write_csv(table: &Bound<'_, PyAny>, path: PathBuf, formulas: &str) -> PyResult<()> {
    let rows = read(table, UNNAMED, None)?;
    let writer = CsvWriter { formulas: choice("CsvWriter", "formulas", formulas)? };
    run(table.py(), None, move |_| writer.write_path(&rows, path))
}

/// Writes a table or frame as Parquet, packed by Zstandard. The file appears whole or not at all.
///
/// Parameters
/// ----------
/// table : Table or frame
///     What to write.
/// path : path
///     The file.
#[pyfunction]
pub(crate) fn write_parquet(table: &Bound<'_, PyAny>, path: PathBuf) -> PyResult<()> {
    let rows = read(table, UNNAMED, None)?;
    run(table.py(), None, move |_| prepare::write_parquet(&rows, path))
}
