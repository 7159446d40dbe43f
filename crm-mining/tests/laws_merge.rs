//! Laws of merging: no row and no value is lost, and neither the order of sources and rows nor threads matter.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use crm_mining::data::{Column, Table, ToTable};
use crm_mining::prepare::{
    ColumnKind, ConflictRule, Conversion, Merge, Merged, OnUnknown, Rates, Source, SourceTable,
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const NAMES: [&str; 3] = ["crm", "shop", "web"];
const COLUMNS: [&str; 3] = ["city", "spend", "born"];

fn picked(values: &'static [&'static str]) -> impl Strategy<Value = Option<&'static str>> {
    proptest::option::weighted(0.8, proptest::sample::select(values))
}

/// A table of ids, cities, amounts, currencies, dates of birth and days, some of them missing or odd.
fn source() -> impl Strategy<Value = Table> {
    let row = (
        picked(&["1", "2", "3", "01", "a", "A", " "]),
        picked(&["Bonn", "bonn", "Ulm", "Köln", " ", "NA"]),
        picked(&["1", "2.5", "-3", "abc", "1e999", "NA"]),
        picked(&["EUR", "usd", "XXX"]),
        picked(&["1990-01-01", "1991-02-30", "2000-05-05", "soon"]),
        picked(&["2024-01-01", "2024-02-02", "2024-03-03 10:00"]),
    );
    proptest::collection::vec(row, 0..14).prop_map(|rows| {
        let column = |name: &str, of: &dyn Fn(usize) -> Option<&'static str>| {
            Column::text(name, (0..rows.len()).map(of))
        };
        let columns = vec![
            column("id", &|i| rows[i].0),
            column("city", &|i| rows[i].1),
            column("spend", &|i| rows[i].2),
            column("currency", &|i| rows[i].3),
            column("born", &|i| rows[i].4),
            column("day", &|i| rows[i].5),
        ];
        Table::new("t", columns).unwrap()
    })
}

fn rules() -> impl Strategy<Value = Vec<ConflictRule>> {
    use ConflictRule::{Longest, Majority, MostComplete, MostTrusted, Newest};
    proptest::sample::subsequence(vec![Newest, MostTrusted, MostComplete, Majority, Longest], 0..=5)
        .prop_shuffle()
}

fn merge(rules: Vec<ConflictRule>, order: &[usize]) -> Merge {
    let mut merge = Merge {
        rules,
        rates: Rates::to("EUR").from("USD", "2024-02-01".parse().unwrap(), 0.5),
        identity: vec!["city".into()],
        on_unknown: OnUnknown::SetAside,
        ..Merge::default()
    }
    .column("city", ColumnKind::Text, [])
    .column("spend", ColumnKind::Number, [])
    .column("born", ColumnKind::Moment, []);
    for &at in order {
        merge = merge.source(
            Source::new(NAMES[at], "id")
                .trust_rank(1 + at as u32 / 2)
                .column("city", "city")
                .converted("spend", "spend", Conversion::CurrencyColumn("currency".into()))
                .column("born", "born")
                .as_of("day"),
        );
    }
    merge
}

fn run(rules: &[ConflictRule], tables: &[Table], order: &[usize]) -> Merged {
    let inputs: Vec<_> = order.iter().map(|&at| SourceTable::new(NAMES[at], &tables[at])).collect();
    merge(rules.to_vec(), order).run(&inputs).unwrap()
}

