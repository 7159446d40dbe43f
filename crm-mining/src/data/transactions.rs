//! Order lines, typed and with dense numbers for customers, orders and items.

use super::column::Column;
use super::csr::{Csr, group_positions};
use super::day::Day;
use super::keys::Keys;
use super::parse::Cell;
use super::reading::Reading;
use super::roles::{Roles, needed, played};
use super::strings::Strings;
use super::table::Table;
use super::text::Text;
use crate::error::{ErrorKind, Result};
use crate::math::Exact;
use std::sync::Arc;

/// One order line, as a Rust program states it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Transaction<'a> {
    /// Who bought.
    pub customer: &'a str,
    /// When, in microseconds since 1970-01-01 UTC ([`Day::start_micros`] for a day).
    pub time: i64,
    /// In which order.
    pub order: &'a str,
    /// What.
    pub item: &'a str,
    /// How many; negative for a return.
    pub quantity: f64,
    /// What one of them cost.
    pub unit_price: f64,
}

/// Order lines: who, when, in which order, what, how many, for how much.
///
/// Customers, orders and items are [`Keys`]; each line names them by position. Lines keep the number of
/// their source row, so that every later figure can be traced to rows.
///
/// Build it from a cleaned [`Table`] ([`Transactions::from_table`]), from plain rows
/// ([`Transactions::from_rows`]) or from Arrow record batches (a [`Table`] is made of them first).
///
/// ```
/// use crm_mining::data::{Day, Transaction, Transactions};
///
/// let time = "2024-03-05".parse::<Day>()?.start_micros();
/// let line = Transaction { customer: "0042", time, order: "A1", item: "tea", quantity: 2.0, unit_price: 3.5 };
/// let orders = Transactions::from_rows([line])?;
/// assert_eq!(orders.customers().name(0), "0042");
/// assert_eq!(orders.amounts(), [7.0]);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Transactions {
    source: String,
    customers: Keys,
    customer: Vec<u32>,
    time: Vec<i64>,
    order: Option<(Keys, Vec<u32>)>,
    item: Option<(Keys, Vec<u32>)>,
    item_names: Option<Arc<Strings>>,
    quantity: Option<Vec<f64>>,
    amount: Vec<f64>,
    row: Option<Vec<u32>>,
}

impl Transactions {
    /// The largest quantity, price or amount that a line may have, in size.
    pub(crate) const LARGEST: f64 = 1e15;

    /// The lines of a table; roles are found by the usual column names (see [`Roles`]).
    ///
    /// # Errors
    /// As [`Transactions::with_roles`].
    pub fn from_table(table: &Table) -> Result<Transactions> {
        Transactions::with_roles(table, &Roles::default())
    }

    /// The lines of a table, with some roles named. Unnamed ones are found.
    ///
    /// Every line must be sound; a [`Cleaner`](crate::prepare::Cleaner) sets aside those that are not.
    ///
    /// # Errors
    /// A role without a column ([`ErrorKind::MissingColumn`]); a value that is missing, unreadable or not
    /// finite ([`ErrorKind::InvalidValue`]), with its row.
    pub fn with_roles(table: &Table, roles: &Roles) -> Result<Transactions> {
        let roles = roles.detect(table);
        let customer = needed(table, &roles.customer, "customer")?;
        let time = needed(table, &roles.time, "time")?;
        let (customers, customer) = every_identity(table, customer)?;
        let time = every_value(table, time, &time.read_times())?;
        let (quantity, amount) = amounts(table, &roles)?;
        let keyed = |name| -> Result<_> {
            played(table, name)?.map(|column| every_identity(table, column)).transpose()
        };
        let item = keyed(&roles.item)?;
        let item_names = match (&item, played(table, &roles.item_name)?) {
            (Some((keys, codes)), Some(names)) => Some(Arc::new(usual_names(keys.len(), codes, names))),
            _ => None,
        };
        Ok(Transactions {
            source: table.name().to_owned(),
            customers,
            customer,
            time,
            order: keyed(&roles.order)?,
            item,
            item_names,
            quantity,
            amount,
            row: Some((0..table.n_rows()).map(|row| table.row_number(row) as u32).collect()),
        })
    }

