//! Bridge to linfa: its algorithms fitted on [`Features`], behind this library's checks.

use super::bridge::{at_least_one_row, call, two_classes};
use crate::data::{Features, Labeled};
use crate::error::{ErrorKind, Result};
use linfa::DatasetBase;
use linfa::traits::{Fit, PredictInplace};
use ndarray016::{Array1, Array2};

const LIBRARY: &str = "linfa";

/// The features as records of linfa, without targets.
///
/// # Errors
/// [`ErrorKind::NotEnoughData`] without a row.
pub fn linfa_dataset(features: &Features) -> Result<DatasetBase<Array2<f64>, Array1<()>>> {
    Ok(DatasetBase::from(records(features)?))
}

/// The features and labels as a dataset of linfa.
///
/// # Errors
/// [`ErrorKind::NotEnoughData`] without a row; [`ErrorKind::SingleClass`] when the label takes one value.
pub fn linfa_labeled(labeled: &Labeled) -> Result<DatasetBase<Array2<f64>, Array1<bool>>> {
    let records = records(labeled.features())?;
    two_classes(LIBRARY, labeled)?;
    Ok(DatasetBase::new(records, labeled.labels().collect()))
}

fn records(features: &Features) -> Result<Array2<f64>> {
    at_least_one_row(LIBRARY, features)?;
    let shape = (features.n_rows(), features.n_features());
    call(LIBRARY, || Array2::from_shape_vec(shape, features.values().to_vec()))
}

/// Fits an algorithm of linfa 0.8: a second opinion, or a method this library does not have.
///
/// The values are known to be finite and the rows to be at least one; what an algorithm asks beyond that,
/// such as no more clusters than distinct rows, is the caller's to see to. An error or a panic in linfa
/// becomes [`ErrorKind::Bridge`]. Its results depend on linfa alone: they may differ between runs.
///
/// # Errors
/// [`ErrorKind::Bridge`].
///
/// # Complexity
/// That of the algorithm, and the memory of one copy of the features.
///
/// # Reference
/// <https://docs.rs/linfa>
///
/// # Example
/// ```
/// use crm_mining::data::Features;
/// use crm_mining::learn::{fit_linfa, linfa_dataset, predict_linfa};
/// use linfa_clustering::KMeans;
///
/// let orders = Features::new(["orders"], vec![1.0, 9.0, 2.0, 10.0, 1.5])?;
/// let model = fit_linfa(&KMeans::params(2).n_runs(5), &linfa_dataset(&orders)?)?;
/// let labels: ndarray016::Array1<usize> = predict_linfa(&model, &orders)?;
/// assert_eq!(labels[0], labels[2]);
/// assert_ne!(labels[0], labels[1]);
/// # Ok::<(), crm_mining::Error>(())
/// ```
pub fn fit_linfa<P, T, E>(params: &P, dataset: &DatasetBase<Array2<f64>, T>) -> Result<P::Object>
where
    P: Fit<Array2<f64>, T, E>,
    E: std::error::Error + From<linfa::Error>,
{
    call(LIBRARY, || params.fit(dataset))
}

/// Applies a model of linfa. It does not know the names of its features: the order of the columns must be
/// that of the fit.
///
/// # Errors
/// [`ErrorKind::NotEnoughData`] without a row; [`ErrorKind::Bridge`].
pub fn predict_linfa<M: PredictInplace<Array2<f64>, T>, T>(model: &M, features: &Features) -> Result<T> {
    let records = records(features)?;
    call(LIBRARY, || {
        let mut targets = model.default_target(&records);
        model.predict_inplace(&records, &mut targets);
        Ok::<T, ErrorKind>(targets)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use linfa_clustering::KMeans;

    #[test]
    fn kmeans_agrees_with_ours() {
        use crate::model::Fit as _;
        let values = (0..60).map(|i| f64::from(i % 3) * 50.0 + f64::from(i * 7 % 11)).collect();
        let features = Features::new(["x"], values).unwrap();
        let ours = crate::learn::KMeans::new(3).fit(&features).unwrap();
        let model = fit_linfa(&KMeans::params(3).n_runs(10), &linfa_dataset(&features).unwrap()).unwrap();
        let theirs: Array1<usize> = predict_linfa(&model, &features).unwrap();
        for (a, b) in ours.labels().iter().zip(&theirs) {
            for (c, d) in ours.labels().iter().zip(&theirs) {
                assert_eq!(a == c, b == d);
            }
        }
    }

    #[test]
    fn panics_and_errors_of_linfa_are_typed() {
        let huge = Features::new(["x"], vec![-1e308, 1e308]).unwrap();
        let panic = fit_linfa(&KMeans::params(2), &linfa_dataset(&huge).unwrap()).unwrap_err();
        assert!(matches!(panic.kind(), ErrorKind::Bridge { found, .. } if found.starts_with("a panic")));
        let one = Features::new(["x"], vec![1.0]).unwrap();
        let error = fit_linfa(&KMeans::params(0), &linfa_dataset(&one).unwrap()).unwrap_err();
        assert_eq!(error.kind().name(), "Bridge");
        let empty = Features::new(["x"], vec![]).unwrap();
        assert_eq!(linfa_dataset(&empty).unwrap_err().kind().name(), "NotEnoughData");
        let labeled = Labeled::new(one, [true]).unwrap();
        assert_eq!(linfa_labeled(&labeled).unwrap_err().kind().name(), "SingleClass");
        let two = Labeled::new(Features::new(["x"], vec![1.0, 2.0]).unwrap(), [true, false]).unwrap();
        assert_eq!(linfa_labeled(&two).unwrap().targets().to_vec(), [true, false]);
    }
}
