//! Tables: what frames become on their way in, and what every result is on its way out.

use crate::arrow_glue;
use crate::convert::choice;
use crate::error::{library, raise};
use crate::prepare::RawTable;
use crate::run::run;
use crate::show;
use arrow_array::{RecordBatch, RecordBatchIterator, RecordBatchReader};
use crm_mining::data::{self, ClockChange, Column, NumberStyle, Roles, TimeUnit, ToTable, Zone};
use crm_mining::{Control, ErrorKind, Result};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use std::sync::{Arc, LazyLock};

/// Named columns of equal length, which any dataframe library takes over.
///
/// Every result that has rows is a `Table`: it goes as it is into ``pl.DataFrame``, ``pa.table``,
/// ``pd.DataFrame.from_arrow`` and ``duckdb.sql("from result")``.
///
/// Parameters
/// ----------
/// data : frame
///     Anything that speaks Arrow: a pandas, polars or pyarrow table, a duckdb relation, a stream of record
///     batches. A lazy polars frame is collected.
/// name : str, optional
///     What messages call the table; "data" when left out.
///
/// Raises
/// ------
/// TypeError
///     For anything else, or for a column of a type that has no counterpart.
///
/// Examples
/// --------
/// >>> import polars as pl
/// >>> table = crm.Table(pl.DataFrame({"customer": ["00123", None], "units": [2, 4]}), name="orders")
/// >>> table
/// orders: 2 rows × 2 columns
/// customer  units
/// 00123     2
/// –         4
#[pyclass(frozen, subclass, module = "crm_mining")]
pub(crate) struct Table(Lazy);

/// What messages call a frame that nobody named.
pub(crate) const UNNAMED: &str = "data";

/// Results become tables when somebody looks at their rows, not before.
type Lazy = LazyLock<Arc<data::Table>, Box<dyn FnOnce() -> Arc<data::Table> + Send>>;

impl Table {
    /// The table a result turns into; the class of the result is then added as its subclass.
    pub(crate) fn of(result: Arc<impl ToTable + Send + Sync + 'static>) -> PyClassInitializer<Table> {
        Table(LazyLock::new(Box::new(move || Arc::new(result.to_table())))).into()
    }

    /// A result without a class of its own as a table.
    pub(crate) fn bound<'py>(
        py: Python<'py>,
        result: &(impl ToTable + ?Sized),
    ) -> PyResult<Bound<'py, Table>> {
        Bound::new(py, Table::ready(Arc::new(result.to_table())))
    }

    pub(crate) fn ready(table: Arc<data::Table>) -> Table {
        Table(LazyLock::new(Box::new(move || table)))
    }

    /// The table of the core.
    pub(crate) fn core(&self, py: Python<'_>) -> Arc<data::Table> {
        py.detach(|| LazyLock::force(&self.0).clone())
    }
}

#[pymethods]
impl Table {
    #[new]
    #[pyo3(signature = (data, name = None))]
    fn new(data: &Bound<'_, PyAny>, name: Option<&str>) -> PyResult<Table> {
        let table = read(data, name.unwrap_or(UNNAMED), None)?;
        Ok(Table::ready(match name {
            Some(name) if name != table.name() => Arc::new(data::Table::clone(&table).named(name)),
            _ => table,
        }))
    }

    /// What messages call the table.
    #[getter]
    fn name(&self, py: Python<'_>) -> String {
        self.core(py).name().to_owned()
    }

    /// The names of the columns.
    #[getter]
    fn column_names(&self, py: Python<'_>) -> Vec<String> {
        self.core(py).columns().iter().map(|column| column.name().to_owned()).collect()
    }

    /// How many rows and columns.
    #[getter]
    fn shape(&self, py: Python<'_>) -> (usize, usize) {
        let table = self.core(py);
        (table.n_rows(), table.columns().len())
    }

    fn __len__(&self, py: Python<'_>) -> usize {
        self.core(py).n_rows()
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        show::text(&self.core(py))
    }

    fn _repr_html_(&self, py: Python<'_>) -> String {
        show::html(&self.core(py))
    }

