//! Rows out of Arrow record batches, lent where their types allow.

use super::PurchaseCounting;
use super::rows::{Piece, PurchaseCustomers, PurchaseRows, PurchaseTimes, Source};
use crate::data::arrow::{Incoming, Unfit, floats, times, whole_numbers};
use crate::data::column::Column;
use crate::data::day::Day;
use crate::data::roles::Roles;
use crate::data::table::Table;
use crate::error::{ErrorKind, Result};
use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Float64Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, Schema, TimeUnit};
use std::borrow::Cow;

/// Where customers, times and amounts stand in batches whose rows can be counted as they are.
struct Places {
    customer: usize,
    time: usize,
    amount: usize,
    /// What messages call them.
    names: [String; 3],
}

impl PurchaseCounting {
    /// The rows of record batches of one schema, for this counting: columns it has no use for are not looked at. Roles are
    /// found by the usual column names where they are not named (see [`Roles`]).
    ///
    /// Customers of type `Int64`, times of type `Timestamp` in microseconds and amounts of type `Float64` without a null
    /// are lent, not copied; a timestamp without time zone is UTC. A `Date32` is a day of the business time zone. Other
    /// integers, moments and numbers are copied; text, amounts out of quantity and price, and orders where they are the
    /// unit, go through a [`Table`].
    ///
    /// # Errors
    /// As [`PurchaseRows::from_table`]; [`ErrorKind::InvalidColumn`] and [`ErrorKind::Incompatible`] as
    /// [`Table::from_batches`].
    ///
    /// # Example
    /// ```
    /// use arrow_array::{ArrayRef, Date32Array, Float64Array, Int64Array, RecordBatch};
    /// use crm_mining::data::{Day, PurchaseCounting, Roles};
    /// use std::sync::Arc;
    ///
    /// let customer: ArrayRef = Arc::new(Int64Array::from(vec![7, 7, 9]));
    /// let day: ArrayRef = Arc::new(Date32Array::from(vec![19_000, 19_020, 19_001]));
    /// let amount: ArrayRef = Arc::new(Float64Array::from(vec![4.5, 8.0, 3.0]));
    /// let batch = RecordBatch::try_from_iter([("customer", customer), ("date", day), ("amount", amount)]).unwrap();
    ///
    /// let counting = PurchaseCounting::default();
    /// let batches = [batch];
    /// let rows = counting.rows_of_batches("sales", &batches, &Roles::default())?;
    /// let counted = counting.count(rows, Day::from_number(19_030))?;
    /// assert_eq!((counted.summary.frequency(), counted.summary.monetary()), (&[1.0, 0.0][..], &[8.0, 0.0][..]));
    /// # Ok::<(), crm_mining::Error>(())
    /// ```
    pub fn rows_of_batches<'a>(
        &self,
        name: &str,
        batches: &'a [RecordBatch],
        roles: &Roles,
    ) -> Result<PurchaseRows<'a>> {
        let schema = batches.first().map_or_else(|| Schema::empty().into(), RecordBatch::schema);
        let fields = schema.fields();
        let columns = fields.iter().map(|field| Column::floats(field.name(), Vec::new())).collect();
        let empty = Table::new(name, columns)?;
        let roles = self.roles_used(&empty, roles)?;
        if let Some(places) = places(&schema, &roles) {
            return lent(name, batches, &places);
        }
        let used =
            [&roles.customer, &roles.time, &roles.order, &roles.quantity, &roles.unit_price, &roles.amount];
        let mut wanted: Vec<&str> = used.into_iter().flatten().map(String::as_str).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let mut incoming = Incoming::new(name, &schema, Some(&wanted))?;
        batches.iter().try_for_each(|batch| incoming.add(batch))?;
        PurchaseRows::from_table(&incoming.finish()?, &roles)
    }
}

/// Where the columns stand that can be counted as they are; `None` when there are others.
fn places(schema: &Schema, roles: &Roles) -> Option<Places> {
    if roles.order.is_some() || roles.quantity.is_some() {
        return None;
    }
    let amount = roles.amount.as_ref().or(roles.unit_price.as_ref())?;
    let names = [roles.customer.clone()?, roles.time.clone()?, amount.clone()];
    let [customer, time, amount] = &names;
    let place = |name: &str, fits: fn(&DataType) -> bool| {
        schema.fields().iter().position(|field| field.name() == name && fits(field.data_type()))
    };
    let (customer, time, amount) = (
        place(customer, DataType::is_integer)?,
        place(time, |of| matches!(of, DataType::Date32 | DataType::Date64 | DataType::Timestamp(..)))?,
        place(amount, |of| of.is_floating() || of.is_decimal())?,
    );
    Some(Places { customer, time, amount, names })
}

/// The batches as they are, each a piece.
fn lent<'a>(name: &str, batches: &'a [RecordBatch], places: &Places) -> Result<PurchaseRows<'a>> {
    let [customer, time, amount] = &places.names;
    let mut before = 0;
    let mut pieces = Vec::with_capacity(batches.len());
    for batch in batches {
        let refused = |column: &str| {
            let (table, column) = (name.to_owned(), column.to_owned());
            move |Unfit { row, must_be, got }: Unfit| -> crate::Error {
                let row = (before + row) as u64 + 1;
                let (must_be, got) = (must_be.to_owned(), got.to_owned());
                ErrorKind::InvalidValue { table, column, row, must_be, got }.into()
            }
        };
        let array = |place: usize, column: &str| {
            batch.columns().get(place).ok_or_else(|| -> crate::Error {
                let found = batch.schema().fields().iter().map(|field| field.name().clone()).collect();
                ErrorKind::MissingColumn { table: name.to_owned(), column: format!("{column:?}"), found }
                    .into()
            })
        };
        pieces.push(Piece {
            customers: customers_of(array(places.customer, customer)?).map_err(refused(customer))?,
            times: times_of(array(places.time, time)?).map_err(refused(time))?,
            amounts: amounts_of(array(places.amount, amount)?),
            orders: None,
        });
        before += batch.num_rows();
    }
    PurchaseRows::of(pieces, Source { table: name.to_owned(), amount: amount.clone(), numbers: None })
}

fn customers_of(array: &ArrayRef) -> Result<PurchaseCustomers<'_>, Unfit> {
    Ok(PurchaseCustomers::Ids(match array.data_type() {
        DataType::Int64 if array.null_count() == 0 => {
            Cow::Borrowed(array.as_primitive::<Int64Type>().values())
        }
        _ => Cow::Owned(whole_numbers(array)?),
    }))
}

fn times_of(array: &ArrayRef) -> Result<PurchaseTimes<'_>, Unfit> {
    Ok(match array.data_type() {
        DataType::Timestamp(TimeUnit::Microsecond, _) if array.null_count() == 0 => {
            PurchaseTimes::Micros(Cow::Borrowed(array.as_primitive::<TimestampMicrosecondType>().values()))
        }
        DataType::Date32 if array.null_count() == 0 => {
            let days = array.as_primitive::<Date32Type>().values();
            PurchaseTimes::Days(days.iter().map(|&day| Day::from_number(day)).collect())
        }
        _ => PurchaseTimes::Micros(Cow::Owned(times(array)?)),
    })
}

fn amounts_of(array: &ArrayRef) -> Cow<'_, [f64]> {
    match array.data_type() {
        DataType::Float64 if array.null_count() == 0 => {
            Cow::Borrowed(array.as_primitive::<Float64Type>().values())
        }
        _ => Cow::Owned(floats(array)),
    }
}
