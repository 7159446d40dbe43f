//! Points row by row: the form in which rows are passed over or looked at one by one.

#![allow(clippy::indexing_slicing, reason = "rows named are below the number of rows")]

use crate::data::Features;
use crate::error::Result;
use crate::learn::cluster::blocks::LARGEST;
use crate::learn::cluster::{BLOCK, Frame, bounded};
use rayon::prelude::*;

/// Points of a frame, row by row.
#[derive(Debug, Clone)]
pub(super) struct Matrix {
    pub(super) width: usize,
    pub(super) n_rows: usize,
    /// The size of the largest value.
    pub(super) largest: f64,
    pub(super) values: Vec<f64>,
}

impl Matrix {
    /// The features in this frame.
    pub(super) fn of(of: &'static str, frame: &Frame, features: &Features) -> Result<Matrix> {
        let width = features.n_features();
        let mut values = vec![0.0; features.values().len()];
        values
            .par_chunks_mut(BLOCK * width)
            .zip(features.values().par_chunks(BLOCK * width))
            .for_each(|(to, from)| bring(frame, from, to));
        let matrix = Matrix::new(width, values);
        bounded_by(of, matrix.largest, &matrix.values)?;
        Ok(matrix)
    }

    /// Points laid row by row.
    pub(super) fn new(width: usize, values: Vec<f64>) -> Matrix {
        let largest = values.par_chunks(BLOCK * width).map(size).reduce(|| 0.0, f64::max);
        Matrix { width, n_rows: values.len() / width, largest, values }
    }

    pub(super) fn row(&self, row: usize) -> &[f64] {
        &self.values[row * self.width..(row + 1) * self.width]
    }

    /// The points of these rows, in this order.
    pub(super) fn select(&self, rows: &[u32]) -> Matrix {
        let mut values = vec![0.0; rows.len() * self.width];
        values.par_chunks_mut(BLOCK * self.width).zip(rows.par_chunks(BLOCK)).for_each(|(to, rows)| {
            for (to, &row) in to.chunks_exact_mut(self.width).zip(rows) {
                to.copy_from_slice(self.row(row as usize));
            }
        });
        Matrix { width: self.width, n_rows: rows.len(), largest: self.largest, values }
    }
}

/// Rows in the units of the features, brought into a frame.
fn bring(frame: &Frame, from: &[f64], to: &mut [f64]) {
    let width = frame.offset.len();
    for (to, from) in to.chunks_exact_mut(width).zip(from.chunks_exact(width)) {
        for ((to, x), offset) in to.iter_mut().zip(from).zip(&frame.offset) {
            *to = (x - offset) * frame.scale;
        }
    }
}

/// The same, refused if squares of what comes out could leave the range.
pub(super) fn bring_rows(of: &'static str, frame: &Frame, from: &[f64], to: &mut [f64]) -> Result<()> {
    bring(frame, from, to);
    bounded_by(of, size(to), to)
}

fn bounded_by(of: &'static str, largest: f64, values: &[f64]) -> Result<()> {
    if largest < LARGEST { Ok(()) } else { bounded(of, values) }
}

/// The size of the largest value.
fn size(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |largest, value| if value.abs() > largest { value.abs() } else { largest })
}
