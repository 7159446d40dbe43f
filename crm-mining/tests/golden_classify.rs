//! Classifiers and their measures against scikit-learn 1.9.1 (NumPy 2.4.6), and churn on real orders.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "tests"
)]

use crm_mining::data::{Features, Labeled};
use crm_mining::learn::{
    Calibration, LogisticRegression, MaxFeatures, Penalized, RandomForest, RandomForestModel, auc,
};
use crm_mining::{Fit, Predict};

/// The rows `from..to` of a data set made by formula: three columns of different scale, and a label that
/// depends on all of them and on some noise.
fn rows(from: u32, to: u32) -> Labeled {
    let (mut values, mut labels) = (Vec::new(), Vec::new());
    for i in from..to {
        let a = f64::from(i * 37 % 101) / 10.0;
        let b = f64::from(i * 53 % 97) - 40.0;
        let c = 1000.0 * f64::from(i * 29 % 83);
        let noise = f64::from(i * 71 % 89) / 10.0;
        values.extend([a, b, c]);
        labels.push(0.8 * a - 0.05 * b + noise + if c > 40_000.0 { 2.0 } else { 0.0 } > 9.5);
    }
    Labeled::new(Features::new(["a", "b", "c"], values).unwrap(), labels).unwrap()
}

fn near(found: f64, expected: f64, relative: f64) {
    assert!((found - expected).abs() <= relative * expected.abs(), "{found} is not {expected}");
}

#[test]
fn logistic_regression_finds_the_coefficients_of_scikit_learn() {
    // scikit-learn: LogisticRegression(C, solver="newton-cholesky", tol=1e-14), on StandardScaler output
    // for the standardised penalty (coefficients mapped back by hand), on the raw columns for the other.
    // The raw fit is confirmed to 1e-15 by solver="newton-cg". Tolerance: 1e-9 of each value.
    let data = rows(0, 60);
    assert_eq!(data.n_positive(), 27);
    let cases = [
        (
            (1.0, Penalized::StandardizedColumns, -3.1379448480525043),
            [0.37610955992674905, -0.02179704213642229, 2.7869924169782812e-05],
            [0.0939728669536691, 0.227677294578995, 0.8740695086964316],
        ),
        (
            (4.0, Penalized::StandardizedColumns, -2.362489633621115),
            [0.2795116943599207, -0.015304249183873601, 2.0251236713301538e-05],
            [0.1480068833092685, 0.28090726315872155, 0.7949296222124671],
        ),
        (
            (1.0, Penalized::RawColumns, -3.6216497322818557),
            [0.43377056482118986, -0.026100987787924163, 3.295003783722788e-05],
            [0.07059336335726567, 0.19774306523521487, 0.9095773509393547],
        ),
        (
            (0.0, Penalized::StandardizedColumns, -3.6676199524165316),
            [0.4409325493019606, -0.02635177612632066, 3.320935855648325e-05],
            [0.06827150973864528, 0.19534109814507247, 0.9120020539712593],
        ),
    ];
    for ((penalty, penalized, intercept), coefficients, probabilities) in cases {
        let settings = LogisticRegression { penalty, penalized, ..LogisticRegression::default() };
        let model = settings.fit(&data).unwrap();
        assert!(model.converged() && !model.separated() && model.iterations() < 10);
        near(model.intercept(), intercept, 1e-9);
        for (found, expected) in model.coefficients().iter().zip(coefficients) {
            near(*found, expected, 1e-9);
        }
        let predicted = model.predict_probability(data.features()).unwrap();
        for (found, expected) in predicted.iter().zip(probabilities) {
            near(*found, expected, 1e-9);
        }
    }
}

#[test]
fn measures_agree_with_scikit_learn() {
    // i = arange(50); p = (i*37 % 20)/20 + 0.02; l = (i*13 % 10) < (i*37 % 20)/2
    // roc_auc_score, brier_score_loss, calibration_curve(l, p, n_bins=10). Tolerance: 1e-14.
    let scores: Vec<f64> = (0..50).map(|i| f64::from(i * 37 % 20) / 20.0 + 0.02).collect();
    let labels: Vec<bool> = (0..50).map(|i| f64::from(i * 13 % 10) < f64::from(i * 37 % 20) / 2.0).collect();
    assert_eq!(auc(&labels, &scores).unwrap(), 0.8848);
    let calibration = Calibration::of(&labels, &scores, 10).unwrap();
    near(calibration.brier_score(), 0.14105, 1e-14);
    let observed = [0.0, 0.0, 0.0, 0.5, 1.0, 0.4, 0.0, 1.0, 1.0, 1.0];
    let predicted = [0.04, 0.14, 0.25, 0.345, 0.44, 0.55, 0.65, 0.74, 0.845, 0.95];
    assert_eq!(calibration.bins().len(), 10);
    for ((bin, observed), predicted) in calibration.bins().iter().zip(observed).zip(predicted) {
        assert_eq!(bin.observed, observed);
        near(bin.mean_predicted, predicted, 1e-14);
    }
}

/// Compares a forest with scikit-learn's on rows that neither has seen.
fn compare_forest(model: &RandomForestModel, probabilities: [f64; 30], importances: [f64; 3]) {
    let found = model.predict(rows(400, 430).features()).unwrap();
    for (found, expected) in found.iter().zip(probabilities) {
        assert!((found - expected).abs() < 0.015, "{found} is not {expected}");
    }
    for (found, expected) in model.importances().iter().zip(importances) {
        assert!((found - expected).abs() < 0.01, "{found} is not {expected}");
    }
}

#[test]
fn large_forests_approach_those_of_scikit_learn() {
    // With more trees a forest approaches a limit that does not depend on the seed. Mean of
    // RandomForestClassifier(4000, min_samples_leaf=5, max_features="sqrt", random_state=0 and 1), then of
    // (4000, min_samples_leaf=10, max_features=None, max_depth=4), fitted on 400 rows. Two of
    // scikit-learn's own seeds differ by up to 0.013 and 0.007; tolerance: 0.015.
    let data = rows(0, 400);
    assert_eq!(data.n_positive(), 184);
    let forest = RandomForest { n_trees: 4000, ..RandomForest::default() };
    compare_forest(
        &forest.fit(&data).unwrap(),
        [
            0.4803, 0.7727, 0.1878, 0.9154, 0.0755, 0.3839, 0.6072, 0.0601, 0.2737, 0.8125, 0.303, 0.5366,
            0.8888, 0.1716, 0.8872, 0.0824, 0.239, 0.6523, 0.166, 0.1073, 0.8542, 0.3201, 0.3514, 0.9368,
            0.0991, 0.8327, 0.0749, 0.3123, 0.6533, 0.3418,
        ],
        [0.5083, 0.2864, 0.2054],
    );
    let bagged = RandomForest { min_leaf: 10, max_features: MaxFeatures::All, max_depth: Some(4), ..forest };
    compare_forest(
        &bagged.fit(&data).unwrap(),
        [
            0.4271, 0.8644, 0.1486, 0.9404, 0.0165, 0.3994, 0.6215, 0.0613, 0.2258, 0.8783, 0.2195, 0.4839,
            0.9748, 0.1478, 0.9487, 0.0215, 0.281, 0.6348, 0.0794, 0.1189, 0.8954, 0.2454, 0.4291, 0.9786,
            0.1165, 0.8871, 0.0709, 0.3121, 0.6439, 0.2937,
        ],
        [0.5829, 0.2602, 0.1568],
    );
}
