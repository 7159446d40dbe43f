//! Customers made up by the story of a model.

use super::model::BuyingModel;
use super::process::{BuyingProcess, Dropout};
use crate::data::{Days, Summary};
use crate::error::{Result, invalid_parameter};
use crate::math::random::Random;
use rayon::prelude::*;

/// Customers made up by the story of a model, with what they did afterwards. Made by [`BuyingModel::simulate`].
#[derive(Debug, Clone, PartialEq)]
pub struct SimulatedBuyers {
    /// What was seen of them until the day of observation.
    pub summary: Summary,
    /// Their purchases within the horizon after it.
    pub later: Vec<f64>,
    /// Whether they were still customers at the day of observation.
    pub alive: Vec<bool>,
}

/// Customers per unit of parallel work, each with random numbers of its own.
const CHUNK: usize = 1024;

impl BuyingModel {
    /// One made-up customer per age (from the first purchase to the observation, in the model's unit of time), followed
    /// for `horizon` more. Covariates stand at 0. The same seed gives the same customers, at any number of threads.
    ///
    /// With it one finds out how well parameters come back from as many customers as one has, and how wide intervals
    /// must be (parametric bootstrap).
    ///
    /// # Errors
    /// An age that is not finite, below 0, or, for BG/BB, not whole; a horizon below 0.
    pub fn simulate(&self, ages: &[f64], horizon: Days, seed: u64) -> Result<SimulatedBuyers> {
        let span = self.span(horizon)?;
        let whole = self.process == BuyingProcess::BgBb;
        if let Some(age) =
            ages.iter().find(|age| !(age.is_finite() && **age >= 0.0) || whole && age.fract() != 0.0)
        {
            return invalid_parameter("BuyingModel", "ages", "finite, at least 0, and whole for BG/BB", age);
        }
        let buyers: Vec<[f64; 4]> = ages
            .par_chunks(CHUNK)
            .enumerate()
            .flat_map_iter(|(part, ages)| {
                let mut random = Random::for_part(seed, part as u64);
                ages.iter().map(move |age| self.buyer(&mut random, *age, span))
            })
            .collect();
        let column = |place: usize| {
            buyers.iter().filter_map(move |buyer| buyer.get(place).copied()).collect::<Vec<f64>>()
        };
        let mut summary = Summary::new(column(0), column(1), ages.to_vec(), vec![0.0; ages.len()])?;
        summary.days_per_unit = self.days_per_unit;
        Ok(SimulatedBuyers {
            summary,
            later: column(2),
            alive: column(3).iter().map(|alive| *alive > 0.0).collect(),
        })
    }

    /// x, t_x, purchases within the span after the age, and whether alive at the age.
    fn buyer(&self, random: &mut Random, age: f64, span: f64) -> [f64; 4] {
        let [first, second, third, fourth] = self.parameters;
        if self.process == BuyingProcess::BgBb {
            let (buy, leave) = (random.beta(first, second), random.beta(third, fourth));
            return opportunities(random, buy, leave, age, span.floor());
        }
        let rate = random.gamma(first, second);
        let (mut k, mut leave, mut gone) = (1, 0.0, f64::INFINITY);
        match self.process {
            BuyingProcess::BgNbd { regularity, dropout } => {
                k = regularity;
                leave = if third > 0.0 { random.beta(third, fourth) } else { 0.0 };
                if dropout == Dropout::AfterEvery && random.uniform() < leave {
                    gone = 0.0;
                }
            }
            BuyingProcess::ParetoNbd => {
                let leaving = random.gamma(third, fourth);
                gone = random.exponential(leaving);
            }
            BuyingProcess::Nbd | BuyingProcess::BgBb => {}
        }
        let (mut now, [mut x, mut last, mut later]) = (0.0, [0.0; 3]);
        loop {
            now += (0..k).map(|_| random.exponential(rate)).sum::<f64>();
            if now > gone.min(age + span) {
                break;
            }
            if now <= age {
                (x, last) = (x + 1.0, now);
            } else {
                later += 1.0;
            }
            if random.uniform() < leave {
                gone = now;
            }
        }
        [x, last, later, f64::from(u8::from(gone > age))]
    }
}

