//! The BG/NBD family of models of repeat buying: settings.

use super::fit::Task;
use super::model::BuyingModel;
use super::process::{BuyingProcess, Dropout};
use crate::data::Summary;
use crate::error::{Result, invalid_parameter};
use crate::insight::value::search::{checked_stop, search_setters};
use crate::model::{Control, Fit};
use serde::{Deserialize, Serialize};

/// The BG/NBD model of repeat buying and its kin: who is still a customer, and how often will they buy?
///
/// While a customer is alive purchases come at random at a rate of their own; after each repeat purchase the
/// customer leaves for good with a probability of their own. Rates follow a gamma distribution (r, α) over
/// customers, probabilities a beta distribution (a, b). Use it for buying without contract, where nobody
/// says goodbye. It needs only a [`Summary`]; a year of records of some hundred customers is enough.
///
/// | model | settings |
/// |---|---|
/// | BG/NBD | default |
/// | MBG/NBD: one may leave after the first purchase too | [`BgNbd::modified`] |
/// | BG/CNBD-k: gaps more regular than by chance, Erlang-k | [`BgNbd::regularity`] k |
/// | MBG/CNBD-k | both |
///
/// Where most customers bought once, MBG/NBD usually says more of them than BG/NBD, which takes them all for alive.
///
/// The parameters are those of greatest likelihood, found by Newton steps with the exact gradient and Hessian.
/// Times are rescaled within, so days and weeks lead to the same model. Where the likelihood is greatest at
/// an edge of the range, [`BuyingModel::status`] names the [`Boundary`](crate::insight::Boundary). Covariates of the
/// summary are used: see [`BuyingModel::parameters`].
///
/// # Errors
/// `fit` fails with [`ErrorKind::NotEnoughData`](crate::ErrorKind::NotEnoughData) for fewer than two customers or no
/// repeat purchase, `InvalidValue` for a repeat purchase at the time of the first one or more than a million of
/// them, `InvalidColumn` for a covariate that is constant or follows from others, `InvalidParameter`, and
/// `NotConverged`.
///
/// # Complexity
/// O(n) to find the distinct records, then some dozens of passes over those.
///
/// # Reference
/// Fader, Hardie & Lee (2005), "Counting your customers" the easy way, Marketing Science 24(2); Batislam, Denizel &
/// Filiztekin (2007), IJRM 24(3); Reutterer, Platzer & Schröder (2021), IJRM 38(1); covariates: Fader & Hardie (2007),
/// note 019.
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
    /// After which purchases customers may leave. Default after repeat purchases only.
    pub dropout: Dropout,
    /// Stages between purchases, k: 1 for gaps by pure chance, more for regular ones. From 1 to 20; default 1.
    pub regularity: u32,
    /// Weight of r² + α² + a² + b², taken off the mean log-likelihood, with α in units of the
    /// greatest age (as in lifetimes). From 0; default 0.
    pub penalizer: f64,
    /// Newton steps allowed to each search. From 1; default 500.
    pub max_iterations: usize,
    /// A search has converged when another step is expected to raise the log-likelihood by less. Above 0;
    /// default 1e-9.
    pub tolerance: f64,
}

impl Default for BgNbd {
    fn default() -> Self {
        BgNbd {
            dropout: Dropout::AfterRepeats,
            regularity: 1,
            penalizer: 0.0,
            max_iterations: 500,
            tolerance: 1e-9,
        }
    }
}

impl BgNbd {
    /// MBG/NBD: a customer may leave after the first purchase too.
    pub fn modified() -> Self {
        BgNbd { dropout: Dropout::AfterEvery, ..BgNbd::default() }
    }

    /// Sets [`BgNbd::dropout`].
    pub fn dropout(mut self, after: Dropout) -> Self {
        self.dropout = after;
        self
    }

    /// Sets [`BgNbd::regularity`].
    pub fn regularity(mut self, stages: u32) -> Self {
        self.regularity = stages;
        self
    }
}

search_setters! { BgNbd }

impl Fit<Summary> for BgNbd {
    type Model = BuyingModel;

    fn fit_with(&self, summary: &Summary, control: &Control) -> Result<BuyingModel> {
        const OF: &str = "BgNbd";
        let stop = checked_stop(OF, self.penalizer, self.max_iterations, self.tolerance)?;
        if !(1..=20).contains(&self.regularity) {
            return invalid_parameter(OF, "regularity", "from 1 to 20", self.regularity);
        }
        let process = BuyingProcess::BgNbd { dropout: self.dropout, regularity: self.regularity };
        Task { of: OF, process, penalizer: self.penalizer, stop }.fit(summary, control)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;
    use crate::insight::{Boundary, FitStatus};
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
            for (found, truth) in model.parameters().into_iter().zip(truth) {
                let (value, error) = (found.value, found.standard_error.unwrap());
                assert!((value - truth).abs() < 3.0 * error, "{found:?}, truth {truth}");
                assert!(error < 0.35 * truth, "{found:?}, truth {truth}");
            }
        }
    }

    #[test]
    fn names_the_edges() {
        let status = |x: Vec<f64>, recency: Vec<f64>, age: f64| {
            let n = x.len();
            let summary = Summary::new(x, recency, vec![age; n], vec![0.0; n]).unwrap();
            let model = BgNbd::default().fit(&summary).unwrap();
            let names = ["r", "alpha", "b"];
            assert!(
                names.map(|name| model.parameter(name).unwrap()).iter().all(|v| v.is_finite() && *v > 0.0)
            );
            assert!(model.parameters().iter().all(|parameter| parameter.standard_error.is_none()));
            match model.status() {
                FitStatus::Converged => Vec::new(),
                FitStatus::Boundary(boundaries) => boundaries.clone(),
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
