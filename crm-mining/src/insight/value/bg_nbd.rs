//! The BG/NBD model of repeat buying: settings and the search for its parameters.

use super::bg_likelihood::{Likelihood, Point};
use super::bg_model::{BgNbdModel, BgNbdStandardErrors};
use super::collapse::Collapsed;
use super::search::{Climber, Edge, FAR, SAME, Settled, checked_stop};
use super::status::{Boundary, FitStatus};
use crate::data::Summary;
use crate::error::{ErrorKind, Result};
use crate::math::linear::{Cholesky, Matrix};
use crate::math::optimize::Stop;
use crate::model::{Control, Fit};
use serde::{Deserialize, Serialize};

/// The BG/NBD model of repeat buying: who is still a customer, and how often will they buy?
///
/// While a customer is alive purchases come at random at a rate of their own; after each repeat purchase the
/// customer leaves for good with a probability of their own. Rates follow a gamma distribution (r, α) over
/// customers, probabilities a beta distribution (a, b). Use it for buying without contract, where nobody
/// says goodbye. It needs only a [`Summary`]; a year of records of some hundred customers is enough.
///
/// The parameters are those of greatest likelihood, found by Newton steps with the exact gradient and Hessian.
/// Times are rescaled within, so days and weeks lead to the same model. Where the likelihood is greatest at
/// an edge of the range, [`BgNbdModel::status`] names the [`Boundary`].
///
/// # Errors
/// `fit` fails with [`ErrorKind::NotEnoughData`] for fewer than two customers or no repeat purchase,
/// [`ErrorKind::InvalidValue`] for a repeat purchase at the time of the first one or more than a million of
/// them, [`ErrorKind::InvalidParameter`], and [`ErrorKind::NotConverged`].
///
/// # Complexity
/// O(n) to find the distinct records, then some dozens of passes over those.
///
/// # Reference
/// Fader, Hardie & Lee (2005), "Counting your customers" the easy way, Marketing Science 24(2).
///
/// # Example
/// ```
/// use crm_mining::{Fit, data::{Days, Summary}, insight::BgNbd};
///
/// let summary = Summary::new(
///     vec![2.0, 1.0, 0.0, 0.0, 5.0, 0.0, 3.0, 1.0],
///     vec![200.0, 12.0, 0.0, 0.0, 250.0, 0.0, 40.0, 210.0],
///     vec![272.0, 272.0, 272.0, 265.0, 265.0, 260.0, 260.0, 255.0],
///     vec![22.4, 11.8, 0.0, 0.0, 35.0, 0.0, 18.0, 60.0],
/// )?;
/// let buying = BgNbd::default().fit(&summary)?;
/// let alive = buying.p_alive(&summary)?;
/// assert!(alive[6] < alive[4]); // three purchases long ago against five lately
/// let next_quarter = buying.expected_purchases(&summary, Days(90))?;
/// assert!(next_quarter[4] > next_quarter[6]);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BgNbd {
    /// Weight of r² + α² + a² + b², taken off the mean log-likelihood, with α in units of the greatest age
    /// (as in lifetimes). From 0; default 0.
    pub penalizer: f64,
    /// Newton steps allowed to each search. From 1; default 500.
    pub max_iterations: usize,
    /// A search has converged when another step is expected to raise the log-likelihood by less. Above 0;
    /// default 1e-9.
    pub tolerance: f64,
}

impl Default for BgNbd {
    fn default() -> Self {
        BgNbd { penalizer: 0.0, max_iterations: 500, tolerance: 1e-9 }
    }
}

impl BgNbd {
    /// Sets [`BgNbd::penalizer`].
    pub fn penalizer(mut self, weight: f64) -> Self {
        self.penalizer = weight;
        self
    }

    /// Sets [`BgNbd::max_iterations`].
    pub fn max_iterations(mut self, steps: usize) -> Self {
        self.max_iterations = steps;
        self
    }

    /// Sets [`BgNbd::tolerance`].
    pub fn tolerance(mut self, rise: f64) -> Self {
        self.tolerance = rise;
        self
    }
}

const OF: &str = "BgNbd";

impl Fit<Summary> for BgNbd {
    type Model = BgNbdModel;

    fn fit_with(&self, summary: &Summary, control: &Control) -> Result<BgNbdModel> {
        let stop = checked_stop(OF, self.penalizer, self.max_iterations, self.tolerance)?;
        check(summary)?;
        control.check(STAGE)?;
        let records = Collapsed::new(summary);
        let unit = summary.age().iter().fold(0.0, |most: f64, &age| most.max(age));
        let likelihood = Likelihood::new(&records, unit, self.penalizer * summary.len() as f64);
        let end = search(&likelihood, stop, control)?;
        let point = to_point(&end.optimum.at);
        let [r, alpha, a, b] = point.map(f64::exp);
        let (a, b) = if a == 0.0 { (0.0, 1.0) } else { (a, b) };
        let status = FitStatus::of(end.boundaries);
        let standard_errors = match &status {
            FitStatus::Converged => standard_errors(&likelihood, &point, unit),
            FitStatus::Boundary(_) => None,
        };
        let mut model = BgNbdModel {
            r,
            alpha: alpha * unit,
            a,
            b,
            days_per_unit: summary.days_per_unit(),
            n_customers: summary.len(),
            log_likelihood: 0.0,
            iterations: end.optimum.iterations,
            status,
            standard_errors,
        };
        model.log_likelihood = model.log_likelihood_of(&records);
        Ok(model)
    }
}

