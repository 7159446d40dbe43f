//! Points row by row: the form in which rows are passed over or looked at one by one.

#![allow(clippy::indexing_slicing, reason = "rows named are below the number of rows")]

use crate::data::Features;
use crate::error::Result;
use crate::learn::cluster::blocks::LARGEST;
use crate::learn::cluster::{BLOCK, Frame, bounded};
use rayon::prelude::*;
use std::borrow::Cow;

/// Points of a frame, row by row.
#[derive(Debug, Clone)]
pub(super) struct Matrix<'a> {
    pub(super) width: usize,
    pub(super) n_rows: usize,
    /// The size of the largest value.
    pub(super) largest: f64,
    pub(super) values: Cow<'a, [f64]>,
}

impl<'a> Matrix<'a> {
    /// The features in a frame of their own, and this frame; not copied if they can stay as they are.
    pub(super) fn near(of: &'static str, features: &'a Features) -> Result<(Frame, Matrix<'a>)> {
        let (frame, largest) = Frame::near(of, features)?;
        let values = if frame.is_plain() {
            Cow::Borrowed(features.values())
        } else {
            Cow::Owned(framed(&frame, features))
        };
        bounded_by(of, largest, &values)?;
        let (width, n_rows) = (features.n_features(), features.n_rows());
        Ok((frame, Matrix { width, n_rows, largest, values }))
    }

    /// The features in this frame.
    pub(super) fn of(of: &'static str, frame: &Frame, features: &Features) -> Result<Matrix<'static>> {
        let matrix = Matrix::new(features.n_features(), framed(frame, features));
        bounded_by(of, matrix.largest, &matrix.values)?;
        Ok(matrix)
    }

    /// Points laid row by row.
    pub(super) fn new(width: usize, values: Vec<f64>) -> Matrix<'static> {
        let largest = values.par_chunks(BLOCK * width).map(size).reduce(|| 0.0, f64::max);
        Matrix { width, n_rows: values.len() / width, largest, values: Cow::Owned(values) }
    }

    pub(super) fn row(&self, row: usize) -> &[f64] {
        &self.values[row * self.width..(row + 1) * self.width]
    }

    /// The points of these rows, in this order.
    pub(super) fn select(&self, rows: &[u32]) -> Matrix<'static> {
        let mut values = vec![0.0; rows.len() * self.width];
        values.par_chunks_mut(BLOCK * self.width).zip(rows.par_chunks(BLOCK)).for_each(|(to, rows)| {
            for (to, &row) in to.chunks_exact_mut(self.width).zip(rows) {
                to.copy_from_slice(self.row(row as usize));
            }
        });
        Matrix { width: self.width, n_rows: rows.len(), largest: self.largest, values: Cow::Owned(values) }
    }
}

/// The values of the features in a frame.
fn framed(frame: &Frame, features: &Features) -> Vec<f64> {
    let mut values = vec![0.0; features.values().len()];
    let size = BLOCK * features.n_features();
    let blocks = values.par_chunks_mut(size).zip(features.values().par_chunks(size));
    blocks.for_each(|(to, from)| bring(frame, from, to));
    values
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
