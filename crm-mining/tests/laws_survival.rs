//! Laws of survival analysis and uplift: what must not change an answer, what must refuse, and slow definitions.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "common/made.rs"]
mod made;

use crm_mining::data::Features;
use crm_mining::learn::{
    Aft, AftDistribution, AftModel, Cox, CoxModel, Durations, KaplanMeier, SurvivalCurve, Ties, Timed,
    Uplift, UpliftAt, concordance, log_rank,
};
use crm_mining::{Control, Error, ErrorKind, Fit};
use made::{Made, made};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

const DISTRIBUTIONS: [AftDistribution; 3] =
    [AftDistribution::Weibull, AftDistribution::LogNormal, AftDistribution::LogLogistic];

/// Weights 1, 2, 3 by group.
fn weights(made: &Made) -> Vec<f64> {
    made.group.iter().map(|group| f64::from(group + 1)).collect()
}

/// Rows in an order that has nothing to do with theirs.
fn shuffled(n: usize) -> Vec<u32> {
    let mut rows: Vec<u32> = (0..n as u32).collect();
    rows.sort_by_key(|row| row.wrapping_mul(2_654_435_761).rotate_left(7));
    rows
}

fn on_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
}

#[track_caller]
fn close(got: f64, expected: f64, relative: f64) {
    assert!((got - expected).abs() <= relative * expected.abs().max(1e-3), "{got} is not {expected}");
}

#[test]
fn neither_row_order_nor_threads_change_a_bit() {
    let made = made(30_000);
    let durations =
        made.late().weighted(made.values.iter().step_by(3).map(|plan| 1.0 + plan / 3.0).collect());
    let data = made.timed(durations.unwrap());
    let rows = shuffled(data.durations().len());
    let other = Timed::new(data.features().select(&rows), data.durations().select(&rows)).unwrap();
    let fit = |data: &Timed| -> (CoxModel, Vec<AftModel>, SurvivalCurve) {
        let aft = DISTRIBUTIONS.map(|each| Aft::default().distribution(each).fit(data).unwrap());
        let curve = KaplanMeier::default().fit(data.durations()).unwrap();
        (Cox::default().fit(data).unwrap(), aft.to_vec(), curve)
    };
    let one = on_threads(1, || fit(&data));
    for threads in [2, 3] {
        assert!(on_threads(threads, || fit(&data)) == one, "{threads} threads");
    }
    assert!(fit(&other) == one, "another order of rows");
    let groups: Vec<u32> = rows.iter().map(|&row| made.group[row as usize]).collect();
    let test =
        |durations: &Durations, groups: &[u32]| log_rank(&durations.by_group(groups).unwrap()).unwrap();
    assert_eq!(test(data.durations(), &made.group), test(other.durations(), &groups));
}

#[test]
fn weights_are_repeated_rows() {
    let made = made(300);
    let rows: Vec<u32> =
        (0..300_u32).flat_map(|row| vec![row; 1 + made.group[row as usize] as usize]).collect();
    for durations in [made.durations(), made.late()] {
        let weighted = made.timed(durations.clone().weighted(weights(&made)).unwrap());
        let repeated = Timed::new(made.features().select(&rows), durations.select(&rows)).unwrap();
        for cox in [Cox::default(), Cox::default().ties(Ties::Breslow), Cox::default().penalizer(0.2)] {
            let (a, b) = (cox.fit(&weighted).unwrap(), cox.fit(&repeated).unwrap());
            for (a, b) in a.coefficients().iter().zip(b.coefficients()) {
                close(*a, *b, 1e-9);
            }
            for (a, b) in a.standard_errors().iter().zip(b.standard_errors()) {
                close(*a, b, 1e-9);
            }
            close(a.log_likelihood(), b.log_likelihood(), 1e-12);
            close(a.concordance().unwrap(), b.concordance().unwrap(), 1e-12);
            close(a.baseline_survival_at(20.0), b.baseline_survival_at(20.0), 1e-12);
        }
        for distribution in DISTRIBUTIONS {
            let aft = Aft::default().distribution(distribution);
            let (a, b) = (aft.fit(&weighted).unwrap(), aft.fit(&repeated).unwrap());
            close(a.coefficients()[1], b.coefficients()[1], 1e-9);
            close(a.log_shape(), b.log_shape(), 1e-9);
            close(a.log_likelihood(), b.log_likelihood(), 1e-12);
            let (a, b) = (aft.fit(weighted.durations()).unwrap(), aft.fit(repeated.durations()).unwrap());
            close(a.scale(), b.scale(), 1e-9);
            close(a.standard_errors()[1], b.standard_errors()[1], 1e-9);
        }
        let curve = |data: &Timed| KaplanMeier::default().fit(data.durations()).unwrap();
        assert_eq!(curve(&weighted), curve(&repeated));
        let of_repeated: Vec<u32> =
            rows.iter().map(|&row| u32::from(made.values[3 * row as usize] > 0.0)).collect();
        let of_weighted: Vec<u32> =
            made.values.iter().step_by(3).map(|&plan| u32::from(plan > 0.0)).collect();
        let a = log_rank(&weighted.durations().by_group(&of_weighted).unwrap()).unwrap();
        let b = log_rank(&repeated.durations().by_group(&of_repeated).unwrap()).unwrap();
        close(a.statistic, b.statistic, 1e-12);
    }
}

