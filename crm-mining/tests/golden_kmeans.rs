//! The family of k-means as scikit-learn 1.9.1 has it, on data that both sides make by one formula.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crm_mining::Fit;
use crm_mining::data::{Features, Weighted};
use crm_mining::learn::{BisectingKMeans, Bisection, Clustering, Init, KMeans, KMeansModel, MiniBatchKMeans};

/// Four groups of 75 points, every coordinate a multiple of 1/8. In Python, X is the array of
/// `((i*i*7 + i*(5+j*3) + j*13) % 101)/8 + [20,-15,9][j]*[0,1,3,4][i%4]`.
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

fn assert_all_near(got: &[f64], expected: &[[f64; 3]]) {
    assert_eq!(got.len(), 3 * expected.len());
    for (got, expected) in got.iter().zip(expected.as_flattened()) {
        assert_near(*got, *expected);
    }
}

/// Starts from these centers, no tolerance.
fn from(centers: Vec<f64>, max_iterations: usize) -> KMeans {
    let k = centers.len() / 3;
    KMeans { init: Init::Centers(centers), max_iterations, tolerance: 0.0, ..KMeans::new(k) }
}

fn assert_model(model: &KMeansModel, inertia: f64, sizes: &[usize], centers: &[[f64; 3]]) {
    assert_near(model.inertia(), inertia);
    assert_eq!(model.sizes(), sizes);
    assert_all_near(model.centers(), centers);
}

/// KMeans(6, init=X[:6], n_init=1, tol=0).fit(X): inertia_, cluster_centers_ by the first coordinate;
/// transform(X[7:8]); the same with max_iter=2.
#[test]
fn from_given_centers() {
    let features = four_groups();
    let first = features.values()[..18].to_vec();
    let model = from(first.clone(), 300).fit(&features).unwrap();
    assert!(model.converged());
    let centers = [
        [5.170833333333327, 2.2416666666666814, 6.466666666666658],
        [6.69444444444445, 9.027777777777803, 5.75],
        [22.560606060606048, -8.852272727272728, 15.674242424242419],
        [29.312499999999986, -8.931547619047619, 14.529761904761896],
        [66.16, -38.70333333333331, 33.265],
        [86.55, -53.611666666666636, 42.22666666666669],
    ];
    assert_model(&model, 10889.535359397549, &[30, 45, 33, 42, 75, 75], &centers);
    let distances = [
        109.77597049407794,
        112.80116496011036,
        87.3674834459725,
        82.63367929567164,
        31.853588930884694,
        6.161869755917393,
    ];
    for (got, expected) in model.distances(&features.select(&[7])).unwrap().iter().zip(distances) {
        assert_near(*got, expected);
    }
    let model = from(first, 2).fit(&features).unwrap();
    assert_eq!((model.converged(), model.iterations()), (false, 2));
    let centers = [
        [3.047619047619037, 3.327380952380949, 4.208333333333329],
        [7.266203703703731, 7.474537037037063, 6.747685185185194],
        [22.942567567567554, -8.834459459459461, 15.317567567567561],
        [29.65131578947367, -8.957236842105264, 14.756578947368414],
        [66.16, -38.70333333333331, 33.265],
        [86.55, -53.611666666666636, 42.22666666666669],
    ];
    assert_model(&model, 11102.815280518724, &[23, 52, 36, 39, 75, 75], &centers);
}

/// The same with sample_weight = [(i*7 % 5)/4 for i in range(300)], in which every fifth weight is 0.
#[test]
fn with_weights() {
    let features = four_groups();
    let weights: Vec<f64> = (0..300).map(|i| f64::from(i * 7 % 5) / 4.0).collect();
    let weighted = Weighted::new(&features, &weights).unwrap();
    let first = features.values()[..18].to_vec();
    let model = from(first.clone(), 300).fit(&weighted).unwrap();
    assert!(model.converged());
    let centers = [
        [4.591772151898745, 7.547468354430379, 3.63132911392405],
        [8.126760563380273, 5.12676056338028, 8.528169014084511],
        [22.762500000000003, -9.970833333333331, 16.927083333333336],
        [28.876388888888894, -7.202777777777776, 14.45555555555556],
        [66.05, -39.1425, 32.83333333333333],
        [87.13916666666668, -54.11666666666667, 42.310833333333335],
    ];
    assert_model(&model, 5310.433381440079, &[40, 35, 32, 43, 75, 75], &centers);
    let model = from(first, 2).fit(&weighted).unwrap();
    let centers = [
        [3.9244186046511658, 5.290697674418606, 2.2529069767441854],
        [7.205607476635507, 6.848130841121488, 7.434579439252339],
        [22.99107142857143, -8.623214285714285, 16.237499999999997],
        [29.440625, -8.035937499999994, 14.750000000000002],
        [66.05, -39.1425, 32.83333333333333],
        [87.13916666666668, -54.11666666666667, 42.310833333333335],
    ];
    assert_model(&model, 5431.106448361643, &[23, 52, 35, 40, 75, 75], &centers);
}

