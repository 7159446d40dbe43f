//! The kernel of k-means: the nearest center of every row, and how far the two nearest are.
//!
//! It works in `f64`, or in `f32`, twice as many numbers at once, where a bound on the rounding is enough.

#![allow(
    clippy::indexing_slicing,
    clippy::needless_range_loop,
    reason = "picked rows are rows of the block, of which at most BLOCK come at once; lanes are counted for the compiler"
)]

use crate::learn::cluster::BLOCK;
use std::ops::{Add, Mul, Sub};

/// The numbers that the kernel works in.
pub(super) trait Number:
    Copy + Default + PartialOrd + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self>
{
    const INFINITY: Self;
    /// Rows of many columns that fit vector registers together, each with eight centers.
    const ROWS: usize;
    fn of(value: f64) -> Self;
}

impl Number for f64 {
    const INFINITY: f64 = f64::INFINITY;
    const ROWS: usize = 1;
    #[inline(always)]
    fn of(value: f64) -> f64 {
        value
    }
}

impl Number for f32 {
    const INFINITY: f32 = f32::INFINITY;
    const ROWS: usize = 4;
    #[inline(always)]
    fn of(value: f64) -> f32 {
        value as f32
    }
}

/// The rows of a whole block, in order.
pub(super) const ALL: [u32; BLOCK] = {
    let (mut all, mut row) = ([0; BLOCK], 0);
    while row < BLOCK {
        all[row] = row as u32;
        row += 1;
    }
    all
};

/// Centers that are compared side by side.
const SIDE: usize = 8;

/// Centers laid for the kernel.
pub(super) struct Centers<T> {
    width: usize,
    /// Eight centers after another: of each column the coordinates of the eight, infinite where there are
    /// fewer. None if the columns are few.
    groups: Vec<[T; SIDE]>,
    /// One center after another.
    single: Vec<T>,
}

impl<T: Number> Centers<T> {
    pub(super) fn new(centers: &[f64], width: usize) -> Centers<T> {
        let mut groups = Vec::new();
        if width > NARROW {
            for group in centers.chunks(SIDE * width) {
                groups.extend((0..width).map(|column| {
                    let mut side = [T::INFINITY; SIDE];
                    for (to, center) in side.iter_mut().zip(group.chunks_exact(width)) {
                        *to = T::of(center[column]);
                    }
                    side
                }));
            }
        }
        Centers { width, groups, single: centers.iter().map(|&c| T::of(c)).collect() }
    }
}

/// So many columns are few: centers come one after another, rows side by side.
const NARROW: usize = 8;
/// Rows side by side.
const LANES: usize = 16;

/// What is found for each row looked at: the number of its nearest center, the first of equals, and the
/// squared distances to this one and to the next.
pub(super) struct Nearest<T> {
    pub(super) labels: [u32; BLOCK],
    pub(super) first: [T; BLOCK],
    pub(super) second: [T; BLOCK],
    /// Rows in the numbers of the kernel.
    buffer: Vec<T>,
}

impl<T: Number> Nearest<T> {
    pub(super) fn new() -> Nearest<T> {
        let none = [T::default(); BLOCK];
        Nearest { labels: [0; BLOCK], first: none, second: none, buffer: Vec::new() }
    }

    /// Looks at these rows of a block. What is found for a row depends on that row and the centers alone, to
    /// the bit: the squares are added column after column.
    pub(super) fn find(&mut self, block: &[f64], picked: &[u32], centers: &Centers<T>) {
        // A literal width lets the compiler keep rows in registers.
        match centers.width {
            1 => self.narrow::<1>(block, picked, centers),
            2 => self.narrow::<2>(block, picked, centers),
            3 => self.narrow::<3>(block, picked, centers),
            4 => self.narrow::<4>(block, picked, centers),
            5 => self.narrow::<5>(block, picked, centers),
            6 => self.narrow::<6>(block, picked, centers),
            7 => self.narrow::<7>(block, picked, centers),
            8 => self.narrow::<8>(block, picked, centers),
            _ => {
                let whole = picked.len() / T::ROWS * T::ROWS;
                let (whole, rest) = picked.split_at(if T::ROWS == 4 { whole } else { 0 });
                self.wide::<4>(block, whole, 0, centers);
                self.wide::<1>(block, rest, whole.len(), centers);
            }
        }
    }

