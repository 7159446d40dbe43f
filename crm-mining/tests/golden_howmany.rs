//! Measures of divisions as scikit-learn 1.9.1 and NumPy find them, on data that both sides make by one formula.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crm_mining::Control;
use crm_mining::data::Features;
use crm_mining::learn::{
    Contingency, Gap, GapReference, NOISE, Silhouette, Stability, calinski_harabasz, davies_bouldin,
    simplified_silhouette, within_dispersion,
};

/// Four groups of 75 points, every coordinate a multiple of 1/8. In Python, X:
/// `((i*i*7 + i*(5+j*3) + j*13) % 101)/8 + [20,-15,9][j]*[0,1,3,4][i%4]`
fn four_groups() -> Features {
    let value = |i: usize, j: usize| {
        ((i * i * 7 + i * (5 + j * 3) + j * 13) % 101) as f64 / 8.0
            + [20.0, -15.0, 9.0][j] * [0.0, 1.0, 3.0, 4.0][i % 4]
    };
    let values = (0..300).flat_map(|i| (0..3).map(move |j| value(i, j))).collect();
    Features::new(["a", "b", "c"], values).unwrap()
}

fn labels(of: impl Fn(u32) -> u32) -> Vec<u32> {
    (0..300).map(of).collect()
}

fn assert_near(got: f64, expected: f64) {
    assert!((got - expected).abs() <= 1e-9 * expected.abs().max(1.0), "got {got}, expected {expected}");
}

/// calinski_harabasz_score(X, l), davies_bouldin_score(X, l); and in NumPy, with C the means and D the distances
/// of rows to them, `sum(((X[l==c]-X[l==c].mean(0))**2).sum() for c in unique(l))` and the mean of
/// `(b-a)/maximum(a,b)`, 0 for a row alone.
#[test]
fn separation() {
    let features = four_groups();
    let expected = [
        (labels(|i| i % 3), [0.00010799276810315881, 2332.7976798600394, 544450.52, -0.00027872281118110457]),
        (
            labels(|i| i * i % 7),
            [0.05898611403922111, 109.08940228050713, 544125.6201008891, -0.024288220917699627],
        ),
        (
            labels(|i| u32::from(i == 17)),
            [0.3523834241165258, 1.588861426304935, 543807.8660117057, -0.08058930923208939],
        ),
        (labels(|i| i % 4), [4152.518343832864, 0.46601474096563467, 12636.278333333334, 0.7672981416739513]),
        (
            labels(|i| i % 4 + 4 * u32::from(i % 12 == 0)),
            [3109.4536436910903, 4.492264984263339, 12614.101875, 0.5819731293157181],
        ),
        (labels(|i| i / 2), [8.127110415077112, 44.367695576267515, 60008.28125, -0.35399621147311533]),
    ];
    for (labels, [calinski, davies, within, simplified]) in expected {
        assert_near(calinski_harabasz(&features, &labels).unwrap(), calinski);
        assert_near(davies_bouldin(&features, &labels).unwrap(), davies);
        assert_near(within_dispersion(&features, &labels).unwrap(), within);
        assert_near(simplified_silhouette(&features, &labels).unwrap().mean, simplified);
    }
}

/// silhouette_samples(X, i % 4), and numpy.quantile of those of label 2.
#[test]
fn silhouettes_of_rows() {
    let samples = Silhouette::default().samples(&four_groups(), &labels(|i| i % 4)).unwrap();
    assert_eq!(samples.rows, labels(|i| i));
    assert_eq!(samples.labels, labels(|i| i % 4));
    let expected = [
        (0, 0.6826437129982371),
        (1, 0.6803490662028238),
        (2, 0.7448899965694178),
        (3, 0.6367928219062722),
        (150, 0.6428142901039767),
        (299, 0.6564766575200608),
    ];
    for (row, expected) in expected {
        assert_near(samples.values[row], expected);
    }
    let quantiles =
        [0.5429785816699086, 0.603726560112145, 0.6993124325223523, 0.7514160273906327, 0.7693479494664317];
    for (got, expected) in samples.quantiles(2, &[0.0, 0.1, 0.5, 0.9, 1.0]).into_iter().zip(quantiles) {
        assert_near(got, expected);
    }
}

/// The scores of `X[keep], l[keep]` with `keep = i % 10 != 3`.
#[test]
fn noise_is_left_out() {
    let features = four_groups();
    let labels = labels(|i| if i % 10 == 3 { NOISE } else { i % 4 });
    let score = Silhouette::default().score(&features, &labels).unwrap();
    assert_near(score.mean, 0.6827456060238308);
    assert_eq!((score.n_noise, score.sampled, score.standard_error), (30, None, None));
    assert_near(calinski_harabasz(&features, &labels).unwrap(), 3720.492294332595);
    assert_near(davies_bouldin(&features, &labels).unwrap(), 0.469130042425293);
    assert_eq!(simplified_silhouette(&features, &labels).unwrap().n_noise, 30);
}

