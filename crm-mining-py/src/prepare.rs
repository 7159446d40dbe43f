//! From files and frames to records: `crm_mining::prepare` for Python.

use crate::convert::{choice, new_arguments, plain, setting, shown};
use crate::date::Date;
use crate::run::run;
use crate::table::{Table, UNNAMED, read};
use crm_mining::data::{self, DateOrder, Days, Roles, ToTable};
use crm_mining::prepare::{self, CsvReader, Encoding, ParquetReader, Step, Truth};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyTuple};
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
pub(crate) struct RawTable(Arc<prepare::RawTable>);

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
#[pyfunction]
pub(crate) fn write_csv(table: &Bound<'_, PyAny>, path: PathBuf) -> PyResult<()> {
    let rows = read(table, UNNAMED, None)?;
    run(table.py(), None, move |_| prepare::write_csv(&rows, path))
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

/// Cleans order lines. Nothing is lost: a row is kept, changed with a note, or set aside with a reason, and
/// the counts add up to the input.
///
/// `Cleaner.transactions` suits any order file; `Cleaner.customary` does what analysts' scripts do.
///
/// Parameters
/// ----------
/// steps : sequence
///     What is done, in order: "exact_duplicates", "missing_customer", "unreadable",
///     {"cancellations": "net"} or {"cancellations": "drop"}, "non_positive", {"item_pattern": "^[0-9]{5}"},
///     "cap".
/// roles : dict of str to str, optional
///     Which column plays which part: customer, time, order, item, item_name, quantity, unit_price, amount.
///     The rest is found by name.
///
/// Examples
/// --------
/// >>> cleaner = crm.Cleaner.transactions(customer="buyer")
/// >>> cleaner.steps
/// ['exact_duplicates', 'missing_customer', 'unreadable', {'cancellations': 'net'}, 'non_positive']
/// >>> import polars as pl
/// >>> cleaned = cleaner.clean(pl.DataFrame({
/// ...     "buyer": ["7", "7", None], "date": ["2024-03-05"] * 3, "amount": [2.5, 2.5, 4.0]}))
/// >>> cleaned.rejected.to_polars()["reason"].to_list()
/// ['equals row 1', 'no customer']
#[pyclass(frozen, eq, module = "crm_mining")]
#[derive(PartialEq)]
pub(crate) struct Cleaner(prepare::Cleaner);

/// Roles given as keywords.
fn roles(given: Option<&Bound<'_, PyDict>>) -> PyResult<Roles> {
    let Some(given) = given else { return Ok(Roles::default()) };
    let mut roles = Roles::default();
    for (role, column) in given {
        let role: String = role.extract()?;
        let place = match role.as_str() {
            "customer" => &mut roles.customer,
            "time" => &mut roles.time,
            "order" => &mut roles.order,
            "item" => &mut roles.item,
            "item_name" => &mut roles.item_name,
            "quantity" => &mut roles.quantity,
            "unit_price" => &mut roles.unit_price,
            "amount" => &mut roles.amount,
            _ => {
                let message = format!("{role:?} is no role of a column");
                return Err(pyo3::exceptions::PyTypeError::new_err(message));
            }
        };
        *place = column.extract()?;
    }
    Ok(roles)
}

/// The roles that a column plays, as a dict.
fn played<'py>(py: Python<'py>, roles: &Roles) -> PyResult<Bound<'py, PyDict>> {
    let all = plain(py, roles)?.cast_into::<PyDict>()?;
    let played = PyDict::new(py);
    for (role, column) in all.iter().filter(|(_, column)| !column.is_none()) {
        played.set_item(role, column)?;
    }
    Ok(played)
}

#[pymethods]
impl Cleaner {
    #[new]
    #[pyo3(signature = (steps, roles = None))]
    fn new(steps: &Bound<'_, PyAny>, roles: Option<&Bound<'_, PyDict>>) -> PyResult<Cleaner> {
        let steps: Vec<Step> = setting("Cleaner", "steps", steps)?;
        Ok(Cleaner(prepare::Cleaner { steps, roles: self::roles(roles)? }))
    }

