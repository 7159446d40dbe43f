//! What a file's columns are when they leave for Arrow, however they were held.
#![cfg(feature = "arrow")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, TimeUnit};
use crm_mining::prepare::CsvReader;

/// Every value of some columns differs from row to row: of many rows they are held as numbers and moments.
fn batch(rows: usize) -> RecordBatch {
    let mut csv = "id,code,amount,ratio,day,moment,local,note,gap\n".to_owned();
    for row in 0..rows {
        let (day, second) = (row % 28 + 1, row % 60);
        let gap = if row % 2 == 0 { "NA".to_owned() } else { row.to_string() };
        csv.push_str(&format!(
            "{row},{row:07},{row}.{:02},{:?},2024-02-{day:02},2024-02-{day:02} 10:{:02}:{second:02},{day}/2/2024,n{row},{gap}\n",
            row % 100,
            row as f64 / 8.0,
            row / 60 % 60,
        ));
    }
    CsvReader::default().read_bytes("x", csv.as_bytes()).unwrap().table.to_batch().unwrap()
}

#[test]
fn types_by_what_every_value_says() {
    let (few, many) = (batch(1_000), batch(70_000));
    assert_eq!(few.schema(), many.schema());
    let moment = DataType::Timestamp(TimeUnit::Microsecond, None);
    let types: Vec<DataType> = many.schema().fields().iter().map(|field| field.data_type().clone()).collect();
    let (int, float, text) = (DataType::Int64, DataType::Float64, DataType::Utf8);
    let expected = [&int, &text, &float, &float, &moment, &moment, &moment, &text, &int];
    assert_eq!(types.iter().collect::<Vec<_>>(), expected);
    for (a, b) in few.columns().iter().zip(many.columns()) {
        assert_eq!(a.to_data(), b.slice(0, few.num_rows()).to_data());
    }
    assert_eq!(many.column(0).as_primitive::<Int64Type>().value(69_999), 69_999);
    assert_eq!(many.column(1).as_string::<i32>().value(123), "0000123");
    assert_eq!(many.column(2).as_primitive::<Float64Type>().value(7), 7.07);
    let fourth = many.column(6).as_primitive::<TimestampMicrosecondType>().value(3);
    assert_eq!(fourth, many.column(4).as_primitive::<TimestampMicrosecondType>().value(3));
    assert_eq!((many.column(8).null_count(), many.column(8).is_valid(1)), (35_000, true));
}
