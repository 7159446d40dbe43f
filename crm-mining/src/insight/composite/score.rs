//! From figures to one score, with what each of them brought to it.

use super::input::{ValueDimension, ValueInput};
use super::inputs::ValueInputs;
use crate::data::{Column, Keys, Table, ToTable};
use crate::error::{ErrorKind, Result, invalid_parameter};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How a figure is brought to the scale from 0 (worst) to 100 (best).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// 100 (rank − ½) / n among the n customers who have the figure, the worst having rank 1; equal figures
    /// share the average of their ranks. No outlier bends it, but it moves when other customers come or go.
    Rank,
    /// 0 at `low` or below and 100 at `high` or above, straight between; turned round where less is better.
    /// Depends on the customer alone.
    Between {
        /// The lower border, in the unit of the input.
        low: f64,
        /// The upper border, above `low`.
        high: f64,
    },
}

/// Composite value: one score from 0 to 100 out of loyalty, profitability, risk, potential and lifetime
/// value, which shows what it is made of.
///
/// Every figure ([`ValueInput`], where each is defined) is brought to 0 to 100 by its [`Scale`], so that more
/// is always better: little risk scores high. The score is the mean of those that the customer has, weighted:
///
/// score = Σ w s / Σ w over the inputs present, coverage = Σ w over the inputs present ÷ Σ w over all.
///
/// A missing figure so neither helps nor harms, but lowers the coverage, which is reported beside the score;
/// a customer of whom nothing is known has no score. What an input contributes is w s / Σ w, and the
/// contributions of a customer add up to the score to the bit. Weights are opinions: set them, and compare
/// scores by their contributions.
///
/// | setting | meaning | default |
/// |---|---|---|
/// | `weights` | of the inputs, 0 on; inputs not named weigh nothing | 20 for each dimension: see [`CompositeValue::default`] |
/// | `scales` | of the inputs | [`Scale::Rank`] for those not named |
///
/// # Errors
/// `score`: a weight that is negative or not finite, no weight above 0, borders that are not ascending; no
/// customer.
///
/// # Complexity
/// A sort per input.
///
/// # Reference
/// OECD (2008), Handbook on Constructing Composite Indicators, on scaling, weights and missing figures.
///
/// # Example
/// ```
/// use crm_mining::data::Keys;
/// use crm_mining::insight::{CompositeValue, Scale, ValueInput, ValueInputs};
///
/// let customers: Keys = ["a", "b"].into_iter().collect();
/// let inputs = ValueInputs::new(customers.clone())
///     .with(ValueInput::Clv, &customers, &[Some(900.0), Some(100.0)])?
///     .with(ValueInput::ChurnRisk, &customers, &[Some(0.2), None])?;
/// let value = CompositeValue::none()
///     .weight(ValueInput::Clv, 3.0)
///     .weight(ValueInput::ChurnRisk, 1.0)
///     .scale(ValueInput::Clv, Scale::Between { low: 0.0, high: 1000.0 })
///     .scale(ValueInput::ChurnRisk, Scale::Between { low: 0.0, high: 1.0 })
///     .score(&inputs)?;
/// assert_eq!(value.scores(), [87.5, 10.0]); // (3 · 90 + 1 · 80) / 4, and 3 · 10 / 3
/// assert_eq!(value.coverage(), [1.0, 0.75]);
/// assert_eq!(value.contribution(ValueInput::ChurnRisk), Some(&[Some(20.0), None][..]));
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CompositeValue {
    /// Weights of the inputs; those not named weigh nothing.
    pub weights: BTreeMap<ValueInput, f64>,
    /// Scales of the inputs; [`Scale::Rank`] for those not named.
    pub scales: BTreeMap<ValueInput, Scale>,
}

impl Default for CompositeValue {
    /// Every dimension weighs 20: retention, repeat rate, rhythm and recommendation 5 each; margin 10, cost
    /// to serve and returns 5; default 10, complaints and churn 5; share of wallet and distance to the best
    /// 10; lifetime value 20.
    fn default() -> Self {
        let weights = ValueInput::ALL.map(|input| (input, input.usual_weight())).into_iter().collect();
        CompositeValue { weights, scales: BTreeMap::new() }
    }
}

