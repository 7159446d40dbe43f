//! Laws of clustering: kernels equal their definitions, order and threads do not matter, what cannot be
//! done is refused by name.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "common/rows.rs"]
mod rows;

use crm_mining::data::{Features, Keys, ToTable, Weighted};
use crm_mining::feature::Standardize;
use crm_mining::insight::{Segmentation, Segments, Structure};
use crm_mining::learn::{Init, KMeans, Silhouette};
use crm_mining::{Control, ErrorKind, Fit, Predict};
use proptest::prelude::*;
use rows::{clouds, copy, features, permutation, squared, stopped, with_threads};

fn naive_silhouette(features: &Features, labels: &[u32]) -> f64 {
    let k = labels.iter().max().unwrap() + 1;
    let size = |cluster| labels.iter().filter(|&&label| label == cluster).count() as f64;
    let n = features.n_rows();
    let one = |i: usize| {
        let own = labels[i];
        if size(own) < 2.0 {
            return 0.0;
        }
        let total = |cluster: u32| -> f64 {
            (0..n)
                .filter(|&j| labels[j] == cluster)
                .map(|j| squared(features.row(i), features.row(j)).sqrt())
                .sum()
        };
        let a = total(own) / (size(own) - 1.0);
        let others = (0..k).filter(|&other| other != own && size(other) > 0.0);
        let b = others.map(|other| total(other) / size(other)).fold(f64::INFINITY, f64::min);
        if a.max(b) > 0.0 { (b - a) / a.max(b) } else { 0.0 }
    };
    (0..n).map(one).sum::<f64>() / n as f64
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn kmeans_is_what_it_says(
        width in 1usize..7,
        values in prop::collection::vec(-50i32..50, 30..240),
        k in 1usize..5,
        seed in 0u64..1000,
    ) {
        let rows = values.len() / width;
        let values = values[..rows * width].iter().map(|&value| f64::from(value) / 4.0).collect();
        let data = features(width, values);
        let settings = KMeans { n_init: 2, tolerance: 0.0, seed, ..KMeans::new(k) };
        let model = match settings.fit(&data) {
            Ok(model) => model,
            Err(error) => {
                let few = matches!(error.kind(), ErrorKind::TooManyClusters { .. });
                prop_assert!(few, "{error}");
                return Ok(());
            }
        };
        prop_assert!(model.converged());
        prop_assert_eq!(model.predict(&data).unwrap(), model.labels());
        let mut inertia = 0.0;
        for (row, &label) in data.rows().zip(model.labels()) {
            let distance = squared(row, model.center(label as usize));
            inertia += distance;
            for cluster in 0..k {
                prop_assert!(distance <= squared(row, model.center(cluster)) + 1e-9);
            }
        }
        prop_assert!((model.inertia() - inertia).abs() <= 1e-9 * inertia.max(1.0));
        for cluster in 0..k {
            let members: Vec<&[f64]> = data.rows().zip(model.labels())
                .filter(|(_, label)| **label as usize == cluster).map(|(row, _)| row).collect();
            prop_assert!(!members.is_empty());
            for column in 0..width {
                let mean = members.iter().map(|row| row[column]).sum::<f64>() / members.len() as f64;
                prop_assert!((mean - model.center(cluster)[column]).abs() <= 1e-9);
            }
        }
        let first: Vec<f64> = model.centers().iter().step_by(width).copied().collect();
        prop_assert!(first.is_sorted());
    }

    #[test]
    fn silhouettes_equal_the_definition(
        width in 1usize..6,
        values in prop::collection::vec(-20i32..20, 24..240),
        a in prop::collection::vec(0u32..4, 240),
        b in prop::collection::vec(0u32..9, 240),
    ) {
        let rows = values.len() / width;
        let data = features(width, values[..rows * width].iter().map(|&value| f64::from(value)).collect());
        let (a, b) = (&a[..rows], &b[..rows]);
        let several = |labels: &[u32]| labels.iter().any(|&label| label != labels[0]);
        prop_assume!(several(a) && several(b) && a.iter().chain(b).all(|&label| (label as usize) < rows));
        let scores = Silhouette::default().score_all(&data, &[a, b], &Control::default()).unwrap();
        for (score, labels) in scores.iter().zip([a, b]) {
            let expected = naive_silhouette(&data, labels);
            prop_assert!((score.mean - expected).abs() < 1e-12, "{} {}", score.mean, expected);
        }
    }

    #[test]
    fn the_order_of_rows_does_not_matter(shift in 1usize..199, k in 2usize..5) {
        let data = clouds(200, 3, k);
        let order = permutation(200, shift);
        let model = KMeans::new(k).fit(&data).unwrap();
        let other = KMeans::new(k).fit(&data.select(&order)).unwrap();
        let moved: Vec<u32> = order.iter().map(|&row| model.labels()[row as usize]).collect();
        prop_assert_eq!(other.labels(), moved);
        prop_assert!((model.inertia() - other.inertia()).abs() < 1e-9 * model.inertia());
    }
}

