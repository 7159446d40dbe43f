//! The greatest value of a smooth function of a few variables.
#![allow(clippy::indexing_slicing, reason = "indices run below the length of every array here")]

use super::linear::{Cholesky, Square, dot};
use crate::error::Result;

/// A function at one point, of a fixed number of variables: its value, slope and curvature. What likelihoods sum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Local<const N: usize> {
    pub(crate) value: f64,
    pub(crate) gradient: [f64; N],
    pub(crate) hessian: [[f64; N]; N],
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
}

/// A function at one point, of the variables of a search.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Surface {
    pub(crate) value: f64,
    pub(crate) gradient: Vec<f64>,
    pub(crate) hessian: Square,
}

impl Surface {
    pub(crate) fn zero(n: usize) -> Surface {
        Surface { value: 0.0, gradient: vec![0.0; n], hessian: Square::zero(n) }
    }

    /// Adds a function of x = map · y, as one of y. Rows of the map belong to x.
    pub(crate) fn add<const N: usize>(&mut self, local: &Local<N>, map: &[Vec<f64>; N]) {
        let n = self.gradient.len();
        self.value += local.value;
        for (row, slope) in map.iter().zip(local.gradient) {
            for (to, part) in self.gradient.iter_mut().zip(row) {
                *to += slope * part;
            }
        }
        let across: [Vec<f64>; N] = std::array::from_fn(|k| {
            (0..n).map(|j| (0..N).map(|l| local.hessian[k][l] * map[l][j]).sum()).collect()
        });
        for (row, across) in map.iter().zip(&across) {
            for (i, part) in row.iter().enumerate() {
                across.iter().enumerate().for_each(|(j, bend)| *self.hessian.at_mut(i, j) += part * bend);
            }
        }
    }

    /// The same function with some variables held where they are.
    fn holding(mut self, fixed: &[bool]) -> Surface {
        for held in (0..fixed.len()).filter(|&place| fixed[place]) {
            self.gradient[held] = 0.0;
            for place in 0..fixed.len() {
                *self.hessian.at_mut(held, place) = 0.0;
                *self.hessian.at_mut(place, held) = 0.0;
            }
            *self.hessian.at_mut(held, held) = -1.0;
        }
        self
    }

    /// The step to the top of the local parabola, its curvature raised by `damping`; `None` if it has no top.
    fn step(&self, damping: f64) -> Option<Vec<f64>> {
        let mut curvature = self.hessian.clone().map(|value| -value);
        for place in 0..self.gradient.len() {
            *curvature.at_mut(place, place) += damping;
        }
        Cholesky::new(&curvature).map(|factor| factor.solve(&self.gradient))
    }

    /// How much the local parabola rises along a step.
    fn rise(&self, step: &[f64]) -> f64 {
        dot(&self.gradient, step) + 0.5 * self.hessian.form(step)
    }

