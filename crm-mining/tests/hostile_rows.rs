//! Hostile rows: what every clusterer makes of them is a sound division or a refusal by name; none panics, and none
//! goes on for ever.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "common/rows.rs"]
mod rows;

use crm_mining::data::{Column, Features, Mixed, Weighted};
use crm_mining::feature::{
    self, MinMax, PowerTransform, Preparation, QuantileOutput, QuantileTransform, Robust, Standardize,
};
use crm_mining::learn::{
    Agglomerative, BisectingKMeans, Bisection, Clustering, Covariance, Dbscan, Dissimilarity,
    GaussianMixture, Hdbscan, Init, KMeans, KMedoids, KMedoidsModel, KModes, KPrototypes, Linkage,
    MedoidInit, MiniBatchKMeans, ModeInit, NOISE, Optics,
};
use crm_mining::{ErrorKind, Fit, Predict, Result};
use rows::{copy, features, groups, kind, members};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// A division, what its model says of the rows it was fitted to, and every number in it.
struct Found {
    labels: Vec<u32>,
    predicted: Option<Vec<u32>>,
    numbers: Vec<f64>,
}

type Clusterer = fn(&Features, usize) -> Result<Found>;

/// What comes of the work, which must not panic and must end.
fn ends<T: Send + 'static>(what: &str, work: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, waits) = channel();
    std::thread::spawn(move || done.send(work()));
    match waits.recv_timeout(Duration::from_secs(120)) {
        Ok(result) => result,
        Err(RecvTimeoutError::Timeout) => panic!("{what}: goes on for ever"),
        Err(RecvTimeoutError::Disconnected) => panic!("{what}: panics"),
    }
}

fn found<M: Clustering>(model: &M, predicted: Option<Vec<u32>>, numbers: Vec<f64>) -> Found {
    Found { labels: model.labels().to_vec(), predicted, numbers }
}

/// Never tires: only standing still ends it.
fn kmeans(init: Init, rows: &Features, k: usize) -> Result<Found> {
    let settings = KMeans { init, max_iterations: usize::MAX, tolerance: 0.0, ..KMeans::new(k) };
    let model = settings.fit(rows)?;
    let numbers = [model.centers(), &[model.inertia()]].concat();
    Ok(found(&model, Some(model.predict(rows)?), numbers))
}

fn mini_batch(rows: &Features, k: usize) -> Result<Found> {
    let model = MiniBatchKMeans { max_passes: usize::MAX, ..MiniBatchKMeans::new(k) }.fit(rows)?;
    let numbers = [model.centers(), &[model.inertia()]].concat();
    Ok(found(&model, Some(model.predict(rows)?), numbers))
}

fn bisecting(strategy: Bisection, rows: &Features, k: usize) -> Result<Found> {
    let whole = BisectingKMeans::new(k);
    let settings = BisectingKMeans { strategy, max_iterations: usize::MAX, tolerance: 0.0, ..whole };
    let model = settings.fit(rows)?;
    let numbers = [model.centers(), &[model.inertia()]].concat();
    Ok(found(&model, Some(model.predict(rows)?), numbers))
}

/// A quarter of what the values span, so that clear groups of any size are found.
fn eps(rows: &Features) -> f64 {
    let values = || rows.values().iter().copied();
    let span = values().fold(0.0, f64::max) - values().fold(0.0, f64::min);
    if span > 0.0 { (span / 4.0).max(f64::MIN_POSITIVE) } else { 1.0 }
}

fn dbscan(rows: &Features, _: usize) -> Result<Found> {
    let model = Dbscan::new(eps(rows)).fit(rows)?;
    // Border rows between clusters may go to another when they are predicted.
    let cores = model.core_rows().to_vec();
    let predicted = model.predict(rows)?;
    assert!(cores.iter().all(|&row| predicted[row as usize] == model.labels()[row as usize]));
    Ok(found(&model, None, model.core_points().to_vec()))
}

fn optics(rows: &Features, _: usize) -> Result<Found> {
    let model = Optics::default().fit(rows)?;
    let mut order = model.order().to_vec();
    order.sort_unstable();
    assert!(order.into_iter().eq(0..rows.n_rows() as u32));
    let reached = model.reachability().iter().filter(|distance| !distance.is_infinite()).copied();
    Ok(found(&model, None, reached.chain(model.core_distances().iter().copied()).collect()))
}

