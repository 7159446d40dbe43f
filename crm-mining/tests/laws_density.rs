//! Laws of clustering by density: fast equals the definition, threads and the order of rows do not matter, what
//! cannot be done is refused by name.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "common/rows.rs"]
mod rows;

use crm_mining::data::Features;
use crm_mining::learn::{
    ClusterSelection, Clustering, Dbscan, DbscanModel, Hdbscan, HdbscanModel, NOISE, Optics, OpticsModel,
};
use crm_mining::{ErrorKind, Fit, Predict};
use proptest::prelude::*;
use rows::{copy, drawn, features, permutation, squared, stopped, with_threads};

/// Clouds, and noise.
fn clouds(n: usize, width: usize, groups: usize) -> Features {
    drawn(n, width, |i, j, uniform| {
        let noise = uniform() * 10.0;
        let near = ((i % groups) * (j + 3) % 7) as f64 * 1.5 + uniform() + uniform() + uniform();
        if i % 11 == 10 { noise } else { near }
    })
}

fn distances(data: &Features) -> Vec<Vec<f64>> {
    data.rows().map(|a| data.rows().map(|b| squared(a, b).sqrt()).collect()).collect()
}

fn core_distances(distances: &[Vec<f64>], k: usize) -> Vec<f64> {
    let core = |row: &Vec<f64>| {
        let mut row = row.clone();
        row.sort_by(f64::total_cmp);
        row[k - 1]
    };
    distances.iter().map(core).collect()
}

/// Scikit-learn's way: clusters grow one after another, from the first core row that has none.
fn naive_dbscan(data: &Features, eps: f64, min_points: usize) -> (Vec<u32>, Vec<u32>) {
    let n = data.n_rows();
    let near = |i: usize| (0..n).filter(move |&j| squared(data.row(i), data.row(j)) <= eps * eps);
    let core: Vec<bool> = (0..n).map(|i| near(i).count() >= min_points).collect();
    let mut labels = vec![NOISE; n];
    let mut next = 0;
    for start in 0..n {
        if !core[start] || labels[start] != NOISE {
            continue;
        }
        let mut waiting = vec![start];
        while let Some(i) = waiting.pop() {
            if labels[i] == NOISE {
                labels[i] = next;
                if core[i] {
                    waiting.extend(near(i));
                }
            }
        }
        next += 1;
    }
    (labels, (0..n as u32).filter(|&i| core[i as usize]).collect())
}

/// The definition, row after row: order, core distances, reachability, predecessors.
fn naive_optics(data: &Features, k: usize, max_eps: f64) -> (Vec<u32>, Vec<f64>, Vec<f64>, Vec<Option<u32>>) {
    let rounded = |x: f64| (x * 1e15).round_ties_even() / 1e15;
    let (n, distances) = (data.n_rows(), distances(data));
    let far = |x: f64| if x > max_eps { f64::INFINITY } else { rounded(x) };
    let core: Vec<f64> = core_distances(&distances, k).into_iter().map(far).collect();
    let (mut reach, mut before) = (vec![f64::INFINITY; n], vec![None; n]);
    let mut order: Vec<u32> = Vec::new();
    let mut open: Vec<usize> = (0..n).collect();
    while !open.is_empty() {
        let at = (0..open.len()).min_by(|&a, &b| reach[open[a]].total_cmp(&reach[open[b]])).unwrap();
        let row = open.remove(at);
        order.push(row as u32);
        let near = |other: usize| squared(data.row(row), data.row(other)) <= max_eps * max_eps;
        for &other in open.iter().filter(|&&other| core[row].is_finite() && near(other)) {
            let new = rounded(distances[row][other].max(core[row]));
            if new < reach[other] {
                (reach[other], before[other]) = (new, Some(row as u32));
            }
        }
    }
    (order, core, reach, before)
}

