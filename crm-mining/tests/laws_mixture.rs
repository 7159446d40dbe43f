//! Laws of Gaussian mixtures: threads and units do not matter, densities equal the definition, what cannot
//! be done is refused by name.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "common/rows.rs"]
mod rows;

use crm_mining::data::Features;
use crm_mining::learn::{Clustering, Covariance, GaussianMixture, GaussianMixtureModel};
use crm_mining::{ErrorKind, Fit, Predict};
use rows::{copy, drawn, features, permutation, stopped, with_threads};

const COVARIANCES: [Covariance; 4] =
    [Covariance::Full, Covariance::Tied, Covariance::Diagonal, Covariance::Spherical];

/// Clouds that overlap a little.
fn clouds(n: usize, width: usize, groups: usize) -> Features {
    drawn(n, width, |i, j, uniform| ((i % groups) * (j + 2)) as f64 + uniform() + uniform() + uniform())
}

fn fit(covariance: Covariance, k: usize, data: &Features) -> GaussianMixtureModel {
    GaussianMixture { covariance, ..GaussianMixture::new(k) }.fit(data).unwrap()
}

fn assert_near(got: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(got.len(), expected.len());
    for (got, expected) in got.iter().zip(expected) {
        assert!((got - expected).abs() <= tolerance * expected.abs().max(1.0), "{got} {expected}");
    }
}

/// Two columns: the density by its formula, with inverse and determinant written out.
fn naive_log_densities(model: &GaussianMixtureModel, row: &[f64]) -> Vec<f64> {
    let one = |component: usize| {
        let c = model.covariances();
        let (a, b, d) = match model.covariance() {
            Covariance::Full => (c[component * 4], c[component * 4 + 1], c[component * 4 + 3]),
            Covariance::Tied => (c[0], c[1], c[3]),
            Covariance::Diagonal => (c[component * 2], 0.0, c[component * 2 + 1]),
            Covariance::Spherical => (c[component], 0.0, c[component]),
        };
        let determinant = a * d - b * b;
        let x = row[0] - model.means()[component * 2];
        let y = row[1] - model.means()[component * 2 + 1];
        let squared = (d * x * x - 2.0 * b * x * y + a * y * y) / determinant;
        let log = -0.5 * squared - 0.5 * determinant.ln() - std::f64::consts::TAU.ln();
        model.weights()[component].ln() + log
    };
    (0..model.k()).map(one).collect()
}

