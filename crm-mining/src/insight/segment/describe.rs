//! Segments in numbers and words.

use crate::data::Features;
use crate::learn::SilhouetteScore;
use crate::math::quantile::{linear, sorted};
use serde::{Deserialize, Serialize};

/// One segment in numbers and words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SegmentDescription {
    /// Its number, as in the labels.
    pub index: usize,
    /// Customers.
    pub size: usize,
    /// Customers as a share of all.
    pub share: f64,
    /// Mean silhouette of its customers.
    pub silhouette: f64,
    /// Mean of each feature, in the units of the features.
    pub means: Vec<f64>,
    /// Median of each feature.
    pub medians: Vec<f64>,
    /// Where each median lies among all customers.
    pub levels: Vec<Level>,
    /// In words, such as `"bought lately, often, high spend"`; no two segments share one.
    pub name: String,
    /// In numbers, such as `"867 of 4334 customers (20.0 %); medians: recency 12 (all 51)"`.
    pub description: String,
}

/// Where the median of a segment lies among the values of all customers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Among the lowest fifth.
    VeryLow,
    /// In the second fifth.
    Low,
    /// In the middle fifth.
    Typical,
    /// In the fourth fifth.
    High,
    /// Among the highest fifth.
    VeryHigh,
}

/// The values of one feature, ascending.
struct Distribution<'a> {
    name: &'a str,
    sorted: Vec<f64>,
}

impl Distribution<'_> {
    fn median(&self) -> f64 {
        linear(&self.sorted, 0.5).unwrap_or_default()
    }

    /// The fifth in which a value lies: the share of customers below it, half of the equals counted in.
    fn level(&self, value: f64) -> Level {
        let below = self.sorted.partition_point(|other| *other < value);
        let up_to = self.sorted.partition_point(|other| *other <= value);
        match (below + up_to) as f64 / 2.0 / self.sorted.len() as f64 {
            rank if rank < 0.2 => Level::VeryLow,
            rank if rank < 0.4 => Level::Low,
            rank if rank <= 0.6 => Level::Typical,
            rank if rank <= 0.8 => Level::High,
            _ => Level::VeryHigh,
        }
    }
}

/// Every segment, in numbers and words.
pub(super) fn describe(
    features: &Features,
    labels: &[u32],
    k: usize,
    score: &SilhouetteScore,
) -> Vec<SegmentDescription> {
    let columns: Vec<Vec<f64>> = (0..features.n_features()).map(|j| features.column(j).collect()).collect();
    let all: Vec<Distribution<'_>> = features
        .names()
        .iter()
        .zip(&columns)
        .map(|(name, values)| Distribution { name, sorted: sorted(values) })
        .collect();
    let mut segments: Vec<SegmentDescription> = (0..k)
        .map(|index| {
            let of_segment = |values: &Vec<f64>| -> Vec<f64> {
                let rows = values.iter().zip(labels);
                let members = rows.filter(|(_, label)| **label as usize == index).map(|(value, _)| *value);
                sorted(&members.collect::<Vec<_>>())
            };
            let members: Vec<Vec<f64>> = columns.iter().map(of_segment).collect();
            let silhouette = score.clusters.get(index).copied().unwrap_or_default();
            describe_one(index, &members, &all, silhouette)
        })
        .collect();
    number_equal_names(&mut segments);
    segments
}

fn describe_one(
    index: usize,
    members: &[Vec<f64>],
    all: &[Distribution<'_>],
    silhouette: f64,
) -> SegmentDescription {
    let size = members.first().map_or(0, Vec::len);
    let n = all.first().map_or(0, |feature| feature.sorted.len());
    let share = size as f64 / n.max(1) as f64;
    let medians: Vec<f64> = members.iter().map(|values| linear(values, 0.5).unwrap_or_default()).collect();
    let levels: Vec<Level> =
        all.iter().zip(&medians).map(|(feature, &median)| feature.level(median)).collect();
    let words: Vec<String> =
        all.iter().zip(&levels).filter_map(|(feature, &level)| words(feature.name, level)).collect();
    let numbers: Vec<String> = all
        .iter()
        .zip(&medians)
        .map(|(feature, &median)| {
            format!("{} {} (all {})", feature.name, short(median), short(feature.median()))
        })
        .collect();
    SegmentDescription {
        index,
        size,
        share,
        silhouette,
        means: members.iter().map(|values| values.iter().sum::<f64>() / size.max(1) as f64).collect(),
        medians,
        levels,
        name: if words.is_empty() { "typical".to_owned() } else { words.join(", ") },
        description: format!(
            "{size} of {n} customers ({:.1} %); medians: {}",
            share * 100.0,
            numbers.join(", ")
        ),
    }
}

/// What a level of a feature means; nothing for the typical one.
fn words(feature: &str, level: Level) -> Option<String> {
    let (subject, [very_low, low, high, very_high]) = match feature.to_lowercase().as_str() {
        "recency" => (None, ["bought very lately", "bought lately", "away for some time", "away for long"]),
        "frequency" => (None, ["very seldom", "seldom", "often", "very often"]),
        "monetary" => (None, ["very low spend", "low spend", "high spend", "very high spend"]),
        _ => (Some(feature), ["very low", "low", "high", "very high"]),
    };
    let word = match level {
        Level::VeryLow => very_low,
        Level::Low => low,
        Level::Typical => return None,
        Level::High => high,
        Level::VeryHigh => very_high,
    };
    Some(subject.map_or_else(|| word.to_owned(), |subject| format!("{subject} {word}")))
}

/// Appends (2), (3), … to names that stand earlier already.
fn number_equal_names(segments: &mut [SegmentDescription]) {
    let names: Vec<String> = segments.iter().map(|segment| segment.name.clone()).collect();
    for (place, segment) in segments.iter_mut().enumerate() {
        let earlier = names.iter().take(place).filter(|name| **name == segment.name).count();
        if earlier > 0 {
            segment.name = format!("{} ({})", segment.name, earlier + 1);
        }
    }
}

/// A number in about three digits.
pub(super) fn short(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-3..1e15).contains(&size) {
        return format!("{value:.2e}");
    }
    let decimals = match size {
        _ if value.fract() == 0.0 || size >= 100.0 => 0,
        _ if size >= 10.0 => 1,
        _ if size >= 1.0 => 2,
        _ => 4,
    };
    format!("{value:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_fifths() {
        let feature = Distribution { name: "x", sorted: (1..=10).map(f64::from).collect() };
        let levels = [1.0, 2.0, 3.0, 5.5, 7.0, 8.0, 10.0].map(|value| feature.level(value));
        use Level::{High, Low, Typical, VeryHigh, VeryLow};
        assert_eq!(levels, [VeryLow, VeryLow, Low, Typical, High, High, VeryHigh]);
        let equal = Distribution { name: "x", sorted: vec![4.0; 7] };
        assert_eq!(equal.level(4.0), Typical);
    }

    #[test]
    fn words_of_known_and_other_features() {
        assert_eq!(words("Frequency", Level::High).unwrap(), "often");
        assert_eq!(words("basket size", Level::VeryLow).unwrap(), "basket size very low");
        assert_eq!(words("recency", Level::Typical), None);
    }

    #[test]
    fn numbers_stay_short() {
        let shown = [0.0, 12.0, 2120.4567, 51.26, 3.456, -0.05, 1e-9, 2e20].map(short);
        assert_eq!(shown, ["0", "12", "2120", "51.3", "3.46", "-0.0500", "1.00e-9", "2.00e20"]);
    }
}
