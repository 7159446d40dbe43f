//! Merging sources by hand-made cases: keys, units, currencies, time, rules, provenance and collisions.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers stand outside test functions"
)]

use crm_mining::ErrorKind;
use crm_mining::data::{Column, Table, ToTable, Zone};
use crm_mining::prepare::{
    AsOf, CollisionKind, ColumnKind, ConflictRule, Conversion, Decision, KeyMap, Merge, MergeReason, Merged,
    OnUnknown, Rates, Source, SourceTable,
};

fn texts<const N: usize>(name: &str, values: [&'static str; N]) -> Column {
    Column::text(name, values.map(|value| (!value.is_empty()).then_some(value)))
}

fn table(name: &str, columns: Vec<Column>) -> Table {
    Table::new(name, columns).unwrap()
}

fn shown(table: &Table, column: &str) -> Vec<String> {
    let column = table.column(column).unwrap();
    (0..column.len()).map(|row| column.show(row).unwrap_or_default().into_owned()).collect()
}

/// Three systems that know customer 1: `a` is trusted most, `c` is newest, `b` fills most columns; two say Bonn.
fn three() -> [Table; 3] {
    let source = |name: &str, city, phone, day| {
        table(
            name,
            vec![
                Column::ints("id", vec![1]),
                texts("city", [city]),
                texts("phone", [phone]),
                texts("street", [if name == "b" { "High Street" } else { "" }]),
                texts("day", [day]),
            ],
        )
    };
    [
        source("a", "Köln", "", "2024-01-01"),
        source("b", "Bonn", "7", "2024-02-01"),
        source("c", "Bonn am Rhein", "", "2024-03-01"),
    ]
}

fn by_rules(rules: &[ConflictRule]) -> Merged {
    let tables = three();
    let mut merge = Merge::default().column("city", ColumnKind::Text, rules.iter().copied());
    for (rank, name) in (1..).zip(["a", "b", "c"]) {
        let source = Source::new(name, "id").trust_rank(rank).column("city", "city").as_of("day");
        merge = merge.source(source.column("phone", "phone").column("street", "street"));
    }
    let merge = merge.column("phone", ColumnKind::Text, []).column("street", ColumnKind::Text, []);
    let inputs: Vec<_> =
        ["a", "b", "c"].into_iter().zip(&tables).map(|(n, t)| SourceTable::new(n, t)).collect();
    merge.run(&inputs).unwrap()
}

#[test]
fn each_rule_decides() {
    for (rules, value, source, decision) in [
        (&[ConflictRule::MostTrusted][..], "Köln", "a", Decision::Rule(ConflictRule::MostTrusted)),
        (&[ConflictRule::MostComplete], "Bonn", "b", Decision::Rule(ConflictRule::MostComplete)),
        (&[ConflictRule::Newest], "Bonn am Rhein", "c", Decision::Rule(ConflictRule::Newest)),
        (&[ConflictRule::Longest], "Bonn am Rhein", "c", Decision::Rule(ConflictRule::Longest)),
        // Every value once: the vote decides nothing, the alphabet does.
        (&[ConflictRule::Majority], "Bonn", "b", Decision::Tie),
        (
            &[ConflictRule::Majority, ConflictRule::Newest],
            "Bonn am Rhein",
            "c",
            Decision::Rule(ConflictRule::Newest),
        ),
    ] {
        let merged = by_rules(rules);
        let cell = merged.provenance.cell("1", "city").unwrap();
        assert_eq!((cell.value.as_str(), cell.source, cell.row, cell.decision), (value, source, 1, decision));
        assert_eq!(shown(&merged.table, "city"), [value]);
        assert_eq!(cell.losing.len(), 2);
        assert_eq!(merged.provenance.rules("city"), Some(rules));
        // The only phone there is.
        assert_eq!(merged.provenance.cell("1", "phone").unwrap().decision, Decision::Agreed);
    }
}

#[test]
fn majority_counts_rows() {
    let a = table("a", vec![Column::ints("id", vec![1, 1, 1]), texts("city", ["Ulm", "Ulm", "Bonn"])]);
    let merge = Merge::default().source(Source::new("a", "id").column("city", "city")).column(
        "city",
        ColumnKind::Text,
        [ConflictRule::Majority],
    );
    let merged = merge.run(&[SourceTable::new("a", &a)]).unwrap();
    let cell = merged.provenance.cell("1", "city").unwrap();
    assert_eq!((cell.value.as_str(), cell.row, cell.losing[0].row), ("Ulm", 1, 3));
    assert_eq!(cell.decision, Decision::Rule(ConflictRule::Majority));
}

#[test]
fn ids_meet_by_their_text_and_keep_their_zeros() {
    let a = table("a", vec![Column::ints("id", vec![7, 123]), texts("x", ["p", "q"])]);
    let b = table("b", vec![texts("no", ["7", "00123", " ", ""]), texts("x", ["p", "r", "s", "t"])]);
    let merge = Merge::default()
        .source(Source::new("a", "id").column("x", "x"))
        .source(Source::new("b", "no").column("x", "x"))
        .column("x", ColumnKind::Text, []);
    let merged = merge.run(&[SourceTable::new("b", &b), SourceTable::new("a", &a)]).unwrap();
    assert_eq!(shown(&merged.table, "customer"), ["00123", "123", "7"]);
    assert_eq!(merged.rejected.sources[1].reasons, [MergeReason::MissingKey, MergeReason::MissingKey]);
    assert_eq!(shown(&merged.rejected.to_table(), "row"), ["3", "4"]);
    assert_eq!(shown(&merged.rejected.sources[1].rows, "x"), ["s", "t"]);
    assert!(merged.conflicts.is_empty());
    assert_eq!(merged.rows_in(), 6);
}

#[test]
fn keys_through_a_mapping_and_from_linking() {
    let shop = table(
        "shop",
        vec![texts("login", ["ann", "bob", "eve", "kim"]), Column::ints("spend", vec![1, 2, 3, 4])],
    );
    let mapping = table(
        "map",
        vec![texts("login", ["ann", "bob", "bob", "ann"]), Column::ints("customer", vec![10, 20, 21, 10])],
    );
    let desk = table("desk", vec![texts("note", ["a", "b", "c"])]);
    let clusters = Column::ints("cluster", vec![10, 30, 30]);
    let mapped = KeyMap::Mapped { column: "login".into(), from: "login".into(), to: "customer".into() };
    let merge = Merge::default()
        .source(Source::new("shop", "login").key(mapped).column("spend", "spend"))
        .source(Source::new("desk", "").key(KeyMap::Given).column("note", "note"))
        .column("spend", ColumnKind::Number, [])
        .column("note", ColumnKind::Text, []);
    let merged = merge
        .run(&[
            SourceTable::new("shop", &shop).mapped_by(&mapping),
            SourceTable::new("desk", &desk).customers(&clusters),
        ])
        .unwrap();
    assert_eq!(shown(&merged.table, "customer"), ["10", "30"]);
    assert_eq!(shown(&merged.table, "spend"), ["1.0", ""]);
    assert_eq!(shown(&merged.table, "note"), ["a", "b"]);
    let reasons = &merged.rejected.sources[1].reasons;
    assert_eq!(reasons[..], [MergeReason::AmbiguousKey, MergeReason::UnmappedKey, MergeReason::UnmappedKey]);
    assert_eq!(merged.conflicts.iter().next().unwrap().losing[0].row, 3);

    let short = Column::ints("cluster", vec![10]);
    let error = merge.run(&[
        SourceTable::new("shop", &shop).mapped_by(&mapping),
        SourceTable::new("desk", &desk).customers(&short),
    ]);
    assert!(matches!(error.unwrap_err().kind(), ErrorKind::LengthMismatch { .. }));
    let error =
        merge.run(&[SourceTable::new("shop", &shop), SourceTable::new("desk", &desk).customers(&clusters)]);
    assert!(matches!(
        error.unwrap_err().kind(),
        ErrorKind::InvalidParameter { parameter: "KeyMap::Mapped", .. }
    ));
}

fn orders() -> Table {
    table(
        "orders",
        vec![
            Column::ints("id", vec![1, 2, 3, 4, 5, 6]),
            texts("amount", ["100", "100", "100", "100", "x", ""]),
            texts("currency", ["eur", "USD", "USD", "GBP", "EUR", "??"]),
            texts(
                "day",
                ["2024-01-10", "2024-01-10", "2023-12-31", "2024-01-10", "2024-01-10", "2024-01-10"],
            ),
            Column::floats("cents", vec![250.0, f64::NAN, 1.0, 2.0, 3.0, 4.0]),
            texts("weight", ["2", "500", "1", "1", "1", "1"]),
            texts("unit", ["kg", " g ", "kg", "kg", "kg", "kg"]),
        ],
    )
}

fn converting() -> Merge {
    let units =
        Conversion::Unit { column: "unit".into(), factors: vec![("kg".into(), 1.0), ("g".into(), 0.001)] };
    Merge {
        rates: Rates::to("EUR").from("USD", "2024-01-01".parse().unwrap(), 0.9).from(
            "USD",
            "2024-02-01".parse().unwrap(),
            0.8,
        ),
        ..Merge::default()
    }
    .source(
        Source::new("orders", "id")
            .converted("amount", "amount", Conversion::CurrencyColumn("currency".into()))
            .converted("cents", "fee", Conversion::Factor(0.01))
            .converted("weight", "kilograms", units)
            .as_of("day"),
    )
    .column("amount", ColumnKind::Number, [])
    .column("fee", ColumnKind::Number, [])
    .column("kilograms", ColumnKind::Number, [])
}

#[test]
fn units_and_currencies() {
    let orders = orders();
    let merged = converting().run(&[SourceTable::new("orders", &orders)]).unwrap();
    assert_eq!(shown(&merged.table, "customer"), ["1", "2", "6"]);
    assert_eq!(shown(&merged.table, "amount"), ["100.0", "90.0", ""]);
    assert_eq!(shown(&merged.table, "fee"), ["2.5", "", "0.04"]);
    assert_eq!(shown(&merged.table, "kilograms"), ["2.0", "0.5", "1.0"]);
    assert_eq!(
        merged.rejected.sources[0].reasons,
        [
            MergeReason::NoRate { column: "amount".into() },
            MergeReason::UnknownCurrency { column: "currency".into() },
            MergeReason::Unreadable { column: "amount".into(), must_be: "a finite number" },
        ]
    );

    let failing = Merge { on_unknown: OnUnknown::Fail, ..converting() };
    let error = failing.run(&[SourceTable::new("orders", &orders)]).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InvalidValue { row: 3, column, .. } if column == "amount"));
}

