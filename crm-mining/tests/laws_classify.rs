//! Laws of the classifiers, their measures and churn: fast = naive, invariances, no leakage, thread counts,
//! and what is refused.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crm_mining::data::{Day, Days, Features, Labeled, Ledger, ToTable, Transaction, Transactions};
use crm_mining::insight::{Churn, ChurnModel, Effect};
use crm_mining::learn::{
    Calibration, Confusion, Folds, Lift, LogisticModel, LogisticRegression, MaxFeatures, Penalized,
    RandomForest, RandomForestModel, auc,
};
use crm_mining::{Control, ErrorKind, Fit};
use proptest::prelude::*;
use std::sync::{Arc, atomic::AtomicBool};

fn labeled(names: &[&str], values: Vec<f64>, labels: &[bool]) -> Labeled {
    Labeled::new(Features::new(names.to_vec(), values).unwrap(), labels.iter().copied()).unwrap()
}

/// Rows of two classes that overlap, with a column of many values and one of few.
fn mixed(n: u32) -> Labeled {
    let values = (0..n).flat_map(|i| {
        [f64::from(i * 7919 % 4093) * 0.37, f64::from(i * 31 % 17), f64::from(i * 13 % 101).powi(3)]
    });
    let labels = (0..n).map(|i| i * 7919 % 4093 + (i * 97 % 1009) * 3 > 3600);
    Labeled::new(Features::new(["many", "few", "steep"], values.collect()).unwrap(), labels).unwrap()
}

fn in_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
}

fn small_forest() -> RandomForest {
    RandomForest { n_trees: 25, ..RandomForest::default() }
}

/// Both classes, scores with many ties.
fn scored() -> impl Strategy<Value = (Vec<bool>, Vec<i32>)> {
    prop::collection::vec((any::<bool>(), -9..10i32), 2..80)
        .prop_filter("two classes", |rows| rows.iter().any(|r| r.0) && rows.iter().any(|r| !r.0))
        .prop_map(|rows| rows.into_iter().unzip())
}

fn floats(scores: &[i32]) -> Vec<f64> {
    scores.iter().map(|&score| f64::from(score)).collect()
}

