//! Rows turned to their principal axes.

#![allow(clippy::indexing_slicing, reason = "indices run below the number of features")]

use crate::data::Features;
use crate::error::Result;
use crate::math::linear::{Square, dot};

/// Sweeps over all pairs of columns; a handful is enough, since convergence is quadratic.
const SWEEPS: usize = 60;

/// The rows in the coordinates of their principal axes. Turning changes no distance, so clusters may be sought
/// here as well as in the features.
pub(super) fn principal_axes(rows: &Features) -> Result<Features> {
    let width = rows.n_features();
    let axes = eigenvectors(covariance(rows));
    let values = rows.rows().flat_map(|row| (0..width).map(|axis| dot(row, axes.row(axis)))).collect();
    Features::new(rows.names().to_vec(), values)
}

fn covariance(rows: &Features) -> Square {
    let (width, n) = (rows.n_features(), rows.n_rows().max(1) as f64);
    let means: Vec<f64> = (0..width).map(|column| rows.column(column).sum::<f64>() / n).collect();
    let mut covariance = Square::zero(width);
    for row in rows.rows() {
        for a in 0..width {
            for b in 0..=a {
                *covariance.at_mut(a, b) += (row[a] - means[a]) * (row[b] - means[b]) / n;
            }
        }
    }
    for a in 0..width {
        for b in 0..a {
            *covariance.at_mut(b, a) = covariance.at(a, b);
        }
    }
    covariance
}

/// The eigenvectors of a symmetric matrix, each a row: Jacobi's rotations (Golub and Van Loan, section 8.5).
fn eigenvectors(mut matrix: Square) -> Square {
    let n = matrix.n();
    let mut vectors = Square::zero(n);
    for i in 0..n {
        *vectors.at_mut(i, i) = 1.0;
    }
    let total: f64 = (0..n).map(|i| dot(matrix.row(i), matrix.row(i))).sum();
    for _ in 0..SWEEPS {
        let beside = |i: usize| matrix.row(i)[..i].iter().map(|x| x * x).sum::<f64>();
        if (0..n).map(beside).sum::<f64>() <= f64::EPSILON * f64::EPSILON * total {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                if matrix.at(p, q) != 0.0 {
                    let (cosine, sine) = rotation(matrix.at(p, p), matrix.at(q, q), matrix.at(p, q));
                    for i in 0..n {
                        let (a, b) = (matrix.at(i, p), matrix.at(i, q));
                        *matrix.at_mut(i, p) = cosine * a - sine * b;
                        *matrix.at_mut(i, q) = sine * a + cosine * b;
                    }
                    turn(&mut matrix, p, q, cosine, sine);
                    turn(&mut vectors, p, q, cosine, sine);
                }
            }
        }
    }
    vectors
}

/// Cosine and sine of the rotation that brings the value beside the diagonal to 0.
fn rotation(pp: f64, qq: f64, pq: f64) -> (f64, f64) {
    let ratio = (qq - pp) / (2.0 * pq);
    let tangent = ratio.signum() / (ratio.abs() + ratio.hypot(1.0));
    let cosine = 1.0 / tangent.hypot(1.0);
    (cosine, tangent * cosine)
}

/// Turns rows p and q against each other.
fn turn(matrix: &mut Square, p: usize, q: usize, cosine: f64, sine: f64) {
    for i in 0..matrix.n() {
        let (a, b) = (matrix.at(p, i), matrix.at(q, i));
        *matrix.at_mut(p, i) = cosine * a - sine * b;
        *matrix.at_mut(q, i) = sine * a + cosine * b;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_to_uncorrelated_columns_and_keeps_distances() {
        let value = |i: usize, j: usize| ((i * i * (j + 3) + 7 * i + j) % 31) as f64 + (i * (j % 2)) as f64;
        let values = (0..100).flat_map(|i| (0..4).map(move |j| value(i, j))).collect();
        let rows = Features::new(["a", "b", "c", "d"], values).unwrap();
        let turned = principal_axes(&rows).unwrap();
        let covariance = covariance(&turned);
        for a in 0..4 {
            for b in 0..a {
                assert!(covariance.at(a, b).abs() < 1e-9, "{a} {b}: {}", covariance.at(a, b));
            }
        }
        let squared = |features: &Features, a: usize, b: usize| -> f64 {
            features.row(a).iter().zip(features.row(b)).map(|(a, b)| (a - b) * (a - b)).sum()
        };
        for i in 1..100 {
            assert!((squared(&rows, 0, i) - squared(&turned, 0, i)).abs() < 1e-9);
        }
        let alike = Features::new(["a", "b"], vec![1.0; 20]).unwrap();
        assert_eq!(principal_axes(&alike).unwrap(), alike);
    }
}
