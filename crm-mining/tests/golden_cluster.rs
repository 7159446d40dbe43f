//! Clusters and their scores as scikit-learn 1.9.1 finds them, on data that both sides make by one formula.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crm_mining::data::Features;
use crm_mining::feature::Standardize;
use crm_mining::learn::{KMeans, Silhouette};
use crm_mining::{Control, Fit, Predict};

/// Four groups of 75 points, every coordinate a multiple of 1/8. In Python:
/// `((i*i*7 + i*(5+j*3) + j*13) % 101)/8 + [20,-15,9][j]*[0,1,3,4][i%4]`
fn four_groups() -> Features {
    let value = |i: usize, j: usize| {
        ((i * i * 7 + i * (5 + j * 3) + j * 13) % 101) as f64 / 8.0
            + [20.0, -15.0, 9.0][j] * [0.0, 1.0, 3.0, 4.0][i % 4]
    };
    let values = (0..300).flat_map(|i| (0..3).map(move |j| value(i, j))).collect();
    Features::new(["a", "b", "c"], values).unwrap()
}

fn assert_near(got: f64, expected: f64) {
    assert!((got - expected).abs() <= 1e-9 * expected.abs().max(1.0), "got {got}, expected {expected}");
}

/// KMeans(k, n_init=10, tol=0, random_state=0..10).fit(X): the smallest inertia_ of the ten;
/// silhouette_score(X, labels_) of that fit.
#[test]
fn inertia_and_silhouette() {
    let features = four_groups();
    let expected = [
        (2, 66671.47687500001, 0.7637668939945034),
        (3, 39573.35229166666, 0.6984434856324672),
        (4, 12636.278333333332, 0.6843773503885252),
        (5, 11679.203386093075, 0.5759659778599938),
    ];
    for (k, inertia, silhouette) in expected {
        let model = KMeans { n_init: 30, tolerance: 0.0, ..KMeans::new(k) }.fit(&features).unwrap();
        assert!(model.converged());
        assert_near(model.inertia(), inertia);
        assert_near(Silhouette::default().score(&features, model.labels()).unwrap().mean, silhouette);
    }
}

/// The same fit for k = 4: cluster_centers_ sorted by the first coordinate, silhouette_samples by cluster.
#[test]
fn centers_and_silhouettes_of_clusters() {
    let features = four_groups();
    let model = KMeans::new(4).fit(&features).unwrap();
    let centers = [
        [6.084999999999987, 6.313333333333368, 6.0366666666666795],
        [26.34166666666667, -8.896666666666645, 15.033333333333328],
        [66.16, -38.70333333333331, 33.265],
        [86.55, -53.611666666666636, 42.22666666666669],
    ];
    for (got, expected) in model.centers().iter().zip(centers.as_flattened()) {
        assert_near(*got, *expected);
    }
    let score = Silhouette::default().score(&features, model.labels()).unwrap();
    let expected = [0.6859173022662849, 0.682302550255908, 0.684521526819581, 0.6847680222123269];
    for (got, expected) in score.clusters.iter().zip(expected) {
        assert_near(*got, expected);
    }
}

/// silhouette_score(X, labels) for labels that have nothing to do with the groups, one of them with a row
/// alone in its cluster; all in one call.
#[test]
fn silhouette_of_arbitrary_labels() {
    let features = four_groups();
    let labelings: [Vec<u32>; 3] = [
        (0..300).map(|i| i % 3).collect(),
        (0..300).map(|i| i * i % 7).collect(),
        (0..300).map(|i| u32::from(i == 17)).collect(),
    ];
    let labelings: Vec<&[u32]> = labelings.iter().map(Vec::as_slice).collect();
    let scores = Silhouette::default().score_all(&features, &labelings, &Control::default()).unwrap();
    let expected = [-0.01228377752221508, -0.025521208950393125, -0.20057721081433244];
    for (score, expected) in scores.iter().zip(expected) {
        assert_near(score.mean, expected);
    }
}

/// StandardScaler().fit(X): mean_ and scale_.
#[test]
fn means_and_deviations() {
    let features = four_groups();
    let scaler = Standardize.fit(&features).unwrap();
    let means = [46.284166666666664, -23.72458333333333, 24.140416666666667];
    let deviations = [31.975906934840108, 23.978456690184533, 14.744876293469614];
    for (got, expected) in
        scaler.means().iter().chain(scaler.deviations()).zip(means.iter().chain(&deviations))
    {
        assert_near(*got, *expected);
    }
    let scaled = scaler.predict(&features).unwrap();
    assert_near(scaled.row(0)[0], (0.0 - means[0]) / deviations[0]);
}
