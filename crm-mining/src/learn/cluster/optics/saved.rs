//! A walk as plain data, checked when it comes back.

use super::{OpticsModel, Reached, smallest_first};
use crate::error::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};

/// The fields of the model, unchecked; infinite distances are left out. Labels follow from the hierarchy.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct SavedOptics {
    order: Vec<u32>,
    core_distances: Vec<Option<f64>>,
    reachability: Vec<Option<f64>>,
    predecessors: Vec<Option<u32>>,
    max_eps: Option<f64>,
    hierarchy: Vec<(u32, u32)>,
}

fn finite(values: Vec<f64>) -> Vec<Option<f64>> {
    values.into_iter().map(|value| Some(value).filter(|value| value.is_finite())).collect()
}

fn infinite(values: Vec<Option<f64>>) -> Vec<f64> {
    values.into_iter().map(|value| value.unwrap_or(f64::INFINITY)).collect()
}

impl From<OpticsModel> for SavedOptics {
    fn from(model: OpticsModel) -> SavedOptics {
        let OpticsModel { reached, max_eps, hierarchy, .. } = model;
        SavedOptics {
            order: reached.order,
            core_distances: finite(reached.core_distances),
            reachability: finite(reached.reachability),
            predecessors: reached.predecessors,
            max_eps,
            hierarchy,
        }
    }
}

impl TryFrom<SavedOptics> for OpticsModel {
    type Error = Error;

    fn try_from(saved: SavedOptics) -> Result<OpticsModel> {
        let SavedOptics { order, core_distances, reachability, predecessors, max_eps, hierarchy } = saved;
        let n = order.len();
        if [core_distances.len(), reachability.len(), predecessors.len()] != [n; 3] {
            return refused("as many distances and predecessors as rows", format!("{n} rows"));
        }
        let mut rows = order.clone();
        rows.sort_unstable();
        if !rows.iter().copied().eq(0..n as u32) {
            return refused("each row once in the order", format!("{n} rows"));
        }
        let is_distance = |value: &Option<f64>| value.is_none_or(|value| value >= 0.0);
        if !core_distances.iter().chain(&reachability).chain([&max_eps]).all(is_distance) {
            return refused("distances of at least 0", "one below".into());
        }
        if let Some(row) = predecessors.iter().flatten().find(|&&row| row as usize >= n) {
            return refused("predecessors below the number of rows", row.to_string());
        }
        let within = |&(start, end): &(u32, u32)| start <= end && (end as usize) < n;
        if let Some(cluster) = hierarchy.iter().find(|cluster| !within(cluster)) {
            return refused("clusters within the order", format!("{cluster:?}"));
        }
        let (labels, n_clusters) = smallest_first(&hierarchy, &order);
        let reached = Reached {
            order,
            core_distances: infinite(core_distances),
            reachability: infinite(reachability),
            predecessors,
        };
        Ok(OpticsModel { reached, max_eps, hierarchy, labels, n_clusters })
    }
}

fn refused<T>(rule: &str, found: String) -> Result<T> {
    Err(ErrorKind::Malformed { place: "OpticsModel".into(), rule: rule.into(), found }.into())
}
