//! Laws of agglomerative clustering: the fast ways equal the definition, order and threads do not matter,
//! what cannot be done is refused by name.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "common/rows.rs"]
mod rows;

use crm_mining::data::Features;
use crm_mining::learn::{Agglomerative, AgglomerativeModel, Clustering, Cut, Dendrogram, Linkage};
use crm_mining::{ErrorKind, Fit};
use proptest::prelude::*;
use rows::{copy, features, groups, permutation, squared, stopped, with_threads};

const LINKAGES: [Linkage; 4] = [Linkage::Ward, Linkage::Average, Linkage::Complete, Linkage::Single];

fn fit(linkage: Linkage, k: usize, data: &Features) -> AgglomerativeModel {
    Agglomerative { linkage, ..Agglomerative::new(k) }.fit(data).unwrap()
}

fn uniforms(n: usize) -> Vec<f64> {
    std::iter::repeat_with(rows::uniform()).take(n).collect()
}

fn heights(tree: &Dendrogram) -> Vec<f64> {
    tree.merges().iter().map(|merge| merge.height).collect()
}

/// The distance of two clusters by the definition of the linkage, on the rows themselves.
fn distance(linkage: Linkage, data: &Features, a: &[usize], b: &[usize]) -> f64 {
    let pairs = || a.iter().flat_map(|&i| b.iter().map(move |&j| squared(data.row(i), data.row(j)).sqrt()));
    match linkage {
        Linkage::Single => pairs().fold(f64::INFINITY, f64::min),
        Linkage::Complete => pairs().fold(0.0, f64::max),
        Linkage::Average => pairs().sum::<f64>() / (a.len() * b.len()) as f64,
        Linkage::Ward => {
            let mean = |rows: &[usize]| -> Vec<f64> {
                let column = |c: usize| rows.iter().map(|&i| data.row(i)[c]).sum::<f64>();
                (0..data.n_features()).map(|c| column(c) / rows.len() as f64).collect()
            };
            let (n, m) = (a.len() as f64, b.len() as f64);
            (2.0 * n * m / (n + m) * squared(&mean(a), &mean(b))).sqrt()
        }
    }
}

/// Merges the two nearest clusters by the definition, O(n³) and more; the heights, and the partition for
/// every number of clusters.
fn naive(linkage: Linkage, data: &Features) -> (Vec<f64>, Vec<Vec<Vec<usize>>>) {
    let mut clusters: Vec<Vec<usize>> = (0..data.n_rows()).map(|row| vec![row]).collect();
    let (mut heights, mut partitions) = (Vec::new(), vec![clusters.clone()]);
    while clusters.len() > 1 {
        let mut best = (f64::INFINITY, 0, 0);
        for i in 0..clusters.len() {
            for j in i + 1..clusters.len() {
                let distance = distance(linkage, data, &clusters[i], &clusters[j]);
                if distance < best.0 {
                    best = (distance, i, j);
                }
            }
        }
        let from = clusters.remove(best.2);
        clusters[best.1].extend(from);
        heights.push(best.0);
        partitions.push(clusters.clone());
    }
    partitions.reverse();
    (heights, partitions)
}

