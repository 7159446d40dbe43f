//! How the features of a segment differ from those of everyone else.
#![allow(
    clippy::indexing_slicing,
    reason = "rows and segments are numbered below the lengths of the arrays made for them"
)]

use crate::data::Features;
use crate::math::quantile::linear;
use rayon::prelude::*;
use serde::Serialize;

/// One feature of a segment beside all customers and beside everyone else.
///
/// Two effect sizes are given. Cohen's d is the difference of the means in standard deviations; with features
/// of few large values, such as spend, those few decide it. Cliff's δ asks only who has more: the chance that
/// a customer of the segment has more than one outside it, less the chance of less; from −1 to 1, and 0 where
/// neither is ahead. By usage 0.147, 0.33 and 0.474 begin a small, medium and large δ (Romano and others 2006),
/// 0.2, 0.5 and 0.8 a small, medium and large d.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FeatureEffect {
    /// The feature.
    pub feature: String,
    /// Its mean in the segment.
    pub mean: f64,
    /// Its median in the segment.
    pub median: f64,
    /// Its mean among all customers.
    pub base_mean: f64,
    /// Its median among all customers.
    pub base_median: f64,
    /// Cohen's d of the segment against everyone else, with the pooled standard deviation; `None` where
    /// nobody else is, or where neither side varies but the means differ.
    pub cohens_d: Option<f64>,
    /// Cliff's δ of the segment against everyone else; 0 where nobody else is.
    pub cliffs_delta: f64,
}

/// The values of each feature, and its rows in their order.
pub(super) struct Sorted {
    pub(super) columns: Vec<Vec<f64>>,
    pub(super) orders: Vec<Vec<u32>>,
}

impl Sorted {
    pub(super) fn new(features: &Features) -> Sorted {
        let columns: Vec<Vec<f64>> =
            (0..features.n_features()).map(|j| features.column(j).map(|x| x + 0.0).collect()).collect();
        let order = |column: &Vec<f64>| {
            let mut order: Vec<u32> = (0..column.len() as u32).collect();
            order.sort_by(|&a, &b| column[a as usize].total_cmp(&column[b as usize]));
            order
        };
        let orders = columns.par_iter().map(order).collect();
        Sorted { columns, orders }
    }

    /// The effects of each feature for each of the segments, of which row is in one or, as the class behind
    /// the last, in none. Values are summed in their order, so that the order of rows changes no bit.
    pub(super) fn effects(&self, names: &[String], classes: &[u32], k: usize) -> Vec<Vec<FeatureEffect>> {
        let of_feature = |(name, (column, order)): (&String, (&Vec<f64>, &Vec<u32>))| {
            let mut members: Vec<Vec<f64>> = vec![Vec::new(); k + 1];
            let mut above = vec![0_i128; k];
            let mut all: Vec<f64> = Vec::with_capacity(order.len());
            for equal in order.chunk_by(|&a, &b| column[a as usize] == column[b as usize]) {
                let mut here = vec![0_i128; k + 1];
                for &row in equal {
                    let class = classes[row as usize] as usize;
                    members[class].push(column[row as usize]);
                    here[class] += 1;
                    all.push(column[row as usize]);
                }
                // Twice the customers outside that have less, and once those that have as much.
                let less = (all.len() - equal.len()) as i128;
                for (class, above) in above.iter_mut().enumerate() {
                    let inside_less = members[class].len() as i128 - here[class];
                    *above += here[class] * (2 * (less - inside_less) + equal.len() as i128 - here[class]);
                }
            }
            let of_segment = |class: usize| effect(name, &members[class], &all, above[class]);
            (0..k).map(of_segment).collect::<Vec<_>>()
        };
        let features: Vec<Vec<FeatureEffect>> =
            names.par_iter().zip(self.columns.par_iter().zip(&self.orders)).map(of_feature).collect();
        (0..k).map(|class| features.iter().map(|of| of[class].clone()).collect()).collect()
    }
}

