//! The one fitter of all models of buying.
#![allow(
    clippy::indexing_slicing,
    reason = "variables are the four parameters, then two effects per covariate"
)]

use super::check::check;
use super::collapse::Collapsed;
use super::covariates::Scale;
use super::model::{BuyingModel, gaps};
use super::process::{BuyingProcess, Likelihood, Point};
use crate::data::Summary;
use crate::error::Result;
use crate::insight::value::search::{Climber, Edge, FAR, SAME, Settled};
use crate::insight::value::status::{Boundary, FitStatus};
use crate::math::linear::{Cholesky, Square};
use crate::math::optimize::{Local, Optimum, Stop, Surface};
use crate::model::Control;
use rayon::prelude::*;

/// What the settings of every model come to.
pub(super) struct Task {
    pub(super) of: &'static str,
    pub(super) process: BuyingProcess,
    pub(super) penalizer: f64,
    pub(super) stop: Stop,
}

impl Task {
    pub(super) fn fit(&self, summary: &Summary, control: &Control) -> Result<BuyingModel> {
        check(self.of, self.process, summary)?;
        control.check(self.of)?;
        let records = Collapsed::counted(summary);
        let scale = Scale::of(summary, &records)?;
        let unit = match self.process {
            BuyingProcess::BgBb => 1.0,
            _ => summary.age().iter().fold(0.0, |most: f64, &age| most.max(age)),
        };
        let sample = Sample::new(self, &records, &scale, unit);
        let end = match self.process {
            // Without leaving these are the NBD, which is found for a hundredth of the work.
            BuyingProcess::ParetoNbd | BuyingProcess::BgNbd { regularity: 1, .. } => {
                let plain = Task { process: BuyingProcess::Nbd, ..*self };
                let rough = Sample::new(&plain, &records, &scale, unit).rough(self, control)?;
                sample.search(self, rough, control)?
            }
            _ => sample.search(self, sample.rough(self, control)?, control)?,
        };
        let status = FitStatus::of(end.boundaries.clone());
        let point = sample.point(&end.optimum.at);
        let base = base(&point, end.boundaries.contains(&Boundary::NobodyLeaves), self.process);
        let effects = sample.effects(&end.optimum.at);
        let (log_base, effects) = unscaled(self.process, base.map(f64::ln), effects, &scale);
        let covariance = match &status {
            FitStatus::Converged => sample.covariance(&end.optimum.hessian, &scale),
            FitStatus::Boundary(_) => None,
        };
        let timed = self.process.timed();
        let parameters =
            std::array::from_fn(|place| log_base[place].exp() * if timed[place] { unit } else { 1.0 });
        let names = summary.covariates().map_or(Vec::new(), |covariates| covariates.names().to_vec());
        let mut model = BuyingModel {
            process: self.process,
            parameters,
            covariates: names,
            effects,
            covariance,
            days_per_unit: summary.days_per_unit(),
            n_customers: summary.len(),
            log_likelihood: 0.0,
            iterations: end.optimum.iterations,
            status,
        };
        // Densities of purchases are per unit of time.
        let stages = f64::from(self.process.regularity()) * summary.frequency().iter().sum::<f64>();
        model.log_likelihood = sample.log_likelihood(&end.optimum) - stages * unit.ln()
            + gaps(self.process.regularity(), &records, summary);
        Ok(model)
    }
}

/// Parameters out of a point; where nobody leaves, those of leaving stand at 0 and 1.
fn base(point: &Point, nobody_leaves: bool, process: BuyingProcess) -> [f64; 4] {
    let [first, second, third, fourth] = point.map(f64::exp);
    match process {
        BuyingProcess::Nbd | BuyingProcess::BgNbd { .. } if nobody_leaves || third == 0.0 => {
            [first, second, 0.0, 1.0]
        }
        _ => [first, second, third, fourth],
    }
}

/// How the logarithms of the four parameters follow from the variables: a row for each.
type Map = [Vec<f64>; 4];

/// The records of each row of covariates, and how their parameters follow from the variables.
struct Sample {
    process: BuyingProcess,
    groups: Vec<(Likelihood, Map)>,
    /// The same map for the mean of all covariates.
    middle: Map,
    /// Purchases per unit of time, or per opportunity.
    crude: f64,
    penalty: f64,
    n_covariates: usize,
}

