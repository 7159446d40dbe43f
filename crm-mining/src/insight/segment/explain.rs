//! What segments are: figures, rules, typical customers, names, and the way to the next better one.

use super::by_hand::feature_place;
use super::condition::{Comparison, Condition};
use super::effects::Sorted;
use super::report::{ExplainedSegment, SegmentReport, SegmentRule, TypicalCustomer};
use super::segmented::{Segmented, expect_same_customers};
use super::step_up::{Lever, Levers};
use super::tree::{Ground, Leaf, grow};
use super::words::names;
use crate::data::Features;
use crate::error::{ErrorKind, Result, invalid_parameter};
use crate::feature::Preparation;
use crate::learn::NOISE;
use crate::math::Exact;
use crate::model::{Control, Fit, Predict};
use serde::{Deserialize, Serialize};

/// What each customer brings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Revenue<'a> {
    /// Not known.
    Unknown,
    /// This feature says it.
    Feature(&'a str),
    /// So much, one value per row.
    Values(&'a [f64]),
}

/// Explains segments, learnt or made by hand: what sets each apart, by which rules one comes into it, who is
/// typical of it, and what would move a customer into the next better one.
///
/// The features need not be those of the fit: any that say something of the customers serve, best in units that
/// people use. Every segment gets
///
/// - its size, share of customers and of revenue;
/// - each feature beside all customers and everyone else, by mean, median and two effect sizes
///   ([`FeatureEffect`](super::FeatureEffect));
/// - rules such as `recency <= 31 and frequency >= 6`, from one shallow decision tree for all segments, each
///   with its coverage (the share of the segment that meets it) and its precision (the share of those who meet
///   it that are of the segment). A segment that no leaf of the tree names gets the best node, by F1, of a tree
///   of its own against everyone else;
/// - the customers nearest to its center, in features of which those that lean right are logged and all are
///   standardized;
/// - a short name in English and in Chinese from its strongest effects, no two alike;
/// - for its most typical customer the smallest change that leads into the next better segment, by its rules
///   ([`StepUp`](super::StepUp)). Better is a segment of higher revenue per customer, or one that stands later in
///   `ordering`. Such a change says where the border runs, not that the customer would follow it.
///
/// | setting | meaning | default |
/// |---|---|---|
/// | `depth` | the most conditions of a rule, 1 to 8 | 4 |
/// | `min_share` | the least share of customers that meet a rule, 0 to 0.5 | 0.01 |
/// | `typical` | typical customers of each segment | 3 |
/// | `levers` | features that can be changed, and which way | all: recency down, orders and money up, others either way |
/// | `ordering` | names of all segments, the worst first | by revenue per customer |
///
/// # Errors
/// `explain`: a setting out of range; no row; labels or revenue that are not one per row; features of other customers
/// than the labels, where both know theirs; a feature or name that is not there; values of 1e140 or more in size; revenue that is
/// not finite, or of 2^60 or more in size.
///
/// # Complexity
/// Sorting each feature; O(rows · features) for each level of the tree, and once more for each segment that the
/// tree does not name.
///
/// # Reference
/// J. Cohen (1988), Statistical Power Analysis for the Behavioral Sciences; N. Cliff (1993), Dominance
/// statistics, Psychological Bulletin 114; L. Breiman and others (1984), Classification and Regression Trees.
///
/// # Example
/// ```
/// use crm_mining::{data::Features, insight::{ExplainSegments, NamedSegments, Revenue}};
///
/// let features = Features::new(
///     ["recency", "orders", "spend"],
///     vec![3.0, 9.0, 900.0, 5.0, 8.0, 700.0, 200.0, 1.0, 20.0, 230.0, 1.0, 30.0, 180.0, 2.0, 25.0],
/// )?;
/// let segments = NamedSegments::new(["a", "b"], vec![0, 0, 1, 1, 1])?;
/// let report = ExplainSegments::default().explain(&features, &segments, Revenue::Feature("spend"))?;
/// let [best, others] = report.segments() else { unreachable!() };
/// assert_eq!(best.rules[0].to_string(), "recency <= 100");
/// assert_eq!((best.rules[0].coverage, best.rules[0].precision), (1.0, 1.0));
/// assert_eq!(best.suggested_name, "just bought, very frequent");
/// assert!((best.revenue_share.unwrap() - 1600.0 / 1675.0).abs() < 1e-12);
/// let step = others.step_up.as_ref().unwrap();
/// assert_eq!(step.to_string(), "recency from 200 to <= 100: into a");
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExplainSegments {
    /// The most conditions of a rule.
    pub depth: usize,
    /// The least share of customers that meet a rule.
    pub min_share: f64,
    /// Typical customers of each segment.
    pub typical: usize,
    /// Features that can be changed; all when empty.
    pub levers: Vec<Lever>,
    /// Names of all segments, the worst first; by revenue per customer when empty.
    pub ordering: Vec<String>,
}

impl Default for ExplainSegments {
    fn default() -> Self {
        ExplainSegments { depth: 4, min_share: 0.01, typical: 3, levers: Vec::new(), ordering: Vec::new() }
    }
}

impl ExplainSegments {
    /// Sets [`ExplainSegments::depth`].
    pub fn depth(self, depth: usize) -> Self {
        ExplainSegments { depth, ..self }
    }

    /// Sets [`ExplainSegments::min_share`].
    pub fn min_share(self, min_share: f64) -> Self {
        ExplainSegments { min_share, ..self }
    }

    /// Sets [`ExplainSegments::typical`].
    pub fn typical(self, typical: usize) -> Self {
        ExplainSegments { typical, ..self }
    }

    /// Sets [`ExplainSegments::levers`].
    pub fn levers(self, levers: impl IntoIterator<Item = Lever>) -> Self {
        ExplainSegments { levers: levers.into_iter().collect(), ..self }
    }

    /// Sets [`ExplainSegments::ordering`].
    pub fn ordering<S: Into<String>>(self, names: impl IntoIterator<Item = S>) -> Self {
        ExplainSegments { ordering: names.into_iter().map(Into::into).collect(), ..self }
    }

    /// Explains the segments by the features of their customers, one row each in the order of the labels.
    ///
    /// # Errors
    /// See [`ExplainSegments`].
    pub fn explain(
        &self,
        features: &Features,
        segments: &impl Segmented,
        revenue: Revenue<'_>,
    ) -> Result<SegmentReport> {
        self.explain_with(features, segments, revenue, &Control::default())
    }

    /// As [`ExplainSegments::explain`]; stops when asked by `control`.
    ///
    /// # Errors
    /// See [`ExplainSegments`]; and the caller's wish to stop.
    pub fn explain_with(
        &self,
        features: &Features,
        segments: &impl Segmented,
        revenue: Revenue<'_>,
        control: &Control,
    ) -> Result<SegmentReport> {
        let names = segments.names();
        self.check(features, segments, &names)?;
        let levers = Levers::new(&self.levers, features)?;
        let preparation = Preparation::default().fit_with(features, control)?;
        let prepared = preparation.predict(features)?;
        let k = names.len();
        // Those who are in no segment are a class behind the last.
        let classes: Vec<u32> = segments.labels().iter().map(|&label| label.min(k as u32)).collect();
        let ground = Divided { sorted: Sorted::new(features), features, classes, k, control };
        let mut report = SegmentReport::new(features, &names, preparation, levers);
        self.tell_sizes(&ground, revenue, &mut report)?;
        self.tell_order(&mut report);
        control.check("segment effects")?;
        let effects = ground.sorted.effects(features.names(), &ground.classes, k);
        for (segment, effects) in report.segments.iter_mut().zip(effects) {
            segment.effects = if segment.size > 0 { effects } else { Vec::new() };
        }
        suggest_names(&mut report.segments);
        self.tell_rules(&ground, &mut report)?;
        self.tell_typical(&ground, &prepared, segments, &mut report);
        for place in 0..k {
            let segment = report.segments.get(place);
            let typical = segment.and_then(|segment| segment.typical.first()).map(|of| of.values.clone());
            let step = typical.and_then(|values| report.step_up(&values, place));
            report.segments.get_mut(place).into_iter().for_each(|of| of.step_up = step.clone());
        }
        Ok(report)
    }

    fn check(&self, features: &Features, segments: &impl Segmented, names: &[&str]) -> Result<()> {
        const OF: &str = "ExplainSegments";
        if !(1..=8).contains(&self.depth) {
            return invalid_parameter(OF, "depth", "from 1 to 8", self.depth);
        }
        if !(0.0..=0.5).contains(&self.min_share) {
            return invalid_parameter(OF, "min_share", "from 0 to 0.5", self.min_share);
        }
        expect_same_customers(OF, features, segments)?;
        if features.n_rows() == 0 {
            return Err(ErrorKind::NotEnoughData { of: OF, needed: 1, unit: "customers", got: 0 }.into());
        }
        let labels = segments.labels();
        if let Some(label) = labels.iter().find(|&&label| label != NOISE && label as usize >= names.len()) {
            let must_be = format!("below the number of names ({})", names.len());
            return invalid_parameter(OF, "labels", must_be, label);
        }
        let (mut asked, mut there): (Vec<&str>, Vec<&str>) =
            (self.ordering.iter().map(String::as_str).collect(), names.to_vec());
        asked.sort_unstable();
        there.sort_unstable();
        if !asked.is_empty() && asked != there {
            return invalid_parameter(OF, "ordering", format!("each of {names:?} once"), &self.ordering);
        }
        Ok(())
    }

    /// Customers and revenue of each segment.
    fn tell_sizes(
        &self,
        ground: &Divided<'_>,
        revenue: Revenue<'_>,
        report: &mut SegmentReport,
    ) -> Result<()> {
        let values: Option<Vec<f64>> = match revenue {
            Revenue::Unknown => None,
            Revenue::Feature(name) => {
                Some(ground.features.column(feature_place(ground.features, name)?).collect())
            }
            Revenue::Values(values) if values.len() == ground.classes.len() => Some(values.to_vec()),
            Revenue::Values(values) => {
                let (of, a, a_len) = ("ExplainSegments", "rows", ground.classes.len());
                let (b, b_len) = ("revenue", values.len());
                return Err(ErrorKind::LengthMismatch { of, a, a_len, b, b_len }.into());
            }
        };
        if let Some(row) = values.iter().flatten().position(|value| !value.is_finite()) {
            let (table, column, row) = ("ExplainSegments".into(), "revenue".into(), row as u64 + 1);
            let (must_be, got) = ("finite".into(), "infinity or no number".into());
            return Err(ErrorKind::InvalidValue { table, column, row, must_be, got }.into());
        }
        let mut sums = vec![Exact::ZERO; ground.k + 1];
        let mut total = Exact::ZERO;
        for (&class, &value) in ground.classes.iter().zip(values.iter().flatten()) {
            let value = Exact::new(value)?;
            total = total.checked_add(value)?;
            if let Some(sum) = sums.get_mut(class as usize) {
                *sum = sum.checked_add(value)?;
            }
        }
        let n = ground.classes.len();
        for (class, (segment, sum)) in report.segments.iter_mut().zip(&sums).enumerate() {
            segment.size = ground.classes.iter().filter(|&&other| other as usize == class).count();
            segment.share = segment.size as f64 / n as f64;
            if values.is_some() {
                segment.revenue = Some(sum.value());
                segment.revenue_share = (total.value() > 0.0).then(|| sum.value() / total.value());
                segment.revenue_per_customer = (segment.size > 0).then(|| sum.value() / segment.size as f64);
            }
        }
        Ok(())
    }

    /// The segments from the worst to the best; those that nobody is in, and all when it is not known which is
    /// better, are left out.
    fn tell_order(&self, report: &mut SegmentReport) {
        let segments = &report.segments;
        let rank = |segment: &ExplainedSegment| match self.ordering.is_empty() {
            true => segment.revenue_per_customer,
            false => self.ordering.iter().position(|name| *name == segment.name).map(|place| place as f64),
        };
        let mut ranked: Vec<(f64, usize)> = segments
            .iter()
            .filter(|segment| segment.size > 0)
            .filter_map(|segment| Some((rank(segment)?, segment.index)))
            .collect();
        ranked.sort_by(|a, b| a.0.total_cmp(&b.0));
        report.order = ranked;
    }

    /// The rules by which one comes into each segment.
    fn tell_rules(&self, ground: &Divided<'_>, report: &mut SegmentReport) -> Result<()> {
        let leaves = ground.tree(self, &ground.classes, ground.k + 1, false)?;
        let whole = ground.whole();
        let mut right = 0;
        for leaf in &leaves {
            let class = leaf.class();
            right += leaf.counts.get(class).copied().unwrap_or(0);
            report.leaves.push((class, conditions(leaf, ground.features.names(), &whole)));
            if let Some(segment) = report.segments.get_mut(class) {
                segment.rules.push(rule(leaf, class, segment.size, ground.features.names(), &whole));
            }
        }
        report.fidelity = right as f64 / ground.classes.len() as f64;
        for segment in report.segments.iter_mut().filter(|of| of.rules.is_empty() && of.size > 0) {
            let own: Vec<u32> =
                ground.classes.iter().map(|&class| u32::from(class as usize == segment.index)).collect();
            let f1 = |leaf: &Leaf| {
                2.0 * leaf.counts.get(1).copied().unwrap_or(0) as f64 / (leaf.size() + segment.size) as f64
            };
            // Of equals the first, which is the one of fewest conditions.
            let nodes = ground.tree(self, &own, 2, true)?;
            let best = nodes.iter().reduce(|a, b| if f1(b) > f1(a) { b } else { a });
            let found = best.map(|leaf| rule(leaf, 1, segment.size, ground.features.names(), &whole));
            segment.rules.extend(found);
        }
        for segment in &mut report.segments {
            segment.rules.sort_by(|a, b| b.coverage.total_cmp(&a.coverage));
        }
        Ok(())
    }

    /// The customers nearest to the center of each segment.
    fn tell_typical(
        &self,
        ground: &Divided<'_>,
        prepared: &Features,
        segments: &impl Segmented,
        report: &mut SegmentReport,
    ) {
        for segment in &mut report.segments {
            let members =
                || (0..).zip(&ground.classes).filter(|(_, class)| **class as usize == segment.index);
            let mut center = vec![0.0; prepared.n_features()];
            for (row, _) in members() {
                center.iter_mut().zip(prepared.row(row)).for_each(|(c, x)| *c += x / segment.size as f64);
            }
            let distance = |row: usize| -> f64 {
                prepared.row(row).iter().zip(&center).map(|(x, c)| (x - c) * (x - c)).sum()
            };
            let mut near: Vec<(f64, usize)> = members().map(|(row, _)| (distance(row), row)).collect();
            let order = |a: &(f64, usize), b: &(f64, usize)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
            if self.typical < near.len() {
                near.select_nth_unstable_by(self.typical, order);
                near.truncate(self.typical);
            }
            near.sort_by(order);
            let key = |row| Some(segments.customers()?.get(row)?.to_string());
            let of =
                |(_, row)| TypicalCustomer { row, key: key(row), values: ground.features.row(row).to_vec() };
            segment.typical = near.into_iter().map(of).collect();
        }
    }
}

/// Gives each segment that somebody is in a name of its own.
fn suggest_names(segments: &mut [ExplainedSegment]) {
    let there: Vec<&mut ExplainedSegment> = segments.iter_mut().filter(|of| of.size > 0).collect();
    let effects: Vec<_> = there.iter().map(|segment| segment.effects.clone()).collect();
    for (segment, [en, zh]) in there.into_iter().zip(names(&effects)) {
        (segment.suggested_name, segment.suggested_name_zh) = (en, zh);
    }
}

/// Customers in classes, ready for sorting and parting.
struct Divided<'a> {
    features: &'a Features,
    sorted: Sorted,
    classes: Vec<u32>,
    k: usize,
    control: &'a Control,
}

