//! Accelerated failure time: settings and fit.

mod distribution;
mod likelihood;
mod model;

use super::arrange::{Kind, Lines, Scaling, useless};
use super::concordance::{of_sorted, rising};
use super::durations::{Durations, Timed, invalid};
use super::newton::{Cholesky, Stop, Stuck, Top, climb};
use crate::error::{ErrorKind, Result};
use crate::model::{Control, Fit};
use likelihood::{Design, Subject};
use serde::{Deserialize, Serialize};

pub use distribution::AftDistribution;
pub use model::AftModel;

const OF: &str = "Aft";
const STAGE: &str = "accelerated failure time";

/// Accelerated failure time: by what factor each feature stretches or shortens the time to the event.
///
/// ln t = intercept + Σ coefficient × value + noise, where the distribution says how the noise is formed and the
/// shape how strong it is. Use it, in place of [`Cox`](super::Cox), to speak of times rather than of risks, to
/// look beyond the last duration seen, or for a small model: it holds no curve. Fitted to [`Durations`] alone, it
/// gives the distribution of the times of all (the Weibull distribution by default).
///
/// | distribution | scale | shape |
/// |---|---|---|
/// | Weibull | λ = e^(intercept + …) | ρ |
/// | log-normal | μ = intercept + … | σ |
/// | log-logistic | α = e^(intercept + …) | β |
///
/// The parameters are those of greatest likelihood, by Newton steps with the exact gradient and Hessian, from
/// which the standard errors come. Inside, columns are standardised. A subject watched for no time at all, without
/// the event, changes nothing.
///
/// # Errors
/// `fit`: a setting out of range; [`ErrorKind::NotEnoughData`] for fewer than two rows or no observed event;
/// [`ErrorKind::InvalidValue`] for an event at time 0; [`ErrorKind::InvalidColumn`], naming it, for a column of
/// one value, one that follows from the columns before it, one whose coefficient grows without end, one beyond
/// 1e100 in size, and for durations that the features determine to the last digit; [`ErrorKind::NotConverged`];
/// the caller's wish to stop.
///
/// # Complexity
/// O(n log n + n d²) time and O(n d) memory; some 10 passes over the rows.
///
/// # Reference
/// J. D. Kalbfleisch, R. L. Prentice (2002), The Statistical Analysis of Failure Time Data, 2nd ed., chapter 3.
/// J. Burridge (1981), JRSS B 43.
///
/// # Example
/// ```
/// use crm_mining::{Fit, data::Features, learn::{Aft, Durations, Timed}};
///
/// let complaints = Features::new(["complaints"], vec![3.0, 0.0, 2.0, 1.0, 0.0, 2.0])?;
/// let months = Durations::new(
///     vec![2.0, 24.0, 9.0, 4.0, 12.0, 14.0],
///     vec![true, false, true, true, true, true],
/// )?;
/// let everybody = Aft::default().fit(&months)?; // a Weibull distribution
/// assert!(everybody.shape() > 1.0); // the longer, the likelier to end
/// let model = Aft::default().fit(&Timed::new(complaints, months)?)?;
/// assert!(model.coefficients()[0] < 0.0); // complaints shorten the stay
/// let median = model.median(&Features::new(["complaints"], vec![0.0, 3.0])?)?;
/// assert!(median[0] > median[1]);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Aft {
    /// How the durations of like subjects are distributed. Default Weibull.
    pub distribution: AftDistribution,
    /// Newton steps allowed. From 1; default 100.
    pub max_iterations: usize,
    /// The search has converged when another step is expected to raise the log-likelihood by less. Above 0;
    /// default 1e-9.
    pub tolerance: f64,
}

impl Default for Aft {
    fn default() -> Self {
        Aft { distribution: AftDistribution::Weibull, max_iterations: 100, tolerance: 1e-9 }
    }
}

impl Aft {
    /// Sets [`Aft::distribution`].
    pub fn distribution(mut self, distribution: AftDistribution) -> Self {
        self.distribution = distribution;
        self
    }

    /// Sets [`Aft::max_iterations`].
    pub fn max_iterations(mut self, steps: usize) -> Self {
        self.max_iterations = steps;
        self
    }

    /// Sets [`Aft::tolerance`].
    pub fn tolerance(mut self, rise: f64) -> Self {
        self.tolerance = rise;
        self
    }
}