#[test]
fn times_align_by_the_zone_of_their_source() {
    // 07:30 in Shanghai is 23:30 UTC of the day before; London's clock skipped 01:30 on 2024-03-31.
    let east = table(
        "east",
        vec![Column::ints("id", vec![1, 2]), texts("at", ["2024-03-05 07:30", "2024-03-05 07:30+09:00"])],
    );
    let west = table(
        "west",
        vec![Column::ints("id", vec![1, 3]), texts("at", ["2024-03-05 01:00", "2024-03-31 01:30"])],
    );
    let source = |name: &str, zone| {
        Source::new(name, "id").column("at", "at").as_of("at").zone(Zone::named(zone).unwrap())
    };
    let merge = Merge::default()
        .source(source("east", "Asia/Shanghai"))
        .source(source("west", "Europe/London"))
        .column("at", ColumnKind::Moment, [ConflictRule::Newest]);
    let merged = merge.run(&[SourceTable::new("east", &east), SourceTable::new("west", &west)]).unwrap();
    assert_eq!(
        shown(&merged.table, "at"),
        ["2024-03-05T01:00:00", "2024-03-04T22:30:00", "2024-03-31T01:30:00"]
    );
    let cell = merged.provenance.cell("1", "at").unwrap();
    assert_eq!((cell.source, cell.losing[0].value.as_str()), ("west", "2024-03-04T23:30:00"));

    // The business day chooses the rate: 23:30 UTC on 31 January is 1 February in Shanghai.
    let sales = table(
        "sales",
        vec![
            Column::ints("id", vec![1]),
            Column::ints("usd", vec![10]),
            texts("at", ["2024-01-31T23:30:00Z"]),
        ],
    );
    let rates = Rates::to("CNY").from("USD", "2024-01-31".parse().unwrap(), 7.0).from(
        "USD",
        "2024-02-01".parse().unwrap(),
        8.0,
    );
    for (zone, amount) in [("UTC", "70.0"), ("Asia/Shanghai", "80.0")] {
        let merge = Merge { rates: rates.clone(), zone: Zone::named(zone).unwrap(), ..Merge::default() }
            .source(
                Source::new("sales", "id")
                    .converted("usd", "amount", Conversion::Currency("USD".into()))
                    .as_of("at"),
            )
            .column("amount", ColumnKind::Number, []);
        let merged = merge.run(&[SourceTable::new("sales", &sales)]).unwrap();
        assert_eq!(shown(&merged.table, "amount"), [amount]);
    }
}