/// A cluster of the naive tree: its rows, the λ of its birth, and per row the λ at which it leaves; clusters
/// within.
struct Naive {
    birth: f64,
    leaves: Vec<(usize, f64)>,
    within: Vec<Naive>,
    rows: Vec<usize>,
}

/// The parts of rows that hold together by edges shorter than `limit`.
fn parts(rows: &[usize], reach: &[Vec<f64>], limit: f64) -> Vec<Vec<usize>> {
    let mut open = rows.to_vec();
    let mut parts = Vec::new();
    while let Some(first) = open.pop() {
        let mut part = vec![first];
        let mut at = 0;
        while at < part.len() {
            let (near, rest) = open.iter().partition(|&&row| reach[part[at]][row] < limit);
            open = rest;
            part.extend::<Vec<usize>>(near);
            at += 1;
        }
        parts.push(part);
    }
    parts
}

/// The length of the longest edge without which the rows fall apart.
fn longest(rows: &[usize], reach: &[Vec<f64>]) -> f64 {
    let mut open: Vec<(usize, f64)> = rows[1..].iter().map(|&row| (row, reach[rows[0]][row])).collect();
    let mut longest = 0.0_f64;
    while !open.is_empty() {
        let at = (0..open.len()).min_by(|&a, &b| open[a].1.total_cmp(&open[b].1)).unwrap();
        let (row, distance) = open.remove(at);
        longest = longest.max(distance);
        open.iter_mut().for_each(|(other, distance)| *distance = distance.min(reach[row][*other]));
    }
    longest
}

/// The definition of the condensed tree: all edges of the greatest length are taken out at once.
fn naive_tree(rows: Vec<usize>, birth: f64, reach: &[Vec<f64>], min_size: usize) -> Naive {
    let mut cluster = Naive { birth, leaves: Vec::new(), within: Vec::new(), rows: rows.clone() };
    let mut rows = rows;
    loop {
        let length = longest(&rows, reach);
        let (large, small): (Vec<_>, Vec<_>) =
            parts(&rows, reach, length).into_iter().partition(|part| part.len() >= min_size && length > 0.0);
        cluster.leaves.extend(small.into_iter().flatten().map(|row| (row, 1.0 / length)));
        match <[Vec<usize>; 1]>::try_from(large) {
            Ok([one]) => rows = one,
            Err(several) => {
                let part = |part| naive_tree(part, 1.0 / length, reach, min_size);
                cluster.within = several.into_iter().map(part).collect();
                return cluster;
            }
        }
    }
}

impl Naive {
    fn stability(&self) -> f64 {
        let own: f64 = self.leaves.iter().map(|(_, lambda)| lambda - self.birth).sum();
        own + self.within.iter().map(|part| (part.birth - self.birth) * part.rows.len() as f64).sum::<f64>()
    }

    fn death(&self) -> f64 {
        self.leaves
            .iter()
            .map(|leave| leave.1)
            .chain(self.within.iter().map(|part| part.birth))
            .fold(0.0, f64::max)
    }

    fn all_leaves(&self) -> Vec<(usize, f64)> {
        let within = self.within.iter().flat_map(Naive::all_leaves);
        self.leaves.iter().copied().chain(within).collect()
    }

    /// The selected clusters, and what they have together.
    fn selected(&self, leaf: bool, allowed: bool) -> (Vec<&Naive>, f64) {
        let within: Vec<(Vec<&Naive>, f64)> =
            self.within.iter().map(|part| part.selected(leaf, true)).collect();
        let sum: f64 = within.iter().map(|part| part.1).sum();
        let takes = if leaf { self.within.is_empty() } else { sum <= self.stability() };
        if takes && allowed {
            return (vec![self], self.stability());
        }
        (within.into_iter().flat_map(|part| part.0).collect(), sum)
    }
}

