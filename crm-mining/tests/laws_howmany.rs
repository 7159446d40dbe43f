//! Laws of comparing divisions: measures equal their definitions, order and threads do not matter, what cannot
//! be measured is refused by name.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "common/rows.rs"]
mod rows;

use crm_mining::data::{Features, ToTable};
use crm_mining::learn::{
    Clustering, CompareK, Contingency, Gap, GapReference, KComparison, KMeans, NOISE, Silhouette, Stability,
    calinski_harabasz, davies_bouldin, simplified_silhouette, within_dispersion,
};
use crm_mining::{Control, ErrorKind, Fit};
use proptest::prelude::*;
use rows::{clouds, copy, features, kind, members, permutation, squared, stopped, with_threads};
use std::ops::RangeInclusive;

fn naive_samples(data: &Features, labels: &[u32]) -> Vec<(u32, f64)> {
    let clusters = members(labels);
    let mean = |i: usize, cluster: &[usize], size: usize| {
        cluster.iter().map(|&j| squared(data.row(i), data.row(j)).sqrt()).sum::<f64>() / size as f64
    };
    let one = |i: usize| {
        let own = clusters.iter().find(|cluster| cluster.contains(&i))?;
        let others = clusters.iter().filter(|cluster| !cluster.contains(&i));
        let next = others.map(|other| mean(i, other, other.len())).fold(f64::INFINITY, f64::min);
        let within = mean(i, own, own.len().max(2) - 1);
        let value =
            if own.len() > 1 && within.max(next) > 0.0 { (next - within) / within.max(next) } else { 0.0 };
        Some((i as u32, value))
    };
    (0..labels.len()).filter_map(one).collect()
}

struct Naive {
    calinski: f64,
    davies: f64,
    within: f64,
    simplified: f64,
}