#[test]
fn a_whole_source_of_one_day() {
    let [a, b, _] = three();
    let mut old = Source::new("a", "id").column("city", "city");
    old.as_of = AsOf::Day("2024-02-02".parse().unwrap());
    let merge = Merge::default()
        .source(old)
        .source(Source::new("b", "id").column("city", "city").as_of("day"))
        .column("city", ColumnKind::Text, [ConflictRule::Newest]);
    let merged = merge.run(&[SourceTable::new("a", &a), SourceTable::new("b", &b)]).unwrap();
    assert_eq!(shown(&merged.table, "city"), ["Köln"]);
}

#[test]
fn one_id_with_two_names_is_a_collision() {
    let a = table("a", vec![texts("id", ["1", "2", "ab 1"]), texts("name", ["Anna Li", "Bo Chen", "Kim"])]);
    let b = table("b", vec![texts("id", ["1", "2", "ＡＢ1"]), texts("name", ["anna  li", "王小明", "Kim"])]);
    let source = |name: &str| Source::new(name, "id").column("name", "name");
    let merge = Merge { identity: vec!["name".into()], ..Merge::default() }
        .source(source("a"))
        .source(source("b"))
        .column("name", ColumnKind::Text, []);
    let merged = merge.run(&[SourceTable::new("a", &a), SourceTable::new("b", &b)]).unwrap();
    assert_eq!((merged.collisions.len(), merged.conflicts.len()), (2, 2));
    let identity = &merged.collisions[0];
    assert_eq!((identity.kind, identity.column.as_deref()), (CollisionKind::SameId, Some("name")));
    let rows: Vec<_> = identity
        .rows
        .iter()
        .map(|r| (r.customer.as_str(), r.value.as_str(), r.source.as_str(), r.row))
        .collect();
    assert_eq!(rows, [("2", "Bo Chen", "a", 2), ("2", "王小明", "b", 2)]);
    let spelling = &merged.collisions[1];
    let ids: Vec<_> = spelling.rows.iter().map(|row| row.customer.as_str()).collect();
    assert_eq!((spelling.kind, ids), (CollisionKind::Spelling, vec!["ab 1", "ＡＢ1"]));
    assert_eq!(merged.collisions.to_table().n_rows(), 4);
    assert_eq!(merged.table.n_rows(), 4);
}