#[test]
fn probabilities_and_likelihood_equal_the_definition() {
    let data = clouds(1_300, 2, 3);
    for covariance in COVARIANCES {
        let model = fit(covariance, 3, &data);
        assert!(model.converged());
        let probabilities = model.predict_probabilities(&data).unwrap();
        let mut likelihood = 0.0;
        for ((row, got), &label) in data.rows().zip(probabilities.chunks_exact(3)).zip(model.labels()) {
            let densities: Vec<f64> = naive_log_densities(&model, row).into_iter().map(f64::exp).collect();
            let total: f64 = densities.iter().sum();
            let expected: Vec<f64> = densities.iter().map(|density| density / total).collect();
            assert_near(got, &expected, 1e-9);
            assert!((got.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            assert!(got.iter().all(|&probability| probability <= got[label as usize]));
            likelihood += total.ln();
        }
        assert_near(&[model.log_likelihood()], &[likelihood], 1e-9);
        assert_eq!(model.predict(&data).unwrap(), model.labels());
        assert_eq!((model.n_clusters(), model.sizes().iter().sum::<usize>()), (3, 1_300));
        assert!(model.means().chunks_exact(2).is_sorted_by(|a, b| a[0] <= b[0]));
        assert_near(&[model.weights().iter().sum()], &[1.0], 1e-12);
        let n_parameters = match covariance {
            Covariance::Full => 17,
            Covariance::Tied => 11,
            Covariance::Diagonal => 14,
            Covariance::Spherical => 11,
        };
        assert_eq!(model.n_parameters(), n_parameters);
        let parameters = f64::from(n_parameters as u32);
        assert_near(&[model.aic()], &[2.0 * parameters - 2.0 * likelihood], 1e-9);
        assert_near(&[model.bic()], &[1_300_f64.ln() * parameters - 2.0 * likelihood], 1e-9);
    }
}

#[test]
fn one_component_is_mean_and_covariance() {
    let data = clouds(700, 2, 5);
    let model = GaussianMixture { regularization: 0.0, ..GaussianMixture::new(1) }.fit(&data).unwrap();
    let mean = |column: usize| data.column(column).sum::<f64>() / 700.0;
    let means = [mean(0), mean(1)];
    assert_near(model.means(), &means, 1e-12);
    let product = |row: &[f64], a: usize, b: usize| (row[a] - means[a]) * (row[b] - means[b]);
    let covariance = |a, b| data.rows().map(|row| product(row, a, b)).sum::<f64>() / 700.0;
    let expected = [covariance(0, 0), covariance(0, 1), covariance(1, 0), covariance(1, 1)];
    assert_near(model.covariances(), &expected, 1e-12);
    assert_eq!((model.weights(), model.labels()), (&[1.0][..], &[0; 700][..]));
}

#[test]
fn likelihood_never_falls() {
    let data = clouds(900, 3, 4);
    for covariance in COVARIANCES {
        let mut last = f64::NEG_INFINITY;
        for max_iterations in 1..12 {
            let settings = GaussianMixture {
                covariance,
                max_iterations,
                tolerance: 0.0,
                n_init: 1,
                regularization: 0.0,
                ..GaussianMixture::new(3)
            };
            let model = settings.fit(&data).unwrap();
            assert!(model.log_likelihood() >= last - 1e-9 * last.abs(), "{covariance:?}");
            assert!(!model.converged());
            last = model.log_likelihood();
        }
    }
}

#[test]
fn threads_do_not_matter() {
    for (n, width, k) in [(3_000, 3, 3), (40_000, 5, 4)] {
        let data = clouds(n, width, k);
        for covariance in COVARIANCES {
            let work = || {
                let settings = GaussianMixture { covariance, n_init: 2, ..GaussianMixture::new(k) };
                let model = settings.fit(&data).unwrap();
                let probabilities = model.predict_probabilities(&data).unwrap();
                (model, probabilities)
            };
            let one = with_threads(1, work);
            assert_eq!(one, with_threads(2, work));
            assert_eq!(one, with_threads(8, work));
        }
    }
}

#[test]
fn the_order_of_rows_does_not_matter() {
    let data = clouds(500, 3, 3);
    let order = permutation(500, 3);
    for covariance in COVARIANCES {
        let (one, other) = (fit(covariance, 3, &data), fit(covariance, 3, &data.select(&order)));
        let moved: Vec<u32> = order.iter().map(|&row| one.labels()[row as usize]).collect();
        assert_eq!(other.labels(), moved);
        assert_near(other.means(), one.means(), 1e-9);
        assert_near(other.covariances(), one.covariances(), 1e-9);
    }
}

#[test]
fn large_offsets_cost_no_digits() {
    let data = clouds(600, 2, 3);
    let far = features(2, data.values().iter().map(|x| (x * 1024.0).round() / 1024.0 + 2e9).collect());
    let near = features(2, far.values().iter().map(|x| x - 2e9).collect());
    for covariance in COVARIANCES {
        let (near, far) = (fit(covariance, 3, &near), fit(covariance, 3, &far));
        assert_eq!(near.labels(), far.labels());
        assert_near(far.covariances(), near.covariances(), 1e-9);
        assert_near(&[far.log_likelihood()], &[near.log_likelihood()], 1e-9);
    }
}

#[test]
fn constant_columns_equal_rows_and_one_row() {
    let constant = clouds(200, 1, 2).values().iter().flat_map(|&x| [x, 7.5]).collect();
    let constant = features(2, constant);
    let pairs = features(2, [0.0, 1.0, 5.0, -3.0].repeat(40));
    for covariance in COVARIANCES {
        let model = fit(covariance, 2, &constant);
        assert!(model.log_likelihood().is_finite() && model.converged());
        assert!(model.means().chunks_exact(2).all(|mean| mean[1] == 7.5));
        let model = fit(covariance, 2, &pairs);
        assert_near(model.means(), &[0.0, 1.0, 5.0, -3.0], 1e-9);
        assert_near(model.weights(), &[0.5, 0.5], 1e-9);
        let one = fit(covariance, 1, &features(2, vec![3.5, -7.25]));
        assert_eq!((one.labels(), one.means()), (&[0][..], &[3.5, -7.25][..]));
        // Without regularization both have no spread to divide by.
        for data in [&constant, &pairs] {
            let bare = GaussianMixture { covariance, regularization: 0.0, ..GaussianMixture::new(2) };
            if covariance == Covariance::Spherical && std::ptr::eq(data, &constant) {
                assert!(bare.fit(data).is_ok());
                continue;
            }
            let error = bare.fit(data).unwrap_err();
            let named =
                matches!(error.kind(), ErrorKind::InvalidParameter { parameter: "regularization", .. });
            assert!(named, "{error}");
        }
    }
}

#[test]
fn every_scale_is_a_model_or_a_typed_error() {
    for scale in [1e-300, 1e-200, 1e-100, 1e-30, 1.0, 1e30, 1e100, 1e130] {
        let data = features(2, clouds(120, 2, 2).values().iter().map(|x| x * scale).collect());
        for covariance in COVARIANCES {
            let model = fit(covariance, 2, &data);
            assert!(model.log_likelihood().is_finite(), "{scale} {covariance:?}");
            let far = features(2, vec![1e139, -1e139, 0.0, 1e-300]);
            if let Ok(probabilities) = model.predict_probabilities(&far) {
                assert!(probabilities.iter().all(|probability| (0.0..=1.0).contains(probability)));
            }
            let matching = GaussianMixture {
                covariance,
                regularization: 1e-6 * scale * scale,
                ..GaussianMixture::new(2)
            };
            assert_eq!(matching.fit(&data).unwrap().sizes(), [60, 60], "{scale} {covariance:?}");
        }
    }
}

#[test]
fn refuses_by_name() {
    let data = features(1, vec![1.0, 1.0, 2.0]);
    let kind = |settings: GaussianMixture, data: &Features| settings.fit(data).unwrap_err().kind().name();
    let new = GaussianMixture::new;
    assert_eq!(kind(new(0), &data), "InvalidParameter");
    assert_eq!(kind(GaussianMixture { n_init: 0, ..new(1) }, &data), "InvalidParameter");
    assert_eq!(kind(GaussianMixture { max_iterations: 0, ..new(1) }, &data), "InvalidParameter");
    assert_eq!(kind(GaussianMixture { tolerance: f64::NAN, ..new(1) }, &data), "InvalidParameter");
    assert_eq!(kind(GaussianMixture { regularization: -1.0, ..new(1) }, &data), "InvalidParameter");
    assert_eq!(kind(new(1), &features(1, vec![])), "NotEnoughData");
    assert_eq!(kind(new(1), &features(1, vec![1e200, 0.0])), "Overflow");
    let error = new(3).fit(&data).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::TooManyClusters { k: 3, distinct: 2, .. }));
    let model = new(2).fit(&data).unwrap();
    let other = Features::new(["other"], vec![1.0]).unwrap();
    assert_eq!(model.predict(&other).unwrap_err().kind().name(), "FeatureMismatch");
    assert!(model.predict(&features(1, vec![])).unwrap().is_empty());
    assert_eq!(new(2).fit_with(&data, &stopped()).unwrap_err().kind().name(), "Cancelled");
}

