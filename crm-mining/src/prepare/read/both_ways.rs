//! A column is the same for everything above it, whether its texts are coded or held as numbers or moments.

use super::*;
use crate::data::{ClockChange, Column, Day, NumberStyle, TimeUnit, Values, Zone};
use proptest::prelude::*;

/// Reads text with columns looked at from this row on; `usize::MAX` leaves every column coded.
fn read(csv: &str, first_look: usize, block_bytes: usize) -> RawTable {
    let reader = CsvReader { first_look, block_bytes, ..CsvReader::default() };
    reader.read_bytes("x", csv.as_bytes()).unwrap()
}

fn is_coded(column: &Column) -> bool {
    matches!(column.values(), Values::Text(_))
}

fn same(typed: &Column, coded: &Column) {
    assert_eq!((typed.type_name(), typed.found()), (coded.type_name(), coded.found()));
    assert_eq!(typed, coded);
    assert_eq!(typed.to_text(), coded.to_text());
    assert_eq!(typed.identities(), coded.identities());
    let table = Table::of("x", Vec::new());
    let (numbers, coded_numbers) = (typed.read_numbers(&table).unwrap(), coded.read_numbers(&table).unwrap());
    let (times, coded_times) = (typed.read_times(), coded.read_times());
    assert_eq!(typed.time_unit(), coded.time_unit());
    let styled = |column: &Column| column.clone().with_numbers(NumberStyle::DecimalComma);
    assert_eq!(styled(typed), styled(coded));
    let counted = |column: &Column| column.clone().with_time_unit(TimeUnit::UnixSeconds).unwrap();
    assert_eq!(counted(typed), counted(coded));
    let paris = Zone::named("Europe/Paris").unwrap();
    let local = |column: &Column| {
        let table = Table::of("x", vec![column.clone()]);
        table.with_local_times(column.name(), &paris, ClockChange::Compatible).unwrap()
    };
    assert_eq!(local(typed), local(coded));
    for row in 0..typed.len() + 1 {
        assert_eq!(typed.show(row), coded.show(row));
        assert_eq!(typed.is_missing(row), coded.is_missing(row));
        assert_eq!(numbers.get(row), coded_numbers.get(row));
        assert_eq!(times.get(row), coded_times.get(row));
    }
}

/// A text of one of the ways to write a value; the last ones break every spelling.
fn written(kind: usize, n: i64) -> String {
    let fraction = n.unsigned_abs() % 1000;
    match kind {
        0 => format!("{n}"),
        1 => format!("{}.{:02}", n / 100, n.unsigned_abs() % 100),
        2 => format!("{:?}", n as f64 / 8.0),
        3 => format!("{}", n as f64 / 4.0),
        4 => Day::from_number((n % 20_000) as i32).to_string(),
        5 => format!("{} {:02}:30", Day::from_number((n % 20_000) as i32), n.rem_euclid(24)),
        6 => format!("{}T10:{:02}:59.{fraction:03}Z", Day::from_number(0), n.rem_euclid(60)),
        7 => format!("{}", 20_240_000 + n.rem_euclid(400)),
        8 => format!("{n:05}"),
        9 => "\"a \"\"quote\"\"\"".to_owned(),
        10 => "NA".to_owned(),
        _ => String::new(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn held_either_way(
        rows in prop::collection::vec((-2_000_i64..2_000_000, 0_usize..40), 1..120),
        kinds in prop::array::uniform3(0_usize..8),
        rare in 0_usize..12,
    ) {
        let mut csv = "row,a,b,c\n".to_owned();
        for (row, &(n, other)) in rows.iter().enumerate() {
            let kind = |kind: usize| match other {
                0 => rare,
                1..4 => usize::MAX,
                _ => kind,
            };
            let [a, b, c] = kinds.map(|k| written(kind(k), n));
            csv.push_str(&format!("{row},{a},{b},{c}\n"));
        }
        let coded = read(&csv, usize::MAX, 1 << 20);
        let typed = read(&csv, 4, 1 << 20);
        for (typed, coded) in typed.table.columns().iter().zip(coded.table.columns()) {
            prop_assert!(is_coded(coded));
            same(typed, coded);
        }
        for block_bytes in [1, 100] {
            prop_assert_eq!(&read(&csv, 4, block_bytes), &typed);
        }
        let some: Vec<u32> = (0..rows.len() as u32).step_by(3).collect();
        let (typed, coded) = (typed.table.take(&some), coded.table.take(&some));
        for (typed, coded) in typed.columns().iter().zip(coded.columns()) {
            prop_assert_eq!(typed.identities(), coded.identities());
            prop_assert!((0..some.len()).all(|row| typed.show(row) == coded.show(row)));
        }
    }
}

/// The columns a file of these texts is read into.
fn column(texts: &[&str]) -> Column {
    let csv = format!("row,a\n{}", texts.iter().map(|text| format!("1,{text}\n")).collect::<String>());
    let (typed, coded) = (read(&csv, 4, 1 << 20), read(&csv, usize::MAX, 1 << 20));
    let column = typed.table.column("a").unwrap().clone();
    same(&column, coded.table.column("a").unwrap());
    column
}

#[test]
fn spellings_widen_and_break() {
    let wholes = ["1", "2", "3", "4", "5"];
    assert!(matches!(column(&wholes).values(), Values::Int(_, None)));
    assert!(matches!(column(&[&wholes[..], &["6.5", "7", ""]].concat()).values(), Values::Float(_)));
    assert!(is_coded(&column(&[&wholes[..], &["6.50"]].concat())));
    assert!(is_coded(&column(&[&wholes[..], &["007", "8", "9"]].concat())));
    assert!(is_coded(&column(&["1", "2", "3", "1000000000000000", "2.5", "3"])));
    let tenths = ["1.5", "2.0", "3.5", "4.5"];
    assert!(matches!(column(&[&tenths[..], &["5.25"]].concat()).values(), Values::Float(_)));
    assert!(is_coded(&column(&[&tenths[..], &["5.250"]].concat())));
    assert!(is_coded(&column(&[&tenths[..], &["-0.0"]].concat())));
    assert!(is_coded(&column(&["7", "7", "7", "7", "7"])));
    let days = ["2024-02-28", "2024-02-29", "", "2024-03-01", "2024-03-02"];
    assert!(matches!(column(&days).values(), Values::Time(_, Some(_))));
    assert!(is_coded(&column(&[&days[..], &["2023-02-29"]].concat())));
}
