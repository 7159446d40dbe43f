//! Which segment of one month is which of the next.

use super::Segments;
use super::model::SegmentModel;
use super::segmented::Segmented;
use crate::data::{Column, Keys, Table, ToTable};
use crate::error::{ErrorKind, Result};
use crate::insight::Migration;
use crate::learn::NOISE;
use crate::math::assignment::assign;
use serde::{Deserialize, Serialize};
use std::fmt;

/// By what segments of two days are matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchBy {
    /// The distance of their centers: the same kind of customers.
    Centers,
    /// The customers that they share: the same customers.
    Customers,
}

/// Two segments that go together.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MatchedPair {
    /// The segment before.
    pub before: usize,
    /// The segment after.
    pub after: usize,
    /// How far they are apart: by centers their distance, in logged and standardized units of before; by
    /// customers 1 less the Jaccard index, so from 0 (the same customers) to 1 (none in common).
    pub cost: f64,
}

/// Segments of two days, matched one to one so that the costs of the pairs are least in sum.
///
/// As many pairs are made as the day of fewer segments allows, however far apart: look at
/// [`MatchedPair::cost`]. What is left over on either side is new or gone.
///
/// # Errors
/// By centers, [`ErrorKind::FeatureMismatch`] where the features differ; by customers,
/// [`ErrorKind::NotEnoughData`] where no customer with a key is in a segment on both days.
///
/// # Complexity
/// O(n) for the customers on both days, and O(s³) for s segments.
///
/// # Reference
/// R. Jonker and A. Volgenant (1987), A shortest augmenting path algorithm for dense and sparse linear
/// assignment problems, Computing 38.
///
/// # Example
/// ```
/// use crm_mining::data::Keys;
/// use crm_mining::insight::{NamedSegments, SegmentMatch};
///
/// let customers: Keys = ["a", "b", "c", "d"].into_iter().collect();
/// let before = NamedSegments::new(["gold", "tin"], vec![0, 0, 1, 1])?.of_customers(customers.clone())?;
/// let after = NamedSegments::new(["x", "y", "z"], vec![1, 1, 0, 2])?.of_customers(customers)?;
/// let matched = SegmentMatch::by_customers(&before, &after)?;
/// assert_eq!((matched.after(0), matched.after(1)), (Some(1), Some(0)));
/// assert_eq!(matched.appeared(), [2]);
/// let moved = matched.migration(&before, &after)?;
/// assert_eq!(moved.states(), ["gold", "tin", "new: z"]);
/// assert_eq!(moved.probability(1, 2), Some(0.5));
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SegmentMatch {
    by: MatchBy,
    pairs: Vec<MatchedPair>,
    names: [Vec<String>; 2],
}

/// Matches the segments of one day with those of another.
///
/// # Errors
/// See [`SegmentMatch`].
pub fn match_segments(before: &Segments, after: &Segments, by: MatchBy) -> Result<SegmentMatch> {
    match by {
        MatchBy::Centers => SegmentMatch::by_centers(before.without_customers(), after.without_customers()),
        MatchBy::Customers => SegmentMatch::by_customers(before, after),
    }
}

impl SegmentMatch {
    /// By the distance of the centers. Last month's segments may be a saved model.
    ///
    /// # Errors
    /// [`ErrorKind::FeatureMismatch`].
    pub fn by_centers(before: &SegmentModel, after: &SegmentModel) -> Result<SegmentMatch> {
        if before.feature_names() != after.feature_names() {
            let (expected, got) = (before.feature_names().to_vec(), after.feature_names().to_vec());
            return Err(ErrorKind::FeatureMismatch { of: "SegmentMatch", expected, got }.into());
        }
        let width = before.feature_names().len().max(1);
        let there: Vec<Vec<f64>> = (0..after.k())
            .map(|segment| {
                let raw = after.center(segment).unwrap_or_default();
                (0..).zip(raw).map(|(feature, raw)| before.preparation.value(feature, raw)).collect()
            })
            .collect();
        let distance = |here: &[f64], there: &Vec<f64>| {
            let squares: f64 = here.iter().zip(there).map(|(a, b)| (a - b) * (a - b)).sum();
            // Costs beyond all measure stay finite and the greatest.
            squares.sqrt().min(f64::MAX.sqrt())
        };
        let costs: Vec<Vec<f64>> = before
            .centers
            .chunks_exact(width)
            .map(|here| there.iter().map(|there| distance(here, there)).collect())
            .collect();
        let names = |model: &SegmentModel| model.segments().iter().map(|of| of.name.clone()).collect();
        Ok(SegmentMatch::of(MatchBy::Centers, &costs, [names(before), names(after)]))
    }

