//! RFM, BG/NBD, Gamma-Gamma and lifetime value keep their laws on any input: figures in range, no better
//! parameters than the fitted ones, and no figure that depends on order, company, unit of time or threads.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crm_mining::data::{Day, Days, Ledger, Summary, Transaction, Transactions};
use crm_mining::insight::{
    BgNbd, Boundary, BuyingModel, Clv, DiscountRate, FitStatus, GammaGamma, Rfm, Scoring,
};
use crm_mining::{ErrorKind, Fit, Predict};
use proptest::prelude::*;

/// A customer as (x, t_x, T, m̄), in days.
type Row = (f64, f64, f64, f64);

fn customer() -> impl Strategy<Value = Row> {
    let repeats = prop_oneof![3 => Just(0u32), 3 => 1..4u32, 2 => 4..40u32, 1 => 40..3000u32];
    (repeats, 0.0..1.0f64, 1..4000u32, 0.01..5000.0f64).prop_map(|(x, share, age, mean)| {
        let age = f64::from(age);
        match x {
            0 => (0.0, 0.0, age, 0.0),
            _ => (f64::from(x), (share * age).ceil().max(1.0), age, mean),
        }
    })
}

fn customers(most: usize) -> impl Strategy<Value = Vec<Row>> {
    prop::collection::vec(customer(), 0..most)
}

fn summary(rows: &[Row]) -> Summary {
    let column = |get: fn(&Row) -> f64| rows.iter().map(get).collect();
    Summary::new(column(|r| r.0), column(|r| r.1), column(|r| r.2), column(|r| r.3)).unwrap()
}

fn given([r, alpha, a, b]: [f64; 4]) -> BuyingModel {
    serde_json::from_value(serde_json::json!({
        "version": 1, "process": {"bg_nbd": {"dropout": "after_repeats", "regularity": 1}},
        "parameters": {"r": r, "alpha": alpha, "a": a, "b": b}, "covariance": null, "days_per_unit": 1.0,
        "n_customers": 0, "log_likelihood": 0.0, "iterations": 0, "status": "converged",
    }))
    .unwrap()
}

