//! Clusters of categories and around medoids as the Python packages kmodes 0.12.2 and kmedoids 0.5.5 find them, on data
//! that both sides make by one formula.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crm_mining::Fit;
use crm_mining::data::{Column, Features, Mixed};
use crm_mining::learn::{
    Clustering, Dissimilarity, KMedoids, KMedoidsModel, KModes, KPrototypes, MedoidInit, ModeInit,
};

/// In Python: `"abc"[i%3] if (i*i*7 + i*(5+3*j) + 13*j) % 11 < 8 else "abcde"[(i+j*2)%5]`.
fn category(i: usize, j: usize) -> &'static str {
    let likely = (i * i * 7 + i * (5 + 3 * j) + 13 * j) % 11 < 8;
    ["a", "b", "c", "d", "e"][if likely { i % 3 } else { (i + j * 2) % 5 }]
}

fn categories(columns: usize) -> Vec<Column> {
    let column = |j: usize| Column::text(format!("c{j}"), (0..120).map(|i| Some(category(i, j))));
    (0..columns).map(column).collect()
}

/// Numbers in Python: `((i*i*7 + i*(5+j*3) + j*13) % 101)/8 + shifts[j]*steps[i % len(steps)]`.
fn numbers<const D: usize>(n: usize, shifts: [f64; D], steps: &[f64]) -> Features {
    let value = |i: usize, j: usize| {
        ((i * i * 7 + i * (5 + j * 3) + j * 13) % 101) as f64 / 8.0 + shifts[j] * steps[i % steps.len()]
    };
    let values = (0..n).flat_map(|i| (0..D).map(move |j| value(i, j))).collect();
    Features::new((0..D).map(|j| format!("n{j}")), values).unwrap()
}

fn mixed() -> Mixed {
    Mixed::new(Some(numbers(120, [20.0, -15.0], &[0.0, 1.0, 3.0])), &categories(2)).unwrap()
}

fn assert_near(got: f64, expected: f64) {
    assert!((got - expected).abs() <= 1e-11 * expected.abs().max(1.0), "got {got}, expected {expected}");
}

/// `KModes(k, init='Cao', n_init=1).fit(C)`: cost_ and sorted cluster_centroids_; and the smallest cost_ of three fits
/// with `init='Huang', n_init=20`. For k = 2 the package ends at 191 from Cao's modes, a row at a time.
#[test]
fn modes() {
    let data = Mixed::new(None, &categories(4)).unwrap();
    let model = KModes::new(3).fit(&data).unwrap();
    assert!(model.converged());
    assert_eq!(model.cost(), 60);
    for (cluster, letter) in ["a", "b", "c"].into_iter().enumerate() {
        assert_eq!(model.mode(cluster), [Some(letter); 4]);
    }
    assert_eq!(model.sizes(), [40, 40, 40]);
    let group = |i: usize| (i % 3) as u32;
    assert_eq!(model.labels(), (0..120).map(group).collect::<Vec<_>>());
    let cost = |k, init| KModes { init, ..KModes::new(k) }.fit(&data).unwrap().cost();
    assert!(cost(2, ModeInit::Cao) <= 191);
    assert!(cost(4, ModeInit::Cao) <= 58);
    let huang = ModeInit::Huang { n_init: 60, seed: 1 };
    assert_eq!([cost(2, huang), cost(3, huang)], [189, 60]);
    assert!(cost(4, huang) <= 57);
}

/// `KPrototypes(k, init='Cao', n_init=10, random_state=0..10).fit(M, categorical=[2, 3])`: gamma, the smallest cost_, and
/// cluster_centroids_ sorted by the first number.
#[test]
fn prototypes() {
    let data = mixed();
    let costs = [(2, 17813.503922531312), (3, 3740.7788094989714), (4, 3143.8147469989703)];
    for (k, cost) in costs {
        let model = KPrototypes::new(k).fit(&data).unwrap();
        assert!(model.converged());
        assert_near(model.gamma(), 11.29510000729234);
        assert!(model.cost() <= cost * (1.0 + 1e-12), "{k}: {} {cost}", model.cost());
        if k < 4 {
            assert_near(model.cost(), cost);
        }
    }
    let model = KPrototypes::new(3).fit(&data).unwrap();
    let centers = [[5.65625, 6.49375], [26.6375, -8.4125], [66.528125, -39.725]];
    for (cluster, (center, letter)) in centers.iter().zip(["a", "b", "c"]).enumerate() {
        assert_near(model.center(cluster)[0], center[0]);
        assert_near(model.center(cluster)[1], center[1]);
        assert_eq!(model.mode(cluster), [Some(letter); 2]);
    }
}

/// `F = np.unique(F, axis=0); d = cdist(F, F, metric); b = pam_build(d, k)`,
/// `fasterpam(d, b.medoids, n_cpu=1)`: the losses of both, the sorted medoids and the number of swaps.
#[test]
fn medoids() {
    let features = numbers(300, [20.0, -15.0, 9.0], &[0.0, 1.0, 3.0, 4.0]);
    let mut order: Vec<u32> = (0..300).collect();
    order.sort_by(|&a, &b| features.row(a as usize).partial_cmp(features.row(b as usize)).unwrap());
    let sorted = features.select(&order);
    let (euclidean, manhattan) = (Dissimilarity::Euclidean, Dissimilarity::Manhattan);
    let expected: [(_, _, _, &[u32], _); 6] = [
        (euclidean, 5386.189043827777, 4476.121364124283, &[60, 220], 16),
        (euclidean, 2220.49210752728, 1883.0075822390625, &[39, 110, 186, 261], 18),
        (euclidean, 1731.15904144788, 1705.6952861458203, &[23, 39, 110, 172, 186, 259, 261], 15),
        (manhattan, 8612.25, 7022.75, &[82, 232], 13),
        (manhattan, 3445.25, 2931.125, &[39, 110, 186, 261], 19),
        (manhattan, 2652.0, 2594.25, &[39, 94, 97, 132, 171, 208, 261], 10),
    ];
    for (dissimilarity, _, loss, medoids, swaps) in expected {
        let model: KMedoidsModel =
            KMedoids { dissimilarity, ..KMedoids::new(medoids.len()) }.fit(&sorted).unwrap();
        assert_near(model.loss(), loss);
        assert_eq!((model.medoids(), model.swaps()), (medoids, swaps));
        let random = MedoidInit::Random { n_init: 10, seed: 3 };
        let drawn = KMedoids { dissimilarity, init: random, ..KMedoids::new(medoids.len()) };
        let drawn: KMedoidsModel = drawn.fit(&features).unwrap();
        assert!(drawn.converged() && drawn.loss() <= loss * 1.001, "{} {loss}", drawn.loss());
    }
}

/// Gower's dissimilarity by its definition in numpy, rows sorted; `fasterpam` from BUILD: loss and medoids.
#[test]
fn medoids_of_numbers_and_categories() {
    let data = mixed();
    let expected: [(f64, &[u32]); 3] = [
        (28.965691918678814, &[62, 72]),
        (7.426083962658177, &[62, 67, 69]),
        (6.2711797442062585, &[8, 62, 67, 69, 85]),
    ];
    for (loss, medoids) in expected {
        let settings = KMedoids { dissimilarity: Dissimilarity::Gower, ..KMedoids::new(medoids.len()) };
        let model = settings.fit(&data).unwrap();
        assert_near(model.loss(), loss);
        let mut found = model.medoids().to_vec();
        found.sort_unstable();
        assert_eq!(found, medoids);
    }
}