/// Every merge stands at the distance of its two nodes, no two nodes that are left are nearer, and nodes,
/// sizes and leaves are what they say.
fn assert_is_what_it_says(linkage: Linkage, data: &Features, tree: &Dendrogram) {
    let n = data.n_rows();
    let mut nodes: Vec<Option<Vec<usize>>> = (0..n).map(|row| Some(vec![row])).collect();
    for merge in tree.merges() {
        let mut least = f64::INFINITY;
        for i in 0..nodes.len() {
            for j in i + 1..nodes.len() {
                if let (Some(a), Some(b)) = (&nodes[i], &nodes[j]) {
                    least = least.min(distance(linkage, data, a, b));
                }
            }
        }
        let mut a = nodes[merge.left as usize].take().unwrap();
        let b = nodes[merge.right as usize].take().unwrap();
        let own = distance(linkage, data, &a, &b);
        assert!((merge.height - own).abs() <= 1e-9 * own.max(1.0), "{linkage:?} {} {own}", merge.height);
        assert!(own <= least + 1e-9 * least.max(1.0), "{linkage:?} {own} {least}");
        a.extend(b);
        assert_eq!(merge.size as usize, a.len());
        nodes.push(Some(a));
    }
    let leaves: Vec<usize> = tree.leaves().iter().map(|&row| row as usize).collect();
    assert_eq!(nodes.pop().unwrap().unwrap(), leaves);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn trees_without_ties_equal_the_definition(width in 1usize..7, n in 1usize..60, seed in 0usize..10_000) {
        let data = features(width, uniforms(seed + n * width).split_off(seed));
        for linkage in LINKAGES {
            let (expected, partitions) = naive(linkage, &data);
            let model = fit(linkage, 1, &data);
            for (got, expected) in heights(model.dendrogram()).iter().zip(&expected) {
                prop_assert!((got - expected).abs() <= 1e-9 * expected, "{:?} {} {}", linkage, got, expected);
            }
            for (k, partition) in (1..).zip(&partitions) {
                let mut partition = partition.clone();
                partition.iter_mut().for_each(|rows| rows.sort_unstable());
                partition.sort();
                let labels = model.dendrogram().cut_count(k).unwrap();
                prop_assert_eq!(groups(&labels), partition);
                prop_assert!(labels.iter().all(|&label| (label as usize) < k));
            }
        }
    }

    #[test]
    fn trees_with_ties_and_equal_rows_are_greedy(
        width in 1usize..4,
        values in prop::collection::vec(-3i32..4, 3..120),
    ) {
        let rows = values.len() / width;
        let data = features(width, values[..rows * width].iter().map(|&x| f64::from(x) / 2.0).collect());
        for linkage in LINKAGES {
            assert_is_what_it_says(linkage, &data, fit(linkage, 1, &data).dendrogram());
        }
    }

    #[test]
    fn the_order_of_rows_does_not_matter(values in prop::collection::vec(-4i32..5, 398), shift in 1usize..198) {
        let data = features(2, values.into_iter().map(f64::from).collect());
        let order = permutation(199, shift);
        let moved = data.select(&order);
        for linkage in LINKAGES {
            let (one, other) = (fit(linkage, 5, &data), fit(linkage, 5, &moved));
            let labels: Vec<u32> = order.iter().map(|&row| one.labels()[row as usize]).collect();
            prop_assert_eq!(other.labels(), labels);
            prop_assert_eq!(heights(one.dendrogram()), heights(other.dendrogram()));
            let rows = |data: &Features, model: &AgglomerativeModel| -> Vec<Vec<f64>> {
                model.dendrogram().leaves().iter().map(|&row| data.row(row as usize).to_vec()).collect()
            };
            prop_assert_eq!(rows(&data, &one), rows(&moved, &other));
        }
    }
}

#[test]
fn threads_do_not_matter() {
    let mut values = uniforms(50_000);
    values.extend(uniforms(25_000).iter().map(|x| (x * 20.0).round() / 4.0));
    let large = features(5, values);
    let small = large.select(&(0..15_000).step_by(9).collect::<Vec<u32>>());
    for linkage in LINKAGES {
        let matrix = matches!(linkage, Linkage::Average | Linkage::Complete);
        let data = if matrix { &small } else { &large };
        let one = with_threads(1, || fit(linkage, 7, data));
        assert_eq!(one, with_threads(2, || fit(linkage, 7, data)));
        assert_eq!(one, with_threads(8, || fit(linkage, 7, data)));
    }
}

#[test]
fn many_columns_and_many_rows_agree_with_each_other() {
    // Columns that hold one value change no distance, and neither does the order of columns.
    let values = uniforms(6_000);
    let padded = values.chunks_exact(3).flat_map(|row| [7.0, row[2], -1.0, row[0], 1e3, row[1], 0.1]);
    let (narrow, wide) = (features(3, values.clone()), features(7, padded.collect()));
    for linkage in LINKAGES {
        let (a, b) = (fit(linkage, 6, &narrow), fit(linkage, 6, &wide));
        assert_eq!(groups(a.labels()), groups(b.labels()));
        for (a, b) in heights(a.dendrogram()).iter().zip(heights(b.dendrogram())) {
            assert!((a - b).abs() <= 1e-9 * a, "{linkage:?} {a} {b}");
        }
    }
}

#[test]
fn equal_rows_weigh_as_many() {
    let data = features(1, vec![1.0, 5.0, 1.0, 1.0, 9.5, 5.0, -0.0, 0.0]);
    for linkage in LINKAGES {
        let model = fit(linkage, 2, &data);
        assert_is_what_it_says(linkage, &data, model.dendrogram());
        assert_eq!(heights(model.dendrogram())[..4], [0.0; 4]);
    }
}

