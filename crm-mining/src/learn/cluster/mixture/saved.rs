//! A mixture as plain data, checked when it comes back.

use super::GaussianMixtureModel;
use super::density::{Density, Parameters};
use crate::error::{Error, ErrorKind, Result};
use crate::learn::cluster::Frame;
use serde::{Deserialize, Serialize};

/// What a mixture is made of, without what follows from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct SavedMixture {
    pub(super) feature_names: Vec<String>,
    pub(super) frame: Frame,
    pub(super) parameters: Parameters,
    pub(super) labels: Vec<u32>,
    pub(super) log_likelihood: f64,
    pub(super) iterations: usize,
    pub(super) converged: bool,
}

impl From<GaussianMixtureModel> for SavedMixture {
    fn from(model: GaussianMixtureModel) -> SavedMixture {
        model.saved
    }
}

impl TryFrom<SavedMixture> for GaussianMixtureModel {
    type Error = Error;

    fn try_from(saved: SavedMixture) -> Result<GaussianMixtureModel> {
        let refused = |rule: &str, found: String| -> Error {
            ErrorKind::Malformed { place: "GaussianMixtureModel".into(), rule: rule.into(), found }.into()
        };
        let SavedMixture { feature_names, frame, parameters, labels, .. } = &saved;
        let width = feature_names.len();
        let framed = frame.offset.len() == width
            && frame.offset.iter().all(|offset| offset.is_finite())
            && frame.scale.is_normal()
            && frame.scale > 0.0;
        if !framed || parameters.width != width {
            return Err(refused("an offset for each feature and a scale", format!("{width} features")));
        }
        let Some(density) = Density::new(parameters) else {
            let rule = "weights above 0, a mean and a positive definite covariance of each component";
            return Err(refused(rule, format!("{} components", parameters.k())));
        };
        if let Some(label) = labels.iter().find(|&&label| label as usize >= parameters.k()) {
            return Err(refused("labels below the number of components", label.to_string()));
        }
        if labels.is_empty() || !saved.log_likelihood.is_finite() {
            return Err(refused("a row and a likelihood", format!("{} rows", labels.len())));
        }
        Ok(GaussianMixtureModel::new(saved, density))
    }
}