impl CompositeValue {
    /// No weights yet.
    pub fn none() -> CompositeValue {
        CompositeValue { weights: BTreeMap::new(), scales: BTreeMap::new() }
    }

    /// Sets the weight of an input.
    pub fn weight(mut self, input: ValueInput, weight: f64) -> Self {
        self.weights.insert(input, weight);
        self
    }

    /// Sets the scale of an input.
    pub fn scale(mut self, input: ValueInput, scale: Scale) -> Self {
        self.scales.insert(input, scale);
        self
    }

    fn check(&self) -> Result<f64> {
        const OF: &str = "CompositeValue";
        if let Some((input, weight)) = self.weights.iter().find(|(_, weight)| !(0.0..=1e9).contains(*weight))
        {
            return invalid_parameter(OF, "weights", "from 0 to 1e9", (input.name(), weight));
        }
        let total: f64 = self.weights.values().sum();
        if total <= 0.0 {
            return invalid_parameter(OF, "weights", "above 0 for one input at least", total);
        }
        for (input, scale) in &self.scales {
            if let &Scale::Between { low, high } = scale
                && !(low < high && (high - low).is_finite())
            {
                let got = (input.name(), low, high);
                return invalid_parameter(OF, "scales", "low below high, both finite", got);
            }
        }
        Ok(total)
    }

    /// The score of every customer of the inputs.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameter`]; [`ErrorKind::NotEnoughData`] without a customer.
    pub fn score(&self, inputs: &ValueInputs) -> Result<CompositeScores> {
        let total = self.check()?;
        let n = inputs.customers().len();
        if n == 0 {
            let (needed, unit) = (1, "customers");
            return Err(ErrorKind::NotEnoughData { of: "CompositeValue", needed, unit, got: 0 }.into());
        }
        let used: Vec<(ValueInput, f64)> = self
            .weights
            .iter()
            .map(|(&input, &weight)| (input, weight))
            .filter(|&(_, weight)| weight > 0.0)
            .collect();
        let scaled: Vec<Vec<Option<f64>>> = used
            .par_iter()
            .map(|&(input, _)| match inputs.values(input) {
                Some(values) => {
                    scaled(values, input, self.scales.get(&input).copied().unwrap_or(Scale::Rank))
                }
                None => vec![None; n],
            })
            .collect();
        let mut scores = CompositeScores {
            customers: inputs.customers().clone(),
            used: used.iter().map(|&(input, _)| input).collect(),
            scores: vec![0.0; n],
            coverage: vec![0.0; n],
            dimensions: ValueDimension::ALL.map(|dimension| mean_of(dimension, &used, &scaled, n)),
            contributions: Vec::new(),
        };
        let mut present = vec![0.0; n];
        for (&(_, weight), values) in used.iter().zip(&scaled) {
            for (sum, _) in present.iter_mut().zip(values).filter(|(_, value)| value.is_some()) {
                *sum += weight;
            }
        }
        for (&(_, weight), values) in used.iter().zip(&scaled) {
            let of = |(value, present): (&Option<f64>, &f64)| value.map(|value| weight * value / present);
            let contributions: Vec<Option<f64>> = values.iter().zip(&present).map(of).collect();
            for (score, contribution) in scores.scores.iter_mut().zip(&contributions) {
                *score += contribution.unwrap_or(0.0);
            }
            scores.contributions.push(contributions);
        }
        for ((score, coverage), present) in scores.scores.iter_mut().zip(&mut scores.coverage).zip(&present) {
            *coverage = (present / total).min(1.0);
            if *present == 0.0 {
                *score = f64::NAN;
            }
        }
        Ok(scores)
    }
}

/// The weighted mean of the inputs of one dimension; NaN where none is present.
fn mean_of(
    dimension: ValueDimension,
    used: &[(ValueInput, f64)],
    scaled: &[Vec<Option<f64>>],
    n: usize,
) -> Vec<f64> {
    let mut sums = vec![(0.0, 0.0); n];
    for ((_, weight), values) in
        used.iter().zip(scaled).filter(|((input, _), _)| input.dimension() == dimension)
    {
        for ((sum, present), value) in sums.iter_mut().zip(values) {
            if let Some(value) = value {
                *sum += weight * value;
                *present += weight;
            }
        }
    }
    sums.into_iter().map(|(sum, present)| sum / present).collect()
}

