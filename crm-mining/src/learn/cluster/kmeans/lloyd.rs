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

use super::matrix::Matrix;
use super::model::ascending;
use super::nearest::{Centers, Nearest};
use super::rows::Rows;
use super::sums::{Sums, chunk, inertia};
use crate::error::Result;
use crate::learn::cluster::BLOCK;

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
        let last = iterations == stop.max_iterations;
        if done || last {
            let renumbered = ascend(&mut centers, &mut drift, &mut places, &mut sums);
            if !renumbered || !assign(rows, &centers, &drift, &mut places, &mut sums)? {
                break done;
            }
            if last {
                break false;
            }
            (changed, still, exact) = (true, false, rows.weights.is_some());
            continue;
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
            continue;
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

/// Numbers the clusters as the model will, by their centers: of equally near ones the first gets a row, now as in
/// a later prediction. Whether any has another number now.
fn ascend(centers: &mut Vec<f64>, drift: &mut [f64], places: &mut [Place], sums: &mut Sums) -> bool {
    let (points, rank) = ascending(centers, centers.len() / drift.len());
    if rank.is_sorted() {
        return false;
    }
    let drifted = drift.to_vec();
    for (&new, drifted) in rank.iter().zip(drifted) {
        drift[new as usize] = drifted;
    }
    places.iter_mut().for_each(|place| place.label = rank[place.label as usize]);
    *sums = sums.renumbered(&rank);
    *centers = points;
    true
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
            changed |= look.again(block, places, sums.as_mut());
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

/// What bounds the rounding of distances in numbers of one kind.
#[derive(Clone, Copy)]
struct Rounding {
    /// The share of a distance that it stays below.
    share: f64,
    /// And what comes on top: of the coordinates themselves.
    fixed: f64,
}

/// Bounds of drifts that are looked up: one for each center, or for several when there are more.
const BOUNDS: usize = 256;

/// The centers of one pass over the rows, and how far they drifted.
struct Pass {
    width: usize,
    /// The drift of each center, rounded down.
    drift: Vec<f32>,
    /// The largest drift of the centers whose numbers have the same last bits, rounded up.
    bounds: [f32; BOUNDS],
    short: (Centers<f32>, Rounding),
    long: (Centers<f64>, Rounding),
}

impl Pass {
    fn new(points: &Matrix<'_>, centers: &[f64], drift: &[f64]) -> Pass {
        let width = points.width;
        let largest = centers.iter().fold(points.largest, |largest, c| largest.max(c.abs()));
        let (columns, epsilon) = (width as f64, f64::from(f32::EPSILON));
        let short =
            Rounding { share: (columns + 16.0) * epsilon, fixed: 4.0 * epsilon * columns.sqrt() * largest };
        let long = Rounding { share: (columns + 16.0) * f64::EPSILON, fixed: 0.0 };
        let mut bounds = [0.0; BOUNDS];
        for (center, drift) in drift.iter().enumerate() {
            let bound = &mut bounds[center % BOUNDS];
            *bound = f32::max(*bound, (drift * (1.0 + ROUNDING)) as f32);
        }
        Pass {
            width,
            drift: drift.iter().map(|drift| (drift * (1.0 - ROUNDING)) as f32).collect(),
            bounds,
            short: (Centers::new(centers, width), short),
            long: (Centers::new(centers, width), long),
        }
    }
}

/// Looks at the rows of a block whose labels are not certain, first in `f32`; where that leaves the nearest
/// center open, in `f64`.
struct Look<'a> {
    pass: &'a Pass,
    picked: [u32; BLOCK],
    open: [u32; BLOCK],
    margins: [f32; BLOCK],
    short: Nearest<f32>,
    long: Nearest<f64>,
}

impl<'a> Look<'a> {
    fn new(pass: &'a Pass) -> Look<'a> {
        let (picked, open, margins) = ([0; BLOCK], [0; BLOCK], [0.0; BLOCK]);
        Look { pass, picked, open, margins, short: Nearest::new(), long: Nearest::new() }
    }

    /// Labels the rows anew, and takes those that change from sum to sum. Whether any did.
    fn again(&mut self, block: &[f64], places: &mut [Place], sums: Option<&mut Sums>) -> bool {
        let mut uncertain = 0;
        for (row, place) in (0..).zip(&*places) {
            // The remainders say to the compiler that there is nothing to check.
            self.picked[uncertain % BLOCK] = row;
            // Before the first look nothing reaches anywhere; a reach that is no number is never certain.
            let certain = place.reach > self.pass.bounds[place.label as usize % BOUNDS];
            uncertain += usize::from(!certain);
        }
        if uncertain == 0 {
            return false;
        }
        let mut keep = Keep { pass: self.pass, block, places, sums, changed: false };
        let (centers, rounding) = &self.pass.short;
        let picked = &self.picked[..uncertain];
        self.short.find(block, picked, centers);
        let Nearest { labels, first, second, .. } = &self.short;
        // In a loop of its own, which vector registers can follow.
        let (near, far, fixed) = rounding.factors();
        let margins = &mut self.margins[..uncertain];
        for ((margin, first), second) in margins.iter_mut().zip(first).zip(second) {
            *margin = second.sqrt() * far - first.sqrt() * near - fixed;
        }
        let mut open = 0;
        for ((&row, &label), &margin) in picked.iter().zip(labels).zip(&*margins) {
            self.open[open] = row;
            // Beyond the range of f32 nothing is known of the next.
            if margin > 0.0 && margin < f32::INFINITY {
                keep.row(row, label, margin);
            } else {
                open += 1;
            }
        }
        if open > 0 {
            let (centers, rounding) = &self.pass.long;
            let picked = &self.open[..open];
            self.long.find(block, picked, centers);
            let Nearest { labels, first, second, .. } = &self.long;
            for (&row, ((&label, first), second)) in picked.iter().zip(labels.iter().zip(first).zip(second)) {
                let margin = second.sqrt() * (1.0 - rounding.share) - first.sqrt() * (1.0 + rounding.share);
                keep.row(row, label, (margin * (1.0 - ROUNDING)) as f32);
            }
        }
        keep.changed
    }
}

impl Rounding {
    /// What the smaller and the larger distance are multiplied by, and what is taken off, so that their
    /// difference is not too large.
    fn factors(&self) -> (f32, f32, f32) {
        let wide = 1.0 + ROUNDING;
        ((1.0 + self.share * wide) as f32, (1.0 - self.share * wide) as f32, (self.fixed * wide) as f32)
    }
}

/// Where what was found is kept.
struct Keep<'a> {
    pass: &'a Pass,
    block: &'a [f64],
    places: &'a mut [Place],
    sums: Option<&'a mut Sums>,
    changed: bool,
}

impl Keep<'_> {
    #[inline(always)]
    fn row(&mut self, row: u32, label: u32, margin: f32) {
        let drift = self.pass.drift[label as usize];
        let reach = if margin > 0.0 { (margin + drift) * (1.0 - ROUNDING as f32) } else { 0.0 };
        let place = &mut self.places[row as usize];
        if place.label != label {
            self.changed = true;
            if let Some(sums) = &mut self.sums {
                let start = row as usize * self.pass.width;
                sums.change(&self.block[start..start + self.pass.width], place.label, label);
            }
        }
        *place = Place { label, reach };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::cluster::Threads;
    use crate::model::Control;

    #[test]
    fn an_empty_cluster_gets_the_farthest_row() {
        let points = Matrix::new(1, vec![0.0, 1.0, 2.0, 10.0]);
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