proptest! {
    #[test]
    fn auc_counts_pairs((labels, scores) in scored()) {
        let (mut won, mut pairs) = (0.0, 0.0);
        for (positive, high) in labels.iter().zip(&scores).filter(|pair| *pair.0) {
            prop_assert!(*positive);
            for (_, low) in labels.iter().zip(&scores).filter(|pair| !pair.0) {
                won += if high > low { 1.0 } else if high == low { 0.5 } else { 0.0 };
                pairs += 1.0;
            }
        }
        prop_assert_eq!(auc(&labels, &floats(&scores)).unwrap(), won / pairs);
    }

    #[test]
    fn auc_sees_only_the_order((labels, scores) in scored()) {
        let scores = floats(&scores);
        let expected = auc(&labels, &scores).unwrap();
        for map in [|s: f64| s.powi(3) * 1e200, |s: f64| s.exp(), |s: f64| s * 1e-300] {
            let mapped: Vec<f64> = scores.iter().map(|&score| map(score)).collect();
            prop_assert_eq!(auc(&labels, &mapped).unwrap(), expected);
        }
        let turned: Vec<f64> = scores.iter().map(|score| -score).collect();
        prop_assert!((auc(&labels, &turned).unwrap() - (1.0 - expected)).abs() < 1e-15);
    }

    #[test]
    fn lift_does_not_depend_on_the_order_of_rows((labels, scores) in scored(), parts in 1usize..11) {
        let scores = floats(&scores);
        let parts = parts.min(labels.len());
        let lift = Lift::of(&labels, &scores, parts).unwrap();
        let turned: (Vec<bool>, Vec<f64>) = labels.iter().copied().zip(scores.iter().copied()).rev().unzip();
        prop_assert_eq!(&Lift::of(&turned.0, &turned.1, parts).unwrap(), &lift);
        let rows: f64 = lift.bins().iter().map(|bin| bin.rows).sum();
        let positives: f64 = lift.bins().iter().map(|bin| bin.positives).sum();
        let all = labels.iter().filter(|label| **label).count() as f64;
        prop_assert_eq!(rows, labels.len() as f64);
        prop_assert!((positives - all).abs() < 1e-9);
        let last = lift.bins().last().unwrap();
        prop_assert!((last.cumulative_lift - 1.0).abs() < 1e-12 && (last.cumulative_share - 1.0).abs() < 1e-12);
    }

    #[test]
    fn calibration_bins_add_up((labels, scores) in scored(), bins in 1usize..12) {
        let probabilities: Vec<f64> = scores.iter().map(|&s| f64::from(s + 9) / 18.0).collect();
        let calibration = Calibration::of(&labels, &probabilities, bins).unwrap();
        let rows: usize = calibration.bins().iter().map(|bin| bin.rows).sum();
        let predicted: f64 = calibration.bins().iter().map(|bin| bin.mean_predicted * bin.rows as f64).sum();
        let confusion = Confusion::at(0.5, &labels, &probabilities).unwrap();
        let positives = confusion.true_positives + confusion.false_negatives;
        prop_assert_eq!(rows, labels.len());
        prop_assert!((predicted - probabilities.iter().sum::<f64>()).abs() < 1e-9);
        prop_assert_eq!(positives, labels.iter().filter(|label| **label).count());
    }

    #[test]
    fn folds_part_the_rows_evenly(labels in prop::collection::vec(any::<bool>(), 20..200), k in 2usize..6, seed in 0u64..50) {
        let positives = labels.iter().filter(|label| **label).count();
        prop_assume!(positives >= k && labels.len() - positives >= k);
        let folds = Folds::stratified(&labels, k, seed).unwrap();
        let mut seen = vec![0; labels.len()];
        for fold in 0..k {
            let test = folds.test(fold);
            test.iter().for_each(|&row| seen[row as usize] += 1);
            let held = test.iter().filter(|&&row| labels[row as usize]).count();
            prop_assert!(held == positives / k || held == positives.div_ceil(k));
            prop_assert!(test.len() == labels.len() / k || test.len() == labels.len().div_ceil(k));
            let mut all = [test, folds.train(fold)].concat();
            all.sort_unstable();
            prop_assert!(all.into_iter().eq(0..labels.len() as u32));
        }
        prop_assert!(seen.iter().all(|&times| times == 1));
    }
}

#[test]
fn models_do_not_depend_on_the_number_of_threads() {
    let data = mixed(9000);
    let fit = || -> (LogisticModel, RandomForestModel, Vec<f64>) {
        let forest = small_forest().fit(&data).unwrap();
        let explained = forest.explain(data.features()).unwrap();
        (
            LogisticRegression::default().fit(&data).unwrap(),
            forest,
            explained.contributions().values().to_vec(),
        )
    };
    let one = in_threads(1, fit);
    assert!(one == in_threads(2, fit) && one == in_threads(8, fit));
    let other = RandomForest { seed: 43, ..small_forest() }.fit(&data).unwrap();
    assert!(one.1 != other);
}

#[test]
fn reasons_add_up_to_the_score() {
    let data = mixed(500);
    let forest = small_forest().fit(&data).unwrap();
    let logistic = LogisticRegression::default().fit(&data).unwrap();
    for (explained, is_log_odds) in [
        (forest.explain(data.features()).unwrap(), false),
        (logistic.explain(data.features()).unwrap(), true),
    ] {
        for (parts, &p) in explained.contributions().rows().zip(explained.probabilities()) {
            let score = explained.base() + parts.iter().sum::<f64>();
            let expected = if is_log_odds { (p / (1.0 - p)).ln() } else { p };
            assert!((score - expected).abs() < 1e-9);
        }
    }
    assert_eq!(
        forest.explain(data.features()).unwrap().probabilities(),
        forest.predict_probability(data.features()).unwrap()
    );
    assert!((forest.importances().iter().sum::<f64>() - 1.0).abs() < 1e-12);
}

