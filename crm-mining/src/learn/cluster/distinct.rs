//! Distinct rows of numbers and categories in ascending order: what clusterings that must not depend on the order
//! of rows work on.

#![allow(
    clippy::indexing_slicing,
    reason = "every column of codes holds one code per distinct row, and a block of numbers its rows times its width"
)]

use crate::data::{Features, Mixed};
use crate::error::{Error, ErrorKind, Result};
use crate::learn::cluster::{BLOCK, Frame, squared_distances};
use rayon::prelude::*;
use std::cmp::Ordering;

/// The distinct rows, ascending by their numbers and then by their categories, and how many rows each stands for.
#[derive(Debug, Clone)]
pub(super) struct DistinctRows {
    /// How many rows each stands for.
    pub(super) weights: Vec<f64>,
    /// The distinct row of each row.
    pub(super) of_row: Vec<u32>,
    /// The first of the rows that each stands for.
    pub(super) first: Vec<u32>,
    /// Numeric columns.
    pub(super) width: usize,
    /// The numbers, in the frame; in blocks, as `Blocks` lays them.
    pub(super) numbers: Vec<f64>,
    /// The codes of each categorical column.
    pub(super) codes: Vec<Vec<u32>>,
    /// How many codes each categorical column may hold.
    pub(super) n_levels: Vec<usize>,
}

/// A row or a center: numbers in the frame, and codes.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Point {
    pub(super) numbers: Vec<f64>,
    pub(super) codes: Vec<u32>,
}

impl Point {
    /// Ascending by the numbers, then by the codes.
    pub(super) fn order(&self, other: &Point) -> Ordering {
        compare(&self.numbers, &other.numbers).then_with(|| self.codes.cmp(&other.codes))
    }
}