/// Labels and probabilities by the definition; labels by size, then by the smallest row of values.
fn naive_hdbscan(data: &Features, settings: &Hdbscan) -> (Vec<u32>, Vec<f64>) {
    let (n, distances) = (data.n_rows(), distances(data));
    let core = core_distances(&distances, settings.min_samples.unwrap_or(settings.min_cluster_size));
    let reach: Vec<Vec<f64>> = (0..n)
        .map(|i| {
            (0..n).map(|j| if i == j { 0.0 } else { distances[i][j].max(core[i]).max(core[j]) }).collect()
        })
        .collect();
    let tree = naive_tree((0..n).collect(), 0.0, &reach, settings.min_cluster_size);
    let leaf = settings.selection == ClusterSelection::Leaf;
    let allowed = settings.allow_single_cluster && n >= settings.min_cluster_size;
    let mut clusters: Vec<(Vec<(usize, f64)>, f64)> = tree
        .selected(leaf, allowed)
        .0
        .into_iter()
        .map(|cluster| {
            let threshold = if cluster.birth == 0.0 { cluster.death() } else { 0.0 };
            let rows = cluster.all_leaves().into_iter().filter(|leave| leave.1 >= threshold).collect();
            (rows, cluster.death())
        })
        .collect();
    let smallest = |rows: &[(usize, f64)]| {
        let rows = rows.iter().map(|&(row, _)| data.row(row).to_vec());
        rows.min_by(|a, b| a.partial_cmp(b).unwrap()).unwrap()
    };
    clusters.sort_by(|a, b| {
        b.0.len().cmp(&a.0.len()).then_with(|| smallest(&a.0).partial_cmp(&smallest(&b.0)).unwrap())
    });
    let (mut labels, mut probabilities) = (vec![NOISE; n], vec![0.0; n]);
    for (label, (rows, death)) in (0..).zip(clusters) {
        for (row, lambda) in rows {
            labels[row] = label;
            probabilities[row] = if lambda.is_infinite() { 1.0 } else { lambda.min(death) / death };
        }
    }
    (labels, probabilities)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn dbscan_equals_the_definition(
        width in 1usize..6,
        values in prop::collection::vec(-30i32..30, 30..360),
        divisor in prop::sample::select(vec![1.0, 3.0, 10.0]),
        eps in prop::sample::select(vec![0.2, 1.0, 2f64.sqrt(), 2.0, 3.3, 7.0, 1e4]),
        min_points in 1usize..9,
    ) {
        let rows = values.len() / width;
        let data = features(width, values[..rows * width].iter().map(|&v| f64::from(v) / divisor).collect());
        let model = Dbscan { eps, min_points }.fit(&data).unwrap();
        let (labels, core) = naive_dbscan(&data, eps, min_points);
        prop_assert_eq!(model.labels(), labels);
        prop_assert_eq!(model.core_rows(), core);
        let predicted = model.predict(&data).unwrap();
        for (row, (&predicted, &label)) in predicted.iter().zip(model.labels()).enumerate() {
            prop_assert_eq!(predicted == NOISE, label == NOISE);
            prop_assert!(!model.is_core(row) || predicted == label);
        }
    }

    #[test]
    fn optics_equals_the_definition(
        width in 1usize..5,
        values in prop::collection::vec(-30i32..30, 40..240),
        divisor in prop::sample::select(vec![1.0, 3.0, 10.0]),
        min_points in 2usize..9,
        max_eps in prop::sample::select(vec![None, Some(1.0), Some(4.0)]),
    ) {
        let rows = values.len() / width;
        let data = features(width, values[..rows * width].iter().map(|&v| f64::from(v) / divisor).collect());
        let model = Optics { min_points, max_eps, ..Optics::default() }.fit(&data).unwrap();
        let (order, core, reach, before) = naive_optics(&data, min_points, max_eps.unwrap_or(f64::INFINITY));
        prop_assert_eq!(model.order(), order);
        prop_assert_eq!(model.core_distances(), core);
        prop_assert_eq!(model.reachability(), reach);
        prop_assert_eq!(model.predecessors(), before);
        // At its own largest eps, OPTICS parts rows as DBSCAN does, but for border rows. Both are exact on integers.
        let eps = max_eps.unwrap_or(3.0);
        if divisor != 1.0 {
            return Ok(());
        }
        let at = model.labels_at(eps).unwrap();
        let dbscan = Dbscan { eps, min_points }.fit(&data).unwrap();
        for &a in dbscan.core_rows() {
            for &b in dbscan.core_rows() {
                let (a, b) = (a as usize, b as usize);
                prop_assert_eq!(at[a] == at[b], dbscan.labels()[a] == dbscan.labels()[b]);
            }
        }
    }

    #[test]
    fn hdbscan_equals_the_definition(
        width in 1usize..5,
        values in prop::collection::vec(-20i32..20, 40..240),
        divisor in prop::sample::select(vec![1.0, 3.0, 10.0]),
        spread in prop::sample::select(vec![0.0, 0.01]),
        min_cluster_size in 2usize..9,
        min_samples in prop::sample::select(vec![None, Some(1), Some(2), Some(5), Some(10)]),
        allow_single_cluster: bool,
        leaf: bool,
    ) {
        let rows = values.len() / width;
        let value = |(i, &v): (usize, &i32)| f64::from(v) / divisor + spread * ((i * i * 31 + i) % 1009) as f64;
        let data = features(width, values[..rows * width].iter().enumerate().map(value).collect());
        let selection = if leaf { ClusterSelection::Leaf } else { ClusterSelection::ExcessOfMass };
        let settings =
            Hdbscan { min_samples, allow_single_cluster, selection, ..Hdbscan::new(min_cluster_size) };
        let model = settings.fit(&data).unwrap();
        let (labels, probabilities) = naive_hdbscan(&data, &settings);
        prop_assert_eq!(model.labels(), labels);
        for (got, expected) in model.probabilities().iter().zip(probabilities) {
            prop_assert!((got - expected).abs() < 1e-12, "{} {}", got, expected);
        }
        prop_assert!(model.outlier_scores().iter().all(|score| (0.0..=1.0).contains(score)));
        prop_assert!(model.persistences().iter().all(|share| (0.0..=1.0 + 1e-12).contains(share)));
    }

    #[test]
    fn the_order_of_rows_does_not_matter(
        shift in 0usize..100,
        modulus in prop::sample::select(vec![0usize, 3, 20]),
        width in 1usize..6,
    ) {
        let n = 500;
        let clouds = clouds(n, width, 4);
        let value = |x: &f64| if modulus == 0 { *x } else { (x * modulus as f64).round() / modulus as f64 };
        let data = features(width, clouds.values().iter().map(value).collect());
        let order = permutation(n, shift);
        let moved = data.select(&order);
        let settings = Hdbscan { min_samples: Some(4), ..Hdbscan::new(8) };
        let (model, other) = (settings.fit(&data).unwrap(), settings.fit(&moved).unwrap());
        let at = |values: &[f64]| -> Vec<f64> { order.iter().map(|&row| values[row as usize]).collect() };
        let labels: Vec<u32> = order.iter().map(|&row| model.labels()[row as usize]).collect();
        prop_assert_eq!(other.labels(), labels);
        prop_assert_eq!(other.probabilities(), at(model.probabilities()));
        prop_assert_eq!(other.outlier_scores(), at(model.outlier_scores()));
        prop_assert_eq!((other.persistences(), other.tree()), (model.persistences(), model.tree()));

        let settings = Dbscan { eps: 0.7, min_points: 6 };
        let (model, other) = (settings.fit(&data).unwrap(), settings.fit(&moved).unwrap());
        let mut names = vec![NOISE; model.n_clusters()];
        for (i, &row) in order.iter().enumerate() {
            let (ours, theirs) = (model.labels()[row as usize], other.labels()[i]);
            prop_assert_eq!(model.is_core(row as usize), other.is_core(i));
            prop_assert_eq!(ours == NOISE, theirs == NOISE);
            if other.is_core(i) {
                let name = &mut names[ours as usize];
                *name = if *name == NOISE { theirs } else { *name };
                prop_assert_eq!(*name, theirs);
            }
        }
        names.sort_unstable();
        prop_assert!(names.into_iter().eq(0..other.n_clusters() as u32));
    }
}

