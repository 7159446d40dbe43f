//! Clusters between steep falls and rises of the reachability.

#![allow(clippy::indexing_slicing, reason = "places of the plot, which holds one more than there are rows")]

use super::Reached;

/// The reachability in the order of the walk, with infinity at its end, and where it falls and rises.
pub(super) struct Plot<'a> {
    reached: &'a Reached,
    heights: Vec<f64>,
    /// The place of the predecessor of each row; beyond the end for none.
    predecessors: Vec<usize>,
    /// 1 − xi.
    keep: f64,
    /// Places in a row that may be level within a steep part.
    level: usize,
}

/// A steep fall: where it starts and ends, and the largest reachability since.
#[derive(Debug, Clone, Copy)]
struct Fall {
    start: usize,
    end: usize,
    since: f64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Down,
    Up,
}

impl<'a> Plot<'a> {
    pub(super) fn new(reached: &'a Reached, xi: f64, min_points: usize) -> Plot<'a> {
        let n = reached.order.len();
        let mut place_of = vec![n; n];
        for (place, &row) in reached.order.iter().enumerate() {
            place_of[row as usize] = place;
        }
        let rows = || reached.order.iter().map(|&row| row as usize);
        let predecessor = |row: usize| reached.predecessors[row].map_or(n, |row| place_of[row as usize]);
        Plot {
            reached,
            heights: rows().map(|row| reached.reachability[row]).chain([f64::INFINITY]).collect(),
            predecessors: rows().map(predecessor).collect(),
            keep: 1.0 - xi,
            level: min_points,
        }
    }

    fn n(&self) -> usize {
        self.reached.order.len()
    }

    /// The height of a place as a share of the next; of two infinities, no number.
    fn ratio(&self, at: usize) -> f64 {
        self.heights[at] / self.heights[at + 1]
    }

    fn steep(&self, at: usize, direction: Direction) -> bool {
        match direction {
            Direction::Down => self.ratio(at) >= 1.0 / self.keep,
            Direction::Up => self.ratio(at) <= self.keep,
        }
    }

    /// Where a steep part that starts here ends.
    fn extend(&self, start: usize, direction: Direction) -> usize {
        let (mut end, mut level) = (start, 0);
        for at in start..self.n() {
            let against = match direction {
                Direction::Down => self.ratio(at) < 1.0,
                Direction::Up => self.ratio(at) > 1.0,
            };
            if self.steep(at, direction) {
                (end, level) = (at, 0);
            } else if against {
                break;
            } else {
                level += 1;
                if level > self.level {
                    break;
                }
            }
        }
        end
    }

    /// Shortens a cluster until its last row is reached from within, or its first from farther than its last.
    fn corrected(&self, start: usize, mut end: usize) -> Option<(usize, usize)> {
        while start < end {
            let within = (start..end).contains(&self.predecessors[end]);
            if self.heights[start] > self.heights[end] || within {
                return Some((start, end));
            }
            end -= 1;
        }
        None
    }

    /// The cluster between a steep fall and a steep rise, if there is one.
    fn between(&self, fall: &Fall, rise: (usize, usize), min_size: usize) -> Option<(usize, usize)> {
        let (mut start, mut end) = (fall.start, rise.1);
        let (before, after) = (self.heights[start], self.heights[end + 1]);
        if after * self.keep < fall.since {
            return None;
        }
        if before * self.keep >= after {
            while start < fall.end && self.heights[start + 1] > after {
                start += 1;
            }
        } else if after * self.keep >= before {
            while end > rise.0 && self.heights[end - 1] > before {
                end -= 1;
            }
        }
        let (start, end) = self.corrected(start, end)?;
        (end - start + 1 >= min_size && start <= fall.end && end >= rise.0).then_some((start, end))
    }
}

/// Falls that a later height does not level, and the largest height since each.
fn still_open(falls: &mut Vec<Fall>, height: f64, plot: &Plot<'_>) {
    if height.is_infinite() {
        falls.clear();
    }
    falls.retain(|fall| height <= plot.heights[fall.start] * plot.keep);
    for fall in falls {
        fall.since = fall.since.max(height);
    }
}

/// All clusters as places of the walk, first and last; those within others before these.
pub(super) fn clusters(plot: &Plot<'_>, min_size: usize) -> Vec<(u32, u32)> {
    let mut found = Vec::new();
    let mut falls: Vec<Fall> = Vec::new();
    let (mut index, mut since, mut at) = (0, 0.0_f64, 0);
    while at < plot.n() {
        let down = plot.steep(at, Direction::Down);
        if !down && !plot.steep(at, Direction::Up) {
            at += 1;
            continue;
        }
        since = plot.heights[index..=at].iter().copied().fold(since, f64::max);
        still_open(&mut falls, since, plot);
        let end = plot.extend(at, if down { Direction::Down } else { Direction::Up });
        if down {
            falls.push(Fall { start: at, end, since: 0.0 });
        } else {
            let of = |fall| plot.between(fall, (at, end), min_size);
            let clusters: Vec<_> = falls.iter().filter_map(of).collect();
            found.extend(clusters.into_iter().rev().map(|(start, end)| (start as u32, end as u32)));
        }
        index = end + 1;
        since = plot.heights[index];
        at = index;
    }
    found
}
