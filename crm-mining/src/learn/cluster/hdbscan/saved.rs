//! Clusters of every density as plain data, checked when they come back.

use super::{CondensedCluster, Departure, HdbscanModel};
use crate::error::{Error, ErrorKind, Result};
use crate::learn::cluster::NOISE;
use serde::{Deserialize, Serialize};

/// The fields of the model, unchecked.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct SavedHdbscan {
    labels: Vec<u32>,
    probabilities: Vec<f64>,
    outlier_scores: Vec<f64>,
    departures: Vec<Departure>,
    persistences: Vec<f64>,
    tree: Vec<CondensedCluster>,
}

impl From<HdbscanModel> for SavedHdbscan {
    fn from(model: HdbscanModel) -> SavedHdbscan {
        let HdbscanModel { labels, probabilities, outlier_scores, departures, persistences, tree } = model;
        SavedHdbscan { labels, probabilities, outlier_scores, departures, persistences, tree }
    }
}

impl TryFrom<SavedHdbscan> for HdbscanModel {
    type Error = Error;

    fn try_from(saved: SavedHdbscan) -> Result<HdbscanModel> {
        let SavedHdbscan { labels, probabilities, outlier_scores, departures, persistences, tree } = saved;
        let n = labels.len();
        if [probabilities.len(), outlier_scores.len(), departures.len()] != [n; 3] {
            return refused("a probability, score and departure for each row", format!("{n} rows"));
        }
        let shares = probabilities.iter().chain(&outlier_scores).chain(&persistences);
        if let Some(share) = shares.into_iter().find(|share| !(0.0..=1.0 + 1e-9).contains(*share)) {
            return refused("shares from 0 to 1", share.to_string());
        }
        let n_clusters = persistences.len();
        if let Some(label) = labels.iter().find(|&&label| label as usize >= n_clusters && label != NOISE) {
            return refused("labels below the number of clusters", label.to_string());
        }
        let is_distance = |distance: f64| distance >= 0.0 && distance.is_finite();
        let leaves = |departure: &Departure| {
            (departure.cluster as usize) < tree.len() && is_distance(departure.distance)
        };
        if !departures.iter().all(leaves) {
            return refused("departures from clusters of the tree", format!("{} clusters", tree.len()));
        }
        let sound = |(at, cluster): (usize, &CondensedCluster)| {
            let parent = cluster.parent.is_some_and(|parent| (parent as usize) < at);
            let distance = cluster.distance.is_some_and(is_distance);
            let first = at == 0 && cluster.parent.is_none() && cluster.distance.is_none();
            let label = cluster.label.is_none_or(|label| (label as usize) < n_clusters);
            (first || (parent && distance)) && label
        };
        if !tree.iter().enumerate().all(sound) {
            return refused("clusters after the one they are part of", format!("{} clusters", tree.len()));
        }
        Ok(HdbscanModel { labels, probabilities, outlier_scores, departures, persistences, tree })
    }
}

fn refused<T>(rule: &str, found: String) -> Result<T> {
    Err(ErrorKind::Malformed { place: "HdbscanModel".into(), rule: rule.into(), found }.into())
}
