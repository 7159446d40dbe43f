//! How far two divisions of the same rows agree.

mod expected;

use crate::error::{ErrorKind, Result};
use expected::expected_mutual_information;
use rayon::prelude::*;

/// Two divisions of the same rows, counted: how many rows carry label a in the one and b in the other, and
/// the measures of agreement that follow.
///
/// Labels are names: any numbers, and a division stays the same when its labels are exchanged.
/// [`NOISE`](crate::learn::NOISE) counts as a label of its own, as in scikit-learn. All measures equal those of
/// scikit-learn.
///
/// # Errors
/// No row; two lists of different lengths.
///
/// # Complexity
/// O(rows · ln rows) time and O(rows) memory, whatever the number of labels. The measures take O(rows) time,
/// [`Contingency::adjusted_mutual_information`] too.
///
/// # Reference
/// L. Hubert and P. Arabie (1985), Comparing partitions. N. X. Vinh, J. Epps and J. Bailey (2010), Information
/// theoretic measures for clusterings comparison. A. Rosenberg and J. Hirschberg (2007), V-measure. M. Meilă
/// (2007), Comparing clusterings – an information based distance.
///
/// # Example
/// ```
/// use crm_mining::learn::Contingency;
///
/// let last_year = [0, 0, 0, 1, 1, 1];
/// let this_year = [5, 5, 7, 7, 7, 7];
/// let both = Contingency::new(&last_year, &this_year)?;
/// assert_eq!(both.cells().collect::<Vec<_>>(), [(0, 5, 2), (0, 7, 1), (1, 7, 3)]);
/// assert!((both.adjusted_rand() - 0.324_324_324_324).abs() < 1e-9);
/// assert_eq!(Contingency::new(&last_year, &[9, 9, 9, 4, 4, 4])?.adjusted_rand(), 1.0);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contingency {
    /// Labels of both divisions and the rows that carry them, ascending; every count is above 0.
    cells: Vec<(u32, u32, usize)>,
}

impl Contingency {
    /// Counts two divisions of the same rows.
    ///
    /// # Errors
    /// See [`Contingency`].
    pub fn new(a: &[u32], b: &[u32]) -> Result<Contingency> {
        let of = "Contingency";
        if a.len() != b.len() {
            let (a_len, b_len) = (a.len(), b.len());
            return Err(ErrorKind::LengthMismatch { of, a: "labels a", a_len, b: "labels b", b_len }.into());
        }
        if a.is_empty() {
            return Err(ErrorKind::NotEnoughData { of, needed: 1, unit: "rows", got: 0 }.into());
        }
        let mut pairs: Vec<(u32, u32)> = a.iter().copied().zip(b.iter().copied()).collect();
        pairs.par_sort_unstable();
        let count = |run: &[(u32, u32)]| run.first().map(|&(a, b)| (a, b, run.len()));
        Ok(Contingency { cells: pairs.chunk_by(|one, next| one == next).filter_map(count).collect() })
    }

