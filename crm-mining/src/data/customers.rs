//! What is known of each customer beside purchases.

use super::column::Column;
use super::csr::group_positions;
use super::keys::Keys;
use super::roles::{Roles, needed};
use super::table::{Table, ToTable};
use super::text::Text;
use crate::error::Result;

/// One row of attributes per customer, such as name or country.
///
/// Where a source has several rows of a customer, the last present value of each column counts, in row
/// order. Rows without a customer are left out and counted.
///
/// ```
/// use crm_mining::data::{Column, Customers, Roles, Table};
///
/// let table = Table::new("crm", vec![
///     Column::text("customer", [Some("b"), Some("a"), Some("b"), None]),
///     Column::text("name", [Some("null"), Some("=1+1"), None, Some("?")]),
/// ])?;
/// let customers = Customers::from_table(&table, &Roles::default(), &["name"])?;
/// assert_eq!(customers.attribute("name", 1).as_deref(), Some("null"));
/// assert_eq!(customers.left_out(), 1);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Customers {
    keys: Keys,
    attributes: Table,
    left_out: usize,
}

impl Customers {
    /// The named attributes of every customer in the table.
    ///
    /// # Errors
    /// [`MissingColumn`](crate::ErrorKind::MissingColumn) for the customer or an attribute.
    pub fn from_table(table: &Table, roles: &Roles, attributes: &[&str]) -> Result<Customers> {
        let customer = needed(table, &roles.detect(table).customer, "customer")?;
        let (keys, codes) = customer.identities();
        let rows = group_positions(&codes, keys.len());
        let mut columns = Vec::with_capacity(attributes.len());
        for name in attributes {
            let column = table.column(name)?;
            let last = rows.rows().map(|rows| {
                let present = rows.iter().rev().find(|&&row| !column.is_missing(row as usize));
                present.and_then(|&row| column.show(row as usize))
            });
            columns.push(Column::text(*name, last));
        }
        let left_out = codes.iter().filter(|&&code| code == Text::MISSING).count();
        Ok(Customers { keys, attributes: Table::new(table.name(), columns)?, left_out })
    }

    /// The customers.
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// The attributes, one row per customer.
    pub fn attributes(&self) -> &Table {
        &self.attributes
    }

    /// An attribute of the customer at this position; `None` when unknown.
    pub fn attribute(&self, name: &str, customer: usize) -> Option<String> {
        Some(self.attributes.find(name)?.show(customer)?.into_owned())
    }

    /// Rows left out, because they name no customer.
    pub fn left_out(&self) -> usize {
        self.left_out
    }
}

impl ToTable for Customers {
    fn to_table(&self) -> Table {
        let key = std::iter::once(Column::keys("customer", &self.keys));
        Table::of("customers", key.chain(self.attributes.columns().iter().cloned()).collect())
    }
}
