//! Scalers as scikit-learn 1.9.1 has them, on data that both sides make by one formula; the powers of Yeo and Johnson
//! at the optimum, found with 60 digits by bisection of the slope of the likelihood in Python's decimal.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crm_mining::data::Features;
use crm_mining::feature::{MinMax, PowerTransform, QuantileOutput, QuantileTransform, Robust};
use crm_mining::{Fit, Predict};

/// In Python: `i = np.arange(200); a = ((i*i*7 + i*5) % 101)/8.0`,
/// `X = np.array([a, a*a-20, np.where(i%3==0, 0, a**3), -a-0.5, 2000+a]).T`.
fn skewed() -> Features {
    let row = |i: usize| {
        let a = ((i * i * 7 + i * 5) % 101) as f64 / 8.0;
        [a, a * a - 20.0, if i.is_multiple_of(3) { 0.0 } else { a * a * a }, -a - 0.5, 2000.0 + a]
    };
    Features::new(["a", "square", "cube", "below", "years"], (0..200).flat_map(row).collect()).unwrap()
}

fn assert_near(got: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(got.len(), expected.len());
    for (got, expected) in got.iter().zip(expected) {
        let off = (got - expected).abs();
        assert!(off <= tolerance * expected.abs().max(1.0), "got {got}, expected {expected}");
    }
}

fn rows(features: &Features, rows: &[u32]) -> Vec<f64> {
    features.select(rows).values().to_vec()
}

/// `RobustScaler().fit(X)`: center_, scale_; the same with `quantile_range=(10, 80)`, and its `transform(X)[[3, 17]]`.
#[test]
fn robust() {
    let features = skewed();
    let scaler = Robust::default().fit(&features).unwrap();
    let medians = [6.375, 20.703125, 15.625, -6.875, 2006.375];
    assert_near(&scaler.medians(), &medians, 1e-14);
    assert_near(&scaler.ranges(), &[7.53125, 93.90234375, 512.0, 7.53125, 7.53125], 1e-14);
    let scaler = Robust { lower: 0.1, upper: 0.8 }.fit(&features).unwrap();
    let ranges =
        [9.650000000000002, 110.01250000000005, 797.9574218750006, 9.149999999999999, 9.650000000000091];
    assert_near(&scaler.ranges(), &ranges, 1e-12);
    let expected = [
        0.34974093264248696,
        0.49411998636518556,
        -0.01958124527908413,
        -0.3688524590163935,
        0.34974093264248374,
        0.4792746113989636,
        0.7298886490171569,
        1.6484275525744185,
        -0.5054644808743171,
        0.4792746113989592,
    ];
    assert_near(&rows(&scaler.predict(&features).unwrap(), &[3, 17]), &expected, 1e-12);
}

/// `MinMaxScaler().fit_transform(X)[[3, 17]]`.
#[test]
fn min_max() {
    let features = skewed();
    let scaled = MinMax.fit(&features).unwrap().predict(&features).unwrap();
    let expected = [
        0.787878787878788,
        0.620752984389348,
        0.0,
        0.21212121212121204,
        0.7878787878787818,
        0.888888888888889,
        0.7901234567901234,
        0.7023319615912209,
        0.11111111111111105,
        0.8888888888888857,
    ];
    assert_near(&rows(&scaled, &[3, 17]), &expected, 1e-12);
}

