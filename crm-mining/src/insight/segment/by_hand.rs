//! Segments by hand: ordered rules, the top share, and the scores and tiers of customer value.

use super::condition::{Condition, all_of};
use super::segmented::{AboutSegment, NamedSegments};
use crate::data::Features;
use crate::error::{ErrorKind, Result, invalid_parameter};
use crate::insight::{RfmCell, RfmCells, RfmScores, RfmSegment, Tiers, ValueTier};
use serde::{Deserialize, Serialize};

/// Named segments by ordered rules: a customer is in the segment of the first rule whose conditions all hold,
/// and in the one for others when none does.
///
/// A name may stand at several rules: then any of them leads there. The rules are plain data of serde, so that
/// saved ones give the same segments everywhere. What a decision tree found in learnt segments can be made
/// into rules: [`SegmentReport::rules`](super::SegmentReport::rules).
///
/// | setting | meaning | default |
/// |---|---|---|
/// | `rules` | names and conditions, in the order in which they are asked | none |
/// | `other` | the segment of those whom no rule takes | `other` |
///
/// # Errors
/// `apply`: no rule; a bound that is not a number; a feature that is not there.
///
/// # Complexity
/// O(rows · conditions).
///
/// # Example
/// ```
/// use crm_mining::data::Features;
/// use crm_mining::insight::{Condition, SegmentRules, Segmented};
///
/// let features = Features::new(["recency", "monetary"], vec![5.0, 900.0, 8.0, 20.0, 300.0, 950.0])?;
/// let segments = SegmentRules::new()
///     .segment("vip", [Condition::at_most("recency", 31.0), Condition::at_least("monetary", 500.0)])
///     .segment("win back", [Condition::at_least("monetary", 500.0)])
///     .apply(&features)?;
/// assert_eq!(segments.names(), ["vip", "win back", "other"]);
/// assert_eq!(segments.labels(), [0, 2, 1]);
/// assert_eq!(segments.about()[0].description, "recency <= 31 and monetary >= 500");
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SegmentRules {
    /// Names and conditions, in the order in which they are asked.
    pub rules: Vec<NamedRule>,
    /// The segment of those whom no rule takes.
    pub other: String,
}

/// Conditions that lead into a segment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NamedRule {
    /// The segment.
    pub segment: String,
    /// What must hold, all of it.
    pub conditions: Vec<Condition>,
}

impl Default for SegmentRules {
    fn default() -> Self {
        SegmentRules { rules: Vec::new(), other: "other".to_owned() }
    }
}

impl SegmentRules {
    /// No rules yet.
    pub fn new() -> SegmentRules {
        SegmentRules::default()
    }

    /// With one rule more, asked after those before.
    pub fn segment(
        mut self,
        name: impl Into<String>,
        conditions: impl IntoIterator<Item = Condition>,
    ) -> Self {
        self.rules.push(NamedRule { segment: name.into(), conditions: conditions.into_iter().collect() });
        self
    }

    /// Sets [`SegmentRules::other`].
    pub fn other(mut self, name: impl Into<String>) -> Self {
        self.other = name.into();
        self
    }

    /// The segment of each row: one for each name, in the order of their first rules, and behind them the one
    /// of others where it has a name of its own. Also those are named that nobody is in.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameter`]; [`ErrorKind::MissingColumn`].
    pub fn apply(&self, features: &Features) -> Result<NamedSegments> {
        if self.rules.is_empty() {
            return invalid_parameter("SegmentRules", "rules", "one rule at least", 0);
        }
        let mut about: Vec<AboutSegment> = Vec::new();
        let mut rules = Vec::with_capacity(self.rules.len());
        for rule in &self.rules {
            let text = all_of(&rule.conditions);
            let segment = match about.iter_mut().position(|of| of.name == rule.segment) {
                Some(place) => {
                    let of = about.get_mut(place);
                    of.into_iter().for_each(|of| of.description = format!("{}; or {text}", of.description));
                    place
                }
                None => {
                    about.push(AboutSegment::new(&rule.segment, &rule.segment, text));
                    about.len() - 1
                }
            };
            rules.push((segment as u32, placed(&rule.conditions, features)?));
        }
        let other = about.iter().position(|of| of.name == self.other).unwrap_or(about.len());
        if other == about.len() {
            about.push(AboutSegment::new(&self.other, &self.other, "none of the other rules"));
        }
        let of_row = |row: &[f64]| {
            let holds = |(feature, condition): &(usize, &Condition)| {
                row.get(*feature).is_some_and(|&value| condition.holds(value))
            };
            let first = rules.iter().find(|(_, conditions)| conditions.iter().all(holds));
            first.map_or(other as u32, |(segment, _)| *segment)
        };
        let labels = features.rows().map(of_row).collect();
        NamedSegments::of(about, labels, features.customers().cloned())
    }
}

