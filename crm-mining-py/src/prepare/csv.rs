//! CSV in.

use super::read::{RawTable, Source, held, said};
use crate::convert::{choice, setting};
use crate::run::run;
use crm_mining::data::DateOrder;
use crm_mining::prepare::{CsvReader, Dialect, Encoding, Escape, Mend, Repeat, RepeatedNames, Spaces};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

const OF: &str = "CsvReader";

/// Reads CSV and its kin, plain or packed by gzip or zstd, into a table of text.
///
/// How the file writes its table is found from its first part and stated, with the evidence, in
/// `RawTable.findings`; every part of it can be told instead. Values stay the texts they are, so the
/// identities ``00123`` and ``123`` differ and ``NA`` is a name; what a column speaks of (numbers, dates) is
/// found from its values. A row that breaks the rules is read when it can be read in one way only, and listed
/// in `RawTable.mended`; else it is set aside with its number, and the rest is read.
///
/// Parameters
/// ----------
/// source : path or bytes
///     The file, or what it holds.
/// delimiter : str, optional
///     The ASCII sign between fields; found when left out.
/// repeat : {"once", "twice"}, optional
///     How many delimiters part two fields; found when left out.
/// quote : str, optional
///     The ASCII sign around fields, or "" when no sign has that meaning; found when left out.
/// escape : {"doubled", "backslash"}, optional
///     How a quote within a quoted field is written; found when left out.
/// spaces : {"kept", "skipped"}, optional
///     Whether spaces before a value are part of it; found when left out.
/// preamble_lines : int, optional
///     Lines before the header that are no part of the table; found when left out.
/// header_rows : int, optional
///     Rows that hold the column names, at most 16; found when left out. With none, columns are called
///     "column 1", "column 2" and so on.
/// mend : {"nothing", "certain", "short"}, default "certain"
///     Which rows that break the rules are read: none; those that can be read in one way only; these, and
///     those with too few fields, filled up with missing values.
/// repeated_names : {"refused", "numbered"}, default "refused"
///     What is done when several columns have the same name: the file is refused, or the later ones get a
///     number.
/// encoding : {"utf8", "utf16_le", "utf16_be", "gb18030", "big5", "shift_jis", "euc_jp", "euc_kr", "iso8859_2", "koi8", "windows874", "windows1250", "windows1251", "windows1252", "windows1253", "windows1254", "windows1255", "windows1256", "windows1257"}, optional
///     The encoding of the file; found when left out.
/// date_order : {"day_first", "month_first", "year_first"}, optional
///     The order of day, month and year in dates such as 03/04/05; proven by the dates when left out.
/// read_as : dict, optional
///     What columns are read as, by their names, whatever their values say: "text"; numbers with a
///     "decimal_point" or a "decimal_comma"; dates with "day_first", "month_first" or "year_first"; or the unit
///     in which numbers count time, such as "unix_seconds" (see `Table.with_time_unit`).
/// max_field_bytes : int, default 16 MiB
///     The longest field that is read.
/// max_memory : int, optional
///     The most bytes that the table may take while it is built; no limit when left out.
/// dialect : dict, optional
///     The whole dialect, as ``raw.report["dialect"]`` has it: nothing of it is then found. Settings named
///     beside it take the place of its own.
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
/// AmbiguousDates
///     A column whose dates do not tell day from month.
/// LimitExceeded
///     A field longer than ``max_field_bytes``, a table beyond ``max_memory``.
///
/// Examples
/// --------
/// >>> crm.read_csv(b"customer,amount\n00123,2.50\nNA,1.00\n").to_polars()["customer"].to_list()
/// ['00123', 'NA']
/// >>> crm.read_csv(b"zip,city\n4020,Linz\n", read_as={"zip": "text"}).to_polars()["zip"].to_list()
/// ['4020']
/// >>> raw = crm.read_csv(b"Export of 5 March\n\nid;city\n1;'Linz; Urfahr'\n2;Wien\n", quote="'")
/// >>> raw.to_polars()["city"].to_list(), raw.report["preamble"].strip()
/// (['Linz; Urfahr', 'Wien'], 'Export of 5 March')
/// >>> crm.read_csv(b"1;Graz\n", dialect={**raw.report["dialect"], "preamble_lines": 0, "header_rows": 0}).column_names
/// ['column 1', 'column 2']
#[pyfunction]
#[pyo3(
    signature = (source, *, delimiter = None, repeat = None, quote = None, escape = None, spaces = None, preamble_lines = None, header_rows = None, mend = "certain".to_owned(), repeated_names = "refused".to_owned(), encoding = None, date_order = None, read_as = None, max_field_bytes = 16 << 20, max_memory = None, dialect = None, name = None, progress = None),
    text_signature = "(source, *, delimiter=None, repeat=None, quote=None, escape=None, spaces=None, preamble_lines=None, header_rows=None, mend='certain', repeated_names='refused', encoding=None, date_order=None, read_as=None, max_field_bytes=16777216, max_memory=None, dialect=None, name=None, progress=None)"
)]
#[allow(clippy::too_many_arguments, reason = "keyword arguments of Python")]
pub(crate) fn read_csv<'py>(
    py: Python<'py>,
    source: Source<'py>,
    delimiter: Option<char>,
    repeat: Option<String>,
    quote: Option<String>,
    escape: Option<String>,
    spaces: Option<String>,
    preamble_lines: Option<u64>,
    header_rows: Option<u32>,
    mend: String,
    repeated_names: String,
    encoding: Option<String>,
    date_order: Option<String>,
    read_as: Option<&Bound<'py, PyAny>>,
    max_field_bytes: usize,
    max_memory: Option<u64>,
    dialect: Option<&Bound<'py, PyAny>>,
    name: Option<String>,
    progress: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, RawTable>> {
    let given = Given {
        delimiter,
        repeat,
        quote,
        escape,
        spaces,
        preamble_lines,
        header_rows,
        mend: Some(mend),
        repeated_names: Some(repeated_names),
        encoding,
        date_order,
        read_as: read_as.cloned(),
        max_field_bytes: Some(max_field_bytes),
        max_memory,
        dialect: dialect.cloned(),
    };
    let reader = given.reader()?;
    let raw = match source {
        Source::Path(path) => run(py, progress, move |control| reader.read_path_with(path, control)),
        Source::Bytes(bytes) => {
            let (name, bytes) = held(name, &bytes);
            run(py, progress, move |control| reader.read_with(&name, bytes.as_slice(), control))
        }
    };
    RawTable::bound(py, raw?)
}