#[test]
fn units_of_time_and_features_do_not_matter() {
    let made = made(400);
    let data = made.timed(made.durations());
    let hours = Durations::new(made.days.iter().map(|day| day * 24.0).collect(), made.event.clone()).unwrap();
    let scaled: Vec<f64> =
        made.values.chunks(3).flat_map(|row| [row[0], row[1] * 1e9 - 7e9, row[2] * 1e-7]).collect();
    let other = Timed::new(Features::new(["plan", "orders", "age"], scaled).unwrap(), hours).unwrap();
    let (a, b) = (Cox::default().fit(&data).unwrap(), Cox::default().fit(&other).unwrap());
    close(b.coefficients()[1] * 1e9, a.coefficients()[1], 1e-8);
    close(b.coefficients()[2] * 1e-7, a.coefficients()[2], 1e-8);
    close(b.baseline_survival_at(480.0), a.baseline_survival_at(20.0), 1e-8);
    for distribution in DISTRIBUTIONS {
        let aft = Aft::default().distribution(distribution);
        let (a, b) = (aft.fit(&data).unwrap(), aft.fit(&other).unwrap());
        close(b.coefficients()[1] * 1e9, a.coefficients()[1], 1e-8);
        close(b.log_shape(), a.log_shape(), 1e-8);
        let (first, of_other) = (data.features().select(&[0]), other.features().select(&[0]));
        close(b.median(&of_other).unwrap()[0], 24.0 * a.median(&first).unwrap()[0], 1e-7);
    }
}

#[test]
fn survival_falls_from_1_and_medians_halve_it() {
    let made = made(200);
    let data = made.timed(made.durations());
    let times: Vec<f64> = (0..90).map(f64::from).collect();
    let falls =
        |row: &[f64]| row[0] == 1.0 && row.is_sorted_by(|a, b| a >= b) && row.iter().all(|s| *s >= 0.0);
    let cox = Cox::default().fit(&data).unwrap();
    assert!(cox.survival(data.features(), &times).unwrap().chunks(90).all(falls));
    for distribution in DISTRIBUTIONS {
        let model = Aft::default().distribution(distribution).fit(&data).unwrap();
        assert!(model.survival(data.features(), &times).unwrap().chunks(90).all(falls));
        let median = model.median(data.features()).unwrap();
        close(model.survival(&data.features().select(&[0]), &median[..1]).unwrap()[0], 0.5, 1e-12);
    }
    // Without censoring the curve is the share that lasts longer.
    let all = Durations::new(made.days.clone(), vec![true; 200]).unwrap();
    let curve = KaplanMeier::default().fit(&all).unwrap();
    for time in [0.5, 3.0, 17.0, 40.0, 71.0] {
        let longer = made.days.iter().filter(|day| **day > time).count();
        assert!((curve.survival_at(time) - longer as f64 / 200.0).abs() < 1e-13);
        let (lower, upper) = curve.interval_at(time);
        assert!(lower <= curve.survival_at(time) + 1e-15 && upper >= curve.survival_at(time) - 1e-15);
    }
    let mean: f64 = made.days.iter().sum::<f64>() / 200.0;
    close(curve.restricted_mean(1e6).unwrap(), mean, 1e-12);
}

