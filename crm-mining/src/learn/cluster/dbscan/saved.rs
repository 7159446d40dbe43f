//! Dense clusters as plain data, checked when they come back.

use super::DbscanModel;
use crate::error::{Error, ErrorKind, Result};
use crate::learn::cluster::{NOISE, bounded};
use serde::{Deserialize, Serialize};

/// The fields of the model, unchecked.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct SavedDbscan {
    feature_names: Vec<String>,
    eps: f64,
    labels: Vec<u32>,
    core_rows: Vec<u32>,
    core_points: Vec<f64>,
    n_clusters: u32,
}

impl From<DbscanModel> for SavedDbscan {
    fn from(model: DbscanModel) -> SavedDbscan {
        let DbscanModel { feature_names, eps, labels, core_rows, core_points, n_clusters } = model;
        SavedDbscan { feature_names, eps, labels, core_rows, core_points, n_clusters }
    }
}

impl TryFrom<SavedDbscan> for DbscanModel {
    type Error = Error;

    fn try_from(saved: SavedDbscan) -> Result<DbscanModel> {
        let SavedDbscan { feature_names, eps, labels, core_rows, core_points, n_clusters } = saved;
        if feature_names.is_empty() || !(eps > 0.0 && eps.is_finite()) {
            return refused("a feature and an eps above 0", format!("{} and {eps}", feature_names.len()));
        }
        if n_clusters as usize > core_rows.len() {
            return refused("a core row for each cluster", format!("{n_clusters} clusters"));
        }
        if let Some(label) = labels.iter().find(|&&label| label >= n_clusters && label != NOISE) {
            return refused("labels below the number of clusters", label.to_string());
        }
        let in_cluster = |&row: &u32| labels.get(row as usize).is_some_and(|&label| label != NOISE);
        if !core_rows.is_sorted_by(|a, b| a < b) || !core_rows.iter().all(in_cluster) {
            return refused("ascending core rows, each in a cluster", format!("{} rows", core_rows.len()));
        }
        if core_rows.len().checked_mul(feature_names.len()) != Some(core_points.len()) {
            return refused(
                "a value for each feature of each core row",
                format!("{} values", core_points.len()),
            );
        }
        bounded("DbscanModel", &core_points)?;
        Ok(DbscanModel { feature_names, eps, labels, core_rows, core_points, n_clusters })
    }
}

fn refused<T>(rule: &str, found: String) -> Result<T> {
    Err(ErrorKind::Malformed { place: "DbscanModel".into(), rule: rule.into(), found }.into())
}
