//! The minimum spanning tree of mutual reachability, by Borůvka's rounds over a kd-tree.

#![allow(
    clippy::indexing_slicing,
    reason = "places and points are below the number of points, by construction"
)]

use super::STAGE;
use super::distinct::Distinct;
use crate::error::Result;
use crate::learn::cluster::kd_tree::{KdTree, PIECE, Visitor};
use crate::learn::cluster::sets::Sets;
use crate::model::Control;
use rayon::prelude::*;
use std::cmp::Ordering;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A node of the kd-tree whose points are not all of one component.
const MIXED: u32 = u32::MAX;

/// An edge between two points, the lower number first. Mutual reachability is the largest of the distance and
/// the core distances of both ends. No two edges are equal in order, so that there is one tree whatever the threads
/// and the order of rows: of equally long ones the one of smaller plain distance comes first, then the one
/// between points of smaller values.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Edge {
    /// The mutual reachability, squared.
    reach: f64,
    square: f64,
    ends: (u32, u32),
}

const NONE: Edge = Edge { reach: f64::INFINITY, square: f64::INFINITY, ends: (u32::MAX, u32::MAX) };

impl Edge {
    fn order(&self, other: &Edge) -> Ordering {
        let reach = self.reach.total_cmp(&other.reach);
        reach.then(self.square.total_cmp(&other.square)).then(self.ends.cmp(&other.ends))
    }
}

/// The edges of a tree over all points, shortest first, and the core distance of each point.
pub(super) struct Spanning {
    /// The mutual reachability and both ends.
    pub(super) edges: Vec<(f64, (u32, u32))>,
    pub(super) core: Vec<f64>,
}

/// What a point remembers from round to round.
#[derive(Debug, Clone, Copy)]
struct Memory {
    /// The best edge seen, and the place of its other end.
    best: Edge,
    other: u32,
    /// No edge to another component is shorter.
    floor: f64,
    /// Whether `best` was the best of all to other components.
    exact: bool,
}

/// Finds the tree.
pub(super) fn spanning_tree(distinct: &Distinct, min_samples: usize, control: &Control) -> Result<Spanning> {
    let (points, weights) = (&distinct.points, &distinct.weights);
    let tree = KdTree::new(points, distinct.width);
    let core = tree.core_squares(points, Some(weights), min_samples, control, STAGE)?;
    let n = tree.len();
    let memory = |&core: &f64| Memory { best: NONE, other: 0, floor: core, exact: false };
    let mut memories: Vec<Memory> = core.iter().map(memory).collect();
    let mut round = Round {
        lowest_core: tree.gather(f64::INFINITY, |place| core[place], f64::min),
        node_components: Vec::new(),
        components: (0..n as u32).collect(),
        bounds: (0..n).map(|_| AtomicU64::new(0)).collect(),
        core: &core,
        tree: &tree,
    };
    let sets = Sets::new(n);
    let mut edges = Vec::with_capacity(n.saturating_sub(1));
    while edges.len() + 1 < n {
        control.step(STAGE, edges.len() as u64, n as u64)?;
        round.prepare(&memories);
        tree.each(points, &mut memories, control, STAGE, |place, point, memory| {
            round.search(place, point, memory);
        })?;
        let before = edges.len();
        for (edge, own, other) in round.best_edges(&memories) {
            if sets.join(own, other) {
                edges.push(edge);
            }
        }
        debug_assert!(edges.len() > before, "each round joins components");
        round.components.par_iter_mut().with_min_len(PIECE).zip(0..n as u32).for_each(
            |(component, place)| {
                *component = sets.find(place);
            },
        );
    }
    edges.par_sort_unstable_by(Edge::order);
    let mut core_distances = vec![0.0; n];
    for (&point, &core) in tree.rows().iter().zip(&core) {
        core_distances[point as usize] = core.sqrt();
    }
    let edges = edges.iter().map(|edge| (edge.reach.sqrt(), edge.ends)).collect();
    Ok(Spanning { edges, core: core_distances })
}