impl Fit<Timed> for Aft {
    type Model = AftModel;

    fn fit_with(&self, data: &Timed, control: &Control) -> Result<AftModel> {
        let stop = Stop::checked(OF, self.max_iterations, self.tolerance)?;
        let (durations, names) = (data.durations(), data.features().names());
        check(durations)?;
        control.check(STAGE)?;
        let (lines, scaling) = Lines::of(OF, data, false)?;
        scaling.check_constant(OF, names)?;
        if let Some(column) = lines.dependent_column() {
            return named(names, column, "free of the columns before it", "a linear combination of them");
        }
        let design = Design::new(lines.width, subjects(&lines, durations));
        let top = self.search(&design, names, &scaling, stop, control)?;
        let null = self.search(&design.without_features(), &[], &Scaling::none(), stop, control)?;
        let mut model = self.model(&top, &design, names, &scaling)?;
        model.null_log_likelihood = null.place.value;
        model.concordance = of_sorted(&rising(&lines, model.risk_of(&lines, &scaling)));
        (model.n_rows, model.n_events) = (durations.len(), durations.n_events());
        Ok(model)
    }
}

/// The distribution of all durations, without features.
impl Fit<Durations> for Aft {
    type Model = AftModel;

    fn fit_with(&self, durations: &Durations, control: &Control) -> Result<AftModel> {
        let stop = Stop::checked(OF, self.max_iterations, self.tolerance)?;
        check(durations)?;
        control.check(STAGE)?;
        let mut rows: Vec<Subject<'_>> = durations
            .subjects()
            .enumerate()
            .map(|(row, (time, observed, weight))| Subject {
                time,
                observed,
                weight,
                entry: durations.entry_of(row),
                values: &[],
            })
            .collect();
        rows.sort_unstable_by(|a, b| {
            let by_time = b.time.total_cmp(&a.time).then(b.observed.cmp(&a.observed));
            by_time.then(a.weight.total_cmp(&b.weight)).then(a.entry.total_cmp(&b.entry))
        });
        let design = Design::new(0, rows.iter().copied());
        let top = self.search(&design, &[], &Scaling::none(), stop, control)?;
        let mut model = self.model(&top, &design, &[], &Scaling::none())?;
        (model.n_rows, model.n_events) = (durations.len(), durations.n_events());
        Ok(model)
    }
}

impl Aft {
    /// The top of the likelihood, which must be at a finite place.
    fn search(
        &self,
        design: &Design,
        names: &[String],
        scaling: &Scaling,
        stop: Stop,
        control: &Control,
    ) -> Result<Top> {
        let mut start = design.start();
        // Late entries bend the likelihood the wrong way far from its top; without them it has one top.
        if let Some(simpler) = design.without_entries() {
            start = self.climb_on(&simpler, start, names, stop, control)?.at;
        }
        let top = self.climb_on(design, start, names, stop, control)?;
        // On the way to infinity the likelihood hardly rises any more, but the steps stay as long as they were.
        let lengths = top.step.iter().skip(1).zip(&scaling.ranges).map(|(step, range)| step.abs() * range);
        match lengths.enumerate().max_by(|a, b| a.1.total_cmp(&b.1)) {
            Some((column, length)) if length > RUNS_OFF => named(
                names,
                column,
                "such that it does not foretell the events without exception",
                "a coefficient that grows without end",
            ),
            _ => Ok(top),
        }
    }

    fn climb_on(
        &self,
        design: &Design,
        start: Vec<f64>,
        names: &[String],
        stop: Stop,
        control: &Control,
    ) -> Result<Top> {
        let (mut passes, mut exact) = (0, false);
        let sharpest = start.last().map_or(f64::INFINITY, |tau| tau * SHARPEST);
        let function = |at: &[f64]| {
            passes += 1;
            control.step(STAGE, passes, 0)?;
            exact |= at.last().is_some_and(|tau| *tau > sharpest);
            Ok(design.at(self.distribution, at))
        };
        let last = start.len() - 1;
        let found = climb(OF, function, start, stop)?;
        if exact || matches!(found, Err(Stuck::Flat(variable)) if variable == last) {
            let (must_be, got) = ("not determined by the features", "no spread around what they foretell");
            return useless(OF, "duration", must_be, got);
        }
        match found {
            Ok(top) => Ok(top),
            Err(Stuck::Flat(variable)) if variable > 0 => {
                let must_be = "of influence on the durations, given the columns before it";
                named(names, variable - 1, must_be, "none")
            }
            Err(Stuck::Flat(_)) => not_converged(0, stop.tolerance),
            Err(Stuck::NotConverged(kind)) => Err(kind.into()),
        }
    }

