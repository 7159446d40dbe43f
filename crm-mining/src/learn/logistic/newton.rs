//! The minimum of the penalised logistic loss, by Newton's method with halved steps.
#![allow(clippy::indexing_slicing, reason = "every index is below the width that all slices here share")]

use super::scaling::Scaling;
use crate::data::Labeled;
use crate::error::Result;
use crate::model::Control;
use rayon::prelude::*;

const STAGE: &str = "logistic regression";
/// Rows between two looks at the wish to stop.
const ROWS: usize = 512;
/// Most pieces that the rows are summed in; bounds the memory for partial Hessians.
const PIECES: usize = 32;
const HALVINGS: usize = 40;

/// The objective on standardised columns; the weight of the intercept stands first.
pub(super) struct Problem<'a> {
    data: &'a Labeled,
    scaling: &'a Scaling,
    penalties: Vec<f64>,
    width: usize,
}

pub(super) struct Solution {
    pub(super) weights: Vec<f64>,
    pub(super) iterations: usize,
    pub(super) converged: bool,
    pub(super) separated: bool,
}

/// Value, gradient and Hessian (upper triangle) of the objective at a point.
struct Place {
    loss: f64,
    gradient: Vec<f64>,
    hessian: Vec<f64>,
    /// Whether every row lies strictly on its side.
    separated: bool,
}