#[test]
fn concordance_equals_its_definition() {
    let made = made(250);
    let scores: Vec<f64> = made.values.chunks(3).map(|row| row[1] - (2.0 * row[0])).collect();
    let weights = weights(&made);
    let (mut pairs, mut right) = (0.0, 0.0);
    for a in (0..250).filter(|&a| made.event[a]) {
        for b in 0..250 {
            let first = made.days[a] < made.days[b] || (made.days[a] == made.days[b] && !made.event[b]);
            if first {
                let weight = weights[a] * weights[b];
                pairs += weight;
                right += weight
                    * match scores[a].total_cmp(&scores[b]) {
                        std::cmp::Ordering::Greater => 1.0,
                        std::cmp::Ordering::Equal => 0.5,
                        std::cmp::Ordering::Less => 0.0,
                    };
            }
        }
    }
    let got = concordance(&made.durations().weighted(weights).unwrap(), &scores).unwrap();
    close(got, right / pairs, 1e-13);
    let tied = Durations::new(vec![1.0, 1.0], vec![true, true]).unwrap();
    assert!(matches!(concordance(&tied, &[1.0, 2.0]).unwrap_err().kind(), ErrorKind::NotEnoughData { .. }));
}

#[test]
fn durations_refuse_by_row() {
    let new = |days: [f64; 3]| Durations::new(days.to_vec(), vec![true; 3]);
    let row_of = |error: Error| match error.into_kind() {
        ErrorKind::InvalidValue { row, column, .. } => (column, row),
        other => panic!("{other:?}"),
    };
    for wrong in [-1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(row_of(new([1.0, wrong, 2.0]).unwrap_err()), ("duration".to_owned(), 2));
    }
    let three = new([1.0, 2.0, 3.0]).unwrap();
    assert_eq!(row_of(three.clone().entering(vec![0.0, 1.9, 3.0]).unwrap_err()), ("entry".to_owned(), 3));
    assert_eq!(row_of(three.clone().weighted(vec![0.0, 1.0, 3.0]).unwrap_err()), ("weight".to_owned(), 1));
    assert_eq!(row_of(three.by_group(&[0, 7, 0]).unwrap_err()), ("group".to_owned(), 2));
    for wrong in [three.clone().entering(vec![0.0]), Durations::new(vec![1.0], vec![])] {
        assert!(matches!(wrong.unwrap_err().kind(), ErrorKind::LengthMismatch { .. }));
    }
}

/// A fit of Cox and of all of Aft to one column beside "orders"; each must fail by the same column.
#[track_caller]
fn refused(made: &Made, name: &str, column: impl Fn(usize) -> f64) {
    let rows = made.values.chunks(3).enumerate();
    let values: Vec<f64> = rows.flat_map(|(row, values)| [values[1], column(row)]).collect();
    let data = Timed::new(Features::new(["orders", name], values).unwrap(), made.durations()).unwrap();
    let mut errors = vec![Cox::default().fit(&data).unwrap_err()];
    errors.extend(DISTRIBUTIONS.map(|each| Aft::default().distribution(each).fit(&data).unwrap_err()));
    for error in errors {
        let ErrorKind::InvalidColumn { column, .. } = error.kind() else { panic!("{error}") };
        assert_eq!(column, name, "{error}");
    }
}

