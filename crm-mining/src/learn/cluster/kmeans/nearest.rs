//! The kernel of k-means: the nearest center of every row, and how far the two nearest are.
//!
//! It works in `f64`, or in `f32`, twice as many numbers at once, where a bound on the rounding is enough.

#![allow(
    clippy::indexing_slicing,
    clippy::needless_range_loop,
    reason = "lanes index arrays of their number, columns hold one value per row and centers one per column, and at most BLOCK rows come at once"
)]

use crate::learn::cluster::BLOCK;
use std::ops::{Add, Mul, Sub};

/// The numbers that the kernel works in.
pub(super) trait Number:
    Copy + PartialOrd + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self>
{
    const ZERO: Self;
    const ONE: Self;
    const INFINITY: Self;
    fn of(value: f64) -> Self;
    /// A whole number below 2²³.
    fn whole(self) -> u32;
}

impl Number for f64 {
    const ZERO: f64 = 0.0;
    const ONE: f64 = 1.0;
    const INFINITY: f64 = f64::INFINITY;
    #[inline(always)]
    fn of(value: f64) -> f64 {
        value
    }
    #[inline(always)]
    fn whole(self) -> u32 {
        // 2⁵² plus a whole number has this number in its low bits: a conversion for vector registers.
        (self + 4_503_599_627_370_496.0).to_bits() as u32
    }
}

impl Number for f32 {
    const ZERO: f32 = 0.0;
    const ONE: f32 = 1.0;
    const INFINITY: f32 = f32::INFINITY;
    #[inline(always)]
    fn of(value: f64) -> f32 {
        value as f32
    }
    #[inline(always)]
    fn whole(self) -> u32 {
        (self + 8_388_608.0).to_bits() & 0x007F_FFFF
    }
}

/// No more centers can be told apart by their numbers in `f32`.
pub(super) const MOST: usize = 1 << 23;

/// The rows of a whole block, in order.
pub(super) const ALL: [u32; BLOCK] = {
    let (mut all, mut row) = ([0; BLOCK], 0);
    while row < BLOCK {
        all[row] = row as u32;
        row += 1;
    }
    all
};

/// What is found for each row looked at: the number of its nearest center, the first of equals, and the
/// squared distances to this one and to the next.
pub(super) struct Nearest<T> {
    pub(super) labels: [u32; BLOCK],
    pub(super) first: [T; BLOCK],
    pub(super) second: [T; BLOCK],
}

impl<T: Number> Nearest<T> {
    pub(super) fn new() -> Nearest<T> {
        Nearest { labels: [0; BLOCK], first: [T::ZERO; BLOCK], second: [T::ZERO; BLOCK] }
    }

    /// Looks at these rows of a block, laid column after column, of `rows` rows. What is found for a row
    /// depends on that row and the centers alone, to the bit.
    pub(super) fn find(&mut self, columns: &[f64], rows: usize, picked: &[u32], centers: &[T]) {
        // A literal width lets the compiler keep a row in registers.
        match columns.len() / rows.max(1) {
            0 => {}
            1 => self.narrow::<1>(columns, rows, picked, centers),
            2 => self.narrow::<2>(columns, rows, picked, centers),
            3 => self.narrow::<3>(columns, rows, picked, centers),
            4 => self.narrow::<4>(columns, rows, picked, centers),
            width => self.wide(columns, (rows, width), picked, centers),
        }
    }

    /// `D` columns, and sixteen rows at once.
    fn narrow<const D: usize>(&mut self, columns: &[f64], rows: usize, picked: &[u32], centers: &[T]) {
        const L: usize = 16;
        let centers = centers.as_chunks::<D>().0;
        for (number, picked) in picked.chunks(L).enumerate() {
            let mut tile = [[T::ZERO; L]; D];
            for (lanes, column) in tile.iter_mut().zip(columns.chunks_exact(rows)) {
                pick(lanes, column, picked);
            }
            let (mut race, mut number_of) = (Race::<T, L>::new(), T::ZERO);
            for center in centers {
                let mut distances = [T::ZERO; L];
                for (lanes, &c) in tile.iter().zip(center) {
                    add_squares(&mut distances, lanes, c);
                }
                race.enter(number_of, &distances);
                number_of = number_of + T::ONE;
            }
            self.keep(number * L, picked.len(), &race);
        }
    }

