//! Fields into columns.

use super::growing::Growing;
use super::records::Cell;
use crate::data::{Column, DateOrder, Said};
use crate::error::{Error, ErrorKind, Result};
use rayon::prelude::*;

/// The columns of a file as they grow.
#[derive(Debug)]
pub(super) struct Columns(Vec<Growing>);

impl Columns {
    /// No column yet; `first_look` is the row at which their types may first be settled.
    pub(super) fn new(names: Vec<String>, first_look: usize) -> Columns {
        Columns(names.into_iter().map(|name| Growing::new(name, first_look)).collect())
    }

    /// Adds rows, given as their fields in `text`. An empty field is missing.
    pub(super) fn add(&mut self, text: &str, cells: &[Cell]) {
        let width = self.0.len();
        self.0.par_iter_mut().enumerate().for_each(|(place, column)| {
            column.add(text, cells.chunks_exact(width).filter_map(|row| row.get(place)));
        });
    }

    /// The bytes they take with these rows, if all of their values were new.
    pub(super) fn bytes_after(&self, cells: &[Cell]) -> usize {
        let width = self.0.len();
        let bytes = |(place, column): (usize, &Growing)| {
            let own = cells.chunks_exact(width).filter_map(|row| row.get(place));
            column.bytes_after(cells.len() / width, own.map(|cell| cell.range().len()).sum())
        };
        self.0.par_iter().enumerate().map(bytes).sum()
    }

    /// The finished columns, the type of each as said or found; `order` is that which earlier dates of each have
    /// proven, `numbers` are the rows they have in the file.
    pub(super) fn finish(
        self,
        table: &str,
        said: Said<'_>,
        order: impl Fn(usize) -> Option<DateOrder> + Sync,
        numbers: Option<&[u32]>,
    ) -> Result<Vec<Column>> {
        let finish = |(place, column): (usize, Growing)| column.finish(table, said, order(place));
        let columns: Vec<Result<Column>> = self.0.into_par_iter().enumerate().map(finish).collect();
        columns.into_iter().map(|column| column.map_err(|error| at_source_row(error, numbers))).collect()
    }
}

/// The error with the row of the file in the place of the row of the table.
pub(super) fn at_source_row(error: Error, numbers: Option<&[u32]>) -> Error {
    let source_row = |row: u64| {
        let number = numbers.and_then(|numbers| numbers.get(row.saturating_sub(1) as usize));
        number.map_or(row, |&number| u64::from(number))
    };
    match error.into_kind() {
        ErrorKind::AmbiguousDates { table, column, day_first, month_first, either, row } => {
            let row = source_row(row);
            ErrorKind::AmbiguousDates { table, column, day_first, month_first, either, row }.into()
        }
        ErrorKind::AmbiguousNumbers { table, column, point, comma, either, row } => {
            let row = source_row(row);
            ErrorKind::AmbiguousNumbers { table, column, point, comma, either, row }.into()
        }
        ErrorKind::InvalidValue { table, column, row, got, must_be } => {
            let row = source_row(row);
            ErrorKind::InvalidValue { table, column, row, got, must_be }.into()
        }
        other => other.into(),
    }
}
