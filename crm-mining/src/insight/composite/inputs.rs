//! The figures of customers that a composite value is made of.

use super::input::ValueInput;
use crate::data::{Column, Features, Keys, Table, ToTable, Values};
use crate::error::{ErrorKind, Result};

/// Figures per customer, one column per [`ValueInput`], of which any may be missing for any customer.
///
/// Missing must be said, by `None`; NaN and infinity are refused, and so is a value outside the range of its input.
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
}

impl ValueInputs {
    /// These customers, of whom nothing is known yet.
    pub fn new(customers: Keys) -> ValueInputs {
        ValueInputs { customers, columns: Vec::new(), unmatched: 0 }
    }

    /// One figure more, of customers that are matched by their keys. A figure given before is replaced; those of
    /// customers who are not among the inputs are left out and counted.
    ///
    /// # Errors
    /// [`ErrorKind::LengthMismatch`]; [`ErrorKind::InvalidValue`], with column and row, for a value that is not finite
    /// or outside the range of the input.
    pub fn with(mut self, input: ValueInput, customers: &Keys, values: &[Option<f64>]) -> Result<ValueInputs> {
        if customers.len() != values.len() {
            let (a_len, b_len) = (customers.len(), values.len());
            let (a, b) = ("customers", "values");
            return Err(ErrorKind::LengthMismatch { of: "ValueInputs", a, a_len, b, b_len }.into());
        }
        let (least, greatest) = input.range();
        let is_wrong = |value: &Option<f64>| value.is_some_and(|value| !(least..=greatest).contains(&value));
        if let Some((row, value)) = values.iter().enumerate().find(|(_, value)| is_wrong(value)) {
            return Err(ErrorKind::InvalidValue {
                table: "ValueInputs".into(),
                column: input.name().into(),
                row: row as u64 + 1,
                must_be: input.rule().into(),
                got: value.map_or_else(String::new, |value| value.to_string()),
            }
            .into());
        }
        let mut column = vec![None; self.customers.len()];
        for (key, value) in customers.iter().zip(values) {
            let place = match (key, self.customers.are_integers()) {
                (crate::data::Key::Int(_), true) | (crate::data::Key::Text(_), false) => {
                    self.customers.position_of(key)
                }
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

    /// The figures of a table with one row per customer: the customers in the column of this name, and every column
    /// called like a [`ValueInput`]. Other columns are not looked at.
    ///
    /// # Errors
    /// [`ErrorKind::MissingColumn`]; [`ErrorKind::InvalidValue`] for a customer who is missing or stood in an earlier
    /// row, and as [`ValueInputs::with`]; [`ErrorKind::InvalidColumn`] for a figure that is no column of numbers.
    pub fn from_table(table: &Table, customer: &str) -> Result<ValueInputs> {
        let order = Table::new(table.name(), vec![table.column(customer)?.clone(), row_numbers(table)])?;
        let rows = Features::from_table(&order, &[ROW], Some(customer))?;
        let customers = rows.customers().cloned().unwrap_or_default();
        let rows: Vec<usize> = rows.values().iter().map(|&row| row as usize).collect();
        let mut inputs = ValueInputs::new(customers.clone());
        for input in ValueInput::ALL {
            let Some(column) = table.find(input.name()) else { continue };
            let values: Vec<Option<f64>> = rows.iter().map(|&row| number(column, row)).collect();
            let numeric = matches!(column.values(), Values::Int(..) | Values::Float(_));
            if !numeric {
                let (table, column) = (table.name().to_owned(), column.name().to_owned());
                let (must_be, got) = ("numbers".to_owned(), "another type".to_owned());
                return Err(ErrorKind::InvalidColumn { table, column, must_be, got }.into());
            }
            inputs = inputs.with(input, &customers, &values)?;
        }
        Ok(inputs)
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

    /// Values left out, because their customers are not among the inputs.
    pub fn unmatched(&self) -> usize {
        self.unmatched
    }
}

/// A name that no column of figures has.
const ROW: &str = "row of the table";

fn row_numbers(table: &Table) -> Column {
    Column::ints(ROW, (0..table.n_rows() as i64).collect())
}

/// The number in a row, if it is there.
fn number(column: &Column, row: usize) -> Option<f64> {
    if column.is_missing(row) {
        return None;
    }
    match column.values() {
        Values::Int(values, _) => values.get(row).map(|&value| value as f64),
        Values::Float(values) => values.get(row).copied(),
        _ => None,
    }
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
