//! The figures of customers that a composite value is made of.

use super::input::ValueInput;
use crate::data::parse::Cell;
use crate::data::{Column, Features, Key, Keys, Table, ToTable, Values};
use crate::error::{Error, ErrorKind, Result, masked};

/// Figures per customer, one column per [`ValueInput`], of which any may be missing for any customer.
///
/// Missing must be said, by `None`; NaN and infinity are refused, and so is a value outside the range of its
/// input.
///
/// ```
/// use crm_mining::data::Keys;
/// use crm_mining::insight::{ValueInput, ValueInputs};
///
/// let customers: Keys = ["a", "b", "c"].into_iter().collect();
/// let known: Keys = ["b", "c", "x"].into_iter().collect();
/// let inputs = ValueInputs::new(customers)
///     .with(ValueInput::Margin, &known, &[Some(120.0), None, Some(9.0)])?;
/// assert_eq!(inputs.values(ValueInput::Margin), Some(&[None, Some(120.0), None][..]));
/// assert_eq!(inputs.unmatched(), 1); // x
/// let error = inputs.with(ValueInput::ChurnRisk, &known, &[Some(0.1), Some(f64::NAN), None]).unwrap_err();
/// assert_eq!(error.to_string(), "ValueInputs: column \"churn_risk\", row 2: must be from 0 to 1; got NaN");
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ValueInputs {
    customers: Keys,
    columns: Vec<(ValueInput, Vec<Option<f64>>)>,
    unmatched: usize,
    unused: Vec<String>,
}

impl ValueInputs {
    /// These customers, of whom nothing is known yet.
    pub fn new(customers: Keys) -> ValueInputs {
        ValueInputs { customers, columns: Vec::new(), unmatched: 0, unused: Vec::new() }
    }

    /// One figure more, of customers that are matched by their keys. A figure given before is replaced; those
    /// of customers who are not among the inputs are left out and counted.
    ///
    /// # Errors
    /// [`ErrorKind::LengthMismatch`]; [`ErrorKind::InvalidValue`], with column and row, for a value that is
    /// not finite or outside the range of the input.
    pub fn with(
        mut self,
        input: ValueInput,
        customers: &Keys,
        values: &[Option<f64>],
    ) -> Result<ValueInputs> {
        if customers.len() != values.len() {
            let (a_len, b_len) = (customers.len(), values.len());
            let (a, b) = ("customers", "values");
            return Err(ErrorKind::LengthMismatch { of: "ValueInputs", a, a_len, b, b_len }.into());
        }
        for (row, value) in values.iter().enumerate() {
            if let Some(value) = value.filter(|&value| !in_range(input, value)) {
                return Err(wrong("ValueInputs", input, input.name(), row as u64 + 1, value.to_string()));
            }
        }
        let mut column = vec![None; self.customers.len()];
        for (key, value) in customers.iter().zip(values) {
            let place = match (key, self.customers.are_integers()) {
                (Key::Int(_), true) | (Key::Text(_), false) => self.customers.position_of(key),
                _ => self.customers.position(&key.to_string()),
            };
            match place.and_then(|place| column.get_mut(place)) {
                Some(place) => *place = *value,
                None => self.unmatched += 1,
            }
        }
        self.columns.retain(|&(other, _)| other != input);
        self.columns.push((input, column));
        self.columns.sort_unstable_by_key(|&(input, _)| input);
        Ok(self)
    }

    /// The figures of a table with one row per customer: the customers in the column of this name, and every
    /// column called like a [`ValueInput`]. Other columns are not looked at; [`ValueInputs::unused`] lists them.
    ///
    /// # Errors
    /// [`ErrorKind::MissingColumn`]; [`ErrorKind::InvalidValue`], with column and row, for a customer who is
    /// missing or stood in an earlier row, and for a figure that is no finite number or outside the range of
    /// its input; [`ErrorKind::AmbiguousNumbers`] where texts do not tell a decimal point from a decimal
    /// comma.
    pub fn from_table(table: &Table, customer: &str) -> Result<ValueInputs> {
        let (customers, rows) = rows_of(table, customer)?;
        let mut inputs = ValueInputs::new(customers.clone());
        for input in ValueInput::ALL {
            let Some(column) = table.find(input.name()) else { continue };
            inputs = inputs.with(input, &customers, &figures(table, input, column, &rows)?)?;
        }
        let known = |name: &str| name == customer || ValueInput::ALL.iter().any(|input| input.name() == name);
        let names = table.columns().iter().map(Column::name);
        inputs.unused = names.filter(|name| !known(name)).map(str::to_owned).collect();
        Ok(inputs)
    }

