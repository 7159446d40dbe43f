//! Purchases counted from Arrow batches: whatever the types and however the rows are cut, the same as from columns.
#![cfg(feature = "arrow")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use arrow_array::{
    Array, ArrayRef, Date32Array, Decimal128Array, Float64Array, Int32Array, Int64Array, RecordBatch,
    StringArray, TimestampMicrosecondArray, TimestampNanosecondArray,
};
use crm_mining::ErrorKind;
use crm_mining::data::{
    CountedPurchases, Day, MissingAmount, PurchaseCounting, PurchaseRows, PurchaseUnit, Roles, Zone,
};
use std::sync::Arc;

const N: i64 = 300;

fn ids() -> Vec<i64> {
    (0..N).map(|row| row * row % 17).collect()
}

fn times() -> Vec<i64> {
    (0..N).map(|row| (row * 7_919 % 900) * 3_600_000_000).collect()
}

fn amounts() -> Vec<f64> {
    (0..N).map(|row| (row * 31 % 400) as f64 / 4.0 - 5.0).collect()
}

fn batch(customer: ArrayRef, time: ArrayRef, amount: ArrayRef) -> RecordBatch {
    let note: ArrayRef = Arc::new(StringArray::from(vec!["unlooked at"; N as usize]));
    RecordBatch::try_from_iter([("time", time), ("note", note), ("amount", amount), ("customer", customer)])
        .unwrap()
}

fn count(counting: &PurchaseCounting, batches: &[RecordBatch]) -> CountedPurchases {
    let rows = counting.rows_of_batches("sales", batches, &Roles::default()).unwrap();
    let last = rows.last_day(&counting.zone);
    counting.count(rows, last).unwrap()
}

fn ints() -> ArrayRef {
    Arc::new(Int64Array::from(ids()))
}

fn micros() -> ArrayRef {
    Arc::new(TimestampMicrosecondArray::from(times()))
}

fn floats() -> ArrayRef {
    Arc::new(Float64Array::from(amounts()))
}

#[test]
fn any_types_and_cuts_give_what_columns_give() {
    let counting = PurchaseCounting::default().zone(Zone::named("Asia/Shanghai").unwrap());
    let (ids, times, amounts) = (ids(), times(), amounts());
    let rows = PurchaseRows::new(&ids[..], &times[..], &amounts).unwrap();
    let last = rows.last_day(&counting.zone);
    let expected = counting.count(rows, last).unwrap();

    let whole = batch(ints(), micros(), floats());
    assert_eq!(count(&counting, std::slice::from_ref(&whole)), expected);
    let cut: Vec<RecordBatch> =
        [(0, 100), (100, 1), (101, 0), (101, 199)].map(|(at, n)| whole.slice(at, n)).into();
    assert_eq!(count(&counting, &cut), expected);

    let narrow: ArrayRef = Arc::new(ids.iter().map(|&id| Some(id as i32)).collect::<Int32Array>());
    let nanos: ArrayRef =
        Arc::new(TimestampNanosecondArray::from_iter_values(times.iter().map(|at| at * 1000 + 999)));
    let cents = amounts.iter().map(|amount| (amount * 100.0) as i128).collect::<Vec<_>>();
    let cents: ArrayRef = Arc::new(Decimal128Array::from(cents).with_precision_and_scale(20, 2).unwrap());
    assert_eq!(count(&counting, &[batch(narrow, nanos, cents)]), expected);

    let texts: ArrayRef = Arc::new(StringArray::from_iter_values(ids.iter().map(|id| format!("c{id:02}"))));
    let by_text = count(&counting, &[batch(texts, micros(), floats())]);
    assert_eq!(by_text.counts, expected.counts);
    assert_eq!(by_text.summary.monetary(), expected.summary.monetary());
    assert_eq!(by_text.summary.customers().name(3), "c04"); // squares modulo 17: 0, 1, 2, 4, ...
}

#[test]
fn days_are_days_in_any_zone() {
    let days: Vec<i32> = times().iter().map(|at| (at / 86_400_000_000) as i32).collect();
    let date: ArrayRef = Arc::new(Date32Array::from(days));
    let in_zone = |name: &str| PurchaseCounting::default().zone(Zone::named(name).unwrap());
    let batches = [batch(ints(), date, floats())];
    assert_eq!(count(&in_zone("America/New_York"), &batches), count(&in_zone("Asia/Shanghai"), &batches));
}

#[test]
fn what_is_missing_is_named_or_counted() {
    let lacking = |row: usize| move |(at, value): (usize, i64)| (at != row).then_some(value);
    let customer: ArrayRef = Arc::new(ids().into_iter().enumerate().map(lacking(41)).collect::<Int64Array>());
    let rows = |batches: &[RecordBatch]| {
        let rows = PurchaseCounting::default().rows_of_batches("sales", batches, &Roles::default());
        rows.and_then(|rows| PurchaseCounting::default().count(rows, Day::from_number(99)))
    };
    let message =
        |batch: RecordBatch| rows(&[batch.slice(0, 30), batch.slice(30, 270)]).unwrap_err().to_string();
    let told = message(batch(customer, micros(), floats()));
    assert_eq!(told, r#"sales: column "customer", row 42: must be present; got nothing"#);
    let time = times().into_iter().enumerate().map(lacking(7)).collect::<TimestampMicrosecondArray>();
    let told = message(batch(ints(), Arc::new(time), floats()));
    assert_eq!(told, r#"sales: column "time", row 8: must be present; got nothing"#);

    let amount = amounts().into_iter().enumerate().map(|(row, amount)| (row != 77).then_some(amount));
    let amount: ArrayRef = Arc::new(amount.collect::<Float64Array>());
    assert_eq!(amount.null_count(), 1);
    let batch_of = batch(ints(), micros(), amount);
    let told = message(batch_of.clone());
    assert_eq!(told, r#"sales: column "amount", row 78: must be present; got nothing"#);
    let left = PurchaseCounting::default().missing_amount(MissingAmount::LeaveOut);
    assert_eq!(count(&left, &[batch_of]).counts.without_amount, 1);

    let error = rows(&[]).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::MissingColumn { .. }), "{error}");
}

#[test]
fn orders_are_looked_at_where_they_are_the_unit() {
    let order: ArrayRef = Arc::new(StringArray::from_iter_values((0..N).map(|row| format!("o{}", row / 3))));
    let columns = [("customer", ints()), ("time", micros()), ("amount", floats()), ("order", order)];
    let batches = [RecordBatch::try_from_iter(columns).unwrap()];
    let by_order = count(&PurchaseCounting::default().unit(PurchaseUnit::Order), &batches);
    assert!(by_order.counts.merged > 0 || by_order.counts.refunds > 0);
    let without =
        count(&PurchaseCounting::default().unit(PurchaseUnit::Order), &[batch(ints(), micros(), floats())]);
    assert_eq!((without.counts.merged, without.counts.rows), (0, N as u64));
}