/// Mixed customers, some hundred, always the same.
fn mixed() -> Vec<Row> {
    (0..400u32)
        .map(|i| {
            let age = f64::from(150 + i * 37 % 200);
            let x = f64::from([0, 0, 1, 2, 0, 5, 1, 9][(i * 5 % 8) as usize]);
            let recency = if x > 0.0 { (age * f64::from(1 + i * 13 % 17) / 18.0).ceil() } else { 0.0 };
            (x, recency, age, if x > 0.0 { 5.0 + f64::from(i * 29 % 83) } else { 0.0 })
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn any_fit_is_sound_or_refused(rows in customers(40), penalizer in prop_oneof![Just(0.0), 1e-4..0.2f64]) {
        let summary = summary(&rows);
        let model = match BgNbd::default().penalizer(penalizer).fit(&summary) {
            Ok(model) => model,
            Err(error) => {
                let refused = matches!(error.kind(), ErrorKind::NotEnoughData { .. });
                prop_assert!(refused, "{}", error);
                return Ok(());
            }
        };
        prop_assert!(model.log_likelihood().is_finite());
        for (p, expected) in
            model.p_alive(&summary).unwrap().into_iter().zip(model.expected_purchases(&summary, Days(365)).unwrap())
        {
            prop_assert!((0.0..=1.0).contains(&p) && expected.is_finite() && expected >= 0.0);
        }
    }

    #[test]
    fn no_other_parameters_are_likelier(
        rows in customers(30),
        logs in prop::array::uniform4(-4.0..6.0f64),
        nearby in prop::array::uniform4(-0.2..0.2f64),
    ) {
        let summary = summary(&rows);
        let Ok(model) = BgNbd::default().fit(&summary) else { return Ok(()) };
        let found: Vec<f64> = model.parameters().iter().map(|parameter| parameter.value).collect();
        let near = std::array::from_fn(|k| found[k].clamp(1e-20, 1e20) * nearby[k].exp());
        for other in [logs.map(f64::exp), near] {
            let value = given(other).log_likelihood_on(&summary).unwrap();
            prop_assert!(value <= model.log_likelihood() + 1e-3, "{other:?}: {value} beats {model:?}");
        }
    }

    #[test]
    fn predictions_stay_in_range(
        logs in prop::array::uniform4(-7.0..7.0f64),
        row in customer(),
        later in 0.0..5000.0f64,
        days in 0..20_000i32,
    ) {
        let model = given(logs.map(f64::exp));
        let (now, then) = (summary(&[row]), summary(&[(row.0, row.1, row.2 + later, row.3)]));
        let (p, q) = (model.p_alive(&now).unwrap()[0], model.p_alive(&then).unwrap()[0]);
        prop_assert!((0.0..=1.0).contains(&p) && q <= p, "silence makes no one likelier alive: {p} {q}");
        let expected = |days| model.expected_purchases(&now, Days(days)).unwrap()[0];
        let (short, long) = (expected(days), expected(days + 1));
        prop_assert!(short >= 0.0 && long.is_finite() && long >= short * (1.0 - 1e-11), "{short} {long}");
        // Whoever never left would buy that often.
        let most = (model.parameter("r").unwrap() + row.0) * f64::from(days) / (model.parameter("alpha").unwrap() + row.2);
        prop_assert!(short <= most * (1.0 + 1e-11), "{short} {most}");
    }

    #[test]
    fn spend_lies_between_own_and_population(rows in customers(60)) {
        let summary = summary(&rows);
        let Ok(model) = GammaGamma::default().fit(&summary) else { return Ok(()) };
        let used = rows.iter().filter(|row| row.0 > 0.0 && row.3 > 0.0).count();
        prop_assert_eq!((model.n_customers(), model.left_out()), (used, rows.len() - used));
        for (row, expected) in rows.iter().zip(model.expected_spend(&summary)) {
            prop_assert!(expected.is_finite() && expected > 0.0);
            match model.population_mean() {
                Some(all) if row.0 > 0.0 => {
                    let (low, high) = (all.min(row.3), all.max(row.3));
                    prop_assert!(expected >= low * (1.0 - 1e-9) && expected <= high * (1.0 + 1e-9));
                }
                Some(all) => prop_assert!((expected / all - 1.0).abs() < 1e-12),
                None => {
                    let infinite = matches!(
                        model.status(), FitStatus::Boundary(edges) if edges.contains(&Boundary::InfiniteMean));
                    prop_assert!(infinite && model.q() <= 1.0);
                }
            }
        }
    }

    #[test]
    fn rank_scores_are_even(amounts in prop::collection::vec(0..50u32, 1..60), bins in 2..=9u8) {
        let names: Vec<String> = (0..amounts.len()).map(|place| format!("{place:04}")).collect();
        let time = "2024-01-01".parse::<Day>().unwrap().start_micros();
        let lines = names.iter().zip(&amounts).map(|(name, &amount)| Transaction {
            customer: name, time, order: name, item: "tea", quantity: 1.0, unit_price: f64::from(amount),
        });
        let ledger = Ledger::new(&Transactions::from_rows(lines).unwrap());
        let rank = Rfm::default().bins(bins).scoring(Scoring::Rank).score(&ledger, ledger.last_day()).unwrap();
        let n = amounts.len();
        for score in 1..=bins {
            let size = rank.m().iter().filter(|&&m| m == score).count();
            prop_assert!(n < usize::from(bins) || size.abs_diff(n / usize::from(bins)) <= 2, "{score}: {size} of {n}");
        }
        let quantile = Rfm::default().bins(bins).scoring(Scoring::Quantile).score(&ledger, ledger.last_day()).unwrap();
        for (a, m) in amounts.iter().zip(quantile.m()) {
            prop_assert!((1..=bins).contains(m));
            for (b, other) in amounts.iter().zip(quantile.m()) {
                prop_assert!(a.cmp(b) == std::cmp::Ordering::Equal && m == other || a < b && m <= other || a > b);
            }
        }
    }
}

#[test]
fn the_order_of_customers_changes_no_bit() {
    let rows = mixed();
    let turned: Vec<Row> = rows.iter().rev().copied().collect();
    let model = BgNbd::default().fit(&summary(&rows)).unwrap();
    assert_eq!(model, BgNbd::default().fit(&summary(&turned)).unwrap());
}

#[test]
fn threads_change_no_bit() {
    let rows: Vec<Row> = (0..20u32)
        .flat_map(|copy| {
            mixed().into_iter().map(move |(x, recency, age, mean)| (x, recency, age + f64::from(copy), mean))
        })
        .collect();
    let summary = summary(&rows);
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let (buying, spend) =
                (BgNbd::default().fit(&summary).unwrap(), GammaGamma::default().fit(&summary).unwrap());
            let clv = Clv::new(&buying, &spend).predict(&summary).unwrap();
            (buying, spend, clv)
        })
    };
    let one = run(1);
    for threads in [2, 8] {
        let other = run(threads);
        assert_eq!((&one.0, &one.1), (&other.0, &other.1));
        assert!(one.2 == other.2, "scores at {threads} threads");
    }
}