fn hdbscan(rows: &Features, _: usize) -> Result<Found> {
    let model = Hdbscan { allow_single_cluster: true, ..Hdbscan::new(5) }.fit(rows)?;
    let shares = [model.probabilities(), model.outlier_scores(), model.persistences()].concat();
    assert!(shares.iter().all(|share| (0.0..=1.0 + 1e-12).contains(share)), "{shares:?}");
    Ok(found(&model, None, shares))
}

fn agglomerative(linkage: Linkage, rows: &Features, k: usize) -> Result<Found> {
    let model = Agglomerative { linkage, ..Agglomerative::new(k) }.fit(rows)?;
    let heights: Vec<f64> = model.dendrogram().merges().iter().map(|merge| merge.height).collect();
    assert!(heights.is_sorted());
    Ok(found(&model, None, heights))
}

fn mixture(covariance: Covariance, rows: &Features, k: usize) -> Result<Found> {
    let model = GaussianMixture { covariance, ..GaussianMixture::new(k) }.fit(rows)?;
    let probabilities = model.predict_probabilities(rows)?;
    assert!(probabilities.iter().all(|probability| (0.0..=1.0).contains(probability)));
    let numbers = [model.means(), model.covariances(), model.weights(), &[model.log_likelihood()]].concat();
    Ok(found(&model, Some(model.predict(rows)?), numbers))
}

/// Each number as a word.
fn words(rows: &Features) -> Vec<Column> {
    let column = |column: usize| {
        let words = rows.column(column).map(|value| Some(format!("{value:e}")));
        Column::text(rows.names()[column].clone(), words)
    };
    (0..rows.n_features()).map(column).collect()
}

fn kmodes(init: ModeInit, rows: &Features, k: usize) -> Result<Found> {
    let rows = Mixed::new(None, &words(rows))?;
    let model = KModes { init, max_iterations: usize::MAX, ..KModes::new(k) }.fit(&rows)?;
    Ok(found(&model, Some(model.predict(&rows)?), vec![model.cost() as f64]))
}

/// The numbers, and a category that is the same for all.
fn mixed(rows: &Features) -> Result<Mixed> {
    let same = Column::text("same", vec![Some("a"); rows.n_rows()]);
    Mixed::new(Some(rows.clone()), &[same])
}

fn kprototypes(rows: &Features, k: usize) -> Result<Found> {
    let rows = mixed(rows)?;
    let model = KPrototypes { max_iterations: usize::MAX, ..KPrototypes::new(k) }.fit(&rows)?;
    let numbers = [model.centers(), &[model.cost(), model.gamma()]].concat();
    Ok(found(&model, Some(model.predict(&rows)?), numbers))
}

fn kmedoids(dissimilarity: Dissimilarity, init: MedoidInit, rows: &Features, k: usize) -> Result<Found> {
    let settings = KMedoids { dissimilarity, init, max_iterations: usize::MAX, ..KMedoids::new(k) };
    let model: KMedoidsModel = settings.fit(rows)?;
    if dissimilarity == Dissimilarity::Gower {
        let of_mixed: KMedoidsModel = settings.fit(&mixed(rows)?)?;
        assert_eq!(of_mixed.medoids(), model.medoids());
    }
    Ok(found(&model, Some(model.predict(rows)?), vec![model.loss()]))
}

/// Every clusterer in each of its ways; those of one family fare alike.
const FAMILIES: [(&str, &[Clusterer]); 8] = [
    (
        "k-means",
        &[
            |rows, k| kmeans(Init::PlusPlus, rows, k),
            |rows, k| kmeans(Init::Parallel, rows, k),
            |rows, k| kmeans(Init::Random, rows, k),
            mini_batch,
            |rows, k| bisecting(Bisection::LargestInertia, rows, k),
            |rows, k| bisecting(Bisection::LargestSize, rows, k),
        ],
    ),
    (
        "k-medoids",
        &[
            |rows, k| kmedoids(Dissimilarity::Euclidean, MedoidInit::Build, rows, k),
            |rows, k| kmedoids(Dissimilarity::Manhattan, MedoidInit::Build, rows, k),
            |rows, k| kmedoids(Dissimilarity::Gower, MedoidInit::Build, rows, k),
            |rows, k| kmedoids(Dissimilarity::Euclidean, MedoidInit::Random { n_init: 3, seed: 1 }, rows, k),
            kprototypes,
        ],
    ),
    (
        "k-modes",
        &[
            |rows, k| kmodes(ModeInit::Cao, rows, k),
            |rows, k| kmodes(ModeInit::Huang { n_init: 3, seed: 1 }, rows, k),
        ],
    ),
    (
        "trees",
        &[
            |rows, k| agglomerative(Linkage::Ward, rows, k),
            |rows, k| agglomerative(Linkage::Average, rows, k),
            |rows, k| agglomerative(Linkage::Complete, rows, k),
            |rows, k| agglomerative(Linkage::Single, rows, k),
        ],
    ),
    (
        "mixtures",
        &[
            |rows, k| mixture(Covariance::Full, rows, k),
            |rows, k| mixture(Covariance::Tied, rows, k),
            |rows, k| mixture(Covariance::Diagonal, rows, k),
            |rows, k| mixture(Covariance::Spherical, rows, k),
        ],
    ),
    ("DBSCAN", &[dbscan]),
    ("OPTICS", &[optics]),
    ("HDBSCAN", &[hdbscan]),
];

