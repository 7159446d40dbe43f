//! Laws of the family of k-means: passing over rows changes nothing, weights are repeated rows, order and
//! threads do not matter, hostile rows have a typed outcome, saved models are checked.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "common/rows.rs"]
mod rows;

use crm_mining::data::{Features, Weighted};
use crm_mining::learn::{
    BisectingKMeans, Bisection, Clustering, Init, KMeans, KMeansModel, MiniBatchKMeans, MiniBatchKMeansModel,
};
use crm_mining::{ErrorKind, Fit, Predict};
use proptest::prelude::*;
use rows::{copy, drawn, features, groups, permutation, squared, stopped, with_threads};

/// Overlapping clouds.
fn clouds(n: usize, width: usize, groups: usize, spread: f64) -> Features {
    drawn(n, width, |i, j, uniform| {
        let center = ((i % groups) * (j + 3)) as f64 * 0.7;
        center + spread * (uniform() + uniform() + uniform())
    })
}

fn given(centers: Vec<f64>, width: usize, max_iterations: usize) -> KMeans {
    let k = centers.len() / width;
    KMeans { init: Init::Centers(centers), max_iterations, tolerance: 0.0, ..KMeans::new(k) }
}

/// Lloyd's iterations that look at every row each time; none when a cluster runs empty.
fn naive(
    data: &Features,
    weights: &[f64],
    mut centers: Vec<f64>,
    iterations: usize,
) -> Option<(Vec<f64>, Vec<u32>)> {
    let width = data.n_features();
    let k = centers.len() / width;
    let nearest = |centers: &[f64], row: &[f64]| {
        let mut best = (f64::INFINITY, 0);
        for (label, center) in (0..).zip(centers.chunks(width)) {
            let distance = squared(row, center);
            if distance < best.0 {
                best = (distance, label);
            }
        }
        best.1
    };
    let label = |centers: &[f64]| data.rows().map(|row| nearest(centers, row)).collect::<Vec<u32>>();
    let mut labels = label(&centers);
    for _ in 0..iterations {
        let (mut sums, mut counts) = (vec![0.0; k * width], vec![0.0; k]);
        for ((row, &label), weight) in data.rows().zip(&labels).zip(weights) {
            counts[label as usize] += weight;
            for (sum, x) in sums[label as usize * width..].iter_mut().zip(row) {
                *sum += weight * x;
            }
        }
        if counts.contains(&0.0) {
            return None;
        }
        centers = sums.iter().enumerate().map(|(at, sum)| sum / counts[at / width]).collect();
        let next = label(&centers);
        if next == labels {
            break;
        }
        labels = next;
    }
    Some((centers, labels))
}