#[test]
fn a_customer_scores_the_same_alone() {
    let rows = mixed();
    let all = summary(&rows);
    let (buying, spend) = (BgNbd::default().fit(&all).unwrap(), GammaGamma::default().fit(&all).unwrap());
    let clv = Clv::new(&buying, &spend);
    let together = clv.predict(&all).unwrap();
    for (place, row) in rows.iter().enumerate() {
        let alone = clv.predict(&summary(&[*row])).unwrap();
        assert_eq!(alone.clv()[0].to_bits(), together.clv()[place].to_bits());
        assert_eq!(alone.p_alive(0), together.p_alive(place));
    }
}

#[test]
fn the_unit_of_time_changes_no_figure() {
    let days = summary(&mixed());
    let weeks = days.in_weeks();
    let spend = GammaGamma::default().fit(&days).unwrap();
    let value = |summary: &Summary| {
        let buying = BgNbd::default().fit(summary).unwrap();
        Clv::new(&buying, &spend).predict(summary).unwrap()
    };
    for (day, week) in value(&days).clv().iter().zip(value(&weeks).clv()) {
        assert!((day / week - 1.0).abs() < 1e-6, "{day} {week}");
    }
    let buying = BgNbd::default().fit(&days).unwrap();
    let mismatch = buying.p_alive(&weeks).unwrap_err();
    assert!(matches!(mismatch.kind(), ErrorKind::Incompatible { .. }), "{mismatch}");
}

#[test]
fn lifetime_value_adds_up() {
    let summary = summary(&mixed());
    let (buying, spend) =
        (BgNbd::default().fit(&summary).unwrap(), GammaGamma::default().fit(&summary).unwrap());
    let clv = Clv::new(&buying, &spend).horizon(Days(365));
    let plain = clv.clone().discount(DiscountRate::None).predict(&summary).unwrap();
    let dear = clv.clone().annual_discount(0.5).predict(&summary).unwrap();
    for (place, &expected) in buying.expected_purchases(&summary, Days(365)).unwrap().iter().enumerate() {
        assert!((plain.expected_purchases()[place] / expected - 1.0).abs() < 1e-12);
        let value = expected * plain.expected_spend()[place];
        assert!((plain.clv()[place] / value - 1.0).abs() < 1e-12);
        assert!(dear.clv()[place] < value && dear.clv()[place] > value / 1.5);
        let repeated = summary.frequency()[place] > 0.0;
        assert_eq!((plain.identified()[place], plain.p_alive(place).is_some()), (repeated, repeated));
    }
    for wrong in [
        clv.clone().horizon(Days(0)),
        clv.clone().months(0),
        clv.clone().month(f64::NAN),
        clv.clone().monthly_discount(-0.01),
        clv.clone().annual_discount(f64::INFINITY),
    ] {
        assert!(matches!(wrong.predict(&summary).unwrap_err().kind(), ErrorKind::InvalidParameter { .. }));
    }
}

#[test]
fn settings_and_models_survive_a_file() {
    fn same<T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T) {
        assert_eq!(serde_json::from_str::<T>(&serde_json::to_string(value).unwrap()).unwrap(), *value);
    }
    let summary = summary(&mixed());
    let (buying, spend) =
        (BgNbd::default().fit(&summary).unwrap(), GammaGamma::default().fit(&summary).unwrap());
    same(&BgNbd::default().penalizer(0.1));
    same(&GammaGamma::default());
    same(&Rfm::default().bins(3).scoring(Scoring::Quantile));
    same(&buying);
    same(&spend);
    same(&Clv::new(&buying, &spend).months(6));
}

