//! The FP-tree in flat arrays.
#![allow(
    clippy::indexing_slicing,
    reason = "nodes are positions that `add` itself has handed out, spans lie within `codes`, and items are \
              below `names.len()`, the length of every array by item"
)]

use super::limits::Pace;
use crate::error::Result;
use rayon::prelude::*;

/// A tree of baskets that share their first items. Items are dense codes of this tree, the most frequent
/// one first.
#[derive(Default)]
pub(super) struct Tree {
    /// What each item is called outside of this tree.
    pub(super) names: Vec<u32>,
    /// How many baskets of this tree hold each item.
    pub(super) totals: Vec<u32>,
    /// The baskets, laid end to end.
    codes: Vec<u32>,
    /// The nodes, item by item; and where those of each item begin.
    nodes: Vec<Node>,
    first: Vec<u32>,
    is_chain: bool,
}

/// A node is what lies above it: items side by side among the codes, so that going up needs no pointers.
#[derive(Clone, Copy, Default)]
struct Node {
    /// Where the basket that made the node begins.
    start: u32,
    /// How many of its items are above the node.
    depth: u32,
    /// How many baskets pass the node.
    weight: u32,
}

/// A basket on its way into the tree.
#[derive(Clone, Copy)]
struct Span {
    /// The first two codes, so that most comparisons need not look further.
    key: u64,
    start: u32,
    len: u32,
    weight: u32,
}

/// Baskets sorted at once; few enough that a caller who wants to stop does not wait.
const CHUNK: usize = 1 << 17;

/// Room that is used again for every conditional tree.
#[derive(Default)]
pub(super) struct Scratch {
    counts: Vec<u32>,
    code: Vec<u32>,
    spans: Vec<Span>,
    /// The nodes of a tree being built, in the order of a walk over its branches, and their items.
    nodes: Vec<(u32, Node)>,
    branch: Vec<u32>,
}

impl Tree {
    /// The tree of these baskets of ascending codes, whose items have these totals.
    pub(super) fn new<'a>(
        totals: &[u32],
        baskets: impl Iterator<Item = &'a [u32]>,
        pace: &mut Pace<'_>,
    ) -> Result<Tree> {
        let names = (0..totals.len() as u32).collect();
        let mut tree = Tree { names, totals: totals.to_vec(), ..Tree::default() };
        let mut scratch = Scratch::default();
        for basket in baskets {
            let start = tree.codes.len();
            tree.codes.extend_from_slice(basket);
            scratch.spans.push(tree.span_from(start, 1));
            if scratch.spans.len() == CHUNK {
                pace.step(tree.codes.len())?;
                tree.sort_in_parallel(&mut scratch.spans);
                tree.add(&mut scratch);
            }
        }
        tree.sort_in_parallel(&mut scratch.spans);
        tree.add(&mut scratch);
        tree.group(&mut scratch, pace)?;
        Ok(tree)
    }

    /// The basket that ends the codes.
    #[inline]
    fn span_from(&self, start: usize, weight: u32) -> Span {
        let path = &self.codes[start..];
        let code = |at: usize| path.get(at).map_or(0, |&code| u64::from(code) + 1);
        Span { key: code(0) << 32 | code(1), start: start as u32, len: path.len() as u32, weight }
    }

    fn path(&self, span: &Span) -> &[u32] {
        &self.codes[span.start as usize..][..span.len as usize]
    }

    fn order(&self, a: &Span, b: &Span) -> std::cmp::Ordering {
        a.key.cmp(&b.key).then_with(|| self.path(a).cmp(self.path(b)))
    }

    fn sort_in_parallel(&self, spans: &mut [Span]) {
        spans.par_sort_unstable_by(|a, b| self.order(a, b));
    }

    /// Turns the sorted spans into nodes. What two neighbours share at their start becomes one branch.
    /// Baskets of different calls share none: the tree is then wider than need be, and as right.
    fn add(&self, scratch: &mut Scratch) {
        let Scratch { nodes, branch, spans, .. } = scratch;
        let mut before: &[u32] = &[];
        for Span { start, len, weight, .. } in spans.drain(..) {
            let path = &self.codes[start as usize..][..len as usize];
            let shared = path.iter().zip(before).take_while(|(a, b)| a == b).count();
            cut(branch, shared, nodes);
            for (depth, &item) in (shared as u32..).zip(&path[shared..]) {
                branch.push(nodes.len() as u32);
                nodes.push((item, Node { start, depth, weight: 0 }));
            }
            if let Some(&end) = branch.last() {
                nodes[end as usize].1.weight += weight;
            }
            before = path;
        }
        cut(branch, 0, nodes);
    }

    /// Puts the nodes item by item (counting sort).
    fn group(&mut self, scratch: &mut Scratch, pace: &mut Pace<'_>) -> Result<()> {
        let n_items = self.names.len();
        let nodes = &mut scratch.nodes;
        self.is_chain =
            nodes.len() == n_items && (0..).zip(&*nodes).all(|(above, (_, node))| node.depth == above);
        self.first.clear();
        self.first.resize(n_items + 2, 0);
        for &(item, _) in &*nodes {
            pace.step(1)?;
            self.first[item as usize + 2] += 1;
        }
        for item in 2..self.first.len() {
            self.first[item] += self.first[item - 1];
        }
        self.nodes.clear();
        self.nodes.resize(nodes.len(), Node::default());
        for (item, node) in nodes.drain(..) {
            pace.step(1)?;
            let place = &mut self.first[item as usize + 1];
            self.nodes[*place as usize] = node;
            *place += 1;
        }
        Ok(())
    }

    fn nodes_of(&self, item: usize) -> &[Node] {
        &self.nodes[self.first[item] as usize..self.first[item + 1] as usize]
    }

    fn above(&self, node: &Node) -> &[u32] {
        &self.codes[node.start as usize..][..node.depth as usize]
    }

    /// Whether all baskets lie on one path, so that every subset of it is frequent.
    pub(super) fn is_chain(&self) -> bool {
        self.is_chain
    }

    /// Names, in `into`, the items that are frequent in the baskets with `item`.
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
        for node in self.nodes_of(item) {
            let above = self.above(node);
            for &item in above {
                counts[item as usize] += node.weight;
            }
            pace.step(above.len() + 1)?;
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
        into.codes.clear();
        for node in self.nodes_of(item) {
            let (above, begin) = (self.above(node), into.codes.len());
            let kept = above.iter().map(|&above| scratch.code[above as usize]);
            into.codes.extend(kept.filter(|&code| code != u32::MAX));
            if into.codes.len() > begin {
                scratch.spans.push(into.span_from(begin, node.weight));
            }
            pace.step(above.len() + 1)?;
            if scratch.spans.len() == CHUNK {
                into.sort_and_add(scratch);
            }
        }
        into.sort_and_add(scratch);
        into.group(scratch, pace)
    }

    fn sort_and_add(&self, scratch: &mut Scratch) {
        scratch.spans.sort_unstable_by(|a, b| self.order(a, b));
        self.add(scratch);
    }
}

/// Shortens the branch; a node that leaves it has met all its baskets, and hands their number up.
fn cut(branch: &mut Vec<u32>, len: usize, nodes: &mut [(u32, Node)]) {
    while branch.len() > len {
        let weight = branch.pop().map_or(0, |node| nodes[node as usize].1.weight);
        if let Some(&parent) = branch.last() {
            nodes[parent as usize].1.weight += weight;
        }
    }
}
