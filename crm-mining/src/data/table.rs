//! Records as they were read: named columns of equal length, nothing interpreted away.

use super::column::Column;
use super::text::Text;
use crate::error::{ErrorKind, Result};
use std::sync::Arc;

/// Named columns of equal length, as read. Rows keep the number they had in their source.
///
/// ```
/// use crm_mining::data::{Column, Table};
///
/// let table = Table::new("orders", vec![
///     Column::text("customer", [Some("00123"), None]),
///     Column::floats("amount", vec![2.5, 4.0]),
/// ])?;
/// assert_eq!((table.n_rows(), table.columns().len()), (2, 2));
/// assert_eq!(table.column("customer")?.show(0).as_deref(), Some("00123"));
/// assert!(table.column("Customer ID").is_err());
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    name: String,
    columns: Vec<Column>,
    n_rows: usize,
    /// The number of each row in its source, from 1; absent while the rows are those of the source.
    numbers: Option<Arc<Vec<u32>>>,
}

/// Results that are tables: one row per customer, rule, segment or change.
pub trait ToTable {
    /// The result as a table.
    fn to_table(&self) -> Table;
}

impl Table {
    /// A table of these columns.
    ///
    /// # Errors
    /// Columns of different length, two columns of one name, or more than 2³² − 2 rows.
    pub fn new(name: impl Into<String>, columns: Vec<Column>) -> Result<Table> {
        let name = name.into();
        let n_rows = columns.first().map_or(0, Column::len);
        for (position, column) in columns.iter().enumerate() {
            if column.len() != n_rows {
                return Err(ErrorKind::LengthMismatch {
                    of: "Table",
                    a: "the first column",
                    a_len: n_rows,
                    b: "another column",
                    b_len: column.len(),
                }
                .into());
            }
            if let Some(first) = columns.iter().take(position).position(|other| other.name == column.name) {
                let (first, second) = (first + 1, position + 1);
                let column = column.name.clone();
                return Err(ErrorKind::DuplicateColumn { table: name, column, first, second }.into());
            }
        }
        if n_rows >= Text::MISSING as usize {
            return Err(ErrorKind::LimitExceeded {
                place: name,
                of: "rows of one table",
                limit: u64::from(Text::MISSING) - 1,
                needed: n_rows as u64,
                setting: "several tables, whose ledgers merge",
            }
            .into());
        }
        Ok(Table { name, columns, n_rows, numbers: None })
    }

    /// A table built by the library itself, whose columns agree by construction.
    pub(crate) fn of(name: &str, columns: Vec<Column>) -> Table {
        let n_rows = columns.first().map_or(0, Column::len);
        debug_assert!(columns.iter().all(|column| column.len() == n_rows));
        Table { name: name.to_owned(), columns, n_rows, numbers: None }
    }

    /// What the table is called in messages: a file name or a caller's word.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many rows.
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// The columns in order.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The column of this name.
    ///
    /// # Errors
    /// [`ErrorKind::MissingColumn`], which lists the columns there are.
    pub fn column(&self, name: &str) -> Result<&Column> {
        self.find(name).ok_or_else(|| {
            let found = self.columns.iter().map(|column| column.name.clone()).collect();
            ErrorKind::MissingColumn { table: self.name.clone(), column: format!("{name:?}"), found }.into()
        })
    }

    /// The column of this name, if there is one.
    pub fn find(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The number, from 1, that a row had in its source.
    pub fn row_number(&self, row: usize) -> u64 {
        match &self.numbers {
            Some(numbers) => numbers.get(row).map_or(0, |&number| u64::from(number)),
            None => row as u64 + 1,
        }
    }

    /// The rows at these positions, in this order; they keep their numbers.
    pub fn take(&self, rows: &[u32]) -> Table {
        Table {
            name: self.name.clone(),
            columns: self.columns.iter().map(|column| column.take(rows)).collect(),
            n_rows: rows.len(),
            numbers: Some(Arc::new(rows.iter().map(|&row| self.row_number(row as usize) as u32).collect())),
        }
    }

    /// The table with this column added, or put in the place of the one with its name.
    ///
    /// # Errors
    /// [`ErrorKind::LengthMismatch`].
    pub fn with_column(mut self, column: Column) -> Result<Table> {
        if !self.columns.is_empty() && column.len() != self.n_rows {
            let (a_len, b_len) = (self.n_rows, column.len());
            return Err(ErrorKind::LengthMismatch {
                of: "Table",
                a: "the table",
                a_len,
                b: "the new column",
                b_len,
            }
            .into());
        }
        self.n_rows = column.len();
        match self.columns.iter_mut().find(|other| other.name == column.name) {
            Some(place) => *place = column,
            None => self.columns.push(column),
        }
        Ok(self)
    }

    /// The table under another name.
    pub fn named(mut self, name: impl Into<String>) -> Table {
        self.name = name.into();
        self
    }

    /// Name, columns, count of rows and source row numbers, to be changed and put together again. What was text is
    /// text, however it was held.
    pub(crate) fn into_parts(self) -> (String, Vec<Column>, usize, Option<Arc<Vec<u32>>>) {
        let columns = self.columns.into_iter().map(Column::into_coded).collect();
        (self.name, columns, self.n_rows, self.numbers)
    }

    /// The opposite of [`Table::into_parts`]; the columns agree by construction.
    pub(crate) fn from_parts(
        name: String,
        columns: Vec<Column>,
        n_rows: usize,
        numbers: Option<Arc<Vec<u32>>>,
    ) -> Table {
        debug_assert!(columns.iter().all(|column| column.len() == n_rows));
        Table { name, columns, n_rows, numbers }
    }

    /// The table with these source row numbers.
    pub(crate) fn numbered(mut self, numbers: Option<Vec<u32>>) -> Table {
        self.numbers = numbers.map(Arc::new);
        self
    }
}