    /// The lines a Rust program states.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidValue`] for a quantity or price that is not finite.
    pub fn from_rows<'a>(rows: impl IntoIterator<Item = Transaction<'a>>) -> Result<Transactions> {
        let rows: Vec<Transaction<'a>> = rows.into_iter().collect();
        let text = |name: &str, get: fn(&Transaction<'a>) -> &'a str| {
            Column::text(name, rows.iter().map(get).map(Some))
        };
        let floats = |name: &str, get: fn(&Transaction<'a>) -> f64| {
            Column::floats(name, rows.iter().map(get).collect())
        };
        let table = Table::new(
            "rows",
            vec![
                text("customer", |row| row.customer),
                Column::times("time", rows.iter().map(|row| row.time).collect()),
                text("order", |row| row.order),
                text("item", |row| row.item),
                floats("quantity", |row| row.quantity),
                floats("unit_price", |row| row.unit_price),
            ],
        )?;
        Transactions::from_table(&table)
    }

    /// How many lines.
    pub fn len(&self) -> usize {
        self.customer.len()
    }

    /// Whether there is no line.
    pub fn is_empty(&self) -> bool {
        self.customer.is_empty()
    }

    /// What the source is called: a file name or a caller's word.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The customers.
    pub fn customers(&self) -> &Keys {
        &self.customers
    }

    /// The customer of each line.
    pub fn customer_of(&self) -> &[u32] {
        &self.customer
    }

    /// The moment of each line in UTC microseconds.
    pub fn times(&self) -> &[i64] {
        &self.time
    }

    /// The orders, and the order of each line; `None` when no column says.
    pub fn orders(&self) -> Option<(&Keys, &[u32])> {
        self.order.as_ref().map(|(keys, codes)| (keys, codes.as_slice()))
    }

    /// The items, and the item of each line; `None` when no column says.
    pub fn items(&self) -> Option<(&Keys, &[u32])> {
        self.item.as_ref().map(|(keys, codes)| (keys, codes.as_slice()))
    }

    /// What each item is most often called (ties: the first in order of text); `None` when no column says.
    pub fn item_names(&self) -> Option<&Arc<Strings>> {
        self.item_names.as_ref()
    }

    /// The quantity of each line; `None` when no column says.
    pub fn quantities(&self) -> Option<&[f64]> {
        self.quantity.as_deref()
    }

    /// The amount of each line.
    pub fn amounts(&self) -> &[f64] {
        &self.amount
    }

    /// The source row of a line, from 1.
    pub fn row_number(&self, line: usize) -> u64 {
        match &self.row {
            Some(rows) => rows.get(line).map_or(0, |&row| u64::from(row)),
            None => line as u64 + 1,
        }
    }

    /// The lines of each customer, in source order.
    pub fn by_customer(&self) -> Csr<u32> {
        group_positions(&self.customer, self.customers.len())
    }
}

impl Day {
    /// The first moment of the day, in UTC microseconds.
    pub fn start_micros(self) -> i64 {
        i64::from(self.number()) * super::day::MICROS_PER_DAY
    }
}

/// The quantity of each line, where a column says, and its amount.
fn amounts(table: &Table, roles: &Roles) -> Result<(Option<Vec<f64>>, Vec<f64>)> {
    let numbers = |column: &Column| {
        every_value(table, column, &column.read_numbers(table)?)
            .and_then(|values| summable(table, column, values))
    };
    let quantity = played(table, &roles.quantity)?.map(numbers).transpose()?;
    if let Some(column) = played(table, &roles.amount)? {
        return Ok((quantity, numbers(column)?));
    }
    let column = needed(table, &roles.unit_price, "amount (or unit_price)")?;
    let price = numbers(column)?;
    let amount = match &quantity {
        Some(quantity) => summable(table, column, price.iter().zip(quantity).map(|(p, q)| p * q).collect())?,
        None => price,
    };
    Ok((quantity, amount))
}

pub(super) fn every_identity(table: &Table, column: &Column) -> Result<(Keys, Vec<u32>)> {
    let (keys, codes) = column.identities();
    match codes.iter().position(|&code| code == Text::MISSING) {
        Some(row) => Err(invalid(table, column, row, "present", "nothing".into())),
        None => Ok((keys, codes)),
    }
}

