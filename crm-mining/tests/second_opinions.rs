//! Second opinions: clusterings beside those of linfa-clustering 0.8 and smartcore 0.7 on the same rows.
//!
//! | method | linfa | smartcore |
//! |---|---|---|
//! | k-means | the same division of clear groups | the same; starts once |
//! | k-means with weights | has none: rows repeated | has none: rows repeated |
//! | k-means of batches | the same centers | – |
//! | DBSCAN | the same labels, noise and numbers | the same, seen by its vote |
//! | OPTICS | the same core distances and divisions; another walk | – |
//! | Gaussian mixture | the same components, full covariances only | – |
//! | agglomerative | – | the same divisions, single linkage only |
//!
//! Not compared: linfa's approximate DBSCAN, which the crate does not make public, and linkages, covariances and
//! methods (HDBSCAN, k-modes, k-prototypes, k-medoids, bisecting k-means) that neither has.
//!
//! Neither crate is in the default tree:
//! `cargo test -p crm-mining --features linfa,smartcore --test second_opinions`.
#![cfg(all(feature = "linfa", feature = "smartcore"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "common/rows.rs"]
mod rows;

use crm_mining::data::{Features, Weighted};
use crm_mining::learn::{
    Agglomerative, Contingency, Dbscan, GaussianMixture, GaussianMixtureModel, Init, KMeans, KMeansModel,
    Linkage, MiniBatchKMeans, NOISE, Optics, fit_linfa, fit_smartcore, linfa_dataset, predict_linfa,
    predict_smartcore,
};
use crm_mining::{Fit, Predict};
use linfa::ParamGuard;
use linfa::traits::{FitWith, Transformer};
use linfa_clustering::IncrKMeansError;
use ndarray016::Array1;
use rows::{clouds, drawn, features, members, squared};
use smartcore::cluster::{agglomerative, dbscan, kmeans};
use smartcore::linalg::basic::matrix::DenseMatrix;

type Matrix = DenseMatrix<f64>;

/// Groups that no method can take for others: each column three wide and ten apart or more.
fn separated(n: usize, width: usize, groups: usize) -> Features {
    drawn(n, width, |i, j, uniform| ((i % groups) * (j + 2)) as f64 * 6.5 + uniform() + uniform() + uniform())
}

/// Clouds that touch, and one row in eleven anywhere.
fn with_noise(n: usize, width: usize, groups: usize) -> Features {
    drawn(n, width, |i, j, uniform| {
        let anywhere = uniform() * 10.0;
        let near = ((i % groups) * (j + 3) % 7) as f64 * 1.5 + uniform() + uniform() + uniform();
        if i % 11 == 10 { anywhere } else { near }
    })
}

/// Whole numbers, so that many distances are exactly the one that counts as near.
fn lattice(n: usize, width: usize) -> Features {
    drawn(n, width, |_, _, uniform| (uniform() * 9.0).floor())
}

fn agreement(a: &[u32], b: &[u32]) -> f64 {
    Contingency::new(a, b).unwrap().adjusted_rand()
}

fn numbers<'a>(labels: impl IntoIterator<Item = &'a usize>) -> Vec<u32> {
    labels.into_iter().map(|&label| label as u32).collect()
}

fn means(data: &Features, labels: &[u32]) -> Vec<Vec<f64>> {
    let sum = |rows: &[usize], column: usize| rows.iter().map(|&row| data.row(row)[column]).sum::<f64>();
    let mean = |rows: Vec<usize>| -> Vec<f64> {
        (0..data.n_features()).map(|column| sum(&rows, column) / rows.len() as f64).collect()
    };
    members(labels).into_iter().map(mean).collect()
}

/// The squared distances to the means of a division, by the definition.
fn inertia(data: &Features, labels: &[u32]) -> f64 {
    let pairs = members(labels).into_iter().zip(means(data, labels));
    pairs.flat_map(|(rows, mean)| rows.into_iter().map(move |row| squared(data.row(row), &mean))).sum()
}

fn assert_near(got: f64, expected: f64, tolerance: f64, what: &str) {
    assert!((got - expected).abs() <= tolerance * expected.abs(), "{what}: {got} {expected}");
}

fn linfa_kmeans(data: &Features, k: usize) -> Vec<u32> {
    let params = linfa_clustering::KMeans::params(k).tolerance(1e-12).n_runs(10);
    let model = fit_linfa(&params, &linfa_dataset(data).unwrap()).unwrap();
    numbers(&predict_linfa::<_, Array1<usize>>(&model, data).unwrap())
}

