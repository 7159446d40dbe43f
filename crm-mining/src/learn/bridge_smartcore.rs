//! Bridge to smartcore: its algorithms fitted on [`Features`], behind this library's checks.

use super::bridge::{at_least_one_row, call, two_classes};
use crate::data::{Features, Labeled};
use crate::error::Result;
use smartcore::api::{Predictor, SupervisedEstimator, UnsupervisedEstimator};
use smartcore::linalg::basic::matrix::DenseMatrix;

const LIBRARY: &str = "smartcore";

/// The features as a matrix of smartcore.
///
/// # Errors
/// [`ErrorKind::NotEnoughData`](crate::ErrorKind::NotEnoughData) without a row.
pub fn smartcore_matrix(features: &Features) -> Result<DenseMatrix<f64>> {
    at_least_one_row(LIBRARY, features)?;
    let values = features.values().to_vec();
    call(LIBRARY, || DenseMatrix::new(features.n_rows(), features.n_features(), values, false))
}

/// Fits an unsupervised algorithm of smartcore 0.7: a second opinion, or a method this library does not have.
///
/// The values are known to be finite and the rows to be at least one; what an algorithm asks beyond that,
/// such as no more clusters than distinct rows, is the caller's to see to. An error or a panic in smartcore
/// becomes [`ErrorKind::Bridge`](crate::ErrorKind::Bridge); a stack overflow, which its DBSCAN can run into
/// on values around 1e300, cannot be caught.
///
/// # Errors
/// No row; an error or a panic in smartcore.
///
/// # Complexity
/// That of the algorithm, and the memory of one copy of the features.
///
/// # Reference
/// <https://docs.rs/smartcore>
///
/// # Example
/// ```
/// use crm_mining::data::Features;
/// use crm_mining::learn::{fit_smartcore, predict_smartcore};
/// use smartcore::cluster::kmeans::{KMeans, KMeansParameters};
/// use smartcore::linalg::basic::matrix::DenseMatrix;
///
/// let orders = Features::new(["orders"], vec![1.0, 9.0, 2.0, 10.0, 1.5])?;
/// let settings = KMeansParameters::default().with_k(2);
/// let model: KMeans<f64, i32, DenseMatrix<f64>, Vec<i32>> = fit_smartcore(&orders, settings)?;
/// let labels: Vec<i32> = predict_smartcore(&model, &orders)?;
/// assert_eq!(labels[0], labels[2]);
/// assert_ne!(labels[0], labels[1]);
/// # Ok::<(), crm_mining::Error>(())
/// ```
pub fn fit_smartcore<E, P>(features: &Features, params: P) -> Result<E>
where
    E: UnsupervisedEstimator<DenseMatrix<f64>, P>,
    P: Clone,
{
    let matrix = smartcore_matrix(features)?;
    call(LIBRARY, || E::fit(&matrix, params))
}

/// Fits a classifier of smartcore; the label is 1 or 0. See [`fit_smartcore`].
///
/// # Errors
/// No row; a label that takes one value; an error or a panic in smartcore.
pub fn fit_smartcore_labeled<E, P>(labeled: &Labeled, params: P) -> Result<E>
where
    E: SupervisedEstimator<DenseMatrix<f64>, Vec<u32>, P>,
    P: Clone,
{
    let matrix = smartcore_matrix(labeled.features())?;
    two_classes(LIBRARY, labeled)?;
    let labels: Vec<u32> = labeled.labels().map(u32::from).collect();
    call(LIBRARY, || E::fit(&matrix, &labels, params))
}

/// Applies a model of smartcore. It does not know the names of its features: the order of the columns must
/// be that of the fit.
///
/// # Errors
/// No row; an error or a panic in smartcore.
pub fn predict_smartcore<E, Y>(model: &E, features: &Features) -> Result<Y>
where
    E: Predictor<DenseMatrix<f64>, Y>,
{
    let matrix = smartcore_matrix(features)?;
    call(LIBRARY, || model.predict(&matrix))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use smartcore::cluster::kmeans::{KMeans, KMeansParameters};
    use smartcore::tree::decision_tree_classifier::DecisionTreeClassifier;

    #[test]
    fn a_tree_learns_a_threshold() {
        let features = Features::new(["x"], (0..40).map(f64::from).collect()).unwrap();
        let labeled = Labeled::new(features.clone(), (0..40).map(|i| i >= 25)).unwrap();
        let model: DecisionTreeClassifier<f64, u32, DenseMatrix<f64>, Vec<u32>> =
            fit_smartcore_labeled(&labeled, Default::default()).unwrap();
        let predicted: Vec<u32> = predict_smartcore(&model, &features).unwrap();
        assert!(predicted.iter().zip(labeled.labels()).all(|(&a, b)| a == u32::from(b)));
    }

    #[test]
    fn errors_of_smartcore_are_typed() {
        let one = Features::new(["x"], vec![1.0]).unwrap();
        let settings = KMeansParameters::default().with_k(1);
        let fitted: Result<KMeans<f64, i32, DenseMatrix<f64>, Vec<i32>>> = fit_smartcore(&one, settings);
        assert!(matches!(fitted.unwrap_err().kind(), ErrorKind::Bridge { library: "smartcore", .. }));
        let empty = Features::new(["x"], vec![]).unwrap();
        assert_eq!(smartcore_matrix(&empty).unwrap_err().kind().name(), "NotEnoughData");
    }
}
