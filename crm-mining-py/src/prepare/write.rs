//! Files out.

use crate::convert::choice;
use crate::run::run;
use crate::table::{UNNAMED, read};
use crm_mining::prepare::{self, CsvWriter};
use pyo3::prelude::*;
use std::path::PathBuf;

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