/// One round: the best edge out of each component.
struct Round<'a> {
    tree: &'a KdTree,
    core: &'a [f64],
    /// The smallest core distance in each node, squared.
    lowest_core: Vec<f64>,
    /// The component that all points of a node are of, or [`MIXED`].
    node_components: Vec<u32>,
    /// The component of each place: the lowest place in it.
    components: Vec<u32>,
    /// The length of the shortest edge seen out of each component, squared, as bits: of numbers above 0 they
    /// are in the order of the numbers. Threads that come late only look at more than they need to.
    bounds: Vec<AtomicU64>,
}

impl Round<'_> {
    /// Components of nodes, and bounds out of edges that are known already.
    fn prepare(&mut self, memories: &[Memory]) {
        let both = |a: u32, b: u32| if a == b { a } else { MIXED };
        self.node_components = self.tree.gather(MIXED, |place| self.components[place], both);
        for bound in &self.bounds {
            bound.store(f64::INFINITY.to_bits(), Relaxed);
        }
        for (place, memory) in
            memories.iter().enumerate().filter(|&(place, memory)| self.leads_out(place, memory))
        {
            self.bounds[self.components[place] as usize].fetch_min(memory.best.reach.to_bits(), Relaxed);
        }
    }

    /// Whether the edge that a point remembers leads to another component.
    fn leads_out(&self, place: usize, memory: &Memory) -> bool {
        memory.best != NONE && self.components[memory.other as usize] != self.components[place]
    }

    fn search(&self, place: usize, point: &[f64], memory: &mut Memory) {
        let known = self.leads_out(place, memory);
        let component = self.components[place];
        let bound = &self.bounds[component as usize];
        if (known && memory.exact) || memory.floor > f64::from_bits(bound.load(Relaxed)) {
            return;
        }
        let (best, other) = if known { (memory.best, memory.other) } else { (NONE, 0) };
        let own = self.tree.rows()[place];
        let mut search = Search {
            round: self,
            component,
            own,
            core: self.core[place],
            bound,
            best,
            other,
            cut: f64::INFINITY,
        };
        self.tree.walk(point, &mut search);
        let Search { best, other, cut, .. } = search;
        let floor = best.reach.min(cut).max(memory.floor);
        *memory = Memory { best, other, floor, exact: best.reach < cut };
    }

    /// The best edge out of each component, with the places of its ends; by component.
    fn best_edges(&self, memories: &[Memory]) -> Vec<(Edge, u32, u32)> {
        let mut best: Vec<(Edge, u32, u32)> = vec![(NONE, 0, 0); memories.len()];
        for (place, memory) in
            memories.iter().enumerate().filter(|&(place, memory)| self.leads_out(place, memory))
        {
            let best = &mut best[self.components[place] as usize];
            if memory.best.order(&best.0).is_lt() {
                *best = (memory.best, place as u32, memory.other);
            }
        }
        best.retain(|(edge, ..)| *edge != NONE);
        best
    }
}

/// Looks for the best edge from one point to another component.
struct Search<'a> {
    round: &'a Round<'a>,
    component: u32,
    own: u32,
    core: f64,
    bound: &'a AtomicU64,
    best: Edge,
    other: u32,
    /// The shortest that an edge left aside for the bound's sake could be.
    cut: f64,
}

impl Visitor for Search<'_> {
    fn skips(&mut self, node: usize, least: f64) -> bool {
        if self.round.node_components[node] == self.component {
            return true;
        }
        let reach = least.max(self.core).max(self.round.lowest_core[node]);
        if reach > self.best.reach || (reach == self.best.reach && least > self.best.square) {
            return true;
        }
        if reach > f64::from_bits(self.bound.load(Relaxed)) {
            self.cut = self.cut.min(reach);
            return true;
        }
        false
    }

    fn leaf(&mut self, _: usize, start: usize, squares: &[f64]) {
        for (place, &square) in (start..).zip(squares) {
            let reach = square.max(self.core).max(self.round.core[place]);
            if reach > self.best.reach || self.round.components[place] == self.component {
                continue;
            }
            let other = self.round.tree.rows()[place];
            let edge = Edge { reach, square, ends: (self.own.min(other), self.own.max(other)) };
            if edge.order(&self.best).is_lt() {
                (self.best, self.other) = (edge, place as u32);
                self.bound.fetch_min(reach.to_bits(), Relaxed);
            }
        }
    }
}
