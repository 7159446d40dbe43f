//! Cells of a sheet into columns.

use super::super::column_findings::column_findings;
use super::super::columns::at_source_row;
use super::super::dialect::Finding;
use super::super::memory::check_memory;
use super::{ExcelReader, malformed};
use crate::data::memory::grown;
use crate::data::{Bitmap, Column, Interner, Said, Table, Text, TimeUnit, Values, show_time};
use crate::error::{ErrorKind, Result};
use calamine::{DataRef, ExcelDateTime};
use std::collections::{BTreeMap, HashMap};

/// One cell.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Held {
    Missing,
    Number(f64),
    Time(i64),
    Truth(bool),
    Text(u32),
}

/// One column as it grows; rows beyond its last cell lack it.
#[derive(Debug, Default)]
struct Growing {
    name: Option<String>,
    cells: Vec<Held>,
    texts: Interner,
}

/// The table as it grows.
pub(super) struct Cells<'a> {
    reader: &'a ExcelReader,
    name: &'a str,
    /// The date system of the workbook.
    unit: TimeUnit,
    /// By their place in the sheet.
    columns: BTreeMap<u32, Growing>,
    header: Option<u32>,
    /// The row of the sheet that came last.
    last: Option<u32>,
    /// Rows below the header that hold anything, by their distance from it.
    numbers: Vec<u32>,
    /// The bytes that the file and the columns take, when they are counted.
    held: usize,
}

impl<'a> Cells<'a> {
    pub(super) fn new(reader: &'a ExcelReader, name: &'a str, unit: TimeUnit, held: usize) -> Cells<'a> {
        let header = reader.header_row.map(|row| row.saturating_sub(1));
        Cells { reader, name, unit, columns: BTreeMap::new(), header, last: None, numbers: Vec::new(), held }
    }

    /// Adds the cell at this row and column of the sheet, from 0.
    pub(super) fn add(&mut self, (row, column): (u32, u32), value: &DataRef<'_>) -> Result<()> {
        if is_empty(value) {
            return Ok(());
        }
        let header = *self.header.get_or_insert(row);
        if self.last.is_some_and(|last| row < last) {
            return Err(malformed(self.name, "rows that are not in order"));
        }
        let is_new = self.last != Some(row);
        self.last = Some(row);
        if row < header {
            return Ok(());
        }
        if row > header && is_new {
            self.numbers.push(row - header);
        }
        let growing = self.columns.entry(column).or_default();
        if row == header {
            growing.name = name(value, self.unit);
            return Ok(());
        }
        let place = self.numbers.len() - 1;
        let counted = self.reader.max_memory.is_some();
        let before = if counted { growing.bytes_after(0, 0) } else { 0 };
        check_memory(self.name, self.reader.max_memory, || {
            self.held + growing.bytes_after(place + 1, length(value)) - before
        })?;
        let held = held(value, self.unit, &mut growing.texts);
        growing.cells.resize(place, Held::Missing);
        growing.cells.push(held);
        self.held += if counted { growing.bytes_after(0, 0) - before } else { 0 };
        let needed = self.numbers.len() as u64 * self.columns.len() as u64;
        if needed <= self.reader.max_cells {
            return Ok(());
        }
        let (place, limit) = (self.name.to_owned(), self.reader.max_cells);
        Err(ErrorKind::LimitExceeded { place, of: "rows × columns", limit, needed, setting: "max_cells" }
            .into())
    }

    /// The table, and what was found of its columns.
    pub(super) fn finish(self) -> Result<(Table, Vec<Finding>)> {
        if self.columns.is_empty() {
            let place = self.name.to_owned();
            return Err(ErrorKind::EmptyInput { place, needed: "a sheet with a header row" }.into());
        }
        let (n_rows, said) = (self.numbers.len(), self.reader.said());
        let first = self.columns.keys().next().copied().unwrap_or_default();
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut named = Vec::with_capacity(self.columns.len());
        for (place, mut growing) in self.columns {
            let position = (place - first) as usize + 1;
            let name = growing.name.take().unwrap_or_else(|| format!("column {position}"));
            if let Some(first) = places.insert(name.clone(), position) {
                let table = self.name.to_owned();
                return Err(
                    ErrorKind::DuplicateColumn { table, column: name, first, second: position }.into()
                );
            }
            named.push((name, growing));
        }
        said.check(self.name, named.iter().map(|(name, _)| name.as_str()))?;
        let finish = |(name, growing): (String, Growing)| {
            growing
                .finish(name, n_rows, self.name, said)
                .map_err(|error| at_source_row(error, Some(&self.numbers)))
        };
        let columns = named.into_iter().map(finish).collect::<Result<Vec<Column>>>()?;
        let findings = column_findings(&columns, said, Some(&self.numbers));
        let table = Table::of(self.name, columns).numbered(Some(self.numbers));
        Ok((table, findings))
    }
}

