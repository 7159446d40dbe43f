//! Intervals hold what they say: 90 % of them, over simulated customers, and the CDNOW holdout beside naive ways.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "tests"
)]

mod common;

use common::cdnow::{day, ledger};
use crm_mining::data::{Days, Summary, ToTable};
use crm_mining::insight::{
    BgNbd, BuyingModel, BuyingSettings, Clv, DiscountRate, FitStatus, GammaGamma, Holdout, HoldoutScore,
    Interval, Nbd, ParetoNbd,
};
use crm_mining::{Fit, Predict};
use std::fmt::Write;

const REPEATS: u64 = 400;
const CUSTOMERS: usize = 1500;

/// Customers who came over thirteen weeks and were seen for half a year more, in weeks.
fn ages() -> Vec<f64> {
    (0..CUSTOMERS).map(|place| 27.0 + (place % 91) as f64 / 7.0).collect()
}

fn model(process: serde_json::Value, parameters: serde_json::Value) -> BuyingModel {
    serde_json::from_value(serde_json::json!({
        "version": 1, "process": process, "parameters": parameters, "covariance": null, "days_per_unit": 7.0,
        "n_customers": 0, "log_likelihood": 0.0, "iterations": 0, "status": "converged",
    }))
    .unwrap()
}

fn holds(interval: &Interval, value: f64) -> f64 {
    f64::from(u8::from(interval.low <= value && value <= interval.high))
}

/// How often 90 % intervals hold: the later purchases of all, those of the customers with two repeat purchases and more,
/// the true expectation of customers, and the counts of customers. Fits at a boundary are left out, and counted.
fn coverage(truth: &BuyingModel, settings: BuyingSettings<'_>) -> ([f64; 4], usize) {
    let (mut held, mut fits, mut left_out) = ([0.0; 4], 0.0, 0);
    for seed in 0..REPEATS {
        let sample = truth.simulate(&ages(), Days(182), seed).unwrap();
        let found = settings.fit(&sample.summary).unwrap();
        if *found.status() != FitStatus::Converged {
            left_out += 1;
            continue;
        }
        fits += 1.0;
        let forecast = found.forecast(&sample.summary, Days(182), 0.9).unwrap();
        held[0] += holds(&forecast.total(), sample.later.iter().sum());
        let group_of: Vec<u32> = sample.summary.frequency().iter().map(|x| u32::from(*x >= 2.0)).collect();
        let frequent: f64 =
            sample.later.iter().zip(&group_of).map(|(later, group)| later * f64::from(*group)).sum();
        held[1] += holds(&forecast.groups(&group_of).unwrap()[1], frequent);
        let expected = truth.expected_purchases(&sample.summary, Days(182)).unwrap();
        let customers = forecast.customers_expected();
        let n = customers.len() as f64;
        held[2] +=
            customers.iter().zip(&expected).map(|(found, truth)| holds(found, *truth)).sum::<f64>() / n;
        let counts = forecast.counts();
        let within =
            |(range, later): (&[f64; 2], &f64)| f64::from(u8::from(range[0] <= *later && *later <= range[1]));
        held[3] += counts.iter().zip(&sample.later).map(within).sum::<f64>() / n;
    }
    (held.map(|held| held / fits), left_out)
}