    /// Any number of columns, sixteen rows and two centers at once.
    fn wide(&mut self, columns: &[f64], (rows, width): (usize, usize), picked: &[u32], centers: &[T]) {
        const L: usize = 16;
        let mut tile = vec![[T::ZERO; L]; width];
        for (number, picked) in picked.chunks(L).enumerate() {
            for (lanes, column) in tile.iter_mut().zip(columns.chunks_exact(rows)) {
                pick(lanes, column, picked);
            }
            let (mut race, mut number_of) = (Race::<T, L>::new(), T::ZERO);
            let mut pairs = centers.chunks_exact(2 * width);
            for pair in &mut pairs {
                let (a, b) = pair.split_at(width);
                let (mut to_a, mut to_b) = ([T::ZERO; L], [T::ZERO; L]);
                for ((lanes, &a), &b) in tile.iter().zip(a).zip(b) {
                    add_squares(&mut to_a, lanes, a);
                    add_squares(&mut to_b, lanes, b);
                }
                race.enter(number_of, &to_a);
                race.enter(number_of + T::ONE, &to_b);
                number_of = number_of + T::ONE + T::ONE;
            }
            for center in pairs.remainder().chunks_exact(width) {
                let mut distances = [T::ZERO; L];
                for (lanes, &c) in tile.iter().zip(center) {
                    add_squares(&mut distances, lanes, c);
                }
                race.enter(number_of, &distances);
            }
            self.keep(number * L, picked.len(), &race);
        }
    }

    #[inline(always)]
    fn keep<const L: usize>(&mut self, start: usize, rows: usize, race: &Race<T, L>) {
        let end = start + rows;
        for (label, number) in self.labels[start..end].iter_mut().zip(race.numbers) {
            *label = number.whole();
        }
        self.first[start..end].copy_from_slice(&race.first[..rows]);
        self.second[start..end].copy_from_slice(&race.second[..rows]);
    }
}

/// The values of the picked rows in one column.
#[inline(always)]
fn pick<T: Number, const L: usize>(lanes: &mut [T; L], column: &[f64], picked: &[u32]) {
    let first = picked[0] as usize;
    let mut values = [0.0; L];
    if picked.len() == L && picked[L - 1] as usize == first + L - 1 {
        values.copy_from_slice(&column[first..first + L]);
    } else {
        for (value, &row) in values.iter_mut().zip(picked) {
            *value = column[row as usize];
        }
    }
    *lanes = values.map(T::of);
}

#[inline(always)]
fn add_squares<T: Number, const L: usize>(sums: &mut [T; L], lanes: &[T; L], center: T) {
    for lane in 0..L {
        let difference = lanes[lane] - center;
        sums[lane] = sums[lane] + difference * difference;
    }
}

/// The two smallest distances of `L` rows so far. Written so that nothing branches.
struct Race<T, const L: usize> {
    numbers: [T; L],
    first: [T; L],
    second: [T; L],
}

impl<T: Number, const L: usize> Race<T, L> {
    #[inline(always)]
    fn new() -> Race<T, L> {
        Race { numbers: [T::ZERO; L], first: [T::INFINITY; L], second: [T::INFINITY; L] }
    }

    #[inline(always)]
    fn enter(&mut self, number: T, distances: &[T; L]) {
        for lane in 0..L {
            let (distance, first) = (distances[lane], self.first[lane]);
            let slower = if distance < first { first } else { distance };
            self.second[lane] = if slower < self.second[lane] { slower } else { self.second[lane] };
            self.numbers[lane] = if distance < first { number } else { self.numbers[lane] };
            self.first[lane] = if distance < first { distance } else { first };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_the_definition_at_every_width() {
        for width in 1..=9 {
            for (rows, k) in [(1, 1), (7, 3), (64, 8), (511, 5), (512, 2)] {
                let value = |i: usize| ((i * 7919 + 13) % 101) as f64 / 8.0;
                let columns: Vec<f64> = (0..rows * width).map(value).collect();
                let centers: Vec<f64> = (0..k * width).map(|i| value(i * 31 + 5)).collect();
                let mut nearest = Nearest::new();
                nearest.find(&columns, rows, &ALL[..rows], &centers);
                let short: Vec<f32> = centers.iter().map(|&c| c as f32).collect();
                let mut coarse = Nearest::new();
                coarse.find(&columns, rows, &ALL[..rows], &short);
                for row in 0..rows {
                    let square = |(column, c): (usize, &f64)| (columns[column * rows + row] - c).powi(2);
                    let to = |center: &[f64]| center.iter().enumerate().map(square).sum::<f64>();
                    let mut all: Vec<(f64, u32)> = centers.chunks(width).map(to).zip(0..).collect();
                    all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
                    let second = all.get(1).map_or(f64::INFINITY, |next| next.0);
                    assert_eq!((nearest.first[row], nearest.labels[row]), all[0]);
                    assert_eq!(nearest.second[row], second);
                    // These numbers are exact in either.
                    assert_eq!(coarse.labels[row], nearest.labels[row]);
                    assert_eq!(f64::from(coarse.second[row]), second);
                }
                let some: Vec<u32> = (0..rows as u32).filter(|row| row % 3 == 1).collect();
                let whole = nearest.labels;
                nearest.find(&columns, rows, &some, &centers);
                for (&row, label) in some.iter().zip(nearest.labels) {
                    assert_eq!(label, whole[row as usize]);
                }
            }
        }
    }
}
