//! Clusters of the condensed tree that become labels.

#![allow(clippy::indexing_slicing, reason = "clusters and points are those of the condensed tree")]

use super::condense::{Condensed, Point, lambda};
use super::{ClusterSelection, Hdbscan};
use crate::learn::cluster::NOISE;

/// The selected cluster that each point belongs to, as its number in the tree; [`NOISE`] for none.
pub(super) struct Selected {
    clusters: Vec<u32>,
    of_points: Vec<u32>,
}

/// Selects by the settings; `epsilon` in the scale of the search.
pub(super) fn select(condensed: &Condensed, settings: &Hdbscan, epsilon: f64) -> Selected {
    let n = condensed.clusters.len();
    let mut is_selected = match settings.selection {
        ClusterSelection::ExcessOfMass => excess_of_mass(condensed, settings.allow_single_cluster),
        ClusterSelection::Leaf => {
            let leaf = |at: usize| condensed.clusters[at].children.is_empty();
            (0..n).map(|at| leaf(at) && (at > 0 || settings.allow_single_cluster)).collect()
        }
    };
    if epsilon > 0.0 && n > 1 && !is_selected[0] {
        is_selected = merged_below(condensed, &is_selected, epsilon, settings.allow_single_cluster);
    }
    if condensed.clusters[0].size < settings.min_cluster_size as u64 {
        is_selected[0] = false;
    }
    let holder = outermost(condensed, &is_selected);
    // Of a single cluster, rows that leave too early are noise.
    let threshold = if epsilon > 0.0 { 1.0 / epsilon } else { condensed.clusters[0].death };
    let of_point = |point: &Point| match holder[point.cluster as usize] {
        0 if lambda(point.distance) < threshold => NOISE,
        holder => holder,
    };
    let clusters = (0..n as u32).filter(|&at| holder[at as usize] == at).collect();
    Selected { clusters, of_points: condensed.points.iter().map(of_point).collect() }
}

/// The outermost selected cluster around each cluster, itself included; [`NOISE`] for none.
fn outermost(condensed: &Condensed, is_selected: &[bool]) -> Vec<u32> {
    let mut holder = vec![NOISE; is_selected.len()];
    // Clusters come after the one they are part of.
    for (at, cluster) in condensed.clusters.iter().enumerate() {
        let above = cluster.parent.map_or(NOISE, |parent| holder[parent as usize]);
        holder[at] = if above == NOISE && is_selected[at] { at as u32 } else { above };
    }
    holder
}

/// The clusters whose stability is at least that of the selected ones within, taken together.
fn excess_of_mass(condensed: &Condensed, allow_single_cluster: bool) -> Vec<bool> {
    let mut is_selected = vec![true; condensed.clusters.len()];
    let mut stabilities: Vec<f64> = condensed.clusters.iter().map(|cluster| cluster.stability).collect();
    for (at, cluster) in condensed.clusters.iter().enumerate().rev() {
        let within: f64 = cluster.children.iter().map(|&child| stabilities[child as usize]).sum();
        if within > stabilities[at] || (at == 0 && !allow_single_cluster) {
            is_selected[at] = false;
            stabilities[at] = within;
        }
    }
    is_selected
}

/// Clusters that parted at less than `epsilon` give way to the smallest around them that parted at more.
fn merged_below(
    condensed: &Condensed,
    selected: &[bool],
    epsilon: f64,
    allow_single_cluster: bool,
) -> Vec<bool> {
    let distance = |at: usize| 1.0 / lambda(condensed.clusters[at].distance);
    let holder = outermost(condensed, selected);
    let mut merged = vec![false; selected.len()];
    for at in (0..selected.len()).filter(|&at| holder[at] == at as u32) {
        let mut around = at;
        let mut go_on = distance(at) < epsilon;
        while go_on {
            let parent = condensed.clusters[around].parent.unwrap_or(0) as usize;
            go_on = parent > 0 && distance(parent) <= epsilon;
            if parent > 0 || allow_single_cluster {
                around = parent;
            }
        }
        merged[around] = true;
    }
    merged
}

impl Selected {
    /// The share of the largest λ of its cluster at which each point leaves; 0 for noise.
    pub(super) fn probabilities(&self, condensed: &Condensed) -> Vec<f64> {
        let probability = |(point, &cluster): (&Point, &u32)| {
            if cluster == NOISE {
                return 0.0;
            }
            let (own, most) = (lambda(point.distance), condensed.clusters[cluster as usize].death);
            if own.is_infinite() || most == 0.0 { 1.0 } else { own.min(most) / most }
        };
        condensed.points.iter().zip(&self.of_points).map(probability).collect()
    }

    /// The label of each point, that of each cluster of the tree, and the persistence of each label. Labels go
    /// by size, the largest first; of equals, the cluster of the first point comes first.
    pub(super) fn numbered(
        &self,
        condensed: &Condensed,
        weights: &[u32],
    ) -> (Vec<u32>, Vec<Option<u32>>, Vec<f64>) {
        let mut sizes = vec![(0_u64, usize::MAX); condensed.clusters.len()];
        for (point, (&cluster, &weight)) in self.of_points.iter().zip(weights).enumerate() {
            if cluster != NOISE {
                let size = &mut sizes[cluster as usize];
                *size = (size.0 + u64::from(weight), size.1.min(point));
            }
        }
        // A single cluster can be so thin that all its rows left before the threshold.
        let has_rows = |cluster: &u32| sizes[*cluster as usize].0 > 0;
        let mut order: Vec<u32> = self.clusters.iter().copied().filter(has_rows).collect();
        order.sort_by_key(|&cluster| {
            (std::cmp::Reverse(sizes[cluster as usize].0), sizes[cluster as usize].1)
        });
        let mut labels = vec![None; condensed.clusters.len()];
        for (label, &cluster) in (0..).zip(&order) {
            labels[cluster as usize] = Some(label);
        }
        let most = condensed.clusters.iter().fold(0.0, |most: f64, cluster| most.max(cluster.death));
        let persistence = |&cluster: &u32| {
            let cluster = &condensed.clusters[cluster as usize];
            if most.is_infinite() || most == 0.0 {
                1.0
            } else {
                cluster.stability / (cluster.size as f64 * most)
            }
        };
        let label = |&cluster: &u32| labels.get(cluster as usize).copied().flatten().unwrap_or(NOISE);
        (self.of_points.iter().map(label).collect(), labels.clone(), order.iter().map(persistence).collect())
    }
}
