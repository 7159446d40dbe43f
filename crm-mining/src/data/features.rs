//! A dense matrix of named features, one row per customer.

use super::bitmap::Bitmap;
use super::column::Column;
use super::keys::Keys;
use super::parse::Cell;
use super::table::{Table, ToTable};
use crate::error::{Error, ErrorKind, Result, masked};

/// Named features of customers: a dense matrix, row by row, in which every value is finite.
///
/// The check for finite values is made here, once; no algorithm meets NaN or infinity.
///
/// ```
/// use crm_mining::data::Features;
///
/// let features = Features::new(["recency", "spend"], vec![3.0, 120.5, 40.0, 18.0])?;
/// assert_eq!((features.n_rows(), features.n_features()), (2, 2));
/// assert_eq!(features.row(1), [40.0, 18.0]);
/// assert!(Features::new(["spend"], vec![1.0, f64::NAN]).is_err());
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Features {
    names: Vec<String>,
    values: Vec<f64>,
    n_rows: usize,
    customers: Option<Keys>,
}

impl Features {
    /// A matrix with these columns out of values laid row by row.
    ///
    /// # Errors
    /// No feature; a number of values that does not fill whole rows; a value that is not finite, with its
    /// column and row.
    pub fn new<S: Into<String>>(names: impl IntoIterator<Item = S>, values: Vec<f64>) -> Result<Features> {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        if names.is_empty() {
            return Err(
                ErrorKind::NotEnoughData { of: "Features", needed: 1, unit: "features", got: 0 }.into()
            );
        }
        let n_rows = values.len() / names.len();
        if n_rows * names.len() != values.len() {
            return Err(ErrorKind::LengthMismatch {
                of: "Features",
                a: "whole rows",
                a_len: n_rows * names.len(),
                b: "values",
                b_len: values.len(),
            }
            .into());
        }
        if let Some(position) = values.iter().position(|value| !value.is_finite()) {
            return Err(ErrorKind::InvalidValue {
                table: "Features".into(),
                column: names.get(position % names.len()).cloned().unwrap_or_default(),
                row: (position / names.len()) as u64 + 1,
                must_be: "finite".into(),
                got: values.get(position).map_or_else(String::new, f64::to_string),
            }
            .into());
        }
        Ok(Features { names, values, n_rows, customers: None })
    }

    /// The named columns of a table, one row of features per row; those of the customers in the column
    /// `customer`, when it is named, of which each must stand in one row only. Rows come in the order of the
    /// table, or in that of the customers.
    ///
    /// # Errors
    /// [`ErrorKind::MissingColumn`]; [`ErrorKind::InvalidValue`], with column and row, for a value that is
    /// missing, no number or not finite, and for a customer who is missing or stood in an earlier row; no
    /// column named.
    ///
    /// ```
    /// use crm_mining::data::{Column, Features, Table};
    ///
    /// let table = Table::new("crm", vec![
    ///     Column::text("id", [Some("b"), Some("a")]),
    ///     Column::floats("spend", vec![120.5, 18.0]),
    /// ])?;
    /// let features = Features::from_table(&table, &["spend"], Some("id"))?;
    /// assert_eq!(features.values(), [18.0, 120.5]);
    /// assert_eq!(features.customers().unwrap().name(0), "a");
    /// # Ok::<(), crm_mining::Error>(())
    /// ```
    pub fn from_table(table: &Table, columns: &[&str], customer: Option<&str>) -> Result<Features> {
        let mut values = vec![0.0; table.n_rows() * columns.len()];
        for (place, name) in columns.iter().enumerate() {
            let column = table.column(name)?;
            let reading = column.read_numbers(table)?;
            let cells = values.iter_mut().skip(place).step_by(columns.len());
            for (row, cell) in cells.enumerate() {
                *cell = match reading.get(row) {
                    Cell::Value(value) if value.is_finite() => value,
                    Cell::Missing => return Err(wrong_value(table, column, row, "present")),
                    _ => return Err(wrong_value(table, column, row, "a finite number")),
                };
            }
        }
        let features = Features::new(columns.iter().copied(), values)?;
        let Some(name) = customer else { return Ok(features) };
        let (keys, rows) = customer_rows(table, name)?;
        features.select(&rows).of_customers(keys)
    }

    /// Features built by the library itself out of finite values, one row per customer.
    pub(crate) fn of<const N: usize>(names: [&str; N], values: Vec<f64>, customers: Keys) -> Features {
        let n_rows = customers.len();
        debug_assert!(values.len() == n_rows * N && values.iter().all(|value| value.is_finite()));
        Features { names: names.map(String::from).to_vec(), values, n_rows, customers: Some(customers) }
    }

    /// The same features, each row said to be of the customer at its place.
    ///
    /// # Errors
    /// [`ErrorKind::LengthMismatch`].
    pub fn of_customers(mut self, customers: Keys) -> Result<Features> {
        if customers.len() != self.n_rows {
            let (a_len, b_len) = (self.n_rows, customers.len());
            return Err(ErrorKind::LengthMismatch {
                of: "Features",
                a: "rows",
                a_len,
                b: "customers",
                b_len,
            }
            .into());
        }
        self.customers = Some(customers);
        Ok(self)
    }