/// KMeans(4, init=[X[0], [1e3]*3, [2e3]*3, X[1]], n_init=1, tol=0): two clusters are empty at first and are
/// given the farthest rows; without and with the weights above.
#[test]
fn from_centers_far_away() {
    let features = four_groups();
    let mut start = features.row(0).to_vec();
    start.extend([1e3, 1e3, 1e3, 2e3, 2e3, 2e3]);
    start.extend(features.row(1));
    let model = from(start.clone(), 300).fit(&features).unwrap();
    let centers = [
        [16.213333333333285, -1.2916666666666892, 10.535000000000021],
        [66.16, -38.70333333333331, 33.265],
        [85.53928571428571, -52.749999999999986, 45.32142857142857],
        [87.43437500000002, -54.36562499999998, 39.51874999999999],
    ];
    assert_model(&model, 38990.11277529762, &[150, 75, 35, 40], &centers);
    let weights: Vec<f64> = (0..300).map(|i| f64::from(i * 7 % 5) / 4.0).collect();
    let model = from(start, 300).fit(&Weighted::new(&features, &weights).unwrap()).unwrap();
    let centers = [
        [16.34791666666668, -0.9541666666666586, 10.696666666666681],
        [66.05, -39.1425, 32.83333333333333],
        [86.00528169014085, -57.392605633802816, 41.78873239436621],
        [88.15822784810126, -51.17246835443038, 42.78006329113924],
    ];
    assert_model(&model, 19125.759636393985, &[150, 75, 35, 40], &centers);
}

/// BisectingKMeans(k, n_init=30, tol=0, bisecting_strategy=s, random_state=0..10).fit(X): the smallest
/// inertia_ of the ten, and the centers for k = 6. By size for k = 4 only, since the two
/// and the four clusters are of one size each.
#[test]
fn cut_in_two() {
    let features = four_groups();
    let fit = |k, strategy| {
        let settings = BisectingKMeans { strategy, n_init: 400, tolerance: 0.0, ..BisectingKMeans::new(k) };
        settings.fit(&features).unwrap()
    };
    assert_near(fit(3, Bisection::LargestInertia).inertia(), 39573.352291666655);
    for strategy in [Bisection::LargestInertia, Bisection::LargestSize] {
        assert_near(fit(4, strategy).inertia(), 12636.278333333332);
    }
    let model = fit(6, Bisection::LargestInertia);
    assert_near(model.inertia(), 10738.759722645384);
    assert_eq!(model.sizes(), [75, 39, 36, 32, 43, 75]);
    let centers = [
        [6.084999999999972, 6.313333333333354, 6.036666666666687],
        [26.02243589743588, -12.278846153846157, 14.894230769230761],
        [26.687499999999986, -5.232638888888879, 15.18402777777777],
        [62.113281249999986, -38.59375, 34.14843749999999],
        [69.17151162790695, -38.784883720930225, 32.60755813953487],
        [86.54999999999998, -53.61166666666665, 42.22666666666669],
    ];
    assert_all_near(model.centers(), &centers);
}

/// P = [0, 4, 1, 2]; m = MiniBatchKMeans(4, init=X[P], n_init=1, reassignment_ratio=0); m.partial_fit of X[P],
/// X[4:60], X[60:61] and X[61:300]. k-means++ on four different rows can but draw these four.
#[test]
fn batch_after_batch() {
    let features = four_groups();
    let rows = |from: u32, to: u32| features.select(&(from..to).collect::<Vec<u32>>());
    let settings = MiniBatchKMeans { reassignment: 0.0, ..MiniBatchKMeans::new(4) };
    let mut model = settings.start(&features.select(&[0, 4, 1, 2])).unwrap();
    for (from, to) in [(4, 60), (60, 61), (61, 300)] {
        model.update(&rows(from, to)).unwrap();
    }
    let centers = [
        [1.9910714285714284, 4.116071428571428, 2.633928571428571],
        [6.973790322580645, 6.820564516129032, 6.870967741935484],
        [26.34166666666667, -8.896666666666667, 15.033333333333335],
        [76.26510067114094, -46.1484899328859, 37.739932885906036],
    ];
    assert_all_near(model.centers(), &centers);
    assert_eq!((model.counts(), model.updates()), (&[14, 62, 75, 149][..], 4));
}
