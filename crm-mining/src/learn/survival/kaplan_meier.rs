//! The survival curve of a group, without any assumption on its form.

use super::durations::Durations;
use super::risk::{RiskStep, risk_steps};
use crate::data::{Column, Table, ToTable};
use crate::error::{Error, ErrorKind, Result, invalid_parameter};
use crate::math::tails::normal_quantile_above;
use crate::model::{Control, Fit};
use serde::{Deserialize, Serialize};

/// The share that still survives at each time, by Kaplan & Meier, and the cumulative hazard, by Nelson & Aalen.
///
/// Use it to see how long customers stay, or how long until the next order, when for some of them it is not
/// over yet. It assumes nothing but that the censored are like the others. For several groups, fit each
/// ([`Durations::by_group`]) and compare them by [`log_rank`](super::log_rank).
///
/// Intervals are pointwise and come from Greenwood's variance on the scale of ln(−ln S), so they stay within
/// 0 and 1. Where nobody survives, the formula says nothing: the upper bound stays what it was.
///
/// # Errors
/// `fit`: a setting out of range; [`ErrorKind::NotEnoughData`] without a subject. No event at all is no error:
/// the curve stays at 1.
///
/// # Complexity
/// O(n log n) time, O(n) memory.
///
/// # Reference
/// E. L. Kaplan, P. Meier (1958), Nonparametric estimation from incomplete observations, JASA 53. O. Aalen
/// (1978), Nonparametric inference for a family of counting processes, Annals of Statistics 6.
///
/// # Example
/// ```
/// use crm_mining::{Fit, learn::{Durations, KaplanMeier}};
///
/// let months = Durations::new(vec![1.0, 2.0, 2.0, 4.0], vec![true, true, false, false])?;
/// let curve = KaplanMeier::default().fit(&months)?;
/// assert_eq!(curve.survival_at(1.5), 0.75);
/// assert_eq!(curve.survival_at(2.0), 0.5); // of three at risk, one left
/// assert_eq!(curve.median(), Some(2.0));
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct KaplanMeier {
    /// How likely an interval holds the truth, above 0 and below 1. Default 0.95.
    pub level: f64,
}

impl Default for KaplanMeier {
    fn default() -> Self {
        KaplanMeier { level: 0.95 }
    }
}

impl KaplanMeier {
    /// Sets [`KaplanMeier::level`].
    pub fn level(mut self, level: f64) -> Self {
        self.level = level;
        self
    }
}

impl Fit<Durations> for KaplanMeier {
    type Model = SurvivalCurve;

    fn fit_with(&self, durations: &Durations, control: &Control) -> Result<SurvivalCurve> {
        control.check("Kaplan-Meier")?;
        let few = ErrorKind::NotEnoughData { of: "KaplanMeier", needed: 1, unit: "subjects", got: 0 };
        if durations.is_empty() {
            return Err(few.into());
        }
        SurvivalCurve::new("KaplanMeier", self.level, risk_steps(durations))
    }
}

/// A fitted [`KaplanMeier`]: the curve steps down at each time of [`SurvivalCurve::steps`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(into = "Unchecked", try_from = "Unchecked")]
pub struct SurvivalCurve {
    level: f64,
    steps: Vec<RiskStep>,
    survival: Vec<f64>,
    lower: Vec<f64>,
    upper: Vec<f64>,
    cumulative_hazard: Vec<f64>,
}

impl SurvivalCurve {
    fn new(of: &'static str, level: f64, steps: Vec<RiskStep>) -> Result<SurvivalCurve> {
        if !(level > 0.0 && level < 1.0) {
            return invalid_parameter(of, "level", "above 0 and below 1", level);
        }
        let z = normal_quantile_above(0.5 * (1.0 - level));
        let mut curve = SurvivalCurve {
            level,
            survival: Vec::with_capacity(steps.len()),
            lower: Vec::with_capacity(steps.len()),
            upper: Vec::with_capacity(steps.len()),
            cumulative_hazard: Vec::with_capacity(steps.len()),
            steps,
        };
        let (mut survival, mut greenwood, mut hazard) = (1.0, 0.0, 0.0);
        let (mut lower, mut upper) = (1.0, 1.0);
        for step in &curve.steps {
            let left = step.at_risk - step.events;
            survival *= left / step.at_risk;
            hazard += step.events / step.at_risk;
            if survival <= 0.0 {
                lower = 0.0;
            } else if step.events > 0.0 {
                greenwood += step.events / (step.at_risk * left);
                let log: f64 = f64::ln(survival);
                let reach = (z * greenwood.sqrt() / -log).exp();
                (lower, upper) = ((log * reach).exp(), (log / reach).exp());
            }
            curve.survival.push(survival);
            curve.lower.push(lower);
            curve.upper.push(upper);
            curve.cumulative_hazard.push(hazard);
        }
        Ok(curve)
    }

    /// How likely an interval holds the truth.
    pub fn level(&self) -> f64 {
        self.level
    }

    /// The times of the curve, with those at risk and what happened.
    pub fn steps(&self) -> &[RiskStep] {
        &self.steps
    }

