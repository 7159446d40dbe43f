//! Profiles end to end: the program of the README, names that trip programs up, files and back, the rows
//! behind the figures, and the same bytes at any number of threads.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use crm_mining::prelude::*;
use crm_mining::prepare::{CsvReader, SampleShop};
use crm_mining::profile::Value;
use crm_mining::{ErrorKind, Result};
use std::collections::BTreeSet;

/// What the README's program does, on the sample shop.
fn profiles(csv: &str) -> Result<(Transactions, Profiles)> {
    let raw = CsvReader::default().read_bytes("orders.csv", csv.as_bytes())?;
    let cleaned = Cleaner::transactions().clean(raw)?;
    let orders = Transactions::with_roles(&cleaned.table, &cleaned.roles)?;
    let ledger = Ledger::new(&orders);
    let as_of = ledger.last_day();
    let rfm = Rfm::default().score(&ledger, as_of)?;
    let summary = ledger.summary(as_of);
    let buying = BgNbd::default().fit(&summary)?;
    let spend = GammaGamma::default().fit(&summary)?;
    let clv = Clv::new(&buying, &spend).horizon(Days(365)).predict(&summary)?;
    let segments = Segmentation::kmeans(2..=8).fit(&rfm.features())?;
    let churn = Churn::within(Days(90)).fit(&ledger, as_of)?;
    let rules = Rules::min_support(0.01).min_lift(1.2).mine(&Baskets::new(&orders))?;
    let customers = Customers::from_table(&cleaned.table, &cleaned.roles, &["customer_name", "city"])?;
    let purchases = Purchases::new(&orders);
    let profiles = Profiles::new(as_of)
        .with(&customers)
        .with(&purchases)
        .with(&rfm)
        .with(&clv)
        .with(&segments)
        .with(&churn)
        .with(&rules)
        .build()?;
    Ok((orders, profiles))
}

fn shop() -> String {
    SampleShop { customers: 400, ..SampleShop::default() }.generate().unwrap().csv
}

/// A folder of this test's own, removed at its end.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let folder = std::env::temp_dir().join(format!("crm-mining-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Folder(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn names_survive_the_way_into_a_file_and_back() {
    let (_, profiles) = profiles(&shop()).unwrap();
    let folder = Folder::new("names");
    let path = folder.0.join("profiles.jsonl");
    profiles.write_jsonl(&path).unwrap();
    let back = Profiles::read_jsonl(&path).unwrap();
    assert_eq!(back, profiles);
    for (customer, name) in [
        ("000001", "NA"),
        ("000002", "null"),
        ("000003", "=1+1"),
        ("000004", "</script>"),
        ("000005", "O'Neill, \"Jo\""),
    ] {
        let profile = back.get(customer).unwrap();
        assert_eq!(profile.fact("customer_name"), Some(&Value::Text(name.into())));
    }
    assert_eq!(std::fs::read_dir(&folder.0).unwrap().count(), 1, "nothing but the file is left behind");
}

#[cfg(feature = "parquet")]
#[test]
fn parquet_has_a_row_per_customer() {
    let (_, profiles) = profiles(&shop()).unwrap();
    let folder = Folder::new("parquet");
    let path = folder.0.join("profiles.parquet");
    profiles.write_parquet(&path).unwrap();
    let table = crm_mining::prepare::read_parquet(&path).unwrap().table;
    assert_eq!(table.n_rows(), profiles.len());
    let names = table.column("customer_name").unwrap();
    let row = profiles.customers().position("000002").unwrap();
    assert_eq!(names.show(row).as_deref(), Some("null"));
    for column in [
        "customer",
        "orders",
        "spend",
        "rfm_segment",
        "segment",
        "clv",
        "churn_probability",
        "offers",
        "rows",
    ] {
        assert!(table.find(column).is_some(), "{column}");
    }
}

#[test]
fn every_profile_says_where_its_figures_come_from() {
    let csv = shop();
    let (orders, profiles) = profiles(&csv).unwrap();
    assert_eq!(profiles.len(), orders.customers().len());
    let lines: Vec<&str> = csv.lines().skip(1).collect();
    let mut seen = BTreeSet::new();
    for profile in &profiles {
        // Each row named by the profile is a row of that customer, and no row is named twice.
        let mut spend = 0.0;
        for row in rows(&profile.rows) {
            assert!(lines[row - 1].contains(&format!(",{},", profile.customer)));
            assert!(seen.insert(row));
            let line = (0..orders.len()).find(|&line| orders.row_number(line) == row as u64).unwrap();
            spend += orders.amounts()[line];
        }
        let Some(Value::Number(told)) = profile.fact("spend") else { unreachable!("{profile:?}") };
        assert!((told - spend).abs() < 1e-6);

        let tag = profile.tag("rfm_segment").unwrap();
        assert!(tag.evidence.contains("last purchase") && tag.valid_until > tag.valid_from);
        assert!(profile.scores.iter().all(|score| !score.reasons.is_empty()));
        assert!(profile.offers.iter().all(|offer| offer.reason.starts_with("bought ") && offer.lift >= 1.2));
        let alive = profile.score("p_alive").unwrap();
        assert!(alive.value.is_none_or(|p| (0.0..=1.0).contains(&p)));
    }
    assert_eq!(seen.len(), orders.len());
}

fn rows(ranges: &str) -> Vec<usize> {
    let range = |range: &str| match range.split_once('-') {
        Some((first, last)) => first.parse().unwrap()..=last.parse().unwrap(),
        None => range.parse().unwrap()..=range.parse().unwrap(),
    };
    ranges.split(',').flat_map(range).collect()
}

#[test]
fn the_same_bytes_at_1_2_and_8_threads() {
    let csv = shop();
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let mut bytes = Vec::new();
        pool.install(|| profiles(&csv).unwrap().1.to_jsonl(&mut bytes).unwrap());
        bytes
    };
    let one = with(1);
    assert!(with(2) == one && with(8) == one);
}

#[test]
fn a_part_without_customers_is_refused() {
    let rules = Rules::min_support(0.5).mine(&Baskets::from_rows([["a", "b"]])).unwrap();
    let day: Day = "2024-03-05".parse().unwrap();
    for builder in [Profiles::new(day), Profiles::new(day).with(&rules)] {
        assert!(matches!(
            builder.build().unwrap_err().kind(),
            ErrorKind::NotEnoughData { of: "Profiles", .. }
        ));
    }
}

#[test]
fn a_file_that_holds_no_profiles_is_refused() {
    let folder = Folder::new("broken");
    let path = folder.0.join("profiles.jsonl");
    let kind = |text: &str| {
        std::fs::write(&path, text).unwrap();
        Profiles::read_jsonl(&path).unwrap_err().kind().name()
    };
    assert_eq!(kind(""), "EmptyInput");
    assert_eq!(kind("{\"customer\": 1}\n"), "Malformed");
    assert_eq!(kind(&"[".repeat(100_000)), "Malformed");
    let one = r#"{"customer":"a","as_of":"2024-03-05","facts":[],"tags":[],"scores":[],"offers":[]}"#;
    assert_eq!(kind(&format!("{one}\n{one}\n")), "Malformed");
    assert_eq!(Profiles::read_jsonl(folder.0.join("none")).unwrap_err().kind().name(), "Io");
    let nowhere = folder.0.join("no/such/folder.jsonl");
    let (_, profiles) = profiles(&shop()).unwrap();
    assert_eq!(profiles.write_jsonl(nowhere).unwrap_err().kind().name(), "Io");
}