const STAGE: &str = "BG/NBD";

fn check(summary: &Summary) -> Result<()> {
    let not_enough = |needed, unit, got| Err(ErrorKind::NotEnoughData { of: OF, needed, unit, got }.into());
    if summary.len() < 2 {
        return not_enough(2, "customers", summary.len());
    }
    if summary.frequency().iter().all(|&x| x == 0.0) {
        return not_enough(1, "customers with a repeat purchase", 0);
    }
    let invalid = |column: &str, row: usize, must_be: &str, got: f64| {
        let (column, must_be, got) = (column.to_owned(), must_be.to_owned(), got.to_string());
        Err(ErrorKind::InvalidValue { table: "Summary".into(), column, row: row as u64 + 1, must_be, got }
            .into())
    };
    for (row, (&x, &recency)) in summary.frequency().iter().zip(summary.recency()).enumerate() {
        if x > 1e6 {
            return invalid("frequency", row, "at most a million", x);
        }
        if x > 0.0 && recency <= 0.0 {
            return invalid("recency", row, "above 0 with a repeat purchase", recency);
        }
    }
    Ok(())
}

/// The variables of the search: ln r, ln (r/α), ln (a/b), ln b. Every edge of the range is one of them going
/// to infinity while the others stay.
type Variables = [f64; 4];

/// ln r, ln α, ln a, ln b out of the variables.
const MAP: Matrix<4> =
    [[1.0, 0.0, 0.0, 0.0], [1.0, -1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0], [0.0, 0.0, 0.0, 1.0]];

fn to_point(&[ln_r, ln_rate, ln_odds, ln_b]: &Variables) -> Point {
    // Beyond e⁶⁰ nothing changes but the risk to overflow.
    [ln_r, ln_r - ln_rate, ln_odds + ln_b, ln_b]
        .map(|log| if log.is_finite() { log.clamp(-60.0, 60.0) } else { log })
}

/// The edges besides that of no dropout.
const EDGES: [Edge; 4] = [
    Edge { boundary: Boundary::HomogeneousDropout, place: 3, end: FAR },
    Edge { boundary: Boundary::PolarizedDropout, place: 3, end: -FAR },
    Edge { boundary: Boundary::EverybodyLeaves, place: 2, end: FAR },
    Edge { boundary: Boundary::HomogeneousRates, place: 0, end: FAR },
];

/// The best of several climbs inside the range, or an edge where the likelihood is no smaller.
fn search(likelihood: &Likelihood, stop: Stop, control: &Control) -> Result<Settled<4>> {
    let mut climber = Climber {
        function: |at: &Variables| {
            control.check(STAGE)?;
            Ok(likelihood.at(&to_point(at)).of(&MAP))
        },
        stop,
    };
    let no_dropout = [false, false, true, true];
    let crude = likelihood.crude_rate().ln();
    let nobody = climber.climb([0.0, crude, f64::NEG_INFINITY, 0.0], no_dropout)?;
    let [ln_r, ln_rate, ..] = nobody.at;
    // Much dropout, little, and almost none: the likelihood may have a top in each region.
    let mut best = climber.climb([ln_r, ln_rate, -1.2, 0.7], [false; 4])?;
    for (ln_odds, ln_b) in [(-3.0, 2.3), (-7.5, 1.6)] {
        let other = climber.climb([ln_r, ln_rate, ln_odds, ln_b], [false; 4])?;
        if other.value > best.value {
            best = other;
        }
    }
    let inside = if nobody.value >= best.value - SAME {
        Settled { optimum: nobody, fixed: no_dropout, boundaries: vec![Boundary::NobodyLeaves] }
    } else {
        Settled { optimum: best, fixed: [false; 4], boundaries: Vec::new() }
    };
    climber.settle(inside, &EDGES, OF)
}

