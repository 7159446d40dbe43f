//! From a figure to a score.

use crate::error::{Result, invalid_parameter};
use crate::math::Exact;
use serde::{Deserialize, Serialize};

/// How a figure becomes a score from 1 (worst) to the number of bins (best).
///
/// | scoring | what is cut | equal figures | how many per score |
/// |---|---|---|---|
/// | `Rank` | the order of the customers | may be parted, by their keys | even |
/// | `Quantile` | the order, ties at their average rank | one score | even but for ties |
/// | `EqualWidth` | the span from the least to the greatest figure | one score | as it comes |
/// | `Borders` | where the caller says | one score | as it comes |
///
/// The first two place a customer among the others, so that scores move when others come or go. With
/// `Borders` a score depends on the customer alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scoring {
    /// Customers are put in order, equal ones in the order of their keys, and the order is cut into bins of
    /// equal size (pandas' `qcut` of `rank(method="first")`). Bins are even; equal customers may be parted.
    Rank,
    /// Equal customers share the average of their ranks: score = ⌈bins · rank / n⌉. Equal customers are
    /// never parted; bins may be uneven or empty.
    Quantile,
    /// The span from the least to the greatest figure is cut into bins of equal width. A figure on a border
    /// has the better of the two scores; where all figures are equal, all have the score in the middle,
    /// ⌊bins / 2⌋ + 1. One very large figure leaves all others in the lowest bin.
    EqualWidth,
    /// At these borders.
    Borders(RfmBorders),
}

/// Where the caller parts one score from the next: one border fewer than there are bins, ascending, for each
/// figure.
///
/// A figure on a border has the better of the two scores: with `recency` of 30, 90, 180 and 365, up to 30
/// days is 5 and more than 365 is 1; with `frequency` of 2, 3, 5 and 10, one order is 1 and ten are 5. Money
/// within a part in 10⁹ of a border counts as on it, so that sums of cents do not miss it.
///
/// ```
/// use crm_mining::insight::{Rfm, RfmBorders, Scoring};
///
/// let borders = RfmBorders {
///     recency: vec![30.0, 180.0],
///     frequency: vec![2.0, 5.0],
///     monetary: vec![100.0, 1000.0],
/// };
/// let rfm = Rfm::default().bins(3).scoring(Scoring::Borders(borders));
/// assert_eq!(rfm.bins, 3);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RfmBorders {
    /// In whole days since the last purchase day; few days score high.
    pub recency: Vec<f64>,
    /// In distinct orders.
    pub frequency: Vec<f64>,
    /// In money.
    pub monetary: Vec<f64>,
}

impl RfmBorders {
    pub(super) fn check(&self, bins: u8) -> Result<()> {
        for (parameter, borders) in
            [("recency", &self.recency), ("frequency", &self.frequency), ("monetary", &self.monetary)]
        {
            let ascending = borders.windows(2).all(|pair| matches!(pair, [a, b] if a < b));
            let finite = borders.iter().all(|border| border.is_finite());
            if borders.len() + 1 != usize::from(bins) || !ascending || !finite {
                let must_be =
                    format!("{} finite borders, ascending, for {bins} bins", bins.saturating_sub(1));
                return invalid_parameter("RfmBorders", parameter, must_be, borders);
            }
        }
        Ok(())
    }
}

/// Which end of a figure scores high.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Best {
    Most,
    Least,
}

/// One of the three figures.
pub(super) trait Figure: Ord + Copy {
    fn number(self) -> f64;
}

impl Figure for u32 {
    fn number(self) -> f64 {
        f64::from(self)
    }
}

impl Figure for Exact {
    fn number(self) -> f64 {
        self.value()
    }
}

/// The share of a border, or of a bin, within which a figure counts as on it.
const ON_BORDER: f64 = 1e-9;

impl Scoring {
    /// The scores of a figure; `borders` picks those of the figure.
    pub(super) fn scores<T: Figure>(
        &self,
        values: &[T],
        best: Best,
        bins: u8,
        borders: fn(&RfmBorders) -> &[f64],
    ) -> Vec<u8> {
        match self {
            Scoring::Rank => by_rank(values, best, bins),
            Scoring::Quantile => by_quantile(values, best, bins),
            Scoring::EqualWidth => by_width(values, best, bins),
            Scoring::Borders(all) => {
                values.iter().map(|value| by_border(value.number(), best, borders(all))).collect()
            }
        }
    }
}

/// The customers from the least figure to the greatest, ties in the order of their keys.
fn in_order<T: Ord>(values: &[T]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..values.len() as u32).collect();
    order.sort_by_key(|&customer| values.get(customer as usize)); // stable
    order
}

fn by_rank<T: Ord>(values: &[T], best: Best, bins: u8) -> Vec<u8> {
    let last = (values.len() as u64).saturating_sub(1).max(1);
    let mut scores = vec![1; values.len()];
    for (rank, customer) in (0u64..).zip(in_order(values)) {
        let score = (rank * u64::from(bins)).div_ceil(last).max(1) as u8;
        if let Some(place) = scores.get_mut(customer as usize) {
            *place = if best == Best::Least { bins + 1 - score } else { score };
        }
    }
    scores
}