#[test]
fn a_forest_does_not_depend_on_units() {
    // Powers of two scale values, and the points halfway between them, without rounding.
    let data = mixed(3000);
    let scaled = data.features().values().iter().zip([0.125, 2f64.powi(40), 1.0].into_iter().cycle());
    let scaled = scaled.map(|(value, scale)| value * scale).collect();
    let labels: Vec<bool> = data.labels().collect();
    let scaled = labeled(&["many", "few", "steep"], scaled, &labels);
    let explain = |data: &Labeled| small_forest().fit(data).unwrap().explain(data.features()).unwrap();
    assert_eq!(explain(&data), explain(&scaled));
}

#[test]
fn logistic_regression_does_not_depend_on_units() {
    let data = mixed(400);
    let fit = |data: &Labeled| LogisticRegression::default().fit(data).unwrap();
    let model = fit(&data);
    let scaled = data.features().values().iter().enumerate();
    let scaled =
        scaled.map(|(place, value)| if place % 3 == 0 { value * 1e-9 + 7.0 } else { *value }).collect();
    let labels: Vec<bool> = data.labels().collect();
    let other = fit(&labeled(&["many", "few", "steep"], scaled, &labels));
    let turned: Vec<bool> = labels.iter().map(|label| !label).collect();
    let turned = fit(&Labeled::new(data.features().clone(), turned).unwrap());
    for feature in 0..3 {
        let weight = model.standardized_coefficients()[feature];
        assert!((weight - other.standardized_coefficients()[feature]).abs() < 1e-5 * weight.abs());
        assert!((weight + turned.standardized_coefficients()[feature]).abs() < 1e-9 * weight.abs());
    }
}

#[test]
fn separated_classes_are_said_to_be_so() {
    let labels = [false, false, false, true, true, true];
    let data = labeled(&["x"], vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &labels);
    let held = LogisticRegression::default().fit(&data).unwrap();
    assert!(held.separated() && held.converged());
    let free = LogisticRegression { penalty: 0.0, ..LogisticRegression::default() }.fit(&data).unwrap();
    assert!(free.separated() && !free.converged());
    assert!(free.coefficients()[0].is_finite() && free.iterations() < 20);
}

#[test]
fn odd_columns_give_finite_models() {
    // Constant, doubled, huge and tiny columns beside an ordinary one.
    let values = (0..40u32).flat_map(|i| {
        let x = f64::from(i * 17 % 23);
        [5.0, x, x, x * 1e97, x * 1e-97]
    });
    let labels: Vec<bool> = (0..40u32).map(|i| i * 17 % 23 + i * 5 % 11 > 15).collect();
    let data = labeled(&["constant", "x", "again", "huge", "tiny"], values.collect(), &labels);
    for (penalty, penalized) in [
        (0.0, Penalized::StandardizedColumns),
        (1.0, Penalized::StandardizedColumns),
        (1.0, Penalized::RawColumns),
    ] {
        let model =
            LogisticRegression { penalty, penalized, ..LogisticRegression::default() }.fit(&data).unwrap();
        assert!(model.converged(), "penalty {penalty}, {penalized:?}");
        assert_eq!(model.coefficients()[0], 0.0);
        let far =
            Features::new(model.names().to_vec(), vec![f64::MAX, f64::MIN, f64::MAX, f64::MIN, 0.0]).unwrap();
        assert!(!model.predict_probability(&far).unwrap()[0].is_nan());
        assert!(model.explain(&far).is_ok());
    }
    let forest = small_forest().fit(&data).unwrap();
    assert_eq!(forest.importances()[0], 0.0);
    let constant = labeled(&["constant"], vec![1.0; 6], &labels[..6]);
    let model = small_forest().fit(&constant).unwrap();
    assert_eq!(model.importances(), [0.0]);
    let none = Features::new(["constant"], vec![]).unwrap();
    assert!(model.predict_probability(&none).unwrap().is_empty());
}