fn naive_separation(data: &Features, labels: &[u32]) -> Naive {
    let width = data.n_features();
    let clusters = members(labels);
    let mean = |rows: &[usize]| -> Vec<f64> {
        (0..width).map(|j| rows.iter().map(|&i| data.row(i)[j]).sum::<f64>() / rows.len() as f64).collect()
    };
    let centers: Vec<Vec<f64>> = clusters.iter().map(|rows| mean(rows)).collect();
    let all: Vec<usize> = clusters.concat();
    let (n, k) = (all.len() as f64, clusters.len() as f64);
    let middle = mean(&all);
    let pairs = || clusters.iter().zip(&centers);
    let within: f64 = pairs().flat_map(|(rows, c)| rows.iter().map(|&i| squared(data.row(i), c))).sum();
    let between: f64 = pairs().map(|(rows, c)| rows.len() as f64 * squared(c, &middle)).sum();
    let spread: Vec<f64> = pairs()
        .map(|(rows, c)| {
            rows.iter().map(|&i| squared(data.row(i), c).sqrt()).sum::<f64>() / rows.len() as f64
        })
        .collect();
    let others = |a: usize| (0..centers.len()).filter(move |&b| b != a);
    let worst = |a: usize| {
        others(a)
            .map(|b| (spread[a] + spread[b]) / squared(&centers[a], &centers[b]).sqrt())
            .fold(0.0, f64::max)
    };
    let simplified = |a: usize, i: usize| {
        let own = squared(data.row(i), &centers[a]).sqrt();
        let next = others(a).map(|b| squared(data.row(i), &centers[b]).sqrt()).fold(f64::INFINITY, f64::min);
        if clusters[a].len() > 1 && own.max(next) > 0.0 { (next - own) / own.max(next) } else { 0.0 }
    };
    let each = (0..centers.len()).flat_map(|a| clusters[a].iter().map(move |&i| (a, i)));
    Naive {
        calinski: (between / (k - 1.0)) / (within / (n - k)),
        davies: (0..centers.len()).map(worst).sum::<f64>() / k,
        within,
        simplified: each.map(|(a, i)| simplified(a, i)).sum::<f64>() / n,
    }
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-10 * b.abs().max(1.0)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn measures_equal_their_definitions_without_noise(
        width in 1usize..6,
        values in prop::collection::vec(-20i32..20, 24..160),
        labels in prop::collection::vec(prop_oneof![4 => 0u32..5, 1 => Just(NOISE)], 160),
        other in prop::collection::vec(0u32..3, 160),
    ) {
        let rows = values.len() / width;
        let data = features(width, values[..rows * width].iter().map(|&value| f64::from(value)).collect());
        let (labels, other) = (&labels[..rows], &other[..rows]);
        let usable = |labels: &[u32]| {
            let clusters = members(labels);
            clusters.len() > 1 && clusters.concat().len() > clusters.len()
                && labels.iter().all(|&label| label == NOISE || (label as usize) < rows)
        };
        prop_assume!(usable(labels) && usable(other));
        let samples = Silhouette::default().samples(&data, labels).unwrap();
        let expected = naive_samples(&data, labels);
        prop_assert_eq!(samples.rows.len(), expected.len());
        for ((row, value), (expected_row, expected)) in samples.rows.iter().zip(&samples.values).zip(&expected) {
            prop_assert_eq!(row, expected_row);
            prop_assert!((value - expected).abs() < 1e-12);
        }
        let scores = Silhouette::default().score_all(&data, &[labels, other], &Control::default()).unwrap();
        let mean = expected.iter().map(|(_, value)| value).sum::<f64>() / expected.len() as f64;
        prop_assert!((scores[0].mean - mean).abs() < 1e-12);
        prop_assert_eq!(scores[0].n_noise, rows - expected.len());
        prop_assert_eq!(scores[1].n_noise, 0);
        let naive = naive_separation(&data, labels);
        // Means that coincide, or that all rows lie on, give infinite ratios, where rounding decides.
        if naive.davies < 1e6 && naive.within > 0.0 {
            prop_assert!(near(davies_bouldin(&data, labels).unwrap(), naive.davies));
            prop_assert!(near(calinski_harabasz(&data, labels).unwrap(), naive.calinski));
        }
        prop_assert!(near(within_dispersion(&data, labels).unwrap(), naive.within));
        prop_assert!((simplified_silhouette(&data, labels).unwrap().mean - naive.simplified).abs() < 1e-9);
    }

    #[test]
    fn agreement_is_symmetric_and_blind_to_names(
        pairs in prop::collection::vec((0u32..6, prop_oneof![5 => 0u32..4, 1 => Just(NOISE)]), 2..120),
    ) {
        let (a, b): (Vec<u32>, Vec<u32>) = pairs.into_iter().unzip();
        let both = Contingency::new(&a, &b).unwrap();
        let renamed: Vec<u32> = a.iter().map(|label| 1_000_000 - 7 * label).collect();
        let measures = |both: &Contingency| {
            [both.adjusted_rand(), both.normalized_mutual_information(), both.adjusted_mutual_information(),
                both.variation_of_information(), both.v_measure()]
        };
        for other in [Contingency::new(&b, &a).unwrap(), Contingency::new(&renamed, &b).unwrap()] {
            for (one, two) in measures(&both).into_iter().zip(measures(&other)) {
                prop_assert!((one - two).abs() < 1e-12, "{one} {two}");
            }
        }
        for (one, two) in measures(&Contingency::new(&a, &renamed).unwrap()).into_iter().zip([1.0, 1.0, 1.0, 0.0, 1.0]) {
            prop_assert!((one - two).abs() < 1e-15, "{one} {two}");
        }
        // Rand by all pairs of rows.
        let (mut agree, mut in_a, mut in_b, mut all) = (0.0, 0.0, 0.0, 0.0);
        for i in 0..a.len() {
            for j in 0..i {
                let (same_a, same_b) = (a[i] == a[j], b[i] == b[j]);
                all += 1.0;
                in_a += f64::from(u8::from(same_a));
                in_b += f64::from(u8::from(same_b));
                agree += f64::from(u8::from(same_a && same_b));
            }
        }
        let (chance, largest) = (in_a * in_b / all, (in_a + in_b) / 2.0);
        if largest > chance {
            prop_assert!((both.adjusted_rand() - (agree - chance) / (largest - chance)).abs() < 1e-12);
        }
        prop_assert_eq!(both.cells().map(|(.., count)| count).sum::<usize>(), a.len());
    }
}

