//! CSV in, some rows at a time.

use super::csv::Given;
use super::read::{RawTable, Source, held};
use crate::convert::plain;
use crate::error::raise;
use crate::run::run;
use crm_mining::prepare::{self, ReadReport};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::io::Cursor;
use std::sync::{Mutex, PoisonError};

/// Reads a CSV file of any size chunk by chunk: each is a `RawTable` of its own, and no two are held at once.
///
/// Use it when the file is larger than memory: build a partial `Ledger` of each chunk and merge them. Encoding
/// and dialect are found once. Rows keep their number in the file, rejected rows also their byte. Types are
/// found for every chunk; the order of dates and the style of numbers that the first chunk shows must hold to
/// the end of the file.
///
/// Parameters
/// ----------
/// source : path or bytes
///     The file, or what it holds.
/// chunk_bytes : int, default 32 MiB
///     How much text makes a chunk, about. Memory is a few times as much.
/// name : str, optional
///     What messages call bytes; "data" when left out. A file goes by its own name.
/// **settings
///     The settings of `read_csv`, by their names.
///
/// Returns
/// -------
/// CsvChunks
///     An iterator of `RawTable`. After an error there are no more chunks.
///
/// Raises
/// ------
/// AmbiguousDates
///     A column whose dates do not tell day from month, or contradict an earlier chunk.
/// LimitExceeded
///     A field longer than ``max_field_bytes``.
///
/// Examples
/// --------
/// >>> lines = b"".join(b"c%d;2024-03-%02d;%d.50\n" % (n % 70, n % 28 + 1, n % 90) for n in range(60_000))
/// >>> chunks = crm.read_csv_chunks(b"customer;date;amount\n" + lines, chunk_bytes=300_000, delimiter=";")
/// >>> ledger = None
/// >>> for chunk in chunks:
/// ...     part = crm.Ledger(crm.Transactions(chunk))
/// ...     ledger = part if ledger is None else ledger.merge(part)
/// >>> len(ledger.customers), chunks.report["rows"]
/// (70, 60000)
#[pyfunction]
#[pyo3(
    signature = (source, *, chunk_bytes = 32 << 20, name = None, **settings),
    text_signature = "(source, *, chunk_bytes=33554432, name=None, **settings)"
)]
pub(crate) fn read_csv_chunks(
    source: Source<'_>,
    chunk_bytes: usize,
    name: Option<String>,
    settings: Option<&Bound<'_, PyDict>>,
) -> PyResult<CsvChunks> {
    let given = settings.map_or_else(|| Ok(Given::default()), Given::named)?;
    let reader = given.reader()?.chunk_bytes(chunk_bytes);
    let chunks = match source {
        Source::Path(path) => reader.chunks(path),
        Source::Bytes(bytes) => {
            let (name, bytes) = held(name, &bytes);
            reader.chunks_of(&name, Cursor::new(bytes))
        }
    };
    let chunks = chunks.map_err(raise)?;
    let column_names = chunks.names().to_vec();
    Ok(CsvChunks { column_names, state: Mutex::new((chunks.report(), Some(chunks))) })
}

/// The chunks of a CSV file in order, each a `RawTable`: made by `read_csv_chunks`.
#[pyclass(frozen, module = "crm_mining")]
pub(crate) struct CsvChunks {
    column_names: Vec<String>,
    /// What was told last, and the chunks to come: none while one is read, or after an error.
    state: Mutex<(ReadReport, Option<prepare::Chunks<'static>>)>,
}

#[pymethods]
impl CsvChunks {
    /// The names of the columns.
    #[getter]
    fn column_names(&self) -> Vec<String> {
        self.column_names.clone()
    }

    /// How the file was taken, and its rows and bytes as far as they were read.
    #[getter]
    fn report<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let report = self.state.lock().unwrap_or_else(PoisonError::into_inner).0.clone();
        plain(py, &report)
    }

    fn __iter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, RawTable>>> {
        let state = || self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(chunks) = state().1.take() else { return Ok(None) };
        let (chunk, chunks) = run(py, None, move |control| {
            let mut chunks = chunks.controlled(control.clone());
            let chunk = chunks.next().transpose()?;
            Ok((chunk, chunks))
        })?;
        *state() = (chunks.report(), Some(chunks));
        chunk.map(|chunk| RawTable::bound(py, chunk)).transpose()
    }
}
