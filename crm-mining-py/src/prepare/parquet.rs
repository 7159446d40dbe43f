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