/// All measures of every k, and stability.
fn compare(data: &Features) -> KComparison {
    let settings = CompareK {
        n_init: 4,
        silhouette: Silhouette { sample: 600, seed: 3 },
        gap: Some(Gap { references: 4, n_init: 2, shape: GapReference::Principal, ..Gap::default() }),
        stability: Some(Stability { resamples: 6, seed: 1 }),
        ..CompareK::new(1..=4)
    };
    settings.fit(data).unwrap()
}

#[test]
fn threads_do_not_matter() {
    let data = clouds(1_500, 3, 3);
    let one = with_threads(1, || compare(&data));
    assert_eq!(one.reports.len(), 4);
    assert!(one.reports[1].silhouette_se.unwrap() > 0.0);
    assert_eq!(one, with_threads(2, || compare(&data)));
    assert_eq!(one, with_threads(8, || compare(&data)));
    let table = one.to_table();
    assert_eq!((table.n_rows(), table.columns().len()), (4, 10));
    assert_eq!(copy(&one), one);
}

#[test]
fn the_order_of_rows_does_not_matter() {
    let data = clouds(200, 3, 3);
    let moved = data.select(&permutation(200, 11));
    let settings = CompareK {
        n_init: 20,
        gap: Some(Gap { references: 3, n_init: 20, ..Gap::default() }),
        ..CompareK::new(1..=4)
    };
    let (a, b) = (settings.fit(&data).unwrap(), settings.fit(&moved).unwrap());
    for (a, b) in a.reports.iter().zip(&b.reports).take(3) {
        let measures = |report: &crm_mining::learn::KReport| {
            [report.silhouette, report.calinski_harabasz, report.davies_bouldin, report.gap, report.gap_se]
                .map(|value| value.unwrap_or(-1.0))
        };
        for (a, b) in measures(a).into_iter().zip(measures(b)) {
            assert!(near(a, b), "{a} {b}");
        }
    }
    assert_eq!((a.elbow(), a.first_sufficient_gap()), (b.elbow(), b.first_sufficient_gap()));
}

/// The error that a sample states is the one it makes: over 60 samples of 640 rows each.
#[test]
fn standard_errors_of_samples_are_right() {
    let data = clouds(6_000, 2, 3);
    let labels = KMeans::new(5).fit(&data).unwrap().labels().to_vec();
    let full = Silhouette { sample: 6_000, seed: 0 }.score(&data, &labels).unwrap();
    assert_eq!((full.sampled, full.standard_error), (None, None));
    let scores: Vec<_> =
        (0..60).map(|seed| Silhouette { sample: 640, seed }.score(&data, &labels).unwrap()).collect();
    let made = (scores.iter().map(|score| (score.mean - full.mean).powi(2)).sum::<f64>() / 60.0).sqrt();
    let stated = scores.iter().map(|score| score.standard_error.unwrap()).sum::<f64>() / 60.0;
    // 60 errors tell their size to 9 % (one standard deviation).
    assert!((0.7..1.4).contains(&(stated / made)), "stated {stated}, made {made}");
    assert_eq!(Silhouette { sample: 200, seed: 0 }.score(&data, &labels).unwrap().standard_error, None);
}

/// One row far away is the next cluster of all others; a sample must hold it.
#[test]
fn samples_miss_no_cluster() {
    let mut values = clouds(5_000, 1, 1).values().to_vec();
    values[4_321] = 1e6;
    let data = features(1, values);
    let mut labels = vec![0; 5_000];
    labels[4_321] = 1;
    let score = Silhouette { sample: 300, seed: 1 }.score(&data, &labels).unwrap();
    assert_eq!(score.sampled, Some(301));
    assert!((score.mean - 4_999.0 / 5_000.0).abs() < 1e-5, "{score:?}");
    assert_eq!(score.clusters[1], 0.0);
    assert!(score.standard_error.unwrap() < 1e-6);
}

