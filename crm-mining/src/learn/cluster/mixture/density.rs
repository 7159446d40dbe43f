//! Normal densities of several components at the rows of a block.

#![allow(
    clippy::indexing_slicing,
    reason = "buffers hold `width` or `k` times the rows of a block, and parameters are as long as `new` checks"
)]

use super::Covariance;
use crate::learn::cluster::{BLOCK, sum};
use crate::math::linear::{Cholesky, Square};
use serde::{Deserialize, Serialize};

/// Larger squared distances, in standard deviations, count as this: far beyond every component.
const FARTHEST: f64 = 1e300;

/// What a mixture of normal distributions is made of, in the frame.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Parameters {
    pub(super) kind: Covariance,
    pub(super) width: usize,
    pub(super) weights: Vec<f64>,
    /// Component after component.
    pub(super) means: Vec<f64>,
    /// As [`Covariance`] says.
    pub(super) covariances: Vec<f64>,
}

impl Parameters {
    pub(super) fn k(&self) -> usize {
        self.weights.len()
    }

    /// The components in this order.
    pub(super) fn ordered(self, order: &[usize]) -> Parameters {
        let pick = |values: &[f64], size: usize| -> Vec<f64> {
            order.iter().flat_map(|&old| &values[old * size..][..size]).copied().collect()
        };
        let covariances = match self.kind {
            Covariance::Tied => self.covariances,
            kind => pick(&self.covariances, kind.size(self.width)),
        };
        let (weights, means) = (pick(&self.weights, 1), pick(&self.means, self.width));
        Parameters { weights, means, covariances, ..self }
    }
}

/// How one component stretches differences from its mean to standard deviations.
#[derive(Debug, Clone, PartialEq)]
enum Stretch {
    /// The lower factor of the covariance, row by row, with the inverse diagonal.
    Triangle(Vec<f64>),
    /// The inverse standard deviation of each column.
    Columns(Vec<f64>),
}

/// The densities of all components, ready to be evaluated.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Density {
    width: usize,
    means: Vec<f64>,
    stretches: Vec<Stretch>,
    /// The logarithm of weight and density at the mean.
    peaks: Vec<f64>,
}

/// Buffers for the rows of one block.
pub(super) struct Workspace {
    stretched: Vec<f64>,
    /// The share of each component in each row, component after component.
    pub(super) shares: Vec<f64>,
    /// The logarithm of the density at each row.
    pub(super) top: Vec<f64>,
    total: Vec<f64>,
}

impl Workspace {
    pub(super) fn new(k: usize, width: usize) -> Workspace {
        Workspace {
            stretched: vec![0.0; width * BLOCK],
            shares: vec![0.0; k * BLOCK],
            top: vec![0.0; BLOCK],
            total: vec![0.0; BLOCK],
        }
    }
}

impl Density {
    /// `None` unless all lengths match, weights are above 0 and covariances are positive definite.
    pub(super) fn new(parameters: &Parameters) -> Option<Density> {
        let Parameters { kind, width, weights, means, covariances } = parameters;
        let (width, k) = (*width, weights.len());
        let size = kind.size(width);
        let held = if *kind == Covariance::Tied { size } else { size.checked_mul(k)? };
        let finite = |values: &[f64]| values.iter().all(|value| value.is_finite());
        let sound = k > 0
            && width > 0
            && Some(means.len()) == width.checked_mul(k)
            && covariances.len() == held
            && finite(means)
            && finite(covariances)
            && weights.iter().all(|&weight| weight > 0.0 && weight <= 1.0);
        if !sound {
            return None;
        }
        let mut stretches = Vec::with_capacity(k);
        let mut peaks = Vec::with_capacity(k);
        let tau = width as f64 * std::f64::consts::TAU.ln();
        for covariance in covariances.chunks_exact(size).cycle().take(k).zip(weights) {
            let (stretch, log_volume) = stretch(*kind, width, covariance.0)?;
            stretches.push(stretch);
            peaks.push(covariance.1.ln() - 0.5 * tau - log_volume);
        }
        Some(Density { width, means: means.clone(), stretches, peaks })
    }

    pub(super) fn k(&self) -> usize {
        self.peaks.len()
    }

