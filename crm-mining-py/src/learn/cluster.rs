//! Rows divided into clusters, behind the estimators of Python.

use super::estimator::{Data, Kind, Settings, Value, kind, model};
use super::rows::Shape;
use crm_mining::data::Features;
use crm_mining::learn::{
    Agglomerative, AgglomerativeModel, BisectingKMeans, BisectingKMeansModel, Clustering, Covariance, Dbscan,
    DbscanModel, GaussianMixture, GaussianMixtureModel, Hdbscan, HdbscanModel, KMeans, KMeansModel, KMedoids,
    KMedoidsModel, KModes, KModesModel, KPrototypes, KPrototypesModel, MiniBatchKMeans, MiniBatchKMeansModel,
    Optics, OpticsModel,
};
use crm_mining::{Control, Fit, Predict, Result};

/// The estimators.
pub(crate) static CLUSTERERS: &[Kind] = &[
    kind::<KMeans>(),
    kind::<MiniBatchKMeans>(),
    kind::<BisectingKMeans>(),
    kind::<Agglomerative>(),
    kind::<Dbscan>(),
    kind::<Optics>(),
    kind::<Hdbscan>(),
    kind::<GaussianMixture>(),
    kind::<KModes>(),
    kind::<KPrototypes>(),
    kind::<KMedoids>(),
];

/// Settings of this name, their defaults, and how they are fitted.
macro_rules! clusterer {
    ($settings:ident, $name:literal, $standard:expr, $model:ident, |$self:ident, $data:ident, $control:ident| $fit:expr) => {
        impl Settings for $settings {
            const NAME: &'static str = $name;
            type Model = $model;

            fn standard() -> Self {
                $standard
            }

            fn learn(&$self, $data: &Data, $control: &Control) -> Result<$model> {
                $fit
            }
        }
    };
}

clusterer! { KMeans, "KMeans", KMeans::new(2), KMeansModel, |self, data, control| match data.weighted()? {
    None => self.fit_with(data.rows.features()?, control),
    Some(weighted) => self.fit_with(&weighted, control),
} }

model! {
    KMeansModel,
    |model| {
        "labels_": Value::Labels(model.labels().to_vec()),
        "cluster_centers_": Value::Matrix(model.centers().to_vec(), model.feature_names().len()),
        "inertia_": Value::Real(model.inertia()),
        "n_iter_": Value::Whole(model.iterations()),
        "converged_": Value::Flag(model.converged()),
    },
    |rows| {
        "predict": Value::Labels(model.predict(rows.features()?)?),
        "transform": Value::Matrix(model.distances(rows.features()?)?, model.k()),
    }
}

clusterer! {
    MiniBatchKMeans, "MiniBatchKMeans", MiniBatchKMeans::new(2), MiniBatchKMeansModel,
    |self, data, control| match data.streamed {
        true => self.start(data.rows.features()?),
        false => self.fit_with(data.rows.features()?, control),
    }
}

model! {
    MiniBatchKMeansModel,
    |model| {
        "labels_": Value::Labels(model.labels().to_vec()),
        "cluster_centers_": Value::Matrix(model.centers().to_vec(), model.feature_names().len()),
        "counts_": Value::Counts(model.counts().to_vec()),
        "inertia_": Value::Real(model.inertia()),
        "n_steps_": Value::Whole(model.updates() as usize),
    },
    |rows| {
        "predict": Value::Labels(model.predict(rows.features()?)?),
    }
    ; updated by update
}

clusterer! {
    BisectingKMeans, "BisectingKMeans", BisectingKMeans::new(2), BisectingKMeansModel,
    |self, data, control| self.fit_with(data.rows.features()?, control)
}

model! {
    BisectingKMeansModel,
    |model| {
        "labels_": Value::Labels(model.labels().to_vec()),
        "cluster_centers_": Value::Matrix(model.centers().to_vec(), model.feature_names().len()),
        "inertia_": Value::Real(model.inertia()),
    },
    |rows| {
        "predict": Value::Labels(model.predict(rows.features()?)?),
    }
}