proptest! {
    /// Random floats have no ties, so both go the same way to the last row.
    #[test]
    fn rows_passed_over_are_where_a_look_would_find_them(
        width in 1usize..8,
        k in 1usize..9,
        iterations in 1usize..40,
        n in 40usize..700,
        spread in 0.2..6.0,
        far in 0usize..3,
        weigh in any::<bool>(),
    ) {
        let mut values = clouds(n, width, 5, spread).values().to_vec();
        if far > 0 {
            // One row far away leaves the others close together in the frame: f32 cannot tell them apart.
            values[0] = [1e7, 1e12][far - 1];
        }
        let data = features(width, values.clone());
        let weights: Vec<f64> = (0..n).map(|i| if weigh { 0.25 + (i % 4) as f64 } else { 1.0 }).collect();
        let start = data.values()[width..width * (k + 1)].to_vec();
        let Some((_, labels)) = naive(&data, &weights, start.clone(), iterations) else { return Ok(()) };
        let settings = given(start, width, iterations);
        let model = if weigh {
            settings.fit(&Weighted::new(&data, &weights).unwrap()).unwrap()
        } else {
            settings.fit(&data).unwrap()
        };
        prop_assert_eq!(groups(model.labels()), groups(&labels));
        prop_assert_eq!(model.predict(&data).unwrap(), model.labels());
        let to_own: f64 = data.rows().zip(model.labels()).zip(&weights)
            .map(|((row, &label), weight)| weight * squared(row, model.center(label as usize))).sum();
        let size = data.values().iter().fold(0.0, |size: f64, value| size.max(value.abs()));
        let rounding = 1e-12 * to_own + (1e-15 * size).powi(2) * n as f64;
        prop_assert!((model.inertia() - to_own).abs() <= rounding.max(1e-9 * to_own));
    }

    /// Whole weights are repeated rows; rows of weight 0 are but labelled.
    #[test]
    fn whole_weights_are_repeated_rows(
        width in 1usize..7,
        n in 30usize..150,
        weights in prop::collection::vec(0u32..4, 150),
        k in 1usize..6,
    ) {
        let data = clouds(n, width, 3, 3.0);
        let repeated: Vec<u32> =
            (0..n as u32).flat_map(|row| vec![row; weights[row as usize] as usize]).collect();
        let long = data.select(&repeated);
        let start = data.values()[..k * width].to_vec();
        let floats: Vec<f64> = weights[..n].iter().map(|&weight| f64::from(weight)).collect();
        prop_assume!(naive(&data, &floats, start.clone(), 300).is_some());
        let settings = given(start, width, 300);
        let short = settings.fit(&Weighted::new(&data, &floats).unwrap()).unwrap();
        let model = settings.fit(&long).unwrap();
        let of_long: Vec<u32> = repeated.iter().map(|&row| short.labels()[row as usize]).collect();
        prop_assert_eq!(of_long, model.labels());
        prop_assert!((short.inertia() - model.inertia()).abs() <= 1e-12 * short.inertia().max(1.0));
        for (a, b) in short.centers().iter().zip(model.centers()) {
            prop_assert!((a - b).abs() <= 1e-12 * a.abs().max(1.0));
        }
    }

    #[test]
    fn permuted_rows_from_given_centers(shift in 1usize..999, k in 2usize..7, width in 1usize..7) {
        let data = clouds(1_000, width, 4, 3.0);
        let order = permutation(1_000, shift);
        let settings = given(data.values()[..k * width].to_vec(), width, 300);
        let model = settings.fit(&data).unwrap();
        let other = settings.fit(&data.select(&order)).unwrap();
        let moved: Vec<u32> = order.iter().map(|&row| model.labels()[row as usize]).collect();
        prop_assert_eq!(other.labels(), moved);
        prop_assert!((model.inertia() - other.inertia()).abs() <= 1e-12 * model.inertia());
    }

    #[test]
    fn cuts_divide_and_predict(
        width in 1usize..4,
        values in prop::collection::vec(-30i32..30, 12..150),
        k in 1usize..7,
        by_size in any::<bool>(),
    ) {
        let rows = values.len() / width;
        let data = features(width, values[..rows * width].iter().map(|&v| f64::from(v)).collect());
        let strategy = if by_size { Bisection::LargestSize } else { Bisection::LargestInertia };
        let settings = BisectingKMeans { strategy, n_init: 2, tolerance: 0.0, ..BisectingKMeans::new(k) };
        let model = match settings.fit(&data) {
            Ok(model) => model,
            Err(error) => {
                let few = matches!(error.kind(), ErrorKind::TooManyClusters { .. });
                prop_assert!(few, "{}", error);
                return Ok(());
            }
        };
        prop_assert_eq!(model.predict(&data).unwrap(), model.labels());
        prop_assert!(model.sizes().iter().all(|&size| size > 0));
        let sum: f64 = data.rows().zip(model.labels())
            .map(|(row, &label)| squared(row, model.center(label as usize))).sum();
        prop_assert!((sum - model.inertia()).abs() <= 1e-9 * sum.max(1.0));
        prop_assert_eq!(copy(&model), model);
    }
}

#[test]
fn drawn_centers_depend_on_neither_order_nor_repetition() {
    let data = clouds(700, 3, 5, 2.5);
    let weight = |row: u32| (row % 4) as usize;
    // 211 and 700 are coprime, so this is a permutation.
    let permuted: Vec<u32> = (0..700).map(|row| row * 211 % 700).collect();
    let repeated: Vec<u32> = permuted.iter().flat_map(|&row| std::iter::repeat_n(row, weight(row))).collect();
    let weights: Vec<f64> = (0..700).map(|row| weight(row) as f64).collect();
    for init in [Init::PlusPlus, Init::Parallel, Init::Random] {
        let settings = KMeans { init, n_init: 3, ..KMeans::new(6) };
        let model = settings.fit(&data).unwrap();
        let other = settings.fit(&data.select(&permuted)).unwrap();
        assert_eq!((model.centers(), model.inertia()), (other.centers(), other.inertia()));
        let labels: Vec<u32> = permuted.iter().map(|&row| model.labels()[row as usize]).collect();
        assert_eq!(other.labels(), labels);
        let weighted = settings.fit(&Weighted::new(&data, &weights).unwrap()).unwrap();
        let long = settings.fit(&data.select(&repeated)).unwrap();
        assert_eq!((weighted.centers(), weighted.inertia()), (long.centers(), long.inertia()));
        assert_eq!(weighted.predict(&data).unwrap(), weighted.labels());
    }
}

