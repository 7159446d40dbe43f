//! Lloyd's iterations: assign every row to its nearest center, move every center to the mean of its rows.
//!
//! Only rows whose nearest center may have changed are looked at again. Where the nearest center is closer by
//! a margin than the next, no movement of the centers by less than half the margin changes that (Hamerly
//! 2010). Here each row keeps how far the centers may drift until it has to be looked at, so that a row that
//! rests costs one comparison. The margins allow for rounding: every label is, to the bit, the one
//! that looking at all rows would give.

#![allow(
    clippy::indexing_slicing,
    reason = "labels are below k because the kernel gives the number of a center, and lists hold rows of their block"
)]

use super::nearest::{MOST, Nearest};
use super::rows::Rows;
use super::sums::{Sums, chunk, inertia};
use crate::error::Result;
use crate::learn::cluster::{BLOCK, Blocks};

/// When to stop.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stop {
    pub(super) max_iterations: usize,
    /// Largest squared movement of all centers together that counts as standing still.
    pub(super) tolerance: f64,
}

/// Where one start ended.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) centers: Vec<f64>,
    pub(super) labels: Vec<u32>,
    pub(super) inertia: f64,
    pub(super) iterations: usize,
    pub(super) converged: bool,
}

/// What is known of a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) label: u32,
    /// How far the centers may have drifted before the label has to be looked at again.
    reach: f32,
}

/// The label of a row before the first look.
pub(super) const NONE: u32 = u32::MAX;

/// Iterates from these centers. The labels are those of the centers returned.
pub(super) fn lloyd(rows: &Rows<'_>, mut centers: Vec<f64>, stop: &Stop) -> Result<Run> {
    let k = centers.len() / rows.width();
    let mut places = vec![Place { label: NONE, reach: 0.0 }; rows.n()];
    let (mut sums, mut drift) = (Sums::none(k, rows.width()), vec![0.0; k]);
    assign(rows, &centers, &drift, &mut places, &mut sums)?;
    // Whether a row changed, whether the centers rested, and whether the sums are those of the members
    // without the rounding of what came and went.
    let (mut changed, mut still, mut exact) = (true, false, true);
    let mut iterations = 0;
    let converged = loop {
        let empty = sums.some_empty();
        let done = !empty && (still || (!changed && exact));
        if done || iterations == stop.max_iterations {
            break done;
        }
        if !changed && !exact {
            sums = Sums::of(rows, &places, k)?;
            exact = true;
        }
        let moved = if empty {
            sums.with_relocated(rows, &places, &centers)?.means(&centers)
        } else {
            sums.means(&centers)
        };
        if !changed && !empty && moved == centers {
            break true;
        }
        let moves = movements(&centers, &moved, rows.width());
        still = moves.iter().sum::<f64>() <= stop.tolerance;
        add_drift(&mut drift, &moves);
        centers = moved;
        changed = assign(rows, &centers, &drift, &mut places, &mut sums)?;
        exact &= !changed || rows.weights.is_some();
        iterations += 1;
    };
    let inertia = inertia(rows, &places, &centers)?;
    let labels = places.iter().map(|place| place.label).collect();
    Ok(Run { centers, labels, inertia, iterations, converged })
}

/// The squared movement of every center.
fn movements(from: &[f64], to: &[f64], width: usize) -> Vec<f64> {
    let squared = |(a, b): (&[f64], &[f64])| a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum();
    from.chunks_exact(width).zip(to.chunks_exact(width)).map(squared).collect()
}

/// Adds to the drift of each center how much closer its rows may have come to another by these squared
/// movements: by its own and by the largest of the others.
fn add_drift(drift: &mut [f64], moves: &[f64]) {
    let fastest =
        (0..moves.len()).fold(0, |fastest, at| if moves[at] > moves[fastest] { at } else { fastest });
    let others = |at: usize| moves.iter().enumerate().filter(move |(other, _)| *other != at);
    let next = others(fastest).map(|(_, &square)| square).fold(0.0, f64::max);
    for (at, (drift, own)) in drift.iter_mut().zip(moves).enumerate() {
        let other = if at == fastest { next } else { moves[fastest] };
        *drift += (own.sqrt() + other.sqrt()) * (1.0 + ROUNDING);
    }
}

/// Gives every row the number of its nearest center and brings the sums up to date: rows that change are
/// taken from one cluster to another, or all are added up anew when they have weights, since what is left of
/// a small weight after a large one went is rounding. Whether any changed.
fn assign(
    rows: &Rows<'_>,
    centers: &[f64],
    drift: &[f64],
    places: &mut [Place],
    sums: &mut Sums,
) -> Result<bool> {
    let width = rows.width();
    let k = centers.len() / width;
    let pass = Pass::new(rows.points, centers, drift);
    let found = rows.map(chunk(k), places, |part, places| {
        let mut look = Look::new(&pass);
        let mut sums = part.weights.is_none().then(|| Sums::none(k, width));
        let mut changed = false;
        for (block, places) in part.values.chunks(BLOCK * width).zip(places.chunks_mut(BLOCK)) {
            let changes = look.again(block, places);
            changed |= !changes.is_empty();
            if let Some(sums) = &mut sums {
                sums.change(block, places.len(), changes);
            }
        }
        Ok(changed.then_some(sums))
    })?;
    let changed = found.iter().any(Option::is_some);
    found.into_iter().flatten().flatten().for_each(|more| sums.add(more));
    if changed && rows.weights.is_some() {
        *sums = Sums::of(rows, places, k)?;
    }
    Ok(changed)
}

/// Widens what the conversion to `f32` rounds.
const ROUNDING: f64 = 1e-6;

/// A row of a block that changes, and the clusters from and to which it does.
#[derive(Clone, Copy)]
pub(super) struct Change {
    pub(super) row: u32,
    pub(super) from: u32,
    pub(super) to: u32,
}

