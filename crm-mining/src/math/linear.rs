//! Small systems of linear equations.
#![allow(clippy::indexing_slicing, reason = "indices run below n, and n² values are held")]

/// A square matrix, row by row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Square {
    n: usize,
    values: Vec<f64>,
}

impl Square {
    pub(crate) fn zero(n: usize) -> Square {
        Square { n, values: vec![0.0; n * n] }
    }

    /// Out of n² values, row by row.
    #[cfg(test)]
    pub(crate) fn of(n: usize, values: &[f64]) -> Square {
        assert_eq!(values.len(), n * n);
        Square { n, values: values.to_vec() }
    }

    /// `None` unless there are as many rows as columns.
    pub(crate) fn from_rows(rows: &[Vec<f64>]) -> Option<Square> {
        let n = rows.len();
        rows.iter().all(|row| row.len() == n).then(|| Square { n, values: rows.concat() })
    }

    pub(crate) fn n(&self) -> usize {
        self.n
    }

    pub(crate) fn row(&self, row: usize) -> &[f64] {
        &self.values[row * self.n..(row + 1) * self.n]
    }

    #[inline]
    pub(crate) fn at(&self, row: usize, column: usize) -> f64 {
        self.values[row * self.n + column]
    }

    #[inline]
    pub(crate) fn at_mut(&mut self, row: usize, column: usize) -> &mut f64 {
        &mut self.values[row * self.n + column]
    }

    pub(crate) fn map(mut self, change: impl Fn(f64) -> f64) -> Square {
        self.values.iter_mut().for_each(|value| *value = change(*value));
        self
    }

    /// Only these rows and columns.
    pub(crate) fn select(&self, places: &[usize]) -> Square {
        let values = places.iter().flat_map(|&row| places.iter().map(move |&column| self.at(row, column)));
        Square { n: places.len(), values: values.collect() }
    }

    /// M · self · Mᵀ, for a square M given by its places.
    pub(crate) fn transformed(&self, by: impl Fn(usize, usize) -> f64) -> Square {
        let n = self.n;
        let mut half = Square::zero(n);
        let mut whole = Square::zero(n);
        for i in 0..n {
            for j in 0..n {
                *half.at_mut(i, j) = (0..n).map(|k| by(i, k) * self.at(k, j)).sum();
            }
        }
        for i in 0..n {
            for j in 0..n {
                *whole.at_mut(i, j) = (0..n).map(|k| half.at(i, k) * by(j, k)).sum();
            }
        }
        whole
    }

    /// xᵀ · self · x.
    pub(crate) fn form(&self, x: &[f64]) -> f64 {
        (0..self.n).map(|row| x[row] * dot(self.row(row), x)).sum()
    }
}

/// Whether a matrix can be a covariance: finite, symmetric, with no variance below 0 and no combination that has one.
pub(crate) fn is_covariance(matrix: &Square) -> bool {
    let n = matrix.n();
    // NaN where a variance is below 0; no comparison with it holds.
    let size = |i: usize, j: usize| matrix.at(i, i).sqrt() * matrix.at(j, j).sqrt();
    let mut correlation = Square::zero(n);
    for i in 0..n {
        for j in 0..n {
            let (size, value) = (size(i, j), matrix.at(i, j));
            if !((value - matrix.at(j, i)).abs() <= 1e-6 * size && value.abs() <= (1.0 + 1e-6) * size) {
                return false;
            }
            let rounding = if i == j { 1e-9 } else { 0.0 };
            *correlation.at_mut(i, j) = if size > 0.0 { value / size } else { 0.0 } + rounding;
        }
    }
    Cholesky::new(&correlation).is_some()
}

pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The lower factor L of a positive definite matrix L Lᵀ.
#[derive(Debug, Clone)]
pub(crate) struct Cholesky(Square);