/// The conditions and where their features stand.
pub(super) fn placed<'a>(
    conditions: &'a [Condition],
    features: &Features,
) -> Result<Vec<(usize, &'a Condition)>> {
    let place = |condition: &'a Condition| {
        if condition.bound.is_nan() {
            return invalid_parameter("SegmentRules", "bound", "a number", condition.bound);
        }
        Ok((feature_place(features, &condition.feature)?, condition))
    };
    conditions.iter().map(place).collect()
}

/// The position of a feature.
pub(super) fn feature_place(features: &Features, name: &str) -> Result<usize> {
    features.names().iter().position(|other| other == name).ok_or_else(|| {
        let found = features.names().to_vec();
        ErrorKind::MissingColumn { table: "Features".into(), column: name.to_owned(), found }.into()
    })
}

impl NamedSegments {
    /// The best `share` of the customers by one feature, and the others. One is among the best while the share
    /// of customers with more is below `share`; so those with equal values stand together.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameter`] for a share outside 0 to 1; [`ErrorKind::MissingColumn`].
    ///
    /// ```
    /// use crm_mining::{data::Features, insight::NamedSegments};
    ///
    /// let features = Features::new(["spend"], vec![5.0, 80.0, 7.0, 8.0, 6.0])?;
    /// let segments = NamedSegments::top_share(&features, "spend", 0.2)?;
    /// assert_eq!((segments.name_of(1), segments.sizes()), (Some("top 20 % by spend"), vec![1, 4]));
    /// # Ok::<(), crm_mining::Error>(())
    /// ```
    pub fn top_share(features: &Features, feature: &str, share: f64) -> Result<NamedSegments> {
        if !(0.0..=1.0).contains(&share) {
            return invalid_parameter("NamedSegments::top_share", "share", "from 0 to 1", share);
        }
        let place = feature_place(features, feature)?;
        let mut values: Vec<f64> = features.column(place).collect();
        values.sort_unstable_by(f64::total_cmp);
        let n = values.len() as f64;
        // Shares such as 0.3 of 10 customers are not quite a whole number.
        let is_top = |value: f64| {
            let more = values.len() - values.partition_point(|other| *other <= value);
            (more as f64) < share * n * (1.0 - 1e-12)
        };
        let percent = (share * 1e4).round() / 1e2;
        let about = vec![
            AboutSegment::new(
                format!("top {percent} % by {feature}"),
                format!("{feature}前{percent}%客户"),
                format!("fewer than {percent} % of the customers have more {feature}"),
            ),
            AboutSegment::new("others", "其他客户", "everyone else"),
        ];
        let labels = features.column(place).map(|value| u32::from(!is_top(value))).collect();
        NamedSegments::of(about, labels, features.customers().cloned())
    }
}

/// The segments that somebody is in, of all there are, by the place of each customer's.
fn occurring<T: PartialEq>(
    all: &[T],
    of: &[T],
    about: impl Fn(&T) -> AboutSegment,
    customers: &crate::data::Keys,
) -> NamedSegments {
    let place = |each: &T| all.iter().position(|other| other == each).unwrap_or(0) as u32;
    let labels = of.iter().map(place).collect();
    NamedSegments { customers: Some(customers.clone()), labels, about: all.iter().map(about).collect() }
        .occurring()
}

impl From<&RfmScores> for NamedSegments {
    /// The segments of recency and frequency scores that somebody is in.
    fn from(scores: &RfmScores) -> NamedSegments {
        let about = |of: &RfmSegment| AboutSegment::new(of.name(), of.name_zh(), of.meaning());
        occurring(&RfmSegment::ALL, scores.segment(), about, scores.customers())
    }
}

impl From<&RfmCells> for NamedSegments {
    /// The cells of high and low that somebody is in.
    fn from(cells: &RfmCells) -> NamedSegments {
        let about = |of: &RfmCell| AboutSegment::new(of.name(), of.name_zh(), "");
        occurring(&RfmCell::ALL, cells.cells(), about, cells.customers())
    }
}

impl From<&Tiers> for NamedSegments {
    /// The value tiers that somebody is in.
    fn from(tiers: &Tiers) -> NamedSegments {
        let about = |of: &ValueTier| AboutSegment::new(of.name(), of.name_zh(), "");
        occurring(&ValueTier::ALL, tiers.tiers(), about, tiers.customers())
    }
}