/// The effect of one feature from the sorted values of a segment and of all, and twice the pairs it wins.
fn effect(name: &str, members: &[f64], all: &[f64], twice_above: i128) -> FeatureEffect {
    let (n, rest) = (members.len() as f64, (all.len() - members.len()) as f64);
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len().max(1) as f64;
    let (own, base) = (mean(members), mean(all));
    let pairs = n * rest;
    let cohens_d = (pairs > 0.0).then(|| {
        // The sums about the mean of all: those outside are all less those inside.
        let shifted = |values: &[f64]| {
            values.iter().fold((0.0, 0.0), |(sum, squares), value| {
                let shift = value - base;
                (sum + shift, squares + shift * shift)
            })
        };
        let ((sum, squares), (total, total_squares)) = (shifted(members), shifted(all));
        let (outside, outside_squares) = (total - sum, total_squares - squares);
        let within = (squares - sum * sum / n) + (outside_squares - outside * outside / rest);
        let spread = (within.max(0.0) / (n + rest - 2.0).max(1.0)).sqrt();
        let difference = sum / n - outside / rest;
        let constant = members.first() == members.last() && is_constant_outside(members, all);
        match (difference == 0.0 || all.first() == all.last(), constant) {
            (true, _) => Some(0.0),
            (_, true) => None,
            _ => Some(difference / spread).filter(|d| d.is_finite()),
        }
    });
    FeatureEffect {
        feature: name.to_owned(),
        mean: own,
        median: linear(members, 0.5).unwrap_or_default(),
        base_mean: base,
        base_median: linear(all, 0.5).unwrap_or_default(),
        cohens_d: cohens_d.flatten(),
        cliffs_delta: if pairs > 0.0 { twice_above as f64 / pairs - 1.0 } else { 0.0 },
    }
}

/// Whether everyone outside a constant segment has one value: then there are two values in all.
fn is_constant_outside(members: &[f64], all: &[f64]) -> bool {
    let own = members.first().copied().unwrap_or_default();
    let mut outside = all.iter().filter(|value| **value != own);
    let first = outside.next();
    let alike = outside.all(|value| Some(value) == first);
    let shared = all.iter().filter(|value| **value == own).count() > members.len();
    alike && (first.is_none() || !shared)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn effects_by_definition() {
        // numpy 2.4.6 on [1, 2, 2, 5] against [2, 3, 9]: (mean a - mean b) / sqrt((3 var a + 2 var b) / 5),
        // variances with ddof 1: (2.5 - 4.6667) / sqrt((9 + 28.6667) / 5); pairs: 2 above, 2 equal of 12
        let features = Features::new(["x"], vec![1.0, 2.0, 2.0, 5.0, 2.0, 3.0, 9.0]).unwrap();
        let sorted = Sorted::new(&features);
        let found = sorted.effects(features.names(), &[0, 0, 0, 0, 1, 1, 1], 2);
        let [inside, outside] = [&found[0][0], &found[1][0]];
        assert!((inside.cohens_d.unwrap() + 0.789_402_522_280_548).abs() < 1e-14, "{inside:?}");
        assert!((inside.cohens_d.unwrap() + outside.cohens_d.unwrap()).abs() < 1e-14);
        assert!((inside.cliffs_delta - (2.0 - 8.0) / 12.0).abs() < 1e-15);
        assert_eq!((inside.mean, inside.median, inside.base_median), (2.5, 2.0, 2.0));
    }

    #[test]
    fn segments_that_do_not_vary() {
        let of = |values: Vec<f64>, classes: &[u32], k| {
            let features = Features::new(["x"], values).unwrap();
            Sorted::new(&features).effects(features.names(), classes, k)
        };
        let apart = of(vec![1.0, 1.0, 4.0, 4.0], &[0, 0, 1, 1], 2);
        assert_eq!((apart[0][0].cohens_d, apart[0][0].cliffs_delta), (None, -1.0));
        let same = of(vec![1.0, 1.0, 1.0], &[0, 0, 1], 2);
        assert_eq!((same[0][0].cohens_d, same[0][0].cliffs_delta), (Some(0.0), 0.0));
        let everyone = of(vec![1.0, 2.0], &[0, 0], 1);
        assert_eq!((everyone[0][0].cohens_d, everyone[0][0].cliffs_delta), (None, 0.0));
        let shared = of(vec![1.0, 1.0, 1.0, 4.0], &[0, 0, 1, 1], 2);
        assert!(shared[0][0].cohens_d.unwrap() < 0.0);
    }
}
