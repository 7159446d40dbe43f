//! The FP-tree in flat arrays.
#![allow(
    clippy::indexing_slicing,
    reason = "nodes, parents and links are positions that `add` itself has handed out; items are below \
              `names.len()`, the length of every array by item"
)]

use super::limits::Pace;
use crate::error::Result;
use rayon::prelude::*;

/// Baskets on their way into a tree: ascending codes, with a weight.
#[derive(Default)]
pub(super) struct Paths {
    codes: Vec<u32>,
    spans: Vec<Span>,
}

#[derive(Clone, Copy)]
struct Span {
    /// The first two codes, so that most comparisons need not look further.
    key: u64,
    start: usize,
    len: u32,
    weight: u32,
}

/// Paths sorted at once; few enough that a caller who wants to stop does not wait.
pub(super) const CHUNK: usize = 1 << 17;

impl Paths {
    pub(super) fn clear(&mut self) {
        self.codes.clear();
        self.spans.clear();
    }

    pub(super) fn push(&mut self, codes: &[u32], weight: u32) {
        let start = self.codes.len();
        self.codes.extend_from_slice(codes);
        self.end(start, weight);
    }

    /// Closes the path that began at `start`.
    #[inline]
    fn end(&mut self, start: usize, weight: u32) {
        let path = &self.codes[start..];
        let code = |at: usize| path.get(at).map_or(0, |&code| u64::from(code) + 1);
        let (key, len) = (code(0) << 32 | code(1), path.len() as u32);
        self.spans.push(Span { key, start, len, weight });
    }

    fn path(&self, span: &Span) -> &[u32] {
        &self.codes[span.start..span.start + span.len as usize]
    }

    /// Sorts the paths, with the caller's threads if `parallel`.
    fn sorted(&mut self, parallel: bool) -> &Self {
        let codes = std::mem::take(&mut self.codes);
        let mut spans = std::mem::take(&mut self.spans);
        let path = |span: &Span| &codes[span.start..span.start + span.len as usize];
        let order = |a: &Span, b: &Span| a.key.cmp(&b.key).then_with(|| path(a).cmp(path(b)));
        if parallel {
            spans.par_sort_unstable_by(order);
        } else {
            spans.sort_unstable_by(order);
        }
        (self.codes, self.spans) = (codes, spans);
        self
    }
}

#[derive(Clone, Copy)]
struct Node {
    item: u32,
    parent: u32,
}

/// A tree of baskets that share their first items. Items are dense codes of this tree, the most frequent
/// one first. Node 0 is the root; parents stand before their children.
#[derive(Default)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    /// How many baskets pass each node.
    weights: Vec<u32>,
    /// The node of the same item made before; 0 for none.
    previous: Vec<u32>,
    /// The node of each item made last; 0 for none.
    last: Vec<u32>,
    /// What each item is called outside of this tree.
    pub(super) names: Vec<u32>,
    /// How many baskets of this tree hold each item.
    pub(super) totals: Vec<u32>,
}

/// Room that is used again for every conditional tree.
#[derive(Default)]
pub(super) struct Scratch {
    counts: Vec<u32>,
    code: Vec<u32>,
    paths: Paths,
    branch: Vec<u32>,
}