#[test]
fn hostile_labels() {
    let data = clouds(40, 2, 2);
    let (one, own, noise) = (vec![0; 40], (0..40).collect::<Vec<u32>>(), vec![NOISE; 40]);
    let silhouette = Silhouette::default();
    for labels in [&one, &noise] {
        assert_eq!(kind(silhouette.score(&data, labels)), "NotEnoughData");
        assert_eq!(kind(simplified_silhouette(&data, labels)), "NotEnoughData");
        assert_eq!(kind(calinski_harabasz(&data, labels)), "NotEnoughData");
        assert_eq!(kind(davies_bouldin(&data, labels)), "NotEnoughData");
    }
    assert_eq!(silhouette.score(&data, &own).unwrap().mean, 0.0);
    assert_eq!(simplified_silhouette(&data, &own).unwrap().mean, 0.0);
    assert_eq!(kind(calinski_harabasz(&data, &own)), "NotEnoughData");
    assert_eq!(kind(davies_bouldin(&data, &own)), "NotEnoughData");
    assert_eq!(within_dispersion(&data, &own).unwrap(), 0.0);
    assert_eq!(kind(within_dispersion(&data, &noise)), "NotEnoughData");
    assert_eq!(kind(within_dispersion(&data, &[0; 39])), "LengthMismatch");
    assert_eq!(kind(davies_bouldin(&data, &[40; 40])), "InvalidParameter");
    let huge = features(1, vec![1e300, 0.0, 1.0]);
    assert_eq!(kind(calinski_harabasz(&huge, &[0, 1, 1])), "Overflow");
    let alike = features(2, vec![3.0; 20]);
    let labels = [0, 1, 0, 1, 0, 1, 0, 1, 0, 1];
    assert_eq!(silhouette.score(&alike, &labels).unwrap().mean, 0.0);
    assert_eq!(simplified_silhouette(&alike, &labels).unwrap().mean, 0.0);
    assert_eq!(calinski_harabasz(&alike, &labels).unwrap(), 0.0);
    assert_eq!(davies_bouldin(&alike, &labels).unwrap(), 0.0);
    let two_points = features(1, vec![1.0, 2.0, 1.0, 2.0]);
    assert_eq!(calinski_harabasz(&two_points, &[0, 1, 0, 1]).unwrap(), f64::INFINITY);
    assert_eq!(davies_bouldin(&two_points, &[0, 0, 1, 1]).unwrap(), f64::INFINITY);
    let samples = silhouette.samples(&data, &own).unwrap();
    assert_eq!(samples.quantiles(99, &[0.5]), [0.0; 0]);
    assert_eq!(samples.quantiles(3, &[-1.0, f64::NAN, 7.0]), [0.0; 3]);
}

#[test]
fn hostile_divisions() {
    assert_eq!(kind(Contingency::new(&[], &[])), "NotEnoughData");
    assert_eq!(kind(Contingency::new(&[1], &[])), "LengthMismatch");
    let single = Contingency::new(&[NOISE], &[3]).unwrap();
    assert_eq!((single.adjusted_rand(), single.adjusted_mutual_information()), (1.0, 1.0));
    let (own, one): (Vec<u32>, Vec<u32>) = (0..50_000).map(|i| (i, 7)).unzip();
    let both = Contingency::new(&own, &one).unwrap();
    assert_eq!((both.adjusted_rand(), both.adjusted_mutual_information()), (0.0, 0.0));
    assert_eq!((both.homogeneity(), both.completeness(), both.v_measure()), (0.0, 1.0, 0.0));
    let some: Vec<u32> = own.iter().map(|i| i * i % 1_009).collect();
    let chance = Contingency::new(&own, &some).unwrap().adjusted_mutual_information();
    assert!(chance.abs() < 1e-10, "{chance}");
}