#[test]
fn leaves_hold_as_many_rows_as_asked() {
    let data = mixed(300);
    // A leaf of 150 different rows does not fit twice into a sample of 300 drawn with replacement.
    let model = RandomForest { min_leaf: 150, ..small_forest() }.fit(&data).unwrap();
    assert_eq!(model.importances(), [0.0; 3]);
    let model =
        RandomForest { min_leaf: usize::MAX, max_depth: Some(usize::MAX), ..small_forest() }.fit(&data);
    assert_eq!(model.unwrap().importances(), [0.0; 3]);
}

#[test]
fn what_classifiers_refuse() {
    let data = mixed(50);
    let one_class = labeled(&["x"], vec![1.0, 2.0, 3.0], &[true; 3]);
    let empty = labeled(&["x"], vec![], &[]);
    let logistic = LogisticRegression::default();
    let kinds = [
        logistic.fit(&one_class).unwrap_err(),
        small_forest().fit(&one_class).unwrap_err(),
        auc(&[true, true], &[0.1, 0.2]).unwrap_err(),
        Folds::stratified(&[false; 9], 3, 1).unwrap_err(),
        Lift::of(&[false, false], &[0.0, 1.0], 1).unwrap_err(),
    ];
    assert!(kinds.iter().all(|error| matches!(error.kind(), ErrorKind::SingleClass { .. })));
    let parameters = [
        LogisticRegression { penalty: -1.0, ..logistic.clone() }.fit(&data).unwrap_err(),
        LogisticRegression { penalty: f64::NAN, ..logistic.clone() }.fit(&data).unwrap_err(),
        LogisticRegression { tolerance: 0.0, ..logistic.clone() }.fit(&data).unwrap_err(),
        LogisticRegression { max_iterations: 0, ..logistic.clone() }.fit(&data).unwrap_err(),
        RandomForest { n_trees: 0, ..small_forest() }.fit(&data).unwrap_err(),
        RandomForest { min_leaf: 0, ..small_forest() }.fit(&data).unwrap_err(),
        RandomForest { max_depth: Some(0), ..small_forest() }.fit(&data).unwrap_err(),
        RandomForest { max_features: MaxFeatures::Exactly(4), ..small_forest() }.fit(&data).unwrap_err(),
        Folds::stratified(&[true, false], 1, 1).unwrap_err(),
        Lift::of(&[true, false], &[0.0, 1.0], 3).unwrap_err(),
        Calibration::of(&[true], &[0.5], 0).unwrap_err(),
        Confusion::at(1.5, &[true], &[0.5]).unwrap_err(),
    ];
    assert!(parameters.iter().all(|error| matches!(error.kind(), ErrorKind::InvalidParameter { .. })));
    let too_few = [
        logistic.fit(&empty).unwrap_err(),
        small_forest().fit(&empty).unwrap_err(),
        auc(&[], &[]).unwrap_err(),
        Calibration::of(&[], &[], 10).unwrap_err(),
        Folds::stratified(&[true, true, false], 2, 1).unwrap_err(),
    ];
    assert!(too_few.iter().all(|error| matches!(error.kind(), ErrorKind::NotEnoughData { .. })));
    assert!(matches!(auc(&[true], &[]).unwrap_err().kind(), ErrorKind::LengthMismatch { .. }));
    assert!(matches!(
        auc(&[true, false], &[0.1, f64::NAN]).unwrap_err().kind(),
        ErrorKind::InvalidValue { row: 2, .. }
    ));
    assert!(matches!(
        Calibration::of(&[true], &[1.5], 2).unwrap_err().kind(),
        ErrorKind::InvalidValue { .. }
    ));
    let vast = labeled(&["x"], vec![1e200, 2.0, 3.0], &[true, false, true]);
    assert!(matches!(logistic.fit(&vast).unwrap_err().kind(), ErrorKind::InvalidColumn { .. }));
    let other = Features::new(["few", "many", "steep"], vec![1.0; 3]).unwrap();
    let named = [
        logistic.fit(&data).unwrap().predict_probability(&other).unwrap_err(),
        small_forest().fit(&data).unwrap().explain(&other).unwrap_err(),
    ];
    assert!(named.iter().all(|error| matches!(error.kind(), ErrorKind::FeatureMismatch { .. })));
}

