//! Tables from and to Arrow record batches.

mod decimal;
mod incoming;
mod outgoing;
mod texts;

pub(crate) use incoming::{Incoming, Unfit, floats, times, whole_numbers};
pub(crate) use outgoing::Outgoing;

use super::table::Table;
use crate::error::{Error, ErrorKind, Result};
use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_schema::{ArrowError, Schema};

impl Table {
    /// A table out of record batches of one schema. The values are copied.
    ///
    /// Taken are text (`Utf8`, `LargeUtf8`, `Utf8View`), integers, floats, decimals (as `f64`), truth values,
    /// dates and timestamps, and dictionaries of all these; a timestamp without time zone is UTC. NaN is
    /// missing.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidColumn`] for a column of another type (leave it out with
    /// [`Table::from_batch_reader`]), [`ErrorKind::InvalidValue`] for a number or moment out of range,
    /// [`ErrorKind::Incompatible`] for batches of different schemas.
    ///
    /// ```
    /// use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
    /// use crm_mining::data::Table;
    /// use std::sync::Arc;
    ///
    /// let customer: ArrayRef = Arc::new(StringArray::from(vec![Some("00123"), None]));
    /// let units: ArrayRef = Arc::new(Int64Array::from(vec![2, 4]));
    /// let batch = RecordBatch::try_from_iter([("customer", customer), ("units", units)]).unwrap();
    /// let table = Table::from_batches("orders", &[batch.clone()])?;
    /// assert_eq!(table.column("customer")?.show(0).as_deref(), Some("00123"));
    /// assert_eq!(table.to_batch()?.columns(), batch.columns());
    /// # Ok::<(), crm_mining::Error>(())
    /// ```
    pub fn from_batches(name: &str, batches: &[RecordBatch]) -> Result<Table> {
        let schema = batches.first().map_or_else(|| Schema::empty().into(), RecordBatch::schema);
        let mut incoming = Incoming::new(name, &schema, None)?;
        batches.iter().try_for_each(|batch| incoming.add(batch))?;
        incoming.finish()
    }

    /// A table out of a stream of record batches, of all columns or of the `columns` named.
    ///
    /// # Errors
    /// As [`Table::from_batches`]; [`ErrorKind::MissingColumn`]; [`ErrorKind::Malformed`] when the stream
    /// breaks off.
    pub fn from_batch_reader(
        name: &str,
        batches: impl RecordBatchReader,
        columns: Option<&[&str]>,
    ) -> Result<Table> {
        let mut incoming = Incoming::new(name, &batches.schema(), columns)?;
        for batch in batches {
            incoming.add(&batch.map_err(|error| arrow_error(name, error))?)?;
        }
        incoming.finish()
    }

    /// The table as one record batch, for those who work with numbers and moments.
    ///
    /// A text column of a file leaves as what it was found to say (see [`Column::found`]) when every value says
    /// it: `Int64`, `Float64`, or a `Timestamp` in microseconds without time zone; signs for missing such as
    /// `NA` become nulls. Other text becomes `Utf8` (`LargeUtf8` from 2 GiB on): codes such as `00123`, dates of
    /// which one is none, and text that came from Arrow or from a program.
    ///
    /// [`Column::found`]: crate::data::Column::found
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`] if Arrow refuses it, which no table built by this library makes it do.
    pub fn to_batch(&self) -> Result<RecordBatch> {
        Outgoing::new(self).rows(0..self.n_rows())
    }
}

/// What Arrow said, at this place.
pub(crate) fn arrow_error(place: &str, error: ArrowError) -> Error {
    let rule = "must be sound Arrow data".to_owned();
    ErrorKind::Malformed { place: place.to_owned(), rule, found: error.to_string() }.into()
}