    /// The table with the numbers of a text column read in this style, where its values alone do not say.
    ///
    /// Parameters
    /// ----------
    /// column : str
    ///     The column.
    /// style : {"decimal_point", "decimal_comma"}
    ///     How its numbers are written: 1,234.50 or 1.234,50.
    ///
    /// Returns
    /// -------
    /// Table
    ///     A `RawTable` of a `RawTable`.
    ///
    /// Raises
    /// ------
    /// MissingColumn
    ///     The column is not in the table.
    ///
    /// Examples
    /// --------
    /// >>> raw = crm.read_csv(b"customer;date;amount\nA;2024-03-05;1.234\nB;2024-03-06;2.500\n")
    /// >>> orders = crm.Transactions(raw.with_numbers("amount", "decimal_comma"))
    /// >>> crm.Ledger(orders).to_polars()["amount"].to_list()
    /// [1234.0, 2500.0]
    fn with_numbers<'py>(slf: &Bound<'py, Self>, column: &str, style: &str) -> PyResult<Bound<'py, PyAny>> {
        let style = choice::<NumberStyle>("Table.with_numbers", "style", style)?;
        with_column(slf, column, move |column| Ok(column.with_numbers(style)))
    }

    /// The table with the numbers of a column read as moments.
    ///
    /// Parameters
    /// ----------
    /// column : str
    ///     The column.
    /// unit : {"excel_days", "excel_days1904", "unix_seconds", "unix_millis", "unix_micros", "year_month_day"}
    ///     How its numbers count time.
    ///
    /// Returns
    /// -------
    /// Table
    ///     A `RawTable` of a `RawTable`.
    ///
    /// Raises
    /// ------
    /// MissingColumn
    ///     The column is not in the table.
    /// InvalidValue
    ///     A number that is no moment.
    ///
    /// Examples
    /// --------
    /// >>> import polars as pl
    /// >>> days = crm.Table(pl.DataFrame({"day": [43830]}))
    /// >>> str(days.with_time_unit("day", "excel_days1904").to_polars()["day"][0])[:10]
    /// '2024-01-01'
    fn with_time_unit<'py>(slf: &Bound<'py, Self>, column: &str, unit: &str) -> PyResult<Bound<'py, PyAny>> {
        let unit = choice::<TimeUnit>("Table.with_time_unit", "unit", unit)?;
        with_column(slf, column, move |column| column.with_time_unit(unit))
    }

    /// The table with a column of local times made one of moments (UTC). A text that says its own offset
    /// (``Z``, ``+08:00``) keeps it; a text that is no moment stays as it is.
    ///
    /// Parameters
    /// ----------
    /// column : str
    ///     The column.
    /// zone : str
    ///     The time zone whose clocks showed the times, such as "Europe/London".
    /// clock_change : {"compatible", "reject"}, default "compatible"
    ///     What a time means at which the clock was changed. "compatible": one that the clock skipped is later
    ///     by what it skipped, and of one that it showed twice the first is meant, as in RFC 5545. "reject":
    ///     neither is a time.
    ///
    /// Returns
    /// -------
    /// Table
    ///     A `RawTable` of a `RawTable`.
    ///
    /// Raises
    /// ------
    /// MissingColumn
    ///     The column is not in the table.
    /// InvalidColumn
    ///     It holds no times.
    /// InvalidValue
    ///     A time that the clock skipped or showed twice, when such are rejected.
    ///
    /// Examples
    /// --------
    /// >>> import polars as pl
    /// >>> paid = crm.Table(pl.DataFrame({"paid": ["2024-03-31 01:30", "2024-10-27 01:30"]}))
    /// >>> paid.with_local_times("paid", "Europe/London").to_polars()["paid"].to_list()
    /// [datetime.datetime(2024, 3, 31, 1, 30), datetime.datetime(2024, 10, 27, 0, 30)]
    #[pyo3(signature = (column, zone, clock_change = "compatible"))]
    fn with_local_times<'py>(
        slf: &Bound<'py, Self>,
        column: String,
        zone: &str,
        clock_change: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        let change = choice::<ClockChange>("Table.with_local_times", "clock_change", clock_change)?;
        let zone = Zone::named(zone).map_err(raise)?;
        changed(slf, move |table| table.with_local_times(&column, &zone, change))
    }

    /// The rows as an Arrow stream, for any library that reads one.
    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // The interface allows the types asked for to be passed over; the reader then casts.
        let _ = requested_schema;
        let table = self.core(py);
        arrow_glue::export(py, run(py, None, move |_| table.to_batch())?)
    }

    /// The rows as a pandas frame. Needs pandas and pyarrow.
    ///
    /// Returns
    /// -------
    /// pandas.DataFrame
    fn to_pandas<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        library(slf.py(), "pandas")?;
        library(slf.py(), "pyarrow")?.call_method1("table", (slf,))?.call_method0("to_pandas")
    }

    /// The rows as a polars frame. Needs polars.
    ///
    /// Returns
    /// -------
    /// polars.DataFrame
    fn to_polars<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        library(slf.py(), "polars")?.call_method1("DataFrame", (slf,))
    }

    /// The rows as an Arrow table. Needs pyarrow.
    ///
    /// Returns
    /// -------
    /// pyarrow.Table
    fn to_pyarrow<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        library(slf.py(), "pyarrow")?.call_method1("table", (slf,))
    }
}

/// The table with one of its columns changed.
fn with_column<'py>(
    table: &Bound<'py, Table>,
    column: &str,
    change: impl FnOnce(Column) -> Result<Column> + Send + 'static,
) -> PyResult<Bound<'py, PyAny>> {
    let column = column.to_owned();
    changed(table, move |table| {
        let column = change(table.column(&column)?.clone())?;
        table.with_column(column)
    })
}