/// Settings as they were given; what was not is found, or as by default.
#[derive(Default)]
pub(super) struct Given<'py> {
    delimiter: Option<char>,
    repeat: Option<String>,
    quote: Option<String>,
    escape: Option<String>,
    spaces: Option<String>,
    preamble_lines: Option<u64>,
    header_rows: Option<u32>,
    mend: Option<String>,
    repeated_names: Option<String>,
    encoding: Option<String>,
    date_order: Option<String>,
    read_as: Option<Bound<'py, PyAny>>,
    max_field_bytes: Option<usize>,
    max_memory: Option<u64>,
    dialect: Option<Bound<'py, PyAny>>,
}

impl<'py> Given<'py> {
    /// The settings by their names; none of another name.
    pub(super) fn named(settings: &Bound<'py, PyDict>) -> PyResult<Given<'py>> {
        let mut given = Given::default();
        for (name, value) in settings {
            match name.extract::<&str>()? {
                "delimiter" => given.delimiter = value.extract()?,
                "repeat" => given.repeat = value.extract()?,
                "quote" => given.quote = value.extract()?,
                "escape" => given.escape = value.extract()?,
                "spaces" => given.spaces = value.extract()?,
                "preamble_lines" => given.preamble_lines = value.extract()?,
                "header_rows" => given.header_rows = value.extract()?,
                "mend" => given.mend = value.extract()?,
                "repeated_names" => given.repeated_names = value.extract()?,
                "encoding" => given.encoding = value.extract()?,
                "date_order" => given.date_order = value.extract()?,
                "read_as" => given.read_as = Some(value),
                "max_memory" => given.max_memory = value.extract()?,
                "max_field_bytes" => given.max_field_bytes = value.extract()?,
                "dialect" => given.dialect = Some(value),
                other => return Err(PyTypeError::new_err(format!("read_csv has no setting {other:?}"))),
            }
        }
        Ok(given)
    }

    /// The reader so set.
    pub(super) fn reader(self) -> PyResult<CsvReader> {
        let mut reader = CsvReader::default();
        if let Some(dialect) = self.dialect {
            reader = reader.dialect(setting::<Dialect>(OF, "dialect", &dialect)?);
        }
        if let Some(sign) = self.delimiter {
            reader = reader.delimiter(byte(sign));
        }
        if let Some(word) = self.repeat {
            reader = reader.repeat(choice::<Repeat>(OF, "repeat", &word)?);
        }
        if let Some(signs) = self.quote {
            reader = reader.quote(only(&signs));
        }
        if let Some(word) = self.escape {
            reader = reader.escape(choice::<Escape>(OF, "escape", &word)?);
        }
        if let Some(word) = self.spaces {
            reader = reader.spaces(choice::<Spaces>(OF, "spaces", &word)?);
        }
        if let Some(lines) = self.preamble_lines {
            reader = reader.preamble_lines(lines);
        }
        if let Some(rows) = self.header_rows {
            reader = reader.header_rows(rows);
        }
        if let Some(word) = self.mend {
            reader = reader.mend(choice::<Mend>(OF, "mend", &word)?);
        }
        if let Some(word) = self.repeated_names {
            reader = reader.repeated_names(choice::<RepeatedNames>(OF, "repeated_names", &word)?);
        }
        if let Some(word) = self.encoding {
            reader = reader.encoding(choice::<Encoding>(OF, "encoding", &word)?);
        }
        if let Some(word) = self.date_order {
            reader = reader.date_order(choice::<DateOrder>(OF, "date_order", &word)?);
        }
        for (column, read_as) in said(OF, self.read_as.as_ref())? {
            reader = reader.read_as(column, read_as);
        }
        if let Some(bytes) = self.max_memory {
            reader = reader.max_memory(bytes);
        }
        if let Some(bytes) = self.max_field_bytes {
            reader = reader.max_field_bytes(bytes);
        }
        Ok(reader)
    }
}

/// A sign as the reader takes it; one that is no byte becomes one that it refuses as what it is not.
fn byte(sign: char) -> u8 {
    u8::try_from(sign).unwrap_or(u8::MAX)
}

/// The one sign of a text; none of an empty one.
fn only(signs: &str) -> Option<u8> {
    let mut each = signs.chars();
    let first = each.next()?;
    Some(if each.next().is_none() { byte(first) } else { u8::MAX })
}