    /// The parameters as they are usually written, with their covariances by the same change of variables.
    fn model(&self, top: &Top, design: &Design, names: &[String], scaling: &Scaling) -> Result<AftModel> {
        let width = names.len();
        let Ok(factor) = Cholesky::new(&top.place.information, width + 2) else {
            return not_converged(top.iterations, self.tolerance);
        };
        let inverse = factor.inverse();
        let at = |place: usize| top.at.get(place).copied().unwrap_or_default();
        let tau = at(width + 1);
        let mut jacobian = vec![vec![0.0; width + 2]; width + 2];
        let mut set = |row: usize, column: usize, value: f64| {
            if let Some(cell) = jacobian.get_mut(row).and_then(|row| row.get_mut(column)) {
                *cell = value;
            }
        };
        let mut intercept = at(0) / tau;
        let mut coefficients = Vec::with_capacity(width);
        for (place, (deviation, mean)) in scaling.deviations.iter().zip(&scaling.means).enumerate() {
            let coefficient = at(place + 1) / (tau * deviation);
            set(place, place + 1, 1.0 / (tau * deviation));
            set(place, width + 1, -coefficient / tau);
            set(width, place + 1, -mean / (tau * deviation));
            intercept -= coefficient * mean;
            coefficients.push(coefficient);
        }
        let sign = self.distribution.shape_sign();
        set(width, 0, 1.0 / tau);
        set(width, width + 1, -intercept / tau);
        set(width + 1, width + 1, sign / tau);
        Ok(AftModel {
            distribution: self.distribution,
            names: names.to_vec(),
            coefficients,
            intercept: intercept + design.shift,
            log_shape: sign * tau.ln(),
            covariance: carried(&jacobian, &inverse),
            log_likelihood: top.place.value,
            null_log_likelihood: top.place.value,
            concordance: None,
            n_rows: 0,
            n_events: 0,
            iterations: top.iterations,
        })
    }
}

/// A last step that moves ln t by more than this, in deviations, though it raises nothing, leads to infinity.
const RUNS_OFF: f64 = 0.05;

/// The noise is none when it becomes so many times weaker than at the start.
const SHARPEST: f64 = 1e9;

fn named<T>(names: &[String], column: usize, must_be: &str, got: &str) -> Result<T> {
    useless(OF, names.get(column).map_or("", String::as_str), must_be, got)
}

fn not_converged<T>(iterations: usize, tolerance: f64) -> Result<T> {
    Err(ErrorKind::NotConverged { of: OF, iterations, change: f64::INFINITY, tolerance }.into())
}

fn check(durations: &Durations) -> Result<()> {
    let rows = durations.len();
    if rows < 2 {
        return Err(ErrorKind::NotEnoughData { of: OF, needed: 2, unit: "rows", got: rows }.into());
    }
    durations.check_events(OF)?;
    match durations.subjects().position(|(time, observed, _)| observed && time == 0.0) {
        None => Ok(()),
        Some(row) => Err(invalid("duration", row, "above 0 at an event", "0".into())),
    }
}

fn subjects<'a>(lines: &'a Lines, durations: &'a Durations) -> impl Iterator<Item = Subject<'a>> + Clone {
    let told = lines.times.iter().zip(&lines.kinds).zip(&lines.weights).zip(&lines.rows);
    told.zip(lines.values.chunks_exact(lines.width)).map(|((((&time, &kind), &weight), &row), values)| {
        let entry = durations.entry_of(row as usize);
        Subject { time, observed: kind == Kind::Event, weight, entry, values }
    })
}

/// J C Jᵀ.
fn carried(jacobian: &[Vec<f64>], covariance: &[f64]) -> Vec<f64> {
    let times = |row: &[f64]| -> Vec<f64> {
        covariance.chunks_exact(row.len()).map(|c| super::newton::dot(row, c)).collect()
    };
    let half: Vec<Vec<f64>> = jacobian.iter().map(|row| times(row)).collect();
    half.iter().flat_map(|a| jacobian.iter().map(|b| super::newton::dot(a, b))).collect()
}