/// Two clear groups in turn, of so many rows together, in units of `scale`.
fn two_groups(n: usize, scale: f64) -> Features {
    let value = |i: usize, j: usize| ((i % 2 * 8) as f64 - 4.0 + ((i * 7 + j * 3) % 5) as f64 / 5.0) * scale;
    features(2, (0..n).flat_map(|i| [value(i, 0), value(i, 1)]).collect())
}

/// Rows by what is wrong with them, how many clusters are asked for, and what each of [`FAMILIES`] makes of them: a
/// refusal, or so many clusters.
fn cases() -> Vec<(&'static str, usize, Features, [&'static str; 8])> {
    let with_one = |value: f64| features(2, [two_groups(20, 1.0).values(), &[value, 0.0]].concat());
    let sizes = [1e139, -1e139, 1.0, -1.0, 1e-300, -1e-300, 5e-324, 0.0, 1e-139, 1e70];
    let constant = two_groups(20, 1.0).rows().flat_map(|row| [row[0], 7.5]).collect();
    let (few, many, large) = ("NotEnoughData", "TooManyClusters", "Overflow");
    let (alike, two) = (features(2, [0.1, 1e9].repeat(60)), features(2, [1.0, 2.0, 3.0, 5.0].repeat(30)));
    let one = features(2, vec![3.5, -7.25]);
    // What is a number elsewhere is a word to k-modes, however large.
    let overflow = [large, large, "2", large, large, large, large, large];
    vec![
        ("no row", 1, features(2, vec![]), [few; 8]),
        ("one row", 1, one.clone(), ["1", "1", "1", "1", "1", "0, noise 1", few, few]),
        ("two clusters of one row", 2, one, [many, many, many, many, many, "0, noise 1", few, few]),
        ("rows all alike", 1, alike.clone(), ["1"; 8]),
        ("two clusters of rows all alike", 2, alike, [many, many, many, many, many, "1", "1", "1"]),
        ("three clusters of two rows", 3, two, [many, many, many, many, many, "2", "2", "2"]),
        ("a value of 1e200", 2, with_one(1e200), overflow),
        ("a value of -1.7e308", 2, with_one(-1.7e308), overflow),
        ("values of 1e139", 2, two_groups(20, 2e138), ["2"; 8]),
        // The regularization of a mixture has units, and so have the 15 decimals of OPTICS and the least eps.
        ("values of 1e-300", 2, two_groups(20, 2e-301), ["2", "2", "2", "2", "1", "2", "1", "2"]),
        ("values of 5e-324", 2, two_groups(20, 5e-324), ["2", "2", "2", "2", "1", "1", "1", "2"]),
        (
            "values of every size",
            2,
            features(1, sizes.to_vec()),
            ["2", "2", "2", "2", "2", "1, noise 2", "1", "1, noise 5"],
        ),
        ("a constant column", 2, features(2, constant), ["2"; 8]),
    ]
}

/// The name of the refusal, or the number of clusters that have rows, and rows of noise if there are any.
fn outcome(name: &str, result: Result<Found>) -> String {
    let found = match result {
        Ok(found) => found,
        Err(error) => return error.kind().name().to_owned(),
    };
    assert!(found.numbers.iter().all(|number| number.is_finite()), "{name}: {:?}", found.numbers);
    if let Some(predicted) = found.predicted {
        assert_eq!(predicted, found.labels, "{name}");
    }
    let clusters = members(&found.labels).len();
    if found.labels.len() == 20 && clusters == 2 && !name.starts_with("k-modes") {
        let in_turn: Vec<u32> = (0..20).map(|row| row % 2).collect();
        assert_eq!(groups(&found.labels), groups(&in_turn), "{name}");
    }
    match found.labels.iter().filter(|&&label| label == NOISE).count() {
        0 => clusters.to_string(),
        noise => format!("{clusters}, noise {noise}"),
    }
}