/// Everything a merge says, as text.
fn told(merged: &Merged) -> Vec<String> {
    let tables = [
        merged.table.clone(),
        merged.provenance.to_table(),
        merged.conflicts.to_table(),
        merged.collisions.to_table(),
        merged.report.to_table(),
        merged.report.sources.to_table(),
    ];
    let cells = |table: &Table| {
        let columns = table.columns().iter();
        columns
            .map(|c| format!("{} {:?}", c.name(), (0..c.len()).map(|row| c.show(row)).collect::<Vec<_>>()))
            .collect::<Vec<_>>()
    };
    let mut told: Vec<String> = tables.iter().flat_map(cells).collect();
    // Rows set aside stand in the order of their table.
    let rejected = merged.rejected.to_table();
    let mut rows: Vec<String> = (0..rejected.n_rows())
        .map(|row| rejected.columns().iter().map(|c| c.show(row).unwrap().into_owned() + "|").collect())
        .collect();
    rows.sort();
    told.extend(rows);
    told
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn rows_in_are_rows_used_or_set_aside(tables in proptest::collection::vec(source(), 3), rules in rules()) {
        let merged = run(&rules, &tables, &[0, 1, 2]);
        let rows_in: usize = tables.iter().map(Table::n_rows).sum();
        prop_assert_eq!(merged.rows_in(), rows_in as u64);
        for (count, rejected) in merged.report.sources.iter().zip(&merged.rejected.sources) {
            prop_assert_eq!(count.rows_in, count.used + count.set_aside);
            prop_assert_eq!(count.set_aside, rejected.rows.n_rows() as u64);
        }
        for count in &merged.report.columns {
            prop_assert_eq!(count.filled, count.agreed + count.conflicts);
        }
    }

    /// What the used rows say of a customer is what was kept and what lost, no more and no less.
    #[test]
    fn every_value_is_kept_or_listed(tables in proptest::collection::vec(source(), 3), rules in rules()) {
        let merged = run(&rules, &tables, &[0, 1, 2]);
        let mut said: BTreeMap<(String, &str), BTreeSet<String>> = BTreeMap::new();
        for (at, table) in tables.iter().enumerate() {
            let rejected = &merged.rejected.sources[at];
            prop_assert_eq!(&rejected.source, NAMES[at]);
            let out: BTreeSet<u64> = (0..rejected.rows.n_rows()).map(|row| rejected.rows.row_number(row)).collect();
            for row in (0..table.n_rows()).filter(|&row| !out.contains(&(row as u64 + 1))) {
                let cell = |name: &str| table.column(name).unwrap().show(row);
                let customer = cell("id").unwrap().into_owned();
                if let Some(city) = cell("city").filter(|city| !city.trim().is_empty()) {
                    said.entry((customer.clone(), "city")).or_default().insert(city.into_owned());
                }
                if let Some(spend) = cell("spend").filter(|spend| spend != "NA") {
                    let rate = if cell("currency").unwrap() == "EUR" { 1.0 } else { 0.5 };
                    let spend = spend.parse::<f64>().unwrap() * rate;
                    said.entry((customer.clone(), "spend")).or_default().insert(format!("{spend:?}"));
                }
                if let Some(born) = cell("born") {
                    said.entry((customer, "born")).or_default().insert(born.into_owned());
                }
            }
        }
        let customers = merged.table.column("customer").unwrap();
        let mut told: BTreeMap<(String, &str), BTreeSet<String>> = BTreeMap::new();
        for customer in (0..customers.len()).map(|row| customers.show(row).unwrap()) {
            for column in COLUMNS {
                if let Some(cell) = merged.provenance.cell(&customer, column) {
                    let values: BTreeSet<String> = cell.losing.into_iter().map(|lost| lost.value).chain([cell.value]).collect();
                    told.insert((customer.clone().into_owned(), column), values);
                }
            }
        }
        prop_assert_eq!(told, said);
        prop_assert_eq!(merged.conflicts.len(), merged.conflicts.iter().count());
    }

    #[test]
    fn order_does_not_matter(
        tables in proptest::collection::vec(source(), 3),
        rules in rules(),
        order in Just(vec![0, 1, 2]).prop_shuffle(),
        seed in any::<u64>(),
    ) {
        let shuffled: Vec<Table> = tables.iter().map(|table| {
            let mut rows: Vec<u32> = (0..table.n_rows() as u32).collect();
            rows.sort_by_key(|&row| (u64::from(row) + 1).wrapping_mul(seed | 1) >> 7);
            table.take(&rows)
        }).collect();
        prop_assert_eq!(told(&run(&rules, &shuffled, &order)), told(&run(&rules, &tables, &[0, 1, 2])));
    }
}

#[test]
fn threads_do_not_matter() {
    let mixed = |i: u64, k: u64| (i + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15 ^ (k << 17)) >> 33;
    let source = |k: u64, n: u64| {
        let text = |name: &str, of: &dyn Fn(u64) -> String| Column::text(name, (0..n).map(|i| Some(of(i))));
        Table::new(
            "t",
            vec![
                text("id", &|i| (mixed(i, k) % 40_000).to_string()),
                text("city", &|i| format!("city {}", mixed(i, k + 10) % 50)),
                text("spend", &|i| (mixed(i, k + 20) % 1000).to_string()),
                text("currency", &|_| "EUR".into()),
                text("born", &|i| format!("19{:02}-01-01", mixed(i, k + 30) % 100)),
                text("day", &|i| format!("2024-01-{:02}", 1 + mixed(i, k + 40) % 28)),
            ],
        )
        .unwrap()
    };
    let tables = [source(1, 60_000), source(2, 50_000), source(3, 30_000)];
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| told(&run(&[ConflictRule::Majority, ConflictRule::Newest], &tables, &[0, 1, 2])))
    };
    let alone = with(1);
    assert_eq!(alone, with(2));
    assert_eq!(alone, with(8));
}