    /// `D` columns: sixteen rows side by side meet one center after another.
    fn narrow<const D: usize>(&mut self, block: &[f64], picked: &[u32], centers: &Centers<T>) {
        let rows = block.as_chunks::<D>().0;
        let centers = centers.single.as_chunks::<D>().0;
        for (number, picked) in picked.chunks(LANES).enumerate() {
            let mut tile = [[0.0; LANES]; D];
            for (lane, &row) in picked.iter().enumerate() {
                let row = rows[row as usize];
                for column in 0..D {
                    tile[column][lane] = row[column];
                }
            }
            let tile = tile.map(|lanes| lanes.map(T::of));
            let mut labels = [0u32; LANES];
            let (mut first, mut second) = ([T::INFINITY; LANES], [T::INFINITY; LANES]);
            for (label, center) in (0..).zip(centers) {
                let mut distances = [T::default(); LANES];
                for column in 0..D {
                    for lane in 0..LANES {
                        let difference = tile[column][lane] - center[column];
                        distances[lane] = distances[lane] + difference * difference;
                    }
                }
                for lane in 0..LANES {
                    enter(label, distances[lane], &mut labels[lane], &mut first[lane], &mut second[lane]);
                }
            }
            let (start, end) = (number * LANES, number * LANES + picked.len());
            self.labels[start..end].copy_from_slice(&labels[..picked.len()]);
            self.first[start..end].copy_from_slice(&first[..picked.len()]);
            self.second[start..end].copy_from_slice(&second[..picked.len()]);
        }
    }

    /// Many columns: `R` rows meet eight centers side by side. What is found is kept from `start` on.
    fn wide<const R: usize>(&mut self, block: &[f64], picked: &[u32], start: usize, centers: &Centers<T>) {
        let width = centers.width;
        self.buffer.resize(R * width, T::default());
        for (number, picked) in picked.as_chunks::<R>().0.iter().enumerate() {
            for (to, &row) in self.buffer.chunks_exact_mut(width).zip(picked) {
                let row = &block[row as usize * width..(row as usize + 1) * width];
                for (to, &x) in to.iter_mut().zip(row) {
                    *to = T::of(x);
                }
            }
            let rows: [&[T]; R] = std::array::from_fn(|row| &self.buffer[row * width..(row + 1) * width]);
            let mut labels = [0u32; R];
            let (mut first, mut second) = ([T::INFINITY; R], [T::INFINITY; R]);
            for (group, columns) in centers.groups.chunks_exact(width).enumerate() {
                let mut distances = [[T::default(); SIDE]; R];
                for (column, side) in columns.iter().enumerate() {
                    for row in 0..R {
                        let x = rows[row][column];
                        for lane in 0..SIDE {
                            let difference = x - side[lane];
                            distances[row][lane] = distances[row][lane] + difference * difference;
                        }
                    }
                }
                for lane in 0..SIDE {
                    let label = (group * SIDE + lane) as u32;
                    let across: [T; R] = std::array::from_fn(|row| distances[row][lane]);
                    for row in 0..R {
                        enter(label, across[row], &mut labels[row], &mut first[row], &mut second[row]);
                    }
                }
            }
            let at = start + number * R;
            self.labels[at..at + R].copy_from_slice(&labels);
            self.first[at..at + R].copy_from_slice(&first);
            self.second[at..at + R].copy_from_slice(&second);
        }
    }
}

/// A center enters the race for the two nearest of a row. Written so that nothing branches.
#[inline(always)]
fn enter<T: Number>(number: u32, distance: T, label: &mut u32, first: &mut T, second: &mut T) {
    let slower = if distance < *first { *first } else { distance };
    *second = if slower < *second { slower } else { *second };
    *label = if distance < *first { number } else { *label };
    *first = if distance < *first { distance } else { *first };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_the_definition_at_every_width() {
        for width in 1..=11 {
            for (rows, k) in [(1, 1), (7, 3), (64, 8), (511, 5), (512, 21)] {
                let value = |i: usize| ((i * 7919 + 13) % 101) as f64 / 8.0;
                let block: Vec<f64> = (0..rows * width).map(value).collect();
                let centers: Vec<f64> = (0..k * width).map(|i| value(i * 31 + 5)).collect();
                let (mut fine, mut coarse) = (Nearest::<f64>::new(), Nearest::<f32>::new());
                fine.find(&block, &ALL[..rows], &Centers::new(&centers, width));
                coarse.find(&block, &ALL[..rows], &Centers::new(&centers, width));
                for (number, row) in block.chunks(width).enumerate() {
                    let to = |c: &[f64]| row.iter().zip(c).map(|(x, c)| (x - c) * (x - c)).sum::<f64>();
                    let mut all: Vec<(f64, u32)> = centers.chunks(width).map(to).zip(0..).collect();
                    all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
                    let second = all.get(1).map_or(f64::INFINITY, |next| next.0);
                    assert_eq!((fine.first[number], fine.labels[number]), all[0]);
                    assert_eq!(fine.second[number], second);
                    // These numbers are exact in either.
                    assert_eq!(coarse.labels[number], fine.labels[number]);
                    assert_eq!(f64::from(coarse.second[number]), second);
                }
                let some: Vec<u32> = (0..rows as u32).filter(|row| row % 3 == 1).collect();
                let whole = fine.labels;
                fine.find(&block, &some, &Centers::new(&centers, width));
                for (&row, label) in some.iter().zip(fine.labels) {
                    assert_eq!(label, whole[row as usize]);
                }
            }
        }
    }
}