clusterer! {
    Agglomerative, "Agglomerative", Agglomerative::new(2), AgglomerativeModel,
    |self, data, control| self.fit_with(data.rows.features()?, control)
}

model! {
    AgglomerativeModel,
    |model| {
        "labels_": Value::Labels(model.labels().to_vec()),
        "n_clusters_": Value::Whole(model.n_clusters()),
        "n_leaves_": Value::Whole(model.dendrogram().n_rows()),
        "children_": Value::Pairs(model.dendrogram().merges().iter().map(|merge| (merge.left, merge.right)).collect()),
        "distances_": Value::Reals(model.dendrogram().merges().iter().map(|merge| merge.height).collect()),
    }
    ; |number| {
        "labels_of": Value::Labels(model.dendrogram().cut_count(number as usize)?),
        "labels_at": Value::Labels(model.dendrogram().cut_height(number)?),
    }
    ; drawn by |model, clusters| crm_mining::report::dendrogram_chart(model.dendrogram(), clusters)
}

clusterer! {
    Dbscan, "Dbscan", Dbscan::new(0.5), DbscanModel,
    |self, data, control| self.fit_with(data.rows.features()?, control)
}

model! {
    DbscanModel,
    |model| {
        "labels_": Value::Labels(model.labels().to_vec()),
        "n_clusters_": Value::Whole(model.n_clusters()),
        "core_sample_indices_": Value::Rows(model.core_rows().to_vec()),
        "components_": Value::Matrix(model.core_points().to_vec(), model.feature_names().len()),
    },
    |rows| {
        "predict": Value::Labels(model.predict(rows.features()?)?),
    }
}

clusterer! {
    Optics, "Optics", Optics::default(), OpticsModel,
    |self, data, control| self.fit_with(data.rows.features()?, control)
}

model! {
    OpticsModel,
    |model| {
        "labels_": Value::Labels(model.labels().to_vec()),
        "n_clusters_": Value::Whole(model.n_clusters()),
        "ordering_": Value::Rows(model.order().to_vec()),
        "reachability_": Value::Reals(model.reachability().to_vec()),
        "core_distances_": Value::Reals(model.core_distances().to_vec()),
        // All bits of u32::MAX are set: those of -1.
        "predecessor_": Value::Labels(model.predecessors().iter().map(|row| row.unwrap_or(u32::MAX)).collect()),
        "cluster_hierarchy_": Value::Pairs(model.hierarchy().to_vec()),
    }
    ; |number| {
        "labels_at": Value::Labels(model.labels_at(number)?),
    }
}

clusterer! {
    Hdbscan, "Hdbscan", Hdbscan::default(), HdbscanModel,
    |self, data, control| self.fit_with(data.rows.features()?, control)
}

model! {
    HdbscanModel,
    |model| {
        "labels_": Value::Labels(model.labels().to_vec()),
        "n_clusters_": Value::Whole(model.n_clusters()),
        "probabilities_": Value::Reals(model.probabilities().to_vec()),
        "outlier_scores_": Value::Reals(model.outlier_scores().to_vec()),
        "cluster_persistence_": Value::Reals(model.persistences().to_vec()),
    }
}

clusterer! {
    GaussianMixture, "GaussianMixture", GaussianMixture::new(2), GaussianMixtureModel,
    |self, data, control| self.fit_with(data.rows.features()?, control)
}

model! {
    GaussianMixtureModel,
    |model| {
        "labels_": Value::Labels(model.labels().to_vec()),
        "weights_": Value::Reals(model.weights().to_vec()),
        "means_": Value::Matrix(model.means().to_vec(), model.feature_names().len()),
        "covariances_": covariances(model),
        "log_likelihood_": Value::Real(model.log_likelihood()),
        "aic_": Value::Real(model.aic()),
        "bic_": Value::Real(model.bic()),
        "n_iter_": Value::Whole(model.iterations()),
        "converged_": Value::Flag(model.converged()),
    },
    |rows| {
        "predict": Value::Labels(model.predict(rows.features()?)?),
        "predict_proba": Value::Matrix(model.predict_probabilities(rows.features()?)?, model.k()),
        "score_samples": Value::Reals(model.log_densities(rows.features()?)?),
    }
}