#[test]
fn hostile_rows() {
    for (case, k, rows, expected) in cases() {
        for ((family, clusterers), expected) in FAMILIES.iter().zip(expected) {
            for (way, &clusterer) in clusterers.iter().enumerate() {
                let (name, rows) = (format!("{family}, way {way}, {case}"), rows.clone());
                let found = ends(&name, move || clusterer(&rows, k));
                assert_eq!(outcome(&name, found), expected, "{name}");
            }
        }
    }
}

#[test]
fn nan_and_infinity_reach_no_clusterer() {
    for wrong in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let error = Features::new(["days", "orders"], vec![1.0, 2.0, 3.0, wrong]).unwrap_err();
        let named =
            matches!(error.kind(), ErrorKind::InvalidValue { column, row: 2, .. } if column == "orders");
        assert!(named, "{error}");
        let rows = two_groups(4, 1.0);
        assert_eq!(kind(Weighted::new(&rows, &[1.0, 1.0, 1.0, wrong])), "InvalidValue");
        let given = KMeans { init: Init::Centers(vec![wrong; 4]), ..KMeans::new(2) };
        assert_eq!(kind(given.fit(&rows)), "InvalidParameter");
        let gamma = KPrototypes { gamma: Some(wrong), ..KPrototypes::new(2) };
        assert_eq!(kind(gamma.fit(&mixed(&rows).unwrap())), "InvalidParameter");
    }
}

/// Given centers where no row is, and more of them than places: each gets rows, or the fit says why not.
#[test]
fn clusters_that_run_empty_are_filled() {
    let close = features(1, vec![1.0, 1e-200, 2e-200, 1.0]);
    let pairs = features(1, [0.0, 1.0].repeat(10));
    let line = features(1, (0..40).map(f64::from).collect());
    let far = |k: usize| (0..k).map(|i| 1e130 + i as f64 * 1e129).collect::<Vec<f64>>();
    for (rows, centers, expected) in [
        (&line, vec![1e139, -1e139, 1e139, 20.0], "4"),
        (&line, far(4), "4"),
        (&line, far(40), "40"),
        (&line, vec![7.0; 40], "40"),
        (&line, far(41), "TooManyClusters"),
        (&pairs, vec![-1e139, 1e139], "2"),
        (&pairs, vec![0.0; 3], "TooManyClusters"),
        (&close, vec![0.0, 1e100, -1e100], "TooManyClusters"),
        (&two_groups(20, 2e138), vec![0.0; 4], "2"),
        (&two_groups(20, 2e-301), vec![1e139; 4], "Overflow"),
    ] {
        let (rows, k) = (rows.clone(), centers.len() / rows.n_features());
        let name = format!("{k} centers, the first at {:e}", centers[0]);
        let found = ends(&name, move || kmeans(Init::Centers(centers), &rows, k));
        assert_eq!(outcome(&name, found), expected, "{name}");
    }
}

/// As many clusters as there are distinct rows, however the first prototypes are drawn.
#[test]
fn every_distinct_row_can_be_a_cluster() {
    let rows = features(2, (0..60).flat_map(|i| [f64::from(i % 3), f64::from(i % 4 * 5)]).collect());
    let clusterers: [fn(&Features, u64) -> Result<Found>; 5] = [
        |rows, seed| {
            let model = KMeans { seed, n_init: 1, init: Init::Random, ..KMeans::new(12) }.fit(rows)?;
            Ok(found(&model, None, vec![model.inertia()]))
        },
        |rows, seed| {
            let model = GaussianMixture { seed, n_init: 1, ..GaussianMixture::new(12) }.fit(rows)?;
            Ok(found(&model, None, vec![model.log_likelihood()]))
        },
        |rows, seed| {
            let model = KPrototypes { seed, n_init: 1, ..KPrototypes::new(12) }.fit(&mixed(rows)?)?;
            Ok(found(&model, None, vec![model.cost()]))
        },
        |rows, seed| kmodes(ModeInit::Huang { n_init: 1, seed }, rows, 12),
        |rows, seed| kmedoids(Dissimilarity::Manhattan, MedoidInit::Random { n_init: 1, seed }, rows, 12),
    ];
    for seed in 0..20 {
        for (way, &clusterer) in clusterers.iter().enumerate() {
            let (name, rows) = (format!("way {way}, seed {seed}"), rows.clone());
            assert_eq!(outcome(&name, ends(&name, move || clusterer(&rows, seed))), "12", "{name}");
        }
        // Batches may leave a center without rows: the division is sound, if not of so many.
        let batches = MiniBatchKMeans { seed, batch: 5, ..MiniBatchKMeans::new(12) };
        let model = batches.fit(&rows).unwrap();
        assert_eq!((model.predict(&rows).unwrap(), model.n_clusters()), (model.labels().to_vec(), 12));
    }
}