#[test]
fn threads_do_not_matter() {
    for width in [2, 3, 5] {
        let data = clouds(6_000, width, 5);
        let tied = features(width, data.values().iter().map(|x| (x * 4.0).round() / 4.0).collect());
        for data in [&data, &tied] {
            let work = || {
                let dbscan = Dbscan { eps: 0.3 * width as f64, min_points: 8 }.fit(data).unwrap();
                let predicted = dbscan.predict(&clouds(2_000, width, 3)).unwrap();
                let optics = Optics { min_points: 6, ..Optics::default() }.fit(data).unwrap();
                (dbscan, predicted, optics, Hdbscan::new(12).fit(data).unwrap())
            };
            let one = with_threads(1, work);
            assert!(one == with_threads(2, work) && one == with_threads(8, work));
        }
    }
}

/// Rows two steps away in the grid, rows on the corners of cells, and columns too wide for a grid.
#[test]
fn case_grids_at_their_limits() {
    let line: Vec<f64> = (0..400).map(|i| f64::from(i) * 0.5).collect();
    for eps in [0.5, 0.5 - 1e-12, 0.5 + 1e-12, 1.0, 2.5] {
        let data = features(1, line.clone());
        let model = Dbscan { eps, min_points: 2 }.fit(&data).unwrap();
        assert_eq!(model.labels(), naive_dbscan(&data, eps, 2).0);
    }
    let lattice: Vec<f64> = (0..512).flat_map(|i| [i % 8, i / 8 % 8, i / 64].map(f64::from)).collect();
    for (eps, min_points) in [(1.0, 7), (2f64.sqrt(), 19), (3f64.sqrt(), 27), (2.0, 33), (0.99, 1)] {
        let data = features(3, lattice.clone());
        let model = Dbscan { eps, min_points }.fit(&data).unwrap();
        assert_eq!(model.labels(), naive_dbscan(&data, eps, min_points).0, "{eps}");
    }
    let wide = features(2, vec![0.0, 0.0, 1e-9, 0.0, 1e12, 1.0, 1e12, 1.0, -1e12, 3.0]);
    let model = Dbscan { eps: 1e-8, min_points: 2 }.fit(&wide).unwrap();
    assert_eq!(model.labels(), [0, 0, 1, 1, NOISE]);
}

