//! Bad input to every method: a typed error that names place, rule and finding; never a panic, never NaN.
//! Files are in `bad_input_read.rs`, rows in `cleaning.rs`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crm_mining::data::{Labeled, Summary, Transaction};
use crm_mining::insight::{BuyingModel, ChurnModel, GammaGammaModel, RuleSet, Segments};
use crm_mining::learn::{
    FpGrowth, KMeans, KMeansModel, LogisticModel, LogisticRegression, RandomForest, RandomForestModel, auc,
};
use crm_mining::prelude::*;
use crm_mining::{Error, ErrorKind, Result};

fn name<T: std::fmt::Debug>(result: Result<T>) -> &'static str {
    let error = result.unwrap_err();
    let text = error.to_string();
    assert!(text.len() > 10 && !text.contains("NaN\"") && !text.ends_with('.'), "{text}");
    error.kind().name()
}

fn day(number: i32) -> Day {
    Day::from_number(number)
}

/// Customers who buy one thing for 1 on these days.
fn ledger(days: &[(&str, i32)]) -> Ledger {
    let orders: Vec<String> = (0..days.len()).map(|i| format!("o{i}")).collect();
    let lines = days.iter().zip(&orders).map(|(&(customer, at), order)| Transaction {
        customer,
        time: day(at).start_micros(),
        order,
        item: "tea",
        quantity: 1.0,
        unit_price: 1.0,
    });
    Ledger::new(&Transactions::from_rows(lines).unwrap())
}

#[test]
fn no_customer() {
    let empty = ledger(&[]);
    let as_of = empty.last_day();
    assert_eq!(name(Rfm::default().score(&empty, as_of)), "NotEnoughData");
    let summary = empty.summary(as_of);
    assert_eq!(name(BgNbd::default().fit(&summary)), "NotEnoughData");
    assert_eq!(name(GammaGamma::default().fit(&summary)), "NotEnoughData");
    assert_eq!(name(Churn::within(Days(90)).fit(&empty, as_of)), "NotEnoughData");
    assert_eq!(name(Rules::min_support(0.1).mine(&Baskets::default())), "NotEnoughData");
    let features = Features::new(["a"], vec![]).unwrap();
    assert_eq!(name(KMeans::new(2).fit(&features)), "NotEnoughData");
    assert_eq!(name(Segmentation::kmeans(2..=3).fit(&features)), "NotEnoughData");
    let labeled = Labeled::new(features, []).unwrap();
    assert_eq!(name(LogisticRegression::default().fit(&labeled)), "NotEnoughData");
    assert_eq!(name(RandomForest::default().fit(&labeled)), "NotEnoughData");
}

#[test]
fn one_customer() {
    let one = ledger(&[("a", 0), ("a", 5), ("a", 9)]);
    let rfm = Rfm::default().score(&one, one.last_day()).unwrap();
    assert_eq!((rfm.recency()[0], rfm.frequency()[0], rfm.monetary()[0]), (0, 3, 3.0));
    let summary = one.summary(one.last_day());
    // Either a model that is a number, or a typed error.
    for result in [
        BgNbd::default().fit(&summary).map(|model| model.log_likelihood()),
        GammaGamma::default().fit(&summary).map(|model| model.log_likelihood()),
    ] {
        match result {
            Ok(likelihood) => assert!(likelihood.is_finite()),
            Err(error) => assert!(matches!(error.kind().name(), "NotEnoughData" | "NotConverged"), "{error}"),
        }
    }
    assert_eq!(name(Segmentation::kmeans(2..=8).fit(&rfm.features())), "TooManyClusters");
    assert!(matches!(
        name(Churn::within(Days(3)).fit(&one, one.last_day())),
        "NotEnoughData" | "SingleClass"
    ));
}

#[test]
fn one_time_buyers_only_is_no_silent_fit() {
    let names: Vec<String> = (0..50).map(|i| format!("c{i}")).collect();
    let once = ledger(&names.iter().zip(0..).map(|(name, at)| (name.as_str(), at)).collect::<Vec<_>>());
    let summary = once.summary(once.last_day());
    match BgNbd::default().fit(&summary) {
        Ok(model) => {
            assert!(!matches!(model.status(), crm_mining::insight::FitStatus::Converged), "{model:?}")
        }
        Err(error) => assert!(matches!(error.kind(), ErrorKind::NotEnoughData { .. }), "{error}"),
    }
    assert_eq!(name(GammaGamma::default().fit(&summary)), "NotEnoughData");
}

#[test]
fn numbers_that_are_none() {
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let error = Features::new(["a", "b"], vec![1.0, 2.0, 3.0, bad]).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::InvalidValue { column, row: 2, .. } if column == "b"));
        assert_eq!(name(Summary::new(vec![bad], vec![0.0], vec![1.0], vec![0.0])), "InvalidValue");
        assert_eq!(name(Summary::new(vec![1.0], vec![1.0], vec![1.0], vec![bad])), "InvalidValue");
        let line =
            Transaction { customer: "a", time: 0, order: "o", item: "i", quantity: 1.0, unit_price: bad };
        assert_eq!(name(Transactions::from_rows([line])), "InvalidValue");
    }
    let line =
        Transaction { customer: "a", time: 0, order: "o", item: "i", quantity: 1e200, unit_price: 1e200 };
    assert_eq!(name(Transactions::from_rows([line])), "InvalidValue");
    assert_eq!(name(auc(&[true, false], &[0.1, f64::NAN])), "InvalidValue");
}