#[test]
fn growing_gaps_merge_one_by_one() {
    // Every round finds one mutual pair only: the worst case for merging by rounds.
    let mut x = 0.0;
    let values: Vec<f64> = (0..3_000)
        .map(|i| {
            x += 1.0 + f64::from(i) / 10.0;
            x
        })
        .collect();
    let data = features(1, values.clone());
    let tree = fit(Linkage::Single, 1, &data);
    let gaps: Vec<f64> = values.windows(2).map(|pair| pair[1] - pair[0]).collect();
    for (got, expected) in heights(tree.dendrogram()).iter().zip(gaps) {
        assert!((got - expected).abs() < 1e-9 * expected);
    }
    for linkage in [Linkage::Ward, Linkage::Average, Linkage::Complete] {
        assert_eq!(fit(linkage, 3, &data).n_clusters(), 3);
    }
}

#[test]
fn one_row_equal_rows_and_all_sizes() {
    for linkage in LINKAGES {
        let one = fit(linkage, 1, &features(2, vec![3.5, -7.25]));
        assert_eq!((one.labels(), one.dendrogram().merges().len()), (&[0][..], 0));
        let alike = fit(linkage, 1, &features(3, [0.1, 1e9, -4.0].repeat(50)));
        assert_eq!((alike.labels(), heights(alike.dendrogram())), (&[0; 50][..], vec![0.0; 49]));
        for scale in [1e-300, 1e-30, 1.0, 1e130] {
            let data = features(1, [0.0, 1.0, 10.0, 11.0].map(|value| value * scale).to_vec());
            let model = fit(linkage, 2, &data);
            assert_eq!(model.labels(), [0, 0, 1, 1]);
            let top = match linkage {
                Linkage::Ward => 2.0_f64.sqrt() * 10.0,
                Linkage::Average => 10.0,
                Linkage::Complete => 11.0,
                Linkage::Single => 9.0,
            };
            for (got, expected) in heights(model.dendrogram()).iter().zip([1.0, 1.0, top]) {
                assert!((got / scale - expected).abs() < 1e-12, "{linkage:?} {scale} {got}");
            }
        }
    }
}

#[test]
fn refuses_by_name() {
    let data = features(1, vec![1.0, 1.0, 2.0]);
    for linkage in LINKAGES {
        let kind = |clusters, data: &Features| {
            let settings = Agglomerative { linkage, clusters, ..Agglomerative::new(1) };
            settings.fit(data).unwrap_err().kind().name()
        };
        assert_eq!(kind(Cut::Count(0), &data), "InvalidParameter");
        assert_eq!(kind(Cut::Height(-1.0), &data), "InvalidParameter");
        assert_eq!(kind(Cut::Height(f64::NAN), &data), "InvalidParameter");
        assert_eq!(kind(Cut::Count(3), &data), "TooManyClusters");
        assert_eq!(kind(Cut::Count(1), &features(1, vec![])), "NotEnoughData");
        assert_eq!(kind(Cut::Count(1), &features(1, vec![1e200, 0.0])), "Overflow");
        let settings = Agglomerative { linkage, ..Agglomerative::new(1) };
        assert_eq!(settings.fit_with(&data, &stopped()).unwrap_err().kind().name(), "Cancelled");
    }
    let narrow = Agglomerative { linkage: Linkage::Average, matrix_rows: 1, ..Agglomerative::new(1) };
    let error = narrow.fit(&data).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::LimitExceeded { limit: 1, needed: 2, .. }), "{error}");
    // Only distinct rows count.
    assert!(narrow.fit(&features(1, vec![2.0; 10])).is_ok());
    assert!(Agglomerative { linkage: Linkage::Ward, ..narrow.clone() }.fit(&data).is_ok());
}

#[test]
fn models_come_back_as_they_were_saved() {
    let data = features(2, uniforms(100));
    let settings = Agglomerative { clusters: Cut::Height(0.3), ..Agglomerative::new(1) };
    assert_eq!(copy(&settings), settings);
    let model = settings.fit(&data).unwrap();
    assert_eq!(copy(&model), model);
    let text = serde_json::to_string(&model).unwrap();
    let k = format!("\"n_clusters\":{}", model.n_clusters());
    for wrong in ["\"n_clusters\":0", "\"n_clusters\":51"] {
        assert!(serde_json::from_str::<AgglomerativeModel>(&text.replace(&k, wrong)).is_err());
    }
}
