//! Arrow and Parquet, good and bad: what goes out comes back; what lies is a typed error, never a panic.

#![cfg(feature = "parquet")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "tests"
)]

mod common;

use arrow_array::types::{Int8Type, UInt32Type};
use arrow_array::*;
use common::data;
use crm_mining::ErrorKind;
use crm_mining::data::{Bitmap, Column, Table, Values};
use crm_mining::prepare::{CsvReader, ParquetReader, read_csv, read_parquet, write_parquet};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file of one test alone, gone when it ends.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Scratch {
        Scratch(std::env::temp_dir().join(format!("crm-mining-{}-{name}", std::process::id())))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn every_type() -> Table {
    let present: Bitmap = [true, false, true].into_iter().collect();
    Table::new(
        "all",
        vec![
            Column::text("id", [Some("00123"), None, Some("王小明 \"=1+1\"")]),
            Column::new("units", Values::Int(vec![1, 0, i64::MIN], Some(present.clone()))),
            Column::floats("price", vec![2.55, f64::NAN, -0.0]),
            Column::new("at", Values::Time(vec![1_291_191_960_000_000, 0, -1], Some(present.clone()))),
            Column::new("new", Values::Bool([true, false, false].into_iter().collect(), Some(present))),
        ],
    )
    .unwrap()
}

fn shown(table: &Table) -> Vec<Vec<Option<String>>> {
    let values = |c: &Column| (0..c.len()).map(|row| c.show(row).map(|v| v.into_owned())).collect();
    table.columns().iter().map(values).collect()
}

fn texts(values: &[Option<&str>]) -> Vec<Option<String>> {
    values.iter().map(|value| value.map(str::to_owned)).collect()
}

#[test]
fn out_and_back() {
    let table = every_type();
    let batch = table.to_batch().unwrap();
    assert_eq!(shown(&Table::from_batches("all", std::slice::from_ref(&batch)).unwrap()), shown(&table));
    let twice = Table::from_batches("all", &[batch.clone(), batch]).unwrap();
    assert_eq!((twice.n_rows(), shown(&twice)[0][3].as_deref()), (6, Some("00123")));
    let file = Scratch::new("out.parquet");
    write_parquet(&table, &file.0).unwrap();
    assert_eq!(shown(&read_parquet(&file.0).unwrap().table), shown(&table));
    let empty = Table::new("none", vec![Column::text::<&str>("id", [])]).unwrap();
    write_parquet(&empty, &file.0).unwrap();
    assert_eq!(shown(&read_parquet(&file.0).unwrap().table), vec![Vec::<Option<String>>::new()]);
}

#[test]
fn every_kind_of_text() {
    let values = [Some("00123"), None, Some("b"), Some("b")];
    let keyed: DictionaryArray<Int8Type> = values.into_iter().collect();
    let viewed = DictionaryArray::<UInt32Type>::new(
        UInt32Array::from(vec![Some(1), None, Some(0), Some(0)]),
        Arc::new(StringViewArray::from(vec![Some("b"), Some("00123"), None])),
    );
    let nothing: DictionaryArray<Int8Type> = [None::<&str>; 4].into_iter().collect();
    let columns: [(&str, ArrayRef); 6] = [
        ("utf8", Arc::new(StringArray::from(values.to_vec()))),
        ("large", Arc::new(LargeStringArray::from(values.to_vec()))),
        ("view", Arc::new(StringViewArray::from(values.to_vec()))),
        ("keyed", Arc::new(keyed)),
        ("viewed", Arc::new(viewed)),
        ("nothing", Arc::new(nothing)),
    ];
    let table = Table::from_batches("t", &[RecordBatch::try_from_iter(columns).unwrap()]).unwrap();
    let (expected, none) = (texts(&values), texts(&[None; 4]));
    let all = shown(&table);
    assert!(all[..5].iter().all(|column| *column == expected), "{all:?}");
    assert_eq!(all[5], none);
    let null: ArrayRef = Arc::new(NullArray::new(2));
    let nulls = RecordBatch::try_from_iter_with_nullable([("n", null, true)]).unwrap();
    assert_eq!(shown(&Table::from_batches("t", &[nulls]).unwrap()), [texts(&[None; 2])]);
}

#[test]
fn every_kind_of_number_and_moment() {
    let day = 86_400_000_000_i64;
    let stamped = |array: TimestampSecondArray| -> ArrayRef { Arc::new(array.with_timezone("+08:00")) };
    let columns: Vec<(&str, ArrayRef, &str)> = vec![
        ("i8", Arc::new(Int8Array::from(vec![-3])), "-3"),
        ("i16", Arc::new(Int16Array::from(vec![-3])), "-3"),
        ("i32", Arc::new(Int32Array::from(vec![-3])), "-3"),
        ("u8", Arc::new(UInt8Array::from(vec![3])), "3"),
        ("u16", Arc::new(UInt16Array::from(vec![3])), "3"),
        ("u32", Arc::new(UInt32Array::from(vec![u32::MAX])), "4294967295"),
        ("u64", Arc::new(UInt64Array::from(vec![3])), "3"),
        ("f32", Arc::new(Float32Array::from(vec![0.5])), "0.5"),
        ("d32", Arc::new(Decimal32Array::from(vec![255]).with_precision_and_scale(9, 2).unwrap()), "2.55"),
        ("d64", Arc::new(Decimal64Array::from(vec![255]).with_precision_and_scale(9, 2).unwrap()), "2.55"),
        ("d128", Arc::new(Decimal128Array::from(vec![255]).with_precision_and_scale(9, 2).unwrap()), "2.55"),
        ("d256", Arc::new(Decimal256Array::from(vec![arrow_buffer::i256::from_i128(255)])), "2.55e-8"),
        ("date32", Arc::new(Date32Array::from(vec![14_944])), "2010-12-01"),
        ("date64", Arc::new(Date64Array::from(vec![14_944 * (day / 1000)])), "2010-12-01"),
        ("s", Arc::new(TimestampSecondArray::from(vec![1_291_191_960])), "2010-12-01T08:26:00"),
        ("tz", stamped(TimestampSecondArray::from(vec![1_291_191_960])), "2010-12-01T08:26:00"),
        ("ms", Arc::new(TimestampMillisecondArray::from(vec![-1])), "1969-12-31T23:59:59.999"),
        ("ns", Arc::new(TimestampNanosecondArray::from(vec![-1])), "1969-12-31T23:59:59.999999"),
    ];
    let arrays = columns.iter().map(|(name, array, _)| (*name, array.clone()));
    let table = Table::from_batches("t", &[RecordBatch::try_from_iter(arrays).unwrap()]).unwrap();
    for (column, (name, _, expected)) in table.columns().iter().zip(&columns) {
        assert_eq!(column.show(0).as_deref(), Some(*expected), "{name}");
    }
}

#[test]
fn columns_that_are_no_records() {
    let id: ArrayRef = Arc::new(Int64Array::from(vec![7]));
    let image: ArrayRef = Arc::new(BinaryArray::from(vec![&b"\xFF"[..]]));
    let batch = RecordBatch::try_from_iter([("id", id), ("image", image)]).unwrap();
    let error = Table::from_batches("t", std::slice::from_ref(&batch)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "t: column \"image\" must hold text, numbers, truth values or moments; got Binary"
    );
    let reader = || RecordBatchIterator::new([Ok(batch.clone())], batch.schema());
    let table = Table::from_batch_reader("t", reader(), Some(&["id"])).unwrap();
    assert_eq!(shown(&table), [texts(&[Some("7")])]);
    let error = Table::from_batch_reader("t", reader(), Some(&["ID"])).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::MissingColumn { .. }));
}