#[test]
fn case_36_summaries_that_cannot_be() {
    let good = || (vec![1.0, 2.0], vec![5.0, 9.0], vec![20.0, 30.0], vec![4.0, 7.0]);
    let summary = |(x, t_x, t, m)| Summary::new(x, t_x, t, m);
    let mut beyond = good();
    beyond.1[1] = 31.0;
    let error = summary(beyond).unwrap_err();
    let ErrorKind::InvalidValue { column, row: 2, got, .. } = error.kind() else { panic!("{error}") };
    assert_eq!((column.as_str(), got.as_str()), ("recency", "31"));
    // Who spent nothing has bought nothing: left out of the model of spend, and counted.
    let spends = vec![4.0, 0.0, 7.0, -3.0, 9.0, 30.0];
    let unpaid = Summary::new(vec![2.0; 6], vec![9.0; 6], vec![30.0; 6], spends).unwrap();
    let model = GammaGamma::default().fit(&unpaid).unwrap();
    assert_eq!((model.n_customers(), model.left_out()), (4, 2));
}

#[test]
fn settings_out_of_range() {
    let ledger = ledger(&[("a", 0), ("b", 1), ("b", 9)]);
    let as_of = ledger.last_day();
    for bins in [0, 1, 10] {
        assert_eq!(name(Rfm::default().bins(bins).score(&ledger, as_of)), "InvalidParameter");
    }
    assert_eq!(name(Rfm::default().weights([f64::NAN, 1.0, 1.0]).score(&ledger, as_of)), "InvalidParameter");
    assert_eq!(name(BgNbd::default().penalizer(-1.0).fit(&ledger.summary(as_of))), "InvalidParameter");
    assert_eq!(name(Churn::within(Days(0)).fit(&ledger, as_of)), "InvalidParameter");
    let features = Features::new(["a"], vec![1.0, 2.0]).unwrap();
    assert_eq!(name(KMeans::new(0).fit(&features)), "InvalidParameter");
    assert_eq!(name(KMeans::new(3).fit(&features)), "TooManyClusters");
    #[allow(clippy::reversed_empty_ranges, reason = "the point of the test")]
    for range in [1..=3, 5..=2] {
        assert_eq!(name(Segmentation::kmeans(range).fit(&features)), "InvalidParameter");
    }
    let baskets = Baskets::from_rows([["a", "b"]]);
    for share in [0.0, -0.1, 1.5, f64::NAN] {
        assert_eq!(name(Rules::min_support(share).mine(&baskets)), "InvalidParameter");
    }
    assert_eq!(name(Rules::min_count(0).mine(&baskets)), "InvalidParameter");
    assert_eq!(name(Rules::min_support(0.5).min_confidence(2.0).mine(&baskets)), "InvalidParameter");
}

#[test]
fn one_class_and_lengths() {
    let features = || Features::new(["a"], vec![1.0, 2.0, 3.0]).unwrap();
    let same = Labeled::new(features(), [true; 3]).unwrap();
    assert_eq!(name(LogisticRegression::default().fit(&same)), "SingleClass");
    assert_eq!(name(RandomForest::default().fit(&same)), "SingleClass");
    assert_eq!(name(auc(&[true, true], &[0.1, 0.2])), "SingleClass");
    assert_eq!(name(auc(&[true], &[0.1, 0.2])), "LengthMismatch");
    assert_eq!(name(Labeled::new(features(), [true])), "LengthMismatch");
    assert_eq!(name(Features::new(["a", "b"], vec![1.0, 2.0, 3.0])), "LengthMismatch");

    // Everybody stays: nothing to learn.
    let names: Vec<String> = (0..30).map(|i| format!("c{i}")).collect();
    let days: Vec<(&str, i32)> =
        names.iter().flat_map(|name| (0..20).map(move |week| (name.as_str(), week * 7))).collect();
    let loyal = ledger(&days);
    assert_eq!(name(Churn::within(Days(30)).fit(&loyal, loyal.last_day())), "SingleClass");
}

#[test]
fn other_features_than_at_fit() {
    let labeled =
        Labeled::new(Features::new(["a"], vec![0.0, 1.0, 2.0, 3.0]).unwrap(), [false, true, false, true])
            .unwrap();
    let other = Features::new(["b"], vec![0.0]).unwrap();
    let logistic = LogisticRegression::default().fit(&labeled).unwrap();
    let forest = RandomForest { n_trees: 3, min_leaf: 1, ..RandomForest::default() }.fit(&labeled).unwrap();
    let clusters = KMeans::new(2).fit(labeled.features()).unwrap();
    assert_eq!(name(logistic.predict_probability(&other)), "FeatureMismatch");
    assert_eq!(name(forest.predict_probability(&other)), "FeatureMismatch");
    assert_eq!(name(clusters.predict(&other)), "FeatureMismatch");
}

#[test]
fn every_model_may_be_shared_between_threads() {
    fn shared<T: Send + Sync + Clone + 'static>() {}
    shared::<(BuyingModel, GammaGammaModel, Clv, Segments, ChurnModel)>();
    shared::<(KMeansModel, LogisticModel, RandomForestModel, FpGrowth)>();
    shared::<(RuleSet, Ledger, Baskets, Transactions, Table, Profiles)>();
    fn sent<T: Send + Sync + 'static>() {}
    sent::<(Error, Control)>();
}