    /// The names of the columns.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Columns at prediction must have the names of the fit, in the same order.
    pub(crate) fn expect_names(&self, of: &'static str, expected: &[String]) -> Result<()> {
        if self.names == expected {
            return Ok(());
        }
        Err(ErrorKind::FeatureMismatch { of, expected: expected.to_vec(), got: self.names.clone() }.into())
    }

    /// How many rows.
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// How many columns.
    pub fn n_features(&self) -> usize {
        self.names.len()
    }

    /// All values, row by row.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// One row; empty beyond the last.
    #[inline]
    pub fn row(&self, row: usize) -> &[f64] {
        let start = row.saturating_mul(self.names.len());
        self.values.get(start..start + self.names.len()).unwrap_or_default()
    }

    /// All rows in order.
    pub fn rows(&self) -> std::slice::ChunksExact<'_, f64> {
        self.values.chunks_exact(self.names.len())
    }

    /// The values of one column in row order.
    pub fn column(&self, feature: usize) -> impl ExactSizeIterator<Item = f64> + '_ {
        self.rows().map(move |row| row.get(feature).copied().unwrap_or_default())
    }

    /// The customers the rows are of, when known.
    pub fn customers(&self) -> Option<&Keys> {
        self.customers.as_ref()
    }

    /// The rows at these positions, in this order.
    pub fn select(&self, rows: &[u32]) -> Features {
        let mut values = Vec::with_capacity(rows.len() * self.names.len());
        rows.iter().for_each(|&row| values.extend_from_slice(self.row(row as usize)));
        Features { names: self.names.clone(), values, n_rows: rows.len(), customers: None }
    }

    /// The same matrix with every value replaced; the values must be finite.
    pub(crate) fn map(&self, mut change: impl FnMut(usize, f64) -> f64) -> Result<Features> {
        let width = self.names.len();
        let values =
            self.values.iter().enumerate().map(|(place, &value)| change(place % width, value)).collect();
        let features = Features::new(self.names.clone(), values)?;
        match &self.customers {
            Some(customers) => features.of_customers(customers.clone()),
            None => Ok(features),
        }
    }
}

/// What is wrong with the value of a row.
pub(crate) fn wrong_value(table: &Table, column: &Column, row: usize, must_be: &str) -> Error {
    let got = column.show(row).map_or_else(|| "nothing".to_owned(), |text| masked(&text));
    ErrorKind::InvalidValue {
        table: table.name().to_owned(),
        column: column.name().to_owned(),
        row: table.row_number(row),
        must_be: must_be.to_owned(),
        got,
    }
    .into()
}

/// The customers in the column of this name, and the row of each; every row must be of another one.
pub(crate) fn customer_rows(table: &Table, name: &str) -> Result<(Keys, Vec<u32>)> {
    let column = table.column(name)?;
    let (keys, codes) = column.identities();
    let mut rows = vec![u32::MAX; keys.len()];
    for (row, &code) in (0u32..).zip(&codes) {
        match rows.get_mut(code as usize) {
            Some(place @ &mut u32::MAX) => *place = row,
            Some(_) => return Err(wrong_value(table, column, row as usize, "a customer of no earlier row")),
            None => return Err(wrong_value(table, column, row as usize, "present")),
        }
    }
    Ok((keys, rows))
}

impl ToTable for Features {
    fn to_table(&self) -> Table {
        let customer = self.customers.iter().map(|keys| Column::keys("customer", keys));
        let features = (0..self.n_features())
            .zip(&self.names)
            .map(|(feature, name)| Column::floats(name, self.column(feature).collect()));
        Table::of("features", customer.chain(features).collect())
    }
}

/// Features with a label of two classes per row.
#[derive(Debug, Clone, PartialEq)]
pub struct Labeled {
    features: Features,
    labels: Bitmap,
}

impl Labeled {
    /// Features and the label of each row.
    ///
    /// # Errors
    /// [`ErrorKind::LengthMismatch`].
    pub fn new(features: Features, labels: impl IntoIterator<Item = bool>) -> Result<Labeled> {
        let labels: Bitmap = labels.into_iter().collect();
        if labels.len() != features.n_rows() {
            let (a_len, b_len) = (features.n_rows(), labels.len());
            return Err(
                ErrorKind::LengthMismatch { of: "Labeled", a: "rows", a_len, b: "labels", b_len }.into()
            );
        }
        Ok(Labeled { features, labels })
    }

    /// The features.
    pub fn features(&self) -> &Features {
        &self.features
    }

    /// The label of a row.
    #[inline]
    pub fn label(&self, row: usize) -> bool {
        self.labels.get(row)
    }

    /// All labels in row order.
    pub fn labels(&self) -> impl ExactSizeIterator<Item = bool> + '_ {
        (0..self.labels.len()).map(|row| self.labels.get(row))
    }

    /// How many rows carry the label.
    pub fn n_positive(&self) -> usize {
        self.labels.count_ones()
    }

    /// The rows at these positions, in this order.
    pub fn select(&self, rows: &[u32]) -> Labeled {
        Labeled {
            features: self.features.select(rows),
            labels: rows.iter().map(|&row| self.labels.get(row as usize)).collect(),
        }
    }
}