/// The values on the scale from 0 to 100, more being better.
fn scaled(values: &[Option<f64>], input: ValueInput, scale: Scale) -> Vec<Option<f64>> {
    let turn = |score: f64| if input.more_is_better() { score } else { 100.0 - score };
    let (low, high) = match scale {
        Scale::Between { low, high } => (low, high),
        Scale::Rank => return ranked(values).into_iter().map(|rank| rank.map(turn)).collect(),
    };
    let between = |value: f64| turn(100.0 * ((value.clamp(low, high) - low) / (high - low)));
    values.iter().map(|value| value.map(between)).collect()
}

fn ranked(values: &[Option<f64>]) -> Vec<Option<f64>> {
    // Adding 0 makes −0 equal to 0.
    let mut order: Vec<(f64, usize)> =
        values.iter().enumerate().filter_map(|(row, value)| Some(((*value)? + 0.0, row))).collect();
    order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let mut ranks = vec![None; values.len()];
    let mut before = 0;
    for equal in order.chunk_by(|a, b| a.0 == b.0) {
        // The average of ranks before + 1 to before + k, less a half.
        let middle = before as f64 + equal.len() as f64 / 2.0;
        for &(_, row) in equal {
            ranks.get_mut(row).into_iter().for_each(|rank| *rank = Some(100.0 * middle / order.len() as f64));
        }
        before += equal.len();
    }
    ranks
}

/// The composite value of each customer, in the order of their keys. Made by [`CompositeValue::score`]; as a
/// table with the scores of the dimensions and what each input contributed.
#[derive(Debug, Clone, PartialEq)]
pub struct CompositeScores {
    customers: Keys,
    used: Vec<ValueInput>,
    scores: Vec<f64>,
    coverage: Vec<f64>,
    dimensions: [Vec<f64>; 5],
    contributions: Vec<Vec<Option<f64>>>,
}

impl CompositeScores {
    /// The customers.
    pub fn customers(&self) -> &Keys {
        &self.customers
    }

    /// The inputs with a weight.
    pub fn inputs(&self) -> &[ValueInput] {
        &self.used
    }

    /// Scores from 0 to 100; NaN for a customer of whom nothing is known.
    pub fn scores(&self) -> &[f64] {
        &self.scores
    }

    /// The share of the weights whose inputs the customer has, from 0 to 1.
    pub fn coverage(&self) -> &[f64] {
        &self.coverage
    }

    /// The score of one dimension, from 0 to 100: the weighted mean of its inputs alone. NaN for a customer
    /// who has none of them.
    pub fn dimension(&self, dimension: ValueDimension) -> &[f64] {
        let of = ValueDimension::ALL.iter().zip(&self.dimensions).find(|&(&other, _)| other == dimension);
        of.map_or(&[], |(_, scores)| scores)
    }

    /// What an input brought to each score, `None` where it is missing; `None` for an input without weight.
    pub fn contribution(&self, input: ValueInput) -> Option<&[Option<f64>]> {
        let of = self.used.iter().zip(&self.contributions).find(|&(&other, _)| other == input);
        of.map(|(_, contributions)| &contributions[..])
    }
}

impl ToTable for CompositeScores {
    fn to_table(&self) -> Table {
        let head = [
            Column::keys("customer", &self.customers),
            Column::floats("score", self.scores.clone()),
            Column::floats("coverage", self.coverage.clone()),
        ];
        let dimensions = ValueDimension::ALL
            .iter()
            .zip(&self.dimensions)
            .map(|(dimension, scores)| Column::floats(dimension.name(), scores.clone()));
        let contributions = self.used.iter().zip(&self.contributions).map(|(input, values)| {
            let values = values.iter().map(|value| value.unwrap_or(f64::NAN)).collect();
            Column::floats(format!("from_{}", input.name()), values)
        });
        Table::of("composite_value", head.into_iter().chain(dimensions).chain(contributions).collect())
    }
}
