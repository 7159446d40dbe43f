//! The top of a concave function, by Newton's method with halved steps; small systems of equations.
#![allow(clippy::indexing_slicing, reason = "every index is below the width that all slices here share")]

use crate::error::{ErrorKind, Result, invalid_parameter};

/// A function at one point. Of `information`, the negative Hessian row by row, both halves are filled.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) value: f64,
    pub(super) gradient: Vec<f64>,
    pub(super) information: Vec<f64>,
}

impl Place {
    pub(super) fn zero(width: usize) -> Place {
        Place { value: 0.0, gradient: vec![0.0; width], information: vec![0.0; width * width] }
    }

    /// Adds another function, or another part of the same.
    pub(super) fn add(&mut self, other: &Place) {
        self.value += other.value;
        add(&mut self.gradient, &other.gradient);
        add(&mut self.information, &other.information);
    }

    /// Copies the lower half of the information into the upper.
    pub(super) fn mirror(&mut self) {
        let width = self.gradient.len();
        for row in 0..width {
            for column in 0..row {
                self.information[column * width + row] = self.information[row * width + column];
            }
        }
    }
}

/// When a search ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stop {
    pub(super) max_iterations: usize,
    /// The search has converged when another step is expected to raise the value by less.
    pub(super) tolerance: f64,
}

impl Stop {
    pub(super) fn checked(of: &'static str, max_iterations: usize, tolerance: f64) -> Result<Stop> {
        if max_iterations == 0 {
            return invalid_parameter(of, "max_iterations", "at least 1", max_iterations);
        }
        if !(tolerance > 0.0 && tolerance < 1.0) {
            return invalid_parameter(of, "tolerance", "above 0 and below 1", tolerance);
        }
        Ok(Stop { max_iterations, tolerance })
    }
}

/// Where a search arrived.
#[derive(Debug, Clone)]
pub(super) struct Top {
    pub(super) at: Vec<f64>,
    pub(super) place: Place,
    pub(super) iterations: usize,
    /// The last step. Where a variable runs off to infinity it stays long although it raises nothing.
    pub(super) step: Vec<f64>,
}

/// Why a search did not arrive.
#[derive(Debug)]
pub(super) enum Stuck {
    /// The function does not bend along this variable, given those before it.
    Flat(usize),
    NotConverged(ErrorKind),
}

/// Climbs from `start` to the top of a concave function.
pub(super) fn climb(
    of: &'static str,
    mut function: impl FnMut(&[f64]) -> Result<Place>,
    start: Vec<f64>,
    stop: Stop,
) -> Result<Result<Top, Stuck>> {
    let mut at = start;
    let mut here = function(&at)?;
    for iteration in 1..=stop.max_iterations {
        let factor = match Cholesky::new(&here.information, at.len()) {
            Ok(factor) => factor,
            Err(variable) => return Ok(Err(Stuck::Flat(variable))),
        };
        let step = factor.solve(&here.gradient);
        let rise = 0.5 * dot(&step, &here.gradient);
        // Below the rounding error of the value no rise can be seen.
        let enough = stop.tolerance.max(1e-14 * here.value.abs());
        let mut length = 1.0;
        let found = loop {
            let next = moved(&at, &step, length);
            let there = function(&next)?;
            if there.value > here.value || (rise <= enough && there.value >= here.value - enough) {
                break Some((next, there));
            }
            length *= 0.5;
            if length < 1e-12 {
                break None;
            }
        };
        // The step that was too small to matter is still taken: it doubles the digits of the variables.
        let converged = rise <= enough;
        match found {
            Some((next, there)) => (at, here) = (next, there),
            None if !converged => {
                let (iterations, change, tolerance) = (iteration, rise, stop.tolerance);
                let kind = ErrorKind::NotConverged { of, iterations, change, tolerance };
                return Ok(Err(Stuck::NotConverged(kind)));
            }
            None => {}
        }
        if converged {
            return Ok(Ok(Top { at, place: here, iterations: iteration, step }));
        }
    }
    let (iterations, tolerance) = (stop.max_iterations, stop.tolerance);
    let change = match Cholesky::new(&here.information, at.len()) {
        Ok(factor) => 0.5 * dot(&factor.solve(&here.gradient), &here.gradient),
        Err(variable) => return Ok(Err(Stuck::Flat(variable))),
    };
    Ok(Err(Stuck::NotConverged(ErrorKind::NotConverged { of, iterations, change, tolerance })))
}

/// The lower factor L of a positive definite matrix L Lᵀ.
#[derive(Debug)]
pub(super) struct Cholesky {
    factor: Vec<f64>,
    width: usize,
}