/// The best of ten, since smartcore starts once.
fn smartcore_kmeans(data: &Features, k: usize) -> Vec<u32> {
    let one = |seed: u64| {
        let params = kmeans::KMeansParameters { k, max_iter: 1_000, seed: Some(seed) };
        let model: kmeans::KMeans<f64, u32, Matrix, Vec<u32>> = fit_smartcore(data, params).unwrap();
        let labels: Vec<u32> = predict_smartcore(&model, data).unwrap();
        labels
    };
    let worse = |a: &Vec<u32>, b: &Vec<u32>| inertia(data, a).total_cmp(&inertia(data, b));
    (0..10).map(one).min_by(worse).unwrap()
}

fn our_kmeans(data: &Features, k: usize) -> KMeansModel {
    KMeans { tolerance: 0.0, ..KMeans::new(k) }.fit(data).unwrap()
}

/// Never worse than theirs, and the same to the ninth digit where the division is.
fn assert_not_worse(ours: &KMeansModel, data: &Features, theirs: &[u32], what: &str) {
    let of_theirs = inertia(data, theirs);
    assert!(ours.inertia() <= of_theirs * (1.0 + 1e-9), "{what}: {} {of_theirs}", ours.inertia());
    if agreement(ours.labels(), theirs) == 1.0 {
        assert_near(ours.inertia(), of_theirs, 1e-9, what);
    }
}

#[test]
fn kmeans_finds_their_groups() {
    for (n, width, groups) in [(200, 1, 2), (300, 2, 3), (600, 3, 4), (500, 8, 5)] {
        let data = separated(n, width, groups);
        let ours = our_kmeans(&data, groups);
        for theirs in [linfa_kmeans(&data, groups), smartcore_kmeans(&data, groups)] {
            assert_eq!(agreement(ours.labels(), &theirs), 1.0, "{n} {width} {groups}");
            assert_not_worse(&ours, &data, &theirs, "separated");
        }
    }
}

/// Ten starts end in ten places where groups overlap; from where theirs ended, ours does not get worse.
#[test]
fn kmeans_is_as_good_where_groups_overlap() {
    for (n, width, groups) in [(300, 1, 4), (400, 2, 5), (500, 3, 3), (300, 6, 4)] {
        let data = clouds(n, width, groups);
        for k in 2..8 {
            let ours = our_kmeans(&data, k);
            for theirs in [linfa_kmeans(&data, k), smartcore_kmeans(&data, k)] {
                let what = format!("{width} columns, k {k}");
                let of_theirs = inertia(&data, &theirs);
                assert!(ours.inertia() <= 1.001 * of_theirs, "{what}: {} {of_theirs}", ours.inertia());
                let init = Init::Centers(means(&data, &theirs).concat());
                let on = KMeans { init, tolerance: 0.0, ..KMeans::new(k) }.fit(&data).unwrap();
                assert_not_worse(&on, &data, &theirs, &what);
            }
        }
    }
}

#[test]
fn weights_are_their_repeated_rows() {
    let data = separated(150, 2, 3);
    let weight = |row: usize| 1 + row * row % 4;
    let weights: Vec<f64> = (0..150).map(|row| weight(row) as f64).collect();
    let repeated: Vec<u32> = (0..150).flat_map(|row| vec![row as u32; weight(row)]).collect();
    let long = data.select(&repeated);
    let settings = KMeans { tolerance: 0.0, ..KMeans::new(3) };
    let ours = settings.fit(&Weighted::new(&data, &weights).unwrap()).unwrap();
    let labels: Vec<u32> = repeated.iter().map(|&row| ours.labels()[row as usize]).collect();
    for theirs in [linfa_kmeans(&long, 3), smartcore_kmeans(&long, 3)] {
        assert_eq!(agreement(&labels, &theirs), 1.0);
        assert_near(ours.inertia(), inertia(&long, &theirs), 1e-9, "weights");
    }
}

/// Both keep the mean of all rows that came to a center, in whatever batches.
#[test]
fn batches_move_centers_as_theirs_do() {
    let data = separated(2_000, 3, 4);
    let batch = |at: u32| data.select(&(at * 200..(at + 1) * 200).collect::<Vec<u32>>());
    let mut ours = MiniBatchKMeans::new(4).start(&batch(0)).unwrap();
    (1..10).for_each(|at| ours.update(&batch(at)).unwrap());
    let params = linfa_clustering::KMeans::params(4).check().unwrap();
    let mut theirs = None;
    for at in 0..10 {
        let dataset = linfa_dataset(&batch(at)).unwrap();
        theirs = match params.fit_with(theirs, &dataset) {
            Ok(model) | Err(IncrKMeansError::NotConverged(model)) => Some(model),
            Err(error) => panic!("{error}"),
        };
    }
    let theirs = theirs.unwrap();
    let labels = numbers(&predict_linfa::<_, Array1<usize>>(&theirs, &data).unwrap());
    assert_eq!(agreement(&ours.predict(&data).unwrap(), &labels), 1.0);
    let mut centers: Vec<Vec<f64>> = theirs.centroids().rows().into_iter().map(|row| row.to_vec()).collect();
    centers.sort_by(|a, b| a[0].total_cmp(&b[0]));
    for (a, b) in ours.centers().iter().zip(centers.concat()) {
        assert!((a - b).abs() < 1e-9, "{a} {b}");
    }
}