#[test]
fn extreme_scales() {
    let values = [1.0, 1.1, 1.2, 1.3, 9.0, 9.1, 9.2, 9.3, 50.0];
    for scale in [1e-290, 1e-30, 1.0, 1e130] {
        let data = features(1, values.map(|value| value * scale).to_vec());
        let expected = [0, 0, 0, 0, 1, 1, 1, 1, NOISE];
        let model = Dbscan { eps: 0.25 * scale, min_points: 3 }.fit(&data).unwrap();
        assert_eq!(model.labels(), expected);
        assert_eq!(model.predict(&data).unwrap(), expected);
        let model = Hdbscan { min_samples: Some(2), ..Hdbscan::new(3) }.fit(&data).unwrap();
        assert_eq!(model.labels(), expected);
        let (got, distance) = (model.departures()[8].distance, (50.0 - 9.3) * scale);
        assert!((got - distance).abs() <= 1e-9 * distance);
    }
    let data = features(1, values.map(|value| value * 1e120).to_vec());
    assert_eq!(Optics { min_points: 3, ..Optics::default() }.fit(&data).unwrap().order()[8], 8);
}

#[test]
fn what_cannot_be_done_is_refused_by_name() {
    let data = clouds(50, 2, 2);
    let name = |error: crm_mining::Error| error.kind().name();
    for eps in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(name(Dbscan::new(eps).fit(&data).unwrap_err()), "InvalidParameter");
    }
    let error = Dbscan { min_points: 0, ..Dbscan::new(1.0) }.fit(&data).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InvalidParameter { parameter: "min_points", .. }), "{error}");
    let default = Optics::default();
    for settings in [
        Optics { min_points: 1, ..default },
        Optics { min_cluster_size: Some(1), ..default },
        Optics { max_eps: Some(0.0), ..default },
        Optics { max_eps: Some(f64::NAN), ..default },
        Optics { xi: 0.0, ..default },
        Optics { xi: 1.0, ..default },
        Optics { xi: f64::NAN, ..default },
    ] {
        assert_eq!(name(settings.fit(&data).unwrap_err()), "InvalidParameter", "{settings:?}");
    }
    for settings in [
        Hdbscan::new(0),
        Hdbscan::new(1),
        Hdbscan { min_samples: Some(0), ..Hdbscan::new(5) },
        Hdbscan { cluster_selection_epsilon: -1.0, ..Hdbscan::new(5) },
        Hdbscan { cluster_selection_epsilon: f64::NAN, ..Hdbscan::new(5) },
    ] {
        assert_eq!(name(settings.fit(&data).unwrap_err()), "InvalidParameter", "{settings:?}");
    }
    for few in [features(2, vec![]), features(2, vec![1.0, 2.0])] {
        assert_eq!(name(Optics::default().fit(&few).unwrap_err()), "NotEnoughData");
        assert_eq!(
            name(Hdbscan { min_samples: Some(1), ..Hdbscan::new(2) }.fit(&few).unwrap_err()),
            "NotEnoughData"
        );
    }
    assert_eq!(name(Dbscan::new(1.0).fit(&features(1, vec![])).unwrap_err()), "NotEnoughData");
    assert_eq!(
        name(Hdbscan { min_samples: Some(51), ..Hdbscan::new(2) }.fit(&data).unwrap_err()),
        "NotEnoughData"
    );
    assert_eq!(
        name(Optics { min_cluster_size: Some(51), ..default }.fit(&data).unwrap_err()),
        "NotEnoughData"
    );
    let large = features(1, vec![1e200, 1.0, 2.0, 3.0, 4.0, 5.0]);
    assert_eq!(name(Dbscan::new(1.0).fit(&large).unwrap_err()), "Overflow");
    assert_eq!(name(Optics::default().fit(&large).unwrap_err()), "Overflow");
    assert_eq!(name(Hdbscan::new(2).fit(&large).unwrap_err()), "Overflow");
    let model = Dbscan::new(1.0).fit(&data).unwrap();
    assert_eq!(name(model.predict(&large).unwrap_err()), "FeatureMismatch");
    assert!(model.predict(&features(2, vec![])).unwrap().is_empty());
    let model = Optics { max_eps: Some(2.0), ..default }.fit(&data).unwrap();
    for eps in [-1.0, 2.1, f64::NAN] {
        assert_eq!(name(model.labels_at(eps).unwrap_err()), "InvalidParameter");
    }
    let stopped = stopped();
    for width in [2, 5] {
        let data = clouds(50, width, 2);
        assert_eq!(name(Dbscan::new(1.0).fit_with(&data, &stopped).unwrap_err()), "Cancelled");
        assert_eq!(name(Optics::default().fit_with(&data, &stopped).unwrap_err()), "Cancelled");
        assert_eq!(name(Hdbscan::new(5).fit_with(&data, &stopped).unwrap_err()), "Cancelled");
    }
}

