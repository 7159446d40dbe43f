//! Small systems of linear equations.
#![allow(clippy::indexing_slicing, reason = "indices run below N, the length of every array here")]

/// A square matrix, row by row.
pub(crate) type Matrix<const N: usize> = [[f64; N]; N];

/// The lower factor L of a positive definite matrix L Lᵀ.
#[derive(Debug, Clone)]
pub(crate) struct Cholesky<const N: usize>(Matrix<N>);

impl<const N: usize> Cholesky<N> {
    /// `None` unless the matrix is symmetric and positive definite in floating point.
    pub(crate) fn new(matrix: &Matrix<N>) -> Option<Self> {
        let mut factor = [[0.0; N]; N];
        for row in 0..N {
            for column in 0..=row {
                let known: f64 = (0..column).map(|k| factor[row][k] * factor[column][k]).sum();
                let rest = matrix[row][column] - known;
                factor[row][column] = if row > column {
                    rest / factor[column][column]
                } else if rest > f64::EPSILON * matrix[row][row] {
                    rest.sqrt()
                } else {
                    return None;
                };
            }
        }
        Some(Cholesky(factor))
    }

    /// The solution of `matrix · x = right`.
    pub(crate) fn solve(&self, right: &[f64; N]) -> [f64; N] {
        let (factor, mut x) = (&self.0, *right);
        for row in 0..N {
            let known: f64 = (0..row).map(|k| factor[row][k] * x[k]).sum();
            x[row] = (x[row] - known) / factor[row][row];
        }
        for row in (0..N).rev() {
            let known: f64 = (row + 1..N).map(|k| factor[k][row] * x[k]).sum();
            x[row] = (x[row] - known) / factor[row][row];
        }
        x
    }

    /// The diagonal of the inverse.
    pub(crate) fn inverse_diagonal(&self) -> [f64; N] {
        std::array::from_fn(|place| {
            let unit = std::array::from_fn(|row| if row == place { 1.0 } else { 0.0 });
            self.solve(&unit)[place]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Cholesky;

    #[test]
    fn solves_and_refuses() {
        let factor = Cholesky::new(&[[4.0, 2.0, 0.0], [2.0, 5.0, 1.0], [0.0, 1.0, 3.0]]).unwrap();
        let x = factor.solve(&[8.0, 15.0, 11.0]); // of (1, 2, 3)
        assert!(x.iter().zip([1.0, 2.0, 3.0]).all(|(x, expected)| (x - expected).abs() < 1e-14));
        // numpy 2.4.6: np.linalg.inv of the matrix above, diagonal
        let expected = [0.318181818181818, 0.272727272727273, 0.363636363636364];
        assert!(factor.inverse_diagonal().iter().zip(expected).all(|(x, e)| (x - e).abs() < 1e-14));
        assert!(Cholesky::new(&[[1.0, 2.0], [2.0, 1.0]]).is_none());
        assert!(Cholesky::new(&[[1.0, 1.0], [1.0, 1.0]]).is_none());
        assert!(Cholesky::new(&[[f64::NAN]]).is_none());
    }
}