#[test]
fn values_out_of_range_name_their_row() {
    let batch = |values: Vec<Option<u64>>| {
        let array: ArrayRef = Arc::new(UInt64Array::from(values));
        RecordBatch::try_from_iter_with_nullable([("n", array, true)]).unwrap()
    };
    let batches = [batch(vec![Some(1), None]), batch(vec![Some(u64::MAX)])];
    let error = Table::from_batches("t", &batches).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InvalidValue { row: 3, .. }), "{error}");
    let far: ArrayRef = Arc::new(TimestampSecondArray::from(vec![i64::MAX]));
    let error = Table::from_batches("t", &[RecordBatch::try_from_iter([("t", far)]).unwrap()]).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InvalidValue { row: 1, .. }), "{error}");
}

#[test]
fn batches_that_differ() {
    let batch = |array: ArrayRef| RecordBatch::try_from_iter([("n", array)]).unwrap();
    let batches = [batch(Arc::new(Int64Array::from(vec![1]))), batch(Arc::new(StringArray::from(vec!["1"])))];
    let error = Table::from_batches("t", &batches).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Incompatible { .. }), "{error}");
}

#[test]
fn half_a_file_and_none() {
    let whole = Scratch::new("whole.parquet");
    let ids = Column::text("id", (0..5_000).map(|i| Some(format!("c{i}"))));
    write_parquet(&Table::new("t", vec![ids]).unwrap(), &whole.0).unwrap();
    let bytes = std::fs::read(&whole.0).unwrap();
    let torn = Scratch::new("torn.parquet");
    for length in [1, 4, 8, bytes.len() / 2, bytes.len() - 1] {
        std::fs::write(&torn.0, &bytes[..length]).unwrap();
        let error = read_parquet(&torn.0).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Malformed { .. }), "{length}: {error}");
    }
    std::fs::write(&torn.0, b"").unwrap();
    assert!(matches!(read_parquet(&torn.0).unwrap_err().kind(), ErrorKind::EmptyInput { .. }));
    assert!(matches!(read_parquet(std::env::temp_dir()).unwrap_err().kind(), ErrorKind::Io { .. }));
    let error = ParquetReader::default().max_bytes(1000).read_path(&whole.0).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::LimitExceeded { setting: "max_bytes", .. }), "{error}");
    // Any byte of the file changed: an error or a table, no panic.
    for at in (0..bytes.len()).step_by(bytes.len() / 150 + 1) {
        let mut changed = bytes.clone();
        changed[at] ^= 0x55;
        std::fs::write(&torn.0, &changed).unwrap();
        let _ = read_parquet(&torn.0);
    }
}