impl Cholesky {
    /// Fails with the first row that depends on those before it.
    pub(super) fn new(matrix: &[f64], width: usize) -> std::result::Result<Cholesky, usize> {
        let mut factor = vec![0.0; width * width];
        for row in 0..width {
            for column in 0..=row {
                let known: f64 =
                    (0..column).map(|k| factor[row * width + k] * factor[column * width + k]).sum();
                let rest = matrix[row * width + column] - known;
                factor[row * width + column] = if row > column {
                    rest / factor[column * width + column]
                } else if rest > DEPENDENT * matrix[row * width + row] {
                    rest.sqrt()
                } else {
                    return Err(row);
                };
            }
        }
        Ok(Cholesky { factor, width })
    }

    /// The solution of `matrix · x = right`.
    pub(super) fn solve(&self, right: &[f64]) -> Vec<f64> {
        let (factor, width, mut x) = (&self.factor, self.width, right.to_vec());
        for row in 0..width {
            let known: f64 = (0..row).map(|k| factor[row * width + k] * x[k]).sum();
            x[row] = (x[row] - known) / factor[row * width + row];
        }
        for row in (0..width).rev() {
            let known: f64 = (row + 1..width).map(|k| factor[k * width + row] * x[k]).sum();
            x[row] = (x[row] - known) / factor[row * width + row];
        }
        x
    }

    /// The inverse, row by row.
    pub(super) fn inverse(&self) -> Vec<f64> {
        let unit = |place| (0..self.width).map(|k| if k == place { 1.0 } else { 0.0 }).collect::<Vec<_>>();
        (0..self.width).flat_map(|place| self.solve(&unit(place))).collect()
    }
}

/// What is left of a row that depends on others, as a share of it, is below this.
const DEPENDENT: f64 = 1e-11;

/// x of `variance⁻¹` x for a matrix that may lack rank, with its rank: dependent rows are left out.
pub(super) fn reduced(variance: &[f64], x: &[f64]) -> (f64, usize) {
    let width = x.len();
    let largest = (0..width).map(|k| variance[k * width + k]).fold(0.0, f64::max);
    let mut kept: Vec<usize> = Vec::new();
    for row in (0..width).filter(|&row| variance[row * width + row] > 1e-12 * largest) {
        kept.push(row);
        if Cholesky::new(&of_rows(variance, width, &kept), kept.len()).is_err() {
            kept.pop();
        }
    }
    let x: Vec<f64> = kept.iter().map(|&row| x[row]).collect();
    match Cholesky::new(&of_rows(variance, width, &kept), kept.len()) {
        Ok(factor) => (dot(&x, &factor.solve(&x)), kept.len()),
        Err(_) => (0.0, 0),
    }
}

fn of_rows(matrix: &[f64], width: usize, rows: &[usize]) -> Vec<f64> {
    rows.iter().flat_map(|row| rows.iter().map(move |column| matrix[row * width + column])).collect()
}

pub(super) fn add(sums: &mut [f64], more: &[f64]) {
    for (sum, value) in sums.iter_mut().zip(more) {
        *sum += value;
    }
}

pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn moved(from: &[f64], step: &[f64], length: f64) -> Vec<f64> {
    from.iter().zip(step).map(|(x, step)| x + length * step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_name_what_depends() {
        let factor = Cholesky::new(&[4.0, 2.0, 0.0, 2.0, 5.0, 1.0, 0.0, 1.0, 3.0], 3).unwrap();
        let x = factor.solve(&[8.0, 15.0, 11.0]); // of (1, 2, 3)
        assert!(x.iter().zip([1.0, 2.0, 3.0]).all(|(x, expected)| (x - expected).abs() < 1e-14));
        assert_eq!(Cholesky::new(&[1.0, 1.0, 1.0, 1.0], 2).unwrap_err(), 1);
        // Shares that add up to 1: the last row depends on the others.
        let (statistic, rank) =
            reduced(&[2.0, -1.0, -1.0, -1.0, 2.0, -1.0, -1.0, -1.0, 2.0], &[1.0, -1.0, 0.0]);
        assert!((statistic - 2.0 / 3.0).abs() < 1e-14 && rank == 2, "{statistic} {rank}");
    }

    /// −cosh(x − 3) − cosh(y + 1).
    fn hill(at: &[f64]) -> Result<Place> {
        let (x, y) = (at[0] - 3.0, at[1] + 1.0);
        Ok(Place {
            value: -x.cosh() - y.cosh(),
            gradient: vec![-x.sinh(), -y.sinh()],
            information: vec![x.cosh(), 0.0, 0.0, y.cosh()],
        })
    }

    #[test]
    fn climbs_to_the_top() {
        let stop = Stop { max_iterations: 50, tolerance: 1e-9 };
        let top = climb("test", hill, vec![0.0; 2], stop).unwrap().unwrap();
        assert!((top.at[0] - 3.0).abs() < 1e-12 && (top.at[1] + 1.0).abs() < 1e-12, "{:?}", top.at);
        let hurried = climb("test", hill, vec![0.0; 2], Stop { max_iterations: 1, ..stop }).unwrap();
        assert!(matches!(hurried.unwrap_err(), Stuck::NotConverged(_)));
    }
}