impl Sample {
    fn new(task: &Task, records: &Collapsed, scale: &Scale, unit: f64) -> Sample {
        let (process, n_covariates) = (task.process, scale.means.len());
        let standard: Vec<Vec<f64>> = records.groups.iter().map(|row| scale.standard(row)).collect();
        let parts: Vec<_> = records.by_group().collect();
        let groups = parts
            .into_par_iter()
            .zip(&standard)
            .map(|((records, weights), row)| (process.likelihood(records, weights, unit), map(process, row)))
            .collect();
        let all = records.records.iter().zip(&records.counts);
        let (bought, time) = all.fold((0.0, 0.0), |(bought, time), (record, count)| {
            (bought + count * record.x, time + count * record.age / unit)
        });
        let crude = f64::from(process.regularity()) * bought / time;
        let middle = map(process, &vec![0.0; n_covariates]);
        let n: f64 = records.counts.iter().sum();
        Sample { process, groups, middle, crude, penalty: task.penalizer * n, n_covariates }
    }

    fn effects(&self, at: &[f64]) -> Vec<[f64; 2]> {
        (0..self.n_covariates).map(|j| [at[4 + 2 * j], at[5 + 2 * j]]).collect()
    }

    /// The logarithms of the parameters at the mean of the covariates.
    fn point(&self, at: &[f64]) -> Point {
        image(&self.middle, at)
    }

    /// The penalised log-likelihood.
    fn at(&self, at: &[f64]) -> Surface {
        let locals: Vec<Local<4>> =
            self.groups.par_iter().map(|(likelihood, map)| likelihood.at(&image(map, at))).collect();
        let mut surface = Surface::zero(at.len());
        for (local, (_, map)) in locals.iter().zip(&self.groups) {
            surface.add(local, map);
        }
        if self.penalty > 0.0 {
            surface.add(&self.squares(at), &self.middle);
            for (place, effect) in at.iter().enumerate().skip(4) {
                surface.value -= self.penalty * effect * effect;
                surface.gradient[place] -= 2.0 * self.penalty * effect;
                *surface.hessian.at_mut(place, place) -= 2.0 * self.penalty;
            }
        }
        surface
    }

    /// The log-likelihood without the penalty, at the end of a search.
    fn log_likelihood(&self, Optimum { at, value, .. }: &Optimum) -> f64 {
        if self.penalty == 0.0 {
            return *value;
        }
        let parts: Vec<f64> =
            self.groups.par_iter().map(|(likelihood, map)| likelihood.at(&image(map, at)).value).collect();
        parts.iter().sum()
    }

    /// The penalty on the parameters at the mean of the covariates.
    fn squares(&self, at: &[f64]) -> Local<4> {
        let parameters = self.point(at).map(f64::exp);
        let mut squares = Local::ZERO;
        for (place, parameter) in parameters.into_iter().enumerate() {
            // Without dropout the parameters of leaving mean nothing.
            let absent = place > 1 && (self.process == BuyingProcess::Nbd || parameters[2] == 0.0);
            let square = if absent { 0.0 } else { self.penalty * parameter * parameter };
            squares.value -= square;
            squares.gradient[place] = -2.0 * square;
            squares.hessian[place][place] = -4.0 * square;
        }
        squares
    }

    /// Where a climb without leaving comes near; it tells where to start.
    fn rough(&self, task: &Task, control: &Control) -> Result<Optimum> {
        let first = match self.process {
            BuyingProcess::BgBb => [(self.crude / (1.0 - self.crude).max(1e-3)).ln(), 0.0],
            _ => [0.0, self.crude.ln()],
        };
        let stop = Stop { tolerance: 1.0, ..task.stop };
        let mut climber = Climber { function: self.function(task, control), stop };
        climber.climb(self.start(first, nobody_leaves(self.process)), &self.nobody())
    }