#[test]
fn results_are_tables() {
    let merged = by_rules(&[ConflictRule::Newest]);
    let provenance = merged.provenance.to_table();
    assert_eq!(shown(&provenance, "column"), ["city", "phone", "street"]);
    assert_eq!(shown(&provenance, "source"), ["c", "b", "b"]);
    assert_eq!(shown(&provenance, "decided_by"), ["newest", "agreed", "agreed"]);
    assert_eq!(shown(&provenance, "losing"), ["2", "0", "0"]);
    assert_eq!(shown(&provenance, "as_of")[0], "2024-03-01");
    let conflicts = merged.conflicts.to_table();
    assert_eq!(shown(&conflicts, "lost"), ["Köln", "Bonn"]);
    assert_eq!(shown(&conflicts, "kept"), ["Bonn am Rhein", "Bonn am Rhein"]);
    assert_eq!(shown(&conflicts, "lost_as_of"), ["2024-01-01", "2024-02-01"]);
    assert_eq!(merged.conflicts.counts(), [("city", 1), ("phone", 0), ("street", 0)]);
    let report = merged.report.to_table();
    assert_eq!(
        (shown(&report, "conflicts"), shown(&report, "ties")),
        (vec!["1".to_owned(), "0".into(), "0".into()], vec!["0".to_owned(); 3])
    );
    assert_eq!(shown(&merged.report.sources.to_table(), "cells"), ["0", "2", "1"]);
    assert!(merged.report.to_string().starts_with("\"a\": 1 rows, 1 used, 0 set aside\n"));
    assert_eq!(merged.to_table(), merged.table);
}

