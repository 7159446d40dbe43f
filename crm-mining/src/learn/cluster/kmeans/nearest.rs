//! The kernel of k-means: the nearest center of every row, and how far the two nearest are.

#![allow(
    clippy::indexing_slicing,
    reason = "columns hold one value per row and centers one per column, and at most BLOCK rows come at once"
)]

use crate::learn::cluster::BLOCK;

/// Rows whose distances are kept in registers together.
const FEW: usize = 2;
/// The same when there are many columns.
const MANY: usize = 8;

/// What is found for each row of a block: the number of its nearest center, the first of equals, and the
/// squared distances to this one and to the next.
pub(super) struct Nearest {
    pub(super) labels: [u32; BLOCK],
    pub(super) first: [f64; BLOCK],
    pub(super) second: [f64; BLOCK],
}

impl Nearest {
    pub(super) fn new() -> Nearest {
        Nearest { labels: [0; BLOCK], first: [0.0; BLOCK], second: [0.0; BLOCK] }
    }

    /// Looks at `rows` rows, at most [`BLOCK`], laid column after column. What is found for a row depends on
    /// that row and the centers alone, to the bit.
    pub(super) fn find(&mut self, columns: &[f64], rows: usize, centers: &[f64]) {
        match columns.len() / rows.max(1) {
            0 => {}
            1 => self.narrow::<1>(columns, rows, centers),
            2 => self.narrow::<2>(columns, rows, centers),
            3 => self.narrow::<3>(columns, rows, centers),
            4 => self.narrow::<4>(columns, rows, centers),
            width => {
                let whole = rows / MANY * MANY;
                self.wide::<MANY>(columns, (rows, 0..whole), width, centers);
                self.wide::<1>(columns, (rows, whole..rows), width, centers);
            }
        }
    }

    fn narrow<const D: usize>(&mut self, columns: &[f64], rows: usize, centers: &[f64]) {
        let whole = rows / FEW * FEW;
        self.columns::<D, FEW>(columns, (rows, 0..whole), centers);
        self.columns::<D, 1>(columns, (rows, whole..rows), centers);
    }

    /// `D` columns, `L` rows at once.
    fn columns<const D: usize, const L: usize>(
        &mut self,
        columns: &[f64],
        (rows, range): (usize, std::ops::Range<usize>),
        centers: &[f64],
    ) {
        let columns: [&[f64]; D] = std::array::from_fn(|column| &columns[column * rows..(column + 1) * rows]);
        let centers = centers.as_chunks::<D>().0;
        for start in range.step_by(L) {
            let x: [[f64; L]; D] =
                std::array::from_fn(|column| std::array::from_fn(|lane| columns[column][start + lane]));
            let (mut race, mut number) = (Race::<L>::new(), 0.0);
            for center in centers {
                let mut distances = [0.0; L];
                for column in 0..D {
                    for lane in 0..L {
                        let difference = x[column][lane] - center[column];
                        distances[lane] += difference * difference;
                    }
                }
                race.enter(number, &distances);
                number += 1.0;
            }
            self.keep(start, &race);
        }
    }

    /// Any number of columns, `L` rows and two centers at once.
    fn wide<const L: usize>(
        &mut self,
        columns: &[f64],
        (rows, range): (usize, std::ops::Range<usize>),
        width: usize,
        centers: &[f64],
    ) {
        for start in range.step_by(L) {
            let (mut race, mut number) = (Race::<L>::new(), 0.0);
            let mut pairs = centers.chunks_exact(2 * width);
            for pair in &mut pairs {
                let (a, b) = pair.split_at(width);
                for distances in distances::<2, L>(&columns[start..], rows, [a, b]) {
                    race.enter(number, &distances);
                    number += 1.0;
                }
            }
            for center in pairs.remainder().chunks_exact(width) {
                let [distances] = distances::<1, L>(&columns[start..], rows, [center]);
                race.enter(number, &distances);
            }
            self.keep(start, &race);
        }
    }

    #[inline(always)]
    fn keep<const L: usize>(&mut self, start: usize, race: &Race<L>) {
        for lane in 0..L {
            // 2⁵² plus a whole number has this number in its low bits: a conversion for vector registers.
            self.labels[start + lane] = (race.numbers[lane] + 4_503_599_627_370_496.0).to_bits() as u32;
        }
        self.first[start..start + L].copy_from_slice(&race.first);
        self.second[start..start + L].copy_from_slice(&race.second);
    }
}

/// The squared distances of `L` rows to `C` centers.
#[inline(always)]
fn distances<const C: usize, const L: usize>(
    columns: &[f64],
    rows: usize,
    centers: [&[f64]; C],
) -> [[f64; L]; C] {
    let mut distances = [[0.0; L]; C];
    for column in 0..centers[0].len() {
        let x = &columns[column * rows..column * rows + L];
        for (center, distances) in centers.iter().zip(&mut distances) {
            for lane in 0..L {
                let difference = x[lane] - center[column];
                distances[lane] += difference * difference;
            }
        }
    }
    distances
}

/// The two smallest distances of `L` rows so far. Written so that nothing branches.
struct Race<const L: usize> {
    numbers: [f64; L],
    first: [f64; L],
    second: [f64; L],
}

impl<const L: usize> Race<L> {
    #[inline(always)]
    fn new() -> Race<L> {
        Race { numbers: [0.0; L], first: [f64::INFINITY; L], second: [f64::INFINITY; L] }
    }

    #[inline(always)]
    fn enter(&mut self, number: f64, distances: &[f64; L]) {
        for lane in 0..L {
            let (distance, first) = (distances[lane], self.first[lane]);
            let closer = distance < first;
            let slower = if closer { first } else { distance };
            self.second[lane] = if slower < self.second[lane] { slower } else { self.second[lane] };
            self.numbers[lane] = if closer { number } else { self.numbers[lane] };
            self.first[lane] = if closer { distance } else { first };
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
                nearest.find(&columns, rows, &centers);
                for row in 0..rows {
                    let square = |(column, c): (usize, &f64)| (columns[column * rows + row] - c).powi(2);
                    let to = |center: &[f64]| center.iter().enumerate().map(square).sum::<f64>();
                    let mut all: Vec<(f64, u32)> = centers.chunks(width).map(to).zip(0..).collect();
                    all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
                    let second = all.get(1).map_or(f64::INFINITY, |next| next.0);
                    assert_eq!((nearest.first[row], nearest.labels[row]), all[0]);
                    assert_eq!(nearest.second[row], second);
                }
            }
        }
    }
}