#[test]
fn useless_columns_are_named() {
    let mut made = made(120);
    refused(&made, "constant", |_| 3.0);
    refused(&made, "doubled", |row| 2.0 * made.values[3 * row + 1] - 5.0);
    // Of the customers with a gift none has left so far.
    for row in (0..120).filter(|row| row % 6 == 0) {
        made.event[row] = false;
    }
    refused(&made, "gift", |row| if row % 6 == 0 { 1.0 } else { 0.0 });
    refused(&made, "huge", |row| if row == 3 { 1e200 } else { 0.0 });
    let values: Vec<f64> = made
        .values
        .chunks(3)
        .zip(0..)
        .flat_map(|(v, row)| [v[1], f64::from(u8::from(row % 6 == 0))])
        .collect();
    let data = Timed::new(Features::new(["orders", "gift"], values).unwrap(), made.durations()).unwrap();
    let held = Cox::default().penalizer(0.1).fit(&data).unwrap();
    assert!(held.coefficients()[1] < -0.5, "{:?}", held.coefficients());
}

#[test]
fn perfect_order_is_separation() {
    // Each next event has the smaller value: the partial likelihood rises for ever.
    let values: Vec<f64> = (0..30).map(|row| f64::from(30 - row)).collect();
    let durations = Durations::new((1..=30).map(f64::from).collect(), vec![true; 30]).unwrap();
    let data = Timed::new(Features::new(["rank"], values).unwrap(), durations).unwrap();
    let error = Cox::default().fit(&data).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InvalidColumn { column, .. } if column == "rank"), "{error}");
    assert!(Cox::default().penalizer(0.01).fit(&data).unwrap().coefficients()[0] > 0.0);
    // ln t exactly linear in a feature: no noise to fit.
    let times: Vec<f64> = (0..30).map(|row| f64::exp(0.1 * f64::from(row))).collect();
    let values = (0..30).map(f64::from).collect();
    let durations = Durations::new(times, vec![true; 30]).unwrap();
    let data = Timed::new(Features::new(["row"], values).unwrap(), durations).unwrap();
    for distribution in DISTRIBUTIONS {
        let error = Aft::default().distribution(distribution).fit(&data).unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::InvalidColumn { column, .. } if column == "duration"),
            "{error}"
        );
    }
}

#[test]
fn nothing_to_learn_from_is_typed() {
    let few = |error: Error| match error.into_kind() {
        ErrorKind::NotEnoughData { unit, .. } => unit,
        other => panic!("{other:?}"),
    };
    let features = |n: usize| Features::new(["x"], (0..n).map(|x| x as f64).collect()).unwrap();
    let timed = |days: Vec<f64>, seen: Vec<bool>| {
        Timed::new(features(days.len()), Durations::new(days, seen).unwrap()).unwrap()
    };
    let nobody_left = timed(vec![1.0, 2.0, 3.0], vec![false; 3]);
    assert_eq!(few(Cox::default().fit(&nobody_left).unwrap_err()), "observed events");
    assert_eq!(few(Aft::default().fit(&nobody_left).unwrap_err()), "observed events");
    assert_eq!(few(Aft::default().fit(nobody_left.durations()).unwrap_err()), "observed events");
    let one = timed(vec![1.0], vec![true]);
    assert_eq!(few(Cox::default().fit(&one).unwrap_err()), "rows");
    assert_eq!(few(Aft::default().fit(&one).unwrap_err()), "rows");
    let empty = Durations::new(Vec::new(), Vec::new()).unwrap();
    assert_eq!(few(KaplanMeier::default().fit(&empty).unwrap_err()), "subjects");
    assert_eq!(few(log_rank(std::slice::from_ref(&empty)).unwrap_err()), "groups");
    let none = nobody_left.durations().by_group(&[0, 1, 1]).unwrap();
    assert_eq!(few(log_rank(&none).unwrap_err()), "observed events");
    let apart =
        Durations::new(vec![1.0, 2.0, 9.0], vec![true; 3]).unwrap().entering(vec![0.0, 0.0, 5.0]).unwrap();
    assert_eq!(few(log_rank(&apart.by_group(&[0, 0, 1]).unwrap()).unwrap_err()), "groups at risk together");
    // A curve without an event stays at 1; all at one time falls at once.
    let curve = KaplanMeier::default().fit(nobody_left.durations()).unwrap();
    assert_eq!((curve.survival_at(9.0), curve.median(), curve.interval_at(9.0)), (1.0, None, (1.0, 1.0)));
    let all = Durations::new(vec![2.0; 3], vec![true; 3]).unwrap();
    let curve = KaplanMeier::default().fit(&all).unwrap();
    assert_eq!((curve.survival_at(2.0), curve.median()), (0.0, Some(2.0)));
    assert!(matches!(Aft::default().fit(&all).unwrap_err().kind(), ErrorKind::InvalidColumn { .. }));
    let zero = timed(vec![1.0, 0.0, 3.0], vec![true, true, false]);
    assert!(matches!(Aft::default().fit(&zero).unwrap_err().kind(), ErrorKind::InvalidValue { row: 2, .. }));
    Cox::default().penalizer(0.1).fit(&zero).unwrap();
    // Somebody who came today says nothing yet.
    let made = made(50);
    let today = [made.days.clone(), vec![0.0]].concat();
    let with = Durations::new(today, [made.event.clone(), vec![false]].concat()).unwrap();
    let (a, b) = (Aft::default().fit(&with).unwrap(), Aft::default().fit(&made.durations()).unwrap());
    assert_eq!((a.scale(), a.n_rows()), (b.scale(), 51));
}

