//! Expectation and maximization in one pass over the rows.

#![allow(
    clippy::indexing_slicing,
    reason = "the sums of a component hold 1 + width + scatter values, and parameters as many as theirs"
)]

use super::Covariance;
use super::density::{Density, Parameters, Workspace};
use crate::error::{ErrorKind, Result};
use crate::learn::cluster::{BLOCK, Blocks, add, sum};
use crate::model::Control;
use rayon::prelude::*;

/// Into so many parts the blocks are cut at most: each has sums of its own.
const PARTS: usize = 64;

/// What does not change between passes.
#[derive(Clone, Copy)]
pub(super) struct Rules<'a> {
    pub(super) kind: Covariance,
    /// Added to the diagonal of the covariances, in the frame.
    pub(super) regularization: f64,
    /// As the caller gave it.
    pub(super) given: f64,
    pub(super) tolerance: f64,
    pub(super) max_iterations: usize,
    pub(super) control: &'a Control,
}

/// Where one start ended.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) parameters: Parameters,
    /// The sum over all rows before the last update.
    pub(super) log_likelihood: f64,
    pub(super) iterations: usize,
    pub(super) converged: bool,
}

/// Sums of one component: its rows, their differences from a reference point near its mean, and the products
/// of these.
struct Layout {
    kind: Covariance,
    width: usize,
}

impl Layout {
    /// The upper triangle of products of differences, or their squares alone.
    fn scatter(&self) -> usize {
        match self.kind {
            Covariance::Full | Covariance::Tied => self.width * (self.width + 1) / 2,
            Covariance::Diagonal | Covariance::Spherical => self.width,
        }
    }

    fn size(&self) -> usize {
        1 + self.width + self.scatter()
    }

    /// Adds the rows of a block to the sums of a component, each by its share.
    fn accumulate(
        &self,
        block: &[f64],
        shares: &[f64],
        reference: &[f64],
        sums: &mut [f64],
        work: &mut [f64],
    ) {
        let rows = shares.len();
        let (differences, weighted) = work.split_at_mut(self.width * BLOCK);
        let weighted = &mut weighted[..rows];
        sums[0] += sum(shares);
        for (column, (values, reference)) in block.chunks_exact(rows).zip(reference).enumerate() {
            for (to, x) in differences[column * rows..][..rows].iter_mut().zip(values) {
                *to = x - reference;
            }
        }
        let mut place = 1 + self.width;
        for column in 0..self.width {
            let own = &differences[column * rows..][..rows];
            for ((weighted, own), share) in weighted.iter_mut().zip(own).zip(shares) {
                *weighted = own * share;
            }
            sums[1 + column] += sum(weighted);
            let first = if self.scatter() == self.width { column } else { 0 };
            for other in first..=column {
                sums[place] += dot(weighted, &differences[other * rows..][..rows]);
                place += 1;
            }
        }
    }
}

/// A sum of products in eight interleaved parts: a fixed order that vector registers can follow.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0; 8];
    let (a, rest_a) = a.as_chunks::<8>();
    let (b, rest_b) = b.as_chunks::<8>();
    for (a, b) in a.iter().zip(b) {
        for lane in 0..8 {
            lanes[lane] += a[lane] * b[lane];
        }
    }
    lanes.iter().sum::<f64>() + rest_a.iter().zip(rest_b).map(|(a, b)| a * b).sum::<f64>()
}

