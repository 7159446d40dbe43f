//! The greatest value of a smooth function of a few variables.
#![allow(clippy::indexing_slicing, reason = "indices run below N, the length of every array here")]

use super::linear::{Cholesky, Matrix};
use crate::error::Result;

/// A function at one point: its value, slope and curvature.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Local<const N: usize> {
    pub(crate) value: f64,
    pub(crate) gradient: [f64; N],
    pub(crate) hessian: Matrix<N>,
}

impl<const N: usize> Local<N> {
    pub(crate) const ZERO: Self = Local { value: 0.0, gradient: [0.0; N], hessian: [[0.0; N]; N] };

    pub(crate) fn plus(mut self, other: &Self) -> Self {
        self.value += other.value;
        for row in 0..N {
            self.gradient[row] += other.gradient[row];
            for column in 0..N {
                self.hessian[row][column] += other.hessian[row][column];
            }
        }
        self
    }

    /// The same function of variables `y`, where `x = map · y`.
    pub(crate) fn of(&self, map: &Matrix<N>) -> Self {
        let mut changed = Local { value: self.value, ..Self::ZERO };
        for i in 0..N {
            changed.gradient[i] = (0..N).map(|k| self.gradient[k] * map[k][i]).sum();
            for j in 0..N {
                changed.hessian[i][j] = (0..N)
                    .flat_map(|k| (0..N).map(move |l| (k, l)))
                    .map(|(k, l)| map[k][i] * self.hessian[k][l] * map[l][j])
                    .sum();
            }
        }
        changed
    }

    /// The same function with some variables held where they are.
    fn holding(mut self, fixed: &[bool; N]) -> Self {
        for held in (0..N).filter(|&place| fixed[place]) {
            self.gradient[held] = 0.0;
            for place in 0..N {
                self.hessian[held][place] = 0.0;
                self.hessian[place][held] = 0.0;
            }
            self.hessian[held][held] = -1.0;
        }
        self
    }

    /// The step to the top of the local parabola, its curvature raised by `damping`; `None` if it has no top.
    fn step(&self, damping: f64) -> Option<[f64; N]> {
        let mut curvature = self.hessian.map(|row| row.map(|value| -value));
        for (place, row) in curvature.iter_mut().enumerate() {
            row[place] += damping;
        }
        Cholesky::new(&curvature).map(|factor| factor.solve(&self.gradient))
    }

    /// How much the local parabola rises along a step.
    fn rise(&self, step: &[f64; N]) -> f64 {
        let bend: f64 =
            (0..N).map(|i| (0..N).map(|j| step[i] * self.hessian[i][j] * step[j]).sum::<f64>()).sum();
        dot(&self.gradient, step) + 0.5 * bend
    }
}

/// When a search ends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stop {
    pub(crate) max_iterations: usize,
    /// The search has converged when another step is expected to raise the value by less.
    pub(crate) tolerance: f64,
}

/// Where a search ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Optimum<const N: usize> {
    pub(crate) at: [f64; N],
    pub(crate) value: f64,
    pub(crate) iterations: usize,
    /// The rise expected of another step.
    pub(crate) change: f64,
    pub(crate) converged: bool,
}

/// No variable moves farther in one step: the variables are logarithms.
const LONGEST_STEP: f64 = 3.0;

/// Climbs from `start` by damped Newton steps. Variables marked `fixed` stay. The variables are taken to be
/// of the order of 1.
pub(crate) fn maximize<const N: usize>(
    mut function: impl FnMut(&[f64; N]) -> Result<Local<N>>,
    start: [f64; N],
    fixed: [bool; N],
    stop: Stop,
) -> Result<Optimum<N>> {
    let mut here = function(&start)?.holding(&fixed);
    let mut end =
        Optimum { at: start, value: here.value, iterations: 0, change: f64::INFINITY, converged: false };
    let mut damping = 0.0;
    while end.iterations < stop.max_iterations {
        // Below the rounding error of the value no rise can be seen.
        let tolerance = stop.tolerance.max(1e-14 * here.value.abs());
        let steepest = here.gradient.iter().fold(0.0, |most: f64, slope| most.max(slope.abs()));
        let newton = here.step(0.0).map_or(f64::INFINITY, |step| 0.5 * dot(&here.gradient, &step));
        end.change = newton.min(steepest);
        if end.change < tolerance {
            end.converged = true;
            break;
        }
        end.iterations += 1;
        let Some((step, used)) = damped_step(&here, damping) else { break };
        let at: [f64; N] = std::array::from_fn(|place| end.at[place] + step[place]);
        let there = function(&at)?.holding(&fixed);
        let (rise, expected) = (there.value - here.value, here.rise(&step));
        if rise > 1e-4 * expected {
            damping = if rise > 0.5 * expected { used * 0.125 } else { used };
            if damping < 1e-9 * largest_curvature(&here) {
                damping = 0.0;
            }
            end = Optimum { at, value: there.value, ..end };
            here = there;
        } else if expected < tolerance {
            end.converged = true;
            break;
        } else {
            damping = (4.0 * used).max(1e-3 * largest_curvature(&here));
        }
    }
    Ok(end)
}

/// A step uphill and the damping it took.
fn damped_step<const N: usize>(here: &Local<N>, damping: f64) -> Option<([f64; N], f64)> {
    let mut damping = damping;
    for _ in 0..60 {
        if let Some(step) = here.step(damping) {
            let longest = step.iter().fold(0.0, |most: f64, part| most.max(part.abs()));
            let scale = if longest > LONGEST_STEP { LONGEST_STEP / longest } else { 1.0 };
            return Some((step.map(|part| part * scale), damping));
        }
        damping = (10.0 * damping).max(1e-6 * largest_curvature(here));
    }
    None
}

fn largest_curvature<const N: usize>(here: &Local<N>) -> f64 {
    (0..N).fold(f64::MIN_POSITIVE, |most, place| most.max(here.hessian[place][place].abs()))
}

fn dot<const N: usize>(a: &[f64; N], b: &[f64; N]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// −(1 − x)² − 100 (y − x²)², whose only top is (1, 1) (Rosenbrock 1960).
    fn valley(at: &[f64; 2]) -> Result<Local<2>> {
        let [x, y] = *at;
        let off = y - x * x;
        Ok(Local {
            value: -(1.0 - x).powi(2) - 100.0 * off * off,
            gradient: [2.0 * (1.0 - x) + 400.0 * x * off, -200.0 * off],
            hessian: [[-2.0 + 400.0 * off - 800.0 * x * x, 400.0 * x], [400.0 * x, -200.0]],
        })
    }

    const STOP: Stop = Stop { max_iterations: 100, tolerance: 1e-14 };

    #[test]
    fn climbs_out_of_a_bent_valley() {
        for start in [[-1.2, 1.0], [0.0, 5.0], [-3.0, -3.0]] {
            let top = maximize(valley, start, [false; 2], STOP).unwrap();
            assert!(top.converged && top.iterations < 60, "{top:?}");
            assert!(top.at.iter().all(|x| (x - 1.0).abs() < 1e-6), "{top:?}");
        }
    }

    #[test]
    fn holds_what_is_fixed() {
        let top = maximize(valley, [0.5, 9.0], [true, false], STOP).unwrap();
        assert!(top.at[0] == 0.5 && (top.at[1] - 0.25).abs() < 1e-9, "{top:?}");
    }

    #[test]
    fn says_when_it_has_not_arrived() {
        let end = maximize(valley, [-1.2, 1.0], [false; 2], Stop { max_iterations: 3, ..STOP }).unwrap();
        assert!(!end.converged && end.iterations == 3 && end.change > 1e-3);
    }
}