#[test]
fn ninety_of_a_hundred() {
    let bg = serde_json::json!({"bg_nbd": {"dropout": "after_repeats", "regularity": 1}});
    let mbg = serde_json::json!({"bg_nbd": {"dropout": "after_every", "regularity": 2}});
    let of_bg = serde_json::json!({"r": 0.8, "alpha": 5.0, "a": 0.8, "b": 2.5});
    let of_pareto = serde_json::json!({"r": 0.8, "alpha": 6.0, "s": 0.6, "beta": 9.0});
    let (plain, modified) = (BgNbd::default(), BgNbd::modified().regularity(2));
    let cases: [(&str, BuyingModel, BuyingSettings<'_>); 3] = [
        ("BG/NBD", model(bg, of_bg.clone()), &plain),
        ("MBG/CNBD-2", model(mbg, of_bg), &modified),
        ("Pareto/NBD", model(serde_json::json!("pareto_nbd"), of_pareto), &ParetoNbd::default()),
    ];
    for (name, truth, settings) in cases {
        let ([total, group, expectation, counts], left_out) = coverage(&truth, settings);
        eprintln!(
            "{name}: total {total:.3}, group {group:.3}, expectation {expectation:.3}, counts {counts:.3}; \
             {left_out} of {REPEATS} fits at a boundary"
        );
        for held in [total, group, expectation] {
            assert!((0.87..=0.93).contains(&held), "{name}: {held}");
        }
        // Numbers of purchases are whole, so that their ranges hold somewhat more.
        assert!((0.89..=0.99).contains(&counts), "{name}: {counts}");
        assert!(left_out < REPEATS as usize / 10, "{name}: {left_out} fits at a boundary");
    }
}

/// Sums of exponentials out of a linear congruential generator (Knuth's MMIX): Gamma(shape, rate) for whole shapes.
struct Amounts(u64);

impl Amounts {
    fn gamma(&mut self, shape: u32, rate: f64) -> f64 {
        let mut exponential = || {
            self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            -(((self.0 >> 11) as f64 + 0.5) / (1u64 << 53) as f64).ln()
        };
        (0..shape).map(|_| exponential()).sum::<f64>() / rate
    }
}

/// What all customers bring in half a year lies in the 90 % interval nine times out of ten, and so does the true expected
/// value of a customer: BG/NBD as above, Gamma-Gamma of p 6, q 4, v 15.
#[test]
fn ninety_of_a_hundred_in_money() {
    let bg = serde_json::json!({"bg_nbd": {"dropout": "after_repeats", "regularity": 1}});
    let truth = model(bg, serde_json::json!({"r": 0.8, "alpha": 5.0, "a": 0.8, "b": 2.5}));
    let (p, q, v) = (6u32, 4u32, 15.0);
    let (mut total, mut customers, repeats) = (0.0, 0.0, 300);
    for seed in 0..repeats {
        let sample = truth.simulate(&ages(), Days(182), 1000 + seed).unwrap();
        let mut amounts = Amounts(seed);
        let (mut mean_spend, mut later) = (Vec::new(), 0.0);
        for (&x, &more) in sample.summary.frequency().iter().zip(&sample.later) {
            let rate = amounts.gamma(q, v);
            let spend = amounts.gamma(p * x as u32, rate);
            mean_spend.push(if x > 0.0 { spend / x } else { 0.0 });
            later += amounts.gamma(p * more as u32, rate);
        }
        let times =
            [sample.summary.recency(), sample.summary.age()].map(|of| of.iter().map(|t| t * 7.0).collect());
        let [recency, age] = times;
        let x = sample.summary.frequency().to_vec();
        let summary = Summary::new(x, recency, age, mean_spend).unwrap().in_weeks();
        let buying = BgNbd::default().fit(&summary).unwrap();
        let spend = GammaGamma::default().fit(&summary).unwrap();
        let clv = Clv::new(&buying, &spend).horizon(Days(182)).discount(DiscountRate::None);
        let forecast = clv.forecast(&summary, 0.9).unwrap();
        assert!(forecast.parameters_included());
        total += holds(&forecast.total(), later);
        // The expectation at the true parameters: (p v + p x m) / (p x + q − 1) per purchase.
        let expected = truth.expected_purchases(&summary, Days(182)).unwrap();
        let of_customer = forecast.customers_expected();
        let n = summary.len() as f64;
        for (place, found) in of_customer.iter().enumerate() {
            let (x, mean, p) = (summary.frequency()[place], summary.monetary()[place], f64::from(p));
            let spend = (p * v + p * x * mean) / (p * x + f64::from(q) - 1.0);
            customers += holds(found, expected[place] * spend) / n;
        }
        // The parts add up to what `predict` says.
        let clv = clv.predict(&summary).unwrap().clv().to_vec();
        assert!(of_customer.iter().zip(&clv).all(|(found, clv)| (found.expected - clv).abs() <= 1e-9 * clv));
        let group_of: Vec<u32> = (0..summary.len() as u32).map(|place| place % 3).collect();
        let groups = forecast.groups(&group_of).unwrap();
        let sum: f64 = groups.iter().map(|group| group.expected).sum();
        assert!((sum / forecast.total().expected - 1.0).abs() < 1e-9 && groups.len() == 3);
    }
    let n = repeats as f64;
    eprintln!("money: total {:.3}, expectation {:.3}", total / n, customers / n);
    assert!((0.87..=0.93).contains(&(total / n)), "{}", total / n);
    assert!((0.87..=0.93).contains(&(customers / n)), "{}", customers / n);
}

#[test]
fn months_add_up() {
    let Some(ledger) = ledger() else { return };
    let summary = ledger.summary(day("1998-06-30"));
    let (buying, spend) =
        (ParetoNbd::default().fit(&summary).unwrap(), GammaGamma::default().fit(&summary).unwrap());
    let clv = Clv::new(&buying, &spend).months(12).annual_discount(0.15);
    let (months, all) = (clv.by_month(&summary).unwrap(), clv.predict(&summary).unwrap());
    assert_eq!((months.month_ends.len(), months.month_ends[11]), (12, 360.0));
    let (discounted, clv): (f64, f64) = (months.discounted.iter().sum(), all.clv().iter().sum());
    assert!((discounted / clv - 1.0).abs() < 1e-12);
    let (purchases, expected): (f64, f64) =
        (months.purchases.iter().sum(), all.expected_purchases().iter().sum());
    assert!((purchases / expected - 1.0).abs() < 1e-12);
    let worth = months.discounted[11] / months.revenue[11];
    assert!((worth - 1.15f64.powf(-360.0 / 365.0)).abs() < 1e-12);
}

fn row(score: &HoldoutScore) -> String {
    let interval = score.interval.map_or(String::new(), |[low, high]| format!("{low:.0}–{high:.0}"));
    let likelihood = score.log_likelihood.map_or(String::new(), |value| format!("{value:.2}"));
    // Of a constant there is none.
    let correlation = Some(score.correlation).filter(|value| value.is_finite());
    let correlation = correlation.map_or("–".to_owned(), |value| format!("{value:.4}"));
    format!(
        "| {} | {likelihood} | {:.1} | {interval} | {:+.1} % | {:.4} | {:.4} | {correlation} | {:.1} % |",
        score.name,
        score.expected,
        100.0 * score.bias,
        score.mae,
        score.rmse,
        100.0 * score.top_tenth
    )
}

const PAGE: &str = "\
# The CDNOW holdout

2,357 customers; models know them until 1997-09-30, and foretell their purchase days of the 39 weeks until 1998-06-30. Written by
the test `intervals` (`CRM_MINING_WRITE=1 cargo test -p crm-mining --test intervals`).

| model | log-likelihood | expected | 90 % interval | bias | MAE | RMSE | correlation | bought by the top tenth |
|---|---:|---:|---|---:|---:|---:|---:|---:|
";

/// Sums, errors and correlations equal those of `golden/value.csv`; here naive ways stand beside, and intervals.
#[test]
fn cdnow_holdout_beside_naive_ways() {
    let Some(ledger) = ledger() else { return };
    let holdout = Holdout::new(&ledger, day("1997-09-30"), day("1998-06-30")).unwrap().in_weeks();
    let (bg, mbg, pareto, nbd) = (BgNbd::default(), BgNbd::modified(), ParetoNbd::default(), Nbd::default());
    let models: [(&str, BuyingSettings<'_>); 4] =
        [("Pareto/NBD", &pareto), ("BG/NBD", &bg), ("MBG/NBD", &mbg), ("NBD", &nbd)];
    let report = holdout.judge(&models, 0.9).unwrap();
    assert!(report.failed().is_empty());
    let mut page = String::from(PAGE);
    report.scores().iter().for_each(|score| writeln!(page, "{}", row(score)).unwrap());
    let actual = report.scores()[0].actual;
    assert_eq!(actual, 1882.0);
    let naive = &report.scores()[4];
    assert!(
        (naive.expected - 2930.1011257197248).abs() < 1e-6 && (naive.mae - 1.0236691632673867).abs() < 1e-9
    );
    let covers =
        |score: &HoldoutScore| score.interval.is_some_and(|[low, high]| low <= actual && actual <= high);
    assert!(covers(&report.scores()[0]), "{:?}", report.scores()[0]);
    // The BG/NBD's interval is too narrow at 90 %, because customers are not quite as it has them; at 99 % it covers.
    let wide = holdout.judge(&models, 0.99).unwrap();
    assert!(covers(&wide.scores()[1]), "{:?}", wide.scores()[1]);
    writeln!(
        page,
        "\nActual: {actual}. The interval of Pareto/NBD holds it; that of BG/NBD does at 99 % ({:.0}–{:.0}), not at 90 %: \
         intervals suppose\nthat the model is true. NBD and the naive ways do not see that customers leave.",
        wide.scores()[1].interval.unwrap()[0],
        wide.scores()[1].interval.unwrap()[1],
    )
    .unwrap();
    for score in &report.scores()[..3] {
        assert!(score.mae < naive.mae && score.rmse < naive.rmse && score.correlation > naive.correlation);
    }
    assert_eq!(report.to_table().n_rows(), 7);
    // Cumulative repeats at weeks 39 and 78 against 4339: golden values of the models.
    for (model, expected) in
        report.models().iter().zip([4270.040681660059, 4160.609211867012, 4049.9532130073976])
    {
        let track = holdout.track(model).unwrap();
        assert!((track.expected.last().unwrap() / expected - 1.0).abs() < 5e-4);
        assert_eq!(
            (track.week_ends.len(), track.actual[38], *track.actual.last().unwrap()),
            (78, 2457.0, 4339.0)
        );
        assert_eq!(track.weekly().iter().map(|week| week.2).sum::<f64>(), 4339.0 - track.actual[0]);
    }
    let table = report.models()[0].frequency_table(holdout.calibration(), 7).unwrap();
    assert_eq!(table.actual, [1411.0, 439.0, 214.0, 100.0, 62.0, 38.0, 29.0, 64.0]);
    assert!((table.expected.iter().sum::<f64>() - 2357.0).abs() < 1e-6);
    common::page("value_holdout.md", &page);
}

/// Covariates that make purchases and departures more frequent are found again, by both models.
#[test]
fn effects_of_covariates_come_back() {
    let bg = serde_json::json!({"bg_nbd": {"dropout": "after_repeats", "regularity": 1}});
    let cases: [(serde_json::Value, serde_json::Value, BuyingSettings<'_>); 2] = [
        (bg, serde_json::json!({"r": 0.8, "alpha": 5.0, "a": 0.8, "b": 2.5}), &BgNbd::default()),
        (
            serde_json::json!("pareto_nbd"),
            serde_json::json!({"r": 0.8, "alpha": 6.0, "s": 0.6, "beta": 9.0}),
            &ParetoNbd::default(),
        ),
    ];
    for (process, parameters, settings) in cases {
        let truth = model(process, parameters.clone());
        // Channel 0 or 1 (buying +0.5, leaving +0.4) and an age in decades (buying −0.2).
        let mut columns: [Vec<f64>; 3] = Default::default();
        let mut rows = Vec::new();
        for (channel, decade) in [(0.0, 2.0), (1.0, 2.0), (0.0, 5.0), (1.0, 5.0)] {
            let mut of = parameters.clone();
            let faster = f64::exp(-(0.5 * channel - 0.2 * decade));
            of["alpha"] = serde_json::json!(of["alpha"].as_f64().unwrap() * faster);
            let (leaving, power) = if of.get("a").is_some() { ("a", 0.4) } else { ("beta", -0.4) };
            of[leaving] = serde_json::json!(of[leaving].as_f64().unwrap() * f64::exp(power * channel));
            let part = model(serde_json::to_value(truth.process()).unwrap(), of);
            let made = part.simulate(&ages(), Days(0), decade as u64 + channel as u64).unwrap().summary;
            let figures = [made.frequency(), made.recency(), made.age()];
            columns.iter_mut().zip(figures).for_each(|(column, figures)| column.extend(figures));
            rows.extend((0..made.len()).flat_map(|_| [channel, decade]));
        }
        let [x, recency, age] = columns;
        let n = x.len();
        let week = |values: Vec<f64>| values.iter().map(|value| value * 7.0).collect();
        let summary = Summary::new(x, week(recency), week(age), vec![0.0; n]).unwrap().in_weeks();
        let features = crm_mining::data::Features::new(["channel", "decade"], rows).unwrap();
        let found = settings.fit(&summary.with_covariates(features).unwrap()).unwrap();
        let effects = [
            ("buying: channel", 0.5),
            ("leaving: channel", 0.4),
            ("buying: decade", -0.2),
            ("leaving: decade", 0.0),
        ];
        for (name, made) in effects {
            let parameters = found.parameters();
            let parameter = parameters.iter().find(|parameter| parameter.name == name).unwrap();
            let error = parameter.standard_error.unwrap();
            assert!(
                (parameter.value - made).abs() < 3.0 * error && error < 0.3,
                "{parameter:?}, made with {made}"
            );
        }
        for name in ["r", "alpha"] {
            let parameter = found.parameters().into_iter().find(|of| of.name == name).unwrap();
            let made = truth.parameter(name).unwrap();
            assert!(
                (parameter.value - made).abs() < 3.0 * parameter.standard_error.unwrap(),
                "{parameter:?}, {made}"
            );
        }
    }
}
