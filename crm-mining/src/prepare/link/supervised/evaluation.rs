//! How good links are, and from which probability on they are best.

use serde::{Deserialize, Serialize};

/// Linked pairs beside what is known of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkQuality {
    /// Linked, and of one customer.
    pub true_links: usize,
    /// Linked, but not of one customer.
    pub false_links: usize,
    /// Of one customer, but not linked.
    pub missed_links: usize,
}

impl LinkQuality {
    pub(super) fn at(threshold: f64, labels: &[bool], probabilities: &[f64]) -> LinkQuality {
        let mut quality = LinkQuality::default();
        for (&label, &probability) in labels.iter().zip(probabilities) {
            match (label, probability >= threshold) {
                (true, true) => quality.true_links += 1,
                (false, true) => quality.false_links += 1,
                (true, false) => quality.missed_links += 1,
                (false, false) => {}
            }
        }
        quality
    }

    /// The share of links that are right; `None` without a link.
    pub fn precision(&self) -> Option<f64> {
        share(self.true_links, self.false_links)
    }

    /// The share of right pairs that are linked; `None` without a right pair.
    pub fn recall(&self) -> Option<f64> {
        share(self.true_links, self.missed_links)
    }

    /// The harmonic mean of precision and recall; `None` with neither a link nor a right pair.
    pub fn f1(&self) -> Option<f64> {
        share(2 * self.true_links, self.false_links + self.missed_links)
    }
}

fn share(part: usize, rest: usize) -> Option<f64> {
    (part + rest > 0).then(|| part as f64 / (part + rest) as f64)
}

/// The threshold of the highest F1, halfway between two probabilities; the highest of equally good ones.
/// 0.5 when there is no right pair.
pub(super) fn best_threshold(labels: &[bool], probabilities: &[f64]) -> f64 {
    let right = labels.iter().filter(|&&label| label).count();
    let mut ranked: Vec<(f64, bool)> = probabilities.iter().copied().zip(labels.iter().copied()).collect();
    ranked.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    let (mut best, mut threshold) = (0.0, 0.5);
    let mut counted = LinkQuality { missed_links: right, ..LinkQuality::default() };
    let ties: Vec<&[(f64, bool)]> = ranked.chunk_by(|a, b| a.0 == b.0).collect();
    for (at, tie) in ties.iter().enumerate() {
        let links = tie.iter().filter(|(_, label)| *label).count();
        counted.true_links += links;
        counted.missed_links -= links;
        counted.false_links += tie.len() - links;
        let f1 = counted.f1().unwrap_or(0.0);
        if f1 > best {
            let here = tie.first().map_or(0.0, |(p, _)| *p);
            let below = ties.get(at + 1).and_then(|tie| tie.first()).map_or(0.0, |(p, _)| *p);
            (best, threshold) = (f1, f64::midpoint(here, below));
        }
    }
    threshold
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halfway_to_the_next() {
        let labels = [true, false, true, false];
        assert_eq!(best_threshold(&labels, &[0.9, 0.8, 0.75, 0.25]), 0.5);
        let quality = LinkQuality::at(0.5, &labels, &[0.9, 0.8, 0.75, 0.25]);
        assert_eq!(
            (quality.precision(), quality.recall(), quality.f1()),
            (Some(2.0 / 3.0), Some(1.0), Some(0.8))
        );
        assert_eq!(best_threshold(&[false], &[0.9]), 0.5);
        assert_eq!(LinkQuality::at(0.5, &[], &[]).f1(), None);
    }
}
