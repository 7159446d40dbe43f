//! The gamma function, in the form that keeps its digits.

/// What Stirling's formula leaves over, δ(z) = ln Γ(z) − (z − ½) ln z + z − ½ ln 2π, for z > 0, with its
/// first two derivatives.
///
/// Likelihoods hold differences such as ln Γ(z + q) − ln Γ(z). Taken from ln Γ itself they lose every digit
/// at z = 10¹²; with the leading terms cancelled by hand and only δ left to compute they lose none.
///
/// Recurrence up to z ≥ 10, then the asymptotic series (Abramowitz & Stegun 6.1.41).
pub(crate) fn stirling_rest(z: f64) -> [f64; 3] {
    let (mut value, mut first, mut second) = (0.0, 0.0, 0.0);
    let mut z = z;
    while z < 10.0 {
        let product = z * (z + 1.0);
        let log = (1.0 / z).ln_1p();
        value += (z + 0.5) * log - 1.0;
        first += log - (z + 0.5) / product;
        second += 0.5 / (product * product);
        z += 1.0;
    }
    let inverse = 1.0 / z;
    let square = inverse * inverse;
    // The coefficients are B₂ₖ / (2k (2k − 1)), −B₂ₖ / 2k and B₂ₖ.
    let series = |coefficients: [f64; 7]| coefficients.iter().rev().fold(0.0, |sum, c| sum * square + c);
    value += inverse
        * series([
            1.0 / 12.0,
            -1.0 / 360.0,
            1.0 / 1260.0,
            -1.0 / 1680.0,
            1.0 / 1188.0,
            -691.0 / 360_360.0,
            1.0 / 156.0,
        ]);
    first += square
        * series([
            -1.0 / 12.0,
            1.0 / 120.0,
            -1.0 / 252.0,
            1.0 / 240.0,
            -1.0 / 132.0,
            691.0 / 32_760.0,
            -1.0 / 12.0,
        ]);
    second += square
        * inverse
        * series([1.0 / 6.0, -1.0 / 30.0, 1.0 / 42.0, -1.0 / 30.0, 5.0 / 66.0, -691.0 / 2730.0, 7.0 / 6.0]);
    [value, first, second]
}

/// How far ln Γ, its first and its second derivative rise from z to z + t, for z > 0 and t ≥ 0; the first without its
/// leading term t ln z. Keeps its digits for z of any size.
pub(crate) fn gamma_rise(z: f64, t: f64) -> [f64; 3] {
    let (here, there) = (stirling_rest(z), stirling_rest(z + t));
    let (log, all) = ((t / z).ln_1p(), z + t);
    [
        (all - 0.5) * log - t + (there[0] - here[0]),
        log + 0.5 * (t / z) / all + (there[1] - here[1]),
        -(t / z) / all * (1.0 + 0.5 * (1.0 / z + 1.0 / all)) + (there[2] - here[2]),
    ]
}

/// The standard normal distribution function at z ≥ 0, by the series of positive terms (Abramowitz & Stegun 26.2.11).
fn normal_below(z: f64) -> f64 {
    let (mut term, mut sum, mut odd) = (z, z, 3.0);
    while term > 1e-17 * sum {
        term *= z * z / odd;
        sum += term;
        odd += 2.0;
    }
    0.5 + sum * (-0.5 * z * z).exp() / std::f64::consts::TAU.sqrt()
}

/// How many standard deviations about the mean of a normal distribution hold a share of it, for shares from 0 to 1 − 1e-12.
///
/// Newton's method from 0: the distribution function is concave there, so that no step passes the root.
pub(crate) fn normal_reach(share: f64) -> f64 {
    let goal = 0.5 + 0.5 * share.clamp(0.0, 1.0 - 1e-12);
    let mut z = 0.0_f64;
    for _ in 0..100 {
        let density = (-0.5 * z * z).exp() / std::f64::consts::TAU.sqrt();
        let step = (goal - normal_below(z)) / density;
        z += step;
        if step.abs() < 1e-13 {
            break;
        }
    }
    z
}

#[cfg(test)]
mod tests {
    use super::{gamma_rise, normal_reach, stirling_rest};

    #[test]
    fn gives_back_the_gamma_function() {
        // scipy 1.17.1: gammaln, digamma, polygamma(1) at z.
        let scipy = [
            (0.001, [6.907178885383853, -1000.5755719318103, 1000001.6425331959]),
            (0.5, [0.5723649429247004, -1.9635100260214233, 4.934802200544679]),
            (3.7, [1.428072326665388, 1.1671535393615113, 0.31003785767003833]),
            (25.0, [54.78472939811232, 3.198742512851974, 0.04081066325722558]),
            (1e4, [82099.71749644238, 9.210290371142849, 0.00010000500016666667]),
        ];
        for (z, expected) in scipy {
            let [value, first, second] = stirling_rest(z);
            let log_gamma = value + (z - 0.5) * z.ln() - z + 0.5 * std::f64::consts::TAU.ln();
            let digamma = first + z.ln() - 0.5 / z;
            let trigamma = second + 1.0 / z + 0.5 / (z * z);
            for (got, expected) in [log_gamma, digamma, trigamma].into_iter().zip(expected) {
                assert!((got / expected - 1.0).abs() < 1e-12, "z {z}: {got} is not {expected}");
            }
        }
    }

    #[test]
    fn rises_keep_their_digits() {
        // mpmath 1.4.1, 40 digits: loggamma(z+t)-loggamma(z)-t*log(z), psi(0,·) and psi(1,·) differences.
        let cases = [
            (0.7, 3.0, [2.237229911949919, 2.3871770930594463, -2.5240112990245724]),
            (12.5, 0.3, [-0.008442875221371092, 0.024678702892877123, -0.002029090522768804]),
            (1e15, 7.5, [2.4374999999936118e-14, 7.499999999999976e-15, -7.499999999999952e-30]),
        ];
        for (z, t, expected) in cases {
            for (got, expected) in gamma_rise(z, t).into_iter().zip(expected) {
                assert!(
                    (got - expected).abs() <= 1e-13 * f64::abs(expected) + 1e-15,
                    "{z} {t}: {got} {expected}"
                );
            }
        }
    }

    #[test]
    fn reaches_of_the_normal() {
        // scipy 1.17.1: norm.ppf((1 + share) / 2).
        for (share, z) in [
            (0.0, 0.0),
            (0.5, 0.6744897501960817),
            (0.9, 1.6448536269514722),
            (0.95, 1.959963984540054),
            (0.999, 3.2905267314919255),
        ] {
            assert!((normal_reach(share) - z).abs() < 1e-12, "{share}");
        }
    }
}
