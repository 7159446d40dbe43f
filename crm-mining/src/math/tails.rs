//! Tails of the normal and the χ² distribution, with their digits kept far out.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// e^(x²) · erfc(x) for x ≥ 0, by the rational approximations of W. J. Cody (1969), Mathematics of
/// Computation 23.
fn scaled_erfc(x: f64) -> f64 {
    if x <= 0.468_75 {
        return (x * x).exp() * (1.0 - x * small(x * x));
    }
    if x <= 4.0 {
        const UP: [f64; 9] = [
            2.153_115_354_744_038_3e-8,
            5.641_884_969_886_701e-1,
            8.883_149_794_388_375,
            6.611_919_063_714_163e1,
            2.986_351_381_974_001e2,
            8.819_522_212_417_69e2,
            1.712_047_612_634_070_7e3,
            2.051_078_377_826_071_6e3,
            1.230_339_354_797_997_2e3,
        ];
        const DOWN: [f64; 9] = [
            1.0,
            1.574_492_611_070_983_5e1,
            1.176_939_508_913_125e2,
            5.371_811_018_620_099e2,
            1.621_389_574_566_690_3e3,
            3.290_799_235_733_459_7e3,
            4.362_619_090_143_247e3,
            3.439_367_674_143_721_6e3,
            1.230_339_354_803_749_5e3,
        ];
        return polynomial(&UP, x) / polynomial(&DOWN, x);
    }
    const UP: [f64; 6] = [
        1.631_538_713_730_209_7e-2,
        3.053_266_349_612_323_6e-1,
        3.603_448_999_498_044_5e-1,
        1.257_817_261_112_292_6e-1,
        1.608_378_514_874_227_5e-2,
        6.587_491_615_298_378e-4,
    ];
    const DOWN: [f64; 6] = [
        1.0,
        2.568_520_192_289_822,
        1.872_952_849_923_460_4,
        5.279_051_029_514_285e-1,
        6.051_834_131_244_132e-2,
        2.335_204_976_268_691_8e-3,
    ];
    let square = 1.0 / (x * x);
    (1.0 / PI.sqrt() - square * polynomial(&UP, square) / polynomial(&DOWN, square)) / x
}

/// erf(x) / x for small x.
fn small(square: f64) -> f64 {
    const UP: [f64; 5] = [
        1.857_777_061_846_031_5e-1,
        3.161_123_743_870_565_5,
        1.138_641_541_510_501_6e2,
        3.774_852_376_853_02e2,
        3.209_377_589_138_469_4e3,
    ];
    const DOWN: [f64; 5] = [
        1.0,
        2.360_129_095_234_412_2e1,
        2.440_246_379_344_441_7e2,
        1.282_616_526_077_372_3e3,
        2.844_236_833_439_171e3,
    ];
    polynomial(&UP, square) / polynomial(&DOWN, square)
}

/// A polynomial by its coefficients, the highest power first.
fn polynomial(coefficients: &[f64], x: f64) -> f64 {
    coefficients.iter().fold(0.0, |sum, c| sum * x + c)
}

/// The chance of a standard normal value above `z`.
pub(crate) fn normal_above(z: f64) -> f64 {
    let x = z.abs() * FRAC_1_SQRT_2;
    let tail = 0.5 * (-x * x).exp() * scaled_erfc(x);
    if z < 0.0 { 1.0 - tail } else { tail }
}

/// The logarithm of [`normal_above`], and the density at `z` over it (the inverse of Mills' ratio).
pub(crate) fn log_normal_above(z: f64) -> (f64, f64) {
    let density = (-0.5 * z * z).exp() / (2.0 * PI).sqrt();
    if z < 0.0 {
        let below = normal_above(-z);
        return ((-below).ln_1p(), density / (1.0 - below));
    }
    let scaled = 0.5 * scaled_erfc(z * FRAC_1_SQRT_2);
    (scaled.ln() - 0.5 * z * z, 1.0 / ((2.0 * PI).sqrt() * scaled))
}

/// The value that a standard normal one exceeds with chance `above`, for 0 < `above` < 1.
pub(crate) fn normal_quantile_above(above: f64) -> f64 {
    let tail = above.min(1.0 - above);
    // Abramowitz & Stegun 26.2.23 is right to 4.5e-4; three steps of Halley's method square that away.
    let t = (-2.0 * tail.ln()).sqrt();
    let up = polynomial(&[0.010_328, 0.802_853, 2.515_517], t);
    let mut z = t - up / polynomial(&[0.001_308, 0.189_269, 1.432_788, 1.0], t);
    for _ in 0..3 {
        let (log, hazard) = log_normal_above(z);
        let step = (1.0 - (tail.ln() - log).exp()) / hazard;
        z += step / (1.0 + 0.5 * z * step);
    }
    if above > 0.5 { -z } else { z }
}