    /// [`ValueInputs::with`] of a column of a table with one row per customer.
    ///
    /// # Errors
    /// As [`ValueInputs::from_table`]; [`ErrorKind::MissingColumn`] also for the figure.
    pub fn with_column(
        self,
        input: ValueInput,
        table: &Table,
        value: &str,
        customer: &str,
    ) -> Result<ValueInputs> {
        let (customers, rows) = rows_of(table, customer)?;
        self.with(input, &customers, &figures(table, input, table.column(value)?, &rows)?)
    }

    /// The customers.
    pub fn customers(&self) -> &Keys {
        &self.customers
    }

    /// The figures given.
    pub fn inputs(&self) -> impl Iterator<Item = ValueInput> + '_ {
        self.columns.iter().map(|&(input, _)| input)
    }

    /// A figure of each customer; `None` when it was not given.
    pub fn values(&self, input: ValueInput) -> Option<&[Option<f64>]> {
        self.columns.iter().find(|&&(other, _)| other == input).map(|(_, values)| &values[..])
    }

    /// Columns of the table read that are called like no figure.
    pub fn unused(&self) -> &[String] {
        &self.unused
    }

    /// Values left out, because their customers are not among the inputs.
    pub fn unmatched(&self) -> usize {
        self.unmatched
    }
}

/// A name that no column of customers has.
const ROW: &str = "row of the table";

/// The customers of a table, and the row of each.
fn rows_of(table: &Table, customer: &str) -> Result<(Keys, Vec<usize>)> {
    let numbers = Column::ints(ROW, (0..table.n_rows() as i64).collect());
    let rows = Table::new(table.name(), vec![table.column(customer)?.clone(), numbers])?;
    let rows = Features::from_table(&rows, &[ROW], Some(customer))?;
    let customers = rows.customers().cloned().unwrap_or_default();
    Ok((customers, rows.values().iter().map(|&row| row as usize).collect()))
}

/// The figures of a column at these rows; the first row of the table that is wrong is an error.
fn figures(table: &Table, input: ValueInput, column: &Column, rows: &[usize]) -> Result<Vec<Option<f64>>> {
    let reading = column.read_numbers(table)?;
    let figure = |row: usize| match reading.get(row) {
        Cell::Missing => Ok(None),
        Cell::Value(value) if in_range(input, value) => Ok(Some(value)),
        _ => {
            let got = match column.values() {
                Values::Text(_) => column.show(row).map(|text| masked(&text)),
                _ => column.show(row).map(|text| text.into_owned()),
            };
            Err(wrong(table.name(), input, column.name(), table.row_number(row), got.unwrap_or_default()))
        }
    };
    let all = (0..table.n_rows()).map(figure).collect::<Result<Vec<Option<f64>>>>()?;
    Ok(rows.iter().map(|&row| all.get(row).copied().flatten()).collect())
}

/// NaN and infinity are in no range.
fn in_range(input: ValueInput, value: f64) -> bool {
    let (least, greatest) = input.range();
    (least..=greatest).contains(&value)
}

fn wrong(table: &str, input: ValueInput, column: &str, row: u64, got: String) -> Error {
    let (table, column, must_be) = (table.to_owned(), column.to_owned(), input.rule().to_owned());
    ErrorKind::InvalidValue { table, column, row, must_be, got }.into()
}

impl ToTable for ValueInputs {
    fn to_table(&self) -> Table {
        let column = |(input, values): &(ValueInput, Vec<Option<f64>>)| {
            Column::floats(input.name(), values.iter().map(|value| value.unwrap_or(f64::NAN)).collect())
        };
        let customer = std::iter::once(Column::keys("customer", &self.customers));
        Table::of("value_inputs", customer.chain(self.columns.iter().map(column)).collect())
    }
}
