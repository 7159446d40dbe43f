//! Cases of bad input that are about rows: who they are of, what they repeat, and how they leave the library.
//! `cases.rs` lists all cases.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use common::data;
use crm_mining::data::{Column, Found, Roles, Table, Transactions};
use crm_mining::prepare::{
    Block, Cleaner, CleaningPlan, CollisionKind, ColumnKind, Comparison, CsvReader, CsvWriter, Dialect,
    Duplicates, Fill, Formulas, Kind, Linker, Merge, NormalizeText, Reason, Records, Similarity, Source,
    SourceTable, Step, read_csv,
};
use crm_mining::{Fit, Predict};
use std::time::{Duration, Instant};

fn text(name: &str, values: &[&str]) -> Column {
    Column::text(name, values.iter().map(|value| Some(*value).filter(|value| !value.is_empty())))
}

fn orders(customers: &[&str], dates: &[&str]) -> Table {
    let amounts = (0..dates.len()).map(|at| at as f64 + 1.0).collect();
    Table::new(
        "orders",
        vec![text("customer", customers), text("date", dates), Column::floats("amount", amounts)],
    )
    .unwrap()
}

#[test]
fn case_16_rows_without_a_customer() {
    let raw = orders(&["a", "", " ", "b"], &["2024-03-05"; 4]);
    let cleaned = Cleaner::transactions().clean(raw.clone()).unwrap();
    assert_eq!(cleaned.rejected.reasons(), [Reason::MissingCustomer, Reason::MissingCustomer]);
    assert_eq!(cleaned.rejected.counts(), [("missing customer", 2)]);
    assert_eq!(cleaned.rows_in(), 4);
    // On request they are one customer of their own; the log says which rows.
    let plan = CleaningPlan::new()
        .step(NormalizeText::usual(["customer"]))
        .step(Fill::constant(["customer"], "anonymous"))
        .step(Cleaner::transactions());
    let result = plan.run(raw).unwrap();
    let orders = Transactions::from_table(&result.table).unwrap();
    let names: Vec<String> = (0..orders.customers().len()).map(|at| orders.customers().name(at)).collect();
    assert_eq!((names, result.rejected.len()), (["a", "anonymous", "b"].map(String::from).to_vec(), 0));
}

#[test]
fn case_17_codes_that_differ_only_by_case() {
    let Some(path) = data("online_retail/online_retail.csv.gz") else { return };
    let raw = read_csv(path).unwrap();
    let merge = Merge::default().source(Source::new("shop", "StockCode"));
    let merged = merge.run(&[SourceTable::new("shop", &raw.table)]).unwrap();
    // 4,070 codes, of which 112 pairs are one in capitals (counted by Python).
    assert_eq!((merged.table.n_rows(), merged.collisions.len()), (4_070, 112));
    assert!(merged.collisions.iter().all(|c| c.kind == CollisionKind::Spelling && c.rows.len() == 2));
}

#[test]
fn case_17_ids_that_look_alike() {
    let ids = ["ab1", "AB1", "ＡＢ１", " ab 1", "a\u{200B}b1", "Jose\u{301}", "José", "ab2"];
    let table = Table::new("a", vec![text("id", &ids), text("name", &["Li"; 8])]).unwrap();
    let merge = Merge { identity: vec!["name".into()], ..Merge::default() }
        .source(Source::new("a", "id").column("name", "name"))
        .column("name", ColumnKind::Text, []);
    let merged = merge.run(&[SourceTable::new("a", &table)]).unwrap();
    // They stay apart, and are told.
    assert_eq!(merged.table.n_rows(), 8);
    let mut groups: Vec<usize> = merged.collisions.iter().map(|collision| collision.rows.len()).collect();
    groups.sort_unstable();
    assert_eq!(groups, [2, 5]);
}

#[test]
fn case_28_the_same_order_twice() {
    // The second export carries another time and another row number, so that no row equals another.
    let raw = Table::new(
        "orders",
        vec![
            text("order", &["1", "1", "2", "1", "1"]),
            text("item", &["tea", "pot", "tea", "tea", "pot"]),
            text("exported", &["09:00", "09:00", "09:00", "10:00", "10:00"]),
            Column::floats("amount", vec![5.0, 20.0, 5.0, 5.0, 20.0]),
        ],
    )
    .unwrap();
    assert!(CleaningPlan::new().step(Duplicates::exact()).run(raw.clone()).unwrap().rejected.is_empty());
    let result = CleaningPlan::new().step(Duplicates::by(["order", "item"])).run(raw).unwrap();
    assert_eq!((result.table.n_rows(), result.rejected.len()), (3, 2));
    assert_eq!((result.rejected.because_of(0), result.rejected.because_of(1)), (Some(1), Some(2)));
    assert_eq!(result.rejected.reason(0), Some("has the order, item of another row"));
}