/// The sums of all components over all rows, and the log-likelihood at the end. `shares` fills the buffer
/// with the shares of a block, of this number, and gives its log-likelihood.
fn sums(
    points: &Blocks,
    k: usize,
    references: &[f64],
    rules: &Rules<'_>,
    shares: impl Fn(usize, &[f64], &mut Workspace) -> f64 + Sync,
) -> Result<Vec<f64>> {
    let layout = Layout { kind: rules.kind, width: points.width };
    let (size, width) = (layout.size(), points.width);
    let blocks: Vec<&[f64]> = points.iter().collect();
    let part = blocks.len().div_ceil(PARTS);
    let parts = blocks
        .par_chunks(part)
        .enumerate()
        .map(|(number, blocks)| {
            let mut sums = vec![0.0; k * size + 1];
            let (mut work, mut buffer) = (Workspace::new(k, width), vec![0.0; (width + 1) * BLOCK]);
            for (block, number) in blocks.iter().zip(number * part..) {
                rules.control.check("gaussian mixture")?;
                let rows = block.len() / width;
                sums[k * size] += shares(number, block, &mut work);
                for component in 0..k {
                    let shares = &work.shares[component * rows..][..rows];
                    let reference = &references[component * width..][..width];
                    let own = &mut sums[component * size..][..size];
                    layout.accumulate(block, shares, reference, own, &mut buffer);
                }
            }
            Ok(sums)
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(parts.into_iter().fold(vec![0.0; k * size + 1], add))
}

/// The parameters that fit these sums best.
fn maximize(sums: &[f64], references: &[f64], points: &Blocks, rules: &Rules<'_>) -> Parameters {
    let width = points.width;
    let layout = Layout { kind: rules.kind, width };
    let mut parameters = Parameters {
        kind: rules.kind,
        width,
        weights: Vec::new(),
        means: Vec::new(),
        covariances: Vec::new(),
    };
    let components = sums.chunks_exact(layout.size()).zip(references.chunks_exact(width));
    let mut tied = vec![0.0; width * width];
    for (sums, reference) in components {
        // As scikit-learn does: a component that no row belongs to stays, with next to no weight.
        let count = sums[0] + 10.0 * f64::EPSILON;
        let shift: Vec<f64> = sums[1..=width].iter().map(|sum| sum / count).collect();
        parameters.weights.push(count);
        parameters.means.extend(reference.iter().zip(&shift).map(|(reference, shift)| reference + shift));
        let scatter = &sums[1 + width..];
        if scatter.len() == width {
            let variances = scatter.iter().zip(&shift).map(|(sum, shift)| sum / count - shift * shift);
            let variances = variances.map(|variance| variance.max(0.0) + rules.regularization);
            match rules.kind {
                Covariance::Spherical => {
                    parameters.covariances.push(variances.sum::<f64>() / width as f64);
                }
                _ => parameters.covariances.extend(variances),
            }
            continue;
        }
        let mut covariance = square(scatter, &shift, count);
        if rules.kind == Covariance::Tied {
            tied = add(tied, covariance.iter().map(|value| value * count).collect::<Vec<_>>());
        } else {
            regularize(&mut covariance, width, rules.regularization);
            parameters.covariances.extend(covariance);
        }
    }
    let total: f64 = parameters.weights.iter().sum();
    if rules.kind == Covariance::Tied {
        parameters.covariances = tied.iter().map(|value| value / total).collect();
        regularize(&mut parameters.covariances, width, rules.regularization);
    }
    parameters.weights.iter_mut().for_each(|weight| *weight /= total);
    parameters
}

fn regularize(covariance: &mut [f64], width: usize, by: f64) {
    covariance.iter_mut().step_by(width + 1).for_each(|variance| *variance += by);
}

/// The covariance matrix out of the products of differences, whose mean is `shift`.
fn square(scatter: &[f64], shift: &[f64], count: f64) -> Vec<f64> {
    let width = shift.len();
    let mut covariance = vec![0.0; width * width];
    let mut scatter = scatter.iter();
    for row in 0..width {
        for (column, sum) in (0..=row).zip(&mut scatter) {
            let value = sum / count - shift[row] * shift[column];
            let value = if row == column { value.max(0.0) } else { value };
            covariance[row * width + column] = value;
            covariance[column * width + row] = value;
        }
    }
    covariance
}

/// The densities of these parameters, which the regularization keeps from collapsing.
pub(super) fn density(parameters: &Parameters, regularization: f64) -> Result<Density> {
    let collapsed = || ErrorKind::InvalidParameter {
        of: "GaussianMixture",
        parameter: "regularization",
        must_be: "of a size that keeps every covariance positive definite beside the values of the features"
            .into(),
        got: format!("{regularization:?}"),
    };
    Density::new(parameters).ok_or_else(|| collapsed().into())
}

/// Fits from a hard division of the rows, with the centers of its parts.
pub(super) fn run(points: &Blocks, labels: &[u32], centers: &[f64], rules: &Rules<'_>) -> Result<Run> {
    let k = centers.len() / points.width;
    let hard = |number: usize, block: &[f64], work: &mut Workspace| {
        let rows = block.len() / points.width;
        work.shares[..k * rows].fill(0.0);
        for (row, &label) in labels[number * BLOCK..][..rows].iter().enumerate() {
            work.shares[label as usize * rows + row] = 1.0;
        }
        0.0
    };
    let first = sums(points, k, centers, rules, hard)?;
    let mut parameters = maximize(&first, centers, points, rules);
    let (mut log_likelihood, mut iterations, mut converged) = (f64::NEG_INFINITY, 0, false);
    while iterations < rules.max_iterations && !converged {
        let density = density(&parameters, rules.given)?;
        let references = std::mem::take(&mut parameters.means);
        let sums = sums(points, k, &references, rules, |_, block, work| density.shares(block, work))?;
        parameters = maximize(&sums, &references, points, rules);
        let now = sums.last().copied().unwrap_or_default();
        converged = (now - log_likelihood).abs() / (points.n_rows as f64) < rules.tolerance;
        log_likelihood = now;
        iterations += 1;
    }
    Ok(Run { parameters, log_likelihood, iterations, converged })
}