impl Cholesky {
    /// `None` unless the matrix is symmetric and positive definite in floating point.
    pub(crate) fn new(matrix: &Square) -> Option<Cholesky> {
        let mut factor = Square::zero(matrix.n);
        for row in 0..matrix.n {
            for column in 0..=row {
                let known: f64 = (0..column).map(|k| factor.at(row, k) * factor.at(column, k)).sum();
                let rest = matrix.at(row, column) - known;
                *factor.at_mut(row, column) = if row > column {
                    rest / factor.at(column, column)
                } else if rest > f64::EPSILON * matrix.at(row, row) {
                    rest.sqrt()
                } else {
                    return None;
                };
            }
        }
        Some(Cholesky(factor))
    }

    /// The lower factor.
    pub(crate) fn factor(&self) -> &Square {
        &self.0
    }

    /// The solution of `matrix · x = right`.
    pub(crate) fn solve(&self, right: &[f64]) -> Vec<f64> {
        let (factor, mut x) = (&self.0, right.to_vec());
        for row in 0..factor.n {
            let known = dot(&factor.row(row)[..row], &x[..row]);
            x[row] = (x[row] - known) / factor.at(row, row);
        }
        for row in (0..factor.n).rev() {
            let known: f64 = (row + 1..factor.n).map(|k| factor.at(k, row) * x[k]).sum();
            x[row] = (x[row] - known) / factor.at(row, row);
        }
        x
    }

    /// The inverse of the matrix.
    pub(crate) fn inverse(&self) -> Square {
        let n = self.0.n;
        let mut inverse = Square::zero(n);
        for column in 0..n {
            let mut unit = vec![0.0; n];
            unit[column] = 1.0;
            for (row, value) in self.solve(&unit).into_iter().enumerate() {
                *inverse.at_mut(row, column) = value;
            }
        }
        inverse
    }
}

#[cfg(test)]
mod tests {
    use super::{Cholesky, Square, is_covariance};

    #[test]
    fn solves_and_refuses() {
        let factor = Cholesky::new(&Square::of(3, &[4.0, 2.0, 0.0, 2.0, 5.0, 1.0, 0.0, 1.0, 3.0])).unwrap();
        let x = factor.solve(&[8.0, 15.0, 11.0]); // of (1, 2, 3)
        assert!(x.iter().zip([1.0, 2.0, 3.0]).all(|(x, expected)| (x - expected).abs() < 1e-14));
        // numpy 2.4.6: np.linalg.inv of the matrix above, diagonal
        let expected = [0.318181818181818, 0.272727272727273, 0.363636363636364];
        let inverse = factor.inverse();
        assert!((0..3).all(|place| (inverse.at(place, place) - expected[place]).abs() < 1e-14));
        assert!((inverse.form(&[8.0, 15.0, 11.0]) - (8.0 + 2.0 * 15.0 + 3.0 * 11.0)).abs() < 1e-12);
        for (n, none) in [(2, vec![1.0, 2.0, 2.0, 1.0]), (2, vec![1.0; 4]), (1, vec![f64::NAN])] {
            assert!(Cholesky::new(&Square::of(n, &none)).is_none());
        }
    }
    #[test]
    fn knows_a_covariance() {
        let is = |n, values: &[f64]| is_covariance(&Square::of(n, values));
        assert!(is(2, &[4.0, 2.0, 2.0, 9.0]) && is(2, &[4.0, 6.0, 6.0, 9.0]) && is(2, &[0.0, 0.0, 0.0, 1.0]));
        assert!(is(2, &[4e-300, 2e-300, 2e-300, 9e-300]));
        for none in [[4.0, 2.0, 2.1, 9.0], [4.0, 6.1, 6.1, 9.0], [-1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 1.0, 1.0]]
        {
            assert!(!is(2, &none), "{none:?}");
        }
        assert!(!is(1, &[f64::NAN]));
        // Every two could be, all three cannot.
        assert!(!is(3, &[1.0, 0.9, -0.9, 0.9, 1.0, 0.9, -0.9, 0.9, 1.0]));
    }
}
