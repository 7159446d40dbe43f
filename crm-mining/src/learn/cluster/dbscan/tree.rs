//! Dense rows of any number of columns, found in a kd-tree.

#![allow(clippy::indexing_slicing, reason = "places, rows and nodes are those of the tree")]

use super::{Division, Rule, STAGE};
use crate::error::Result;
use crate::learn::cluster::kd_tree::{KdTree, Visitor};
use crate::learn::cluster::sets::Sets;
use crate::model::Control;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Divides the rows.
pub(super) fn divide(points: &[f64], width: usize, rule: &Rule, control: &Control) -> Result<Division> {
    let tree = KdTree::new(points, width);
    let mut core = vec![false; tree.len()];
    tree.each(points, &mut core, control, STAGE, |_, point, core| {
        let mut count = Count { tree: &tree, point, rule, found: 0 };
        tree.walk(point, &mut count);
        *core = count.found >= rule.min_points;
    })?;
    let mut next_core = vec![u32::MAX; tree.len()];
    let mut next = u32::MAX;
    for (place, next_core) in next_core.iter_mut().enumerate().rev() {
        next = if core[place] { place as u32 } else { next };
        *next_core = next;
    }
    let united: Vec<AtomicBool> = (0..tree.n_nodes()).map(|_| AtomicBool::new(false)).collect();
    let sets = Sets::new(tree.len());
    let cores = CorePoints { tree: &tree, core: &core, next: &next_core, square: rule.square };
    tree.each(points, &mut vec![(); tree.len()], control, STAGE, |place, point, ()| {
        if core[place] {
            tree.walk(
                point,
                &mut Join { cores: &cores, own: place as u32, point, sets: &sets, united: &united },
            );
        }
    })?;
    let mut division = Division::new(tree.len());
    for (place, &row) in tree.rows().iter().enumerate().filter(|(place, _)| core[*place]) {
        division.sets[row as usize] = sets.find(place as u32);
    }
    division.number();
    let mut labels: Vec<u32> = tree.rows().iter().map(|&row| division.labels[row as usize]).collect();
    let of_core = labels.clone();
    tree.each(points, &mut labels, control, STAGE, |place, point, label| {
        if !core[place] {
            let mut first = First { cores: &cores, labels: &of_core, best: u32::MAX };
            tree.walk(point, &mut first);
            *label = first.best;
        }
    })?;
    for (&row, &label) in tree.rows().iter().zip(&labels) {
        division.labels[row as usize] = label;
    }
    Ok(division)
}

/// Counts neighbors, up to as many as a core point needs.
struct Count<'a> {
    tree: &'a KdTree,
    point: &'a [f64],
    rule: &'a Rule,
    found: usize,
}

impl Visitor for Count<'_> {
    fn skips(&mut self, node: usize, least: f64) -> bool {
        if self.found >= self.rule.min_points || least > self.rule.square {
            return true;
        }
        let inside = self.tree.most(node, self.point) <= self.rule.square;
        self.found += if inside { self.tree.places(node).len() } else { 0 };
        inside
    }

    fn leaf(&mut self, _: usize, _: usize, squares: &[f64]) {
        self.found += squares.iter().filter(|&&square| square <= self.rule.square).count();
    }
}

struct CorePoints<'a> {
    tree: &'a KdTree,
    core: &'a [bool],
    /// The first core point at each place or after it.
    next: &'a [u32],
    square: f64,
}

impl CorePoints<'_> {
    /// The first core point of a node, if it has one.
    fn first(&self, node: usize) -> Option<u32> {
        let places = self.tree.places(node);
        Some(self.next[places.start]).filter(|&first| (first as usize) < places.end)
    }

    /// The places of a leaf whose points are core and within reach.
    fn near<'a>(&'a self, start: usize, squares: &'a [f64]) -> impl Iterator<Item = usize> + 'a {
        let near = |&(place, &square): &(usize, &f64)| square <= self.square && self.core[place];
        (start..).zip(squares).filter(near).map(|(place, _)| place)
    }
}

/// Joins a core point with the core points near it.
struct Join<'a> {
    cores: &'a CorePoints<'a>,
    own: u32,
    point: &'a [f64],
    sets: &'a Sets,
    /// Nodes whose core points are known to be one set.
    united: &'a [AtomicBool],
}

impl Visitor for Join<'_> {
    fn skips(&mut self, node: usize, least: f64) -> bool {
        if least > self.cores.square {
            return true;
        }
        let Some(first) = self.cores.first(node) else { return true };
        let united = self.united[node].load(Relaxed);
        if united && self.sets.find(first) == self.sets.find(self.own) {
            return true;
        }
        if self.cores.tree.most(node, self.point) > self.cores.square {
            return false;
        }
        if united {
            self.sets.join(first, self.own);
        } else {
            for place in self.cores.tree.places(node).filter(|&place| self.cores.core[place]) {
                self.sets.join(place as u32, self.own);
            }
            self.united[node].store(true, Relaxed);
        }
        true
    }

    fn leaf(&mut self, _: usize, start: usize, squares: &[f64]) {
        for place in self.cores.near(start, squares) {
            self.sets.join(place as u32, self.own);
        }
    }
}

/// The smallest number of a cluster with a core point near.
struct First<'a> {
    cores: &'a CorePoints<'a>,
    labels: &'a [u32],
    best: u32,
}

impl Visitor for First<'_> {
    fn skips(&mut self, node: usize, least: f64) -> bool {
        self.best == 0 || least > self.cores.square || self.cores.first(node).is_none()
    }

    fn leaf(&mut self, _: usize, start: usize, squares: &[f64]) {
        for place in self.cores.near(start, squares) {
            self.best = self.best.min(self.labels[place]);
        }
    }
}
