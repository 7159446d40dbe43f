//! Columns into record batches.
//!
//! Text leaves as what it was found to say when every value says it: a column of a file is text here, while
//! those who take the batch expect numbers and moments. A sign for missing becomes a null. Codes such as
//! `00123`, and dates of which one is none, stay text.

use super::arrow_error;
use crate::data::bitmap::Bitmap;
use crate::data::column::{Column, Values};
use crate::data::parse::{Cell, Found, canonical_int, is_missing_marker};
use crate::data::reading::Reading;
use crate::data::table::Table;
use crate::data::text::Text;
use crate::error::Result;
use arrow_array::builder::GenericStringBuilder;
use arrow_array::types::{ArrowPrimitiveType, Float64Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, OffsetSizeTrait, PrimitiveArray, RecordBatch,
    RecordBatchOptions, TimestampMicrosecondArray,
};
use arrow_buffer::{BooleanBuffer, NullBuffer};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef, TimeUnit};
use std::ops::Range;
use std::sync::Arc;

/// A table on its way to Arrow, whole or some rows at a time.
pub(crate) struct Outgoing<'a> {
    table: &'a Table,
    schema: SchemaRef,
    said: Vec<Option<Said>>,
}

/// What each distinct text of a column says.
enum Said {
    Int(Vec<Option<i64>>),
    Float(Vec<Option<f64>>),
    Time(Vec<Option<i64>>),
}

impl<'a> Outgoing<'a> {
    pub(crate) fn new(table: &'a Table) -> Outgoing<'a> {
        let said: Vec<Option<Said>> = table.columns().iter().map(|column| Said::of(table, column)).collect();
        let field = |(column, said): (&Column, &Option<Said>)| {
            Field::new(column.name(), said.as_ref().map_or_else(|| data_type(column), Said::data_type), true)
        };
        let fields: Vec<Field> = table.columns().iter().zip(&said).map(field).collect();
        Outgoing { table, schema: Arc::new(Schema::new(fields)), said }
    }

    #[cfg(feature = "parquet")]
    pub(crate) fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    /// These rows as a batch.
    pub(crate) fn rows(&self, rows: Range<usize>) -> Result<RecordBatch> {
        let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
        let columns = self.table.columns().iter().zip(self.schema.fields()).zip(&self.said);
        columns
            .map(|((column, field), said)| match (said, column.values()) {
                (Some(said), Values::Text(text)) => Ok(said.array(text.codes().get(rows.clone()))),
                _ => array(column, field.data_type(), rows.clone()),
            })
            .collect::<Result<Vec<_>, ArrowError>>()
            .and_then(|columns| RecordBatch::try_new_with_options(self.schema.clone(), columns, &options))
            .map_err(|error| arrow_error(self.table.name(), error))
    }
}

impl Said {
    /// `None` when the column is no text, or a value of it says something else.
    fn of(table: &Table, column: &Column) -> Option<Said> {
        let Values::Text(text) = column.values() else { return None };
        match text.found() {
            Found::Text => None,
            Found::Int => {
                let read = |text: &str| match is_missing_marker(text) {
                    true => Some(None),
                    false => canonical_int(text).map(Some),
                };
                text.distinct().iter().map(read).collect::<Option<_>>().map(Said::Int)
            }
            Found::Float(_) => all_read(column.read_numbers(table).ok()?).map(Said::Float),
            Found::Time(_) | Found::Counted(_) => all_read(column.read_times()).map(Said::Time),
        }
    }

    fn data_type(&self) -> DataType {
        match self {
            Said::Int(_) => DataType::Int64,
            Said::Float(_) => DataType::Float64,
            Said::Time(_) => DataType::Timestamp(TimeUnit::Microsecond, None),
        }
    }

    fn array(&self, codes: Option<&[u32]>) -> ArrayRef {
        let codes = codes.unwrap_or_default().iter();
        fn at<T: Copy>(said: &[Option<T>]) -> impl Fn(&u32) -> Option<T> {
            move |&code| said.get(code as usize).copied().flatten()
        }
        match self {
            Said::Int(said) => Arc::new(codes.map(at(said)).collect::<Int64Array>()),
            Said::Float(said) => Arc::new(codes.map(at(said)).collect::<Float64Array>()),
            Said::Time(said) => Arc::new(codes.map(at(said)).collect::<TimestampMicrosecondArray>()),
        }
    }
}

/// What each distinct text says; `None` when one cannot be read.
fn all_read<T: Copy + PartialEq>(reading: Reading<'_, T>) -> Option<Vec<Option<T>>> {
    let Reading::Coded(_, cells) = reading else { return None };
    let value = |cell| match cell {
        Cell::Value(value) => Some(Some(value)),
        Cell::Missing => Some(None),
        Cell::Unreadable(_) => None,
    };
    cells.into_iter().map(value).collect()
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
