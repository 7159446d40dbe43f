//! Record batches into columns.

use super::decimal;
use super::texts::Texts;
use crate::data::bitmap::Bitmap;
use crate::data::column::{Column, Values};
use crate::data::day::MICROS_PER_DAY;
use crate::data::memory::grown;
use crate::data::table::Table;
use crate::data::text::Text;
use crate::error::{ErrorKind, Result};
use arrow_array::cast::AsArray;
use arrow_array::types::*;
use arrow_array::{
    Array, ArrayRef, BooleanArray, PrimitiveArray, RecordBatch, downcast_dictionary_array,
    downcast_primitive_array,
};
use arrow_schema::{DataType, Schema, TimeUnit};
use rayon::prelude::*;
use std::sync::Arc;

/// The columns of record batches as they grow.
pub(crate) struct Incoming {
    table: String,
    columns: Vec<Growing>,
    rows: u64,
}

/// One column as it grows.
struct Growing {
    name: String,
    /// Where it stands in the batches.
    place: usize,
    from: DataType,
    values: Store,
}

enum Store {
    Text(Texts),
    Int(Vec<i64>, Presence),
    Float(Vec<f64>),
    Time(Vec<i64>, Presence),
    Bool(Bitmap, Presence),
}

/// Which values are present; no bitmap as long as all are.
#[derive(Default)]
struct Presence {
    bits: Option<Bitmap>,
    len: usize,
}

impl Presence {
    /// The bytes it takes with so many more rows.
    fn bytes_after(&self, rows: usize) -> usize {
        self.bits.as_ref().map_or(0, |bits| bits.bytes_after(rows))
    }

    fn push(&mut self, present: bool) {
        if !present && self.bits.is_none() {
            self.bits = Some(std::iter::repeat_n(true, self.len).collect());
        }
        if let Some(bits) = &mut self.bits {
            bits.push(present);
        }
        self.len += 1;
    }
}

/// Why a value could not be taken: its row in the batch, and the rule.
struct Refused(usize, &'static str);

impl Incoming {
    /// Gets ready for batches of this schema, to take all columns or those `selected`.
    pub(crate) fn new(table: &str, schema: &Schema, selected: Option<&[&str]>) -> Result<Incoming> {
        let fields = schema.fields();
        let places: Vec<usize> = match selected {
            None => (0..fields.len()).collect(),
            Some(names) => {
                let place = |name: &&str| {
                    fields.iter().position(|field| field.name() == name).ok_or_else(|| {
                        let found = fields.iter().map(|field| field.name().clone()).collect();
                        let (table, column) = (table.to_owned(), format!("{name:?}"));
                        crate::Error::from(ErrorKind::MissingColumn { table, column, found })
                    })
                };
                names.iter().map(place).collect::<Result<_>>()?
            }
        };
        let mut columns = Vec::with_capacity(places.len());
        for (place, field) in places.into_iter().filter_map(|place| Some((place, fields.get(place)?))) {
            let Some(values) = store(field.data_type()) else {
                return Err(ErrorKind::InvalidColumn {
                    table: table.to_owned(),
                    column: field.name().clone(),
                    must_be: "text, numbers, truth values or moments".to_owned(),
                    got: field.data_type().to_string(),
                }
                .into());
            };
            columns.push(Growing {
                name: field.name().clone(),
                place,
                from: field.data_type().clone(),
                values,
            });
        }
        Ok(Incoming { table: table.to_owned(), columns, rows: 0 })
    }

    /// Adds the rows of a batch.
    pub(crate) fn add(&mut self, batch: &RecordBatch) -> Result<()> {
        let rows = self.rows + batch.num_rows() as u64;
        let limit = u64::from(Text::MISSING) - 1;
        if rows > limit {
            let (place, setting) = (self.table.clone(), "several tables, whose ledgers merge");
            return Err(ErrorKind::LimitExceeded {
                place,
                of: "rows of one table",
                limit,
                needed: rows,
                setting,
            }
            .into());
        }
        let add = |column: &mut Growing| column.add(batch);
        let done: Vec<Result<(), Refusal>> = self.columns.par_iter_mut().map(add).collect();
        for (refused, column) in done.into_iter().zip(&self.columns) {
            refused.map_err(|refused| self.error(column, refused))?;
        }
        self.rows = rows;
        Ok(())
    }

    /// The bytes the columns take with the rows of a batch, and the batch itself.
    pub(crate) fn bytes_after(&self, batch: &RecordBatch) -> usize {
        let rows = batch.num_rows();
        let columns = self.columns.iter().map(|column| match &column.values {
            Store::Text(texts) => texts.bytes(),
            Store::Int(values, present) | Store::Time(values, present) => {
                grown(values, rows) + present.bytes_after(rows)
            }
            Store::Float(values) => grown(values, rows),
            Store::Bool(values, present) => values.bytes_after(rows) + present.bytes_after(rows),
        });
        columns.sum::<usize>() + batch.get_array_memory_size()
    }

    fn error(&self, column: &Growing, refusal: Refusal) -> crate::Error {
        match refusal {
            Refusal::Value(Refused(row, must_be)) => ErrorKind::InvalidValue {
                table: self.table.clone(),
                column: column.name.clone(),
                row: self.rows + row as u64 + 1,
                must_be: must_be.to_owned(),
                got: "one outside".to_owned(),
            },
            Refusal::Type(got) => ErrorKind::Incompatible {
                of: "Table::from_batches",
                what: "column types",
                a: format!("{:?} of type {}", column.name, column.from),
                b: got,
            },
        }
        .into()
    }

    /// The table.
    pub(crate) fn finish(self) -> Result<Table> {
        let column = |growing: Growing| {
            let values = match growing.values {
                Store::Text(texts) => Values::Text(texts.finish()),
                Store::Int(values, present) => Values::Int(values, present.bits),
                Store::Float(values) => Values::Float(values),
                Store::Time(values, present) => Values::Time(values, present.bits),
                Store::Bool(values, present) => Values::Bool(values, present.bits),
            };
            Column::new(growing.name, values)
        };
        Table::new(self.table, self.columns.into_iter().map(column).collect())
    }
}

enum Refusal {
    Value(Refused),
    Type(String),
}

/// What values of this type are kept in.
fn store(data_type: &DataType) -> Option<Store> {
    Some(match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Null => {
            Store::Text(Texts::default())
        }
        DataType::Dictionary(_, values) if !values.is_nested() => return store(values),
        DataType::Boolean => Store::Bool(Bitmap::default(), Presence::default()),
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => {
            Store::Time(Vec::new(), Presence::default())
        }
        integer if integer.is_integer() => Store::Int(Vec::new(), Presence::default()),
        number if number.is_floating() || number.is_decimal() => Store::Float(Vec::new()),
        _ => return None,
    })
}

