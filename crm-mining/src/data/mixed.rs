//! Customers described by numbers and by categories.

use super::column::Column;
use super::features::{Features, customer_rows};
use super::keys::Keys;
use super::table::Table;
use super::text::Text;
use crate::error::{ErrorKind, Result};

/// Numeric and categorical columns of the same rows, one row per customer.
///
/// Numbers are finite, as in [`Features`]; a missing one is refused. Categories are numbered by level: the distinct
/// values in ascending order, as whole numbers where the column holds whole numbers only, else as text. A missing
/// category is a level of its own, behind the others: two rows that both lack it agree in it.
///
/// ```
/// use crm_mining::data::{Column, Mixed, Table};
///
/// let table = Table::new("crm", vec![
///     Column::floats("age", vec![31.0, 64.0, 29.0]),
///     Column::text("city", [Some("Ulm"), None, Some("Bonn")]),
/// ])?;
/// let mixed = Mixed::from_table(&table, &["age"], &["city"], None)?;
/// assert_eq!((mixed.n_rows(), mixed.categorical()), (3, &["city".to_owned()][..]));
/// assert_eq!(mixed.levels(0), ["Bonn", "Ulm"]);
/// assert_eq!((mixed.level(0, 0), mixed.level(1, 0)), (Some("Ulm"), None));
/// assert_eq!((mixed.code(0, 0), mixed.code(1, 0)), (1, 2));
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Mixed {
    numeric: Option<Features>,
    categorical: Vec<String>,
    levels: Vec<Vec<String>>,
    /// Row by row; below the number of levels, or equal to it for a missing category.
    codes: Vec<u32>,
    n_rows: usize,
    customers: Option<Keys>,
}

impl Mixed {
    /// Numeric columns, or none, beside categorical ones of the same rows. The customers are those of the numeric
    /// columns.
    ///
    /// # Errors
    /// No column at all; columns of different length; two of one name.
    pub fn new(numeric: Option<Features>, categorical: &[Column]) -> Result<Mixed> {
        let lengths = numeric.iter().map(Features::n_rows).chain(categorical.iter().map(Column::len));
        let mut lengths = lengths.collect::<Vec<_>>().into_iter();
        let Some(n_rows) = lengths.next() else {
            return Err(ErrorKind::NotEnoughData { of: "Mixed", needed: 1, unit: "columns", got: 0 }.into());
        };
        if let Some(b_len) = lengths.find(|&length| length != n_rows) {
            let (a, b) = ("the first column", "another column");
            return Err(ErrorKind::LengthMismatch { of: "Mixed", a, a_len: n_rows, b, b_len }.into());
        }
        let width = categorical.len();
        let mut mixed = Mixed {
            customers: numeric.as_ref().and_then(|numeric| numeric.customers().cloned()),
            numeric,
            categorical: categorical.iter().map(|column| column.name().to_owned()).collect(),
            levels: Vec::with_capacity(width),
            codes: vec![0; n_rows * width],
            n_rows,
        };
        mixed.check_names()?;
        for (place, column) in categorical.iter().enumerate() {
            let (keys, codes) = column.identities();
            let missing = keys.len() as u32;
            for (to, code) in mixed.codes.iter_mut().skip(place).step_by(width).zip(codes) {
                *to = if code == Text::MISSING { missing } else { code };
            }
            mixed.levels.push(keys.iter().map(|key| key.to_string()).collect());
        }
        Ok(mixed)
    }

    /// The named columns of a table, one row per row; those of the customers in the column `customer`, when it is
    /// named, of which each must stand in one row only. Rows come in the order of the table, or in that of the
    /// customers.
    ///
    /// # Errors
    /// [`ErrorKind::MissingColumn`]; [`ErrorKind::InvalidValue`], with column and row, for a number that is missing,
    /// none or not finite, and for a customer who is missing or stood in an earlier row; no column named, or one
    /// twice.
    pub fn from_table(
        table: &Table,
        numeric: &[&str],
        categorical: &[&str],
        customer: Option<&str>,
    ) -> Result<Mixed> {
        let numbers = match numeric {
            [] => None,
            names => Some(Features::from_table(table, names, None)?),
        };
        let columns = categorical.iter().map(|name| table.column(name).cloned());
        let mixed = Mixed::new(numbers, &columns.collect::<Result<Vec<Column>>>()?)?;
        let Some(customer) = customer else { return Ok(mixed) };
        let (keys, rows) = customer_rows(table, customer)?;
        let numeric = match mixed.numeric {
            Some(numeric) => Some(numeric.select(&rows).of_customers(keys.clone())?),
            None => None,
        };
        let width = mixed.categorical.len();
        let row = |&row: &u32| mixed.codes.iter().skip(row as usize * width).take(width);
        let codes = rows.iter().flat_map(row).copied().collect();
        Ok(Mixed { numeric, codes, customers: Some(keys), ..mixed })
    }