#[test]
fn threads_do_not_matter() {
    for (n, width) in [(3_000, 3), (70_000, 5)] {
        let data = clouds(n, width, 9);
        let work = || {
            let model = KMeans { n_init: 3, max_iterations: 8, ..KMeans::new(5) }.fit(&data).unwrap();
            let silhouette = Silhouette { sample: 2_000, seed: 1 };
            let score = silhouette.score(&data, model.labels()).unwrap();
            assert_eq!(score.sampled, Some(2_000));
            (model, score)
        };
        let one = with_threads(1, work);
        assert_eq!(one, with_threads(2, work));
        assert_eq!(one, with_threads(8, work));
    }
    let data = clouds(1_500, 3, 4);
    let work = || Segmentation::kmeans(2..=5).fit(&data).unwrap();
    let one = with_threads(1, work);
    assert_eq!(one, with_threads(2, work));
    assert_eq!(one, with_threads(8, work));
}

/// Whole numbers in one column are often as near to one center as to another: the first gets them, at the fit as
/// in a later prediction, and the centers are the means of what they got.
#[test]
fn ties_fall_at_the_fit_as_they_do_later() {
    let mut uniform = rows::uniform();
    for seed in 0..150 {
        let n = 10 + 7 * seed as usize % 60;
        let data = features(1, (0..n).map(|_| (20.0 * uniform()).floor()).collect());
        let weights: Vec<f64> = (0..n).map(|row| (row % 3) as f64).collect();
        let weighted = Weighted::new(&data, &weights).unwrap();
        for k in 2..6 {
            let backwards = Init::Centers((0..k).rev().map(|at| at as f64 * 4.0).collect());
            for init in [Init::PlusPlus, Init::Parallel, Init::Random, backwards] {
                let settings = KMeans { init, tolerance: 0.0, seed, n_init: 2, ..KMeans::new(k) };
                let (all, some) = (settings.fit(&data).unwrap(), settings.fit(&weighted).unwrap());
                assert!(all.converged() && some.converged());
                for (model, weight) in [(all, &vec![1.0; n]), (some, &weights)] {
                    assert_eq!(model.predict(&data).unwrap(), model.labels(), "seed {seed}, k {k}");
                    for cluster in 0..k {
                        let of = || (0..n).filter(|&row| model.labels()[row] as usize == cluster);
                        let sum: f64 = of().map(|row| weight[row] * data.row(row)[0]).sum();
                        let mean = sum / of().map(|row| weight[row]).sum::<f64>();
                        assert!((model.center(cluster)[0] - mean).abs() < 1e-12, "seed {seed}, k {k}");
                    }
                }
            }
        }
    }
}

#[test]
fn sampled_silhouettes_are_close() {
    let data = clouds(4_000, 3, 4);
    let model = KMeans::new(4).fit(&data).unwrap();
    let full = Silhouette::default().score(&data, model.labels()).unwrap();
    let sampled = Silhouette { sample: 1_000, seed: 5 }.score(&data, model.labels()).unwrap();
    assert_eq!((full.sampled, sampled.sampled), (None, Some(1_000)));
    // One silhouette has a standard deviation of 0.055 here, so the mean of a thousand one of 0.0017.
    assert!((full.mean - sampled.mean).abs() < 0.006, "{} {}", full.mean, sampled.mean);
}