    fn largest_curvature(&self) -> f64 {
        let n = self.gradient.len();
        (0..n).fold(f64::MIN_POSITIVE, |most, place| most.max(self.hessian.at(place, place).abs()))
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
#[derive(Debug, Clone)]
pub(crate) struct Optimum {
    pub(crate) at: Vec<f64>,
    pub(crate) value: f64,
    pub(crate) iterations: usize,
    /// The rise expected of another step.
    pub(crate) change: f64,
    pub(crate) converged: bool,
    /// The second derivatives there; those of variables that were held are 0, and −1 with themselves.
    pub(crate) hessian: Square,
}

/// No variable moves farther in one step: the variables are logarithms.
const LONGEST_STEP: f64 = 3.0;

/// Climbs from `start` by damped Newton steps. Variables marked `fixed` stay. The variables are taken to be
/// of the order of 1.
pub(crate) fn maximize(
    mut function: impl FnMut(&[f64]) -> Result<Surface>,
    start: Vec<f64>,
    fixed: &[bool],
    stop: Stop,
) -> Result<Optimum> {
    let mut here = function(&start)?.holding(fixed);
    let mut end = Optimum {
        at: start,
        value: here.value,
        iterations: 0,
        change: f64::INFINITY,
        converged: false,
        hessian: Square::zero(0),
    };
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
        let at: Vec<f64> = end.at.iter().zip(&step).map(|(at, step)| at + step).collect();
        let there = function(&at)?.holding(fixed);
        let (rise, expected) = (there.value - here.value, here.rise(&step));
        if rise > 1e-4 * expected {
            damping = if rise > 0.5 * expected { used * 0.125 } else { used };
            if damping < 1e-9 * here.largest_curvature() {
                damping = 0.0;
            }
            end = Optimum { at, value: there.value, ..end };
            here = there;
        } else if expected < tolerance {
            end.converged = true;
            break;
        } else {
            damping = (4.0 * used).max(1e-3 * here.largest_curvature());
        }
    }
    Ok(Optimum { hessian: here.hessian, ..end })
}

/// A step uphill and the damping it took.
fn damped_step(here: &Surface, damping: f64) -> Option<(Vec<f64>, f64)> {
    let mut damping = damping;
    for _ in 0..60 {
        if let Some(step) = here.step(damping) {
            let longest = step.iter().fold(0.0, |most: f64, part| most.max(part.abs()));
            let scale = if longest > LONGEST_STEP { LONGEST_STEP / longest } else { 1.0 };
            return Some((step.into_iter().map(|part| part * scale).collect(), damping));
        }
        damping = (10.0 * damping).max(1e-6 * here.largest_curvature());
    }
    None
}

/// Compares the derivatives of a function with differences of it, at some points.
#[cfg(test)]
pub(crate) fn assert_derivatives<const N: usize>(
    function: impl Fn([f64; N]) -> Local<N>,
    points: impl IntoIterator<Item = [f64; N]>,
) {
    for at in points {
        let here = function(at);
        for place in 0..N {
            let moved = |step: f64| {
                let mut to = at;
                to[place] += step;
                function(to)
            };
            let (up, down) = (moved(1e-5), moved(-1e-5));
            let slope = (up.value - down.value) / 2e-5;
            let exact = here.gradient[place];
            assert!((slope - exact).abs() < 1e-6 * (1.0 + slope.abs()), "{at:?} {place}: {exact}, {slope}");
            for other in 0..N {
                let bend = (up.gradient[other] - down.gradient[other]) / 2e-5;
                let exact = here.hessian[place][other];
                assert!((bend - exact).abs() < 1e-6 * (1.0 + bend.abs()), "{at:?} {place} {other}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// −(1 − x)² − 100 (y − x²)², whose only top is (1, 1) (Rosenbrock 1960).
    fn valley(at: &[f64]) -> Result<Surface> {
        let (x, y) = (at[0], at[1]);
        let off = y - x * x;
        Ok(Surface {
            value: -(1.0 - x).powi(2) - 100.0 * off * off,
            gradient: vec![2.0 * (1.0 - x) + 400.0 * x * off, -200.0 * off],
            hessian: Square::of(2, &[-2.0 + 400.0 * off - 800.0 * x * x, 400.0 * x, 400.0 * x, -200.0]),
        })
    }

    const STOP: Stop = Stop { max_iterations: 100, tolerance: 1e-14 };

    #[test]
    fn climbs_out_of_a_bent_valley() {
        for start in [[-1.2, 1.0], [0.0, 5.0], [-3.0, -3.0]] {
            let top = maximize(valley, start.to_vec(), &[false; 2], STOP).unwrap();
            assert!(top.converged && top.iterations < 60, "{top:?}");
            assert!(top.at.iter().all(|x| (x - 1.0).abs() < 1e-6), "{top:?}");
        }
    }

    #[test]
    fn holds_what_is_fixed() {
        let top = maximize(valley, vec![0.5, 9.0], &[true, false], STOP).unwrap();
        assert!(top.at[0] == 0.5 && (top.at[1] - 0.25).abs() < 1e-9, "{top:?}");
    }

    #[test]
    fn says_when_it_has_not_arrived() {
        let end = maximize(valley, vec![-1.2, 1.0], &[false; 2], Stop { max_iterations: 3, ..STOP }).unwrap();
        assert!(!end.converged && end.iterations == 3 && end.change > 1e-3);
    }
}