impl Growing {
    fn add(&mut self, batch: &RecordBatch) -> Result<(), Refusal> {
        let array = match batch.columns().get(self.place) {
            Some(array) if *array.data_type() == self.from => array,
            Some(array) => return Err(Refusal::Type(array.data_type().to_string())),
            None => return Err(Refusal::Type("no column".to_owned())),
        };
        if let Store::Text(texts) = &mut self.values {
            texts.add(array);
            return Ok(());
        }
        let array = &decoded(array);
        match &mut self.values {
            Store::Text(_) => {}
            Store::Int(values, present) => add_integers(values, present, array).map_err(Refusal::Value)?,
            Store::Float(values) => add_floats(values, array),
            Store::Time(values, present) => add_times(values, present, array).map_err(Refusal::Value)?,
            Store::Bool(values, present) => {
                for value in array.as_boolean() {
                    values.push(value.unwrap_or(false));
                    present.push(value.is_some());
                }
            }
        }
        Ok(())
    }
}

/// The key of each row of a dictionary array.
pub(super) fn keys(array: &ArrayRef) -> Vec<Option<usize>> {
    let array = array.as_ref();
    downcast_dictionary_array!(array => array.keys_iter().collect(), _ => Vec::new())
}

/// A dictionary of numbers, moments or truth values written out; other arrays as they are.
fn decoded(array: &ArrayRef) -> ArrayRef {
    let Some(values) = array.as_any_dictionary_opt().map(|dictionary| dictionary.values()) else {
        return array.clone();
    };
    let keys = keys(array);
    let values = values.as_ref();
    downcast_primitive_array!(
        values => pick(values, &keys),
        DataType::Boolean => {
            let values = values.as_boolean();
            let value = |key: usize| (key < values.len() && values.is_valid(key)).then(|| values.value(key));
            let picked: BooleanArray = keys.iter().map(|key| key.and_then(value)).collect();
            Arc::new(picked)
        },
        _ => array.clone()
    )
}

fn pick<T: ArrowPrimitiveType>(values: &PrimitiveArray<T>, keys: &[Option<usize>]) -> ArrayRef {
    let value = |key: usize| (key < values.len() && values.is_valid(key)).then(|| values.value(key));
    let picked: PrimitiveArray<T> = keys.iter().map(|key| key.and_then(value)).collect();
    Arc::new(picked.with_data_type(values.data_type().clone()))
}

