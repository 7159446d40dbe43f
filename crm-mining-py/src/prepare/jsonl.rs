//! JSON lines in.

use super::read::{RawTable, Source, held, said};
use crate::convert::choice;
use crate::run::run;
use crm_mining::data::DateOrder;
use crm_mining::prepare::{Encoding, JsonLinesReader};
use pyo3::prelude::*;

const OF: &str = "JsonLinesReader";

/// Reads JSON lines (one object per line), plain or packed by gzip or zstd, into a table of text.
///
/// Every key is a column, in the order of first appearance. A key that a line lacks, or gives as ``null``, is
/// missing there. An object within is laid flat: ``{"a": {"b": 1}}`` fills the column ``a.b``; arrays are
/// kept as the JSON they are. Numbers keep their digits, so identities of 20 digits stay exact. A line that
/// cannot be read is set aside with its number, and the rest is read.
///
/// Parameters
/// ----------
/// source : path or bytes
///     The file, or what it holds.
/// encoding : {"utf8", "utf16_le", "utf16_be", "gb18030", "big5", "shift_jis", "euc_jp", "euc_kr", "iso8859_2", "koi8", "windows874", "windows1250", "windows1251", "windows1252", "windows1253", "windows1254", "windows1255", "windows1256", "windows1257"}, optional
///     The encoding of the file; found when left out.
/// date_order : {"day_first", "month_first", "year_first"}, optional
///     The order of day, month and year in dates such as 03/04/05; proven by the dates when left out.
/// read_as : dict, optional
///     What columns are read as, by their names, whatever their values say; the words of `read_csv`.
/// flatten : int, default 8
///     How many levels of objects within a line are laid flat; 0 keeps them as JSON.
/// max_depth : int, default 128
///     The deepest nesting that is read.
/// max_line_bytes : int, default 16 MiB
///     The longest line that is read.
/// max_columns : int, default 4,096
///     The most columns that keys may make.
/// max_cells : int, default 2**28
///     The most cells, filled or not, that the table may have.
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
/// LimitExceeded
///     More columns, cells or memory than allowed.
///
/// Examples
/// --------
/// >>> raw = crm.read_jsonl(b'{"id": 12345678901234567890, "buyer": {"city": "Linz"}}\n{"id": "00123"}\n{"id": 7')
/// >>> raw.to_polars().rows()
/// [('12345678901234567890', 'Linz'), ('00123', None)]
/// >>> raw.rejected.to_polars()["reason"].to_list()
/// ['not JSON from byte 8 of the line on']
#[pyfunction]
#[pyo3(
    signature = (source, *, encoding = None, date_order = None, read_as = None, flatten = 8, max_depth = 128, max_line_bytes = 16 << 20, max_columns = 4096, max_cells = 1 << 28, max_memory = None, name = None, progress = None),
    text_signature = "(source, *, encoding=None, date_order=None, read_as=None, flatten=8, max_depth=128, max_line_bytes=16777216, max_columns=4096, max_cells=268435456, max_memory=None, name=None, progress=None)"
)]
#[allow(clippy::too_many_arguments, reason = "keyword arguments of Python")]
pub(crate) fn read_jsonl<'py>(
    py: Python<'py>,
    source: Source<'py>,
    encoding: Option<&str>,
    date_order: Option<&str>,
    read_as: Option<&Bound<'py, PyAny>>,
    flatten: usize,
    max_depth: usize,
    max_line_bytes: usize,
    max_columns: usize,
    max_cells: u64,
    max_memory: Option<u64>,
    name: Option<String>,
    progress: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, RawTable>> {
    let mut reader = JsonLinesReader::default()
        .flatten(flatten)
        .max_depth(max_depth)
        .max_line_bytes(max_line_bytes)
        .max_columns(max_columns)
        .max_cells(max_cells);
    if let Some(word) = encoding {
        reader = reader.encoding(choice::<Encoding>(OF, "encoding", word)?);
    }
    if let Some(word) = date_order {
        reader = reader.date_order(choice::<DateOrder>(OF, "date_order", word)?);
    }
    for (column, read_as) in said(OF, read_as)? {
        reader = reader.read_as(column, read_as);
    }
    if let Some(bytes) = max_memory {
        reader = reader.max_memory(bytes);
    }
    let raw = match source {
        Source::Path(path) => run(py, progress, move |control| reader.read_path_with(path, control)),
        Source::Bytes(bytes) => {
            let (name, bytes) = held(name, &bytes);
            run(py, progress, move |control| reader.read_with(&name, bytes.as_slice(), control))
        }
    };
    RawTable::bound(py, raw?)
}
