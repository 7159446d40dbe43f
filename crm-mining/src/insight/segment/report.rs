//! The explained segments, as text and as tables.

use super::by_hand::SegmentRules;
use super::condition::{Condition, all_of};
use super::describe::short;
use super::effects::FeatureEffect;
use super::step_up::{Levers, StepUp};
use crate::data::{Column, Features, Table, ToTable};
use crate::feature::Prepared;
use serde::Serialize;
use std::fmt;

/// A rule by which one comes into a segment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SegmentRule {
    /// What must hold, all of it.
    pub conditions: Vec<Condition>,
    /// Customers who meet it, of any segment.
    pub customers: usize,
    /// The share of the segment that meets it.
    pub coverage: f64,
    /// The share of those who meet it that are of the segment.
    pub precision: f64,
}

impl fmt::Display for SegmentRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&all_of(&self.conditions))
    }
}

/// A customer near the center of a segment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TypicalCustomer {
    /// The row of the features.
    pub row: usize,
    /// The customer, when known.
    pub key: Option<String>,
    /// The features.
    pub values: Vec<f64>,
}

/// One segment, explained.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExplainedSegment {
    /// Its number, as in the labels.
    pub index: usize,
    /// Its name, as the segments call it.
    pub name: String,
    /// A short name from its strongest effects; empty where nobody is in it.
    pub suggested_name: String,
    /// The same in Chinese.
    pub suggested_name_zh: String,
    /// Customers.
    pub size: usize,
    /// Customers as a share of all.
    pub share: f64,
    /// What they bring together, where it is known.
    pub revenue: Option<f64>,
    /// That as a share of all; `None` where all bring nothing.
    pub revenue_share: Option<f64>,
    /// That per customer.
    pub revenue_per_customer: Option<f64>,
    /// Each feature beside all customers; empty where nobody is in the segment.
    pub effects: Vec<FeatureEffect>,
    /// How one comes into it, the rule of most coverage first.
    pub rules: Vec<SegmentRule>,
    /// Its most typical customers, the nearest to the center first.
    pub typical: Vec<TypicalCustomer>,
    /// What would move the most typical customer into the next better segment.
    pub step_up: Option<StepUp>,
}

impl ExplainedSegment {
    /// The effects by the size of Cliff's δ, the largest first.
    pub fn strongest(&self) -> Vec<&FeatureEffect> {
        let mut effects: Vec<&FeatureEffect> = self.effects.iter().collect();
        effects.sort_by(|a, b| b.cliffs_delta.abs().total_cmp(&a.cliffs_delta.abs()));
        effects
    }
}

/// Explained segments. Made by [`ExplainSegments`](super::ExplainSegments); shows itself as text.
///
/// It names single customers (the typical ones, with their values): treat it as data of customers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SegmentReport {
    pub(super) n_customers: usize,
    pub(super) fidelity: f64,
    pub(super) feature_names: Vec<String>,
    pub(super) segments: Vec<ExplainedSegment>,
    #[serde(skip)]
    pub(super) leaves: Vec<(usize, Vec<Condition>)>,
    /// What decides which segment is better, and the segment; the worst first.
    #[serde(skip)]
    pub(super) order: Vec<(f64, usize)>,
    #[serde(skip)]
    pub(super) preparation: Prepared,
    #[serde(skip)]
    pub(super) levers: Levers,
}

impl SegmentReport {
    /// A report that names the segments and says nothing of them yet.
    pub(super) fn new(
        features: &Features,
        names: &[&str],
        preparation: Prepared,
        levers: Levers,
    ) -> SegmentReport {
        let segment = |(index, name): (usize, &&str)| ExplainedSegment {
            index,
            name: (*name).to_owned(),
            suggested_name: String::new(),
            suggested_name_zh: String::new(),
            size: 0,
            share: 0.0,
            revenue: None,
            revenue_share: None,
            revenue_per_customer: None,
            effects: Vec::new(),
            rules: Vec::new(),
            typical: Vec::new(),
            step_up: None,
        };
        SegmentReport {
            n_customers: features.n_rows(),
            fidelity: 0.0,
            feature_names: features.names().to_vec(),
            segments: names.iter().enumerate().map(segment).collect(),
            leaves: Vec::new(),
            order: Vec::new(),
            preparation,
            levers,
        }
    }

    /// The segments, in the order of their numbers.
    pub fn segments(&self) -> &[ExplainedSegment] {
        &self.segments
    }

    /// Customers explained, those in no segment among them.
    pub fn n_customers(&self) -> usize {
        self.n_customers
    }

    /// The share of customers for whom the decision tree names the segment that they are in.
    pub fn fidelity(&self) -> f64 {
        self.fidelity
    }

    /// The segments from the worst to the best, where it is known which is better.
    pub fn worst_to_best(&self) -> Vec<usize> {
        self.order.iter().map(|(_, segment)| *segment).collect()
    }

    /// The decision tree as rules to be applied to any customers: they need no center and no scaling. They name
    /// the segments as they were called, and agree with them for a share [`SegmentReport::fidelity`]. A segment
    /// that no leaf names has none; a customer without a segment is in `other`, and so are values between
    /// whole numbers of features that held whole numbers only.
    pub fn rules(&self) -> SegmentRules {
        let named = self.leaves.iter().filter_map(|(class, conditions)| {
            Some((self.segments.get(*class)?.name.as_str(), conditions.clone()))
        });
        named.fold(SegmentRules::new(), |rules, (name, conditions)| rules.segment(name, conditions))
    }

