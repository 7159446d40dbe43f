//! Where the bins of a histogram begin and end.

use crate::error::{ErrorKind, Result, invalid_parameter};
use serde::{Deserialize, Serialize};

/// The bins of a histogram. A value on a border is in the bin that begins there; on the last border, in the last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bins {
    /// So many of equal width from the least value to the greatest, from 1 to 1,000.
    Equal(usize),
    /// From border to border, ascending, at least two.
    Borders(Vec<f64>),
}

impl Default for Bins {
    fn default() -> Self {
        Bins::Equal(20)
    }
}

/// Borders of bins and how many values lie in each; missing values, and those outside of all bins.
pub(super) struct Histogram {
    pub(super) borders: Vec<f64>,
    pub(super) counts: Vec<i64>,
    pub(super) missing: usize,
    pub(super) outside: usize,
}

impl Bins {
    pub(super) fn histogram(&self, values: &[f64]) -> Result<Histogram> {
        let borders = self.borders(values)?;
        let n = borders.len().saturating_sub(1);
        let mut histogram = Histogram { counts: vec![0; n], borders, missing: 0, outside: 0 };
        let last = histogram.borders.last().copied().unwrap_or(f64::NAN);
        for &value in values {
            let place = histogram.borders.partition_point(|&border| border <= value);
            let place = if value == last { n } else { place };
            match place.checked_sub(1).and_then(|bin| histogram.counts.get_mut(bin)) {
                _ if value.is_nan() => histogram.missing += 1,
                Some(count) => *count += 1,
                None => histogram.outside += 1,
            }
        }
        Ok(histogram)
    }

    fn borders(&self, values: &[f64]) -> Result<Vec<f64>> {
        match self {
            Bins::Equal(n) if (1..=1000).contains(n) => equal(*n, values),
            Bins::Equal(n) => invalid_parameter("Bins", "equal", "from 1 to 1000", n),
            Bins::Borders(borders) => {
                let ascending = borders.windows(2).all(|pair| matches!(pair, [low, high] if low < high));
                if borders.len() < 2 || !ascending || borders.iter().any(|border| !border.is_finite()) {
                    return invalid_parameter(
                        "Bins",
                        "borders",
                        "two or more finite numbers, ascending",
                        borders,
                    );
                }
                Ok(borders.clone())
            }
        }
    }
}

/// Values that are all the same lie in the middle of a width of 1.
fn equal(n: usize, values: &[f64]) -> Result<Vec<f64>> {
    let finite = || values.iter().copied().filter(|value| value.is_finite());
    let (Some(least), Some(most)) = (finite().reduce(f64::min), finite().reduce(f64::max)) else {
        let (of, needed, unit) = ("Bins", 1, "values");
        return Err(ErrorKind::NotEnoughData { of, needed, unit, got: 0 }.into());
    };
    let (low, high) = if least == most { (least - 0.5, most + 0.5) } else { (least, most) };
    let border = |place: usize| {
        let share = place as f64 / n as f64;
        if place == n { high } else { low * (1.0 - share) + high * share }
    };
    Ok((0..=n).map(border).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_counted_once() {
        let values = [0.0, 0.5, 1.0, 2.0, f64::NAN, f64::INFINITY, -1.0];
        let found = Bins::Borders(vec![0.0, 0.5, 2.0]).histogram(&values).unwrap();
        assert_eq!((&found.counts[..], found.missing, found.outside), (&[1, 3][..], 1, 2));
        let equal = Bins::Equal(3).histogram(&values[..4]).unwrap();
        assert_eq!((equal.counts, equal.borders), (vec![2, 1, 1], vec![0.0, 2.0 / 3.0, 4.0 / 3.0, 2.0]));
        let same = Bins::Equal(2).histogram(&[7.0; 3]).unwrap();
        assert_eq!((same.counts, same.borders), (vec![0, 3], vec![6.5, 7.0, 7.5]));
    }

    #[test]
    fn what_cannot_be_bins() {
        assert!(Bins::Equal(0).histogram(&[1.0]).is_err());
        assert!(Bins::Equal(4).histogram(&[f64::NAN]).is_err());
        for borders in [vec![1.0], vec![1.0, 1.0], vec![2.0, 1.0], vec![0.0, f64::INFINITY]] {
            assert!(Bins::Borders(borders).histogram(&[1.0]).is_err());
        }
    }
}