#[test]
fn models_come_back_as_they_were_saved() {
    let data = clouds(90, 2, 2);
    for covariance in COVARIANCES {
        let settings = GaussianMixture { covariance, ..GaussianMixture::new(2) };
        assert_eq!(copy(&settings), settings);
        let model = settings.fit(&data).unwrap();
        assert_eq!(copy(&model), model);
        let text = serde_json::to_string(&model).unwrap();
        for (right, wrong) in [
            ("\"weights\":[", "\"weights\":[0.5,"),
            ("\"weights\":[", "\"weights\":[-"),
            ("\"means\":[", "\"means\":[1.0,"),
            ("\"covariances\":[", "\"covariances\":[-"),
            ("\"covariances\":[", "\"covariances\":[1.0,"),
            ("\"labels\":[", "\"labels\":[2,"),
            ("\"width\":2", "\"width\":3"),
            ("\"width\":2", "\"width\":18446744073709551615"),
            ("\"offset\":[", "\"offset\":[1.0,"),
            ("\"scale\":", "\"scale\":-"),
            ("\"feature_names\":[", "\"feature_names\":[\"more\","),
        ] {
            assert!(text.contains(right), "{right}");
            let wrong = text.replacen(right, wrong, 1);
            assert!(serde_json::from_str::<GaussianMixtureModel>(&wrong).is_err(), "{wrong}");
        }
    }
}