/// The chance of a χ² value with `degrees` degrees of freedom above `x`.
pub(crate) fn chi_square_above(x: f64, degrees: usize) -> f64 {
    if degrees == 0 || x.is_nan() || x <= 0.0 {
        return 1.0;
    }
    let half = 0.5 * x;
    let odd = degrees % 2 == 1;
    // The closed sum of Abramowitz & Stegun 26.4.4 and 26.4.5: every term is positive.
    let mut sum = if odd { 2.0 * normal_above(x.sqrt()) } else { 0.0 };
    let (mut power, mut log_term) =
        if odd { (0.5, 0.5 * half.ln() - half - 0.5 * (0.25 * PI).ln()) } else { (0.0, -half) };
    for _ in 0..degrees / 2 {
        sum += log_term.exp();
        power += 1.0;
        log_term += (half / power).ln();
    }
    sum.min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn close(got: f64, expected: f64) {
        assert!((got / expected - 1.0).abs() < 2e-14, "{got:e} is not {expected:e}");
    }

    #[test]
    fn normal_tails_equal_scipy() {
        // scipy 1.17.1: norm.sf, norm.logsf, sqrt(2 / π) / erfcx(z / sqrt(2)) at z
        for (z, above, log, hazard) in NORMAL {
            close(normal_above(z), above);
            let (got_log, got_hazard) = log_normal_above(z);
            assert!((got_log - log).abs() <= 1e-14 * log.abs().max(1e-3), "{z}: {got_log:e}, {log:e}");
            assert!((got_hazard / hazard - 1.0).abs() < 1e-13, "{z}: {got_hazard:e}, {hazard:e}");
        }
    }

    #[test]
    fn quantiles_equal_scipy() {
        // scipy 1.17.1: norm.isf
        for (above, z) in QUANTILES {
            assert!((normal_quantile_above(above) - z).abs() < 1e-14 * z.abs().max(1.0), "{above}");
        }
    }

    #[test]
    fn chi_square_equals_scipy() {
        // scipy 1.17.1: chi2.sf
        for (x, degrees, above) in CHI_SQUARE {
            let got = chi_square_above(x, degrees);
            assert!((got / above - 1.0).abs() < 1e-12, "{x} {degrees}: {got:e}, {above:e}");
        }
        assert_eq!(chi_square_above(0.0, 3), 1.0);
    }

    const NORMAL: [(f64, f64, f64, f64); 12] = [
        (-8.0, 0.9999999999999993, -6.220960574271742e-16, 5.052271083536931e-15),
        (-2.5, 0.9937903346742238, -0.00622902548586, 0.017637825486916742),
        (-0.3, 0.6179114221889526, -0.4814101615884813, 0.6172208536127347),
        (0.0, 0.5, -std::f64::consts::LN_2, 0.7978845608028654),
        (0.2, 0.42074029056089696, -0.8657395226815952, 0.9294158480856427),
        (0.7, 0.24196365222307303, -1.4189677615315315, 1.2904993394581665),
        (1.5, 0.06680720126885807, -2.7059444008238898, 1.9386771666225429),
        (3.0, 0.0013498980316300933, -6.60772622151035, 3.283098654930436),
        (5.6, 1.0717590258310887e-08, -18.351379495909335, 5.768666604297135),
        (6.0, 9.865876450376946e-10, -20.73676894997471, 6.158482604544597),
        (12.0, 1.776482112077653e-33, -75.41067300156881, 12.082214175254283),
        (37.0, 5.7255712225239266e-300, -689.0305855768908, 37.026987686126986),
    ];
    const QUANTILES: [(f64, f64); 7] = [
        (0.5, 0.0),
        (0.025, 1.9599639845400545),
        (0.05, 1.6448536269514729),
        (0.975, -1.959963984540054),
        (1e-10, 6.361340902404056),
        (0.3, 0.5244005127080409),
        (1e-300, 37.0470962993612),
    ];
    const CHI_SQUARE: [(f64, usize, f64); 8] = [
        (122.24912557300615, 1, 2.0359832222855426e-28),
        (3.84, 1, 0.05004352124870519),
        (0.01, 1, 0.920344325445942),
        (5.0, 2, 0.0820849986238988),
        (33.26594580156939, 7, 2.3620450536999168e-05),
        (900.0, 1000, 0.9892827619087102),
        (600.0, 12, 1.0601197219852573e-120),
        (1.0, 5, 0.9625657732472964),
    ];
}
