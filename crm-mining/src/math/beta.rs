//! The incomplete beta function, and the tails of Student's t and of F that it gives.

use super::special::{gamma_rise, stirling_rest};

/// ln Γ(z) for z > 0.
fn ln_gamma(z: f64) -> f64 {
    stirling_rest(z)[0] + (z - 0.5) * z.ln() - z + 0.5 * std::f64::consts::TAU.ln()
}

/// The regularized incomplete beta function of x and of 1 − x, given apart so that neither loses digits.
fn incomplete(a: f64, b: f64, x: f64, rest: f64) -> f64 {
    if x <= 0.0 || rest <= 0.0 {
        return if x <= 0.0 { 0.0 } else { 1.0 };
    }
    // The fraction converges fast on this side of the mean.
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - incomplete(b, a, rest, x);
    }
    let (less, more) = (a.min(b), a.max(b));
    let gammas = gamma_rise(more, less)[0] + less * more.ln() - ln_gamma(less);
    let ln = |x: f64, rest: f64| if rest < 0.5 { (-rest).ln_1p() } else { x.ln() };
    let front = (gammas + a * ln(x, rest) + b * ln(rest, x)).exp() / a;
    (front * fraction(a, b, x)).clamp(0.0, 1.0)
}

/// The continued fraction of Numerical Recipes 6.4, by Lentz's method.
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    const STEPS: u32 = 20_000;
    let away = |value: f64| if value.abs() < 1e-300 { 1e-300 } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / away(1.0 - (a + b) * x / (a + 1.0));
    let mut product = d;
    for step in 1..=STEPS {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut change = 1.0;
        for term in [even, odd] {
            d = 1.0 / away(1.0 + term * d);
            c = away(1.0 + term / c);
            change = c * d;
            product *= change;
        }
        if (change - 1.0).abs() < 1e-15 {
            break;
        }
    }
    product
}

/// The chance that Student's t with so many degrees of freedom is farther from 0 than `t`.
pub(crate) fn student_beyond(t: f64, degrees: f64) -> f64 {
    let square = t * t;
    if !square.is_finite() {
        return 0.0;
    }
    incomplete(0.5 * degrees, 0.5, degrees / (degrees + square), square / (degrees + square))
}

/// The chance that F with so many degrees of freedom is above `f`.
pub(crate) fn f_above(f: f64, up: f64, down: f64) -> f64 {
    if f <= 0.0 {
        return 1.0;
    }
    if !f.is_finite() {
        return 0.0;
    }
    let sum = down + up * f;
    incomplete(0.5 * down, 0.5 * up, down / sum, up * f / sum)
}

#[cfg(test)]
mod tests {
    use super::{f_above, student_beyond};

    #[test]
    fn tails_equal_scipy() {
        // scipy 1.17.1: 2 * t.sf(x, df)
        for (x, degrees, expected) in STUDENT {
            let got = student_beyond(x, degrees);
            assert!((got / expected - 1.0).abs() < 1e-10, "t {x} {degrees}: {got:e}, {expected:e}");
        }
        // scipy 1.17.1: f.sf(x, d1, d2)
        for (x, up, down, expected) in F {
            let got = f_above(x, up, down);
            assert!((got / expected - 1.0).abs() < 1e-10, "F {x} {up} {down}: {got:e}, {expected:e}");
        }
        assert_eq!(
            (student_beyond(0.0, 5.0), f_above(0.0, 1.0, 2.0), f_above(-1.0, 1.0, 2.0)),
            (1.0, 1.0, 1.0)
        );
        assert_eq!((student_beyond(f64::INFINITY, 5.0), f_above(f64::INFINITY, 1.0, 2.0)), (0.0, 0.0));
    }

    const STUDENT: [(f64, f64, f64); 7] = [
        (0.3, 4.0, 0.7791214282774598),
        (-2.1, 7.5, 0.07123707145807809),
        (12.0, 1.0, 0.052929352119179755),
        (1.96, 1000000.0, 0.04999606758526985),
        (5.5, 33.3, 4.100208329498408e-06),
        (0.001, 100.0, 0.9992041077601035),
        (40.0, 60.0, 5.755480486627385e-45),
    ];
    const F: [(f64, f64, f64, f64); 6] = [
        (1.3, 2.0, 9.0, 0.3191760832126147),
        (4.2, 7.0, 33.5, 0.002028781286517315),
        (0.2, 3.0, 1000.0, 0.8964049376779066),
        (12.0, 1.0, 2.0, 0.07417990022744854),
        (3.0, 10.0, 100000.0, 0.0008577063196675168),
        (55.0, 3.0, 40.0, 2.9679291863320547e-14),
    ];
}
