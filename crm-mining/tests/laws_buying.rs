//! The models of buying keep their laws on any input, whatever the process: figures in range and never NaN, no better
//! parameters than the fitted ones, and no figure that depends on order, company, unit of time, threads or the way a
//! ledger was put together.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crm_mining::ErrorKind;
use crm_mining::Fit;
use crm_mining::data::{Days, Features, Ledger, Summary, Transaction, Transactions};
use crm_mining::insight::{BgBb, BgNbd, Boundary, BuyingModel, FitStatus, Nbd, ParetoNbd};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A customer as (x, t_x, T), in days.
type Row = (f64, f64, f64);

fn customer() -> impl Strategy<Value = Row> {
    let repeats = prop_oneof![3 => Just(0u32), 3 => 1..4u32, 2 => 4..40u32, 1 => 40..3000u32];
    (repeats, 0.0..1.0f64, 1..4000u32).prop_map(|(x, share, age)| {
        let age = f64::from(age);
        match x {
            0 => (0.0, 0.0, age),
            _ => (f64::from(x), (share * age).ceil().max(1.0), age),
        }
    })
}

fn summary(rows: &[Row]) -> Summary {
    let column = |get: fn(&Row) -> f64| rows.iter().map(get).collect();
    Summary::new(column(|r| r.0), column(|r| r.1), column(|r| r.2), vec![0.0; rows.len()]).unwrap()
}