#[test]
fn spend_of_one_kind_is_named_or_refused() {
    let fit = |means: &[f64]| {
        let rows: Vec<Row> = means.iter().map(|&mean| (3.0, 10.0, 90.0, mean)).collect();
        GammaGamma::default().fit(&summary(&rows))
    };
    for few in [&[][..], &[5.0], &[5.0, 5.0, 5.0]] {
        assert!(matches!(fit(few).unwrap_err().kind(), ErrorKind::NotEnoughData { .. }));
    }
    // Means as close as twelve purchases of one kind of customer would be.
    let alike = fit(&[7.1, 8.0, 9.2, 10.1, 10.9, 9.5, 8.8, 12.0, 10.4, 9.9]).unwrap();
    let FitStatus::Boundary(edges) = alike.status() else { panic!("{alike:?}") };
    assert!(edges.contains(&Boundary::HomogeneousSpend), "{alike:?}");
    // Most means near 1 and a long tail upwards, as of 1 / u for even u: their average says nothing.
    let wild = fit(&[1.0, 1.1, 1.25, 1.4, 1.7, 2.0, 2.5, 3.3, 5.0, 10.0, 100.0, 1000.0]).unwrap();
    let FitStatus::Boundary(edges) = wild.status() else { panic!("{wild:?}") };
    assert!(edges.contains(&Boundary::InfiniteMean) && wild.population_mean().is_none(), "{wild:?}");
}

#[test]
fn nobody_to_score() {
    let ledger = Ledger::new(&Transactions::from_rows([]).unwrap());
    let error = Rfm::default().score(&ledger, ledger.last_day()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NotEnoughData { .. }));
    let weights =
        [[f64::NAN, 1.0, 1.0], [0.0; 3], [100.0, 10.0, -1.0], [f64::INFINITY, 1.0, 1.0], [1e308, 1.0, 1.0]]
            .map(|weights| Rfm::default().weights(weights));
    for wrong in [Rfm::default().bins(1), Rfm::default().bins(10)].into_iter().chain(weights) {
        let error = wrong.score(&ledger, ledger.last_day()).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::InvalidParameter { .. }));
    }
}

#[test]
fn returns_are_no_purchases_and_later_days_are_not_seen() {
    let line = |customer, day: &str, order, unit_price| Transaction {
        customer,
        time: day.parse::<Day>().unwrap().start_micros(),
        order,
        item: "tea",
        quantity: 1.0,
        unit_price,
    };
    let orders = Transactions::from_rows([
        line("a", "2024-01-01", "1", 30.0),
        line("a", "2024-01-20", "2", -10.0),
        line("b", "2024-01-05", "3", -5.0),
        line("c", "2024-03-01", "4", 5.0),
    ])
    .unwrap();
    let rfm = Rfm::default().score(&Ledger::new(&orders), "2024-02-01".parse().unwrap()).unwrap();
    assert_eq!((rfm.customers().len(), rfm.left_out()), (1, 2));
    assert_eq!((rfm.recency()[0], rfm.frequency()[0], rfm.monetary()[0]), (31, 1, 20.0));
    assert_eq!(rfm.features().row(0), [31.0, 1.0, 20.0]);
}

/// Two customers that the search for parameters once led to the edge of the numbers.
#[test]
fn two_customers_at_the_edge() {
    let summary = summary(&[(1.0, 1.0, 2.0, 0.01), (0.0, 0.0, 5.0, 0.0)]);
    let model = BgNbd::default().fit(&summary).unwrap();
    let alive = model.p_alive(&summary).unwrap();
    let expected = model.expected_purchases(&summary, Days(365)).unwrap();
    let sound = |values: &[f64], most: f64| values.iter().all(|value| (0.0..=most).contains(value));
    assert!(sound(&alive, 1.0) && sound(&expected, f64::MAX), "{model:?}: {alive:?}, {expected:?}");
}