type Scaler = fn(&Features) -> Result<(Features, Features)>;

/// The features scaled, and brought back.
fn scaled<S, M>(
    settings: S,
    rows: &Features,
    back: fn(&M, &Features) -> Result<Features>,
) -> Result<(Features, Features)>
where
    S: Fit<Features, Model = M>,
    M: Predict<Features, Output = Features>,
{
    let model = settings.fit(rows)?;
    let scaled = model.predict(rows)?;
    let back = back(&model, &scaled)?;
    Ok((scaled, back))
}

fn scalers() -> Vec<(&'static str, Scaler)> {
    vec![
        ("Standardize", |rows| scaled(Standardize, rows, feature::Scaler::inverse)),
        ("MinMax", |rows| scaled(MinMax, rows, feature::MinMaxScaler::inverse)),
        ("Robust", |rows| scaled(Robust::default(), rows, feature::RobustScaler::inverse)),
        ("QuantileTransform", |rows| {
            scaled(QuantileTransform::default(), rows, feature::QuantileScaler::inverse)
        }),
        ("QuantileTransform to normal", |rows| {
            let settings =
                QuantileTransform { output: QuantileOutput::Normal, ..QuantileTransform::default() };
            scaled(settings, rows, feature::QuantileScaler::inverse)
        }),
        ("PowerTransform", |rows| scaled(PowerTransform, rows, feature::PowerScaler::inverse)),
        ("Preparation", |rows| scaled(Preparation::default(), rows, feature::Prepared::inverse)),
    ]
}

/// Values of 1e140 and more are refused by name; all others become finite numbers, constant columns 0, and come back.
#[test]
fn scalers_of_hostile_rows() {
    for (scaler, work) in scalers() {
        for (case, _, rows, [expected, ..]) in cases() {
            let (name, given) = (format!("{scaler}, {case}"), rows.clone());
            let (scaled, back) = match ends(&name, move || work(&given)) {
                Ok(both) => both,
                Err(error) => {
                    assert_eq!(error.kind().name(), expected, "{name}: {error}");
                    continue;
                }
            };
            assert!(!matches!(expected, "NotEnoughData" | "Overflow"), "{name}");
            for column in 0..rows.n_features() {
                let largest = rows.column(column).fold(0.0, |most: f64, value| most.max(value.abs()));
                let first = rows.row(0)[column];
                let constant = rows.column(column).all(|value| value == first);
                for ((value, scaled), back) in
                    rows.column(column).zip(scaled.column(column)).zip(back.column(column))
                {
                    assert!((value - back).abs() <= 1e-9 * largest, "{name}: {value:e} {back:e}");
                    assert!(!constant || scaled == 0.0, "{name}: {scaled}");
                }
            }
        }
    }
}

/// Most values at one end ask for the largest powers, which at the smallest sizes may be beyond all numbers.
#[test]
fn powers_of_tiny_columns_are_numbers() {
    for scale in [1e-280, 1e-300, 1e-310, 5e-324] {
        let shapes =
            [[0.0, 4.0, 4.0, 4.0], [4.0, 0.0, 0.0, 1.0], [-4.0, -4.0, 0.0, -4.0], [-1.0, 4.0, 4.0, 4.0]];
        for shape in shapes {
            let rows = features(1, shape.map(|value| value * scale).to_vec());
            let (scaled, back) = scaled(PowerTransform, &rows, feature::PowerScaler::inverse).unwrap();
            for a in 0..4 {
                assert!(
                    (back.values()[a] - rows.values()[a]).abs() <= 1e-9 * 4.0 * scale,
                    "{scale:e} {shape:?}"
                );
                for b in 0..4 {
                    let order = |of: &Features| of.values()[a].partial_cmp(&of.values()[b]);
                    assert_eq!(order(&scaled), order(&rows), "{scale:e} {shape:?}");
                }
            }
            let scaler = PowerTransform.fit(&rows).unwrap();
            assert_eq!(copy(&scaler), scaler);
        }
    }
}