#[test]
fn kmeans_refuses_by_name() {
    let data = features(1, vec![1.0, 1.0, 2.0]);
    let kind = |settings: KMeans, data: &Features| settings.fit(data).unwrap_err().kind().name();
    assert_eq!(kind(KMeans::new(0), &data), "InvalidParameter");
    assert_eq!(kind(KMeans { n_init: 0, ..KMeans::new(1) }, &data), "InvalidParameter");
    assert_eq!(kind(KMeans { tolerance: f64::NAN, ..KMeans::new(1) }, &data), "InvalidParameter");
    assert_eq!(kind(KMeans::new(1), &features(1, vec![])), "NotEnoughData");
    assert_eq!(kind(KMeans::new(1), &features(1, vec![1e300, 0.0])), "Overflow");
    let error = KMeans::new(3).fit(&data).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::TooManyClusters { k: 3, distinct: 2, .. }));
    let model = KMeans::new(2).fit(&data).unwrap();
    let other = Features::new(["other"], vec![1.0]).unwrap();
    assert_eq!(model.predict(&other).unwrap_err().kind().name(), "FeatureMismatch");
    assert_eq!(KMeans::new(2).fit_with(&data, &stopped()).unwrap_err().kind().name(), "Cancelled");
}

#[test]
fn extreme_scales_and_one_row() {
    for scale in [1e-300, 1e-30, 1.0, 1e130] {
        let data = features(1, [0.0, 1.0, 10.0, 11.0].map(|value| value * scale).to_vec());
        let model = KMeans::new(2).fit(&data).unwrap();
        assert_eq!(model.labels(), [0, 0, 1, 1]);
        let score = Silhouette::default().score(&data, model.labels()).unwrap();
        assert!((score.mean - (9.5 / 10.5 + 8.5 / 9.5) / 2.0).abs() < 1e-12);
    }
    let one = features(2, vec![3.5, -7.25]);
    let model = KMeans::new(1).fit(&one).unwrap();
    assert_eq!((model.centers(), model.inertia()), (&[3.5, -7.25][..], 0.0));
}

#[test]
fn case_38_rows_all_alike() {
    let alike = features(3, [0.1, 1e9, -4.0].repeat(50));
    let model = KMeans::new(1).fit(&alike).unwrap();
    assert_eq!((model.centers(), model.inertia()), (&[0.1, 1e9, -4.0][..], 0.0));
    let error = KMeans::new(3).fit(&alike).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::TooManyClusters { k: 3, distinct: 1, .. }), "{error}");
}

#[test]
fn silhouette_refuses_by_name() {
    let data = features(1, vec![1.0, 2.0, 3.0]);
    let kind = |labels: &[u32]| Silhouette::default().score(&data, labels).unwrap_err().kind().name();
    assert_eq!(kind(&[0, 0, 0]), "NotEnoughData");
    assert_eq!(kind(&[0, 1]), "LengthMismatch");
    assert_eq!(kind(&[0, 1, 3]), "InvalidParameter");
    let empty = features(1, vec![]);
    assert_eq!(Silhouette::default().score(&empty, &[]).unwrap_err().kind().name(), "NotEnoughData");
}

fn rfm() -> Features {
    let customer = |i: usize| {
        let (active, noise) = (i.is_multiple_of(3), ((i * 37) % 50) as f64);
        if active {
            [noise / 5.0, 8.0 + noise / 4.0, 900.0 + 40.0 * noise]
        } else {
            [150.0 + 4.0 * noise, 1.0, 30.0 + noise]
        }
    };
    let values = (0..300).flat_map(customer).collect();
    let keys: Keys = (0..300).map(|i| format!("c{i:03}")).collect();
    Features::new(["recency", "frequency", "monetary"], values).unwrap().of_customers(keys).unwrap()
}