fn by_quantile<T: Ord>(values: &[T], best: Best, bins: u8) -> Vec<u8> {
    let (n, bins) = (values.len() as u64, u64::from(bins));
    let order = in_order(values);
    let mut scores = vec![1; values.len()];
    let mut before = 0;
    for equal in order.chunk_by(|&a, &b| values.get(a as usize) == values.get(b as usize)) {
        let after = before + equal.len() as u64;
        // Twice the average rank, counted from the worst.
        let rank = match best {
            Best::Most => before + after + 1,
            Best::Least => 2 * n + 1 - before - after,
        };
        let score = (bins * rank).div_ceil(2 * n) as u8;
        for &customer in equal {
            if let Some(place) = scores.get_mut(customer as usize) {
                *place = score;
            }
        }
        before = after;
    }
    scores
}

fn by_width<T: Figure>(values: &[T], best: Best, bins: u8) -> Vec<u8> {
    let (Some(&low), Some(&high)) = (values.iter().min(), values.iter().max()) else { return Vec::new() };
    let (low, high) = (low.number(), high.number());
    if low >= high {
        return vec![bins / 2 + 1; values.len()];
    }
    let score = |value: &T| {
        let from_worst = match best {
            Best::Most => value.number() - low,
            Best::Least => high - value.number(),
        };
        let below = from_worst * f64::from(bins) / (high - low) + ON_BORDER;
        (1 + below as u8).min(bins)
    };
    values.iter().map(score).collect()
}

fn by_border(value: f64, best: Best, borders: &[f64]) -> u8 {
    let passed = borders.iter().filter(|&&border| {
        let slack = ON_BORDER * border.abs();
        match best {
            Best::Most => value >= border - slack,
            Best::Least => value <= border + slack,
        }
    });
    1 + passed.count() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores<T: Figure>(scoring: &Scoring, values: &[T], best: Best, bins: u8) -> Vec<u8> {
        scoring.scores(values, best, bins, |all| &all.monetary)
    }

    #[test]
    fn rank_scores_are_even_and_part_ties() {
        let rank = |values: &[u32], best| scores(&Scoring::Rank, values, best, 5);
        let expected = [1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]; // pandas 3.1.1: qcut(rank(method="first"), 5)
        assert_eq!(rank(&[7; 11], Best::Most), expected);
        assert_eq!(rank(&[7; 11], Best::Least), [5, 5, 5, 4, 4, 3, 3, 2, 2, 1, 1]);
        assert_eq!(rank(&[4], Best::Most), [1]);
    }

    #[test]
    fn quantile_scores_keep_ties_together() {
        let quantile = |values: &[u32], best, bins| scores(&Scoring::Quantile, values, best, bins);
        assert_eq!(quantile(&[1, 1, 1, 1, 9], Best::Most, 5), [3, 3, 3, 3, 5]);
        assert_eq!(quantile(&[1, 1, 1, 1, 9], Best::Least, 5), [4, 4, 4, 4, 1]);
        assert_eq!(quantile(&[3, 1, 2], Best::Most, 2), [2, 1, 2]);
    }

    #[test]
    fn bins_of_equal_width_give_borders_to_the_better() {
        let width = |values: &[u32], best, bins| scores(&Scoring::EqualWidth, values, best, bins);
        assert_eq!(width(&[0, 19, 20, 40, 60, 80, 99, 100], Best::Most, 5), [1, 1, 2, 3, 4, 5, 5, 5]);
        assert_eq!(width(&[0, 20, 21, 40, 80, 81, 100], Best::Least, 5), [5, 5, 4, 4, 2, 1, 1]);
        assert_eq!(width(&[7; 4], Best::Most, 5), [3; 4]);
        assert_eq!(width(&[7; 4], Best::Least, 9), [5; 4]);
        let money: Vec<Exact> = [0.1, 0.2, 0.3].map(|value| Exact::new(value).unwrap()).to_vec();
        assert_eq!(scores(&Scoring::EqualWidth, &money, Best::Most, 2), [1, 2, 2]);
    }

    #[test]
    fn borders_of_the_caller() {
        let money = vec![0.3, 10.0];
        let borders = RfmBorders { recency: vec![1.0, 2.0], frequency: vec![1.0, 2.0], monetary: money };
        let exact = |values: &[f64]| -> Exact { values.iter().map(|&v| Exact::new(v).unwrap()).sum() };
        let values = [exact(&[0.29]), exact(&[0.1, 0.2]), exact(&[9.99]), exact(&[10.0])];
        let by = Scoring::Borders(borders.clone());
        assert_eq!(scores(&by, &values, Best::Most, 3), [1, 2, 2, 3]);
        assert_eq!(scores(&by, &[0, 1, 10, 11], Best::Least, 3), [3, 2, 2, 1]);
        assert!(borders.check(3).is_ok() && borders.check(4).is_err());
        let wrong = RfmBorders { frequency: vec![2.0, 2.0], ..borders };
        assert!(
            wrong.check(3).unwrap_err().to_string().starts_with("RfmBorders: frequency must be 2 finite")
        );
    }
}