    /// The share that survives each time of [`SurvivalCurve::steps`].
    pub fn survival(&self) -> &[f64] {
        &self.survival
    }

    /// The lower bound of each share.
    pub fn lower(&self) -> &[f64] {
        &self.lower
    }

    /// The upper bound of each share.
    pub fn upper(&self) -> &[f64] {
        &self.upper
    }

    /// The cumulative hazard (Nelson & Aalen) at each time of [`SurvivalCurve::steps`].
    pub fn cumulative_hazard(&self) -> &[f64] {
        &self.cumulative_hazard
    }

    /// The share that survives a time. Beyond the last duration the curve goes on as it is; at NaN it is NaN.
    pub fn survival_at(&self, time: f64) -> f64 {
        self.value_at(&self.survival, time).unwrap_or(1.0)
    }

    /// The lower and upper bound of the share that survives a time.
    pub fn interval_at(&self, time: f64) -> (f64, f64) {
        let bound = |values| self.value_at(values, time).unwrap_or(1.0);
        (bound(&self.lower), bound(&self.upper))
    }

    /// The cumulative hazard at a time.
    pub fn cumulative_hazard_at(&self, time: f64) -> f64 {
        self.value_at(&self.cumulative_hazard, time).unwrap_or(0.0)
    }

    /// The first time by which it has happened to the share `q`; `None` when the curve does not come down so
    /// far, or `q` is not from 0 to 1.
    pub fn quantile(&self, q: f64) -> Option<f64> {
        self.first_at_most(&self.survival, q)
    }

    /// The lower and upper bound of a quantile, where the bounds of the curve cross it.
    pub fn quantile_interval(&self, q: f64) -> (Option<f64>, Option<f64>) {
        (self.first_at_most(&self.lower, q), self.first_at_most(&self.upper, q))
    }

    /// The first time that at most half survive.
    pub fn median(&self) -> Option<f64> {
        self.quantile(0.5)
    }

    /// The mean time until the event or until `until`, whichever is first: the area under the curve.
    ///
    /// # Errors
    /// `until` not finite or below 0.
    pub fn restricted_mean(&self, until: f64) -> Result<f64> {
        if !(until.is_finite() && until >= 0.0) {
            return invalid_parameter("SurvivalCurve", "until", "finite and at least 0", until);
        }
        let (mut area, mut from, mut height) = (0.0, 0.0, 1.0);
        for (step, &survival) in self.steps.iter().zip(&self.survival) {
            if step.time >= until {
                break;
            }
            area += (step.time - from) * height;
            (from, height) = (step.time, survival);
        }
        Ok(area + (until - from) * height)
    }

    fn value_at(&self, values: &[f64], time: f64) -> Option<f64> {
        if time.is_nan() {
            return Some(time);
        }
        let passed = self.steps.partition_point(|step| step.time <= time);
        values.get(passed.checked_sub(1)?).copied()
    }

    /// The first time that one less a survival is `q`.
    fn first_at_most(&self, values: &[f64], q: f64) -> Option<f64> {
        let share = (0.0..=1.0).contains(&q).then_some(1.0 - q)?;
        // A product of ratios may miss the share itself by its last digits.
        let place = values.iter().position(|&value| value <= share + 1e-12)?;
        self.steps.get(place).map(|step| step.time)
    }
}

impl ToTable for SurvivalCurve {
    fn to_table(&self) -> Table {
        let step = |name: &str, get: fn(&RiskStep) -> f64| {
            Column::floats(name, self.steps.iter().map(get).collect())
        };
        Table::of(
            "survival",
            vec![
                step("time", |step| step.time),
                step("at_risk", |step| step.at_risk),
                step("events", |step| step.events),
                step("censored", |step| step.censored),
                Column::floats("survival", self.survival.clone()),
                Column::floats("lower", self.lower.clone()),
                Column::floats("upper", self.upper.clone()),
                Column::floats("cumulative_hazard", self.cumulative_hazard.clone()),
            ],
        )
    }
}

/// A curve as it is saved: all else follows from this.
#[derive(Serialize, Deserialize)]
struct Unchecked {
    level: f64,
    steps: Vec<RiskStep>,
}

impl From<SurvivalCurve> for Unchecked {
    fn from(curve: SurvivalCurve) -> Unchecked {
        Unchecked { level: curve.level, steps: curve.steps }
    }
}

impl TryFrom<Unchecked> for SurvivalCurve {
    type Error = Error;

    fn try_from(read: Unchecked) -> Result<SurvivalCurve> {
        let mut before = -1.0;
        for (place, step) in read.steps.iter().enumerate() {
            let parts = [step.time, step.at_risk, step.events, step.censored];
            let sound = parts.iter().all(|value| value.is_finite() && *value >= 0.0);
            // Sums of weights may differ by their last digits.
            let room = step.at_risk * (1.0 + 1e-9) - step.events - step.censored;
            if !(sound && step.time > before && room >= 0.0 && step.at_risk > 0.0) {
                let must_be = "times that rise, and no more events and censored than are at risk";
                return invalid_parameter("SurvivalCurve", "steps", must_be, place);
            }
            before = step.time;
        }
        SurvivalCurve::new("SurvivalCurve", read.level, read.steps)
    }
}
