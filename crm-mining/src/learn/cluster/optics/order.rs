//! The walk of OPTICS over a kd-tree that knows where rows can still be reached from nearer.

#![allow(
    clippy::indexing_slicing,
    reason = "places are below the number of rows, nodes below that of the tree"
)]

use super::{Reached, STAGE};
use crate::data::Features;
use crate::error::Result;
use crate::learn::cluster::kd_tree::{KdTree, PIECE, Visitor};
use crate::model::Control;

/// To 15 decimals, as numpy's `around` does: neither more nor less exact.
fn rounded(distance: f64) -> f64 {
    (distance * 1e15).round_ties_even() / 1e15
}

/// What a node knows of its rows that were not walked yet.
#[derive(Debug, Clone, Copy)]
struct Open {
    /// The smallest reachability, and of these the smallest row.
    next: (f64, u32),
    /// The largest reachability; below 0 when there is no row.
    farthest: f64,
}

const WALKED: Open = Open { next: (f64::INFINITY, u32::MAX), farthest: -1.0 };

fn both(a: Open, b: Open) -> Open {
    let first = a.next.0 < b.next.0 || (a.next.0 == b.next.0 && a.next.1 < b.next.1);
    Open { next: if first { a.next } else { b.next }, farthest: a.farthest.max(b.farthest) }
}

/// Walks all rows.
pub(super) fn reach(features: &Features, k: usize, max_eps: f64, control: &Control) -> Result<Reached> {
    let (points, width) = (features.values(), features.n_features());
    let tree = KdTree::new(points, width);
    let core: Vec<f64> = tree
        .core_squares(points, None, k, control, STAGE)?
        .iter()
        .map(|square| rounded(Some(square.sqrt()).filter(|&core| core <= max_eps).unwrap_or(f64::INFINITY)))
        .collect();
    let n = tree.len();
    let mut place_of = vec![0_u32; n];
    for (place, &row) in (0..).zip(tree.rows()) {
        place_of[row as usize] = place;
    }
    let open = |place: usize| Open { next: (f64::INFINITY, tree.rows()[place]), farthest: f64::INFINITY };
    let mut walk = Walk {
        nodes: tree.gather(WALKED, open, both),
        tree: &tree,
        max_square: max_eps * max_eps,
        reachability: vec![f64::INFINITY; n],
        predecessors: vec![None; n],
        walked: vec![false; n],
        core: 0.0,
        row: 0,
    };
    let mut order = Vec::with_capacity(n);
    for step in 0..n {
        if step.is_multiple_of(PIECE) {
            control.step(STAGE, step as u64, n as u64)?;
        }
        let row = walk.nodes[0].next.1;
        let place = place_of[row as usize] as usize;
        order.push(row);
        walk.walked[place] = true;
        walk.update(walk.tree.leaf_of(place));
        if core[place].is_finite() {
            (walk.core, walk.row) = (core[place], row);
            tree.walk(features.row(row as usize), &mut walk);
        }
    }
    let by_row = |values: &[f64]| place_of.iter().map(|&place| values[place as usize]).collect();
    Ok(Reached {
        core_distances: by_row(&core),
        reachability: by_row(&walk.reachability),
        predecessors: place_of.iter().map(|&place| walk.predecessors[place as usize]).collect(),
        order,
    })
}

/// All by place, but for the row walked last.
struct Walk<'a> {
    tree: &'a KdTree,
    max_square: f64,
    nodes: Vec<Open>,
    reachability: Vec<f64>,
    predecessors: Vec<Option<u32>>,
    walked: Vec<bool>,
    /// The core distance of the row walked last.
    core: f64,
    row: u32,
}

impl Walk<'_> {
    /// Brings a leaf, and the nodes above it, up to date.
    fn update(&mut self, leaf: usize) {
        let open = |place: usize| {
            let reachability = self.reachability[place];
            let open = Open { next: (reachability, self.tree.rows()[place]), farthest: reachability };
            if self.walked[place] { WALKED } else { open }
        };
        self.nodes[leaf] = self.tree.places(leaf).map(open).fold(WALKED, both);
        let mut node = leaf;
        while node > 0 {
            node = (node - 1) / 2;
            self.nodes[node] = both(self.nodes[2 * node + 1], self.nodes[2 * node + 2]);
        }
    }
}

impl Visitor for Walk<'_> {
    /// Rounding keeps the order of numbers, so a node that cannot improve is known to the bit.
    fn skips(&mut self, node: usize, least: f64) -> bool {
        least > self.max_square || rounded(least.sqrt().max(self.core)) >= self.nodes[node].farthest
    }

    fn leaf(&mut self, node: usize, start: usize, squares: &[f64]) {
        let mut improved = false;
        for (place, &square) in (start..).zip(squares) {
            let reachability = rounded(square.sqrt().max(self.core));
            if square <= self.max_square && !self.walked[place] && reachability < self.reachability[place] {
                self.reachability[place] = reachability;
                self.predecessors[place] = Some(self.row);
                improved = true;
            }
        }
        if improved {
            self.update(node);
        }
    }
}