/// The table changed; what was read keeps what it tells of its source.
fn changed<'py>(
    table: &Bound<'py, Table>,
    change: impl FnOnce(data::Table) -> Result<data::Table> + Send + 'static,
) -> PyResult<Bound<'py, PyAny>> {
    let py = table.py();
    let core = table.get().core(py);
    let changed = run(py, None, move |_| change(data::Table::clone(&core)))?;
    match table.cast::<RawTable>() {
        Ok(raw) => Ok(raw.get().with(py, changed)?.into_any()),
        Err(_) => Ok(Bound::new(py, Table::ready(Arc::new(changed)))?.into_any()),
    }
}

/// Chooses among the columns of a table without rows; fails when one that must be is not there.
pub(crate) type Choose<'a> = &'a dyn Fn(&data::Table) -> Result<Vec<String>>;

/// The table of any frame; only the columns chosen, when there is a choice.
pub(crate) fn read(
    data: &Bound<'_, PyAny>,
    name: &str,
    choose: Option<Choose<'_>>,
) -> PyResult<Arc<data::Table>> {
    let py = data.py();
    if let Ok(table) = data.cast::<Table>() {
        return Ok(table.get().core(py));
    }
    let (batches, selected) = stream(data, name, choose)?;
    let name = name.to_owned();
    run(py, None, move |control| collect(&name, batches, selected, control)).map(Arc::new)
}

/// The record batches of any frame but a `Table`, at least one; their columns are those of the frame, or fewer that
/// hold those chosen. Nothing is copied that the frame's library does not copy.
pub(crate) fn read_batches(
    data: &Bound<'_, PyAny>,
    name: &str,
    choose: Choose<'_>,
) -> PyResult<Vec<RecordBatch>> {
    let (batches, _) = stream(data, name, Some(choose))?;
    let name = name.to_owned();
    run(data.py(), None, move |control| {
        let mut all = Vec::new();
        let schema = batches.schema();
        for batch in batches {
            control.check("reading")?;
            all.push(batch.map_err(|error| {
                let rule = "must be sound Arrow data".to_owned();
                ErrorKind::Malformed { place: name.clone(), rule, found: error.to_string() }
            })?);
        }
        if all.is_empty() {
            all.push(RecordBatch::new_empty(schema));
        }
        Ok(all)
    })
}

/// The stream of a frame, and the columns chosen of it.
fn stream(
    data: &Bound<'_, PyAny>,
    name: &str,
    choose: Option<Choose<'_>>,
) -> PyResult<(arrow_glue::Batches, Option<Vec<String>>)> {
    let frames = data.py().import("crm_mining._frames")?;
    let chosen = |names: Vec<String>| {
        let columns = names.iter().map(|name| Column::floats(name, Vec::new())).collect();
        let choice = |choose: Choose<'_>| choose(&data::Table::new(name, columns)?);
        choose.map(choice).transpose().map_err(raise)
    };
    let selected = match frames.call_method1("column_names", (data,))?.extract::<Option<Vec<String>>>()? {
        Some(names) => chosen(names)?,
        None => None,
    };
    let batches = arrow_glue::import(&frames.call_method1("speaking_arrow", (data, selected))?)?;
    let selected = chosen(batches.schema().fields().iter().map(|field| field.name().clone()).collect())?;
    Ok((batches, selected))
}

/// The columns of these names, in the order of the table.
pub(crate) fn named(empty: &data::Table, roles: &Roles) -> Vec<String> {
    let Roles { customer, time, order, item, item_name, quantity, unit_price, amount } = roles;
    let named = [customer, time, order, item, item_name, quantity, unit_price, amount];
    let names = empty.columns().iter().map(Column::name);
    let plays = |name: &&str| named.iter().any(|column| column.as_deref() == Some(*name));
    names.filter(plays).map(str::to_owned).collect()
}

/// Those of the columns that play a part.
pub(crate) fn played(empty: &data::Table, roles: &Roles) -> Result<Vec<String>> {
    data::Transactions::with_roles(empty, roles)?;
    Ok(named(empty, &roles.detect(empty)))
}

/// Reads the stream to its end, or until the caller wants it no more.
fn collect(
    name: &str,
    batches: arrow_glue::Batches,
    selected: Option<Vec<String>>,
    control: &Control,
) -> Result<data::Table> {
    let schema = batches.schema();
    let heeded = batches.take_while(|_| control.check("reading").is_ok());
    let selected = selected.as_ref().map(|names| names.iter().map(String::as_str).collect::<Vec<_>>());
    let batches = RecordBatchIterator::new(heeded, schema);
    let table = data::Table::from_batch_reader(name, batches, selected.as_deref())?;
    control.check("reading")?;
    Ok(table)
}