impl Divided<'_> {
    fn tree(
        &self,
        settings: &ExplainSegments,
        classes: &[u32],
        n_classes: usize,
        nodes: bool,
    ) -> Result<Vec<Leaf>> {
        let least = (settings.min_share * classes.len() as f64).ceil() as usize;
        grow(&Ground {
            columns: &self.sorted.columns,
            orders: &self.sorted.orders,
            classes,
            n_classes,
            depth: settings.depth,
            min_leaf: least.max(1),
            nodes,
            control: self.control,
        })
    }

    /// Which features hold whole numbers only.
    fn whole(&self) -> Vec<bool> {
        let is_whole = |value: &f64| value.fract() == 0.0 && value.abs() < 9e15;
        self.sorted.columns.iter().map(|column| column.iter().all(is_whole)).collect()
    }
}

/// The bounds of a leaf in words; of whole numbers "more than 5" is "6 or more".
fn conditions(leaf: &Leaf, names: &[String], whole: &[bool]) -> Vec<Condition> {
    let mut found = Vec::new();
    for (((low, high), name), &whole) in leaf.bounds.iter().zip(names).zip(whole) {
        if low.is_finite() {
            found.push(match whole {
                true => Condition::at_least(name, low.floor() + 1.0),
                false => Condition::new(name, Comparison::Above, *low),
            });
        }
        if high.is_finite() {
            found.push(Condition::at_most(name, if whole { high.floor() } else { *high }));
        }
    }
    found
}

fn rule(leaf: &Leaf, class: usize, size: usize, names: &[String], whole: &[bool]) -> SegmentRule {
    let right = leaf.counts.get(class).copied().unwrap_or(0) as f64;
    SegmentRule {
        conditions: conditions(leaf, names, whole),
        customers: leaf.size(),
        coverage: right / size.max(1) as f64,
        precision: right / leaf.size().max(1) as f64,
    }
}
