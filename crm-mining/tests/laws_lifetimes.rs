//! What the tests of lifetimes (the Python package, MIT) assert without a number holds for our models too: ranges, sums,
//! shrinkage, units. Names of tests are theirs; sources as in `golden_lifetimes.rs`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use common::lifetimes::{bg, customers, given, in_weeks, one, values};
use crm_mining::data::{Days, Summary};
use crm_mining::insight::{BgNbd, BuyingModel, FitStatus, GammaGamma, ParetoNbd};
use crm_mining::{ErrorKind, Fit};
use serde_json::json;

/// Whether x, t_x and T on a grid give probabilities. Theirs also asks for records that cannot be: a recency without a
/// repeat purchase; `Summary` refuses those.
#[test]
fn probabilities_lie_between_0_and_1() {
    let Some(summary) = customers() else { return };
    let tens = || (0..10).map(|ten| f64::from(ten) * 10.0);
    let grid = tens().flat_map(|x| tens().map(move |recency| (x, recency)));
    let grid: Vec<[f64; 3]> = grid
        .flat_map(|(x, recency)| tens().filter(move |age| *age >= recency).map(move |age| [x, recency, age]))
        .filter(|[x, recency, _]| *x > 0.0 || *recency == 0.0)
        .collect();
    let column = |place: usize| grid.iter().map(|row| row[place]).collect::<Vec<f64>>();
    let records = in_weeks(column(0), column(1), column(2));
    let settings: [&dyn Fit<Summary, Model = BuyingModel>; 3] =
        [&BgNbd::default(), &BgNbd::modified(), &ParetoNbd::default()];
    for settings in settings {
        let model = settings.fit(&summary).unwrap();
        assert!(model.p_alive(&records).unwrap().iter().all(|p| (0.0..=1.0).contains(p)));
        for weeks in [1, 5, 10, 50, 99] {
            for counts in model.count_probabilities(&records, Days(7 * weeks), 10).unwrap() {
                assert!(counts.iter().all(|p| (0.0..=1.0).contains(p)), "{counts:?}");
            }
        }
    }
    // TestModifiedBetaGammaFitter: one who bought once may have left.
    let modified = BgNbd::modified().fit(&summary).unwrap();
    assert!(modified.p_alive(&one(0.0, 0.0, 1.0)).unwrap()[0] < 1.0);
}

/// TestParetoNBDFitter::test_conditional_probability_of_n_purchases_up_to_time_adds_up_to_1: of at most 9 purchases in
/// as many weeks, 20 in the next 9 are next to all; theirs are drawn at random and may miss 0.015.
#[test]
fn probabilities_add_up() {
    let Some(summary) = customers() else { return };
    let model = ParetoNbd::default().fit(&summary).unwrap();
    for (x, recency, age) in [(0.0, 0.0, 3.0), (1.0, 1.0, 9.0), (4.0, 5.0, 5.0), (9.0, 8.0, 9.0)] {
        for weeks in [1, 5, 9] {
            let counts = model.count_probabilities(&one(x, recency, age), Days(7 * weeks), 19).unwrap();
            assert!((counts[0].iter().sum::<f64>() - 1.0).abs() < 0.015, "{x} {recency} {age} {weeks}");
        }
    }
}

/// The tests "overflow_error" of Pareto/NBD, with 40 to 500 purchases within a few weeks.
#[test]
fn nothing_overflows() {
    let parameters = json!({"r": 10.465, "alpha": 7.98565181e-03, "s": 3.0516, "beta": 2.820});
    let model = given(&json!("pareto_nbd"), &parameters, 7.0);
    for counts in [[400.0, 500.0, 500.0], [40.0, 50.0, 50.0]] {
        let records = in_weeks(counts.to_vec(), vec![5.0, 1.0, 4.0], vec![6.0, 37.0, 37.0]);
        assert!(model.p_alive(&records).unwrap().iter().all(|p| (0.0..=1.0).contains(p)));
        assert!(model.log_likelihood_on(&records).unwrap().is_finite());
    }
}

/// The tests "sum_of_scalar_inputs_to_negative_log_likelihood_is_equal_to_array"; ours is the sum, not the mean.
#[test]
fn log_likelihoods_add() {
    let (leaving, staying) = (json!("pareto_nbd"), json!({"r": 1.0, "alpha": 1.0, "a": 1.0, "b": 1.0}));
    let pareto = given(&leaving, &json!({"r": 1.0, "alpha": 1.0, "s": 1.0, "beta": 1.0}), 7.0);
    let beta_geo = ["after_repeats", "after_every"].map(|dropout| given(&bg(dropout), &staying, 7.0));
    for model in beta_geo.iter().chain([&pareto]) {
        let both = in_weeks(vec![1.0, 3.0], vec![2.0, 2.0], vec![5.0, 6.0]);
        let each = [one(1.0, 2.0, 5.0), one(3.0, 2.0, 6.0)].map(|of| model.log_likelihood_on(&of).unwrap());
        let sum = model.log_likelihood_on(&both).unwrap();
        assert!((sum - each[0] - each[1]).abs() < 1e-14, "{sum} {each:?}");
    }
}