#[test]
fn threads_do_not_matter() {
    for (n, width) in [(3_000, 3), (70_000, 6)] {
        let data = clouds(n, width, 9, 4.0);
        let weights: Vec<f64> = (0..n).map(|i| (i % 5) as f64 * 0.3).collect();
        let weighted = Weighted::new(&data, &weights).unwrap();
        let work = || {
            let of = |init, k| KMeans { n_init: 2, max_iterations: 30, init, ..KMeans::new(k) };
            let mini = MiniBatchKMeans { max_passes: 2, ..MiniBatchKMeans::new(5) };
            (
                [Init::PlusPlus, Init::Parallel, Init::Random].map(|init| of(init, 7).fit(&data).unwrap()),
                of(Init::Parallel, 5).fit(&weighted).unwrap(),
                mini.fit(&data).unwrap(),
                BisectingKMeans { n_init: 2, ..BisectingKMeans::new(5) }.fit(&data).unwrap(),
            )
        };
        let one = with_threads(1, work);
        assert_eq!(one, with_threads(2, work));
        assert_eq!(one, with_threads(8, work));
    }
}

#[test]
fn every_start_ends_well() {
    let data = clouds(6_000, 3, 8, 0.5);
    let best = KMeans::new(8).fit(&data).unwrap().inertia();
    for init in [Init::Parallel, Init::Random] {
        let model = KMeans { init: init.clone(), ..KMeans::new(8) }.fit(&data).unwrap();
        assert!(model.inertia() < 1.001 * best, "{init:?}: {} {best}", model.inertia());
        let other = KMeans { init, seed: 7, n_init: 1, ..KMeans::new(8) };
        assert_eq!(other.fit(&data).unwrap(), other.fit(&data).unwrap());
    }
    // One start of k-means|| is worth one of k-means++.
    let one = |init, seed| KMeans { init, seed, n_init: 1, ..KMeans::new(8) }.fit(&data).unwrap().inertia();
    let mean = |init: Init| (0..10).map(|seed| one(init.clone(), seed)).sum::<f64>() / 10.0;
    assert!(mean(Init::Parallel) < 1.1 * mean(Init::PlusPlus));
    // All rows are candidates when there are few.
    let few = features(1, (0..9).map(f64::from).collect());
    assert_eq!(KMeans { init: Init::Parallel, ..KMeans::new(9) }.fit(&few).unwrap().inertia(), 0.0);
    let mini = MiniBatchKMeans::new(8).fit(&data).unwrap();
    assert!(mini.inertia() < 1.3 * best, "{} {best}", mini.inertia());
    assert_eq!(mini.predict(&data).unwrap(), mini.labels());
}

