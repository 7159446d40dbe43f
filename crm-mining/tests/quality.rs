//! Data profiling: figures as pandas gives them, personal values out of sight, and laws.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers stand outside test functions"
)]

mod common;

use common::data;
use crm_mining::ErrorKind;
use crm_mining::data::{Bitmap, Column, Day, Days, Table, ToTable, Values};
use crm_mining::prepare::{
    ColumnQuality, ColumnRole, ContentType, Likeness, Personal, PersonalValues, Quality, QualityWeights,
    TableQuality, Timeliness, read_csv,
};
use proptest::prelude::*;

fn measure(table: &Table) -> TableQuality {
    Quality::default().measure(table).unwrap()
}

fn column<'a>(quality: &'a TableQuality, name: &str) -> &'a ColumnQuality {
    quality.columns.iter().find(|column| column.name == name).unwrap()
}

/// Name, missing, distinct, occurring once, mean, standard deviation, quantiles.
type Row<'a> = (&'a str, u64, u64, u64, f64, f64, [f64; 5]);

/// pandas 3.1.1: `isna().sum()`, `nunique()`, `(value_counts() == 1).sum()`, `mean()`, `std()`,
/// `quantile([.05, .25, .5, .75, .95])`. Sums are made in another order: 1e-12 of the value.
fn numbers_as_pandas(quality: &TableQuality, rows: &[Row<'_>]) {
    for &(name, missing, distinct, unique, mean, sd, quantiles) in rows {
        let told = column(quality, name);
        assert_eq!((told.missing, told.distinct, told.unique), (missing, distinct, unique), "{name}");
        let numbers = told.numbers.as_ref().unwrap();
        let near = |a: f64, b: f64| (a - b).abs() <= 1e-12 * b.abs();
        assert!(near(numbers.mean, mean), "{name}: mean {}", numbers.mean);
        assert!(near(numbers.sd.unwrap(), sd), "{name}: sd {:?}", numbers.sd);
        for (&(_, own), theirs) in numbers.quantiles.iter().zip(quantiles) {
            assert!(near(own, theirs), "{name}: {own} {theirs}");
        }
    }
}

fn top(told: &ColumnQuality) -> Vec<(&str, u64)> {
    told.top.iter().take(3).map(|value| (value.value.as_str(), value.count)).collect()
}

#[test]
fn telco_as_pandas() {
    let Some(path) = data("telco_churn/Telco-Customer-Churn.csv") else { return };
    let quality = measure(&read_csv(path).unwrap().table);
    assert_eq!((quality.n_rows, quality.columns.len(), quality.repeated_rows), (7043, 21, 0));
    numbers_as_pandas(
        &quality,
        &[
            ("tenure", 0, 73, 0, 32.37114865824223, 24.55948102309446, [1.0, 9.0, 29.0, 55.0, 72.0]),
            (
                "MonthlyCharges",
                0,
                1585,
                381,
                64.76169246059918,
                30.090047097678493,
                [19.65, 35.5, 70.35, 89.85, 107.4],
            ),
        ],
    );
    // pandas reads the 11 blanks as text and the whole column with them; here they are missing markers.
    let charges = column(&quality, "TotalCharges");
    assert_eq!(
        (charges.content, charges.missing, charges.markers, charges.distinct),
        (ContentType::Number, 0, 11, 6531)
    );
    let numbers = charges.numbers.as_ref().unwrap();
    assert_eq!((numbers.count, numbers.min, numbers.max), (7032, 18.8, 8684.8));
    assert!((numbers.mean - 2283.3004408418656).abs() < 1e-9);

    let id = column(&quality, "customerID");
    assert_eq!(id.roles, [ColumnRole::Id, ColumnRole::Key]);
    assert_eq!((id.patterns[0].value.as_str(), id.patterns[0].count, id.n_patterns), ("9999-AAAAA", 7043, 1));
    let payment = column(&quality, "PaymentMethod");
    assert_eq!(
        top(payment),
        [("Electronic check", 2365), ("Mailed check", 1612), ("Bank transfer (automatic)", 1544)]
    );
    assert!((payment.lengths.unwrap().mean - 18.570211557574897).abs() < 1e-12);
    assert!(quality.columns.iter().all(|column| !column.is_personal()));
}

#[test]
fn bank_as_pandas() {
    let Some(path) = data("bank_marketing/bank-full.csv.gz") else { return };
    let table = read_csv(path).unwrap().table;
    let settings = Quality { markers: vec!["unknown".into()], ..Quality::default() };
    let quality = settings.measure(&table).unwrap();
    numbers_as_pandas(
        &quality,
        &[
            ("age", 0, 77, 1, 40.93621021432837, 10.61876204097542, [27.0, 33.0, 39.0, 48.0, 59.0]),
            (
                "balance",
                0,
                7168,
                2553,
                1362.2720576850766,
                3044.7658291685175,
                [-172.0, 72.0, 448.0, 1428.0, 5768.0],
            ),
            ("pdays", 0, 559, 133, 40.19782796222158, 100.12874599059835, [-1.0, -1.0, -1.0, -1.0, 317.0]),
        ],
    );
    assert_eq!(
        top(column(&quality, "job")),
        [("blue-collar", 9732), ("management", 9458), ("technician", 7597)]
    );
    // pandas: (frame == "unknown").sum().sum() is 52,124 of 768,587 cells.
    assert_eq!(quality.columns.iter().map(|column| column.markers).sum::<u64>(), 52_124);
    assert_eq!(quality.score.completeness, Some(1.0 - 52_124.0 / 768_587.0));
}

#[test]
fn online_retail_as_pandas() {
    let Some(path) = data("online_retail/online_retail.csv.gz") else { return };
    let quality = measure(&read_csv(path).unwrap().table);
    assert_eq!((quality.n_rows, quality.repeated_rows), (541_909, 5268));
    numbers_as_pandas(
        &quality,
        &[
            ("Quantity", 0, 722, 308, 9.55224954743324, 218.08115785023386, [1.0, 1.0, 3.0, 10.0, 29.0]),
            (
                "UnitPrice",
                0,
                1630,
                1104,
                4.611113626088514,
                96.75985306117937,
                [0.42, 1.25, 2.08, 4.13, 9.95],
            ),
        ],
    );
    for (name, missing, distinct, unique) in [
        ("InvoiceNo", 0, 25_900, 5841),
        ("StockCode", 0, 4070, 233),
        ("Description", 1454, 4211, 306),
        ("InvoiceDate", 0, 23_260, 4242),
        ("CustomerID", 135_080, 4372, 79),
        ("Country", 0, 38, 0),
    ] {
        let told = column(&quality, name);
        assert_eq!((told.missing, told.distinct, told.unique), (missing, distinct, unique), "{name}");
    }
    assert_eq!(top(column(&quality, "StockCode")), [("85123A", 2313), ("22423", 2203), ("85099B", 2159)]);
    let dates = column(&quality, "InvoiceDate");
    let span = dates.dates.as_ref().unwrap();
    assert_eq!((span.first.as_str(), span.last.as_str()), ("2010-12-01T08:26:00", "2011-12-09T12:50:00"));
    assert_eq!(dates.roles, [ColumnRole::Date]);
    // 9,288 cancellations and 3 adjustments are not of six digits.
    let invoices = column(&quality, "InvoiceNo");
    assert!((invoices.fits - (1.0 - 9291.0 / 541_909.0)).abs() < 1e-15);
    assert!(
        invoices.roles.contains(&ColumnRole::Id) && column(&quality, "CustomerID").roles == [ColumnRole::Id]
    );
}

fn persons() -> Table {
    let texts = |name: &str, values: [&'static str; 4]| Column::text(name, values.map(Some));
    Table::new(
        "people",
        vec![
            texts("客户姓名", ["王小明", "李雷", "韩梅梅", "欧阳娜娜"]),
            texts("a", ["13812345678", "+86 139 8765 4321", "15000000000", "n/a"]),
            texts("b", ["anna@example.com", "li.lei@mail.example.cn", "x@y.de", "none"]),
            texts("c", ["11010519491231002X", "440524188001010014", "11010519491231002x", "1"]),
            texts("d", ["4111111111111111", "5500005555555559", "6200000000000005", "340000000000009"]),
            texts("e", ["1 High Street", "12 Main St, Springfield", "7 Mill Lane", "9 Park Avenue"]),
            texts("f", ["192.168.0.1", "10.0.0.7", "2001:db8::1", "8.8.8.8"]),
            Column::ints("phone", vec![2_079_460_958, 2_079_460_959, 2_079_460_960, 2_079_460_961]),
            texts("birthday", ["1980-01-01", "1975-12-31", "1990-05-05", "2001-02-03"]),
            texts("product_name", ["Tea", "Pot", "Cup", "Tray"]),
            texts("notes", ["call 13812345678", "paid", "paid", "paid"]),
        ],
    )
    .unwrap()
}

#[test]
fn personal_data_is_told_and_kept_out_of_sight() {
    let table = persons();
    let quality = measure(&table);
    for (name, kind) in [
        ("客户姓名", Some(Personal::Name)),
        ("a", Some(Personal::Phone)),
        ("b", Some(Personal::Email)),
        ("c", Some(Personal::NationalId)),
        ("d", Some(Personal::BankCard)),
        ("e", Some(Personal::Address)),
        ("f", Some(Personal::IpAddress)),
        ("phone", Some(Personal::Phone)),
        ("birthday", Some(Personal::BirthDate)),
        ("product_name", None),
    ] {
        let told = column(&quality, name);
        let kinds: Vec<Personal> = told
            .roles
            .iter()
            .filter_map(|role| match role {
                ColumnRole::Personal { kind, share } => {
                    assert!(*share >= 0.75, "{name}");
                    Some(*kind)
                }
                _ => None,
            })
            .collect();
        assert_eq!(kinds, kind.into_iter().collect::<Vec<_>>(), "{name}");
    }
    let outputs = [
        quality.to_string(),
        quality.to_html(),
        serde_json::to_string(&quality).unwrap(),
        format!("{:?}", quality.to_table()),
    ];
    let secrets: Vec<String> = table
        .columns()
        .iter()
        .filter(|c| !["product_name", "notes"].contains(&c.name()))
        .flat_map(|c| (0..4).filter_map(|row| c.show(row).map(String::from)))
        .filter(|value| value.chars().count() > 4 || !value.is_ascii())
        .collect();
    for output in &outputs {
        for secret in &secrets {
            assert!(!output.contains(secret.as_str()), "{secret}");
        }
        assert!(!output.contains("13812345678") && output.contains("Cup"));
    }
    let shown =
        Quality { personal_values: PersonalValues::Shown, ..Quality::default() }.measure(&table).unwrap();
    assert!(shown.to_string().contains("王小明") && column(&shown, "phone").numbers.is_some());
}

#[test]
fn keys_constants_and_repeats() {
    let n = 60_i64;
    let quality = measure(
        &Table::new(
            "t",
            vec![
                Column::ints("row", (0..n).collect()),
                Column::ints("order", (0..n).map(|i| i / 3).collect()),
                Column::ints("line", (0..n).map(|i| i % 3).collect()),
                Column::text("line name", (0..n).map(|i| Some(["one", "two", "three"][i as usize % 3]))),
                Column::text("order again", (0..n).map(|i| Some((i / 3).to_string()))),
                Column::text("same", (0..n).map(|_| Some("x"))),
                Column::text("empty", (0..n).map(|_| None::<&str>)),
                Column::text("other key", (0..n).map(|i| Some(format!("k{i}")))),
            ],
        )
        .unwrap(),
    );
    assert_eq!(column(&quality, "row").roles, [ColumnRole::Key]);
    assert_eq!(column(&quality, "same").roles, [ColumnRole::Constant]);
    assert_eq!(column(&quality, "empty").content, ContentType::Empty);
    let repeats = |column: &str, likeness| ColumnRole::Repeats { column: column.into(), likeness };
    assert_eq!(column(&quality, "line name").roles, [repeats("line", Likeness::OneToOne)]);
    assert_eq!(column(&quality, "order again").roles, [repeats("order", Likeness::Equal)]);
    // Two keys are one to one whatever they say.
    assert!(
        column(&quality, "other key").roles.iter().all(|role| !matches!(role, ColumnRole::Repeats { .. }))
    );
    let key = |a: &str, b: &str| [a.to_owned(), b.to_owned()];
    assert!(quality.keys_of_two.contains(&key("order", "line")));
    assert!(!quality.keys_of_two.contains(&key("line", "line name")));
}

#[test]
fn score_by_its_definition() {
    // 20 rows, 2 columns. Missing: 1 cell. Marker: 1. Unfit number: 1 of 18. Padded: 2 of 20. Repeated rows: 20 − 5.
    let amount = |i: usize| match i {
        0 => None,
        1 => Some("NA".to_owned()),
        2 => Some("abc".to_owned()),
        i => Some((i % 2).to_string()),
    };
    let place = |i: usize| Some(if (5..7).contains(&i) { " Bonn" } else { "Bonn" });
    let date = |i: usize| Some(if i < 15 { "2024-03-01" } else { "2025-01-01" });
    let columns =
        vec![Column::text("amount", (0..20).map(amount)), Column::text("place", (0..20).map(place))];
    let table = Table::new("t", columns).unwrap();
    let score = measure(&table).score;
    // Rows: none, NA, abc, (1, Bonn), (0, Bonn), (1, padded), (0, padded), rest repeats.
    let parts = [38.0 / 40.0, 7.0 / 20.0, 37.0 / 38.0, 36.0 / 38.0];
    assert_eq!(score.completeness, Some(parts[0]));
    assert_eq!(score.uniqueness, Some(parts[1]));
    assert!((score.validity.unwrap() - parts[2]).abs() < 1e-15);
    assert!((score.consistency.unwrap() - parts[3]).abs() < 1e-15);
    assert_eq!(score.timeliness, None);
    assert!((score.score.unwrap() - 25.0 * parts.iter().sum::<f64>()).abs() < 1e-12);

    let dated = table.with_column(Column::text("changed", (0..20).map(date))).unwrap();
    let timeliness = Some(Timeliness {
        column: "changed".into(),
        as_of: "2024-03-31".parse::<Day>().unwrap(),
        max_age: Days(30),
    });
    let weights = QualityWeights {
        completeness: 0.0,
        uniqueness: 0.0,
        validity: 0.0,
        consistency: 0.0,
        timeliness: 2.0,
    };
    let mut settings = Quality { timeliness, weights, ..Quality::default() };
    let score = settings.measure(&dated).unwrap().score;
    assert_eq!((score.timeliness, score.score), (Some(0.75), Some(75.0)));
    settings.timeliness.as_mut().unwrap().column = "place".into();
    assert!(matches!(settings.measure(&dated).unwrap_err().kind(), ErrorKind::InvalidColumn { .. }));
}

#[test]
fn numbers_and_dates_as_people_write_them() {
    let texts = |name: &str, values: [&'static str; 4]| Column::text(name, values.map(Some));
    let table = Table::new(
        "t",
        vec![
            texts("comma", ["1.234,50 €", "12,5", "-7,00", "0"]),
            texts("point", ["$1,234.50", "12.5", "(7.00)", "1e3"]),
            texts("month", ["5 Mar 2024", "March 6, 2024", "2024年3月7日", "2024-03-08"]),
            texts("code", ["007", "012", "A-1", "B-2"]),
        ],
    )
    .unwrap();
    let quality = measure(&table);
    for (name, min, max) in [("comma", -7.0, 1234.5), ("point", -7.0, 1234.5)] {
        let numbers = column(&quality, name).numbers.as_ref().unwrap();
        assert_eq!((numbers.min, numbers.max, numbers.count), (min, max, 4), "{name}");
    }
    let dates = column(&quality, "month").dates.as_ref().unwrap();
    assert_eq!((dates.first.as_str(), dates.last.as_str()), ("2024-03-05", "2024-03-08"));
    assert_eq!(column(&quality, "code").content, ContentType::Text);
}

#[test]
fn settings_are_checked() {
    let table = persons();
    let weightless = QualityWeights {
        completeness: 0.0,
        uniqueness: 0.0,
        validity: 0.0,
        consistency: 0.0,
        timeliness: 0.0,
    };
    for settings in [
        Quality { quantiles: vec![1.5], ..Quality::default() },
        Quality { quantiles: vec![f64::NAN], ..Quality::default() },
        Quality { type_share: 0.4, ..Quality::default() },
        Quality { personal_share: 0.0, ..Quality::default() },
        Quality { weights: weightless, ..Quality::default() },
    ] {
        assert!(matches!(settings.measure(&table).unwrap_err().kind(), ErrorKind::InvalidParameter { .. }));
    }
    let back: Quality = serde_json::from_str("{\"top\": 3}").unwrap();
    assert_eq!(back, Quality { top: 3, ..Quality::default() });
}

/// Every output of a table's quality can be made, the text keeps to its width, the HTML stays closed.
fn sound(table: &Table) {
    for personal_values in [PersonalValues::Masked, PersonalValues::Shown] {
        let quality = Quality { personal_values, ..Quality::default() }.measure(table).unwrap();
        let html = quality.to_html();
        let text = quality.to_string();
        for line in text.lines() {
            assert!(wide(line) <= 100, "{line}");
        }
        assert!(!html.contains("<script") && !html.contains("</script"));
        let acting = |c: char| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c) || c == '\u{feff}';
        assert!(!html.contains(acting) && !text.replace('\n', "").contains(acting));
        let plain = regex_lite::Regex::new("</?(style|div|p|bdi|table|thead|tbody|tr|th|td|caption|details|summary|strong)( [a-z]+=\"[a-z-]*\")?>").unwrap();
        let style = html.find("</style>").unwrap();
        assert!(!plain.replace_all(&html[style..], "").contains(['<', '>', '"', '\'']));
        let json = serde_json::to_string(&quality).unwrap();
        assert_eq!(serde_json::from_str::<TableQuality>(&json).unwrap(), quality);
        assert_eq!(quality.to_table().n_rows(), table.columns().len());
    }
}

/// Columns of a terminal, by a rough rule: accents and vowel signs of their own take none, signs from the Chinese blocks two.
fn wide(line: &str) -> usize {
    let sign = |c: char| match u32::from(c) {
        0x300..=0x36f | 0x483..=0x489 | 0x591..=0x5bd | 0x610..=0x61a | 0x64b..=0x65f | 0xfe00..=0xfe0f => 0,
        0x1100..=0x115f | 0x3041..=0xa4cf | 0xac00..=0xd7a3 => 2,
        _ => 1,
    };
    line.chars().map(sign).sum()
}

#[test]
fn hostile_tables() {
    sound(&Table::new("no columns", vec![]).unwrap());
    sound(
        &Table::new("no rows", vec![Column::text("a", [None::<&str>; 0]), Column::floats("b", vec![])])
            .unwrap(),
    );
    let absent = |n: usize| Some((0..n).map(|_| false).collect::<Bitmap>());
    sound(
        &Table::new(
            "all missing",
            vec![
                Column::text("a", [None::<&str>; 3]),
                Column::floats("b", vec![f64::NAN; 3]),
                Column::new("c", Values::Int(vec![1, 2, 3], absent(3))),
                Column::new("d", Values::Time(vec![1, 2, 3], absent(3))),
                Column::new("e", Values::Bool(Bitmap::from_iter([true; 3]), absent(3))),
            ],
        )
        .unwrap(),
    );
    sound(
        &Table::new(
            "ends",
            vec![
                Column::floats(
                    "a",
                    vec![f64::MAX, f64::MIN, f64::INFINITY, f64::NEG_INFINITY, f64::MIN_POSITIVE, -0.0],
                ),
                Column::ints("b", vec![i64::MIN, i64::MAX, 0, -1, i64::MAX, i64::MIN]),
                Column::times("c", vec![i64::MIN, i64::MAX, 0, -1, i64::MAX, i64::MIN]),
                Column::floats("tiny", vec![5e-324; 6]),
                Column::floats("birthday", vec![1e300, 1.0, 2.0, -3.0, 1e9, 1e18]),
            ],
        )
        .unwrap(),
    );
    let wide = (0..16_384).map(|i| Column::ints(format!("c{i}"), vec![i % 2, 1, 5])).collect();
    let quality = measure(&Table::new("wide", wide).unwrap());
    assert_eq!(quality.columns.len(), 16_384);
}

#[test]
fn naughty_strings_as_values_and_names() {
    let Some(path) = data("hostile/blns.json") else { return };
    let strings: Vec<String> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let values = || strings.iter().map(Some);
    let mut columns = vec![Column::text("naughty", values()), Column::text("name", values())];
    for (i, name) in strings.iter().enumerate() {
        columns.push(Column::text(
            format!("{name}{i}"),
            strings.iter().cycle().skip(i).take(strings.len()).map(Some),
        ));
    }
    sound(&Table::new("</script><script>alert(1)</script>\u{202e}", columns).unwrap());
}

fn value() -> impl Strategy<Value = Option<String>> {
    let odd =
        ["NA", " a ", "a", "2024-03-05", "05/03/2024", "1", "-2.5", "1e3", "x@y.org", "13812345678", "王"];
    let odd = proptest::sample::select(odd.to_vec()).prop_map(str::to_owned);
    proptest::option::weighted(0.9, prop_oneof![4 => odd, 1 => "\\PC{0,6}"])
}

fn table_and_order() -> impl Strategy<Value = (Table, Vec<u32>)> {
    (1..4_usize, 0..30_usize).prop_flat_map(|(width, rows)| {
        let texts = proptest::collection::vec(proptest::collection::vec(value(), rows), width);
        let floats = proptest::collection::vec(prop_oneof![Just(f64::NAN), Just(-0.0), -1e3..1e3_f64], rows);
        let ints = proptest::collection::vec(-3..3_i64, rows);
        let order = Just((0..rows as u32).collect::<Vec<_>>()).prop_shuffle();
        (texts, floats, ints, order).prop_map(|(texts, floats, ints, order)| {
            let named = |(i, values): (usize, Vec<_>)| Column::text(format!("c{i}"), values);
            let mut columns: Vec<Column> = texts.into_iter().enumerate().map(named).collect();
            columns.extend([Column::floats("f", floats), Column::ints("i", ints)]);
            (Table::new("t", columns).unwrap(), order)
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_order_of_rows_does_not_matter((table, order) in table_and_order()) {
        prop_assert_eq!(measure(&table.take(&order)), measure(&table));
    }

    #[test]
    fn counts_add_up_and_outputs_are_sound((table, _) in table_and_order()) {
        sound(&table);
        for (told, column) in measure(&table).columns.iter().zip(table.columns()) {
            let missing = (0..table.n_rows()).filter(|&row| column.is_missing(row)).count() as u64;
            let mut values: Vec<_> = (0..table.n_rows()).filter_map(|row| column.show(row)).collect();
            values.sort();
            values.dedup();
            prop_assert_eq!(told.missing, missing);
            let zeros = values.iter().any(|v| v == "0.0") && values.iter().any(|v| v == "-0.0");
            prop_assert_eq!(told.distinct, values.len() as u64 - u64::from(zeros));
            prop_assert!(told.unique <= told.distinct && told.distinct <= told.present());
            prop_assert!((0.0..=1.0).contains(&told.fits) && (0.0..=1.0).contains(&told.regular));
        }
    }
}

#[test]
fn threads_do_not_matter() {
    let n = 300_000_u64;
    let mixed = |i: u64| i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20;
    let table = Table::new(
        "t",
        vec![
            Column::text("id", (0..n).map(|i| Some(format!("C{:09}", mixed(i) % 1_000_000_000)))),
            Column::floats("amount", (0..n).map(|i| (mixed(i) % 100_000) as f64 / 7.0).collect()),
            Column::ints("count", (0..n).map(|i| (mixed(i) % 50) as i64).collect()),
            Column::text("city", (0..n).map(|i| Some(["Bonn", "Köln", "Ulm"][mixed(i) as usize % 3]))),
        ],
    )
    .unwrap();
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| measure(&table))
    };
    assert_eq!(with(1), with(2));
    assert_eq!(with(1), with(8));
}

#[test]
fn cancellation() {
    let cancel = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
    let control = crm_mining::Control::default().cancelled_by(cancel);
    let error = Quality::default().measure_with(&persons(), &control).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Cancelled { .. }));
}
