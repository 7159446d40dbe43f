//! Lloyd's iterations: assign every row to its nearest center, move every center to the mean of its rows.
//!
//! Only rows whose nearest center may have changed are looked at again. Where the nearest center is closer by
//! a margin than the next, no movement of the centers by less than half the margin changes that (Hamerly
//! 2010). Here each row keeps how far the centers may drift in all until it has to be looked at, so that a
//! row that rests costs one comparison. The margins allow for rounding: every label is, to the bit, the one
//! that looking at all rows would give.

#![allow(
    clippy::indexing_slicing,
    reason = "labels are below k because the kernel gives the number of a center, and lists hold rows of their block"
)]

use super::nearest::Nearest;
use super::rows::Rows;
use super::sums::{Sums, chunk, inertia};
use crate::error::Result;
use crate::learn::cluster::BLOCK;

/// When to stop.
#[derive(Debug, Clone, Copy)]
pub(in crate::learn::cluster) struct Stop {
    pub(in crate::learn::cluster) max_iterations: usize,
    /// Largest squared movement of all centers together that counts as standing still.
    pub(in crate::learn::cluster) tolerance: f64,
}

/// Where one start ended.
#[derive(Debug)]
pub(in crate::learn::cluster) struct Run {
    pub(in crate::learn::cluster) centers: Vec<f64>,
    pub(in crate::learn::cluster) labels: Vec<u32>,
    pub(in crate::learn::cluster) inertia: f64,
    pub(in crate::learn::cluster) iterations: usize,
    pub(in crate::learn::cluster) converged: bool,
}

/// What is known of a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) label: u32,
    /// How far the centers may have drifted in all before the label has to be looked at again.
    reach: f32,
}

/// The label of a row before the first look.
const NONE: u32 = u32::MAX;

/// Iterates from these centers. The labels are those of the centers returned.
pub(in crate::learn::cluster) fn lloyd(rows: &Rows<'_>, mut centers: Vec<f64>, stop: &Stop) -> Result<Run> {
    let k = centers.len() / rows.width();
    let mut places = vec![Place { label: NONE, reach: 0.0 }; rows.n()];
    let (mut sums, mut drift) = (Sums::none(k, rows.width()), 0.0);
    assign(rows, &centers, drift, &mut places, &mut sums)?;
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
        drift += 2.0 * moves.iter().copied().fold(0.0, f64::max).sqrt() * (1.0 + ROUNDING);
        centers = moved;
        changed = assign(rows, &centers, drift, &mut places, &mut sums)?;
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

/// Gives every row the number of its nearest center and brings the sums up to date: rows that change are
/// taken from one cluster to another, or all are added up anew when they have weights, since what is left of
/// a small weight after a large one went is rounding. Whether any changed.
fn assign(
    rows: &Rows<'_>,
    centers: &[f64],
    drift: f64,
    places: &mut [Place],
    sums: &mut Sums,
) -> Result<bool> {
    let width = rows.width();
    let k = centers.len() / width;
    let found = rows.map(chunk(k), places, |part, places| {
        let mut look = Look::new(centers, width, drift);
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

/// Looks at the rows of a block whose labels are not certain.
struct Look<'a> {
    centers: &'a [f64],
    width: usize,
    drift: f64,
    /// The share of a distance that its rounding stays below.
    rounding: f64,
    rows: [u32; BLOCK],
    columns: Vec<f64>,
    nearest: Nearest,
    changes: Vec<Change>,
}

impl<'a> Look<'a> {
    fn new(centers: &'a [f64], width: usize, drift: f64) -> Look<'a> {
        let (nearest, changes) = (Nearest::new(), Vec::new());
        let rounding = (width + 8) as f64 * f64::EPSILON;
        let columns = vec![0.0; BLOCK * width];
        Look { centers, width, drift, rounding, rows: [0; BLOCK], columns, nearest, changes }
    }

    /// Labels the rows anew and says which changed.
    fn again(&mut self, block: &[f64], places: &mut [Place]) -> &[Change] {
        self.changes.clear();
        let drift = (self.drift * (1.0 + ROUNDING)) as f32;
        let mut uncertain = 0;
        for (row, place) in (0..).zip(&*places) {
            self.rows[uncertain] = row;
            // A reach that is no number is never certain.
            let certain = place.reach > drift;
            uncertain += usize::from(!certain);
        }
        if uncertain == 0 {
            return &[];
        }
        // Picking rows out costs about as much as looking at two or three centers.
        if uncertain * 4 > places.len() * 3 {
            uncertain = places.len();
            for (place, row) in self.rows[..uncertain].iter_mut().zip(0..) {
                *place = row;
            }
            self.nearest.find(block, uncertain, self.centers);
        } else {
            let columns = &mut self.columns[..uncertain * self.width];
            for (to, from) in columns.chunks_exact_mut(uncertain).zip(block.chunks_exact(places.len())) {
                for (to, &row) in to.iter_mut().zip(&self.rows) {
                    *to = from[row as usize];
                }
            }
            self.nearest.find(columns, uncertain, self.centers);
        }
        self.keep(uncertain, places);
        &self.changes
    }

    /// Takes over what was found for the rows looked at.
    fn keep(&mut self, looked: usize, places: &mut [Place]) {
        let Nearest { labels, first, second } = &self.nearest;
        let found = labels.iter().zip(first).zip(second);
        for (&row, ((&label, first), second)) in self.rows[..looked].iter().zip(found) {
            let margin = second.sqrt() * (1.0 - self.rounding) - first.sqrt() * (1.0 + self.rounding);
            let reach = if margin > 0.0 { (margin + self.drift) * (1.0 - ROUNDING) } else { 0.0 };
            let place = &mut places[row as usize];
            if place.label != label {
                self.changes.push(Change { row, from: place.label, to: label });
            }
            *place = Place { label, reach: reach as f32 };
        }
    }
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