#[test]
fn settings_out_of_range_are_refused() {
    let made = made(60);
    let data = made.timed(made.durations());
    let refused =
        |error: Error| assert!(matches!(error.kind(), ErrorKind::InvalidParameter { .. }), "{error}");
    for cox in [
        Cox::default().penalizer(-1.0),
        Cox::default().penalizer(f64::NAN),
        Cox::default().max_iterations(0),
        Cox::default().tolerance(0.0),
    ] {
        refused(cox.fit(&data).unwrap_err());
    }
    refused(Aft::default().max_iterations(0).fit(&data).unwrap_err());
    refused(Aft::default().tolerance(f64::NAN).fit(&data).unwrap_err());
    for chance in [0.0, 1.0, f64::NAN] {
        refused(KaplanMeier::default().level(chance).fit(data.durations()).unwrap_err());
    }
    let hurried = [
        Cox::default().max_iterations(1).fit(&data).unwrap_err(),
        Aft::default().max_iterations(1).fit(&data).unwrap_err(),
    ];
    assert!(hurried.iter().all(|error| matches!(error.kind(), ErrorKind::NotConverged { .. })));
    let control = Control::default().cancelled_by(Arc::new(AtomicBool::new(true)));
    assert!(matches!(
        Cox::default().fit_with(&data, &control).unwrap_err().kind(),
        ErrorKind::Cancelled { .. }
    ));
    let model = Cox::default().fit(&data).unwrap();
    refused(model.survival(data.features(), &[f64::NAN]).unwrap_err());
    let other = Features::new(["plan", "age", "orders"], vec![0.0; 3]).unwrap();
    assert!(matches!(model.median(&other).unwrap_err().kind(), ErrorKind::FeatureMismatch { .. }));
    assert!(Timed::new(other, made.durations()).is_err());
}

#[test]
fn models_go_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<(Durations, Timed, SurvivalCurve, CoxModel, AftModel, Uplift)>();
}

#[test]
fn saved_models_come_back_and_damaged_ones_do_not() {
    let made = made(80);
    let data = made.timed(made.durations());
    let cox = Cox::default().fit(&data).unwrap();
    let json = serde_json::to_string(&cox).unwrap();
    assert_eq!(serde_json::from_str::<CoxModel>(&json).unwrap(), cox);
    for (from, to) in [
        ("\"means\":[", "\"means\":[0.5,"),
        ("\"baseline_times\":[", "\"baseline_times\":[99.0,"),
        ("\"covariance\":[", "\"covariance\":[-"),
    ] {
        assert!(json.contains(from));
        assert!(serde_json::from_str::<CoxModel>(&json.replace(from, to)).is_err(), "{to}");
    }
    let aft = Aft::default().fit(&data).unwrap();
    let json = serde_json::to_string(&aft).unwrap();
    assert_eq!(serde_json::from_str::<AftModel>(&json).unwrap(), aft);
    assert!(
        serde_json::from_str::<AftModel>(&json.replace("\"coefficients\":[", "\"coefficients\":[1.0,"))
            .is_err()
    );
    let curve = KaplanMeier::default().fit(data.durations()).unwrap();
    let json = serde_json::to_string(&curve).unwrap();
    assert_eq!(serde_json::from_str::<SurvivalCurve>(&json).unwrap(), curve);
    assert!(serde_json::from_str::<SurvivalCurve>(&json.replacen("\"events\":", "\"events\":9", 1)).is_err());
}