fn linfa_dbscan(data: &Features, eps: f64, min_points: usize) -> Vec<u32> {
    let dataset = linfa_dataset(data).unwrap();
    let params = linfa_clustering::Dbscan::params(min_points).tolerance(eps);
    let labels: Array1<Option<usize>> = params.transform(dataset.records()).unwrap();
    labels.iter().map(|label| label.map_or(NOISE, |label| label as u32)).collect()
}

/// What smartcore says of the rows of its fit: the label of most rows at most `eps` away, from 1, the first of
/// equals; 0 for noise. The labels of the fit itself are not public.
fn smartcore_dbscan(data: &Features, eps: f64, min_points: usize) -> Vec<u32> {
    type Model =
        dbscan::DBSCAN<f64, u32, Matrix, Vec<u32>, smartcore::metrics::distance::euclidian::Euclidian<f64>>;
    let params = dbscan::DBSCANParameters::default().with_eps(eps).with_min_samples(min_points);
    let model: Model = fit_smartcore(data, params).unwrap();
    predict_smartcore(&model, data).unwrap()
}

/// The same vote over these labels.
fn vote(data: &Features, labels: &[u32], eps: f64) -> Vec<u32> {
    let clusters =
        labels.iter().filter(|&&label| label != NOISE).max().map_or(0, |&label| label as usize + 1);
    let one = |row: &[f64]| {
        let mut votes = vec![0_usize; clusters + 1];
        for (other, &label) in data.rows().zip(labels) {
            if squared(row, other).sqrt() <= eps {
                votes[(label as usize).min(clusters)] += 1;
            }
        }
        let most = votes.iter().copied().max().unwrap();
        let first = votes.iter().position(|&count| count == most).unwrap();
        if first == clusters { 0 } else { first as u32 + 1 }
    };
    data.rows().map(one).collect()
}

#[test]
fn dbscan_has_their_labels_and_noise() {
    let cases = [
        (with_noise(500, 1, 4), 0.05, 4),
        (with_noise(700, 2, 4), 0.35, 5),
        (with_noise(600, 3, 5), 0.8, 6),
        (with_noise(400, 6, 4), 1.6, 5),
        (separated(300, 2, 3), 1.5, 5),
        // A distance of exactly eps is near to all three.
        (lattice(150, 2), 1.0, 6),
        (lattice(300, 3), 1.0, 3),
    ];
    for (data, eps, min_points) in cases {
        let ours = Dbscan { eps, min_points }.fit(&data).unwrap();
        let what = format!("{} columns, eps {eps}", data.n_features());
        assert!(ours.labels().iter().any(|&label| label != NOISE), "{what}");
        assert_eq!(ours.labels(), linfa_dbscan(&data, eps, min_points), "{what}");
        let theirs = smartcore_dbscan(&data, eps, min_points);
        assert_eq!(vote(&data, ours.labels(), eps), theirs, "{what}");
    }
    // Rows far from all others are noise to all, and the vote is then the label.
    let mut values = separated(300, 2, 3).values().to_vec();
    values.extend([-50.0, 0.0, 0.0, -50.0, 90.0, -50.0]);
    let data = features(2, values);
    let ours = Dbscan::new(1.5).fit(&data).unwrap();
    assert_eq!(ours.labels()[300..], [NOISE; 3]);
    assert_eq!(ours.labels()[..3], [0, 1, 2]);
    let said: Vec<u32> = ours.labels().iter().map(|label| label.wrapping_add(1)).collect();
    assert_eq!(smartcore_dbscan(&data, 1.5, 5), said);
}

