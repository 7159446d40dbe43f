//! Fields into columns: every distinct value once.

use super::records::Cell;
use crate::data::{Column, DateOrder, Interner, Text, Values};
use crate::error::{Error, ErrorKind, Result};
use rayon::prelude::*;

/// One column as it grows.
#[derive(Debug)]
struct Growing {
    name: String,
    interner: Interner,
    codes: Vec<u32>,
}

/// The columns of a file as they grow.
#[derive(Debug)]
pub(super) struct Columns(Vec<Growing>);

impl Columns {
    pub(super) fn new(names: Vec<String>) -> Columns {
        let growing = |name| Growing { name, interner: Interner::default(), codes: Vec::new() };
        Columns(names.into_iter().map(growing).collect())
    }

    /// Adds rows, given as their fields in `text`. An empty field is missing.
    pub(super) fn add(&mut self, text: &str, cells: &[Cell]) {
        let width = self.0.len();
        self.0.par_iter_mut().enumerate().for_each(|(place, column)| {
            column.codes.reserve(cells.len() / width);
            column.add(text, cells.chunks_exact(width).filter_map(|row| row.get(place)));
        });
    }

    /// The finished columns, the type of each found; `numbers` are the rows they have in the file.
    pub(super) fn finish(
        self,
        table: &str,
        order: Option<DateOrder>,
        numbers: Option<&[u32]>,
    ) -> Result<Vec<Column>> {
        let columns: Vec<Result<Column>> = self.0.into_par_iter().map(|c| c.finish(table, order)).collect();
        columns.into_iter().map(|column| column.map_err(|error| at_source_row(error, numbers))).collect()
    }
}

impl Growing {
    fn add<'a>(&mut self, text: &str, cells: impl Iterator<Item = &'a Cell>) {
        let mut unquoted = String::new();
        // Orders, dates and customers often repeat from row to row: no need to look them up again.
        let mut last = ("", Text::MISSING);
        for cell in cells {
            let value = text.get(cell.range()).unwrap_or_default();
            if value == last.0 {
                self.codes.push(last.1);
                continue;
            }
            let code = if value.is_empty() {
                Text::MISSING
            } else if cell.has_doubled_quotes() {
                unquoted.clear();
                unquoted.extend(
                    value
                        .split("\"\"")
                        .enumerate()
                        .flat_map(|(i, part)| [if i > 0 { "\"" } else { "" }, part]),
                );
                self.interner.intern(&unquoted)
            } else {
                self.interner.intern(value)
            };
            self.codes.push(code);
            // Doubled quotes stand for one: such a value may not answer for one without them.
            last = if cell.has_doubled_quotes() { ("", Text::MISSING) } else { (value, code) };
        }
    }

    fn finish(mut self, table: &str, order: Option<DateOrder>) -> Result<Column> {
        self.codes.shrink_to_fit();
        let text = Text::new(self.codes, self.interner.into_strings());
        Column::new(self.name, Values::Text(text)).with_type_found(table, order)
    }
}

/// The error with the row of the file in the place of the row of the table.
pub(super) fn at_source_row(error: Error, numbers: Option<&[u32]>) -> Error {
    match error.into_kind() {
        ErrorKind::AmbiguousDates { table, column, day_first, month_first, either, row } => {
            let number = numbers.and_then(|numbers| numbers.get(row.saturating_sub(1) as usize));
            let row = number.map_or(row, |&number| u64::from(number));
            ErrorKind::AmbiguousDates { table, column, day_first, month_first, either, row }.into()
        }
        other => other.into(),
    }
}
