//! The rows to link, as codes into the values of their columns.

use super::field::Field;
use super::settings::Part;
use super::{Kind, Linker, Transform};
use crate::data::{Column, Table, Text};
use crate::error::{ErrorKind, Result};

/// What is to be linked: one table with duplicates, or two tables.
///
/// In pairs, rows are named by their positions from 0; those of the right table follow those of the left.
#[derive(Debug, Clone, Copy)]
pub struct Records<'a> {
    /// The only table, or the left one.
    pub left: &'a Table,
    /// The other table. Then only rows of different tables are compared.
    pub right: Option<&'a Table>,
}

impl<'a> Records<'a> {
    /// One table, in which duplicates are looked for.
    pub fn within(table: &'a Table) -> Records<'a> {
        Records { left: table, right: None }
    }

    /// Two tables, between which links are looked for.
    pub fn between(left: &'a Table, right: &'a Table) -> Records<'a> {
        Records { left, right: Some(right) }
    }

    /// Rows of both.
    pub fn n_rows(&self) -> usize {
        self.left.n_rows() + self.right.map_or(0, Table::n_rows)
    }

    /// All pairs that could be compared.
    pub fn n_pairs(&self) -> f64 {
        let left = self.left.n_rows() as f64;
        match self.right {
            Some(right) => left * right.n_rows() as f64,
            None => left * (left - 1.0).max(0.0) / 2.0,
        }
    }

    /// The columns of a name, one per table.
    pub(super) fn columns(&self, left: &str, right: Option<&str>) -> Result<Vec<&'a Column>> {
        let mut columns = vec![column(self.left, left)?];
        if let Some(table) = self.right {
            columns.push(column(table, right.unwrap_or(left))?);
        }
        Ok(columns)
    }
}

/// The column of this name, blanks around it and case left aside.
fn column<'a>(table: &'a Table, name: &str) -> Result<&'a Column> {
    if let Some(column) = table.find(name) {
        return Ok(column);
    }
    let wanted = simple(name);
    table.columns().iter().find(|column| simple(column.name()) == wanted).ok_or_else(|| {
        let found = table.columns().iter().map(|column| column.name().to_owned()).collect();
        ErrorKind::MissingColumn { table: table.name().to_owned(), column: format!("{name:?}"), found }.into()
    })
}

/// A column name without blanks around it and without case.
pub(super) fn simple(name: &str) -> String {
    name.trim().to_lowercase()
}

/// The rows as codes: one field per comparison, then those that only blocking needs.
#[derive(Debug, Clone)]
pub(super) struct Prepared {
    pub(super) fields: Vec<Field>,
    /// The codes of all fields, row by row.
    pub(super) rows: Vec<u32>,
    pub(super) n_rows: usize,
    /// Where the right table begins; `None` within one table.
    pub(super) border: Option<usize>,
}

impl Prepared {
    pub(super) fn new(linker: &Linker, records: &Records<'_>) -> Result<Prepared> {
        const MOST_ROWS: usize = 1 << 31;
        if records.n_rows() >= MOST_ROWS {
            return Err(ErrorKind::LimitExceeded {
                place: "Linker".to_owned(),
                of: "rows of both tables",
                limit: MOST_ROWS as u64 - 1,
                needed: records.n_rows() as u64,
                setting: "fewer rows at a time",
            }
            .into());
        }
        let mut wanted = Vec::new();
        for comparison in &linker.comparisons {
            let right = comparison.right_column.as_deref();
            wanted.push((records.columns(&comparison.column, right)?, comparison.kind));
        }
        for (part, kind) in linker.extra_parts() {
            wanted.push((records.columns(&part.column, part.right_column.as_deref())?, kind));
        }
        use rayon::prelude::*;
        let fields: Vec<Field> =
            wanted.par_iter().map(|(columns, kind)| Field::new(columns, *kind)).collect();
        let n_rows = records.n_rows();
        let mut rows = vec![Text::MISSING; n_rows * fields.len()];
        let width = fields.len().max(1);
        for (at, row) in rows.chunks_exact_mut(width).enumerate() {
            for (slot, field) in row.iter_mut().zip(&fields) {
                *slot = field.codes.get(at).copied().unwrap_or(Text::MISSING);
            }
        }
        Ok(Prepared { fields, rows, n_rows, border: records.right.map(|_| records.left.n_rows()) })
    }

    #[inline]
    pub(super) fn row(&self, row: u32) -> &[u32] {
        let width = self.fields.len();
        self.rows.get(row as usize * width..(row as usize + 1) * width).unwrap_or_default()
    }

    /// All pairs that could be compared.
    pub(super) fn n_pairs(&self) -> f64 {
        let n = self.n_rows as f64;
        match self.border {
            Some(border) => border as f64 * (n - border as f64),
            None => n * (n - 1.0).max(0.0) / 2.0,
        }
    }
}

impl Linker {
    /// The parts of blocking rules whose column is not compared, each once.
    fn extra_parts(&self) -> Vec<(&Part, Kind)> {
        let mut extra: Vec<(&Part, Kind)> = Vec::new();
        for part in self.blocking.iter().flat_map(|block| &block.parts) {
            if self.compared(&part.column).is_none()
                && !extra.iter().any(|(other, _)| simple(&other.column) == simple(&part.column))
            {
                let kind = match part.transform {
                    Transform::Year => Kind::Date,
                    Transform::User => Kind::Email,
                    _ => Kind::Text,
                };
                extra.push((part, kind));
            }
        }
        extra
    }

    fn compared(&self, column: &str) -> Option<usize> {
        self.comparisons.iter().position(|other| simple(&other.column) == simple(column))
    }

    /// The position of the field of a column among [`Prepared::fields`].
    pub(super) fn field_of(&self, column: &str) -> Option<usize> {
        self.compared(column).or_else(|| {
            let at = self.extra_parts().iter().position(|(part, _)| simple(&part.column) == simple(column));
            at.map(|at| self.comparisons.len() + at)
        })
    }
}