    fn function<'a>(
        &'a self,
        task: &'a Task,
        control: &'a Control,
    ) -> impl FnMut(&[f64]) -> Result<Surface> + 'a {
        |at: &[f64]| {
            control.check(task.of)?;
            Ok(self.at(at))
        }
    }

    fn start(&self, bought: [f64; 2], leaving: [f64; 2]) -> Vec<f64> {
        let mut start = [bought, leaving].concat();
        start.resize(4 + 2 * self.n_covariates, 0.0);
        start
    }

    /// The variables that are held when nobody leaves.
    fn nobody(&self) -> Vec<bool> {
        let mut held = [vec![false, false, true, true], vec![false; 2 * self.n_covariates]].concat();
        (0..self.n_covariates).for_each(|j| held[5 + 2 * j] = true);
        held
    }

    /// The best of several climbs inside the range, or an edge where the likelihood is no smaller.
    fn search(&self, task: &Task, rough: Optimum, control: &Control) -> Result<Settled> {
        let mut climber = Climber { function: self.function(task, control), stop: task.stop };
        let held = self.nobody();
        let bought = [rough.at[0], rough.at[1]];
        let free = vec![false; held.len()];
        let mut best: Option<Optimum> = None;
        for leaving in starts(self.process) {
            let other = climber.climb(self.start(bought, *leaving), &free)?;
            if best.as_ref().is_none_or(|best| other.value > best.value) {
                best = Some(other);
            }
            if let Some(best) = best.take_if(|best| is_clear(best, &rough)) {
                return Ok(Settled { optimum: best, fixed: free, boundaries: Vec::new() });
            }
        }
        let from = self.start(bought, nobody_leaves(self.process));
        let nobody = climber.climb(from, &held)?;
        let inside = match best {
            Some(best) if nobody.value < best.value - SAME => {
                Settled { optimum: best, fixed: free, boundaries: Vec::new() }
            }
            _ => {
                let edge = (self.process != BuyingProcess::Nbd).then_some(Boundary::NobodyLeaves);
                Settled { optimum: nobody, fixed: held, boundaries: edge.into_iter().collect() }
            }
        };
        climber.settle(inside, edges(self.process), task.of)
    }

    /// The covariance of the logarithms of the parameters and of the effects, from the curvature of the log-likelihood
    /// at its top; `None` where it has no clear top.
    fn covariance(&self, hessian: &Square, scale: &Scale) -> Option<Square> {
        let places = self.process.estimated(self.n_covariates);
        let curvature = hessian.select(&places).map(|bend| -bend);
        let of_variables = Cholesky::new(&curvature)?.inverse();
        let same = |row: usize, column: usize| f64::from(u8::from(row == column));
        let of_logs = of_variables.transformed(|row, column| match (places[row], places[column]) {
            (row, column) if row < 4 && column < 4 => self.middle[row][column],
            (row, column) => same(row, column),
        });
        // Back to covariates as they were given: effects are divided by the spreads, and the parameters are those of
        // customers whose covariates are all 0.
        let [buying, leaving] = self.process.effects();
        let back = |row: usize, column: usize| match (places[row], places[column]) {
            (row, column) if column < 4 => same(row, column),
            (row, column) if row >= 4 => same(row, column) / scale.spreads[(column - 4) / 2],
            (row, column) => {
                let (of, j) = (if column % 2 == 0 { buying } else { leaving }, (column - 4) / 2);
                -of[row] * scale.means[j] / scale.spreads[j]
            }
        };
        Some(of_logs.transformed(back))
    }
}

/// Whether a climb arrived well inside the range, so that no other start and no edge needs a look.
fn is_clear(best: &Optimum, nobody: &Optimum) -> bool {
    best.converged && best.value > nobody.value + 4.0 && best.at.iter().all(|variable| variable.abs() < 3.5)
}

/// The map of customers with these covariates, which have mean 0 and variance 1.
///
/// The variables are ln r and ln (r/α), or ln (α/β) and ln β for BG/BB; ln (a/b) and ln b, or ln s and ln (s/β) for
/// Pareto/NBD; and two effects per covariate. Every edge of the range is one of them going to infinity while the
/// others stay.
fn map(process: BuyingProcess, covariates: &[f64]) -> Map {
    let buying = match process {
        BuyingProcess::BgBb => [[1.0, 1.0], [0.0, 1.0]],
        _ => [[1.0, 0.0], [1.0, -1.0]],
    };
    let leaving = match process {
        BuyingProcess::ParetoNbd => [[1.0, 0.0], [1.0, -1.0]],
        _ => [[1.0, 1.0], [0.0, 1.0]],
    };
    let effects = process.effects();
    std::array::from_fn(|place| {
        let mut row = vec![0.0; 4];
        let (half, of) = if place < 2 { (0, buying[place]) } else { (2, leaving[place - 2]) };
        row[half..half + 2].copy_from_slice(&of);
        row.extend(covariates.iter().flat_map(|value| effects.map(|of| of[place] * value)));
        row
    })
}