    /// By the customers that are in a segment on both days.
    ///
    /// # Errors
    /// [`ErrorKind::NotEnoughData`].
    pub fn by_customers(before: &impl Segmented, after: &impl Segmented) -> Result<SegmentMatch> {
        let (here, there) = (in_segments(before)?, in_segments(after)?);
        let (union, mine, theirs) = here.0.union(&there.0);
        let mut of: Vec<[Option<u32>; 2]> = vec![[None; 2]; union.len()];
        for (side, (places, labels)) in [(mine, here.1), (theirs, there.1)].into_iter().enumerate() {
            for (place, label) in places.into_iter().zip(labels) {
                let slot = of.get_mut(place as usize).and_then(|of| of.get_mut(side));
                slot.into_iter().for_each(|of| *of = Some(label));
            }
        }
        let (before, after) = (before.names(), after.names());
        let mut both = vec![vec![0_u32; after.len()]; before.len()];
        for of in of {
            if let [Some(from), Some(to)] = of {
                let cell = both.get_mut(from as usize).and_then(|row| row.get_mut(to as usize));
                cell.into_iter().for_each(|count| *count += 1);
            }
        }
        let row_sums: Vec<u32> = both.iter().map(|row| row.iter().sum()).collect();
        let column_sum = |to: usize| both.iter().filter_map(|row| row.get(to)).sum::<u32>();
        let column_sums: Vec<u32> = (0..after.len()).map(column_sum).collect();
        if row_sums.iter().sum::<u32>() == 0 {
            let (of, unit) = ("SegmentMatch", "customers in segments on both days");
            return Err(ErrorKind::NotEnoughData { of, needed: 1, unit, got: 0 }.into());
        }
        let cost = |shared: u32, a: u32, b: u32| match a + b - shared {
            0 => 1.0,
            union => 1.0 - f64::from(shared) / f64::from(union),
        };
        let costs: Vec<Vec<f64>> = both
            .iter()
            .zip(&row_sums)
            .map(|(row, &a)| row.iter().zip(&column_sums).map(|(&shared, &b)| cost(shared, a, b)).collect())
            .collect();
        let owned = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect();
        Ok(SegmentMatch::of(MatchBy::Customers, &costs, [owned(before), owned(after)]))
    }

    fn of(by: MatchBy, costs: &[Vec<f64>], names: [Vec<String>; 2]) -> SegmentMatch {
        let pair = |(before, (after, row)): (usize, (Option<usize>, &Vec<f64>))| {
            let after = after?;
            Some(MatchedPair { before, after, cost: *row.get(after)? })
        };
        let pairs = assign(costs).into_iter().zip(costs).enumerate().filter_map(pair).collect();
        SegmentMatch { by, pairs, names }
    }

    /// By what they were matched.
    pub fn by(&self) -> MatchBy {
        self.by
    }

    /// The pairs, in the order of the segments before.
    pub fn pairs(&self) -> &[MatchedPair] {
        &self.pairs
    }

    /// The segment after that goes with one before.
    pub fn after(&self, before: usize) -> Option<usize> {
        self.pairs.iter().find(|pair| pair.before == before).map(|pair| pair.after)
    }

    /// The segment before that goes with one after.
    pub fn before(&self, after: usize) -> Option<usize> {
        self.pairs.iter().find(|pair| pair.after == after).map(|pair| pair.before)
    }

    fn names_of(&self, side: usize) -> &[String] {
        self.names.get(side).map_or(&[], Vec::as_slice)
    }