pub(super) fn every_value<T: Copy + PartialEq>(
    table: &Table,
    column: &Column,
    reading: &Reading<'_, T>,
) -> Result<Vec<T>> {
    let mut values = Vec::with_capacity(column.len());
    for row in 0..column.len() {
        values.push(match reading.get(row) {
            Cell::Value(value) => value,
            Cell::Missing => return Err(invalid(table, column, row, "present", "nothing".into())),
            Cell::Unreadable(must_be) => return Err(unreadable(table, column, row, must_be)),
        });
    }
    Ok(values)
}

/// What a value says cannot be used; it is shown as its pattern.
pub(super) fn unreadable(table: &Table, column: &Column, row: usize, must_be: &str) -> crate::Error {
    let got = column.show(row).map_or_else(String::new, |text| crate::error::masked(&text));
    invalid(table, column, row, must_be, got)
}

/// The values, each finite and all of them small enough that no sum of them leaves the exact range.
fn summable(table: &Table, column: &Column, values: Vec<f64>) -> Result<Vec<f64>> {
    match values.iter().position(|value| value.is_nan() || value.abs() > Transactions::LARGEST) {
        Some(row) => {
            let got = values.get(row).map_or_else(String::new, f64::to_string);
            Err(invalid(table, column, row, "finite and at most 1e15 in size", got))
        }
        None if values.iter().map(|value| value.abs()).sum::<f64>() > Exact::LARGEST_SUM => {
            let got = values.iter().map(|value| value.abs()).sum();
            Err(ErrorKind::Overflow { of: "the sum of a column", got, limit: Exact::LARGEST_SUM }.into())
        }
        None => Ok(values),
    }
}

fn invalid(table: &Table, column: &Column, row: usize, must_be: &str, got: String) -> crate::Error {
    ErrorKind::InvalidValue {
        table: table.name().to_owned(),
        column: column.name().to_owned(),
        row: table.row_number(row),
        must_be: must_be.to_owned(),
        got,
    }
    .into()
}

/// The most frequent name of each item, the first in order of text among equals.
fn usual_names(n_items: usize, item: &[u32], names: &Column) -> Strings {
    let (keys, name) = names.identities();
    let lines = group_positions(item, n_items);
    let mut seen: Vec<u32> = Vec::new();
    let usual = lines.rows().map(|lines| {
        seen.clear();
        seen.extend(
            lines.iter().filter_map(|&line| name.get(line as usize)).filter(|&&name| name != Text::MISSING),
        );
        seen.sort_unstable();
        let most = seen.chunk_by(|a, b| a == b).rev().max_by_key(|run| run.len());
        most.and_then(<[u32]>::first)
            .map_or_else(String::new, |&name| keys.name(name as usize).trim().to_owned())
    });
    usual.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(amount: Vec<f64>) -> Table {
        let customers = ["00123", "123", "0123"];
        Table::new(
            "t",
            vec![
                Column::text("Customer ID", customers.map(Some)),
                Column::times("Date", vec![0; 3]),
                Column::floats("Amount", amount),
            ],
        )
        .unwrap()
    }

    #[test]
    fn three_customers_and_roles_found() {
        let orders = Transactions::from_table(&table(vec![1.0, 2.0, 3.0])).unwrap();
        assert_eq!(orders.customers().len(), 3);
        assert!(orders.orders().is_none());
    }

    #[test]
    fn unsound_lines_are_named() {
        for (bad, found) in [(f64::NAN, "nothing"), (f64::INFINITY, "inf")] {
            let error = Transactions::from_table(&table(vec![1.0, bad, 3.0])).unwrap_err();
            assert!(
                matches!(error.kind(), ErrorKind::InvalidValue { row: 2, got, .. } if got == found),
                "{error}"
            );
        }
    }

    #[test]
    fn usual_name_prefers_frequency_then_order() {
        let names = Column::text("n", [Some("b"), Some("a"), Some("b"), Some("d"), Some("c"), None]);
        let usual = usual_names(2, &[0, 0, 0, 1, 1, 1], &names);
        assert_eq!(usual.iter().collect::<Vec<_>>(), ["b", "c"]);
    }
}