pub(super) fn logistic(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

impl<'a> Problem<'a> {
    pub(super) fn new(data: &'a Labeled, scaling: &'a Scaling, penalties: Vec<f64>) -> Self {
        Problem { data, scaling, width: penalties.len() + 1, penalties }
    }

    pub(super) fn minimize(&self, most: usize, tolerance: f64, control: &Control) -> Result<Solution> {
        let penalized = self.penalties.iter().any(|&penalty| penalty > 0.0);
        let mut weights = vec![0.0; self.width];
        let mut place = self.place(&weights, control)?;
        for iteration in 1..=most {
            control.step(STAGE, iteration as u64, most as u64)?;
            let step = solve(&place, self.width);
            let decrease = 0.5 * dot(&step, &place.gradient);
            let converged = decrease <= tolerance * place.loss;
            let found = if converged { None } else { self.descend(&place, &weights, &step, control)? };
            let Some((next, at)) = found else {
                if converged {
                    weights = moved(&weights, &step, 1.0);
                }
                return Ok(Solution {
                    weights,
                    iterations: iteration,
                    converged,
                    separated: place.separated,
                });
            };
            (place, weights) = (next, at);
            // Without a penalty, the weights of separated classes would grow for ever.
            if place.separated && !penalized {
                return Ok(Solution { weights, iterations: iteration, converged: false, separated: true });
            }
        }
        Ok(Solution { weights, iterations: most, converged: false, separated: place.separated })
    }

    /// The first of ever shorter steps that lowers the objective.
    fn descend(
        &self,
        from: &Place,
        weights: &[f64],
        step: &[f64],
        control: &Control,
    ) -> Result<Option<(Place, Vec<f64>)>> {
        let mut length = 1.0;
        for _ in 0..HALVINGS {
            let at = moved(weights, step, length);
            let place = self.place(&at, control)?;
            if place.loss < from.loss {
                return Ok(Some((place, at)));
            }
            length *= 0.5;
        }
        Ok(None)
    }

    fn place(&self, weights: &[f64], control: &Control) -> Result<Place> {
        let n = self.data.features().n_rows();
        let rows = n.div_ceil(PIECES).max(ROWS);
        let pieces = (0..n.div_ceil(rows))
            .into_par_iter()
            .map(|piece| self.piece(weights, piece * rows..n.min((piece + 1) * rows), control))
            .collect::<Result<Vec<Place>>>()?;
        let mut sum = Place::empty(self.width);
        for piece in &pieces {
            sum.add(piece);
        }
        for (feature, penalty) in (1..).zip(&self.penalties) {
            let weight = weights[feature];
            sum.loss += 0.5 * penalty * weight * weight;
            sum.gradient[feature] += penalty * weight;
            sum.hessian[feature * self.width + feature] += penalty;
        }
        Ok(sum)
    }

    /// The loss of some rows, four at a time: so the Hessian is loaded and stored a quarter as often.
    fn piece(&self, weights: &[f64], rows: std::ops::Range<usize>, control: &Control) -> Result<Place> {
        let q = self.width;
        let mut sum = Place::empty(q);
        let mut z = vec![0.0; 4 * q];
        for start in rows.clone().step_by(4) {
            if start % ROWS == 0 {
                control.check(STAGE)?;
            }
            let mut curvature = [0.0; 4];
            for (lane, z) in z.chunks_exact_mut(q).enumerate() {
                let row = start + lane;
                if row >= rows.end {
                    z.fill(0.0);
                    continue;
                }
                z[0] = 1.0;
                let values = self.scaling.standardized(self.data.features().row(row));
                z[1..].iter_mut().zip(values).for_each(|(z, value)| *z = value);
                curvature[lane] = sum.add_row(z, dot(z, weights), self.data.label(row));
            }
            add_products(&mut sum.hessian, &z, curvature, q);
        }
        Ok(sum)
    }
}

impl Place {
    fn empty(width: usize) -> Place {
        Place { loss: 0.0, gradient: vec![0.0; width], hessian: vec![0.0; width * width], separated: true }
    }

    fn add(&mut self, other: &Place) {
        self.loss += other.loss;
        self.separated &= other.separated;
        self.gradient.iter_mut().zip(&other.gradient).for_each(|(a, b)| *a += b);
        self.hessian.iter_mut().zip(&other.hessian).for_each(|(a, b)| *a += b);
    }

    /// Adds loss and gradient of one row; returns its weight in the Hessian.
    fn add_row(&mut self, z: &[f64], log_odds: f64, label: bool) -> f64 {
        let small = (-log_odds.abs()).exp();
        let probability = if log_odds >= 0.0 { 1.0 } else { small } / (1.0 + small);
        let margin = if label { log_odds } else { -log_odds };
        self.loss += (-margin).max(0.0) + small.ln_1p();
        self.separated &= margin > 0.0;
        let residual = probability - f64::from(u8::from(label));
        self.gradient.iter_mut().zip(z).for_each(|(sum, z)| *sum += residual * z);
        small / ((1.0 + small) * (1.0 + small))
    }
}

/// Adds Σ weight · z zᵀ of four rows to the upper triangle.
fn add_products(hessian: &mut [f64], z: &[f64], weight: [f64; 4], q: usize) {
    let (first, rest) = z.split_at(q);
    let (second, rest) = rest.split_at(q);
    let (third, fourth) = rest.split_at(q);
    for a in 0..q {
        let c = [weight[0] * first[a], weight[1] * second[a], weight[2] * third[a], weight[3] * fourth[a]];
        let rows = first[a..].iter().zip(&second[a..]).zip(third[a..].iter().zip(&fourth[a..]));
        for (sum, ((z0, z1), (z2, z3))) in hessian[a * q + a..(a + 1) * q].iter_mut().zip(rows) {
            *sum += (c[0] * z0 + c[1] * z1) + (c[2] * z2 + c[3] * z3);
        }
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn moved(from: &[f64], step: &[f64], length: f64) -> Vec<f64> {
    from.iter().zip(step).map(|(from, step)| from - length * step).collect()
}

/// Hessian⁻¹ · gradient by Cholesky. A column that depends on those before it takes no part in the step.
fn solve(place: &Place, q: usize) -> Vec<f64> {
    let mut lower = vec![0.0; q * q];
    for i in 0..q {
        for j in 0..=i {
            lower[i * q + j] = place.hessian[j * q + i];
        }
    }
    for j in 0..q {
        let diagonal = lower[j * q + j];
        for i in j..q {
            let (row, pivot_row) = (&lower[i * q..i * q + j], &lower[j * q..j * q + j]);
            lower[i * q + j] -= dot(row, pivot_row);
        }
        let pivot = lower[j * q + j];
        let root = if pivot > 1e-12 * diagonal { pivot.sqrt() } else { f64::INFINITY };
        for i in j..q {
            lower[i * q + j] = if i == j { root } else { lower[i * q + j] / root };
        }
    }
    let mut x = place.gradient.clone();
    for i in 0..q {
        x[i] = (x[i] - dot(&lower[i * q..i * q + i], &x[..i])) / lower[i * q + i];
    }
    for i in (0..q).rev() {
        let below: f64 = (i + 1..q).map(|k| lower[k * q + i] * x[k]).sum();
        x[i] = (x[i] - below) / lower[i * q + i];
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependent_columns_take_no_part() {
        // The Hessian of two equal columns after the intercept.
        let hessian = vec![2.0, 1.0, 1.0, 0.0, 3.0, 3.0, 0.0, 0.0, 3.0];
        let place = Place { loss: 1.0, gradient: vec![1.0, 2.0, 2.0], hessian, separated: false };
        let step = solve(&place, 3);
        assert_eq!(step[2], 0.0);
        assert!((step[0] - 0.2).abs() < 1e-15 && (step[1] - 0.6).abs() < 1e-15);
    }
}