    /// The share of each component in each row of a block, and the sum of the logarithms of the rows'
    /// densities.
    pub(super) fn shares(&self, block: &[f64], work: &mut Workspace) -> f64 {
        let rows = block.len() / self.width;
        let Workspace { stretched, shares, top, total } = work;
        let (top, total) = (&mut top[..rows], &mut total[..rows]);
        top.fill(f64::NEG_INFINITY);
        total.fill(0.0);
        for component in 0..self.k() {
            let logs = &mut shares[component * rows..][..rows];
            self.logs(component, block, stretched, logs);
            for (top, &log) in top.iter_mut().zip(&*logs) {
                *top = if log > *top { log } else { *top };
            }
        }
        for logs in shares[..self.k() * rows].chunks_exact_mut(rows) {
            for ((log, top), total) in logs.iter_mut().zip(&*top).zip(&mut *total) {
                *log = (*log - top).exp();
                *total += *log;
            }
        }
        for shares in shares[..self.k() * rows].chunks_exact_mut(rows) {
            for (share, total) in shares.iter_mut().zip(&*total) {
                *share /= total;
            }
        }
        for (top, total) in top.iter_mut().zip(&*total) {
            *top += total.ln();
        }
        sum(top)
    }

    /// The logarithm of weight times density of one component at each row.
    fn logs(&self, component: usize, block: &[f64], stretched: &mut [f64], logs: &mut [f64]) {
        let rows = logs.len();
        let mean = &self.means[component * self.width..][..self.width];
        logs.fill(0.0);
        for (column, (values, mean)) in block.chunks_exact(rows).zip(mean).enumerate() {
            let (before, own) = stretched.split_at_mut(column * rows);
            let own = &mut own[..rows];
            let scale = match &self.stretches[component] {
                Stretch::Columns(scales) => {
                    for (own, x) in own.iter_mut().zip(values) {
                        *own = x - mean;
                    }
                    scales[column]
                }
                Stretch::Triangle(factor) => {
                    let factor = &factor[column * self.width..][..=column];
                    for (own, x) in own.iter_mut().zip(values) {
                        *own = x - mean;
                    }
                    for (before, factor) in before.chunks_exact(rows).zip(factor) {
                        for (own, before) in own.iter_mut().zip(before) {
                            *own -= factor * before;
                        }
                    }
                    factor[column]
                }
            };
            for (own, log) in own.iter_mut().zip(&mut *logs) {
                *own *= scale;
                *log += *own * *own;
            }
        }
        let peak = self.peaks[component];
        for log in logs {
            // Also where infinity met infinity.
            let squared = if *log < FARTHEST { *log } else { FARTHEST };
            *log = peak - 0.5 * squared;
        }
    }
}

/// The stretch of a covariance, and the logarithm of the root of its determinant.
fn stretch(kind: Covariance, width: usize, covariance: &[f64]) -> Option<(Stretch, f64)> {
    if matches!(kind, Covariance::Full | Covariance::Tied) {
        let rows: Vec<Vec<f64>> = covariance.chunks_exact(width).map(<[f64]>::to_vec).collect();
        let cholesky = Cholesky::new(&Square::from_rows(&rows)?)?;
        let mut factor: Vec<f64> = (0..width).flat_map(|row| cholesky.factor().row(row)).copied().collect();
        let mut log_volume = 0.0;
        for diagonal in factor.iter_mut().step_by(width + 1) {
            log_volume += diagonal.ln();
            *diagonal = 1.0 / *diagonal;
        }
        return (log_volume.is_finite() && factor.iter().all(|value| value.is_finite()))
            .then_some((Stretch::Triangle(factor), log_volume));
    }
    let variances = covariance.iter().copied().cycle().take(width);
    let log_volume: f64 = variances.clone().map(|variance| 0.5 * variance.ln()).sum();
    let scales: Vec<f64> = variances.map(|variance| 1.0 / variance.sqrt()).collect();
    let sound = covariance.iter().all(|&variance| variance > 0.0)
        && log_volume.is_finite()
        && scales.iter().all(|scale| scale.is_finite());
    sound.then_some((Stretch::Columns(scales), log_volume))
}