#[test]
fn stability_counts_what_it_cannot_divide() {
    // A resample misses the one row that makes a second distinct value in 37 % of the draws.
    let mut values = vec![1.0; 30];
    values[7] = 5.0;
    let data = features(1, values);
    let settings = KMeans::new(2);
    let labels = settings.fit(&data).unwrap().labels().to_vec();
    let stability = Stability { resamples: 200, seed: 4 };
    let score = stability.score(&settings, &data, &labels, &Control::default()).unwrap();
    assert_eq!(score.resamples + score.refused, 200);
    assert!((55..95).contains(&score.refused), "{}", score.refused);
    assert_eq!((score.clusters[1].mean, score.clusters[1].resamples), (1.0, score.resamples));
    assert_eq!(score.smallest(), 1.0);

    let control = Control::default();
    assert_eq!(kind(stability.score(&settings, &data, &[NOISE; 30], &control)), "NotEnoughData");
    assert_eq!(kind(stability.score(&settings, &data, &[0; 29], &control)), "LengthMismatch");
    assert_eq!(kind(stability.score(&KMeans::new(9), &data, &labels, &control)), "NotEnoughData");
    assert_eq!(kind(stability.score(&KMeans::new(0), &data, &labels, &control)), "InvalidParameter");
    let none = Stability { resamples: 0, seed: 0 };
    assert_eq!(kind(none.score(&settings, &data, &labels, &control)), "InvalidParameter");
    let short = |_: &Features, _: &Control| Ok(vec![0]);
    assert_eq!(kind(stability.score_with(&data, &labels, short, &control)), "LengthMismatch");
    let noise = |rows: &Features, _: &Control| Ok(vec![NOISE; rows.n_rows()]);
    let lost = stability.score_with(&data, &labels, noise, &control).unwrap();
    assert_eq!((lost.clusters[0].mean, lost.clusters[0].dissolved), (0.0, 1.0));
    assert_eq!(kind(stability.score(&settings, &data, &labels, &stopped())), "Cancelled");
}

#[test]
fn hostile_numbers_of_clusters() {
    let data = features(1, vec![1.0, 1.0, 2.0, 5.0]);
    let control = Control::default();
    let gap = Gap { references: 3, ..Gap::default() };
    let ks: Vec<usize> = gap.score(&data, 1..=9, &control).unwrap().iter().map(|at| at.k).collect();
    assert_eq!(ks, [1, 2]);
    assert_eq!(kind(gap.score(&data, 3..=9, &control)), "NotEnoughData");
    assert_eq!(kind(gap.score(&data, 0..=2, &control)), "InvalidParameter");
    assert_eq!(
        kind(Gap { references: 0, ..Gap::default() }.score(&data, 1..=2, &control)),
        "InvalidParameter"
    );
    assert_eq!(kind(Gap { n_init: 0, ..Gap::default() }.score(&data, 1..=2, &control)), "InvalidParameter");
    assert_eq!(kind(gap.score(&features(1, vec![]), 1..=2, &control)), "NotEnoughData");
    assert_eq!(kind(gap.score(&features(1, vec![1e300, 0.0, 1.0]), 1..=2, &control)), "Overflow");
    for scale in [1e-300, 1e-30, 1e130] {
        let scaled = features(1, data.values().iter().map(|value| value * scale).collect());
        let at = gap.score(&scaled, 1..=1, &control).unwrap()[0];
        let unscaled = gap.score(&data, 1..=1, &control).unwrap()[0];
        assert!((at.gap - unscaled.gap).abs() < 1e-9, "{scale}: {at:?}");
    }
    // Squares of distances of 1e-200 of the largest vanish.
    let tiny = features(1, vec![0.0, 1e-200, 1.0]);
    assert!(gap.score(&tiny, 2..=2, &control).unwrap()[0].gap.is_finite());

    let compare =
        |k| CompareK { gap: Some(gap.clone()), stability: Some(Stability::default()), ..CompareK::new(k) };
    let comparison = compare(1..=9).fit(&data).unwrap();
    assert_eq!(comparison.skipped, Some(4..=9));
    let last = &comparison.reports[2];
    assert_eq!((last.k, last.inertia, last.gap, last.calinski_harabasz), (3, 0.0, None, None));
    assert_eq!((last.davies_bouldin, last.smallest_share), (Some(0.0), 0.25));
    assert_eq!(comparison.reports[0].silhouette, None);
    assert_eq!(comparison.models[0].n_clusters(), 1);
    assert_eq!(comparison.silhouettes.iter().flatten().count(), 2);
    assert_eq!(kind(compare(0..=3).fit(&data)), "InvalidParameter");
    assert_eq!(kind(compare(RangeInclusive::new(2, 1)).fit(&data)), "InvalidParameter");
    assert_eq!(kind(compare(2..=3).fit(&features(1, vec![]))), "NotEnoughData");
    let error = compare(4..=5).fit(&data).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::TooManyClusters { k: 4, distinct: 3, .. }));
    let one = compare(1..=5).fit(&features(2, vec![1.0, 2.0])).unwrap();
    assert_eq!((one.reports.len(), one.reports[0].gap, one.skipped.clone()), (1, None, Some(2..=5)));
}