impl Tree {
    /// The tree of these baskets, whose items have these totals.
    pub(super) fn new<'a>(
        totals: &[u32],
        baskets: impl Iterator<Item = &'a [u32]>,
        pace: &mut Pace<'_>,
    ) -> Result<Tree> {
        let mut tree =
            Tree { names: (0..totals.len() as u32).collect(), totals: totals.to_vec(), ..Tree::default() };
        let (mut paths, mut branch) = (Paths::default(), Vec::new());
        tree.begin();
        for basket in baskets {
            paths.push(basket, 1);
            if paths.spans.len() == CHUNK {
                pace.step(paths.codes.len())?;
                tree.add(paths.sorted(true), &mut branch);
                paths.clear();
            }
        }
        tree.add(paths.sorted(true), &mut branch);
        tree.end();
        Ok(tree)
    }

    fn begin(&mut self) {
        self.nodes.clear();
        self.nodes.push(Node { item: u32::MAX, parent: 0 });
        self.weights.clear();
        self.weights.push(0);
        self.previous.clear();
        self.previous.push(0);
        self.last.clear();
        self.last.resize(self.names.len(), 0);
    }

    /// Adds sorted paths. What two neighbours share at their start becomes one branch. Paths of different
    /// calls share none: the tree is then wider than need be, and as right.
    fn add(&mut self, paths: &Paths, branch: &mut Vec<u32>) {
        branch.clear();
        let mut before: &[u32] = &[];
        for span in &paths.spans {
            let path = paths.path(span);
            let shared = path.iter().zip(before).take_while(|(a, b)| a == b).count();
            branch.truncate(shared);
            for &item in &path[shared..] {
                let node = self.nodes.len() as u32;
                self.nodes.push(Node { item, parent: branch.last().copied().unwrap_or(0) });
                self.weights.push(0);
                self.previous.push(std::mem::replace(&mut self.last[item as usize], node));
                branch.push(node);
            }
            if let Some(&end) = branch.last() {
                self.weights[end as usize] += span.weight;
            }
            before = path;
        }
    }

    /// Lets every node count the baskets that end below it.
    fn end(&mut self) {
        for node in (1..self.nodes.len()).rev() {
            let parent = self.nodes[node].parent as usize;
            if parent > 0 {
                self.weights[parent] += self.weights[node];
            }
        }
    }

    /// Whether all baskets lie on one path, so that every subset of it is frequent.
    pub(super) fn is_chain(&self) -> bool {
        self.nodes.len() == self.names.len() + 1
            && (0u32..).zip(&self.nodes[1..]).all(|(before, node)| node.parent == before)
    }

    /// Names the items that are frequent in the baskets with `item`, in `into`.
    pub(super) fn condition(
        &self,
        item: usize,
        min_count: u32,
        into: &mut Tree,
        scratch: &mut Scratch,
        pace: &mut Pace<'_>,
    ) -> Result<()> {
        let Scratch { counts, code, .. } = scratch;
        counts.clear();
        counts.resize(item, 0);
        let mut node = self.last[item] as usize;
        while node > 0 {
            let weight = self.weights[node];
            let mut above = self.nodes[node].parent as usize;
            let mut steps = 1;
            while above > 0 {
                let Node { item, parent } = self.nodes[above];
                counts[item as usize] += weight;
                above = parent as usize;
                steps += 1;
            }
            pace.step(steps)?;
            node = self.previous[node] as usize;
        }
        code.clear();
        into.names.clear();
        into.totals.clear();
        for (&count, &name) in counts.iter().zip(&self.names) {
            let frequent = count >= min_count;
            code.push(if frequent { into.names.len() as u32 } else { u32::MAX });
            if frequent {
                into.names.push(name);
                into.totals.push(count);
            }
        }
        Ok(())
    }

    /// Builds, in `into`, the tree of the baskets with `item`, right after [`Tree::condition`].
    pub(super) fn project(
        &self,
        item: usize,
        into: &mut Tree,
        scratch: &mut Scratch,
        pace: &mut Pace<'_>,
    ) -> Result<()> {
        let Scratch { code, paths, branch, .. } = scratch;
        into.begin();
        paths.clear();
        let mut node = self.last[item] as usize;
        while node > 0 {
            let start = paths.codes.len();
            let mut above = self.nodes[node].parent as usize;
            while above > 0 {
                let Node { item, parent } = self.nodes[above];
                if code[item as usize] != u32::MAX {
                    paths.codes.push(code[item as usize]);
                }
                above = parent as usize;
            }
            if paths.codes.len() > start {
                paths.codes[start..].reverse();
                pace.step(paths.codes.len() - start)?;
                paths.end(start, self.weights[node]);
            }
            if paths.spans.len() == CHUNK {
                into.add(paths.sorted(false), branch);
                paths.clear();
            }
            node = self.previous[node] as usize;
        }
        into.add(paths.sorted(false), branch);
        into.end();
        Ok(())
    }
}