/// The same at so many opportunities, and so many more.
fn opportunities(random: &mut Random, buy: f64, leave: f64, seen: f64, more: f64) -> [f64; 4] {
    let (mut there, mut passed, [mut x, mut last, mut later]) = (random.uniform() >= leave, 0.0, [0.0; 3]);
    let mut alive = there;
    while passed < seen + more {
        passed += 1.0;
        let bought = there && random.uniform() < buy;
        match (bought, passed <= seen) {
            (true, true) => (x, last) = (x + 1.0, passed),
            (true, false) => later += 1.0,
            _ => {}
        }
        there = there && random.uniform() >= leave;
        if passed <= seen {
            alive = there;
        }
    }
    [x, last, later, f64::from(u8::from(alive))]
}

#[cfg(test)]
mod tests {
    use crate::Fit;
    use crate::data::Days;
    use crate::insight::{BgBb, BgNbd, BuyingModel, Nbd, ParetoNbd};
    use serde_json::{Value, json};

    fn model(process: Value, parameters: Value) -> BuyingModel {
        serde_json::from_value(json!({
            "version": 1, "process": process, "parameters": parameters, "covariance": null, "days_per_unit": 1.0,
            "n_customers": 0, "log_likelihood": 0.0, "iterations": 0, "status": "converged",
        }))
        .unwrap()
    }

    /// Customers made by a model lead back to it, and their later purchases to its expectations.
    #[test]
    fn parameters_come_back() {
        let bg = |dropout: &str, k: u32| json!({"bg_nbd": {"dropout": dropout, "regularity": k}});
        let ages: Vec<f64> = (0..8000).map(|place| f64::from(200 + place % 165)).collect();
        let bg_parameters = json!({"r": 0.8, "alpha": 30.0, "a": 0.6, "b": 2.5});
        let cases: Vec<(BuyingModel, BuyingModel)> = [
            (bg("after_repeats", 1), bg_parameters.clone()),
            (bg("after_every", 1), bg_parameters.clone()),
            (bg("after_every", 3), json!({"r": 1.2, "alpha": 10.0, "a": 0.6, "b": 2.5})),
            (json!("pareto_nbd"), json!({"r": 0.6, "alpha": 20.0, "s": 0.7, "beta": 80.0})),
            (json!("nbd"), json!({"r": 0.6, "alpha": 20.0})),
        ]
        .into_iter()
        .map(|(process, parameters)| {
            let truth = model(process, parameters);
            let summary = truth.simulate(&ages, Days(90), 7).unwrap().summary;
            let found = match truth.process() {
                crate::insight::BuyingProcess::BgNbd { dropout, regularity } => {
                    BgNbd::default().dropout(dropout).regularity(regularity).fit(&summary)
                }
                crate::insight::BuyingProcess::ParetoNbd => ParetoNbd::default().fit(&summary),
                _ => Nbd::default().fit(&summary),
            };
            (truth, found.unwrap())
        })
        .collect();
        for (truth, found) in cases {
            for parameter in found.parameters() {
                let made = truth.parameter(&parameter.name).unwrap();
                let error = parameter.standard_error.unwrap();
                assert!(
                    (parameter.value - made).abs() < 3.5 * error,
                    "{found:?}: {parameter:?}, made with {made}"
                );
            }
            let sample = truth.simulate(&ages, Days(90), 8).unwrap();
            let expected: f64 = truth.expected_purchases(&sample.summary, Days(90)).unwrap().iter().sum();
            let later: f64 = sample.later.iter().sum();
            assert!((later / expected - 1.0).abs() < 0.04, "{truth:?}: {later}, expected {expected}");
            let p_alive: f64 = truth.p_alive(&sample.summary).unwrap().iter().sum();
            let alive = sample.alive.iter().filter(|alive| **alive).count() as f64;
            assert!(
                (alive - p_alive).abs() < 4.0 * 8000f64.sqrt() / 2.0,
                "{truth:?}: {alive}, expected {p_alive}"
            );
        }
    }

    #[test]
    fn givers_come_back() {
        let truth = model(json!("bg_bb"), json!({"alpha": 1.2, "beta": 0.75, "gamma": 0.66, "delta": 2.8}));
        let sample = truth.simulate(&[6.0; 8000], Days(5), 3).unwrap();
        let found = BgBb::default().fit(&sample.summary).unwrap();
        for parameter in found.parameters() {
            let made = truth.parameter(&parameter.name).unwrap();
            assert!(
                (parameter.value - made).abs() < 3.5 * parameter.standard_error.unwrap(),
                "{parameter:?}, {made}"
            );
        }
        let expected: f64 = truth.expected_purchases(&sample.summary, Days(5)).unwrap().iter().sum();
        assert!((sample.later.iter().sum::<f64>() / expected - 1.0).abs() < 0.04);
    }
}