#[test]
fn cancelled_work_stops() {
    let control = Control::default().cancelled_by(Arc::new(AtomicBool::new(true)));
    let errors = [
        LogisticRegression::default().fit_with(&mixed(50), &control).unwrap_err(),
        small_forest().fit_with(&mixed(50), &control).unwrap_err(),
        shop().fit_with(&ledger(|_, _, quantity| quantity), day(300), &control).unwrap_err(),
    ];
    assert!(errors.iter().all(|error| matches!(error.kind(), ErrorKind::Cancelled { .. })));
}

// Churn -----------------------------------------------------------------------------------------------------

fn day(number: i32) -> Day {
    "2024-01-01".parse::<Day>().unwrap() + Days(number)
}

fn shop() -> Churn {
    Churn { forest: small_forest(), ..Churn::within(Days(60)) }
}

/// Two hundred customers over 300 days, some of whom stop. The quantity of each line may be changed, given
/// customer, day and quantity; no line is made of 0.
fn ledger(change: impl Fn(i32, i32, f64) -> f64) -> Ledger {
    let names: Vec<String> = (0..200).map(|customer| format!("C{customer:03}")).collect();
    let orders: Vec<String> = (0..300).map(|day| format!("O{day}")).collect();
    let mut lines = Vec::new();
    for (customer, name) in (0..).zip(&names) {
        let last = if customer * 7 % 5 < 2 { 60 + customer } else { 300 };
        for number in (customer % 23..last).step_by(5 + customer as usize % 37) {
            let quantity = change(customer, number, f64::from(1 + customer * number % 9));
            if quantity != 0.0 {
                lines.push(Transaction {
                    customer: name,
                    time: day(number).start_micros(),
                    order: &orders[number as usize],
                    item: "tea",
                    quantity,
                    unit_price: 2.5,
                });
            }
        }
    }
    Ledger::new(&Transactions::from_rows(lines).unwrap())
}

#[test]
fn churn_learns_nothing_from_after_the_cut() {
    let as_of = day(299);
    let cut = day(239);
    let whole = ledger(|_, _, quantity| quantity);
    let model = shop().fit(&whole, as_of).unwrap();
    assert_eq!(model.evaluation().cut, cut);

    // Days after the cut that are worth more, or missing, leave the features at the cut as they are.
    let dearer = ledger(|_, number, quantity| if number > 239 { quantity * 50.0 } else { quantity });
    let ended = ledger(|_, number, quantity| if number > 239 { 0.0 } else { quantity });
    let at_cut = |ledger: &Ledger| model.score(ledger, cut).unwrap();
    assert_eq!(at_cut(&whole), at_cut(&dearer));
    assert_eq!(at_cut(&whole).features().values(), at_cut(&ended).features().values());

    // What was bought after the cut matters to the label only by being there.
    let other = shop().fit(&dearer, as_of).unwrap();
    assert_eq!(model.evaluation(), other.evaluation());
    assert_eq!(model.classifier(), other.classifier());

    // Days after the day of the question do not exist.
    let early = shop().fit(&whole, day(250)).unwrap();
    let cut_off = ledger(|_, number, quantity| if number > 250 { 0.0 } else { quantity });
    let known = shop().fit(&cut_off, day(250)).unwrap();
    assert_eq!(early.evaluation(), known.evaluation());
    assert_eq!(early.scores().probabilities(), known.scores().probabilities());
}

#[test]
fn churn_labels_are_customers_without_purchase() {
    // Returns in the window are no purchases.
    let plain = ledger(|_, _, quantity| quantity);
    let returns = ledger(
        |customer, number, quantity| {
            if number > 239 && customer % 10 == 1 { -quantity } else { quantity }
        },
    );
    let count = |ledger: &Ledger| {
        let (cut, end) = (day(239), day(299));
        let days = (0..ledger.customers().len()).map(|customer| ledger.days(customer));
        let seen = days.filter(|days| days.iter().any(|cell| cell.orders > 0 && cell.day <= cut));
        let stayed = |days: &&[crm_mining::data::DayCell]| {
            days.iter().any(|cell| cell.orders > 0 && cell.day > cut && cell.day <= end)
        };
        let seen: Vec<_> = seen.collect();
        (seen.len(), seen.iter().filter(|days| !stayed(days)).count())
    };
    for ledger in [plain, returns] {
        let evaluation = shop().fit(&ledger, day(299)).unwrap().evaluation().clone();
        assert_eq!((evaluation.customers, evaluation.churned), count(&ledger));
    }
}