    /// Every pair of labels that some row carries, with the number of these rows; ascending.
    pub fn cells(&self) -> impl ExactSizeIterator<Item = (u32, u32, usize)> + '_ {
        self.cells.iter().copied()
    }

    /// The rows of each label of the first division, ascending by label.
    pub fn sizes_a(&self) -> Vec<(u32, usize)> {
        totals(self.cells.iter().map(|&(a, _, count)| (a, count)))
    }

    /// The rows of each label of the second division, ascending by label.
    pub fn sizes_b(&self) -> Vec<(u32, usize)> {
        let mut counts: Vec<(u32, usize)> = self.cells.iter().map(|&(_, b, count)| (b, count)).collect();
        counts.sort_unstable();
        totals(counts.into_iter())
    }

    /// All rows.
    pub fn n_rows(&self) -> usize {
        self.cells.iter().map(|&(.., count)| count).sum()
    }

    /// Whether the divisions are the same but for the names of the labels.
    fn equal(&self) -> bool {
        self.cells.len() == self.sizes_a().len() && self.cells.len() == self.sizes_b().len()
    }

    /// The adjusted Rand index: the share of pairs of rows on which the divisions agree, so shifted and scaled
    /// that chance gives 0 on average and equality 1. It can be negative.
    pub fn adjusted_rand(&self) -> f64 {
        if self.equal() {
            return 1.0;
        }
        let pairs = |count: usize| (count as i128) * (count as i128 - 1) / 2;
        let both: i128 = self.cells.iter().map(|&(.., count)| pairs(count)).sum();
        let a: i128 = self.sizes_a().iter().map(|&(_, count)| pairs(count)).sum();
        let b: i128 = self.sizes_b().iter().map(|&(_, count)| pairs(count)).sum();
        let all = pairs(self.n_rows());
        // All products are below 2^127 for any number of rows that an index of 32 bits can tell apart.
        let above_chance = (both * all - a * b) as f64;
        let largest = (a * all - a * b) as f64 * 0.5 + (b * all - a * b) as f64 * 0.5;
        above_chance / largest
    }

    /// The mutual information in nats: what the one division says about the other.
    pub fn mutual_information(&self) -> f64 {
        let (a, b, n) = (self.sizes_a(), self.sizes_b(), self.n_rows() as f64);
        let size = |sizes: &[(u32, usize)], label| {
            let at = sizes.binary_search_by_key(&label, |&(label, _)| label).ok();
            at.and_then(|at| sizes.get(at)).map_or(1.0, |&(_, size)| size as f64)
        };
        let share = |&(label_a, label_b, count): &(u32, u32, usize)| {
            let count = count as f64;
            count / n * (count * n / (size(&a, label_a) * size(&b, label_b))).ln()
        };
        self.cells.iter().map(share).sum::<f64>().max(0.0)
    }

    /// The entropies of both divisions, in nats.
    fn entropies(&self) -> (f64, f64) {
        let n = self.n_rows() as f64;
        let entropy = |sizes: Vec<(u32, usize)>| -> f64 {
            sizes.iter().map(|&(_, size)| size as f64 / n * (n / size as f64).ln()).sum()
        };
        (entropy(self.sizes_a()), entropy(self.sizes_b()))
    }

    /// The mutual information over the mean of the entropies: 0 for divisions that say nothing about each
    /// other, 1 for equal ones. Chance alone gives more than 0, the more the more clusters there are.
    pub fn normalized_mutual_information(&self) -> f64 {
        if self.equal() {
            return 1.0;
        }
        let (a, b) = self.entropies();
        self.mutual_information() / (0.5 * (a + b))
    }

    /// The mutual information, so shifted and scaled that chance gives 0 on average and equality 1. It can be
    /// negative. Chance is that of divisions drawn at random with the same cluster sizes.
    pub fn adjusted_mutual_information(&self) -> f64 {
        if self.equal() {
            return 1.0;
        }
        let (a, b) = self.entropies();
        if a == 0.0 || b == 0.0 {
            return 0.0;
        }
        let sizes = |sizes: Vec<(u32, usize)>| sizes.into_iter().map(|(_, size)| size).collect::<Vec<_>>();
        let expected =
            expected_mutual_information(sizes(self.sizes_a()), sizes(self.sizes_b()), self.n_rows());
        let (above_chance, largest) = (self.mutual_information() - expected, 0.5 * (a + b) - expected);
        above_chance / largest.max(f64::EPSILON)
    }

    /// The variation of information in nats, a distance between divisions: what each says that the other does
    /// not. 0 for equal ones, ln n at most.
    pub fn variation_of_information(&self) -> f64 {
        if self.equal() {
            return 0.0;
        }
        let (a, b) = self.entropies();
        (a + b - 2.0 * self.mutual_information()).max(0.0)
    }

    /// How far each label of the second division holds rows of one label of the first only: the mutual
    /// information over the entropy of the first, 1 at best.
    pub fn homogeneity(&self) -> f64 {
        let (entropy, _) = self.entropies();
        if entropy == 0.0 { 1.0 } else { (self.mutual_information() / entropy).min(1.0) }
    }

    /// How far all rows of one label of the first division carry one label in the second: homogeneity with
    /// the divisions exchanged.
    pub fn completeness(&self) -> f64 {
        let (_, entropy) = self.entropies();
        if entropy == 0.0 { 1.0 } else { (self.mutual_information() / entropy).min(1.0) }
    }

    /// The harmonic mean of homogeneity and completeness.
    pub fn v_measure(&self) -> f64 {
        let (a, b) = (self.homogeneity(), self.completeness());
        if a + b == 0.0 { 0.0 } else { 2.0 * a * b / (a + b) }
    }
}

/// Adds up the counts of each label; equal labels stand side by side.
fn totals(counts: impl Iterator<Item = (u32, usize)>) -> Vec<(u32, usize)> {
    let mut totals: Vec<(u32, usize)> = Vec::new();
    for (label, count) in counts {
        match totals.last_mut() {
            Some((last, total)) if *last == label => *total += count,
            _ => totals.push((label, count)),
        }
    }
    totals
}