#[test]
fn case_29_days_that_are_none_of_the_shop() {
    let raw = orders(&["a"; 5], &["1969-12-31", "2024-03-05", "2024-03-06", "2024-03-07", "2999-01-01"]);
    let day = |text: &str| Some(text.parse().unwrap());
    let mut cleaner = Cleaner::transactions();
    cleaner.steps.insert(3, Step::Days { first: day("1970-01-01"), last: day("2024-03-06") });
    let cleaned = cleaner.clean(raw).unwrap();
    assert_eq!((cleaned.table.n_rows(), cleaned.rejected.len()), (2, 3));
    assert!(cleaned.rejected.reasons().iter().all(|reason| *reason == Reason::OutsideDays));
}

#[test]
fn case_30_rows_without_a_date() {
    let raw = orders(&["a"; 4], &["2024-03-05", "", "NA", "2024-03-06"]);
    let cleaned = Cleaner::transactions().clean(raw).unwrap();
    let missing = Reason::Missing { role: "time" };
    assert_eq!(cleaned.rejected.reasons(), [missing.clone(), missing]);
    assert_eq!(cleaned.rejected.rows().row_number(1), 3);
}

/// Whether a spreadsheet would run the text, said apart from the library.
fn runs(cell: &str) -> bool {
    let bare =
        cell.trim_start_matches(|c: char| c.is_whitespace() && c != '\t' && c != '\r' || c == '\u{FEFF}');
    bare.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']) && cell.parse::<f64>().is_err()
}

#[test]
fn case_49_no_text_leaves_as_a_formula() {
    let mut names: Vec<String> =
        ["=1+1", " =1+1", "\u{FEFF}@SUM(A1)", "＝1", "+cmd|' /C calc'!A0", "-5", "-5e3"]
            .into_iter()
            .chain(["\t=1", "\r=1", "\n=1", "=HYPERLINK(\"x\")", "a=1", "</script>"])
            .map(str::to_owned)
            .collect();
    if let Some(path) = data("hostile/blns.json") {
        names.extend(serde_json::from_str::<Vec<String>>(&std::fs::read_to_string(path).unwrap()).unwrap());
    }
    let column = |name: &str| Column::text(name, names.iter().map(Some));
    let table = Table::new("t", vec![column("=name"), column("b")]).unwrap();
    let write = |formulas| {
        let mut bytes = Vec::new();
        CsvWriter { formulas }.write(&table, &mut bytes).unwrap();
        CsvReader::default().dialect(Dialect::default()).read_bytes("t", &bytes).unwrap().table
    };
    let (guarded, kept) = (write(Formulas::Neutralize), write(Formulas::Keep));
    assert_eq!((guarded.columns()[0].name(), kept.columns()[0].name()), ("'=name", "=name"));
    assert_eq!(guarded.n_rows(), names.len());
    let mut neutralized = 0;
    for (row, name) in names.iter().enumerate() {
        let shown =
            |table: &Table| table.columns()[0].show(row).map_or(String::new(), |text| text.into_owned());
        assert_eq!(&shown(&kept), name);
        let cell = shown(&guarded);
        assert!(!runs(&cell), "{cell:?}");
        assert!(cell == *name || cell == format!("'{name}"), "{cell:?}");
        neutralized += usize::from(cell != *name);
    }
    assert!(neutralized >= 9, "{neutralized}");
}