#[test]
fn segments_are_said_in_numbers_and_words() {
    let data = rfm();
    let segments: Segments = Segmentation::default().fit(&data).unwrap();
    assert_eq!(segments.k(), 2);
    assert_eq!(segments.structure(), Structure::Strong);
    assert_eq!(segments.silhouettes().len(), 7);
    assert_eq!(segments.skipped(), None);
    let [active, rest] = segments.segments() else { panic!("two segments") };
    assert_eq!((active.size, rest.size), (100, 200));
    assert_eq!(active.name, "bought very lately, very often, very high spend");
    assert_eq!(rest.name, "away for some time, seldom, low spend");
    assert!(
        rest.description.starts_with(
            "200 of 300 customers (66.7 %); medians: recency 248 (all 198), frequency 1 (all 1)"
        ),
        "{}",
        rest.description
    );
    assert!((rest.means[1] - 1.0).abs() < 1e-12);
    assert_eq!(segments.segment_of(1).unwrap().index, 1);
    assert_eq!(segments.predict(&data).unwrap(), segments.labels());
    let table = segments.to_table();
    assert_eq!(table.n_rows(), 300);
    assert_eq!(table.column("customer").unwrap().show(1).as_deref(), Some("c001"));
    assert_eq!(table.column("segment").unwrap().show(1).as_deref(), Some("1"));
    assert_eq!(table.column("segment_name").unwrap().show(1).as_deref(), Some(rest.name.as_str()));
}

#[test]
fn a_column_is_logged_only_when_it_leans_right_and_is_never_negative() {
    let row = |i: usize| {
        let large = if i.is_multiple_of(10) { 100.0 } else { (i % 4) as f64 };
        [large, large - 1.0, (i % 5) as f64, 7.0]
    };
    let values: Vec<f64> = (0..100).flat_map(row).collect();
    let data = Features::new(["spend", "balance", "even", "same"], values).unwrap();
    let segments = Segmentation::kmeans(2..=3).fit(&data).unwrap();
    assert_eq!(segments.logged().collect::<Vec<_>>(), ["spend"]);
    assert_eq!(segments.constant().collect::<Vec<_>>(), ["same"]);
    let new = Features::new(["spend", "balance", "even", "same"], vec![-1.0, 0.0, 0.0, 7.0]).unwrap();
    assert_eq!(segments.predict(&new).unwrap_err().kind().name(), "InvalidValue");
}

#[test]
fn segmentation_is_kmeans_on_scaled_features_with_the_best_silhouette() {
    let data = clouds(400, 2, 4);
    let segments = Segmentation::kmeans(2..=6).seed(3).n_init(5).fit(&data).unwrap();
    assert_eq!(segments.logged().count(), 0);
    let scaled = Standardize.fit(&data).unwrap().predict(&data).unwrap();
    let mut best = (0, f64::MIN);
    for (k, got) in segments.silhouettes() {
        let model = KMeans { seed: 3, n_init: 5, tolerance: 0.0, ..KMeans::new(*k) }.fit(&scaled).unwrap();
        let mean = Silhouette::default().score(&scaled, model.labels()).unwrap().mean;
        assert!((mean - got).abs() < 1e-12);
        if mean > best.1 {
            best = (*k, mean);
        }
    }
    assert_eq!((segments.k(), best.0), (4, 4));
}

#[test]
fn segmentation_skips_what_the_rows_do_not_allow() {
    let data = features(1, vec![0.0, 0.0, 1.0, 5.0]);
    let segments = Segmentation::kmeans(2..=usize::MAX).fit(&data).unwrap();
    assert_eq!(segments.skipped(), Some(4..=usize::MAX));
    assert_eq!(segments.silhouettes().iter().map(|(k, _)| *k).collect::<Vec<_>>(), [2, 3]);
    let kind = |k, data: &Features| Segmentation::kmeans(k).fit(data).unwrap_err().kind().name();
    assert_eq!(kind(4..=8, &data), "TooManyClusters");
    assert_eq!(kind(1..=8, &data), "InvalidParameter");
    #[allow(clippy::reversed_empty_ranges, reason = "the empty range is what is tested")]
    let empty = 8..=2;
    assert_eq!(kind(empty, &data), "InvalidParameter");
    assert_eq!(kind(2..=8, &features(1, vec![])), "NotEnoughData");
    assert_eq!(kind(2..=8, &features(1, vec![4.0; 10])), "TooManyClusters");
}

#[test]
fn settings_and_models_survive_serde() {
    let data = clouds(60, 2, 3);
    let settings = Segmentation::kmeans(3..=5).seed(9);
    assert_eq!(copy(&settings), settings);
    let model = KMeans::new(3).fit(&data).unwrap();
    assert_eq!(copy(&model).predict(&data).unwrap(), model.labels());
}
