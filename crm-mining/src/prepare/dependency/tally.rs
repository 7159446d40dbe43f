//! Counting inside groups: the most frequent value of each, and what chance would give.

#![allow(
    clippy::indexing_slicing,
    reason = "codes are below the length of `counts` (checked where they are collected); bounds come from the same loop"
)]

use crate::data::{Csr, Text, group_positions};
use crate::math::random::Random;

/// Counts of codes, cleared after each group in time of the group's size.
pub(super) struct Tally {
    counts: Vec<u32>,
}

/// The most frequent value of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::prepare) struct Majority {
    /// The value; [`Text::MISSING`] for a group without any.
    pub(in crate::prepare) code: u32,
    /// Rows that hold it.
    pub(in crate::prepare) votes: u32,
    /// Rows that hold any value.
    pub(in crate::prepare) of: u32,
}

impl Tally {
    pub(super) fn new(n_codes: usize) -> Tally {
        Tally { counts: vec![0; n_codes] }
    }

    /// The most frequent of the codes; the lowest of several.
    fn majority(&mut self, codes: impl Iterator<Item = u32> + Clone) -> Majority {
        let mut best = Majority { code: Text::MISSING, votes: 0, of: 0 };
        let known = self.counts.len();
        for code in codes.clone().filter(|&code| (code as usize) < known) {
            let count = &mut self.counts[code as usize];
            *count += 1;
            best.of += 1;
            if (*count, best.code) > (best.votes, code) {
                (best.code, best.votes) = (code, *count);
            }
        }
        for code in codes.filter(|&code| (code as usize) < known) {
            self.counts[code as usize] = 0;
        }
        best
    }

    /// The share of rows that do not hold the most frequent value of their group, and the rows counted:
    /// those whose group holds two values or more.
    pub(super) fn g3(&mut self, groups: &[Vec<u32>]) -> (f64, usize) {
        let (mut rows, mut kept) = (0usize, 0usize);
        for group in groups {
            let best = self.majority(group.iter().copied());
            rows += best.of as usize;
            kept += best.votes as usize;
        }
        (if rows == 0 { 0.0 } else { 1.0 - kept as f64 / rows as f64 }, rows)
    }

    /// The same share once the values are dealt to the groups anew, at random.
    pub(super) fn g3_by_chance(&mut self, groups: &[Vec<u32>], random: &mut Random) -> f64 {
        let mut values: Vec<u32> = groups.concat();
        random.shuffle(&mut values);
        let mut rest = values.as_slice();
        let mut dealt = Vec::with_capacity(groups.len());
        for group in groups {
            let (hand, left) = rest.split_at(group.len());
            dealt.push(hand.to_vec());
            rest = left;
        }
        self.g3(&dealt).0
    }
}

/// The most frequent value of every group.
pub(in crate::prepare) fn majorities(
    groups: &[u32],
    n_groups: usize,
    codes: &[u32],
    n_codes: usize,
) -> Vec<Majority> {
    let mut tally = Tally::new(n_codes);
    let rows: Csr<u32> = group_positions(groups, n_groups);
    rows.rows().map(|group| tally.majority(group.iter().map(|&row| codes[row as usize]))).collect()
}

/// The values of the groups, where there are two or more; missing ones left out.
pub(super) fn values_of<'a>(groups: impl Iterator<Item = &'a [u32]>, codes: &[u32]) -> Vec<Vec<u32>> {
    groups
        .map(|rows| {
            rows.iter().map(|&row| codes[row as usize]).filter(|&code| code != Text::MISSING).collect()
        })
        .filter(|values: &Vec<u32>| values.len() >= 2)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn majority_and_chance() {
        let groups = [0, 0, 0, 1, 1, 1, 2];
        let codes = [5, 4, 4, 3, 2, Text::MISSING, 1];
        let found = majorities(&groups, 3, &codes, 6);
        let majority = |code, votes, of| Majority { code, votes, of };
        assert_eq!(found, [majority(4, 2, 3), majority(2, 1, 2), majority(1, 1, 1)]);
        let values = values_of(group_positions(&groups, 3).rows(), &codes);
        assert_eq!(values, [vec![5, 4, 4], vec![3, 2]]);
        assert_eq!(Tally::new(6).g3(&values), (1.0 - 3.0 / 5.0, 5));
    }
}