/// The logarithms of the parameters at given variables.
fn image(map: &Map, at: &[f64]) -> Point {
    std::array::from_fn(|place| {
        // A variable may stand at −∞, and must not meet a 0.
        let terms = map[place].iter().zip(at).filter(|(part, _)| **part != 0.0);
        let log: f64 = terms.map(|(part, variable)| part * variable).sum();
        // Beyond e⁶⁰ nothing changes but the risk to overflow.
        if log.is_finite() { log.clamp(-60.0, 60.0) } else { log }
    })
}

/// The variables of leaving when nobody does.
fn nobody_leaves(process: BuyingProcess) -> [f64; 2] {
    match process {
        BuyingProcess::ParetoNbd => [0.0, -FAR],
        _ => [f64::NEG_INFINITY, 0.0],
    }
}

/// Much leaving, little, and almost none: the likelihood may have a top in each region.
fn starts(process: BuyingProcess) -> &'static [[f64; 2]] {
    match process {
        BuyingProcess::Nbd => &[],
        BuyingProcess::ParetoNbd => &[[-0.5, 0.5], [0.5, -2.5], [-1.0, -5.0]],
        _ => &[[-1.2, 0.7], [-3.0, 2.3], [-7.5, 1.6]],
    }
}

/// The edges besides that of no dropout.
fn edges(process: BuyingProcess) -> &'static [Edge] {
    const fn edge(boundary: Boundary, place: usize, end: f64) -> Edge {
        Edge { boundary, place, end }
    }
    const LEAVING: [Edge; 3] = [
        edge(Boundary::HomogeneousDropout, 3, FAR),
        edge(Boundary::PolarizedDropout, 3, -FAR),
        edge(Boundary::EverybodyLeaves, 2, FAR),
    ];
    const RATES: Edge = edge(Boundary::HomogeneousRates, 0, FAR);
    match process {
        BuyingProcess::Nbd => &[RATES],
        BuyingProcess::BgNbd { .. } => &const { [LEAVING[0], LEAVING[1], LEAVING[2], RATES] },
        BuyingProcess::ParetoNbd => &const { [edge(Boundary::HomogeneousDropout, 2, FAR), RATES] },
        BuyingProcess::BgBb => {
            &const {
                let chances = edge(Boundary::HomogeneousRates, 1, FAR);
                let extremes = edge(Boundary::PolarizedRates, 1, -FAR);
                [LEAVING[0], LEAVING[1], LEAVING[2], chances, extremes]
            }
        }
    }
}

/// The logarithms of the parameters and the effects for covariates as they were given.
fn unscaled(
    process: BuyingProcess,
    mut logs: [f64; 4],
    mut effects: Vec<[f64; 2]>,
    scale: &Scale,
) -> ([f64; 4], Vec<[f64; 2]>) {
    for (effect, (mean, spread)) in effects.iter_mut().zip(scale.means.iter().zip(&scale.spreads)) {
        for (value, of) in effect.iter_mut().zip(process.effects()) {
            *value /= spread;
            logs.iter_mut().zip(of).for_each(|(log, part)| *log -= part * *value * mean);
        }
    }
    (logs, effects)
}

/// Defaults, setters and the fit of settings that say nothing but how to search; they are named as their process.
macro_rules! plain_settings {
    ($settings:ident) => {
        impl Default for $settings {
            fn default() -> Self {
                $settings { penalizer: 0.0, max_iterations: 500, tolerance: 1e-9 }
            }
        }

        crate::insight::value::search::search_setters! { $settings }

        impl crate::model::Fit<crate::data::Summary> for $settings {
            type Model = super::model::BuyingModel;

            fn fit_with(
                &self,
                summary: &crate::data::Summary,
                control: &crate::model::Control,
            ) -> crate::error::Result<Self::Model> {
                let (of, penalizer) = (stringify!($settings), self.penalizer);
                let stop = crate::insight::value::search::checked_stop(
                    of,
                    penalizer,
                    self.max_iterations,
                    self.tolerance,
                )?;
                let process = super::process::BuyingProcess::$settings;
                super::fit::Task { of, process, penalizer, stop }.fit(summary, control)
            }
        }
    };
}
pub(super) use plain_settings;
