//! Columns into record batches.

use super::arrow_error;
use crate::data::bitmap::Bitmap;
use crate::data::column::{Column, Values};
use crate::data::table::Table;
use crate::data::text::Text;
use crate::error::Result;
use arrow_array::builder::GenericStringBuilder;
use arrow_array::types::{ArrowPrimitiveType, Float64Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{ArrayRef, BooleanArray, OffsetSizeTrait, PrimitiveArray, RecordBatch, RecordBatchOptions};
use arrow_buffer::{BooleanBuffer, NullBuffer};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef, TimeUnit};
use std::ops::Range;
use std::sync::Arc;

/// A table on its way to Arrow, whole or some rows at a time.
pub(crate) struct Outgoing<'a> {
    table: &'a Table,
    schema: SchemaRef,
}

impl<'a> Outgoing<'a> {
    pub(crate) fn new(table: &'a Table) -> Outgoing<'a> {
        let field = |column: &Column| Field::new(column.name(), data_type(column), true);
        let fields: Vec<Field> = table.columns().iter().map(field).collect();
        Outgoing { table, schema: Arc::new(Schema::new(fields)) }
    }

    #[cfg(feature = "parquet")]
    pub(crate) fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    /// These rows as a batch.
    pub(crate) fn rows(&self, rows: Range<usize>) -> Result<RecordBatch> {
        let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
        let columns = self.table.columns().iter().zip(self.schema.fields());
        columns
            .map(|(column, field)| array(column, field.data_type(), rows.clone()))
            .collect::<Result<Vec<_>, ArrowError>>()
            .and_then(|columns| RecordBatch::try_new_with_options(self.schema.clone(), columns, &options))
            .map_err(|error| arrow_error(self.table.name(), error))
    }
}

fn data_type(column: &Column) -> DataType {
    match column.values() {
        Values::Text(text) if text_bytes(text) > i32::MAX as u64 => DataType::LargeUtf8,
        Values::Text(_) => DataType::Utf8,
        Values::Int(..) => DataType::Int64,
        Values::Float(_) => DataType::Float64,
        Values::Time(..) => DataType::Timestamp(TimeUnit::Microsecond, None),
        Values::Bool(..) => DataType::Boolean,
    }
}

fn text_bytes(text: &Text) -> u64 {
    let length = |code: &u32| text.distinct().get(*code as usize).map_or(0, str::len) as u64;
    text.codes().iter().map(length).sum()
}

fn array(column: &Column, data_type: &DataType, rows: Range<usize>) -> Result<ArrayRef, ArrowError> {
    Ok(match column.values() {
        Values::Text(text) if *data_type == DataType::LargeUtf8 => strings::<i64>(text, rows),
        Values::Text(text) => strings::<i32>(text, rows),
        Values::Int(values, present) => primitives::<Int64Type>(values, nulls(present, &rows), rows)?,
        Values::Float(values) => {
            let values = values.get(rows.clone()).unwrap_or_default();
            let present: NullBuffer =
                values.iter().map(|value| !value.is_nan()).collect::<Vec<bool>>().into();
            primitives::<Float64Type>(values, Some(present), 0..rows.len())?
        }
        Values::Time(values, present) => {
            primitives::<TimestampMicrosecondType>(values, nulls(present, &rows), rows)?
        }
        Values::Bool(values, present) => {
            let bits = BooleanBuffer::collect_bool(rows.len(), |row| values.get(rows.start + row));
            Arc::new(BooleanArray::new(bits, nulls(present, &rows)))
        }
    })
}

fn nulls(present: &Option<Bitmap>, rows: &Range<usize>) -> Option<NullBuffer> {
    let present = present.as_ref()?;
    Some(NullBuffer::new(BooleanBuffer::collect_bool(rows.len(), |row| present.get(rows.start + row))))
}

fn primitives<T: ArrowPrimitiveType>(
    values: &[T::Native],
    nulls: Option<NullBuffer>,
    rows: Range<usize>,
) -> Result<ArrayRef, ArrowError> {
    let values = values.get(rows).unwrap_or_default().to_vec();
    let nulls = nulls.filter(|nulls| nulls.null_count() > 0);
    Ok(Arc::new(PrimitiveArray::<T>::try_new(values.into(), nulls)?))
}

fn strings<O: OffsetSizeTrait>(text: &Text, rows: Range<usize>) -> ArrayRef {
    let mut builder = GenericStringBuilder::<O>::with_capacity(rows.len(), rows.len() * 8);
    for &code in text.codes().get(rows).unwrap_or_default() {
        builder.append_option(text.distinct().get(code as usize));
    }
    Arc::new(builder.finish())
}
