//! Union–find over rows, with groups that must stay apart.
#![allow(clippy::indexing_slicing, reason = "parents are rows")]

use super::clusters::Parting;

/// Disjoint sets of rows. Rows of different groups of a parting never come into one set.
#[derive(Debug)]
pub(super) struct Union {
    parents: Vec<u32>,
    sizes: Vec<u32>,
    /// Of every root, the partings it has a row in and the group there, ascending.
    groups: hashbrown::HashMap<u32, Vec<(u32, u32)>>,
}

impl Union {
    pub(super) fn new(n: usize, parted: &[Parting]) -> Union {
        let mut groups: hashbrown::HashMap<u32, Vec<(u32, u32)>> = hashbrown::HashMap::new();
        for (parting, (group, rows)) in
            (0u32..).zip(parted).flat_map(|(at, p)| (0u32..).zip(&p.groups).map(move |group| (at, group)))
        {
            for &row in rows {
                groups.entry(row).or_default().push((parting, group));
            }
        }
        Union { parents: (0..n as u32).collect(), sizes: vec![1; n], groups }
    }

    pub(super) fn root(&mut self, mut row: u32) -> u32 {
        while self.parents[row as usize] != row {
            let above = self.parents[self.parents[row as usize] as usize];
            self.parents[row as usize] = above;
            row = above;
        }
        row
    }

    /// Joins the sets of two rows, unless a parting forbids it.
    pub(super) fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        if a == b || !self.together(a, b) {
            return;
        }
        let (top, low) = if self.sizes[a as usize] >= self.sizes[b as usize] { (a, b) } else { (b, a) };
        self.parents[low as usize] = top;
        self.sizes[top as usize] += self.sizes[low as usize];
        if let Some(low) = self.groups.remove(&low) {
            let groups = self.groups.entry(top).or_default();
            groups.extend(low);
            groups.sort_unstable();
            groups.dedup();
        }
    }

    /// Whether no parting has its groups on both sides.
    fn together(&self, a: u32, b: u32) -> bool {
        let (Some(a), Some(b)) = (self.groups.get(&a), self.groups.get(&b)) else { return true };
        let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
        while let (Some(x), Some(y)) = (a.peek(), b.peek()) {
            match x.0.cmp(&y.0) {
                std::cmp::Ordering::Less => a.next(),
                std::cmp::Ordering::Greater => b.next(),
                std::cmp::Ordering::Equal if x.1 != y.1 => return false,
                std::cmp::Ordering::Equal => {
                    b.next();
                    a.next()
                }
            };
        }
        true
    }
}
