//! Reading Excel workbooks that others wrote, and may have written wrongly.

mod cells;
mod claims;

use super::raw::{RawTable, ReadReport};
use super::source::opened;
use crate::data::{DateOrder, ReadAs, Said, TimeUnit};
use crate::error::{ErrorKind, Result, invalid_parameter, io_error};
use crate::model::Control;
use calamine::{Reader, Xlsx};
use cells::Cells;
use claims::Claims;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// Reads the first sheet of an Excel workbook: [`ExcelReader::read_path`] with default settings.
///
/// # Errors
/// As [`ExcelReader::read_path`].
pub fn read_excel(path: impl AsRef<Path>) -> Result<RawTable> {
    ExcelReader::default().read_path(path)
}

/// Which sheet of a workbook.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sheet {
    /// The first.
    #[default]
    First,
    /// The one of this name.
    Named(String),
    /// The one at this position, from 1.
    At(usize),
}

/// Reads one sheet of an Excel workbook (`.xlsx`, `.xlsm`) into a table.
///
/// The first row that holds anything, or the row `header_row`, holds the column names. A column whose cells are all
/// numbers, dates or truth values is typed so; any other is text, with numbers in their shortest spelling and dates
/// in ISO form. Dates are cells that Excel shows as dates, in the date system of the workbook, as local times
/// without a zone. Formulas give the value last computed; errors such as `#DIV/0!` are texts. Blank rows are no
/// rows; others keep their distance from the header as their number. Excel itself keeps 15 digits of a number.
///
/// A file that is torn or lies is an error, never a panic. All its parts are unpacked once, with a
/// counter, before the workbook is opened, so that a small file cannot ask for more than the limits say.
///
/// | setting | unit | default |
/// |---|---|---|
/// | `sheet` | | the first |
/// | `header_row` | row of the sheet, from 1 | the first that holds anything |
/// | `date_order` | | proven by the dates of each text column |
/// | `read_as` | by column | found from the values |
/// | `max_bytes` | bytes, packed and unpacked | 512 MiB |
/// | `max_cells` | cells of the file; rows × columns of the table, 16 bytes each | 2²⁶ (1 GiB) |
/// | `max_strings` | distinct texts of the file | 2²³ |
/// | `max_memory` | bytes | no limit |
///
/// # Example
/// ```no_run
/// use crm_mining::prepare::{ExcelReader, Sheet};
///
/// let reader = ExcelReader::default().sheet(Sheet::Named("Orders".into())).header_row(3);
/// let raw = reader.read_path("export.xlsx")?;
/// println!("{} rows", raw.table.n_rows());
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExcelReader {
    sheet: Sheet,
    header_row: Option<u32>,
    date_order: Option<DateOrder>,
    read_as: BTreeMap<String, ReadAs>,
    max_bytes: u64,
    max_cells: u64,
    max_strings: u64,
    max_memory: Option<u64>,
}

impl Default for ExcelReader {
    fn default() -> Self {
        ExcelReader {
            sheet: Sheet::First,
            header_row: None,
            date_order: None,
            read_as: BTreeMap::new(),
            max_bytes: 512 << 20,
            max_cells: 1 << 26,
            max_strings: 1 << 23,
            max_memory: None,
        }
    }
}

impl ExcelReader {
    const STAGE: &'static str = "reading Excel";

    /// The sheet to read.
    pub fn sheet(mut self, sheet: Sheet) -> Self {
        self.sheet = sheet;
        self
    }

    /// The row of the sheet, from 1, that holds the column names.
    pub fn header_row(mut self, row: u32) -> Self {
        self.header_row = Some(row);
        self
    }

    /// The order of day and month in texts such as 03/04/2024.
    pub fn date_order(mut self, order: DateOrder) -> Self {
        self.date_order = Some(order);
        self
    }

    /// What a column is read as, whatever its values say. A column that is not there is an error.
    pub fn read_as(mut self, column: impl Into<String>, read_as: ReadAs) -> Self {
        self.read_as.insert(column.into(), read_as);
        self
    }