    /// The steps that suit any order file: exact duplicates, missing customers, unreadable values,
    /// cancellations netted against their sales, non-positive lines.
    ///
    /// Parameters
    /// ----------
    /// **roles : str
    ///     The column that plays the part, such as ``customer="buyer"``.
    ///
    /// Returns
    /// -------
    /// Cleaner
    #[staticmethod]
    #[pyo3(signature = (**roles))]
    fn transactions(roles: Option<&Bound<'_, PyDict>>) -> PyResult<Cleaner> {
        Ok(Cleaner(prepare::Cleaner::transactions().roles(self::roles(roles)?)))
    }

    /// The steps of the customary script on the UCI Online Retail file, for comparison with published
    /// figures: cancellations dropped while their sales stay, item codes of five digits and what follows
    /// them, quantities and prices capped.
    ///
    /// Parameters
    /// ----------
    /// **roles : str
    ///     The column that plays the part, such as ``customer="buyer"``.
    ///
    /// Returns
    /// -------
    /// Cleaner
    #[staticmethod]
    #[pyo3(signature = (**roles))]
    fn customary(roles: Option<&Bound<'_, PyDict>>) -> PyResult<Cleaner> {
        Ok(Cleaner(prepare::Cleaner::customary().roles(self::roles(roles)?)))
    }

    /// What is done, in order.
    #[getter]
    fn steps<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.steps)
    }

    /// Which column plays which part, as far as it was named.
    #[getter]
    fn roles<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        played(py, &self.0.roles)
    }

    /// Cleans what was read.
    ///
    /// Parameters
    /// ----------
    /// data : RawTable, Table or frame
    ///     Order lines of any dataframe library.
    /// progress : callable, optional
    ///     Called with stage, done and total as the work goes on.
    ///
    /// Returns
    /// -------
    /// Cleaned
    ///
    /// Raises
    /// ------
    /// MissingColumn
    ///     A part without a column.
    /// InvalidColumn
    ///     A column of which more than half of the values are something else.
    #[pyo3(signature = (data, *, progress = None))]
    fn clean(&self, data: &Bound<'_, PyAny>, progress: Option<&Bound<'_, PyAny>>) -> PyResult<Cleaned> {
        let raw = match data.cast::<RawTable>() {
            Ok(raw) => raw.get().0.clone(),
            Err(_) => Arc::new(data::Table::clone(&*read(data, UNNAMED, None)?).into()),
        };
        let cleaner = self.0.clone();
        let cleaned = run(data.py(), progress, move |control| {
            cleaner.clean_with(prepare::RawTable::clone(&raw), control)
        });
        Ok(Cleaned::of(cleaned?))
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        shown(slf)
    }

    fn __getnewargs_ex__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyTuple>, Bound<'py, PyDict>)> {
        new_arguments(slf)
    }
}

/// A cleaned table, what was changed, what was set aside, and the count of each step. Made by
/// `Cleaner.clean`.
#[pyclass(frozen, module = "crm_mining")]
pub(crate) struct Cleaned {
    cleaned: prepare::Cleaned,
    table: Arc<data::Table>,
}

impl Cleaned {
    fn of(cleaned: prepare::Cleaned) -> Cleaned {
        Cleaned { table: Arc::new(cleaned.table.clone()), cleaned }
    }

    fn summary(&self) -> String {
        format!(
            "{}: {} of {} rows left; {} set aside, {} not readable, {} values changed",
            self.table.name(),
            self.table.n_rows(),
            self.cleaned.rows_in(),
            self.cleaned.rejected.len(),
            self.cleaned.unread.len(),
            self.cleaned.changes.len()
        )
    }
}

#[pymethods]
impl Cleaned {
    /// The rows left; they keep the numbers they had in the source.
    #[getter]
    fn table<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Table>> {
        Bound::new(py, Table::ready(self.table.clone()))
    }