/// 20 000 equal rows, beside a few others: no work by pairs.
#[test]
fn rows_all_alike() {
    for width in [1, 3, 5] {
        let mut values = vec![0.1; 20_000 * width];
        let alike = features(width, values.clone());
        let model = Dbscan::new(0.5).fit(&alike).unwrap();
        assert_eq!((model.sizes(), model.core_rows().len()), (vec![20_000], 20_000));
        let model = Hdbscan::new(5).fit(&alike).unwrap();
        assert_eq!((model.n_clusters(), model.n_noise()), (0, 20_000));
        let single = Hdbscan { allow_single_cluster: true, ..Hdbscan::new(5) };
        let model = single.fit(&alike).unwrap();
        assert_eq!((model.sizes(), model.persistences()), (vec![20_000], &[1.0][..]));
        assert!(model.probabilities().iter().all(|&probability| probability == 1.0));
        values.extend(vec![7.0; 30 * width]);
        let model = Hdbscan::new(5).fit(&features(width, values)).unwrap();
        assert_eq!((model.sizes(), model.n_noise()), (vec![20_000, 30], 0));
        let optics = Optics::default().fit(&features(width, vec![0.1; 500 * width])).unwrap();
        assert!(optics.order().iter().copied().eq(0..500));
    }
    let one = features(2, vec![3.5, -7.25]);
    let model = Dbscan { min_points: 1, ..Dbscan::new(1.0) }.fit(&one).unwrap();
    assert_eq!(model.labels(), [0]);
    assert_eq!(Dbscan::new(1.0).fit(&one).unwrap().labels(), [NOISE]);
    let few = Hdbscan { min_samples: Some(1), allow_single_cluster: true, ..Hdbscan::new(5) };
    assert_eq!(few.fit(&features(1, vec![0.0, -0.0, 1.0])).unwrap().labels(), [NOISE; 3]);
}