#[test]
fn a_file_is_whole_or_not_there() {
    let directory = std::env::temp_dir().join("crm-mining-no-such-directory");
    let error = write_parquet(&every_type(), directory.join("t.parquet")).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Io { .. }), "{error}");
    let folder = std::env::temp_dir().join(format!("crm-mining-{}-whole", std::process::id()));
    std::fs::create_dir_all(folder.join("taken")).unwrap();
    assert!(write_parquet(&every_type(), folder.join("taken")).is_err());
    write_parquet(&every_type(), folder.join("t.parquet")).unwrap();
    let mut names: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|f| f.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["t.parquet", "taken"]);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_shop_through_parquet() {
    let Some(path) = data("online_retail/online_retail.csv.gz") else { return };
    let table = read_csv(path).unwrap().table;
    let file = Scratch::new("shop.parquet");
    write_parquet(&table, &file.0).unwrap();
    let back = read_parquet(&file.0).unwrap().table;
    assert_eq!(back.columns().len(), table.columns().len());
    for (a, b) in table.columns().iter().zip(back.columns()) {
        assert_eq!(a.type_name(), b.type_name());
        match (a.values(), b.values()) {
            (Values::Text(a), Values::Text(b)) => {
                assert_eq!((a.codes(), a.distinct()), (b.codes(), b.distinct()));
            }
            (_, Values::Float(numbers)) => {
                let number = |row: usize| a.show(row).map_or(f64::NAN, |text| text.parse().unwrap());
                assert!((0..a.len()).all(|row| number(row).to_bits() == numbers[row].to_bits()));
            }
            (_, Values::Time(..)) => assert!((0..a.len()).all(|row| a.is_missing(row) == b.is_missing(row))),
            _ => assert!((0..a.len()).all(|row| a.show(row) == b.show(row))),
        }
    }
}

/// The files of a tar archive.
fn untar(archive: &[u8]) -> Vec<(String, Vec<u8>)> {
    let text = |field: &[u8]| String::from_utf8_lossy(field).trim_matches(['\0', ' ']).to_owned();
    let mut files = Vec::new();
    let mut rest = archive;
    while rest.len() > 512 && rest[0] != 0 {
        let size = usize::from_str_radix(&text(&rest[124..136]), 8).unwrap();
        if rest[156] == b'0' || rest[156] == 0 {
            files.push((text(&rest[..100]), rest[512..512 + size].to_vec()));
        }
        rest = &rest[512 + size.div_ceil(512) * 512..];
    }
    files
}

/// The columns of a file that can be read, when its footer tells them.
fn readable_columns(path: &Path) -> Option<Vec<String>> {
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    let builder = ParquetRecordBatchReaderBuilder::try_new(std::fs::File::open(path).ok()?).ok()?;
    let plain = |data_type: &arrow_schema::DataType| !data_type.is_nested() && !data_type.is_binary();
    let fields = builder.schema().fields().iter().filter(|field| plain(field.data_type()));
    Some(fields.map(|field| field.name().clone()).collect())
}

#[test]
fn files_made_to_break_readers() {
    let Some(path) = data("hostile/parquet/arrow_and_parquet_testing_bad.tar.gz") else { return };
    let mut archive = Vec::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_end(&mut archive).unwrap();
    let files = untar(&archive);
    assert!(files.len() > 140, "{} files", files.len());
    let file = Scratch::new("hostile");
    for (name, bytes) in files {
        std::fs::write(&file.0, &bytes).unwrap();
        let start = std::time::Instant::now();
        let _ = read_parquet(&file.0);
        if let Ok(Some(names)) = std::panic::catch_unwind(|| readable_columns(&file.0)) {
            let _ = ParquetReader::default().columns(names).read_path(&file.0);
        }
        if let Ok(raw) = CsvReader::default().read_bytes(&name, &bytes) {
            assert_eq!(raw.report.rows, (raw.table.n_rows() + raw.rejected.len()) as u64);
        }
        assert!(start.elapsed().as_secs() < 5, "{name} took {:?}", start.elapsed());
    }
}
