//! What would move a customer into the next better segment.

use super::by_hand::feature_place;
use super::condition::{Condition, plain};
use super::describe::short;
use super::report::SegmentReport;
use super::words::Known;
use crate::data::Features;
use crate::error::Result;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Which way a feature can be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// To higher values.
    Up,
    /// To lower values.
    Down,
    /// To either.
    Either,
}

/// A feature that can be changed, and which way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lever {
    /// The feature.
    pub feature: String,
    /// Which way.
    pub direction: Direction,
}

impl Lever {
    /// A feature that can be changed so.
    pub fn new(feature: impl Into<String>, direction: Direction) -> Lever {
        Lever { feature: feature.into(), direction }
    }
}

/// For each feature which way it can be changed, if at all.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Levers(Vec<Option<Direction>>);

impl Levers {
    pub(super) fn new(levers: &[Lever], features: &Features) -> Result<Levers> {
        if levers.is_empty() {
            let usual = |name: &String| match Known::of(name) {
                Some(Known::Recency) => Direction::Down,
                Some(Known::Frequency | Known::Monetary) => Direction::Up,
                None => Direction::Either,
            };
            return Ok(Levers(features.names().iter().map(|name| Some(usual(name))).collect()));
        }
        let mut of = vec![None; features.n_features()];
        for lever in levers {
            let place = feature_place(features, &lever.feature)?;
            of.get_mut(place).into_iter().for_each(|of| *of = Some(lever.direction));
        }
        Ok(Levers(of))
    }

    /// Whether a value of a feature can be brought to meet a condition.
    fn allow(&self, feature: usize, condition: &Condition) -> bool {
        let less = condition.comparison.asks_for_less();
        match self.0.get(feature).copied().flatten() {
            Some(Direction::Up) => !less,
            Some(Direction::Down) => less,
            Some(Direction::Either) => true,
            None => false,
        }
    }
}

/// The smallest change that leads a customer into a better segment by one of its rules.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StepUp {
    /// The segment it leads into.
    pub to: usize,
    /// Its name.
    pub to_name: String,
    /// What has to change; empty where the rules already count the customer there.
    pub changes: Vec<Change>,
    /// The sum of the changes, each in standard deviations of its feature (of its logarithm where it leans
    /// right).
    pub effort: f64,
    /// The share of those who meet the rule that are of the better segment.
    pub precision: f64,
}

/// A feature that has to change.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// The value now.
    pub from: f64,
    /// What must hold.
    pub to: Condition,
}

impl fmt::Display for StepUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let change = |Change { from, to }: &Change| {
            format!("{} from {} to {} {}", to.feature, short(*from), to.comparison.sign(), plain(to.bound))
        };
        let changes: Vec<String> = self.changes.iter().map(change).collect();
        let changes = if changes.is_empty() { "nothing to change".to_owned() } else { changes.join(", ") };
        write!(f, "{changes}: into {}", self.to_name)
    }
}

impl SegmentReport {
    /// The smallest change that leads a customer of these values, now in `segment`, into the next better one;
    /// where no rule of it can be met by the levers, into the next that can. `None` from the best segment, when
    /// it is not known which is better, for a segment that is not there or values not one per feature.
    ///
    /// A change is measured in standard deviations, of the logarithm for features that lean right, and changes of
    /// several features are added.
    pub fn step_up(&self, values: &[f64], segment: usize) -> Option<StepUp> {
        if values.len() != self.feature_names.len() {
            return None;
        }
        let (now, _) = self.order.iter().find(|(_, place)| *place == segment)?;
        let better = self.order.iter().filter(|(rank, _)| rank > now);
        better.map(|&(_, place)| self.into(values, place)).find(Option::is_some).flatten()
    }

    /// The smallest change that leads into this segment.
    fn into(&self, values: &[f64], to: usize) -> Option<StepUp> {
        let segment = self.segments.get(to)?;
        let mut best: Option<StepUp> = None;
        for rule in &segment.rules {
            let (mut changes, mut effort, mut possible) = (Vec::new(), 0.0, true);
            for condition in &rule.conditions {
                let feature = self.feature_names.iter().position(|name| *name == condition.feature)?;
                let from = *values.get(feature)?;
                if condition.holds(from) {
                    continue;
                }
                possible &= self.levers.allow(feature, condition);
                let prepared = |value| self.preparation.value(feature, value);
                effort += (prepared(condition.bound) - prepared(from)).abs();
                changes.push(Change { from, to: condition.clone() });
            }
            if possible && best.as_ref().is_none_or(|best| effort < best.effort) {
                let (to_name, precision) = (segment.name.clone(), rule.precision);
                best = Some(StepUp { to, to_name, changes, effort, precision });
            }
        }
        best
    }
}