/// The saved text of a model with one field replaced.
fn spoiled<T: serde::Serialize + serde::de::DeserializeOwned>(model: &T, field: &str, value: &str) -> bool {
    let mut saved = serde_json::to_value(model).unwrap();
    assert!(saved.get(field).is_some(), "{field}");
    saved[field] = serde_json::from_str(value).unwrap();
    serde_json::from_value::<T>(saved).is_err()
}

#[test]
fn settings_and_models_survive_serde_and_spoiled_ones_are_refused() {
    let data = clouds(120, 2, 3);
    let settings = (Dbscan::new(0.4), Optics::default(), Hdbscan::new(6));
    assert_eq!(copy(&settings), settings);
    let dbscan: DbscanModel = settings.0.fit(&data).unwrap();
    let other = copy(&dbscan);
    assert!(other == dbscan && other.predict(&data).unwrap() == dbscan.predict(&data).unwrap());
    for (field, value) in [
        ("n_clusters", "4000000000"),
        ("labels", "[7000]"),
        ("core_rows", "[5,4]"),
        ("core_rows", "[4000]"),
        ("core_points", "[1.0]"),
        ("eps", "-1.0"),
        ("feature_names", "[]"),
    ] {
        assert!(spoiled(&dbscan, field, value), "{field} {value}");
    }
    let optics: OpticsModel = settings.1.fit(&data).unwrap();
    assert_eq!(copy(&optics), optics);
    for (field, value) in [
        ("order", "[0,0]"),
        ("reachability", "[1.0]"),
        ("hierarchy", "[[3,2]]"),
        ("hierarchy", "[[0,120]]"),
        ("max_eps", "-1.0"),
    ] {
        assert!(spoiled(&optics, field, value), "{field} {value}");
    }
    let hdbscan: HdbscanModel = settings.2.fit(&data).unwrap();
    assert!(hdbscan.n_clusters() > 1);
    assert_eq!(copy(&hdbscan), hdbscan);
    for (field, value) in [
        ("labels", "[0]"),
        ("persistences", "[]"),
        ("persistences", "[2.0]"),
        ("tree", "[]"),
        ("tree", r#"[{"parent":0,"distance":1.0,"size":3,"label":null}]"#),
    ] {
        assert!(spoiled(&hdbscan, field, value), "{field} {value}");
    }
}
