//! Lines of JSON into columns: every distinct text once.

use super::super::column_findings::column_findings;
use super::super::columns::at_source_row;
use super::super::memory::check_memory;
use super::super::raw::{BadRow, BadRowReason, RawTable, ReadReport};
use super::JsonLinesReader;
use super::fields::{Depth, Field, fields};
use super::lines::{Line, Lines};
use crate::data::memory::grown;
use crate::data::{Column, Interner, Said, Table, Text, Values};
use crate::error::{ErrorKind, Result};
use rayon::prelude::*;
use std::collections::HashMap;

/// The table as it grows.
pub(super) struct Rows<'a> {
    reader: &'a JsonLinesReader,
    name: &'a str,
    columns: Vec<Growing>,
    places: HashMap<String, usize>,
    /// The number of each row that was kept.
    numbers: Vec<u32>,
    rejected: Vec<BadRow>,
    /// The bytes that columns and rows set aside take, when they are counted.
    held: usize,
}

/// One column as it grows; rows beyond its last code lack it.
struct Growing {
    name: String,
    interner: Interner,
    codes: Vec<u32>,
}

impl<'a> Rows<'a> {
    pub(super) fn new(reader: &'a JsonLinesReader, name: &'a str) -> Rows<'a> {
        let (columns, places) = (Vec::new(), HashMap::new());
        Rows { reader, name, columns, places, numbers: Vec::new(), rejected: Vec::new(), held: 0 }
    }

    pub(super) fn add(&mut self, lines: &Lines<'_>, line: Line) -> Result<()> {
        let bytes = lines.bytes(&line);
        if bytes.trim_ascii().is_empty() && !line.too_long {
            return Ok(());
        }
        let depth = Depth { max: self.reader.max_depth, flatten: self.reader.flatten };
        let mut row = Vec::new();
        let read = match std::str::from_utf8(bytes) {
            _ if line.too_long => Err(BadRowReason::TooLong),
            Ok(text) => fields(text, depth, &mut row),
            Err(_) => Err(BadRowReason::BadEncoding),
        };
        let number = (self.numbers.len() + self.rejected.len()) as u64 + 1;
        self.limit(
            "rows of one table",
            u64::from(Text::MISSING) - 1,
            number,
            "several tables, whose ledgers merge",
        )?;
        match read {
            Ok(()) => self.keep(number, row),
            Err(reason) => {
                let text = String::from_utf8_lossy(bytes).into_owned();
                let (line, offset) = (line.number, line.offset);
                self.held += size_of::<BadRow>() + text.capacity();
                check_memory(self.name, self.reader.max_memory, || self.held)?;
                self.rejected.push(BadRow { row: number, line, offset, reason, text });
                Ok(())
            }
        }
    }

    fn keep(&mut self, number: u64, fields: Vec<Field<'_>>) -> Result<()> {
        let (row, counted) = (self.numbers.len(), self.reader.max_memory.is_some());
        self.numbers.push(number as u32);
        for (expected, (name, text)) in fields.into_iter().enumerate() {
            let place = match self.columns.get(expected) {
                // Most lines have the keys of the first, in its order.
                Some(column) if column.name == name => expected,
                _ => self.place(&name)?,
            };
            if let Some(column) = self.columns.get_mut(place) {
                let before = if counted { column.bytes_after(0, 0) } else { 0 };
                let length = text.as_ref().map_or(0, |text| text.len());
                check_memory(self.name, self.reader.max_memory, || {
                    self.held + column.bytes_after(row + 1, length) - before
                })?;
                let code = text.map_or(Text::MISSING, |text| column.interner.intern(&text));
                column.codes.resize(row, Text::MISSING);
                column.codes.push(code);
                self.held += if counted { column.bytes_after(0, 0) - before } else { 0 };
            }
        }
        let cells = self.numbers.len() as u64 * self.columns.len() as u64;
        self.limit("rows × columns", self.reader.max_cells, cells, "max_cells")
    }

    /// The place of a column, made when new.
    fn place(&mut self, name: &str) -> Result<usize> {
        if let Some(&place) = self.places.get(name) {
            return Ok(place);
        }
        let place = self.columns.len();
        self.limit("columns", self.reader.max_columns as u64, place as u64 + 1, "max_columns")?;
        self.places.insert(name.to_owned(), place);
        let (interner, codes) = (Interner::default(), Vec::new());
        self.columns.push(Growing { name: name.to_owned(), interner, codes });
        Ok(place)
    }

    fn limit(&self, of: &'static str, limit: u64, needed: u64, setting: &'static str) -> Result<()> {
        if needed <= limit {
            return Ok(());
        }
        Err(ErrorKind::LimitExceeded { place: self.name.to_owned(), of, limit, needed, setting }.into())
    }

    pub(super) fn finish(self, mut report: ReadReport) -> Result<RawTable> {
        if self.columns.is_empty() {
            let place = self.name.to_owned();
            return Err(ErrorKind::EmptyInput { place, needed: "a line that is an object with a key" }.into());
        }
        let (n_rows, said) = (self.numbers.len(), self.reader.said());
        said.check(self.name, self.columns.iter().map(|column| column.name.as_str()))?;
        let finished: Vec<Result<Column>> =
            self.columns.into_par_iter().map(|column| column.finish(self.name, n_rows, said)).collect();
        let numbers = (!self.rejected.is_empty()).then_some(self.numbers);
        let columns: Result<Vec<Column>> = finished
            .into_iter()
            .map(|column| column.map_err(|error| at_source_row(error, numbers.as_deref())))
            .collect();
        let columns = columns?;
        report.findings.extend(column_findings(&columns, said, numbers.as_deref()));
        let rows = (n_rows + self.rejected.len()) as u64;
        let table = Table::of(self.name, columns).numbered(numbers);
        Ok(RawTable { table, rejected: self.rejected, report: ReadReport { rows, ..report } })
    }
}

impl Growing {
    /// The bytes it takes with this many rows, if the last brought a new text of this length.
    fn bytes_after(&self, rows: usize, text: usize) -> usize {
        let new = usize::from(text > 0);
        grown(&self.codes, rows.saturating_sub(self.codes.len())) + self.interner.bytes_after(new, text)
    }

    fn finish(mut self, table: &str, n_rows: usize, said: Said<'_>) -> Result<Column> {
        self.codes.resize(n_rows, Text::MISSING);
        self.codes.shrink_to_fit();
        let text = Text::new(self.codes, self.interner.into_strings());
        said.apply(Column::new(self.name, Values::Text(text)), table, None)
    }
}