/// The covariances in the shape that their kind has in scikit-learn.
fn covariances(model: &GaussianMixtureModel) -> Value {
    let (values, width) = (model.covariances().to_vec(), model.feature_names().len());
    match model.covariance() {
        Covariance::Full => Value::Matrices(values, width),
        Covariance::Tied | Covariance::Diagonal => Value::Matrix(values, width),
        Covariance::Spherical => Value::Reals(values),
    }
}

clusterer! {
    KModes, "KModes", KModes::new(2), KModesModel,
    |self, data, control| self.fit_with(data.rows.mixed()?, control)
}

model! {
    KModesModel,
    |model| {
        "labels_": Value::Labels(model.labels().to_vec()),
        "modes_": modes(model.k(), |cluster| model.mode(cluster)),
        "cost_": Value::Whole(model.cost() as usize),
        "n_iter_": Value::Whole(model.iterations()),
        "converged_": Value::Flag(model.converged()),
    },
    |rows| {
        "predict": Value::Labels(model.predict(rows.mixed()?)?),
    }
}

clusterer! {
    KPrototypes, "KPrototypes", KPrototypes::new(2), KPrototypesModel,
    |self, data, control| self.fit_with(data.rows.mixed()?, control)
}

model! {
    KPrototypesModel,
    |model| {
        "labels_": Value::Labels(model.labels().to_vec()),
        "cluster_centers_": Value::Matrix(model.centers().to_vec(), model.numeric_names().len()),
        "modes_": modes(model.k(), |cluster| model.mode(cluster)),
        "numeric_": Value::Names(model.numeric_names().to_vec()),
        "categorical_": Value::Names(model.categorical().to_vec()),
        "gamma_": Value::Real(model.gamma()),
        "cost_": Value::Real(model.cost()),
        "n_iter_": Value::Whole(model.iterations()),
        "converged_": Value::Flag(model.converged()),
    },
    |rows| {
        "predict": Value::Labels(model.predict(rows.mixed()?)?),
    }
}

clusterer! {
    KMedoids, "KMedoids", KMedoids::new(2), KMedoidsModel,
    |self, data, control| match numbers_alone(&data.rows) {
        Some(features) => self.fit_with(features, control),
        None => self.fit_with(data.rows.mixed()?, control),
    }
}

model! {
    KMedoidsModel,
    |model| {
        "labels_": Value::Labels(model.labels().to_vec()),
        "medoid_indices_": Value::Rows(model.medoids().to_vec()),
        "categorical_": Value::Names(model.categorical().to_vec()),
        "inertia_": Value::Real(model.loss()),
        "n_iter_": Value::Whole(model.iterations()),
        "converged_": Value::Flag(model.converged()),
    },
    |rows| {
        "predict": Value::Labels(match numbers_alone(rows) {
            Some(features) => model.predict(features)?,
            None => model.predict(rows.mixed()?)?,
        }),
    }
}

/// The features, when no column is categorical.
fn numbers_alone(rows: &Shape) -> Option<&Features> {
    match rows {
        Shape::Features(features) => Some(features),
        Shape::Mixed(mixed) => mixed.numeric().filter(|_| mixed.categorical().is_empty()),
    }
}

/// The categories of each mode.
fn modes<'a>(k: usize, mode: impl Fn(usize) -> Vec<Option<&'a str>>) -> Value {
    let owned = |cluster| mode(cluster).into_iter().map(|category| category.map(str::to_owned)).collect();
    Value::Categories((0..k).map(owned).collect())
}
