//! Rows divided into clusters, behind the estimators of Python.

use super::estimator::{Data, Kind, Settings, Value, kind, model};
use crm_mining::learn::{KMeans, KMeansModel};
use crm_mining::{Control, Fit, Predict, Result};

/// The estimators.
pub(crate) static CLUSTERERS: &[Kind] = &[kind::<KMeans>()];

impl Settings for KMeans {
    const NAME: &'static str = "KMeans";
    type Model = KMeansModel;

    fn standard() -> Self {
        KMeans::new(8)
    }

    fn learn(&self, data: &Data, control: &Control) -> Result<KMeansModel> {
        match data.weighted()? {
            None => self.fit_with(&*data.features, control),
            Some(weighted) => self.fit_with(&weighted, control),
        }
    }
}

model! {
    KMeansModel,
    |model| {
        "labels_": Value::Labels(model.labels().to_vec()),
        "cluster_centers_": Value::Matrix(model.centers().to_vec(), model.feature_names().len()),
        "inertia_": Value::Real(model.inertia()),
        "n_iter_": Value::Whole(model.iterations()),
        "converged_": Value::Flag(model.converged()),
    },
    |features| {
        "predict": Value::Labels(model.predict(features)?),
        "transform": Value::Matrix(model.distances(features)?, model.k()),
    }
}