#[test]
fn hostile_rows_have_a_typed_outcome() {
    let name = |result: crm_mining::Result<KMeansModel>| result.unwrap_err().kind().name();
    for init in [Init::PlusPlus, Init::Parallel, Init::Random] {
        let of = |k| KMeans { init: init.clone(), ..KMeans::new(k) };
        assert_eq!(name(of(2).fit(&features(2, vec![]))), "NotEnoughData");
        assert_eq!(name(of(1).fit(&features(1, vec![1e200, 0.0]))), "Overflow");
        assert_eq!(name(of(3).fit(&features(1, [1.0, 2.0].repeat(500)))), "TooManyClusters");
        assert_eq!(of(1).fit(&features(2, vec![3.5, -7.25])).unwrap().centers(), [3.5, -7.25]);
        let large = of(2).fit(&features(1, [1e139, 1e139, -1e139, -1e139].to_vec())).unwrap();
        assert_eq!(large.labels(), [1, 1, 0, 0]);
        // Many rows, few of them different: every start finds them all.
        let repeated = features(1, (0..2_000).map(|i| f64::from(i % 7)).collect());
        let model = of(7).fit(&repeated).unwrap();
        assert_eq!((model.inertia(), model.converged(), model.sizes().len()), (0.0, true, 7));
        assert_eq!(model.centers(), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        // Rows so close that their distances vanish beside the far one.
        let close = of(3).fit(&features(1, vec![1.0, 1e-200, 2e-200, 1.0]));
        assert_eq!(name(close), "TooManyClusters");
        let alike = of(2).fit(&features(3, [0.1, 1e9, -4.0].repeat(50)));
        assert_eq!(name(alike), "TooManyClusters");
    }
}

#[test]
fn given_centers_of_any_kind() {
    let data = features(1, vec![0.0, 1.0, 2.0, 10.0]);
    let fit = |centers: Vec<f64>| KMeans { init: Init::Centers(centers), ..KMeans::new(2) }.fit(&data);
    assert_eq!(fit(vec![5.0, 5.0]).unwrap().centers(), [1.0, 10.0]);
    assert_eq!(fit(vec![-1e100, 1e100]).unwrap().sizes(), [3, 1]);
    for wrong in [vec![1.0], vec![1.0, 2.0, 3.0], vec![f64::NAN, 1.0], vec![1.0, f64::INFINITY]] {
        assert_eq!(fit(wrong).unwrap_err().kind().name(), "InvalidParameter");
    }
    assert_eq!(fit(vec![1e200, 1.0]).unwrap_err().kind().name(), "Overflow");
}

#[test]
fn weights_of_any_size() {
    let data = features(1, vec![0.0, 1.0, 10.0, 12.0, 500.0]);
    let fit = |k, weights: &[f64]| KMeans::new(k).fit(&Weighted::new(&data, weights).unwrap());
    // A row of weight 0 fills no cluster, and is nearest to one all the same.
    let model = fit(2, &[1.0, 1.0, 1.0, 3.0, 0.0]).unwrap();
    assert_eq!((model.centers(), model.labels()), (&[0.5, 11.5][..], &[0, 0, 1, 1, 1][..]));
    assert_eq!(fit(5, &[1.0, 1.0, 1.0, 3.0, 0.0]).unwrap_err().kind().name(), "TooManyClusters");
    for scale in [1e-290, 1e290] {
        let model = fit(2, &[scale, scale, scale, 3.0 * scale, 0.0]).unwrap();
        assert_eq!(model.centers(), [0.5, 11.5]);
        assert!((model.inertia() / (3.5 * scale) - 1.0).abs() < 1e-12);
    }
    let model = fit(3, &[1.0, 1e-300, 1.0, 1.0, 1e300]).unwrap();
    assert!(model.centers().iter().all(|center| center.is_finite()));
    assert_eq!(fit(2, &[1e308; 5]).unwrap_err().kind().name(), "Overflow");
}

#[test]
fn a_stream_goes_on_after_it_was_saved() {
    let data = clouds(5_000, 3, 4, 1.0);
    let batch = |at: u32| data.select(&(at * 500..(at + 1) * 500).collect::<Vec<u32>>());
    let mut model = MiniBatchKMeans { seed: 9, ..MiniBatchKMeans::new(6) }.start(&batch(0)).unwrap();
    let mut other = model.clone();
    for at in 1..10 {
        model.update(&batch(at)).unwrap();
        other = copy(&other);
        other.update(&batch(at)).unwrap();
        assert_eq!(model, other);
        assert_eq!(model.predict(&batch(at)).unwrap(), model.labels());
    }
    assert_eq!((model.updates(), model.n_clusters()), (10, 6));
    let before = model.clone();
    let wrong = [features(2, vec![1.0, 2.0]), features(3, vec![1e300; 3])];
    assert_eq!(
        wrong.map(|rows| model.update(&rows).unwrap_err().kind().name()),
        ["FeatureMismatch", "Overflow"]
    );
    assert_eq!(model, before);
    model.update(&features(3, vec![])).unwrap();
    assert_eq!((model.centers(), model.labels()), (before.centers(), &[][..]));
}

/// A center where no row comes any more is put where rows are.
#[test]
fn a_stream_that_moves_takes_its_centers_along() {
    let first = features(1, vec![0.0, 1.0, 100.0, 101.0]);
    let mut model = MiniBatchKMeans { reassignment: 0.05, ..MiniBatchKMeans::new(2) }.start(&first).unwrap();
    let later = features(1, (0..40).map(|i| f64::from(i % 2) * 10.0 + 200.0).collect());
    for _ in 0..20 {
        model.update(&later).unwrap();
    }
    assert!(model.center(0)[0] > 90.0 && model.counts().iter().all(|&count| count > 2), "{model:?}");
}

#[test]
fn settings_are_checked() {
    let data = clouds(50, 2, 3, 1.0);
    let of = || MiniBatchKMeans::new(3);
    for wrong in [
        MiniBatchKMeans { k: 0, ..of() },
        MiniBatchKMeans { batch: 0, ..of() },
        MiniBatchKMeans { max_passes: 0, ..of() },
        MiniBatchKMeans { patience: 0, ..of() },
        MiniBatchKMeans { reassignment: f64::NAN, ..of() },
        MiniBatchKMeans { reassignment: 1.0, ..of() },
    ] {
        assert_eq!(wrong.fit(&data).unwrap_err().kind().name(), "InvalidParameter");
    }
    let of = || BisectingKMeans::new(3);
    for wrong in [
        BisectingKMeans { k: 0, ..of() },
        BisectingKMeans { n_init: 0, ..of() },
        BisectingKMeans { max_iterations: 0, ..of() },
        BisectingKMeans { tolerance: -1.0, ..of() },
    ] {
        assert_eq!(wrong.fit(&data).unwrap_err().kind().name(), "InvalidParameter");
    }
    for rows in [vec![], vec![1e200, 0.0], [1.0, 2.0].repeat(9)] {
        let data = features(1, rows);
        let kinds = [
            BisectingKMeans::new(3).fit(&data).unwrap_err().kind().name(),
            MiniBatchKMeans::new(3).fit(&data).unwrap_err().kind().name(),
            KMeans::new(3).fit(&data).unwrap_err().kind().name(),
        ];
        assert!(kinds.iter().all(|kind| *kind == kinds[0]), "{kinds:?}");
    }
    let stopped = stopped();
    assert_eq!(of().fit_with(&data, &stopped).unwrap_err().kind().name(), "Cancelled");
    let mini = MiniBatchKMeans::new(3).fit_with(&data, &stopped);
    assert_eq!(mini.unwrap_err().kind().name(), "Cancelled");
    for init in [Init::PlusPlus, Init::Parallel, Init::Random] {
        let error = KMeans { init, ..KMeans::new(3) }.fit_with(&data, &stopped).unwrap_err();
        assert_eq!(error.kind().name(), "Cancelled");
    }
}

/// Changes one place of a saved model and reads it.
fn damaged<M: serde::Serialize + serde::de::DeserializeOwned>(
    model: &M,
    pointer: &str,
    value: serde_json::Value,
) -> String {
    let mut saved = serde_json::to_value(model).unwrap();
    *saved.pointer_mut(pointer).unwrap() = value;
    match serde_json::from_value::<M>(saved) {
        Ok(_) => panic!("{pointer} was read"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_damaged_model_is_refused() {
    let data = clouds(60, 2, 3, 1.0);
    let model = KMeans::new(3).fit(&data).unwrap();
    let mini = MiniBatchKMeans::new(3).fit(&data).unwrap();
    let cut = BisectingKMeans::new(3).fit(&data).unwrap();
    assert_eq!(copy(&model), model);
    let number = |value: f64| serde_json::json!(value);
    let places = [
        ("/labels/0", serde_json::json!(3)),
        ("/points", serde_json::json!([1.0])),
        ("/points", serde_json::json!([])),
        ("/points/0", number(1e200)),
        ("/centers/0", number(77.0)),
        ("/feature_names", serde_json::json!(["f0"])),
        ("/feature_names", serde_json::json!([])),
        ("/frame/scale", number(0.0)),
        ("/frame/scale", number(-1.0)),
        ("/frame/offset", serde_json::json!([0.0])),
        ("/frame/offset/0", number(1e300)),
        ("/inertia", number(-1.0)),
    ];
    for (place, value) in places {
        for error in [
            damaged(&model, place, value.clone()),
            damaged(&mini, place, value.clone()),
            damaged(&cut, place, value.clone()),
        ] {
            assert!(error.contains("Model: "), "{place}: {error}");
        }
    }
    let error = damaged(&mini, "/counts", serde_json::json!([1, 2]));
    assert!(error.contains("a count for each of k centers"), "{error}");
    damaged(&mini, "/settings/k", serde_json::json!(4));
    damaged(&mini, "/settings/reassignment", number(2.0));
    for next in
        [serde_json::json!({"Cut": 0}), serde_json::json!({"Cluster": 3}), serde_json::json!({"Cut": 9})]
    {
        assert!(damaged(&cut, "/cuts/0/next/0", next).contains("cuts that lead to every cluster once"));
    }
    damaged(&cut, "/cuts/1/centers", serde_json::json!([1.0, 2.0]));
    let _: MiniBatchKMeansModel = serde_json::from_value(serde_json::to_value(&mini).unwrap()).unwrap();
}

#[test]
fn distances_are_those_to_the_centers() {
    let data = clouds(700, 5, 3, 1.0);
    let model = KMeans::new(4).fit(&data).unwrap();
    let distances = model.distances(&data).unwrap();
    assert_eq!(distances.len(), 700 * 4);
    for (row, distances) in data.rows().zip(distances.chunks(4)) {
        for (center, distance) in model.centers().chunks(5).zip(distances) {
            assert!((squared(row, center).sqrt() - distance).abs() < 1e-12);
        }
    }
    let other = features(1, vec![1.0]);
    assert_eq!(model.distances(&other).unwrap_err().kind().name(), "FeatureMismatch");
}
