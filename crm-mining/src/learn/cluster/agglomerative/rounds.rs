//! Merging by rounds: all pairs of clusters that are each other's nearest merge at once.

#![allow(
    clippy::indexing_slicing,
    reason = "clusters are numbers below the number of points, and every array holds one entry per point"
)]

use super::dendrogram::Step;
use crate::error::Result;
use crate::model::Control;
use rayon::prelude::*;

/// Searches that one thread takes at a time.
const CHUNK: usize = 32;

/// The number of no cluster.
const NONE: u32 = u32::MAX;

/// A cluster and how far it is, by a measure that grows with the height of the merge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Near {
    pub(super) distance: f64,
    pub(super) id: u32,
}

impl Near {
    pub(super) const NONE: Near = Near { distance: f64::INFINITY, id: NONE };

    /// Whether it comes before another: it is nearer, or as near and of smaller number.
    #[inline]
    pub(super) fn before(self, other: Near) -> bool {
        self.distance < other.distance || (self.distance == other.distance && self.id < other.id)
    }
}

/// A cluster without a nearest one, and a first guess at it: what became of its last one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Search {
    pub(super) id: u32,
    guess: u32,
}

/// Clusters that can be searched and merged. Each is called by the smallest number of its points. The
/// distance must be reducible: a merged cluster is no nearer to a third than the nearer of its two parts.
pub(super) trait Space: Sync + Sized {
    /// The distance of two clusters; the same bits for (a, b) as for (b, a).
    fn distance(&self, a: u32, b: u32) -> f64;

    /// The cluster nearest to this one, or `best` if that comes before it.
    fn nearest(&self, of: u32, best: Near) -> Near;

    /// The nearest cluster of each of these, in order.
    fn nearest_of_all(&self, searches: &[Search], control: &Control) -> Result<Vec<Near>> {
        one_by_one(self, searches, control)
    }

    /// Makes one cluster of the two of each pair; it keeps the smaller number, which comes first. No cluster
    /// is in two pairs, and pairs ascend.
    fn merge(&mut self, pairs: &[(u32, u32)]);

    /// Called after each round of merges: a time to shrink.
    fn settle(&mut self);

    /// The height of a merge at this distance.
    fn height(&self, distance: f64) -> f64;
}

/// The nearest cluster of each, and of each the list of those it is nearest to.
struct Nearest {
    near: Vec<Near>,
    first: Vec<u32>,
    next: Vec<u32>,
    previous: Vec<u32>,
}

impl Nearest {
    fn new(n: usize) -> Nearest {
        Nearest {
            near: vec![Near::NONE; n],
            first: vec![NONE; n],
            next: vec![NONE; n],
            previous: vec![NONE; n],
        }
    }

    fn set(&mut self, id: u32, near: Near) {
        self.unlink(id);
        self.near[id as usize] = near;
        let first = std::mem::replace(&mut self.first[near.id as usize], id);
        self.next[id as usize] = first;
        if first != NONE {
            self.previous[first as usize] = id;
        }
    }

    fn unlink(&mut self, id: u32) {
        let target = self.near[id as usize].id;
        if target == NONE {
            return;
        }
        let (before, after) = (self.previous[id as usize], self.next[id as usize]);
        match before {
            NONE => self.first[target as usize] = after,
            before => self.next[before as usize] = after,
        }
        if after != NONE {
            self.previous[after as usize] = before;
        }
        self.near[id as usize] = Near::NONE;
        self.next[id as usize] = NONE;
        self.previous[id as usize] = NONE;
    }

    /// Frees all that have this cluster as their nearest and adds them to `freed`.
    fn free(&mut self, target: u32, freed: &mut Vec<u32>) {
        while self.first[target as usize] != NONE {
            let id = self.first[target as usize];
            self.unlink(id);
            freed.push(id);
        }
    }

    fn mutual(&self, id: u32) -> Option<(u32, u32)> {
        let other = self.near[id as usize].id;
        (other != NONE && self.near[other as usize].id == id).then(|| (id.min(other), id.max(other)))
    }
}

/// Merges `n` points until one cluster is left. A pair of clusters that are each other's nearest is merged
/// sooner or later, whatever else merges before, since distances are reducible; so all such pairs merge at
/// once, and only clusters whose nearest merged search again.
///
/// Pairs are ordered by distance, then by their numbers. The first pair of all is mutual, also where
/// rounding breaks reducibility by the last digit, because whoever finds a pair tells the other side; so
/// every round merges one pair at least.
pub(super) fn merge_all(space: &mut impl Space, n: usize, control: &Control) -> Result<Vec<Step>> {
    let mut steps = Vec::with_capacity(n.saturating_sub(1));
    let mut nearest = Nearest::new(n);
    let mut heights = vec![0.0_f64; n];
    let mut searches: Vec<Search> = (0..n as u32).map(|id| Search { id, guess: NONE }).collect();
    while steps.len() + 1 < n {
        control.step("agglomerative", steps.len() as u64, n as u64 - 1)?;
        let found = space.nearest_of_all(&searches, control)?;
        let mut touched: Vec<u32> = Vec::with_capacity(found.len());
        for (search, &near) in searches.iter().zip(&found) {
            nearest.set(search.id, near);
            touched.push(search.id);
        }
        for (search, &near) in searches.iter().zip(&found) {
            let back = Near { distance: near.distance, id: search.id };
            if back.before(nearest.near[near.id as usize]) {
                nearest.set(near.id, back);
                touched.push(near.id);
            }
        }
        let mut pairs: Vec<(u32, u32)> = touched.iter().filter_map(|&id| nearest.mutual(id)).collect();
        pairs.sort_unstable();
        pairs.dedup();
        searches.clear();
        for &(into, from) in &pairs {
            let distance = nearest.near[into as usize].distance;
            // Rounding must not put a merge below the merges it is made of.
            let height = space.height(distance).max(heights[into as usize]).max(heights[from as usize]);
            heights[into as usize] = height;
            steps.push(Step { into, from, height });
            nearest.unlink(into);
            nearest.unlink(from);
            searches.push(Search { id: into, guess: NONE });
        }
        space.merge(&pairs);
        let mut freed = Vec::new();
        for &(into, from) in &pairs {
            nearest.free(into, &mut freed);
            nearest.free(from, &mut freed);
            searches.extend(freed.drain(..).map(|id| Search { id, guess: into }));
        }
        space.settle();
    }
    Ok(steps)
}

/// Each search on its own, many at the same time.
pub(super) fn one_by_one(space: &impl Space, searches: &[Search], control: &Control) -> Result<Vec<Near>> {
    let one = |search: &Search| {
        let best = match search.guess {
            NONE => Near::NONE,
            id => Near { distance: space.distance(search.id, id), id },
        };
        space.nearest(search.id, best)
    };
    if searches.len() <= CHUNK {
        return Ok(searches.iter().map(one).collect());
    }
    let mut found = vec![Near::NONE; searches.len()];
    searches.par_chunks(CHUNK).zip(found.par_chunks_mut(CHUNK)).try_for_each(|(searches, found)| {
        control.check("agglomerative")?;
        for (search, found) in searches.iter().zip(found) {
            *found = one(search);
        }
        Ok::<_, crate::error::Error>(())
    })?;
    Ok(found)
}