/// Adds values that always convert to `f64`.
fn add_floats(values: &mut Vec<f64>, array: &ArrayRef) {
    macro_rules! each {
        ($type:ty, $convert:expr) => {
            values.extend(array.as_primitive::<$type>().iter().map(|value| value.map_or(f64::NAN, $convert)))
        };
    }
    match *array.data_type() {
        DataType::Float16 => each!(Float16Type, |value| value.to_f64()),
        DataType::Float32 => each!(Float32Type, f64::from),
        DataType::Float64 => each!(Float64Type, |value| value),
        DataType::Decimal32(_, scale) => each!(Decimal32Type, |v| decimal::from_small(v.into(), scale)),
        DataType::Decimal64(_, scale) => each!(Decimal64Type, |v| decimal::from_small(v.into(), scale)),
        DataType::Decimal128(_, scale) => each!(Decimal128Type, |v| decimal::from_small(v, scale)),
        DataType::Decimal256(_, scale) => each!(Decimal256Type, |v| decimal::from_digits(v, scale)),
        _ => {}
    }
}

/// Why values cannot all be taken: the first row, the rule, what was found.
pub(crate) struct Unfit {
    pub(crate) row: usize,
    pub(crate) must_be: &'static str,
    pub(crate) got: &'static str,
}

/// The values of an array of integers, none of which may be missing.
pub(crate) fn whole_numbers(array: &ArrayRef) -> Result<Vec<i64>, Unfit> {
    all_present(|values, present| add_integers(values, present, array))
}

/// The values of an array of moments in microseconds, none of which may be missing.
pub(crate) fn times(array: &ArrayRef) -> Result<Vec<i64>, Unfit> {
    all_present(|values, present| add_times(values, present, array))
}

/// The values of an array of numbers; a missing one is NaN.
pub(crate) fn floats(array: &ArrayRef) -> Vec<f64> {
    let mut values = Vec::with_capacity(array.len());
    add_floats(&mut values, array);
    values
}

fn all_present(
    add: impl FnOnce(&mut Vec<i64>, &mut Presence) -> Result<(), Refused>,
) -> Result<Vec<i64>, Unfit> {
    let (mut values, mut present) = (Vec::new(), Presence::default());
    add(&mut values, &mut present).map_err(|Refused(row, must_be)| Unfit {
        row,
        must_be,
        got: "one outside",
    })?;
    match present.bits.and_then(|bits| (0..values.len()).find(|&row| !bits.get(row))) {
        Some(row) => Err(Unfit { row, must_be: "present", got: "nothing" }),
        None => Ok(values),
    }
}

/// Adds values whose conversion may leave the range of `i64`.
fn add_checked<T: ArrowPrimitiveType>(
    values: &mut Vec<i64>,
    present: &mut Presence,
    array: &PrimitiveArray<T>,
    must_be: &'static str,
    convert: impl Fn(T::Native) -> Option<i64>,
) -> Result<(), Refused> {
    values.reserve(array.len());
    for (row, value) in array.iter().enumerate() {
        present.push(value.is_some());
        values.push(match value {
            Some(value) => convert(value).ok_or(Refused(row, must_be))?,
            None => 0,
        });
    }
    Ok(())
}

fn add_integers(values: &mut Vec<i64>, present: &mut Presence, array: &ArrayRef) -> Result<(), Refused> {
    macro_rules! each {
        ($type:ty) => {
            add_checked(
                values,
                present,
                array.as_primitive::<$type>(),
                "a whole number below 2^63",
                |value| i64::try_from(value).ok(),
            )
        };
    }
    match array.data_type() {
        DataType::Int8 => each!(Int8Type),
        DataType::Int16 => each!(Int16Type),
        DataType::Int32 => each!(Int32Type),
        DataType::Int64 => each!(Int64Type),
        DataType::UInt8 => each!(UInt8Type),
        DataType::UInt16 => each!(UInt16Type),
        DataType::UInt32 => each!(UInt32Type),
        DataType::UInt64 => each!(UInt64Type),
        _ => Ok(()),
    }
}

fn add_times(values: &mut Vec<i64>, present: &mut Presence, array: &ArrayRef) -> Result<(), Refused> {
    macro_rules! each {
        ($type:ty, $convert:expr) => {
            add_checked(
                values,
                present,
                array.as_primitive::<$type>(),
                "a moment within 290,000 years",
                $convert,
            )
        };
    }
    match array.data_type() {
        DataType::Date32 => each!(Date32Type, |days| i64::from(days).checked_mul(MICROS_PER_DAY)),
        DataType::Date64 => each!(Date64Type, |millis| millis.checked_mul(1000)),
        DataType::Timestamp(unit, _) => match unit {
            TimeUnit::Second => each!(TimestampSecondType, |seconds| seconds.checked_mul(1_000_000)),
            TimeUnit::Millisecond => each!(TimestampMillisecondType, |millis| millis.checked_mul(1000)),
            TimeUnit::Microsecond => each!(TimestampMicrosecondType, Some),
            TimeUnit::Nanosecond => each!(TimestampNanosecondType, |nanos| Some(nanos.div_euclid(1000))),
        },
        _ => Ok(()),
    }
}