/// Theirs starts a walk with the core distance of the first row as its reachability, and goes to the last row
/// among equals; so order and reachability may differ, core distances and the divisions of core rows not.
#[test]
fn optics_has_their_core_distances_and_divisions() {
    for (data, min_points, eps) in [
        (separated(240, 2, 3), 5, 1.5),
        (with_noise(300, 1, 4), 4, 0.05),
        (with_noise(300, 2, 4), 5, 0.4),
        (with_noise(250, 4, 3), 6, 1.2),
    ] {
        let ours = Optics { min_points, ..Optics::default() }.fit(&data).unwrap();
        let dataset = linfa_dataset(&data).unwrap();
        let params = linfa_clustering::Optics::params(min_points).tolerance(1e6);
        let theirs = params.transform(dataset.records().view()).unwrap();
        let mut labels = vec![NOISE; data.n_rows()];
        let mut clusters = 0;
        for (at, sample) in theirs.iter().enumerate() {
            let core = sample.core_distance().unwrap();
            let got = ours.core_distances()[sample.index()];
            assert!((got - core).abs() <= 1e-12, "{got} {core}");
            let starts = at == 0 || sample.reachability_distance().unwrap() > eps;
            clusters += u32::from(starts && core <= eps);
            labels[sample.index()] = if starts && core > eps { NOISE } else { clusters };
        }
        let core: Vec<usize> = (0..data.n_rows()).filter(|&row| ours.core_distances()[row] <= eps).collect();
        let of_core = |labels: &[u32]| core.iter().map(|&row| labels[row]).collect::<Vec<u32>>();
        let at = ours.labels_at(eps).unwrap();
        assert!(core.len() > data.n_rows() / 2);
        assert_eq!(agreement(&of_core(&at), &of_core(&labels)), 1.0);
    }
}

struct Component {
    weight: f64,
    mean: Vec<f64>,
    covariance: Vec<f64>,
}

/// The labels, and the components in the order of their means.
fn linfa_mixture(data: &Features, k: usize, tolerance: f64) -> (Vec<u32>, Vec<Component>) {
    let params = linfa_clustering::GaussianMixtureModel::params(k)
        .tolerance(tolerance)
        .max_n_iterations(2_000)
        .reg_covariance(1e-6);
    let model = fit_linfa(&params, &linfa_dataset(data).unwrap()).unwrap();
    let labels = numbers(&predict_linfa::<_, Array1<usize>>(&model, data).unwrap());
    let component = |at: usize| Component {
        weight: model.weights()[at],
        mean: model.means().row(at).to_vec(),
        covariance: model.covariances().outer_iter().nth(at).unwrap().iter().copied().collect(),
    };
    let mut components: Vec<Component> = (0..k).map(component).collect();
    components.sort_by(|a, b| a.mean[0].total_cmp(&b.mean[0]));
    (labels, components)
}

fn our_mixture(data: &Features, k: usize, tolerance: f64) -> GaussianMixtureModel {
    GaussianMixture { tolerance, max_iterations: 2_000, ..GaussianMixture::new(k) }.fit(data).unwrap()
}

#[test]
fn mixtures_have_their_components() {
    for (data, k, tolerance) in [
        (separated(240, 1, 2), 2, 1e-9),
        (separated(300, 2, 3), 3, 1e-9),
        (separated(600, 4, 4), 4, 1e-9),
        // Components that overlap, where the search takes longer.
        (clouds(400, 2, 2), 2, 1e-5),
        (clouds(600, 3, 3), 3, 1e-5),
    ] {
        let ours = our_mixture(&data, k, 1e-12);
        let (labels, components) = linfa_mixture(&data, k, 1e-12);
        assert_eq!(agreement(ours.labels(), &labels), 1.0);
        let width = data.n_features();
        for (at, Component { weight, mean, covariance }) in components.iter().enumerate() {
            assert_near(ours.weights()[at], *weight, tolerance, "weight");
            for (a, b) in ours.means()[at * width..].iter().zip(mean) {
                assert_near(*a, *b, tolerance, "mean");
            }
            let largest = covariance.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
            for (a, b) in ours.covariances()[at * width * width..].iter().zip(covariance) {
                assert!((a - b).abs() <= tolerance * largest, "covariance: {a} {b}");
            }
        }
    }
}

fn smartcore_tree(data: &Features, k: usize) -> Vec<u32> {
    type Model = agglomerative::AgglomerativeClustering<f64, u32, Matrix, Vec<u32>>;
    let params = agglomerative::AgglomerativeClusteringParameters { n_clusters: k };
    let model: Model = fit_smartcore(data, params).unwrap();
    numbers(&model.labels)
}

#[test]
fn single_linkage_has_their_divisions() {
    for data in [separated(200, 2, 4), with_noise(150, 1, 3), with_noise(150, 3, 4)] {
        let model = Agglomerative { linkage: Linkage::Single, ..Agglomerative::new(1) }.fit(&data).unwrap();
        for k in [1, 2, 3, 4, 5, 8, 20, 100] {
            let ours = model.dendrogram().cut_count(k).unwrap();
            assert_eq!(
                agreement(&ours, &smartcore_tree(&data, k)),
                1.0,
                "{} columns, k {k}",
                data.n_features()
            );
        }
    }
}
