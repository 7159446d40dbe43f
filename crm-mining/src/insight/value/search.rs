//! The search for parameters that the models share: climbs inside the range, then a look at its edges.

use super::status::Boundary;
use crate::error::{ErrorKind, Result, invalid_parameter};
use crate::math::optimize::{Optimum, Stop, Surface, maximize};

/// ln 10¹⁵: as good as infinity for a variable without unit.
pub(super) const FAR: f64 = 34.538_776_394_910_684;
/// ln 10⁹: a variable that went so far is not coming back.
const GONE: f64 = 20.723_265_836_946_41;
/// Log-likelihoods that differ by less are those of one model.
pub(super) const SAME: f64 = 1e-5;

/// An edge of the range: a variable, and where it runs to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edge {
    pub(super) boundary: Boundary,
    pub(super) place: usize,
    pub(super) end: f64,
}

/// The best point found, which variables were held for it, and the edges it lies on.
#[derive(Debug)]
pub(super) struct Settled {
    pub(super) optimum: Optimum,
    pub(super) fixed: Vec<bool>,
    pub(super) boundaries: Vec<Boundary>,
}

/// A function and when to stop climbing it.
pub(super) struct Climber<F> {
    pub(super) function: F,
    pub(super) stop: Stop,
}

impl<F: FnMut(&[f64]) -> Result<Surface>> Climber<F> {
    pub(super) fn climb(&mut self, start: Vec<f64>, fixed: &[bool]) -> Result<Optimum> {
        maximize(&mut self.function, start, fixed, self.stop)
    }

    /// Moves to every edge where the value is no smaller: towards an edge the slope dies away, so a climb
    /// that ran there looks as if it had arrived inside.
    pub(super) fn settle(&mut self, mut best: Settled, edges: &[Edge], of: &'static str) -> Result<Settled> {
        for edge in edges {
            let (mut start, mut fixed) = (best.optimum.at.clone(), best.fixed.clone());
            let (Some(value), Some(held)) = (start.get_mut(edge.place), fixed.get_mut(edge.place)) else {
                continue;
            };
            if *held {
                continue;
            }
            let gone = *value * edge.end.signum() > GONE;
            (*value, *held) = (edge.end, true);
            if gone || (self.function)(&start)?.value >= best.optimum.value - SAME {
                let there = self.climb(start, &fixed)?;
                let iterations = best.optimum.iterations + there.iterations;
                best.optimum = Optimum { iterations, ..there };
                best.fixed = fixed;
                best.boundaries.push(edge.boundary);
            }
        }
        let Optimum { converged, iterations, change, .. } = best.optimum;
        let tolerance = self.stop.tolerance;
        if converged {
            Ok(best)
        } else {
            Err(ErrorKind::NotConverged { of, iterations, change, tolerance }.into())
        }
    }
}

/// The rules that the settings of all models share.
pub(super) fn checked_stop(
    of: &'static str,
    penalizer: f64,
    max_iterations: usize,
    tolerance: f64,
) -> Result<Stop> {
    if !(penalizer.is_finite() && penalizer >= 0.0) {
        return invalid_parameter(of, "penalizer", "finite and at least 0", penalizer);
    }
    if max_iterations == 0 {
        return invalid_parameter(of, "max_iterations", "at least 1", max_iterations);
    }
    if !(tolerance.is_finite() && tolerance > 0.0) {
        return invalid_parameter(of, "tolerance", "finite and above 0", tolerance);
    }
    Ok(Stop { max_iterations, tolerance })
}

/// The setters that settings of a search share.
macro_rules! search_setters {
    ($settings:ident) => {
        impl $settings {
            #[doc = concat!("Sets [`", stringify!($settings), "::penalizer`].")]
            pub fn penalizer(mut self, weight: f64) -> Self {
                self.penalizer = weight;
                self
            }

            #[doc = concat!("Sets [`", stringify!($settings), "::max_iterations`].")]
            pub fn max_iterations(mut self, steps: usize) -> Self {
                self.max_iterations = steps;
                self
            }

            #[doc = concat!("Sets [`", stringify!($settings), "::tolerance`].")]
            pub fn tolerance(mut self, rise: f64) -> Self {
                self.tolerance = rise;
                self
            }
        }
    };
}
pub(super) use search_setters;
