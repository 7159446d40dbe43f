//! Parquet in.

use super::read::RawTable;
use crate::run::run;
use crm_mining::prepare::ParquetReader;
use pyo3::prelude::*;
use std::path::PathBuf;

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
/// max_memory : int, optional
///     The most bytes that the table may take while it is built; no limit when left out.
/// progress : callable, optional
///     Called with stage, done and total as the work goes on.
///
/// Returns
/// -------
/// RawTable
#[pyfunction]
#[pyo3(
    signature = (path, *, columns = None, max_bytes = 4 << 30, max_memory = None, progress = None),
    text_signature = "(path, *, columns=None, max_bytes=4294967296, max_memory=None, progress=None)"
)]
pub(crate) fn read_parquet<'py>(
    py: Python<'py>,
    path: PathBuf,
    columns: Option<Vec<String>>,
    max_bytes: u64,
    max_memory: Option<u64>,
    progress: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, RawTable>> {
    let mut reader = ParquetReader::default().max_bytes(max_bytes);
    if let Some(columns) = columns {
        reader = reader.columns(columns);
    }
    if let Some(bytes) = max_memory {
        reader = reader.max_memory(bytes);
    }
    RawTable::bound(py, run(py, progress, move |control| reader.read_path_with(path, control))?)
}
