//! Columns cut into at most 256 bins, so that a tree compares bytes.

use crate::data::Features;
use crate::error::Result;
use crate::model::Control;
use rayon::prelude::*;

/// Most bins of a column: as many as a byte can name.
pub(super) const BINS: usize = 256;
/// Rows that the cuts of a column of many values are taken from, at even distances.
const SAMPLE: usize = 1 << 17;

/// A column as the number of the bin of each row.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) feature: u32,
    pub(super) codes: Vec<u8>,
    /// The lowest and the highest value in each bin.
    ranges: Vec<(f64, f64)>,
}

impl Column {
    /// The columns that hold more than one value.
    pub(super) fn all(features: &Features, stage: &'static str, control: &Control) -> Result<Vec<Column>> {
        let columns = (0..features.n_features())
            .into_par_iter()
            .map(|feature| {
                control.check(stage)?;
                let values: Vec<f64> = features.column(feature).map(|value| value + 0.0).collect();
                Ok(Column::of(feature as u32, &values))
            })
            .collect::<Result<Vec<Column>>>()?;
        Ok(columns.into_iter().filter(|column| column.ranges.len() > 1).collect())
    }

    fn of(feature: u32, values: &[f64]) -> Column {
        let uppers = few_values(values).unwrap_or_else(|| quantiles(values));
        let mut ranges = vec![(f64::INFINITY, f64::NEG_INFINITY); uppers.len()];
        let last = uppers.len().saturating_sub(1);
        let codes = values
            .iter()
            .map(|&value| {
                let bin = uppers.partition_point(|&upper| upper < value).min(last);
                if let Some((low, high)) = ranges.get_mut(bin) {
                    *low = low.min(value);
                    *high = high.max(value);
                }
                bin as u8
            })
            .collect();
        Column { feature, codes, ranges }
    }

    /// The value halfway between two bins; rows up to it go left.
    pub(super) fn threshold(&self, left: usize, right: usize) -> f64 {
        let (Some(&(_, below)), Some(&(above, _))) = (self.ranges.get(left), self.ranges.get(right)) else {
            return 0.0;
        };
        let middle = below / 2.0 + above / 2.0;
        if middle >= below && middle < above { middle } else { below }
    }
}

/// The distinct values in ascending order, when there are no more of them than bins: then every cut
/// between two values is possible.
fn few_values(values: &[f64]) -> Option<Vec<f64>> {
    let mut found: Vec<f64> = Vec::new();
    for value in values {
        if let Err(place) = found.binary_search_by(|other| other.total_cmp(value)) {
            if found.len() == BINS {
                return None;
            }
            found.insert(place, *value);
        }
    }
    Some(found)
}

/// The highest value of each of at most [`BINS`] bins of about as many rows each.
fn quantiles(values: &[f64]) -> Vec<f64> {
    let mut sample: Vec<f64> = values.iter().step_by(values.len().div_ceil(SAMPLE)).copied().collect();
    sample.sort_unstable_by(f64::total_cmp);
    let n = sample.len();
    let mut uppers: Vec<f64> =
        (1..=BINS).filter_map(|bin| sample.get((bin * n / BINS).saturating_sub(1)).copied()).collect();
    uppers.dedup();
    uppers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_values_keep_every_cut() {
        let column = Column::of(0, &[3.0, 1.0, 2.0, 1.0]);
        assert_eq!(column.codes, [2, 0, 1, 0]);
        assert_eq!((column.threshold(0, 1), column.threshold(0, 2)), (1.5, 2.0));
    }

    #[test]
    fn many_values_fill_the_bins_evenly() {
        let values: Vec<f64> = (0..10_000).map(|i| f64::from(i * 7919 % 10_000)).collect();
        let column = Column::of(0, &values);
        let mut counts = [0usize; BINS];
        column.codes.iter().for_each(|&code| counts[code as usize] += 1);
        assert!(counts.iter().all(|&count| (38..=41).contains(&count)));
    }

    #[test]
    fn neighbours_that_have_no_middle_still_part() {
        let (a, b) = (1.0, 1.0 + f64::EPSILON);
        let column = Column::of(0, &[a, b, f64::MAX, -f64::MAX]);
        assert_eq!(column.threshold(1, 2), a);
        assert!(column.threshold(0, 3).is_finite());
    }
}