    /// Every feature of every segment, one row each.
    pub fn effects_table(&self) -> Table {
        let rows = || self.segments.iter().flat_map(|of| of.effects.iter().map(move |effect| (of, effect)));
        let floats = |name: &str, of: fn(&FeatureEffect) -> f64| {
            Column::floats(name, rows().map(|(_, effect)| of(effect)).collect())
        };
        Table::of(
            "segment_effects",
            vec![
                Column::text("segment", rows().map(|(of, _)| Some(&of.name))),
                Column::text("feature", rows().map(|(_, effect)| Some(&effect.feature))),
                floats("mean", |effect| effect.mean),
                floats("median", |effect| effect.median),
                floats("base_mean", |effect| effect.base_mean),
                floats("base_median", |effect| effect.base_median),
                floats("cohens_d", |effect| effect.cohens_d.unwrap_or(f64::NAN)),
                floats("cliffs_delta", |effect| effect.cliffs_delta),
            ],
        )
    }

    /// Every rule of every segment, one row each.
    pub fn rules_table(&self) -> Table {
        let rows = || self.segments.iter().flat_map(|of| of.rules.iter().map(move |rule| (of, rule)));
        Table::of(
            "segment_rules",
            vec![
                Column::text("segment", rows().map(|(of, _)| Some(&of.name))),
                Column::text("rule", rows().map(|(_, rule)| Some(rule.to_string()))),
                Column::ints("customers", rows().map(|(_, rule)| rule.customers as i64).collect()),
                Column::floats("coverage", rows().map(|(_, rule)| rule.coverage).collect()),
                Column::floats("precision", rows().map(|(_, rule)| rule.precision).collect()),
            ],
        )
    }
}

impl ToTable for SegmentReport {
    /// One row per segment, with its rule of most coverage.
    fn to_table(&self) -> Table {
        let segments = || self.segments.iter();
        let maybe = |name: &str, of: fn(&ExplainedSegment) -> Option<f64>| {
            Column::floats(name, segments().map(|segment| of(segment).unwrap_or(f64::NAN)).collect())
        };
        Table::of(
            "segment_report",
            vec![
                Column::ints("segment", segments().map(|segment| segment.index as i64).collect()),
                Column::text("name", segments().map(|segment| Some(&segment.name))),
                Column::text("suggested_name", segments().map(|segment| Some(&segment.suggested_name))),
                Column::text("suggested_name_zh", segments().map(|segment| Some(&segment.suggested_name_zh))),
                Column::ints("customers", segments().map(|segment| segment.size as i64).collect()),
                Column::floats("share", segments().map(|segment| segment.share).collect()),
                maybe("revenue", |segment| segment.revenue),
                maybe("revenue_share", |segment| segment.revenue_share),
                maybe("revenue_per_customer", |segment| segment.revenue_per_customer),
                Column::text(
                    "rule",
                    segments().map(|segment| segment.rules.first().map(SegmentRule::to_string)),
                ),
                maybe("coverage", |segment| segment.rules.first().map(|rule| rule.coverage)),
                maybe("precision", |segment| segment.rules.first().map(|rule| rule.precision)),
                Column::text(
                    "step_up",
                    segments().map(|segment| segment.step_up.as_ref().map(StepUp::to_string)),
                ),
            ],
        )
    }
}

impl fmt::Display for SegmentReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |share: f64| format!("{:.1} %", 100.0 * share);
        writeln!(
            f,
            "{} customers in {} segments; the rules name the segment of {}",
            self.n_customers,
            self.segments.len(),
            percent(self.fidelity)
        )?;
        for segment in &self.segments {
            write!(f, "\n{}. {}", segment.index + 1, segment.name)?;
            if segment.size == 0 {
                writeln!(f, ": nobody")?;
                continue;
            }
            writeln!(f, " ({} / {})", segment.suggested_name, segment.suggested_name_zh)?;
            write!(f, "   {} customers, {}", segment.size, percent(segment.share))?;
            if let Some(share) = segment.revenue_share {
                write!(f, "; {} of revenue", percent(share))?;
            }
            if let Some(each) = segment.revenue_per_customer {
                write!(f, "; {} each", short(each))?;
            }
            writeln!(f)?;
            for effect in segment.strongest() {
                let d = effect.cohens_d.map_or_else(|| "-".to_owned(), |d| format!("{d:.2}"));
                writeln!(
                    f,
                    "   {}: median {} (all {}), mean {} (all {}), delta {:.2}, d {d}",
                    effect.feature,
                    short(effect.median),
                    short(effect.base_median),
                    short(effect.mean),
                    short(effect.base_mean),
                    effect.cliffs_delta
                )?;
            }
            for rule in &segment.rules {
                let (covers, right) = (percent(rule.coverage), percent(rule.precision));
                writeln!(f, "   rule: {rule} (covers {covers}, right in {right})")?;
            }
            let name = |of: &TypicalCustomer| of.key.clone().unwrap_or_else(|| format!("row {}", of.row + 1));
            let typical: Vec<String> = segment.typical.iter().map(name).collect();
            if !typical.is_empty() {
                writeln!(f, "   typical: {}", typical.join(", "))?;
            }
            if let Some(step) = &segment.step_up {
                writeln!(f, "   next: {step}")?;
            }
        }
        Ok(())
    }
}