/// The tests "penalizer_term_will_shrink_coefs_to_0": every parameter of BG/NBD, the sum of MBG/NBD's.
#[test]
fn a_penalty_shrinks() {
    let Some(summary) = customers() else { return };
    let plain =
        [0.0, 0.1, 10.0].map(|penalty| values(&BgNbd::default().penalizer(penalty).fit(&summary).unwrap()));
    for pair in plain.windows(2) {
        assert!(pair[0].iter().zip(&pair[1]).all(|(less, more)| more < less), "{pair:?}");
    }
    let sums = [0.0, 0.1, 1.0].map(|penalty| {
        values(&BgNbd::modified().penalizer(penalty).fit(&summary).unwrap()).iter().sum::<f64>()
    });
    assert!(sums[0] > sums[1] && sums[1] > sums[2], "{sums:?}");
}

/// The tests "scaling_inputs_gives_same_or_similar_results" (times ten; 1e-4 and 0.1 are theirs) and the 30 days ahead of
/// "…do_not_differ_much_if_looking_at_hourly_or_daily_frequencies", in days and weeks: a summary has no hours.
#[test]
fn the_unit_of_time_does_not_matter() {
    let Some(summary) = customers() else { return };
    let times_ten = |values: &[f64]| values.iter().map(|value| value * 10.0).collect::<Vec<f64>>();
    let long = in_weeks(summary.frequency().to_vec(), times_ten(summary.recency()), times_ten(summary.age()));
    let days = Summary::new(
        summary.frequency().to_vec(),
        summary.recency().iter().map(|week| week * 7.0).collect(),
        summary.age().iter().map(|week| week * 7.0).collect(),
        vec![0.0; summary.len()],
    );
    let days = days.unwrap();
    for settings in [BgNbd::default(), BgNbd::modified()] {
        let [weekly, slow, daily] = [&summary, &long, &days].map(|of| settings.fit(of).unwrap());
        for (recency, age) in [(1.0, 2.0), (2.0, 10.0)] {
            let p = weekly.p_alive(&one(1.0, recency, age)).unwrap()[0];
            let of_slow = slow.p_alive(&one(1.0, 10.0 * recency, 10.0 * age)).unwrap()[0];
            assert!((p - of_slow).abs() < 1e-5, "{p} {of_slow}");
        }
        let [by_week, by_day] =
            [&weekly, &daily].map(|model| model.expected_from_start(Days(30), &[]).unwrap());
        assert!((by_week - by_day).abs() < 1.5e-7, "{by_week} {by_day}");
    }
}

/// TestModifiedBetaGammaFitter::test_mgbf_does_not_hang_for_small_datasets…: two customers end in a named outcome.
#[test]
fn two_customers_do_not_hang() {
    let two = in_weeks(vec![2.0, 1.0], vec![30.43, 1.71], vec![38.86; 2]);
    let model = BgNbd::modified().fit(&two).unwrap();
    assert!(!matches!(model.status(), FitStatus::Converged), "{:?}", model.status());
}

/// test_check_inputs. A mean spend of 0 with repeat purchases, which lifetimes refuses, is a gift to us: the models of
/// buying count the purchases, Gamma-Gamma leaves the customer out and says so.
#[test]
fn records_that_cannot_be() {
    let (x, recency) = (vec![0.0, 1.0, 2.0], vec![0.0, 1.0, 10.0]);
    let (age, spend) = (vec![5.0, 6.0, 15.0], vec![2.3, 490.0, 33.33]);
    let summary = |x: &[f64], recency: &[f64], spend: &[f64]| {
        Summary::new(x.to_vec(), recency.to_vec(), age.clone(), spend.to_vec())
    };
    assert!(summary(&x, &recency, &spend).is_ok());
    let wrong = [
        summary(&x, &[6.0, 7.0, 16.0], &spend),
        summary(&x, &[1.0, 1.0, 10.0], &spend),
        summary(&[0.0, 0.5, 2.0], &recency, &spend),
    ];
    for wrong in wrong {
        assert!(matches!(wrong.unwrap_err().kind(), ErrorKind::InvalidValue { .. }));
    }
    let gifts =
        Summary::new(vec![1.0, 2.0, 3.0], vec![1.0, 1.0, 10.0], age, vec![0.0, 490.0, 33.33]).unwrap();
    let spend = GammaGamma::default().fit(&gifts).unwrap();
    assert_eq!((spend.n_customers(), spend.left_out()), (2, 1));
}