/// adjusted_rand_score, mutual_info_score, normalized_mutual_info_score, adjusted_mutual_info_score,
/// H(a) + H(b) - 2 MI in NumPy, homogeneity_completeness_v_measure.
#[test]
fn agreement() {
    let (mod3, sq7, g4) = (labels(|i| i % 3), labels(|i| i * i % 7), labels(|i| i % 4));
    let g5 = labels(|i| i % 4 + 4 * u32::from(i % 12 == 0));
    let (halves, thirds) = (labels(|i| i / 2), labels(|i| i / 3));
    let one = labels(|i| u32::from(i == 17));
    let noise = labels(|i| if i % 10 == 3 { NOISE } else { i % 4 });
    let expected = [
        (
            &mod3,
            &sq7,
            [
                -0.007582989904680677,
                0.0003087939910207116,
                0.00025200344672778534,
                -0.00807863639288495,
                2.4500948529019246,
                0.0002810764035737072,
                0.0002283810045540281,
                0.00025200344672778534,
            ],
        ),
        (
            &g4,
            &g5,
            [
                0.9222366710013004,
                1.3862943611198906,
                0.9457217297142853,
                0.9449540628547662,
                0.15912854207370364,
                0.9999999999999999,
                0.8970323645748574,
                0.9457217297142853,
            ],
        ),
        (
            &sq7,
            &halves,
            [
                -0.0031057433964159246,
                0.7559935769343039,
                0.23763162347806976,
                -0.03634694090469062,
                4.850748292443503,
                0.5591254284642763,
                0.1508777894541732,
                0.2376316234780698,
            ],
        ),
        (
            &one,
            &g4,
            [
                0.0,
                0.004637741116435029,
                0.006584731984195208,
                3.173518216136573e-16,
                1.3993592587305042,
                0.20759455071610697,
                0.00334542305480383,
                0.006584731984195207,
            ],
        ),
        (
            &halves,
            &thirds,
            [
                0.4419559537140724,
                4.3741211258014445,
                0.909777373275874,
                0.5132848517226942,
                0.8675632284814547,
                0.8729673722123064,
                0.9498283340560038,
                0.9097773732758739,
            ],
        ),
        (
            &noise,
            &g5,
            [
                0.7844149553903141,
                1.3169796430638956,
                0.8462237698375532,
                0.843452120919707,
                0.478644471898793,
                0.8403494969980616,
                0.8521807463461143,
                0.8462237698375531,
            ],
        ),
    ];
    for (a, b, expected) in expected {
        let both = Contingency::new(a, b).unwrap();
        let got = [
            both.adjusted_rand(),
            both.mutual_information(),
            both.normalized_mutual_information(),
            both.adjusted_mutual_information(),
            both.variation_of_information(),
            both.homogeneity(),
            both.completeness(),
            both.v_measure(),
        ];
        for (place, (got, expected)) in got.into_iter().zip(expected).enumerate() {
            assert!((got - expected).abs() < 1e-12, "measure {place}: got {got}, expected {expected}");
        }
    }
}

/// In NumPy and scikit-learn, with the same generator xoshiro256++: reference set b is
/// `[lo[t % 2] + (hi - lo)[t % 2] * r.uniform() for t in range(80)]` with r = part(3, b), b in 0..6;
/// log W is `log(KMeans(k, n_init=200, tol=0).fit(x).inertia_)`; the gap is the mean of the references less that
/// of the data, s_k is `refs.std(0) * sqrt(1 + 1/6)`. Principal: of `X @ numpy.linalg.eigh(numpy.cov(X.T))[1]`.
#[test]
fn gaps() {
    let value = |i: usize, j: usize| {
        ((i * i * 7 + i * (5 + j * 3) + j * 13) % 101) as f64 / 8.0 + [20.0, -15.0][j] * (i % 2) as f64
    };
    let values = (0..40).flat_map(|i| (0..2).map(move |j| value(i, j))).collect();
    let features = Features::new(["a", "b"], values).unwrap();
    let expected = [
        (GapReference::Box, [-0.32106652, 0.95342683, 0.7560497], [0.11252861, 0.13219105, 0.091525]),
        (
            GapReference::Principal,
            [-0.33938069, 0.48615076, 0.24814702],
            [0.13264396, 0.09318233, 0.15854272],
        ),
    ];
    for (shape, gaps, errors) in expected {
        let settings = Gap { references: 6, shape, n_init: 200, seed: 3 };
        let found = settings.score(&features, 1..=3, &Control::default()).unwrap();
        for ((at, gap), error) in found.iter().zip(gaps).zip(errors) {
            assert!((at.gap - gap).abs() < 1e-7, "{shape:?} {at:?} {gap}");
            assert!((at.standard_error - error).abs() < 1e-7, "{shape:?} {at:?} {error}");
        }
    }
}

/// In NumPy, with the same generator: draw b is `sorted({r.below(30) for _ in range(30)})` with r = part(9, b),
/// b in 0..20; the rows drawn are divided again at their mean + 10; the likeness of a cluster is the larger of
/// `((l==c)&(f==d)).sum() / ((l==c)|(f==d)).sum()` for d in 0, 1.
#[test]
fn stability() {
    let values: Vec<f64> = (0..30).map(|i| f64::from(i * i % 37)).collect();
    let labels: Vec<u32> = values.iter().map(|&x| u32::from(x > 17.0)).collect();
    let features = Features::new(["x"], values).unwrap();
    let divide = |rows: &Features, _: &Control| {
        let mean = rows.values().iter().sum::<f64>() / rows.n_rows() as f64;
        Ok(rows.values().iter().map(|&x| u32::from(x > mean + 10.0)).collect())
    };
    let settings = Stability { resamples: 20, seed: 9 };
    let score = settings.score_with(&features, &labels, divide, &Control::default()).unwrap();
    let expected = [(0.6586348496274965, 0.1), (0.5183887968756389, 0.7)];
    assert_eq!((score.resamples, score.refused), (20, 0));
    for (got, (mean, dissolved)) in score.clusters.iter().zip(expected) {
        assert_near(got.mean, mean);
        assert_near(got.dissolved, dissolved);
        assert_eq!(got.resamples, 20);
    }
}