#[test]
fn churn_tells_who_and_why() {
    let ledger = ledger(|_, _, quantity| quantity);
    let model: ChurnModel = shop().fit(&ledger, day(299)).unwrap();
    let evaluation = model.evaluation();
    assert!(
        evaluation.best().unwrap().auc >= evaluation.candidates.iter().map(|c| c.auc).fold(0.0, f64::max)
    );
    assert_eq!(evaluation.candidates[0].fold_aucs.len(), 5);
    let scores = model.scores();
    assert_eq!(scores, &model.score(&ledger, day(299)).unwrap());
    assert!(scores.probabilities().iter().all(|p| (0.0..=1.0).contains(p)));
    for customer in 0..scores.customers().len() {
        let sizes: Vec<f64> = scores.reasons(customer).iter().map(|r| r.contribution.abs()).collect();
        assert!(!sizes.is_empty() && sizes.len() <= 3 && sizes.is_sorted_by(|a, b| a >= b));
        for reason in scores.reasons(customer) {
            assert_eq!(reason.effect() == Effect::Raises, reason.contribution > 0.0);
        }
    }
    let table = model.to_table();
    assert_eq!((table.n_rows(), table.columns().len()), (scores.customers().len(), 5));
    assert_eq!(table.column("reason_1").unwrap().show(0).unwrap(), scores.reasons(0)[0].to_string());
    // Before the first purchase there is nobody to score.
    assert!(model.score(&ledger, day(-1)).unwrap().customers().is_empty());
}

#[test]
fn churn_does_not_depend_on_the_number_of_threads() {
    let ledger = ledger(|_, _, quantity| quantity);
    let fit = || shop().fit(&ledger, day(299)).unwrap();
    let one = in_threads(1, fit);
    assert!(one == in_threads(2, fit) && one == in_threads(8, fit));
}

#[test]
fn what_churn_refuses() {
    let ledger = ledger(|_, _, quantity| quantity);
    let empty = Ledger::new(&Transactions::from_rows([]).unwrap());
    let kind = |churn: Churn, ledger: &Ledger, as_of| churn.fit(ledger, as_of).unwrap_err().into_kind();
    for days in [0, -5, i32::MIN] {
        let found = kind(Churn::within(Days(days)), &ledger, day(299));
        assert!(matches!(found, ErrorKind::InvalidParameter { parameter: "within", .. }));
    }
    let folds = kind(Churn { folds: 1, ..shop() }, &ledger, day(299));
    assert!(matches!(folds, ErrorKind::InvalidParameter { parameter: "folds", .. }));
    let forest = RandomForest { n_trees: 0, ..small_forest() };
    let inner = kind(Churn { forest, ..shop() }, &ledger, day(299));
    assert!(matches!(inner, ErrorKind::InvalidParameter { of: "RandomForest", .. }));
    let nobody = [
        kind(shop(), &empty, day(0)),
        kind(Churn::within(Days(1000)), &ledger, day(299)),
        kind(Churn::within(Days(i32::MAX)), &ledger, day(299)),
        kind(shop(), &ledger, day(-500)),
    ];
    assert!(nobody.iter().all(|found| matches!(found, ErrorKind::NotEnoughData { got: 0, .. })));
    let all_left = kind(shop(), &ledger, day(1000));
    assert!(matches!(all_left, ErrorKind::SingleClass { of: "Churn", class: true, rows: 200 }));
    let few = kind(Churn { folds: 100, ..shop() }, &ledger, day(299));
    assert!(
        matches!(few, ErrorKind::NotEnoughData { of: "Churn", needed: 100, got, .. } if got < 100 && got > 0)
    );
}
