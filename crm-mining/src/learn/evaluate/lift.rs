//! Lift and gains: how many of the positives the highest scores reach.

use super::{both_classes, check_scores, ties_from_the_top};
use crate::data::{Column, Table, ToTable};
use crate::error::{Result, invalid_parameter};
use serde::{Deserialize, Serialize};

/// Rows in equal parts by falling score, and how many positives each part holds.
///
/// The first part of a tenth says: "call the tenth with the highest scores and you reach so many times more
/// leavers than by chance". Rows of equal score that fall into two parts are shared out in proportion, so
/// that the order of the rows does not matter; hence counts may be fractions.
///
/// # Example
/// ```
/// use crm_mining::learn::Lift;
///
/// let lift = Lift::of(&[true, true, false, true, false, false], &[0.9, 0.8, 0.7, 0.6, 0.2, 0.1], 3)?;
/// let best = &lift.bins()[0];
/// assert_eq!((best.rows, best.positives, best.lift), (2.0, 2.0, 2.0));
/// assert_eq!(lift.bins()[1].cumulative_share, 1.0); // two thirds of the rows hold every positive
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lift {
    bins: Vec<LiftBin>,
}

/// One part of a [`Lift`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LiftBin {
    /// Rows in the part.
    pub rows: f64,
    /// Positive rows in the part.
    pub positives: f64,
    /// The share of positives in the part, over that in all rows.
    pub lift: f64,
    /// The positives in this part and those above, as a share of all positives (the gains curve).
    pub cumulative_share: f64,
    /// The lift of this part and those above together.
    pub cumulative_lift: f64,
}

impl Lift {
    /// The lift in so many parts of equal size, the highest scores first. Ten are usual.
    ///
    /// # Errors
    /// `parts` outside 1 to the number of rows; labels and scores of different length; a score that is not
    /// finite; labels of one class only.
    ///
    /// # Complexity
    /// O(n log n) time.
    pub fn of(labels: &[bool], scores: &[f64], parts: usize) -> Result<Lift> {
        check_scores("Lift", labels, scores)?;
        let positives = both_classes("Lift", labels)? as f64;
        let n = labels.len();
        if parts == 0 || parts > n {
            return invalid_parameter("Lift", "parts", format!("from 1 to the number of rows, {n}"), parts);
        }
        let found = positives_in(&ties_from_the_top(labels, scores), n, parts);
        let rate = positives / n as f64;
        let (mut rows_so_far, mut positives_so_far) = (0.0, 0.0);
        let bins = found
            .into_iter()
            .map(|(rows, positive)| {
                rows_so_far += rows;
                positives_so_far += positive;
                LiftBin {
                    rows,
                    positives: positive,
                    lift: positive / rows / rate,
                    cumulative_share: positives_so_far / positives,
                    cumulative_lift: positives_so_far / rows_so_far / rate,
                }
            })
            .collect();
        Ok(Lift { bins })
    }

    /// The parts, the highest scores first.
    pub fn bins(&self) -> &[LiftBin] {
        &self.bins
    }

    /// The lift of the part with the highest scores.
    pub fn top(&self) -> f64 {
        self.bins.first().map_or(1.0, |bin| bin.lift)
    }
}

/// Rows and expected positives of each part. Whole rows go to parts whose sizes differ by one at most.
fn positives_in(ties: &[(usize, usize)], n: usize, parts: usize) -> Vec<(f64, f64)> {
    let mut ties = ties.iter().copied();
    let (mut left, mut share) = (0, 0.0);
    (0..parts)
        .map(|part| {
            let end = |part: usize| (part as u128 * n as u128 / parts as u128) as usize;
            let rows = end(part + 1) - end(part);
            let (mut wanted, mut positives) = (rows, 0.0);
            while wanted > 0 {
                if left == 0 {
                    let Some((rows, positive)) = ties.next() else { break };
                    (left, share) = (rows, positive as f64 / rows as f64);
                }
                let taken = wanted.min(left);
                positives += taken as f64 * share;
                wanted -= taken;
                left -= taken;
            }
            (rows as f64, positives)
        })
        .collect()
}

impl ToTable for Lift {
    fn to_table(&self) -> Table {
        let column =
            |name: &str, get: fn(&LiftBin) -> f64| Column::floats(name, self.bins.iter().map(get).collect());
        Table::of(
            "lift",
            vec![
                Column::ints("part", (1..=self.bins.len() as i64).collect()),
                column("rows", |bin| bin.rows),
                column("positives", |bin| bin.positives),
                column("lift", |bin| bin.lift),
                column("cumulative_share", |bin| bin.cumulative_share),
                column("cumulative_lift", |bin| bin.cumulative_lift),
            ],
        )
    }
}