#[test]
fn case_50_names_composed_in_two_ways() {
    let names =
        ["José Müller", "Jose\u{301} Mu\u{308}ller", "Jo\u{200B}sé  Müller", "👨\u{200D}👩\u{200D}👧 Li"];
    for similarity in [Similarity::Name, Similarity::Address, Similarity::TokenJaccard] {
        assert_eq!(similarity.between(names[0], names[1]), 1.0, "{similarity:?}");
    }
    // Linking takes them for one value.
    let people = |of: [&str; 2]| {
        let city = |at: usize| if at.is_multiple_of(2) { "Ulm" } else { "Bonn" };
        let name = |at: usize| if at < 2 { of[at].to_owned() } else { format!("Anna{at} Li{at}") };
        let of =
            |value: &dyn Fn(usize) -> String| (0..24).map(|at| Some(value(at / 2 * 2))).collect::<Vec<_>>();
        let mut first = of(&name);
        first[1] = Some(name(1));
        Table::new(
            "people",
            vec![Column::text("name", first), Column::text("city", of(&|at| city(at).into()))],
        )
        .unwrap()
    };
    let links = |table: &Table| {
        let records = Records::within(table);
        let linker = Linker {
            keep: 1e-9,
            ..Linker::new(vec![Comparison::new("name", Kind::Name)], vec![Block::on(["city"])])
        };
        let links = linker.fit(&records).unwrap().predict(&records).unwrap();
        links.pairs().iter().map(|link| (link.left, link.right, link.weight.to_bits())).collect::<Vec<_>>()
    };
    let alike = links(&people([names[0], names[0]]));
    assert!(alike.iter().any(|pair| (pair.0, pair.1) == (0, 1)), "{alike:?}");
    assert_eq!(links(&people([names[0], names[1]])), alike);
    let raw = Table::new("a", vec![text("name", &names)]).unwrap();
    let plan = CleaningPlan::new().step(NormalizeText::usual(["name"])).step(Duplicates::exact());
    let result = plan.run(raw.clone()).unwrap();
    assert_eq!((result.table.n_rows(), result.rejected.len()), (2, 2));
    assert_eq!(result.undo().unwrap(), raw);
    // What is shown stays as it was written.
    let merge = Merge { identity: vec!["name".into()], ..Merge::default() }
        .source(Source::new("a", "id").column("name", "name"))
        .column("name", ColumnKind::Text, []);
    let rows = Table::new("a", vec![text("id", &["1"; 2]), text("name", &names[1..3])]).unwrap();
    let merged = merge.run(&[SourceTable::new("a", &rows)]).unwrap();
    assert!(merged.collisions.is_empty(), "{:?}", merged.collisions);
    let shown = merged.table.column("name").unwrap().show(0).unwrap().into_owned();
    assert!(names[1..3].contains(&shown.as_str()), "{shown:?}");
}

/// Rows of two numbers that all get one hash of the kind `(rotate(h) ^ v) * c`.
fn collides(n: i64) -> (Vec<i64>, Vec<i64>) {
    let mix = |hash: u64, value: u64| {
        let hash = (hash.rotate_left(23) ^ value).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        hash ^ (hash >> 29)
    };
    let start = mix(mix(0, 0), 0);
    let second = |&value: &i64| (mix(start, value as u64).rotate_left(23) ^ 7) as i64;
    let first: Vec<i64> = (0..n).collect();
    let second = first.iter().map(second).collect();
    (first, second)
}

/// Time grows with the rows, whatever their values are made to do to a hash table.
#[test]
fn case_57_keys_made_to_collide() {
    const ROWS: i64 = 60_000;
    let constant = |name: &str, value: &str| Column::text(name, (0..ROWS).map(|_| Some(value.to_owned())));
    let time = |(a, b): (Vec<i64>, Vec<i64>)| -> Duration {
        let columns = vec![
            constant("customer", "c"),
            constant("date", "2024-03-05"),
            Column::ints("amount", a),
            Column::ints("b", b),
        ];
        let table = Table::new("t", columns).unwrap();
        let mut cleaner = Cleaner::transactions().roles(Roles::default().amount("amount"));
        cleaner.steps = vec![Step::ExactDuplicates];
        let began = Instant::now();
        assert!(cleaner.clean(table.clone()).unwrap().rejected.is_empty());
        let plan = CleaningPlan::new().step(Duplicates::exact()).step(Duplicates::by(["b"]));
        assert!(plan.run(table).unwrap().rejected.is_empty());
        began.elapsed()
    };
    let usual = time(((0..ROWS).collect(), (0..ROWS).collect()));
    // Values equal in their low bits, in their high bits, and made for a hash without a seed.
    let high: Vec<i64> = (0..ROWS).map(|i| i << 44).collect();
    for (name, keys) in [("high bits", (high.clone(), high)), ("one hash", collides(ROWS))] {
        let made = time(keys);
        assert!(made < usual * 10 + Duration::from_millis(500), "{name}: {made:?} beside {usual:?}");
    }
    // Texts of one length that differ in few signs.
    let began = Instant::now();
    let long: String = (0..ROWS).map(|i| format!("{}{i:08}{}\n", "k".repeat(64), "z".repeat(64))).collect();
    let raw = CsvReader::default().read_bytes("t", format!("key\n{long}").as_bytes()).unwrap();
    assert_eq!((raw.table.n_rows(), raw.table.columns()[0].found()), (ROWS as usize, Found::Text));
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}
