//! Dense rows of up to three columns, found in a grid of cells.

#![allow(
    clippy::indexing_slicing,
    reason = "cells, points and columns are those of the grid, three columns always; runs lie within its cells"
)]

use super::touch::{Bounds, squared, touch};
use super::{Division, Rule, STAGE};
use crate::error::Result;
use crate::learn::cluster::sets::Sets;
use crate::model::Control;
use rayon::prelude::*;
use std::ops::Range;

/// Cells that one thread works on between two looks at the caller's wish to stop.
const PIECE: usize = 128;

/// Bits of a cell's number in one column, the room for its neighbors included.
const BITS: u32 = 21;

/// Points sorted by cells. The diagonal of a cell is a little shorter than eps, so that all points of a cell
/// are neighbors, whatever the rounding; the neighbors of a point lie at most two cells away in each column.
pub(super) struct Grid {
    columns: [Vec<f64>; 3],
    rows: Vec<u32>,
    /// Ascending; cells that differ in the last column only stand side by side.
    keys: Vec<u64>,
    /// The first point of each cell, and the number of points at the end.
    starts: Vec<usize>,
    /// What leads from a cell to the runs of five cells around it, its own first.
    steps: Vec<i64>,
}

impl Grid {
    /// The points in a grid; nothing when the columns are more than three, or wider than a grid can number.
    pub(super) fn new(points: &[f64], width: usize, eps: f64) -> Option<Grid> {
        if width > 3 {
            return None;
        }
        let side = eps / (width as f64).sqrt() * (1.0 - 1e-4);
        let bounds = Bounds::of(points.chunks_exact(width).map(padded));
        let largest = f64::from((1 << BITS) - 8);
        let fits = |column: usize| (bounds.high[column] - bounds.low[column]) / side < largest;
        if !(0..3).all(fits) {
            return None;
        }
        let key = |point: &[f64]| {
            let point = padded(point);
            let cell = |column: usize| ((point[column] - bounds.low[column]) / side) as u64 + 2;
            (0..width).fold(0, |key, column| key << BITS | cell(column))
        };
        let mut keyed: Vec<(u64, u32)> =
            points.par_chunks_exact(width).map(key).zip(0..(points.len() / width) as u32).collect();
        keyed.par_sort_unstable();
        let rows: Vec<u32> = keyed.iter().map(|&(_, row)| row).collect();
        let column = |column: usize| -> Vec<f64> {
            if column >= width {
                return vec![0.0; rows.len()];
            }
            rows.iter().map(|&row| points[row as usize * width + column]).collect()
        };
        let columns = std::array::from_fn(column);
        let (mut keys, mut starts) = (Vec::new(), Vec::new());
        for (at, &(key, _)) in keyed.iter().enumerate() {
            if keys.last() != Some(&key) {
                keys.push(key);
                starts.push(at);
            }
        }
        starts.push(rows.len());
        let far = |used: bool| if used { -2..=2_i64 } else { 0..=0 };
        let mut steps: Vec<i64> = far(width > 2)
            .flat_map(|a| far(width > 1).map(move |b| (a << (2 * BITS)) + (b << BITS)))
            .collect();
        steps.sort_by_key(|step| step.abs());
        Some(Grid { columns, rows, keys, starts, steps })
    }

    fn n_cells(&self) -> usize {
        self.keys.len()
    }

    fn point(&self, at: usize) -> [f64; 3] {
        [self.columns[0][at], self.columns[1][at], self.columns[2][at]]
    }

    /// `work` on every cell, with the runs of cells around it; results in the order of cells.
    fn each<R: Send>(
        &self,
        control: &Control,
        work: impl Fn(usize, &[Range<usize>]) -> R + Sync,
    ) -> Result<Vec<R>> {
        let piece = |piece: usize| -> Result<Vec<R>> {
            control.check(STAGE)?;
            let cells = piece * PIECE..self.n_cells().min((piece + 1) * PIECE);
            let low = |cell: usize, step: i64| self.keys[cell].wrapping_add_signed(step - 2);
            let first = |&step: &i64| self.keys.partition_point(|&key| key < low(cells.start, step));
            let mut starts: Vec<usize> = self.steps.iter().map(first).collect();
            let mut runs: Vec<Range<usize>> = Vec::with_capacity(starts.len());
            let mut found = Vec::with_capacity(cells.len());
            for cell in cells {
                runs.clear();
                for (start, &step) in starts.iter_mut().zip(&self.steps) {
                    // Keys ascend, and so do the first cells of runs.
                    let low = low(cell, step);
                    while self.keys.get(*start).is_some_and(|&key| key < low) {
                        *start += 1;
                    }
                    let length = self.keys[*start..].iter().take_while(|&&key| key <= low + 4).count();
                    if length > 0 {
                        runs.push(*start..*start + length);
                    }
                }
                found.push(work(cell, &runs));
            }
            Ok(found)
        };
        let pieces: Result<Vec<Vec<R>>> =
            (0..self.n_cells().div_ceil(PIECE)).into_par_iter().map(piece).collect();
        Ok(pieces?.into_iter().flatten().collect())
    }

    /// The points of a run of cells.
    fn points(&self, cells: &Range<usize>) -> Range<usize> {
        self.starts[cells.start]..self.starts[cells.end]
    }