fn processes() -> [(Value, [&'static str; 4]); 4] {
    let bg = |dropout: &str, k: u32| json!({"bg_nbd": {"dropout": dropout, "regularity": k}});
    [
        (bg("after_repeats", 1), ["r", "alpha", "a", "b"]),
        (bg("after_every", 1), ["r", "alpha", "a", "b"]),
        (bg("after_every", 3), ["r", "alpha", "a", "b"]),
        (json!("pareto_nbd"), ["r", "alpha", "s", "beta"]),
    ]
}

fn given(process: usize, logs: [f64; 4]) -> BuyingModel {
    let (process, names) = processes()[process].clone();
    let parameters: serde_json::Map<_, _> =
        names.iter().zip(logs).map(|(name, log)| ((*name).into(), json!(log.exp()))).collect();
    serde_json::from_value(json!({
        "version": 1, "process": process, "parameters": parameters, "covariance": null, "days_per_unit": 1.0,
        "n_customers": 0, "log_likelihood": 0.0, "iterations": 0, "status": "converged",
    }))
    .unwrap()
}

fn fitted(process: usize, summary: &Summary) -> crm_mining::Result<BuyingModel> {
    match process {
        0 => BgNbd::default().fit(summary),
        1 => BgNbd::modified().fit(summary),
        2 => BgNbd::modified().regularity(3).fit(summary),
        _ => ParetoNbd::default().fit(summary),
    }
}

fn settings() -> Vec<Box<dyn Fit<Summary, Model = BuyingModel>>> {
    vec![
        Box::new(BgNbd::default()),
        Box::new(BgNbd::modified()),
        Box::new(BgNbd::default().regularity(2)),
        Box::new(BgNbd::modified().regularity(3)),
        Box::new(ParetoNbd::default()),
        Box::new(Nbd::default()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn figures_stay_in_range(
        process in 0..4usize,
        logs in prop::array::uniform4(-5.0..5.0f64),
        row in customer(),
        later in 0.0..3000.0f64,
        days in 0..4000i32,
    ) {
        let model = given(process, logs);
        let (now, then) = (summary(&[row]), summary(&[(row.0, row.1, row.2 + later)]));
        let (p, q) = (model.p_alive(&now).unwrap()[0], model.p_alive(&then).unwrap()[0]);
        prop_assert!((0.0..=1.0).contains(&p) && q <= p * (1.0 + 1e-9), "silence makes no one likelier alive: {p} {q}");
        let expected = |days| model.expected_purchases(&now, Days(days)).unwrap()[0];
        let (short, long) = (expected(days), expected(days + 1));
        prop_assert!(short >= 0.0 && long.is_finite() && long >= short * (1.0 - 1e-9), "{short} {long}");
        prop_assert!(model.log_likelihood_on(&now).unwrap().is_finite());
        let counts = &model.count_probabilities(&now, Days(days), 20).unwrap()[0];
        prop_assert!(counts.iter().all(|p| (-1e-12..=1.0 + 1e-9).contains(p)), "{counts:?}");
        prop_assert!(counts.iter().sum::<f64>() <= 1.0 + 1e-9);
        let discounted = model.discounted_purchases(&now, 0.1).unwrap()[0];
        prop_assert!(discounted.is_finite() && discounted >= 0.0, "{discounted}");
        let next = model.next_purchase(&now, "2024-01-01".parse().unwrap(), 0.9).unwrap();
        prop_assert!((0.0..=1.0).contains(&next.probability()[0]), "{:?}", next.probability());
        let (low, middle, high) = (next.earliest()[0], next.days()[0], next.latest()[0]);
        prop_assert!(0.0 < low && low <= middle && middle <= high, "{low} {middle} {high}");
    }

    #[test]
    fn no_other_parameters_are_likelier(
        process in 1..4usize,
        rows in prop::collection::vec(customer(), 2..30),
        logs in prop::array::uniform4(-4.0..6.0f64),
        nearby in prop::array::uniform4(-0.2..0.2f64),
    ) {
        let summary = summary(&rows);
        let Ok(model) = fitted(process, &summary) else { return Ok(()) };
        let found: Vec<f64> = model.parameters().iter().map(|parameter| parameter.value).collect();
        let near: [f64; 4] = std::array::from_fn(|k| found[k].clamp(1e-20, 1e20).ln() + nearby[k]);
        for other in [logs, near] {
            let value = given(process, other).log_likelihood_on(&summary).unwrap();
            prop_assert!(value <= model.log_likelihood() + 1e-3, "{other:?}: {value} beats {model:?}");
        }
    }

    #[test]
    fn a_fit_ends_in_a_model_or_a_reason(rows in prop::collection::vec(customer(), 0..12), process in 0..4usize) {
        match fitted(process, &summary(&rows)) {
            Ok(model) => {
                prop_assert!(model.log_likelihood().is_finite());
                let alive = model.p_alive(&summary(&rows)).unwrap();
                prop_assert!(alive.iter().all(|p| (0.0..=1.0).contains(p)), "{model:?}: {alive:?}");
                let forecast = model.forecast(&summary(&rows), Days(90), 0.9).unwrap();
                let total = forecast.total();
                prop_assert!(total.low <= total.expected * (1.0 + 1e-9) && total.high.is_finite(), "{total:?}");
            }
            Err(error) => prop_assert!(
                matches!(error.kind(), ErrorKind::NotEnoughData { .. } | ErrorKind::NotConverged { .. }), "{error}"),
        }
    }
}

/// Customers of every kind.
fn mixed() -> Vec<Row> {
    (0..120u32)
        .map(|place| {
            let age = f64::from(200 + place % 165);
            let x = f64::from([0, 0, 0, 1, 2, 3, 7, 1, 0, 12][place as usize % 10]);
            let last = age * f64::from(1 + place * 7 % 10) / 11.0;
            if x == 0.0 { (0.0, 0.0, age) } else { (x, last.ceil(), age) }
        })
        .collect()
}

fn with_channel(rows: &[Row], turned: bool) -> Summary {
    let mut channel: Vec<f64> = (0..rows.len()).map(|place| f64::from(u8::from(place % 3 == 0))).collect();
    if turned {
        channel.reverse();
    }
    summary(rows).with_covariates(Features::new(["channel"], channel).unwrap()).unwrap()
}

#[test]
fn order_and_threads_change_no_bit() {
    let rows = mixed();
    let turned: Vec<Row> = rows.iter().rev().copied().collect();
    for process in 0..4 {
        let run = |threads: usize, summary: &Summary| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let model = fitted(process, summary).unwrap();
                let total = model.forecast(summary, Days(90), 0.9).unwrap().total();
                (model, total)
            })
        };
        let one = run(1, &summary(&rows));
        assert_eq!(one, run(1, &summary(&turned)), "order, process {process}");
        let with = run(1, &with_channel(&rows, false));
        assert_eq!(
            with.0,
            run(1, &with_channel(&turned, true)).0,
            "order, with a covariate, process {process}"
        );
        for threads in [2, 8] {
            assert_eq!(one, run(threads, &summary(&rows)), "{threads} threads, process {process}");
            assert_eq!(
                with,
                run(threads, &with_channel(&rows, false)),
                "{threads} threads, covariate, {process}"
            );
        }
    }
}

#[test]
fn a_customer_scores_the_same_alone() {
    let rows = mixed();
    let all = summary(&rows);
    for settings in settings() {
        let model = settings.fit(&all).unwrap();
        let together = (
            model.p_alive(&all).unwrap(),
            model.expected_purchases(&all, Days(90)).unwrap(),
            model.discounted_purchases(&all, 0.15).unwrap(),
            model.next_purchase(&all, "2024-01-01".parse().unwrap(), 0.9).unwrap().days(),
        );
        for (place, row) in rows.iter().enumerate().step_by(7) {
            let alone = summary(&[*row]);
            let of = |figures: &[f64]| figures[0].to_bits();
            assert_eq!(of(&model.p_alive(&alone).unwrap()), together.0[place].to_bits());
            assert_eq!(of(&model.expected_purchases(&alone, Days(90)).unwrap()), together.1[place].to_bits());
            assert_eq!(of(&model.discounted_purchases(&alone, 0.15).unwrap()), together.2[place].to_bits());
            let next = model.next_purchase(&alone, "2024-01-01".parse().unwrap(), 0.9).unwrap();
            assert_eq!(of(&next.days()), together.3[place].to_bits());
        }
    }
}

#[test]
fn the_unit_of_time_changes_no_figure() {
    let (days, weeks) = (summary(&mixed()), summary(&mixed()).in_weeks());
    for settings in settings() {
        let (by_day, by_week) = (settings.fit(&days).unwrap(), settings.fit(&weeks).unwrap());
        assert_eq!(by_day.status(), by_week.status());
        let same = |a: Vec<f64>, b: Vec<f64>| {
            assert!(
                a.iter().zip(&b).all(|(a, b)| (a - b).abs() <= 1e-5 * b.abs()),
                "{by_day:?}: {a:?} {b:?}"
            );
        };
        same(by_day.p_alive(&days).unwrap(), by_week.p_alive(&weeks).unwrap());
        let horizon = Days(90);
        same(
            by_day.expected_purchases(&days, horizon).unwrap(),
            by_week.expected_purchases(&weeks, horizon).unwrap(),
        );
        same(
            by_day.discounted_purchases(&days, 0.15).unwrap(),
            by_week.discounted_purchases(&weeks, 0.15).unwrap(),
        );
    }
}

#[test]
fn merged_ledgers_lead_to_the_same_model() {
    let names: Vec<String> = (0..120).map(|number| format!("c{number:03}")).collect();
    let lines: Vec<(usize, i32)> = mixed()
        .iter()
        .enumerate()
        .flat_map(|(who, (x, last, _))| {
            (0..=*x as i32).map(move |k| (who, k * (*last as i32) / (*x as i32).max(1)))
        })
        .collect();
    let ledger = |lines: &[(usize, i32)]| {
        let lines = lines.iter().map(|(who, day)| Transaction {
            customer: &names[*who],
            time: i64::from(*day + 19_000) * 86_400_000_000,
            order: "",
            item: "tea",
            quantity: 1.0,
            unit_price: 3.0,
        });
        Ledger::new(&Transactions::from_rows(lines).unwrap())
    };
    let (first, second): (Vec<_>, Vec<_>) =
        lines.iter().partition(|(who, day)| (who + *day as usize).is_multiple_of(2));
    let (whole, merged) = (ledger(&lines), ledger(&second).merge(&ledger(&first)).unwrap());
    for settings in settings() {
        let fit = |ledger: &Ledger| settings.fit(&ledger.summary(whole.last_day())).unwrap();
        assert_eq!(fit(&whole), fit(&merged));
    }
}

/// All one-time buyers, one customer, equal rows, huge counts: a typed outcome each.
#[test]
fn degenerate_customers_have_a_typed_outcome() {
    for settings in settings() {
        let fit = |rows: &[Row]| settings.fit(&summary(rows));
        for few in [&[][..], &[(3.0, 50.0, 90.0)], &[(0.0, 0.0, 90.0); 50]] {
            assert!(matches!(fit(few).unwrap_err().kind(), ErrorKind::NotEnoughData { .. }), "{few:?}");
        }
        let equal = fit(&[(3.0, 50.0, 90.0); 50]).unwrap();
        let FitStatus::Boundary(edges) = equal.status() else { panic!("{equal:?}") };
        assert!(edges.contains(&Boundary::HomogeneousRates), "{equal:?}");
        let huge =
            fit(&[(900_000.0, 89.0, 90.0), (3.0, 50.0, 90.0), (0.0, 0.0, 90.0), (700_000.0, 88.0, 90.0)]);
        match huge {
            Ok(model) => assert!(model.log_likelihood().is_finite()),
            Err(error) => assert!(matches!(error.kind(), ErrorKind::NotConverged { .. }), "{error}"),
        }
        let many = fit(&[(2e6, 89.0, 90.0), (3.0, 50.0, 90.0)]).unwrap_err();
        assert!(matches!(many.kind(), ErrorKind::InvalidValue { row: 1, .. }), "{many}");
    }
    let with = |z: [f64; 3]| {
        let rows = [(3.0, 50.0, 90.0), (0.0, 0.0, 80.0), (1.0, 9.0, 70.0)];
        BgNbd::default()
            .fit(&summary(&rows).with_covariates(Features::new(["z"], z.to_vec()).unwrap()).unwrap())
    };
    assert!(matches!(with([1.0; 3]).unwrap_err().kind(), ErrorKind::InvalidColumn { .. }));
    let gifts = Summary::new(vec![2.0, 0.0], vec![1.0, 0.0], vec![6.0; 2], vec![0.0; 2]).unwrap();
    assert!(matches!(
        BgBb::default().fit(&gifts).unwrap_err().kind(),
        ErrorKind::InvalidValue { row: 1, .. }
    ));
}