#[test]
fn settings_are_checked() {
    let a = table("a", vec![Column::ints("id", vec![1]), texts("x", ["p"])]);
    let source = || Source::new("a", "id").column("x", "x");
    let good = || Merge::default().source(source()).column("x", ColumnKind::Text, []);
    assert!(good().run(&[SourceTable::new("a", &a)]).is_ok());
    let bad =
        [
            Merge::default(),
            good().source(source()),
            good().column("x", ColumnKind::Text, []),
            good().column("customer", ColumnKind::Text, []),
            Merge::default().source(source()),
            Merge { identity: vec!["y".into()], ..good() },
            Merge { rates: Rates::to("EUR").always("USD", f64::NAN), ..good() },
            Merge::default().source(source().column("id", "x")).column("x", ColumnKind::Text, []),
            Merge::default()
                .source(Source::new("a", "id").converted("x", "x", Conversion::Factor(2.0)))
                .column("x", ColumnKind::Text, []),
            Merge::default()
                .source(Source::new("a", "id").converted("x", "x", Conversion::Factor(0.0)))
                .column("x", ColumnKind::Number, []),
        ];
    for merge in bad {
        let error = merge.run(&[SourceTable::new("a", &a)]).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::InvalidParameter { .. }), "{error}");
    }
    for tables in [vec![], vec![SourceTable::new("b", &a)], vec![SourceTable::new("a", &a); 2]] {
        assert!(matches!(good().run(&tables).unwrap_err().kind(), ErrorKind::InvalidParameter { .. }));
    }
    let missing = Merge::default().source(Source::new("a", "no")).column("x", ColumnKind::Text, []);
    assert!(matches!(
        missing.run(&[SourceTable::new("a", &a)]).unwrap_err().kind(),
        ErrorKind::MissingColumn { .. }
    ));
}

#[test]
fn settings_come_back_from_json() {
    let merge = Merge { identity: vec!["fee".into()], ..converting() };
    let back: Merge = serde_json::from_str(&serde_json::to_string(&merge).unwrap()).unwrap();
    assert_eq!(back, merge);
    let short = r#"{"sources": [{"name": "a", "key": {"column": "id"}, "columns": [{"from": "x", "to": "x"}]}],
        "columns": [{"name": "x", "kind": "text", "rules": ["newest", "most_trusted"]}]}"#;
    let merge: Merge = serde_json::from_str(short).unwrap();
    assert_eq!((merge.sources[0].trust_rank, merge.rules.len()), (1, 4));
    for (right, wrong) in
        [("key", "keys"), ("from", "form"), ("sources", "source"), ("rules", "rule"), ("kind", "type")]
    {
        let misspelt = short.replace(&format!("\"{right}\""), &format!("\"{wrong}\""));
        let error = serde_json::from_str::<Merge>(&misspelt).unwrap_err().to_string();
        assert!(error.contains(&format!("unknown field `{wrong}`")), "{error}");
    }
}

#[test]
fn empty_columns_of_any_type_lose_no_row() {
    let a = table(
        "a",
        vec![Column::ints("id", vec![1, 2]), Column::floats("day", vec![f64::NAN; 2]), texts("n", ["", ""])],
    );
    let merge = Merge::default()
        .source(Source::new("a", "id").column("n", "n").column("day", "born").as_of("day"))
        .column("n", ColumnKind::Number, [])
        .column("born", ColumnKind::Moment, []);
    let merged = merge.run(&[SourceTable::new("a", &a)]).unwrap();
    assert_eq!((merged.table.n_rows(), merged.rejected.len()), (2, 0));
    let none = a.take(&[]);
    assert_eq!(merge.run(&[SourceTable::new("a", &none)]).unwrap().table.n_rows(), 0);
}

#[test]
fn cancellation() {
    let orders = orders();
    let cancel = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
    let control = crm_mining::Control::default().cancelled_by(cancel);
    let error = converting().run_with(&[SourceTable::new("orders", &orders)], &control).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Cancelled { .. }));
}