    /// How many points of the range are neighbors of `point`.
    fn count(&self, point: [f64; 3], at: Range<usize>, square: f64) -> usize {
        let [a, b, c] = &self.columns;
        let (a, b, c) = (&a[at.clone()], &b[at.clone()], &c[at]);
        let near = |((&x, &y), &z): ((&f64, &f64), &f64)| {
            let (x, y, z) = (x - point[0], y - point[1], z - point[2]);
            usize::from(x * x + y * y + z * z <= square)
        };
        a.iter().zip(b).zip(c).map(near).sum()
    }

    /// Which points are core, in the order of the grid.
    fn core(&self, rule: &Rule, control: &Control) -> Result<Vec<bool>> {
        let of_cell = |cell: usize, runs: &[Range<usize>]| -> Vec<bool> {
            let own = self.points(&(cell..cell + 1));
            if own.len() >= rule.min_points {
                return vec![true; own.len()];
            }
            let is_core = |at: usize| {
                let mut found = 0;
                runs.iter().any(|run| {
                    found += self.count(self.point(at), self.points(run), rule.square);
                    found >= rule.min_points
                })
            };
            own.map(is_core).collect()
        };
        Ok(self.each(control, of_cell)?.into_iter().flatten().collect())
    }

    /// Divides the rows.
    pub(super) fn divide(&self, rule: &Rule, control: &Control) -> Result<Division> {
        let core = self.core(rule, control)?;
        let cores = Cores::new(self, &core);
        let sets = Sets::new(self.n_cells());
        // Neighbors side by side first: most others are joined through them, and need no look.
        let beside = [1, 1 << BITS, 1 << (2 * BITS)];
        for first in [true, false] {
            self.each(control, |cell, runs| {
                for other in runs.iter().flat_map(Range::clone).filter(|&other| other > cell) {
                    let near = beside.contains(&(self.keys[other] - self.keys[cell]));
                    if near == first && sets.find(cell as u32) != sets.find(other as u32) {
                        cores.join(cell, other, rule.square, &sets);
                    }
                }
            })?;
        }
        let mut division = Division::new(self.rows.len());
        for cell in (0..self.n_cells()).filter(|&cell| cores.n(cell) > 0) {
            for at in self.points(&(cell..cell + 1)).filter(|&at| core[at]) {
                division.sets[self.rows[at] as usize] = sets.find(cell as u32);
            }
        }
        division.number();
        let numbers: Vec<u32> = (0..self.n_cells())
            .map(|cell| cores.rows(cell).first().map_or(u32::MAX, |&row| division.labels[row as usize]))
            .collect();
        let borders = self.each(control, |cell, runs| {
            let own = self.points(&(cell..cell + 1)).filter(|&at| !core[at]);
            own.map(|at| (self.rows[at], cores.first_near(self.point(at), runs, &numbers, rule.square)))
                .collect::<Vec<_>>()
        })?;
        for (row, label) in borders.into_iter().flatten() {
            division.labels[row as usize] = label;
        }
        Ok(division)
    }
}

fn padded(point: &[f64]) -> [f64; 3] {
    std::array::from_fn(|column| point.get(column).copied().unwrap_or(0.0))
}

/// The core points of each cell.
struct Cores {
    points: Vec<[f64; 3]>,
    rows: Vec<u32>,
    starts: Vec<usize>,
    bounds: Vec<Bounds>,
}

impl Cores {
    fn new(grid: &Grid, core: &[bool]) -> Cores {
        let (mut points, mut rows, mut starts) = (Vec::new(), Vec::new(), vec![0]);
        let mut bounds = Vec::with_capacity(grid.n_cells());
        for cell in 0..grid.n_cells() {
            let before = points.len();
            for at in grid.points(&(cell..cell + 1)).filter(|&at| core[at]) {
                points.push(grid.point(at));
                rows.push(grid.rows[at]);
            }
            bounds.push(Bounds::of(points[before..].iter().copied()));
            starts.push(points.len());
        }
        Cores { points, rows, starts, bounds }
    }

    fn n(&self, cell: usize) -> usize {
        self.starts[cell + 1] - self.starts[cell]
    }

    fn of(&self, cell: usize) -> &[[f64; 3]] {
        &self.points[self.starts[cell]..self.starts[cell + 1]]
    }

    fn rows(&self, cell: usize) -> &[u32] {
        &self.rows[self.starts[cell]..self.starts[cell + 1]]
    }

    /// Joins two cells when a core point of the one is a neighbor of a core point of the other.
    fn join(&self, a: usize, b: usize, square: f64, sets: &Sets) {
        if touch(self.of(a), &self.bounds[a], self.of(b), &self.bounds[b], square) {
            sets.join(a as u32, b as u32);
        }
    }

    /// The smallest number of a cluster with a core point near this point.
    fn first_near(&self, point: [f64; 3], runs: &[Range<usize>], numbers: &[u32], square: f64) -> u32 {
        let mut best = u32::MAX;
        for cell in runs.iter().flat_map(Range::clone) {
            if numbers[cell] < best
                && self.bounds[cell].least(&point) <= square
                && self.of(cell).iter().any(|core| squared(&point, core) <= square)
            {
                best = numbers[cell];
            }
        }
        best
    }
}
