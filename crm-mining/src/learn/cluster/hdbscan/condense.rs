//! The condensed tree: which clusters part at which distance, and where points leave them.

#![allow(clippy::indexing_slicing, reason = "nodes are below twice the number of points, by construction")]

use super::CondensedCluster;
use super::spanning::Spanning;
use crate::learn::cluster::sets::Sets;
use std::collections::VecDeque;

/// A cluster, with distances in the scale of the search.
pub(super) struct Cluster {
    pub(super) parent: Option<u32>,
    /// Infinite for the first.
    pub(super) distance: f64,
    pub(super) size: u64,
    pub(super) children: Vec<u32>,
    /// How much longer its rows stay than it lasts before it, in sum: Σ (λ − λ of its birth), λ = 1 / distance.
    pub(super) stability: f64,
    /// The largest λ at which rows leave it; 0 for a cluster that is empty.
    pub(super) death: f64,
}

/// Where a point leaves.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    pub(super) cluster: u32,
    pub(super) distance: f64,
}

pub(super) struct Condensed {
    /// Clusters come after the one they are part of.
    pub(super) clusters: Vec<Cluster>,
    pub(super) points: Vec<Point>,
}

/// 1 / distance; infinite for 0.
pub(super) fn lambda(distance: f64) -> f64 {
    1.0 / distance
}

/// Every joining of the spanning tree. Points are the nodes below `n`; the nodes after them join two.
struct Joinings {
    n: usize,
    children: Vec<(u32, u32)>,
    distances: Vec<f64>,
    sizes: Vec<u64>,
    /// The first place of the points of each node in `order`, and how many they are.
    spans: Vec<(u32, u32)>,
    order: Vec<u32>,
}

impl Joinings {
    fn new(tree: &Spanning, weights: &[u32]) -> Joinings {
        let n = weights.len();
        let sets = Sets::new(n);
        let mut node_of: Vec<u32> = (0..n as u32).collect();
        let mut sizes: Vec<u64> = weights.iter().map(|&weight| u64::from(weight)).collect();
        let mut spans: Vec<(u32, u32)> = vec![(0, 1); n];
        let (mut children, mut distances) = (Vec::with_capacity(n), Vec::with_capacity(n));
        for &(distance, (a, b)) in &tree.edges {
            let (a, b) = (sets.find(a), sets.find(b));
            let (left, right) = (node_of[a as usize], node_of[b as usize]);
            sets.join(a, b);
            node_of[sets.find(a) as usize] = sizes.len() as u32;
            children.push((left, right));
            distances.push(distance);
            sizes.push(sizes[left as usize] + sizes[right as usize]);
            spans.push((0, spans[left as usize].1 + spans[right as usize].1));
        }
        let mut order = vec![0; n];
        for node in (0..sizes.len()).rev() {
            let start = spans[node].0;
            if node < n {
                order[start as usize] = node as u32;
            } else {
                let (left, right) = children[node - n];
                spans[left as usize].0 = start;
                spans[right as usize].0 = start + spans[left as usize].1;
            }
        }
        Joinings { n, children, distances, sizes, spans, order }
    }

    /// What a node joins at its distance: all that is left when every edge of that length is taken out.
    fn parts(&self, node: u32, parts: &mut Vec<u32>) {
        let distance = self.distances[node as usize - self.n];
        parts.clear();
        let mut waiting = vec![node];
        while let Some(node) = waiting.pop() {
            match (node as usize).checked_sub(self.n) {
                Some(at) if self.distances[at] == distance => {
                    waiting.extend([self.children[at].1, self.children[at].0]);
                }
                _ => parts.push(node),
            }
        }
    }
}

/// Follows clusters from all points downwards. Where all edges of one length are taken out, two or more large
/// parts are clusters that part; a single one is the same cluster, only smaller; parts that are too small leave.
pub(super) fn condense(tree: &Spanning, weights: &[u32], min_size: usize) -> Condensed {
    let joinings = Joinings::new(tree, weights);
    let root = joinings.sizes.len() - 1;
    let is_large = |node: u32, distance: f64| {
        // Equal rows hold together below the distance at which they are core.
        let holds = tree.core.get(node as usize).is_none_or(|&core| core < distance);
        holds && joinings.sizes[node as usize] >= min_size as u64
    };
    let mut clusters = vec![Cluster::new(None, f64::INFINITY, joinings.sizes[root])];
    let mut points = vec![Point { cluster: 0, distance: 0.0 }; joinings.n];
    let mut parts = Vec::new();
    let mut waiting = VecDeque::from([(root as u32, 0_u32)]);
    while let Some((node, cluster)) = waiting.pop_front() {
        let mut leave = |node: u32, distance: f64, clusters: &mut [Cluster]| {
            let (start, count) = joinings.spans[node as usize];
            for &point in &joinings.order[start as usize..(start + count) as usize] {
                points[point as usize] = Point { cluster, distance };
            }
            clusters[cluster as usize].lose(joinings.sizes[node as usize], distance);
        };
        if (node as usize) < joinings.n {
            // Equal rows, many enough for a cluster, stay to the end.
            leave(node, tree.core[node as usize], &mut clusters);
            continue;
        }
        let distance = joinings.distances[node as usize - joinings.n];
        joinings.parts(node, &mut parts);
        // Points so close that their distance vanishes do not part.
        let n_large = parts.iter().filter(|&&part| is_large(part, distance)).count();
        for &part in &parts {
            let size = joinings.sizes[part as usize];
            if !is_large(part, distance) {
                leave(part, distance, &mut clusters);
            } else if n_large > 1 && distance > 0.0 {
                let child = clusters.len() as u32;
                clusters.push(Cluster::new(Some(cluster), distance, size));
                clusters[cluster as usize].children.push(child);
                clusters[cluster as usize].lose(size, distance);
                waiting.push_back((part, child));
            } else {
                waiting.push_back((part, cluster));
            }
        }
    }
    Condensed { clusters, points }
}

impl Cluster {
    fn new(parent: Option<u32>, distance: f64, size: u64) -> Cluster {
        Cluster { parent, distance, size, children: Vec::new(), stability: 0.0, death: 0.0 }
    }

    fn lose(&mut self, size: u64, distance: f64) {
        let lambda = lambda(distance);
        self.stability += (lambda - self::lambda(self.distance)) * size as f64;
        self.death = self.death.max(lambda);
    }
}

impl Condensed {
    /// GLOSH: 1 − λ of the point / the largest λ in its cluster and those within.
    pub(super) fn outlier_scores(&self) -> Vec<f64> {
        let mut deaths: Vec<f64> = self.clusters.iter().map(|cluster| cluster.death).collect();
        for (at, cluster) in self.clusters.iter().enumerate().rev() {
            if let Some(parent) = cluster.parent {
                deaths[parent as usize] = deaths[parent as usize].max(deaths[at]);
            }
        }
        let score = |point: &Point| {
            let (own, most) = (lambda(point.distance), deaths[point.cluster as usize]);
            if own.is_infinite() || most == 0.0 { 0.0 } else { 1.0 - own / most }
        };
        self.points.iter().map(score).collect()
    }

    /// The tree in the units of the features; `labels` holds that of each cluster.
    pub(super) fn tree(&self, labels: &[Option<u32>], scale: f64) -> Vec<CondensedCluster> {
        let cluster = |(cluster, &label): (&Cluster, &Option<u32>)| CondensedCluster {
            parent: cluster.parent,
            distance: cluster.parent.map(|_| cluster.distance / scale),
            size: cluster.size as usize,
            label,
        };
        self.clusters.iter().zip(labels).map(cluster).collect()
    }
}
