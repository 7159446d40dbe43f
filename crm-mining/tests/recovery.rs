//! The sample shop is made by a known process and then messed up: reading, cleaning and fitting must find the
//! process again, and every piece of the mess.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use crm_mining::insight::FitStatus;
use crm_mining::prelude::*;
use crm_mining::prepare::{CsvReader, Sample, SampleShop};

fn shop() -> Sample {
    SampleShop { customers: 6_000, ..SampleShop::default() }.generate().unwrap()
}

#[test]
fn the_mess_is_found_again() {
    let sample = shop();
    let raw = CsvReader::default().read_bytes("shop", sample.csv.as_bytes()).unwrap();
    assert_eq!((raw.report.rows, raw.rejected.len()), (sample.mess.rows, 0));
    let cleaned = Cleaner::transactions().clean(raw).unwrap();
    let count = |step: &str| cleaned.steps.iter().find(|count| count.step == step).unwrap().rejected;
    assert_eq!(count("exact duplicates"), sample.mess.duplicates);
    // A duplicate of a row without a customer goes as a duplicate.
    assert_eq!(count("missing customer"), sample.mess.without_customer);
    // Every return and, nearly always, the sale it returns in full.
    assert!(count("cancellations") > sample.mess.returns * 19 / 10);
    assert_eq!((count("unreadable"), count("non-positive")), (0, 0));
}

#[test]
fn the_process_is_found_again() {
    let sample = shop();
    let raw = CsvReader::default().read_bytes("shop", sample.csv.as_bytes()).unwrap();
    let cleaned = Cleaner::transactions().clean(raw).unwrap();
    let orders = Transactions::with_roles(&cleaned.table, &cleaned.roles).unwrap();
    let ledger = Ledger::new(&orders);
    let summary = ledger.summary(ledger.last_day());

    let truth = sample.truth;
    let buying = BgNbd::default().fit(&summary).unwrap();
    let spend = GammaGamma::default().fit(&summary).unwrap();
    assert_eq!((buying.status(), spend.status()), (&FitStatus::Converged, &FitStatus::Converged));
    let s = spend.standard_errors().unwrap();
    let b = buying.parameters();
    let b = |place: usize| (b[place].value, b[place].standard_error.unwrap());
    for (name, (found, error), truth) in [
        ("r", b(0), truth.r),
        ("alpha", b(1), truth.alpha),
        ("a", b(2), truth.a),
        ("b", b(3), truth.b),
        ("p", (spend.p(), s.p), truth.p),
        ("q", (spend.q(), s.q), truth.q),
        ("v", (spend.v(), s.v), truth.v),
    ] {
        eprintln!("{name}: {found:.4} ± {error:.4}, made with {truth}");
        assert!((found - truth).abs() < 4.0 * error, "{name}: {found} ± {error}, made with {truth}");
    }
}

#[test]
fn what_is_bought_together_is_found_again() {
    let sample = shop();
    let raw = CsvReader::default().read_bytes("shop", sample.csv.as_bytes()).unwrap();
    let cleaned = Cleaner::transactions().clean(raw).unwrap();
    let baskets = Baskets::new(&Transactions::with_roles(&cleaned.table, &cleaned.roles).unwrap());
    let rules = Rules::min_support(0.01).min_confidence(0.5).min_lift(3.0).mine(&baskets).unwrap();
    let found: Vec<(String, String)> =
        rules.iter().map(|rule| (rules.names(rule.antecedent), rules.names(rule.consequent))).collect();
    for (first, companion) in [
        ("green tea 绿茶", "teapot"),
        ("coffee beans", "coffee filter"),
        ("fountain pen", "ink bottle"),
        ("desk lamp", "light bulb"),
        ("candle", "matches"),
        ("chopsticks", "rice bowl"),
        ("soap", "bath towel"),
    ] {
        assert!(
            found.contains(&(first.to_owned(), companion.to_owned())),
            "{first} → {companion}: {found:?}"
        );
    }
    assert_eq!(found.len(), 7);
}