/// `QuantileTransformer(n_quantiles=nq, output_distribution=..., subsample=None).fit_transform(X)[[3, 17, 76]]`.
///
/// As many quantiles as rows are the values themselves, but scikit-learn misses some of them by a rounding and gives
/// values that stand there several times the place of a part of them: 0.2663 in place of 0.2688 for "below", 0.1206 in
/// place of 0.1231 for "a" and "square". Here are the places by the definition.
#[test]
fn quantiles() {
    let features = skewed();
    let check = |output, n_quantiles, expected: [f64; 15], tolerance| {
        let scaler = QuantileTransform { output, n_quantiles }.fit(&features).unwrap();
        let scaled = scaler.predict(&features).unwrap();
        assert_near(&rows(&scaled, &[3, 17, 76]), &expected, tolerance);
        // What stands between the ends comes back, but the zeros of "cube", which have one place.
        assert_near(&rows(&scaler.inverse(&scaled).unwrap(), &[17]), features.row(17), 1e-9);
    };
    #[rustfmt::skip]
    check(QuantileOutput::Uniform, 1000, [
        0.7311557788944724, 0.7311557788944724, 0.0, 0.26884422110552764, 0.7311557788944724,
        0.8718592964824121, 0.8718592964824121, 0.914572864321608, 0.12814070351758794, 0.8718592964824121,
        0.12311557788944724, 0.12311557788944724, 0.4045226130653266, 0.8768844221105527, 0.12311557788944724,
    ], 1e-12);
    #[rustfmt::skip]
    check(QuantileOutput::Uniform, 11, [
        0.7373737373737375, 0.7358995602574725, 0.0, 0.26262626262626254, 0.7373737373737392,
        0.8633333333333334, 0.8625071660615327, 0.9073666756468973, 0.1366666666666665, 0.8633333333333213,
        0.11000000000000001, 0.10625000000000001, 0.40089470061940813, 0.89, 0.11000000000000001,
    ], 1e-12);
    #[rustfmt::skip]
    check(QuantileOutput::Normal, 11, [
        0.6352697098765966, 0.6307547728556658, -5.199337582605575, -0.6352697098765966, 0.6352697098766021,
        1.09541849892971, 1.0916529614934904, 1.3247121291072423, -1.0954184989297104, 1.0954184989296547,
        -1.2265281200366098, -1.2467204983795792, -0.2510319579475763, 1.2265281200366105, -1.2265281200366098,
    ], 1e-8);
}

/// The optimum in 60 digits, and the standardized values of rows 3, 17 and 50 there. scikit-learn finds 0.734938097,
/// 0.792379382, -0.033273129, 1.253464373 and 22.402314545.
#[test]
fn powers() {
    let features = skewed();
    let scaler = PowerTransform.fit(&features).unwrap();
    let lambdas =
        [0.7349380941613068, 0.7923793824176304, -0.03327314011495843, 1.253464353601522, 22.402379162864502];
    assert_near(&scaler.lambdas(), &lambdas, 1e-11);
    let scaled = scaler.predict(&features).unwrap();
    let expected = [
        [0.891404323884853, 1.1676244043079693, 0.8069072372885105],
        [0.8659307230868434, 1.2080288340163619, 0.7672887502989368],
        [-1.0967870351176678, 1.2850663401457336, 1.1435590912781897],
        [-0.8929320081279585, -1.1745883315969832, -0.8069148038696748],
        [0.8908100528666855, 1.2293710176330386, 0.7901169113959179],
    ];
    for (column, expected) in expected.iter().enumerate() {
        let got = [3, 17, 50].map(|row: usize| scaled.row(row)[column]);
        assert_near(&got, expected, 1e-11);
    }
    assert_near(scaler.inverse(&scaled).unwrap().values(), features.values(), 1e-11);
}

/// Where all (1 + x)^λ are lost in rounding, the powers still are the optimum. scikit-learn finds 31.78 for these
/// years.
#[test]
fn powers_of_years() {
    let years = Features::new(["year"], vec![2003.0, 1950.0, 1997.0, 2000.0, 2009.0]).unwrap();
    let scaler = PowerTransform.fit(&years).unwrap();
    assert_near(&scaler.lambdas(), &[104.0312912879915], 1e-11);
    let expected = [
        0.4617152785150582,
        -1.7356651111078814,
        -0.16572502198490327,
        0.12381351950284443,
        1.3158613350748818,
    ];
    assert_near(scaler.predict(&years).unwrap().values(), &expected, 1e-11);
    let balance = Features::new(["balance"], vec![-20.0, 0.0, 15.0, 30.0, 80.0, 900.0]).unwrap();
    assert_near(&PowerTransform.fit(&balance).unwrap().lambdas(), &[0.5689059457780391], 1e-12);
}
