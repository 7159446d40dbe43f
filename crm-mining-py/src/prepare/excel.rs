//! Excel workbooks in.

use super::read::{RawTable, Source, held, said};
use crate::convert::choice;
use crate::run::run;
use crm_mining::data::DateOrder;
use crm_mining::prepare::{self, ExcelReader};
use pyo3::prelude::*;

/// A sheet by its position or its name.
#[derive(FromPyObject)]
pub(crate) enum Sheet {
    At(usize),
    Named(String),
}

/// Reads one sheet of an Excel workbook (.xlsx, .xlsm) into a table.
///
/// The first row that holds anything holds the column names. A column whose cells are all numbers, dates or
/// truth values is typed so; any other is text. Dates are cells that Excel shows as dates, as local times
/// without a zone (`Table.with_local_times`). Formulas give the value last computed. Blank rows are no rows;
/// others keep their distance from the header as their number.
///
/// A file that is torn or lies is an error, and a small file cannot ask for more memory than the limits say.
///
/// Parameters
/// ----------
/// source : path or bytes
///     The workbook, or what it holds.
/// sheet : str or int, optional
///     The sheet by its name or by its position, from 1; the first when left out.
/// header_row : int, optional
///     The row of the sheet, from 1, that holds the column names; the first that holds anything when left out.
/// date_order : {"day_first", "month_first", "year_first"}, optional
///     The order of day, month and year in texts such as 03/04/05; proven by the dates when left out.
/// read_as : dict, optional
///     What columns are read as, by their names, whatever their values say; the words of `read_csv`.
/// max_bytes : int, default 512 MiB
///     The most bytes that the file may have, packed or unpacked.
/// max_cells : int, default 2**26
///     The most cells that the file, and the table out of it, may have.
/// max_strings : int, default 2**23
///     The most texts that the workbook may share among its cells.
/// max_memory : int, optional
///     The most bytes that the table may take while it is built; no limit when left out.
/// name : str, optional
///     What messages call bytes; "data" when left out. A file goes by its own name.
/// progress : callable, optional
///     Called with stage, done and total as the work goes on.
///
/// Returns
/// -------
/// RawTable
///
/// Raises
/// ------
/// Malformed
///     No sound workbook.
/// LimitExceeded
///     More than one of the limits allows.
#[pyfunction]
#[pyo3(
    signature = (source, *, sheet = None, header_row = None, date_order = None, read_as = None, max_bytes = 512 << 20, max_cells = 1 << 26, max_strings = 1 << 23, max_memory = None, name = None, progress = None),
    text_signature = "(source, *, sheet=None, header_row=None, date_order=None, read_as=None, max_bytes=536870912, max_cells=67108864, max_strings=8388608, max_memory=None, name=None, progress=None)"
)]
#[allow(clippy::too_many_arguments, reason = "keyword arguments of Python")]
pub(crate) fn read_excel<'py>(
    py: Python<'py>,
    source: Source<'py>,
    sheet: Option<Sheet>,
    header_row: Option<u32>,
    date_order: Option<&str>,
    read_as: Option<&Bound<'py, PyAny>>,
    max_bytes: u64,
    max_cells: u64,
    max_strings: u64,
    max_memory: Option<u64>,
    name: Option<String>,
    progress: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, RawTable>> {
    let mut reader =
        ExcelReader::default().max_bytes(max_bytes).max_cells(max_cells).max_strings(max_strings);
    match sheet {
        Some(Sheet::At(position)) => reader = reader.sheet(prepare::Sheet::At(position)),
        Some(Sheet::Named(name)) => reader = reader.sheet(prepare::Sheet::Named(name)),
        None => {}
    }
    if let Some(row) = header_row {
        reader = reader.header_row(row);
    }
    if let Some(word) = date_order {
        reader = reader.date_order(choice::<DateOrder>("ExcelReader", "date_order", word)?);
    }
    for (column, read_as) in said("ExcelReader", read_as)? {
        reader = reader.read_as(column, read_as);
    }
    if let Some(bytes) = max_memory {
        reader = reader.max_memory(bytes);
    }
    let raw = match source {
        Source::Path(path) => run(py, progress, move |control| reader.read_path_with(path, control)),
        Source::Bytes(bytes) => {
            let (name, bytes) = held(name, &bytes);
            run(py, progress, move |control| reader.read_bytes_with(&name, &bytes, control))
        }
    };
    RawTable::bound(py, raw?)
}