    /// The segments before that none after goes with.
    pub fn disappeared(&self) -> Vec<usize> {
        (0..self.names_of(0).len()).filter(|&before| self.after(before).is_none()).collect()
    }

    /// The segments after that none before goes with.
    pub fn appeared(&self) -> Vec<usize> {
        (0..self.names_of(1).len()).filter(|&after| self.before(after).is_none()).collect()
    }

    /// These must be the segments matched.
    pub(super) fn expect(&self, before: &[&str], after: &[&str]) -> Result<()> {
        for (given, side) in [(before, 0), (after, 1)] {
            if given != self.names_of(side) {
                let (a, b) = (format!("{:?}", self.names_of(side)), format!("{given:?}"));
                return Err(ErrorKind::Incompatible { of: "SegmentMatch", what: "segments", a, b }.into());
            }
        }
        Ok(())
    }

    /// How many customers moved from each segment to each, with standard errors. A segment after has the name
    /// of the one before that it goes with; one that appeared is called `new:` and its own name. Customers in
    /// no segment count as not there.
    ///
    /// # Errors
    /// [`ErrorKind::NotEnoughData`] where customers have no keys; [`ErrorKind::Incompatible`] for other
    /// segments than those matched.
    pub fn migration(&self, before: &impl Segmented, after: &impl Segmented) -> Result<Migration> {
        self.expect(&before.names(), &after.names())?;
        let n_before = self.names_of(0).len();
        let old = self.names_of(0).iter().cloned();
        let new = self.appeared().into_iter().filter_map(|of| self.names_of(1).get(of));
        let states: Vec<State> =
            old.chain(new.map(|name| format!("new: {name}"))).enumerate().map(|(a, b)| State(a, b)).collect();
        let state = |place: usize| states.get(place).cloned().unwrap_or(State(place, String::new()));
        let appeared = self.appeared();
        let of_after = |label: u32| {
            let label = label as usize;
            let new = || n_before + appeared.iter().position(|&of| of == label).unwrap_or(0);
            state(self.before(label).unwrap_or_else(new))
        };
        let (here, there) = (in_segments(before)?, in_segments(after)?);
        let from: Vec<State> = here.1.iter().map(|&label| state(label as usize)).collect();
        let to: Vec<State> = there.1.iter().map(|&label| of_after(label)).collect();
        Migration::among(&states, (&here.0, &from), (&there.0, &to))
    }
}

/// A state of the migration: its place, by which it is sorted, and its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct State(usize, String);

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.1)
    }
}

/// The customers who are in a segment, and in which.
fn in_segments(segments: &impl Segmented) -> Result<(Keys, Vec<u32>)> {
    let Some(customers) = segments.customers() else {
        let (of, unit) = ("SegmentMatch", "customers with keys");
        return Err(ErrorKind::NotEnoughData { of, needed: 1, unit, got: 0 }.into());
    };
    let labelled = (0..).zip(segments.labels()).filter(|(_, label)| **label != NOISE);
    let (places, labels): (Vec<u32>, Vec<u32>) = labelled.unzip();
    Ok((customers.select(&places), labels))
}

impl ToTable for SegmentMatch {
    /// One row per pair, and one for each segment that appeared or disappeared.
    fn to_table(&self) -> Table {
        let paired = self.pairs.iter().map(|pair| (Some(pair.before), Some(pair.after), pair.cost));
        let gone = self.disappeared().into_iter().map(|before| (Some(before), None, f64::NAN));
        let new = self.appeared().into_iter().map(|after| (None, Some(after), f64::NAN));
        let rows: Vec<(Option<usize>, Option<usize>, f64)> = paired.chain(gone).chain(new).collect();
        let name = |side: usize, of: Option<usize>| self.names_of(side).get(of?);
        Table::of(
            "segment_match",
            vec![
                Column::text("before", rows.iter().map(|(before, _, _)| name(0, *before))),
                Column::text("after", rows.iter().map(|(_, after, _)| name(1, *after))),
                Column::floats("cost", rows.iter().map(|(_, _, cost)| *cost).collect()),
            ],
        )
    }
}