    fn check_names(&self) -> Result<()> {
        let names: Vec<&String> = self.numeric_names().iter().chain(&self.categorical).collect();
        for (second, name) in names.iter().enumerate() {
            if let Some(first) = names.iter().take(second).position(|other| other == name) {
                let (table, column) = ("Mixed".to_owned(), (*name).clone());
                let (first, second) = (first + 1, second + 1);
                return Err(ErrorKind::DuplicateColumn { table, column, first, second }.into());
            }
        }
        Ok(())
    }

    /// How many rows.
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// The numeric columns, if there are some.
    pub fn numeric(&self) -> Option<&Features> {
        self.numeric.as_ref()
    }

    /// The names of the numeric columns.
    pub fn numeric_names(&self) -> &[String] {
        self.numeric.as_ref().map_or(&[], Features::names)
    }

    /// The names of the categorical columns.
    pub fn categorical(&self) -> &[String] {
        &self.categorical
    }

    /// The levels of one categorical column, ascending; empty beyond the last column.
    pub fn levels(&self, column: usize) -> &[String] {
        self.levels.get(column).map_or(&[], Vec::as_slice)
    }

    /// The categories of one row by their numbers among the levels; a missing one has the number behind the last.
    pub fn codes(&self, row: usize) -> &[u32] {
        let start = row.saturating_mul(self.categorical.len());
        self.codes.get(start..start + self.categorical.len()).unwrap_or_default()
    }

    /// The number of the level in one row of one categorical column; for a missing one the number of levels.
    pub fn code(&self, row: usize, column: usize) -> u32 {
        let missing = || self.levels(column).len() as u32;
        self.codes(row).get(column).copied().unwrap_or_else(missing)
    }

    /// The category in one row of one categorical column; `None` when missing.
    pub fn level(&self, row: usize, column: usize) -> Option<&str> {
        self.levels(column).get(self.code(row, column) as usize).map(String::as_str)
    }

    /// The customers the rows are of, when known.
    pub fn customers(&self) -> Option<&Keys> {
        self.customers.as_ref()
    }

    /// The rows at these positions, in this order. The levels stay those of all rows.
    pub fn select(&self, rows: &[u32]) -> Mixed {
        Mixed {
            numeric: self.numeric.as_ref().map(|numeric| numeric.select(rows)),
            categorical: self.categorical.clone(),
            levels: self.levels.clone(),
            codes: rows.iter().flat_map(|&row| self.codes(row as usize)).copied().collect(),
            n_rows: rows.len(),
            customers: None,
        }
    }

    /// Columns at prediction must have the names of the fit, in the same order.
    pub(crate) fn expect_names(
        &self,
        of: &'static str,
        numeric: &[String],
        categorical: &[String],
    ) -> Result<()> {
        if self.numeric_names() == numeric && self.categorical == categorical {
            return Ok(());
        }
        let expected = [numeric, categorical].concat();
        let got = [self.numeric_names(), &self.categorical].concat();
        Err(ErrorKind::FeatureMismatch { of, expected, got }.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(result: Result<Mixed>) -> &'static str {
        result.unwrap_err().kind().name()
    }

    #[test]
    fn rows_follow_the_customers() {
        let table = Table::new(
            "crm",
            vec![
                Column::text("id", ["b", "c", "a"].map(Some)),
                Column::ints("age", vec![40, 50, 30]),
                Column::ints("store", vec![10, 9, 10]),
                Column::text("city", [Some("Ulm"), Some("Bonn"), None]),
            ],
        )
        .unwrap();
        let mixed = Mixed::from_table(&table, &["age"], &["store", "city"], Some("id")).unwrap();
        assert_eq!(mixed.numeric().unwrap().values(), [30.0, 40.0, 50.0]);
        assert_eq!(mixed.levels(0), ["9", "10"]);
        assert_eq!([mixed.codes(0), mixed.codes(1), mixed.codes(2)], [[1, 2], [1, 1], [0, 0]]);
        assert_eq!(mixed.customers().unwrap().name(2), "c");
        assert_eq!(mixed.select(&[2]).level(0, 1), Some("Bonn"));
        let only = Mixed::from_table(&table, &[], &["city"], Some("id")).unwrap();
        assert_eq!((only.level(0, 0), only.customers().unwrap().len()), (None, 3));
        assert_eq!((mixed.codes(9), mixed.level(9, 0), mixed.level(0, 9)), (&[][..], None, None));
    }

    #[test]
    fn refuses_by_name() {
        let age = || Some(Features::new(["age"], vec![1.0]).unwrap());
        let city = |values: Vec<Option<&str>>| Column::text("city", values);
        assert_eq!(kind(Mixed::new(None, &[])), "NotEnoughData");
        assert_eq!(kind(Mixed::new(age(), &[city(vec![None, None])])), "LengthMismatch");
        assert_eq!(kind(Mixed::new(None, &[city(vec![None]), city(vec![None])])), "DuplicateColumn");
        assert_eq!(kind(Mixed::new(age(), &[city(vec![None]).named("age")])), "DuplicateColumn");
        let table = Table::new("crm", vec![Column::floats("age", vec![f64::NAN])]).unwrap();
        assert_eq!(kind(Mixed::from_table(&table, &["age"], &[], None)), "InvalidValue");
        assert_eq!(kind(Mixed::from_table(&table, &[], &["city"], None)), "MissingColumn");
    }
}
