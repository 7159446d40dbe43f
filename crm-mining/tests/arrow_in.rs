//! What comes in by Arrow: dictionaries of every type, and text in long columns and many pieces, coded as
//! row by row.
#![cfg(feature = "arrow")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use arrow_array::types::{Int8Type, Int32Type};
use arrow_array::{
    ArrayRef, BooleanArray, DictionaryArray, Int8Array, Int32Array, Int64Array, LargeStringArray,
    RecordBatch, StringArray, StringViewArray, TimestampSecondArray, UInt64Array,
};
use crm_mining::ErrorKind;
use crm_mining::data::{Column, Table, Values};
use std::sync::Arc;

fn table(arrays: impl IntoIterator<Item = ArrayRef>) -> crm_mining::Result<Table> {
    let batches: Vec<RecordBatch> =
        arrays.into_iter().map(|array| RecordBatch::try_from_iter([("c", array)]).unwrap()).collect();
    Table::from_batches("t", &batches)
}

fn shown(table: &Table) -> Vec<Option<String>> {
    let column = &table.columns()[0];
    (0..column.len()).map(|row| column.show(row).map(|value| value.into_owned())).collect()
}

fn keyed(values: ArrayRef) -> ArrayRef {
    let keys = Int8Array::from(vec![Some(1), None, Some(0), Some(1), Some(2)]);
    Arc::new(DictionaryArray::<Int8Type>::new(keys, values))
}

#[test]
fn dictionaries_of_every_type() {
    let values: [(ArrayRef, &str); 5] = [
        (Arc::new(Int64Array::from(vec![Some(17850), Some(-3), None])), "whole numbers"),
        (Arc::new(UInt64Array::from(vec![Some(17850), Some(5), None])), "whole numbers"),
        (Arc::new(BooleanArray::from(vec![Some(true), Some(false), None])), "truth values"),
        (Arc::new(TimestampSecondArray::from(vec![Some(0), Some(86_400), None])), "dates"),
        (Arc::new(StringArray::from(vec![Some("tea"), Some("pot"), None])), "text"),
    ];
    for (values, type_name) in values {
        let plain = table([values.clone()]).unwrap();
        let decoded = table([keyed(values.clone()), keyed(values)]).unwrap();
        assert_eq!(decoded.columns()[0].type_name(), type_name);
        let [first, second, _] = shown(&plain).try_into().unwrap();
        let once = [second.clone(), None, first, second, None];
        assert_eq!(shown(&decoded), [once.clone(), once].concat());
    }
}

#[test]
fn a_dictionary_value_out_of_range_is_refused_where_it_stands() {
    let values: ArrayRef = Arc::new(UInt64Array::from(vec![1, 2, u64::MAX]));
    let error = table([keyed(values)]).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InvalidValue { row: 5, .. }), "{error}");
    let unused: ArrayRef = Arc::new(UInt64Array::from(vec![1, u64::MAX]));
    let keys = Int32Array::from(vec![0, 0]);
    assert!(table([Arc::new(DictionaryArray::<Int32Type>::new(keys, unused)) as ArrayRef]).is_ok());
}

/// Values of which some come late, some are missing, and most come again.
fn value(row: usize) -> Option<String> {
    (!row.is_multiple_of(11)).then(|| format!("key {}", (row % 7_919) * (row / 300_000 + 1)))
}

#[test]
fn long_text_is_coded_as_row_by_row() {
    const ROWS: usize = 4_500_000;
    let text = |rows: std::ops::Range<usize>| rows.map(value).collect::<StringArray>();
    let by_row = Column::text("c", (0..ROWS).map(value));
    // One array; several; so many rows that two pieces are coded apart; kinds of arrays.
    for ends in [vec![ROWS], vec![1, 1, 70_000, 4_194_305, ROWS], (1..=900).map(|end| end * 5_000).collect()]
    {
        let starts = std::iter::once(0).chain(ends.iter().copied());
        let arrays = starts.zip(&ends).map(|(start, &end)| Arc::new(text(start..end)) as ArrayRef);
        assert_eq!(table(arrays).unwrap().columns()[0], by_row);
    }
    let large: LargeStringArray = (0..ROWS).map(value).collect();
    let view: StringViewArray = (0..ROWS).map(value).collect();
    for array in [Arc::new(large) as ArrayRef, Arc::new(view)] {
        assert_eq!(table([array]).unwrap().columns()[0], by_row);
    }
}

#[test]
fn a_sliced_array_and_one_without_rows() {
    let whole: ArrayRef = Arc::new((0..100).map(value).collect::<StringArray>());
    let nothing: ArrayRef = Arc::new(StringArray::from(Vec::<Option<&str>>::new()));
    let part = table([nothing.clone(), whole.slice(40, 20), nothing.clone()]).unwrap();
    assert_eq!(part.columns()[0], Column::text("c", (40..60).map(value)));
    let Values::Text(text) = table([nothing]).unwrap().columns()[0].values().clone() else { unreachable!() };
    assert!(text.codes().is_empty() && text.distinct().is_empty());
}