/// From the curvature of the log-likelihood at its top; `None` where it has no clear top.
fn standard_errors(likelihood: &Likelihood, point: &Point, unit: f64) -> Option<BgNbdStandardErrors> {
    let curvature = likelihood.at(point).hessian.map(|row| row.map(|value| -value));
    let variance = Cholesky::new(&curvature)?.inverse_diagonal();
    let [ln_r, ln_alpha, ln_a, ln_b] = *point;
    let [r, alpha, a, b] = variance.map(f64::sqrt);
    Some(BgNbdStandardErrors {
        r: r * ln_r.exp(),
        alpha: alpha * ln_alpha.exp() * unit,
        a: a * ln_a.exp(),
        b: b * ln_b.exp(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random::Random;

    /// Customers bought by the very story of the model, in days.
    fn simulated(n: usize, [r, alpha, a, b]: [f64; 4]) -> Summary {
        let mut random = Random::new(20);
        let mut columns: [Vec<f64>; 3] = Default::default();
        for _ in 0..n {
            let age = 200.0 + 165.0 * random.uniform();
            let (rate, leave) = (random.gamma(r, alpha), random.beta(a, b));
            let (mut x, mut last) = (0.0, 0.0);
            loop {
                let next = last + random.exponential(rate);
                if next > age {
                    break;
                }
                (x, last) = (x + 1.0, next);
                if random.uniform() < leave {
                    break;
                }
            }
            for (column, value) in columns.iter_mut().zip([x, last, age]) {
                column.push(value);
            }
        }
        let [x, recency, age] = columns;
        Summary::new(x, recency, age, vec![0.0; n]).unwrap()
    }

    #[test]
    fn recovers_the_parameters_of_simulated_customers() {
        for truth in [[0.8, 30.0, 0.6, 2.5], [2.5, 100.0, 1.5, 12.0]] {
            let model = BgNbd::default().fit(&simulated(6000, truth)).unwrap();
            let se = model.standard_errors().unwrap();
            let found = [(model.r, se.r), (model.alpha, se.alpha), (model.a, se.a), (model.b, se.b)];
            for ((found, error), truth) in found.into_iter().zip(truth) {
                assert!((found - truth).abs() < 3.0 * error, "{found} ± {error}, truth {truth}");
                assert!(error < 0.35 * truth, "{found} ± {error}, truth {truth}");
            }
        }
    }

    #[test]
    fn names_the_edges() {
        let status = |x: Vec<f64>, recency: Vec<f64>, age: f64| {
            let n = x.len();
            let summary = Summary::new(x, recency, vec![age; n], vec![0.0; n]).unwrap();
            let model = BgNbd::default().fit(&summary).unwrap();
            assert!([model.r, model.alpha, model.b].iter().all(|value| value.is_finite() && *value > 0.0));
            assert_eq!(model.standard_errors, None);
            match model.status {
                FitStatus::Converged => Vec::new(),
                FitStatus::Boundary(boundaries) => boundaries,
            }
        };
        // Everybody bought up to the end, all at nearly one rate.
        let steady = status(vec![9.0, 10.0, 11.0, 10.0], vec![99.0, 98.0, 99.0, 97.0], 100.0);
        assert_eq!(steady, [Boundary::NobodyLeaves, Boundary::HomogeneousRates]);
        // One repeat purchase soon after the first, then silence for everybody.
        let once = status(vec![1.0; 6], vec![1.0, 2.0, 1.0, 3.0, 2.0, 1.0], 300.0);
        assert!(once.contains(&Boundary::EverybodyLeaves), "{once:?}");
        // Half fall silent after the first repeat, half buy on for good.
        let x = [vec![1.0; 20], vec![40.0; 20]].concat();
        let halves = status(x, [vec![5.0; 20], vec![299.0; 20]].concat(), 300.0);
        assert!(halves.contains(&Boundary::PolarizedDropout), "{halves:?}");
        // Silence comes after 1, 2, 3, … purchases as by the toss of one coin.
        let x: Vec<f64> = (1..=6).flat_map(|k| vec![f64::from(k); 1 << (6 - k)]).collect();
        let recency = x.iter().map(|x| 3.0 * x).collect();
        let coin = status(x, recency, 300.0);
        assert!(coin.contains(&Boundary::HomogeneousDropout), "{coin:?}");
    }

    #[test]
    fn refuses_what_no_model_can_be_fitted_to() {
        let fit = |x: Vec<f64>, recency: Vec<f64>| {
            let n = x.len();
            BgNbd::default()
                .fit(&Summary::new(x, recency, vec![100.0; n], vec![0.0; n]).unwrap())
                .unwrap_err()
        };
        let few = |error: &crate::Error, least: usize| matches!(error.kind(), ErrorKind::NotEnoughData { needed, .. } if *needed == least);
        assert!(few(&fit(vec![], vec![]), 2));
        assert!(few(&fit(vec![3.0], vec![50.0]), 2));
        assert!(few(&fit(vec![0.0; 9], vec![0.0; 9]), 1));
        let at_once = fit(vec![0.0, 1.0], vec![0.0, 0.0]);
        assert!(matches!(at_once.kind(), ErrorKind::InvalidValue { row: 2, .. }), "{at_once}");
        let summary = simulated(50, [0.8, 30.0, 0.6, 2.5]);
        for wrong in [
            BgNbd::default().penalizer(-1.0),
            BgNbd::default().penalizer(f64::NAN),
            BgNbd::default().max_iterations(0),
            BgNbd::default().tolerance(0.0),
        ] {
            assert!(matches!(wrong.fit(&summary).unwrap_err().kind(), ErrorKind::InvalidParameter { .. }));
        }
        let hurried = BgNbd::default().max_iterations(1).fit(&summary).unwrap_err();
        assert!(matches!(hurried.kind(), ErrorKind::NotConverged { .. }), "{hurried}");
    }
}