    fn said(&self) -> Said<'_> {
        Said { date_order: self.date_order, read_as: &self.read_as }
    }

    /// The most bytes that the file may have, packed or unpacked.
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// The most cells that the file, and the table out of it, may have.
    pub fn max_cells(mut self, cells: u64) -> Self {
        self.max_cells = cells;
        self
    }

    /// The most texts that the workbook may share among its cells.
    pub fn max_strings(mut self, strings: u64) -> Self {
        self.max_strings = strings;
        self
    }

    /// The most memory that the table may take while it is built: the file, and what columns and their distinct
    /// values hold, counted before each cell goes in. What the unpacked workbook takes is bound by `max_bytes`.
    pub fn max_memory(mut self, bytes: u64) -> Self {
        self.max_memory = Some(bytes);
        self
    }

    /// Reads a file. The table is named after it.
    ///
    /// # Errors
    /// [`ErrorKind::Io`]; [`ErrorKind::EmptyInput`]; [`ErrorKind::Malformed`]; [`ErrorKind::LimitExceeded`];
    /// [`ErrorKind::DuplicateColumn`]; [`ErrorKind::AmbiguousDates`]; [`ErrorKind::InvalidParameter`], also for a
    /// sheet that is not there.
    pub fn read_path(&self, path: impl AsRef<Path>) -> Result<RawTable> {
        self.read_path_with(path, &Control::default())
    }

    /// As [`ExcelReader::read_path`], reporting to and stopped by `control`. Progress counts cells.
    ///
    /// # Errors
    /// As [`ExcelReader::read_path`], or the caller's wish to stop.
    pub fn read_path_with(&self, path: impl AsRef<Path>, control: &Control) -> Result<RawTable> {
        let path = path.as_ref();
        let (file, name) = opened(path)?;
        let mut bytes = Vec::new();
        let most = self.max_bytes.saturating_add(1);
        file.take(most).read_to_end(&mut bytes).map_err(io_error(path, "read"))?;
        self.read_bytes_with(&name, &bytes, control)
    }

    /// Reads a workbook held in memory; `name` is what messages call it.
    ///
    /// # Errors
    /// As [`ExcelReader::read_path`].
    pub fn read_bytes(&self, name: &str, bytes: &[u8]) -> Result<RawTable> {
        self.read_bytes_with(name, bytes, &Control::default())
    }

    /// As [`ExcelReader::read_bytes`], reporting to and stopped by `control`.
    ///
    /// # Errors
    /// As [`ExcelReader::read_path`], or the caller's wish to stop.
    pub fn read_bytes_with(&self, name: &str, bytes: &[u8], control: &Control) -> Result<RawTable> {
        for (parameter, value) in
            [("header_row", self.header_row.map_or(1, u64::from)), ("max_bytes", self.max_bytes)]
        {
            if value == 0 {
                return invalid_parameter("ExcelReader", parameter, "at least 1", value);
            }
        }
        if bytes.is_empty() {
            let place = name.to_owned();
            return Err(ErrorKind::EmptyInput { place, needed: "an .xlsx workbook" }.into());
        }
        Claims { reader: self, name, control }.check(bytes)?;
        // The reader we use may panic on some files that lie.
        catch_unwind(AssertUnwindSafe(|| self.read_sheet(name, bytes, control)))
            .unwrap_or_else(|_| Err(malformed(name, "claims that contradict each other")))
    }

    fn read_sheet(&self, name: &str, bytes: &[u8], control: &Control) -> Result<RawTable> {
        let broken = |error: calamine::XlsxError| malformed(name, error);
        let mut workbook = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
        let sheets = workbook.sheet_names();
        let found = match &self.sheet {
            Sheet::First => sheets.first(),
            Sheet::Named(wanted) => sheets.iter().find(|sheet| *sheet == wanted),
            Sheet::At(position) => position.checked_sub(1).and_then(|at| sheets.get(at)),
        };
        let Some(sheet) = found else {
            let rule = format!("one of the sheets, which are {sheets:?}");
            return invalid_parameter("ExcelReader", "sheet", rule, &self.sheet);
        };
        let unit = match workbook.has_1904_epoch() {
            true => TimeUnit::ExcelDays1904,
            false => TimeUnit::ExcelDays,
        };
        let mut reader = workbook.worksheet_cells_reader(sheet).map_err(broken)?;
        let mut cells = Cells::new(self, name, unit, bytes.len());
        let mut done = 0_u64;
        while let Some(cell) = reader.next_cell().map_err(broken)? {
            cells.add(cell.get_position(), cell.get_value())?;
            done += 1;
            if done.is_multiple_of(1 << 16) {
                control.step(Self::STAGE, done, 0)?;
            }
        }
        let (table, findings) = cells.finish()?;
        let report = ReadReport { rows: table.n_rows() as u64, findings, ..ReadReport::default() };
        Ok(RawTable { report, ..RawTable::from(table) })
    }
}

fn malformed(name: &str, found: impl std::fmt::Display) -> crate::Error {
    const SHOWN: usize = 200;
    let found = found.to_string().chars().take(SHOWN).collect();
    let rule = "must be a sound .xlsx workbook".to_owned();
    ErrorKind::Malformed { place: name.to_owned(), rule, found }.into()
}