/// What bounds the rounding of distances in numbers of one kind.
#[derive(Clone, Copy)]
struct Rounding {
    /// The share of a distance that it stays below.
    share: f64,
    /// And what comes on top: of the coordinates themselves.
    fixed: f64,
}

/// Looks at the rows of a block whose labels are not certain, first in `f32`; where that leaves the nearest
/// center open, in `f64`.
struct Look<'a> {
    pass: &'a Pass<'a>,
    picked: [u32; BLOCK],
    open: [u32; BLOCK],
    coarse: Nearest<f32>,
    fine: Nearest<f64>,
    changes: Vec<Change>,
}

/// The centers of one pass over the rows, and how far they drifted.
struct Pass<'a> {
    centers: &'a [f64],
    /// The same in `f32`; none if these cannot number them.
    short: Option<Vec<f32>>,
    drift: &'a [f64],
    /// The drift at least, in `f32`.
    rounded: Vec<f32>,
    coarse: Rounding,
    fine: Rounding,
}

impl<'a> Pass<'a> {
    fn new(points: &Blocks, centers: &'a [f64], drift: &'a [f64]) -> Pass<'a> {
        let width = points.width as f64;
        let largest = centers.iter().fold(points.largest, |largest, c| largest.max(c.abs()));
        let one = f64::from(f32::EPSILON);
        Pass {
            centers,
            short: (drift.len() < MOST).then(|| centers.iter().map(|&c| c as f32).collect()),
            drift,
            rounded: drift.iter().map(|drift| (drift * (1.0 + ROUNDING)) as f32).collect(),
            coarse: Rounding { share: (width + 8.0) * one, fixed: 4.0 * one * width.sqrt() * largest },
            fine: Rounding { share: (width + 8.0) * f64::EPSILON, fixed: 0.0 },
        }
    }
}

impl<'a> Look<'a> {
    fn new(pass: &'a Pass<'a>) -> Look<'a> {
        let (coarse, fine, changes) = (Nearest::new(), Nearest::new(), Vec::new());
        Look { pass, picked: [0; BLOCK], open: [0; BLOCK], coarse, fine, changes }
    }

    /// Labels the rows anew and says which changed.
    fn again(&mut self, block: &[f64], places: &mut [Place]) -> &[Change] {
        self.changes.clear();
        let mut uncertain = 0;
        for (row, place) in (0..).zip(&*places) {
            self.picked[uncertain] = row;
            // A row without a label, and a reach that is no number, are never certain.
            let drift = self.pass.rounded.get(place.label as usize).copied().unwrap_or(f32::INFINITY);
            let certain = place.reach > drift;
            uncertain += usize::from(!certain);
        }
        if uncertain == 0 {
            return &[];
        }
        let mut open = 0;
        if let Some(short) = &self.pass.short {
            let picked = &self.picked[..uncertain];
            self.coarse.find(block, places.len(), picked, short);
            let Nearest { labels, first, second } = &self.coarse;
            let found = labels.iter().zip(first).zip(second);
            for (&row, ((&label, first), second)) in picked.iter().zip(found) {
                let margin = self.pass.coarse.margin(first.sqrt().into(), second.sqrt().into());
                self.open[open] = row;
                // Beyond the range of f32 nothing is known of the next.
                if margin > 0.0 && margin.is_finite() {
                    keep(self.pass, row, label, margin, places, &mut self.changes);
                } else {
                    open += 1;
                }
            }
        } else {
            self.open = self.picked;
            open = uncertain;
        }
        if open > 0 {
            let picked = &self.open[..open];
            self.fine.find(block, places.len(), picked, self.pass.centers);
            let Nearest { labels, first, second } = &self.fine;
            let found = labels.iter().zip(first).zip(second);
            for (&row, ((&label, first), second)) in picked.iter().zip(found) {
                let margin = self.pass.fine.margin(first.sqrt(), second.sqrt());
                keep(self.pass, row, label, margin, places, &mut self.changes);
            }
        }
        &self.changes
    }
}

impl Rounding {
    /// By how much the first distance is smaller at least, if it is.
    fn margin(&self, first: f64, second: f64) -> f64 {
        second * (1.0 - self.share) - first * (1.0 + self.share) - self.fixed
    }
}

/// Takes over what was found for a row.
#[inline]
fn keep(pass: &Pass<'_>, row: u32, label: u32, margin: f64, places: &mut [Place], changes: &mut Vec<Change>) {
    let reach = if margin > 0.0 { (margin + pass.drift[label as usize]) * (1.0 - ROUNDING) } else { 0.0 };
    let place = &mut places[row as usize];
    if place.label != label {
        changes.push(Change { row, from: place.label, to: label });
    }
    *place = Place { label, reach: reach as f32 };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Features;
    use crate::learn::cluster::{Frame, Threads};
    use crate::model::Control;

    #[test]
    fn an_empty_cluster_gets_the_farthest_row() {
        let features = Features::new(["x"], vec![0.0, 1.0, 2.0, 10.0]).unwrap();
        let frame = Frame { offset: vec![0.0], scale: 1.0 };
        let points = frame.apply("test", &features).unwrap();
        let control = Control::default();
        let rows = Rows { points: &points, weights: None, threads: Threads::This, control: &control };
        let stop = Stop { max_iterations: 300, tolerance: 0.0 };
        let run = lloyd(&rows, vec![0.0, 1e6, 1e7], &stop).unwrap();
        assert_eq!((run.converged, run.labels[3] == run.labels[0]), (true, false));
        let mut centers = run.centers;
        centers.sort_by(f64::total_cmp);
        assert_eq!((centers.len(), run.inertia), (3, 0.5));
    }
}