impl Growing {
    /// The bytes it takes with this many rows, if the last brought a new text of this length.
    fn bytes_after(&self, rows: usize, text: usize) -> usize {
        let new = usize::from(text > 0);
        grown(&self.cells, rows.saturating_sub(self.cells.len())) + self.texts.bytes_after(new, text)
    }

    fn finish(mut self, name: String, n_rows: usize, table: &str, said: Said<'_>) -> Result<Column> {
        self.cells.resize(n_rows, Held::Missing);
        let (mut numbers, mut times, mut truths, mut texts) = (0_usize, 0_usize, 0_usize, 0_usize);
        for cell in &self.cells {
            match cell {
                Held::Missing => {}
                Held::Number(_) => numbers += 1,
                Held::Time(_) => times += 1,
                Held::Truth(_) => truths += 1,
                Held::Text(_) => texts += 1,
            }
        }
        let present = || {
            let missing = self.cells.contains(&Held::Missing);
            missing.then(|| self.cells.iter().map(|cell| *cell != Held::Missing).collect::<Bitmap>())
        };
        let values = match (numbers > 0, times > 0, truths > 0, texts > 0) {
            (true, false, false, false) => {
                let number = |cell: &Held| if let Held::Number(number) = cell { *number } else { f64::NAN };
                Values::Float(self.cells.iter().map(number).collect())
            }
            (false, true, false, false) => {
                let time = |cell: &Held| if let Held::Time(micros) = cell { *micros } else { 0 };
                Values::Time(self.cells.iter().map(time).collect(), present())
            }
            (false, false, true, false) => {
                let truth = |cell: &Held| *cell == Held::Truth(true);
                Values::Bool(self.cells.iter().map(truth).collect(), present())
            }
            _ => return said.apply(self.into_text(name), table, None),
        };
        said.apply(Column::new(name, values), table, None)
    }

    /// Cells of several types, or texts.
    fn into_text(mut self, name: String) -> Column {
        let mut codes = Vec::with_capacity(self.cells.len());
        for cell in std::mem::take(&mut self.cells) {
            codes.push(match cell {
                Held::Missing => Text::MISSING,
                Held::Text(code) => code,
                other => {
                    let shown = shown(other).unwrap_or_default();
                    self.texts.intern(&shown)
                }
            });
        }
        Column::new(name, Values::Text(Text::new(codes, self.texts.into_strings())))
    }
}

fn is_empty(value: &DataRef<'_>) -> bool {
    match value {
        DataRef::Empty => true,
        DataRef::String(text) => text.is_empty(),
        DataRef::SharedString(text) => text.is_empty(),
        _ => false,
    }
}

/// The bytes of a cell that is text.
fn length(value: &DataRef<'_>) -> usize {
    match value {
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.len(),
        DataRef::SharedString(text) => text.len(),
        _ => 0,
    }
}

fn held(value: &DataRef<'_>, unit: TimeUnit, texts: &mut Interner) -> Held {
    match value {
        DataRef::Int(number) => Held::Number(*number as f64),
        DataRef::Float(number) if number.is_finite() => Held::Number(*number),
        DataRef::Float(_) | DataRef::Empty => Held::Missing,
        DataRef::Bool(truth) => Held::Truth(*truth),
        DataRef::DateTime(serial) => moment(serial, unit),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            Held::Text(texts.intern(text))
        }
        DataRef::SharedString(text) => Held::Text(texts.intern(text)),
        DataRef::Error(error) => Held::Text(texts.intern(&error.to_string())),
    }
}

/// A cell that is shown as a date; one beyond the calendar, and a span of time, is the number it is.
fn moment(serial: &ExcelDateTime, unit: TimeUnit) -> Held {
    let number = serial.as_f64();
    match unit.micros(number) {
        Some(micros) if serial.is_datetime() => Held::Time(micros),
        _ => Held::Number(number),
    }
}

/// A cell that is no text, as text.
fn shown(cell: Held) -> Option<String> {
    match cell {
        Held::Missing | Held::Text(_) => None,
        Held::Number(number) => Some(number.to_string()),
        Held::Time(micros) => Some(show_time(micros)),
        Held::Truth(truth) => Some(truth.to_string()),
    }
}

/// A cell of the header as a name.
fn name(value: &DataRef<'_>, unit: TimeUnit) -> Option<String> {
    let mut texts = Interner::default();
    match held(value, unit, &mut texts) {
        Held::Text(code) => texts.into_strings().get(code as usize).map(str::to_owned),
        other => shown(other),
    }
}