#[test]
fn uplift_knows_ties_and_empty_arms() {
    let made = made(300);
    let treated: Vec<bool> = made.values.iter().step_by(3).map(|plan| *plan > 0.0).collect();
    let scores: Vec<f64> = made.values.iter().skip(1).step_by(3).copied().collect();
    let money = made.days.clone();
    let bought: Vec<f64> = made.event.iter().map(|event| f64::from(u8::from(*event))).collect();
    let of = |outcomes: &[f64], rows: &[u32]| {
        let at = |values: &[f64]| rows.iter().map(|&row| values[row as usize]).collect::<Vec<_>>();
        let treated: Vec<bool> = rows.iter().map(|&row| treated[row as usize]).collect();
        Uplift::of(&at(outcomes), &treated, &at(&scores)).unwrap()
    };
    let (order, other) = ((0..300).collect::<Vec<u32>>(), shuffled(300));
    for outcomes in [&money, &bought] {
        let (a, b) = (of(outcomes, &order), of(outcomes, &other));
        assert_eq!(a, b);
        assert_eq!(a.points().len(), 11); // ten scores, and none
        for share in [0.05, 0.3, 1.0] {
            let arms = [UpliftAt::Overall, UpliftAt::ByGroup].map(|of| a.at(share, of).unwrap());
            assert!(arms.iter().all(|gain| gain.is_finite()));
        }
    }
    let mean = |arm: bool| {
        let rows: Vec<f64> =
            money.iter().zip(&treated).filter(|(_, t)| **t == arm).map(|(m, _)| *m).collect();
        rows.iter().sum::<f64>() / rows.len() as f64
    };
    let all = of(&money, &order);
    close(all.at(1.0, UpliftAt::Overall).unwrap(), mean(true) - mean(false), 1e-12);
    assert!(matches!(all.qini_coefficient().unwrap_err().kind(), ErrorKind::InvalidParameter { .. }));
    assert!((-1.0..=1.0).contains(&of(&bought, &order).qini_coefficient().unwrap()));
    // Equal scores throughout are chance: every share gains as much as all.
    let flat = Uplift::of(&bought, &treated, &[0.5; 300]).unwrap();
    close(flat.at(0.1, UpliftAt::Overall).unwrap(), flat.at(1.0, UpliftAt::ByGroup).unwrap(), 1e-12);
    assert!(flat.uplift_area().abs() < 1e-9 && flat.qini_coefficient().unwrap().abs() < 1e-9);
    let unit = |result: crm_mining::Result<f64>| match result.unwrap_err().into_kind() {
        ErrorKind::NotEnoughData { unit, .. } => unit,
        other => panic!("{other:?}"),
    };
    for arm in [true, false] {
        let error = Uplift::of(&[1.0, 0.0], &[arm; 2], &[1.0, 2.0]).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::NotEnoughData { .. }), "{error}");
    }
    let apart =
        Uplift::of(&[1.0, 0.0, 1.0, 0.0], &[true, true, false, false], &[4.0, 3.0, 2.0, 1.0]).unwrap();
    assert_eq!(unit(apart.at(0.5, UpliftAt::Overall)), "rows without treatment in the share");
    assert_eq!(apart.at(0.5, UpliftAt::ByGroup).unwrap(), 0.0);
    let same = Uplift::of(&[0.0; 4], &[true, false, true, false], &[4.0, 3.0, 2.0, 1.0]).unwrap();
    assert_eq!(unit(same.uplift_coefficient()), "rows whose order matters");
    assert!(Uplift::of(&[f64::NAN], &[true], &[1.0]).is_err());
    assert!(Uplift::of(&[1.0], &[true, false], &[1.0]).is_err());
}
