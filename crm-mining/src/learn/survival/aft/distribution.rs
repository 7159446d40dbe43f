//! The distributions of accelerated failure time models, on the scale of logarithms of time.

use crate::math::tails::{log_normal_above, normal_quantile_above};
use serde::{Deserialize, Serialize};

/// How the durations of like subjects are distributed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AftDistribution {
    /// S(t) = e^(−(t/λ)^ρ): the hazard falls, stays or rises all the time, as ρ is below, at or above 1.
    Weibull,
    /// ln t is normal with mean μ and deviation σ: the hazard rises, then falls.
    LogNormal,
    /// S(t) = 1 / (1 + (t/α)^β): as log-normal, with more subjects who last very long.
    LogLogistic,
}

/// A value with its first two derivatives.
pub(super) type Jet = (f64, f64, f64);

impl AftDistribution {
    /// The logarithm of the density of z = (ln t − scale) / deviation.
    #[inline]
    pub(super) fn event(self, z: f64) -> Jet {
        match self {
            AftDistribution::Weibull => {
                let e = z.exp();
                (z - e, 1.0 - e, -e)
            }
            AftDistribution::LogNormal => {
                const HALF_LOG_TAU: f64 = 0.918_938_533_204_672_8;
                (-0.5 * z * z - HALF_LOG_TAU, -z, -1.0)
            }
            AftDistribution::LogLogistic => {
                let (log, p) = softplus(z);
                (z - 2.0 * log, 1.0 - 2.0 * p, -2.0 * p * (1.0 - p))
            }
        }
    }

    /// The logarithm of the chance to survive z.
    #[inline]
    pub(super) fn survival(self, z: f64) -> Jet {
        match self {
            AftDistribution::Weibull => {
                let e = z.exp();
                (-e, -e, -e)
            }
            AftDistribution::LogNormal => {
                let (log, hazard) = log_normal_above(z);
                (log, -hazard, -hazard * (hazard - z))
            }
            AftDistribution::LogLogistic => {
                let (log, p) = softplus(z);
                (-log, -p, -p * (1.0 - p))
            }
        }
    }

    /// The z by which the share `q` has had the event.
    pub(super) fn quantile(self, q: f64) -> f64 {
        match self {
            AftDistribution::Weibull => (-(-q).ln_1p()).ln(),
            AftDistribution::LogNormal => -normal_quantile_above(q),
            AftDistribution::LogLogistic => (q / (1.0 - q)).ln(),
        }
    }

    /// The sign with which ln(1 / deviation) is the logarithm of the shape as it is usually written.
    pub(super) fn shape_sign(self) -> f64 {
        if self == AftDistribution::LogNormal { -1.0 } else { 1.0 }
    }
}

/// ln(1 + e^z) and its derivative.
#[inline]
fn softplus(z: f64) -> (f64, f64) {
    let e = (-z.abs()).exp();
    let p = if z > 0.0 { 1.0 / (1.0 + e) } else { e / (1.0 + e) };
    (z.max(0.0) + e.ln_1p(), p)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [AftDistribution; 3] =
        [AftDistribution::Weibull, AftDistribution::LogNormal, AftDistribution::LogLogistic];

    #[test]
    fn derivatives_match_differences() {
        let h = 1e-5;
        for distribution in ALL {
            for z in [-9.0, -2.0, -0.1, 0.0, 0.4, 1.3, 2.5, 6.0] {
                for of in [AftDistribution::event, AftDistribution::survival] {
                    let ((_, first, second), below, above) =
                        (of(distribution, z), of(distribution, z - h), of(distribution, z + h));
                    let slope = (above.0 - below.0) / (2.0 * h);
                    let bend = (above.1 - below.1) / (2.0 * h);
                    assert!((first - slope).abs() < 1e-7 * (1.0 + slope.abs()), "{distribution:?} {z}");
                    assert!((second - bend).abs() < 1e-7 * (1.0 + bend.abs()), "{distribution:?} {z}");
                }
                // The density is the slope of the chance to survive.
                let log = distribution.survival(z);
                let density = (-log.1).ln() + log.0;
                assert!((density - distribution.event(z).0).abs() < 1e-11, "{distribution:?} {z}");
            }
        }
    }

    #[test]
    fn quantiles_come_back() {
        for distribution in ALL {
            for q in [1e-6, 0.1, 0.5, 0.93] {
                let left = distribution.survival(distribution.quantile(q)).0.exp();
                assert!((1.0 - left - q).abs() < 1e-12, "{distribution:?} {q}");
            }
        }
    }
}