/// The first difference decides.
fn compare(a: &[f64], b: &[f64]) -> Ordering {
    // Adding 0 makes one zero of the two.
    let both = a.iter().zip(b).map(|(a, b)| (a + 0.0).total_cmp(&(b + 0.0)));
    both.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

impl DistinctRows {
    /// The rows of numeric features.
    pub(super) fn of_features(
        of: &'static str,
        features: &Features,
        frame: impl FnOnce(&Features) -> Result<Frame>,
    ) -> Result<(DistinctRows, Frame)> {
        let order = |&a: &u32, &b: &u32| compare(features.row(a as usize), features.row(b as usize));
        let mut rows = DistinctRows::sorted(features.n_rows(), order);
        let frame = rows.number(of, features, frame)?;
        Ok((rows, frame))
    }

    /// The rows of numbers and categories. Without numeric columns the frame holds nothing.
    pub(super) fn of_mixed(
        of: &'static str,
        mixed: &Mixed,
        frame: impl FnOnce(&Features) -> Result<Frame>,
    ) -> Result<(DistinctRows, Frame)> {
        let numbers = |row: u32| mixed.numeric().map_or(&[][..], |numeric| numeric.row(row as usize));
        let order = |&a: &u32, &b: &u32| {
            compare(numbers(a), numbers(b)).then_with(|| mixed.codes(a as usize).cmp(mixed.codes(b as usize)))
        };
        let mut rows = DistinctRows::sorted(mixed.n_rows(), order);
        let frame = match mixed.numeric() {
            Some(numeric) => rows.number(of, numeric, frame)?,
            None => Frame { offset: Vec::new(), scale: 1.0 },
        };
        let columns = 0..mixed.categorical().len();
        let code = |column| rows.first.iter().map(|&row| mixed.code(row as usize, column)).collect();
        rows.codes = columns.clone().map(code).collect();
        rows.n_levels = columns.map(|column| mixed.levels(column).len() + 1).collect();
        Ok((rows, frame))
    }

    fn sorted(n_rows: usize, order: impl Fn(&u32, &u32) -> Ordering + Sync) -> DistinctRows {
        let mut sorted: Vec<u32> = (0..n_rows as u32).collect();
        sorted.par_sort_unstable_by(|a, b| order(a, b).then(a.cmp(b)));
        let (mut weights, mut first): (Vec<f64>, Vec<u32>) = (Vec::new(), Vec::new());
        let mut of_row = vec![0; n_rows];
        for row in sorted {
            match (first.last(), weights.last_mut()) {
                (Some(last), Some(weight)) if order(last, &row).is_eq() => *weight += 1.0,
                _ => {
                    first.push(row);
                    weights.push(1.0);
                }
            }
            of_row[row as usize] = (first.len() - 1) as u32;
        }
        let (numbers, codes, n_levels) = (Vec::new(), Vec::new(), Vec::new());
        DistinctRows { weights, of_row, first, width: 0, numbers, codes, n_levels }
    }

    /// Takes in the numbers. The frame is made from the distinct rows, so that it does not depend on the order.
    fn number(
        &mut self,
        of: &'static str,
        features: &Features,
        frame: impl FnOnce(&Features) -> Result<Frame>,
    ) -> Result<Frame> {
        let distinct = features.select(&self.first);
        let frame = frame(&distinct)?;
        self.width = features.n_features();
        self.numbers = frame.apply(of, &distinct)?.iter().flatten().copied().collect();
        Ok(frame)
    }

    /// How many distinct rows.
    pub(super) fn len(&self) -> usize {
        self.weights.len()
    }

    /// No row, or more clusters asked for than there are distinct rows.
    pub(super) fn check(&self, of: &'static str, k: usize) -> Result<()> {
        let distinct = self.len();
        match distinct {
            0 => Err(Error::from(ErrorKind::NotEnoughData { of, needed: 1, unit: "rows", got: 0 })),
            _ if distinct < k => Err(ErrorKind::TooManyClusters { of, k, distinct }.into()),
            _ => Ok(()),
        }
    }

    /// The numbers of one block of rows, column after column.
    pub(super) fn block(&self, block: usize) -> &[f64] {
        let size = BLOCK * self.width;
        &self.numbers[(block * size).min(self.numbers.len())..((block + 1) * size).min(self.numbers.len())]
    }

    /// One number of one row.
    #[inline]
    pub(super) fn number_at(&self, row: usize, column: usize) -> f64 {
        let block = row / BLOCK;
        let rows = BLOCK.min(self.len() - block * BLOCK);
        self.numbers[block * BLOCK * self.width + column * rows + row % BLOCK]
    }

    /// One row.
    pub(super) fn point(&self, row: usize) -> Point {
        Point {
            numbers: (0..self.width).map(|column| self.number_at(row, column)).collect(),
            codes: self.codes.iter().map(|column| column[row]).collect(),
        }
    }

    /// The squared distance of the numbers of every row of a block to a point.
    pub(super) fn squared(&self, block: usize, point: &Point, into: &mut [f64]) {
        squared_distances(self.block(block), &point.numbers, into);
    }

    /// The sum of the distances of the numbers of every row of a block to a point, column by column.
    pub(super) fn absolute(&self, block: usize, point: &Point, into: &mut [f64]) {
        let columns = self.block(block).chunks_exact(into.len().max(1));
        into.fill(0.0);
        for (column, at) in columns.zip(&point.numbers) {
            for (sum, value) in into.iter_mut().zip(column) {
                *sum += (value - at).abs();
            }
        }
    }

    /// Adds `cost` for every category of every row of a block in which a point differs.
    pub(super) fn add_mismatches(&self, block: usize, point: &Point, cost: f64, into: &mut [f64]) {
        let start = block * BLOCK;
        for (column, &at) in self.codes.iter().zip(&point.codes) {
            for (sum, &code) in into.iter_mut().zip(&column[start..]) {
                *sum += if code == at { 0.0 } else { cost };
            }
        }
    }

    /// What distinct rows are labeled, for all rows.
    pub(super) fn spread(&self, labels: &[u32]) -> Vec<u32> {
        self.of_row.iter().map(|&row| labels[row as usize]).collect()
    }
}

/// Puts points in ascending order, of equal ones the earlier first, and renames the labels of their rows.
pub(super) fn sort(points: &mut Vec<Point>, labels: &mut [u32]) {
    let mut order: Vec<usize> = (0..points.len()).collect();
    order.sort_by(|&a, &b| points[a].order(&points[b]));
    if order.is_sorted() {
        return;
    }
    let mut rank = vec![0; points.len()];
    for (new, &old) in (0u32..).zip(&order) {
        rank[old] = new;
    }
    *points = order.into_iter().map(|old| points[old].clone()).collect();
    labels.iter_mut().for_each(|label| *label = rank.get(*label as usize).copied().unwrap_or(*label));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Column;

    #[test]
    fn rows_alike_become_one() {
        let numbers = Features::new(["x"], vec![2.0, -0.0, 2.0, 0.0, 2.0]).unwrap();
        let city = Column::text("city", ["b", "a", "a", "a", "b"].map(Some));
        let mixed = Mixed::new(Some(numbers), &[city]).unwrap();
        let frame = |features: &Features| Frame::centered("test", features);
        let (rows, frame) = DistinctRows::of_mixed("test", &mixed, frame).unwrap();
        assert_eq!((rows.len(), &rows.weights[..]), (3, &[2.0, 1.0, 2.0][..]));
        assert_eq!((&rows.of_row[..], &rows.first[..]), (&[2, 0, 1, 0, 2][..], &[1, 2, 0][..]));
        assert_eq!(frame.restore(&rows.point(2).numbers), [2.0]);
        assert_eq!(rows.point(2).codes, [1]);
        let mut costs = vec![0.0; 3];
        rows.absolute(0, &rows.point(0), &mut costs);
        rows.add_mismatches(0, &rows.point(0), 10.0, &mut costs);
        assert_eq!(costs, [0.0, 2.0 * frame.scale, 2.0 * frame.scale + 10.0]);
    }
}