    /// Which column plays which part in the table: ``Transactions(cleaned.table, **cleaned.roles)``.
    #[getter]
    fn roles<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        played(py, &self.cleaned.roles)
    }

    /// Every value that was changed: row, column, before, after, step, because_of.
    #[getter]
    fn changes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Table>> {
        Table::bound(py, self.cleaned.changes.as_slice())
    }

    /// The rows set aside by the steps as they were read, with their source row and the reason in front.
    #[getter]
    fn rejected<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Table>> {
        Table::bound(py, &self.cleaned.rejected)
    }

    /// How many rows were set aside for each reason, most frequent first.
    #[getter]
    fn reasons<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let counts = PyDict::new(py);
        for (reason, count) in self.cleaned.rejected.counts() {
            counts.set_item(reason, count)?;
        }
        Ok(counts)
    }

    /// The rows that could not be read at all: row, line, reason and text.
    #[getter]
    fn unread<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Table>> {
        Table::bound(py, self.cleaned.unread.as_slice())
    }

    /// What each step did: step, rows_in, rejected, changed.
    #[getter]
    fn steps<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Table>> {
        Table::bound(py, self.cleaned.steps.as_slice())
    }

    /// The rows that came in: those left, those set aside and those that could not be read.
    #[getter]
    fn rows_in(&self) -> u64 {
        self.cleaned.rows_in()
    }

    fn __repr__(&self) -> String {
        self.summary()
    }

    fn _repr_html_(&self) -> String {
        format!(
            "<p>{}</p>{}",
            crate::show::escaped(&self.summary()),
            crate::show::html(&self.cleaned.steps.to_table())
        )
    }
}

/// Generates the order file of a shop whose customers buy by a known process, and messes it up.
///
/// Use it to try the library without data. The same settings give the same bytes.
///
/// Parameters
/// ----------
/// customers : int, default 2000
///     How many customers.
/// from_ : date, default "2023-01-01"
///     The first day on which somebody can become a customer.
/// days : int, default 540
///     How many days the file covers.
/// truth : dict of str to float, optional
///     The parameters r, alpha, a, b, p, q and v of the process, as `Sample.truth` shows them.
/// seed : int, default 7
///     The seed.
///
/// Examples
/// --------
/// >>> sample = crm.SampleShop(customers=50).generate()
/// >>> raw = crm.read_csv(sample.csv.encode(), name="sample shop")
/// >>> len(raw) == sample.mess["rows"]
/// True
#[pyclass(frozen, eq, module = "crm_mining")]
#[derive(PartialEq)]
pub(crate) struct SampleShop(prepare::SampleShop);

#[pymethods]
impl SampleShop {
    #[new]
    #[pyo3(
        signature = (customers = 2000, from_ = None, days = 540, truth = None, seed = 7),
        text_signature = "(customers=2000, from_='2023-01-01', days=540, truth=None, seed=7)"
    )]
    fn new(
        customers: usize,
        from_: Option<Date>,
        days: i32,
        truth: Option<&Bound<'_, PyAny>>,
        seed: u64,
    ) -> PyResult<Self> {
        let mut shop =
            prepare::SampleShop { customers, days: Days(days), seed, ..prepare::SampleShop::default() };
        if let Some(Date(from)) = from_ {
            shop.from = from;
        }
        if let Some(truth) = truth {
            shop.truth = setting::<Truth>("SampleShop", "truth", truth)?;
        }
        Ok(SampleShop(shop))
    }

    /// How many customers.
    #[getter]
    fn customers(&self) -> usize {
        self.0.customers
    }

    /// The first day on which somebody can become a customer.
    #[getter]
    fn from_(&self) -> Date {
        Date(self.0.from)
    }

    /// How many days the file covers.
    #[getter]
    fn days(&self) -> i32 {
        self.0.days.0
    }

    /// The parameters of the process.
    #[getter]
    fn truth<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.truth)
    }

    /// The seed.
    #[getter]
    fn seed(&self) -> u64 {
        self.0.seed
    }

    /// Makes the file.
    ///
    /// Returns
    /// -------
    /// Sample
    ///
    /// Raises
    /// ------
    /// InvalidParameter
    ///     Fewer than 1 customer or fewer than 60 days.
    fn generate(&self, py: Python<'_>) -> PyResult<Sample> {
        let shop = self.0.clone();
        run(py, None, move |_| shop.generate()).map(Sample)
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        shown(slf)
    }

    fn __getnewargs_ex__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyTuple>, Bound<'py, PyDict>)> {
        new_arguments(slf)
    }
}

/// A generated file and how it was made.
#[pyclass(frozen, module = "crm_mining")]
pub(crate) struct Sample(prepare::Sample);

#[pymethods]
impl Sample {
    /// The file: comma separated, one header row.
    #[getter]
    fn csv(&self) -> &str {
        &self.0.csv
    }

    /// The process behind it.
    #[getter]
    fn truth<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.truth)
    }

    /// How many rows of each kind of mess it holds.
    #[getter]
    fn mess<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.mess)
    }

    fn __repr__(&self) -> String {
        format!("Sample of {} rows", self.0.mess.rows)
    }
}
