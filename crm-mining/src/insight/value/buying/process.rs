//! The stories of buying and leaving that the models tell, and what each says of one record.

use super::alive::Alive;
use super::bg_alive::BgAlive;
use super::bg_likelihood::BgLikelihood;
use super::bgbb_alive::BgBbAlive;
use super::bgbb_likelihood::BgBbLikelihood;
use super::collapse::Record;
use super::nbd_likelihood::NbdLikelihood;
use super::pareto_alive::ParetoAlive;
use super::pareto_likelihood::ParetoLikelihood;
use crate::math::optimize::Local;
use crate::math::quadrature::{LogSum, two_powers};
use serde::{Deserialize, Serialize};

/// The logarithms of the four parameters of a process.
pub(super) type Point = [f64; 4];

/// After which purchases a customer of the BG/NBD family may leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dropout {
    /// After every repeat purchase, as in BG/NBD: nobody leaves before the first one.
    #[default]
    AfterRepeats,
    /// After the first purchase too, as in MBG/NBD.
    AfterEvery,
}

impl Dropout {
    /// How many chances to leave x repeat purchases gave.
    pub(super) fn chances(self, x: f64) -> f64 {
        match self {
            Dropout::AfterRepeats => x,
            Dropout::AfterEvery => x + 1.0,
        }
    }
}

/// Which model of buying was fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BuyingProcess {
    /// NBD: nobody leaves.
    Nbd,
    /// BG/NBD, MBG/NBD, BG/CNBD-k or MBG/CNBD-k: customers leave after a purchase.
    BgNbd {
        /// After which purchases.
        dropout: Dropout,
        /// Stages between purchases, k.
        regularity: u32,
    },
    /// Pareto/NBD: customers leave at any time.
    ParetoNbd,
    /// BG/BB: customers buy and leave at given opportunities.
    BgBb,
}

impl BuyingProcess {
    /// The name in the literature, such as `"MBG/CNBD-2"`.
    pub fn name(self) -> String {
        match self {
            BuyingProcess::Nbd => "NBD".into(),
            BuyingProcess::ParetoNbd => "Pareto/NBD".into(),
            BuyingProcess::BgBb => "BG/BB".into(),
            BuyingProcess::BgNbd { dropout, regularity } => {
                let modified = if dropout == Dropout::AfterEvery { "M" } else { "" };
                match regularity {
                    1 => format!("{modified}BG/NBD"),
                    k => format!("{modified}BG/CNBD-{k}"),
                }
            }
        }
    }

    /// The names of its parameters.
    pub(super) fn parameters(self) -> &'static [&'static str] {
        match self {
            BuyingProcess::Nbd => &["r", "alpha"],
            BuyingProcess::BgNbd { .. } => &["r", "alpha", "a", "b"],
            BuyingProcess::ParetoNbd => &["r", "alpha", "s", "beta"],
            BuyingProcess::BgBb => &["alpha", "beta", "gamma", "delta"],
        }
    }

    /// Whether its times have a unit, so that its second parameter (and that of Pareto/NBD's dropout) has one.
    pub(super) fn timed(self) -> [bool; 4] {
        match self {
            BuyingProcess::Nbd | BuyingProcess::BgNbd { .. } => [false, true, false, false],
            BuyingProcess::ParetoNbd => [false, true, false, true],
            BuyingProcess::BgBb => [false; 4],
        }
    }

    /// By which power of e^γz a covariate's effect on buying, and on leaving, changes each parameter: it
    /// makes purchases and departures e^γz times as frequent.
    pub(super) fn effects(self) -> [[f64; 4]; 2] {
        match self {
            BuyingProcess::Nbd => [[0.0, -1.0, 0.0, 0.0], [0.0; 4]],
            BuyingProcess::BgNbd { .. } => [[0.0, -1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]],
            BuyingProcess::ParetoNbd => [[0.0, -1.0, 0.0, 0.0], [0.0, 0.0, 0.0, -1.0]],
            BuyingProcess::BgBb => [[1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]],
        }
    }

    /// Which variables are estimated, of the logarithms of four parameters and two effects per covariate.
    pub(super) fn estimated(self, n_covariates: usize) -> Vec<usize> {
        let nbd = self == BuyingProcess::Nbd;
        let parameters = 0..self.parameters().len();
        parameters.chain((4..4 + 2 * n_covariates).filter(|place| !(nbd && place % 2 == 1))).collect()
    }

    /// Stages between purchases.
    pub(super) fn regularity(self) -> u32 {
        match self {
            BuyingProcess::BgNbd { regularity, .. } => regularity,
            _ => 1,
        }
    }

    /// The log-likelihood of records of one group, with times divided by `unit`.
    pub(super) fn likelihood(self, records: &[Record], weights: &[f64], unit: f64) -> Likelihood {
        match self {
            BuyingProcess::Nbd => Likelihood::Nbd(NbdLikelihood::new(records, weights, unit)),
            BuyingProcess::BgNbd { dropout, regularity } => {
                Likelihood::Bg(BgLikelihood::new(records, weights, unit, dropout, regularity))
            }
            BuyingProcess::ParetoNbd => Likelihood::Pareto(ParetoLikelihood::new(records, weights, unit)),
            BuyingProcess::BgBb => Likelihood::BgBb(BgBbLikelihood::new(records, weights)),
        }
    }

    /// The probability that the customer of a record is still one.
    pub(super) fn p_alive(self, parameters: &[f64; 4], record: &Record) -> f64 {
        let log_odds_gone = match self {
            BuyingProcess::Nbd => return 1.0,
            BuyingProcess::BgNbd { dropout, regularity } => bg_gone(parameters, record, dropout, regularity),
            BuyingProcess::ParetoNbd => pareto_gone(parameters, record),
            BuyingProcess::BgBb => bgbb_gone(parameters, record),
        };
        1.0 / (1.0 + log_odds_gone.exp())
    }

    /// What is believed of the customer of a record who is alive.
    pub(super) fn believed(self, parameters: &[f64; 4], record: &Record) -> Alive {
        let [first, second, third, fourth] = *parameters;
        let Record { x, recency, age, .. } = *record;
        match self {
            BuyingProcess::Nbd => {
                let never =
                    BgAlive { shape: first + x, rate: second + age, a: 0.0, b: 1.0, k: 1, reach: 0.0 };
                Alive::Bg(never)
            }
            BuyingProcess::BgNbd { dropout, regularity } => Alive::Bg(BgAlive {
                shape: first + f64::from(regularity) * x,
                rate: second + age,
                a: third,
                b: fourth + dropout.chances(x),
                k: regularity,
                reach: (age - recency) / (second + age),
            }),
            BuyingProcess::ParetoNbd => Alive::Pareto(ParetoAlive {
                shape: first + x,
                rate: second + age,
                s: third,
                beta: fourth + age,
            }),
            BuyingProcess::BgBb => Alive::BgBb(BgBbAlive {
                alpha: first + x,
                beta: second + age - x,
                gamma: third,
                delta: fourth + age + 1.0,
            }),
        }
    }
}

/// The log-likelihood of some records under one process.
#[derive(Debug)]
pub(super) enum Likelihood {
    Nbd(NbdLikelihood),
    Bg(BgLikelihood),
    Pareto(ParetoLikelihood),
    BgBb(BgBbLikelihood),
}

impl Likelihood {
    pub(super) fn at(&self, point: &Point) -> Local<4> {
        match self {
            Likelihood::Nbd(of) => of.at(point),
            Likelihood::Bg(of) => of.at(point),
            Likelihood::Pareto(of) => of.at(point),
            Likelihood::BgBb(of) => of.at(point),
        }
    }
}

fn bg_gone([r, alpha, a, b]: &[f64; 4], record: &Record, dropout: Dropout, k: u32) -> f64 {
    let chances = dropout.chances(record.x);
    if chances == 0.0 || *a == 0.0 {
        return f64::NEG_INFINITY;
    }
    let stages = r + f64::from(k) * record.x;
    let silence = ((record.age - record.recency) / (alpha + record.recency)).ln_1p();
    let reach = (record.age - record.recency) / (alpha + record.age);
    let (mut begun, mut weight) = (0.0, 1.0);
    for stage in 0..k {
        let stage = f64::from(stage);
        begun += weight;
        weight *= (stages + stage) / (stage + 1.0) * reach;
    }
    a.ln() - (b + (chances - 1.0)).ln() + stages * silence - begun.ln()
}

fn pareto_gone(&[r, alpha, s, beta]: &[f64; 4], record: &Record) -> f64 {
    let Record { x, recency, age, .. } = *record;
    let mut gone = 0.0;
    two_powers([r + x, alpha], [s + 1.0, beta], recency, age - recency, |node| gone += node.weight);
    let silence = age - recency;
    let still = -(r + x) * (silence / (alpha + recency)).ln_1p() - s * (silence / (beta + recency)).ln_1p();
    s.ln() - (beta + recency).ln() + f64::ln(gone) - still
}

/// Gone after one of the opportunities i ≥ t_x, against still here for the next one after the n of the record.
fn bgbb_gone(&[alpha, beta, gamma, delta]: &[f64; 4], record: &Record) -> f64 {
    let Record { x, recency, age, .. } = *record;
    let mut log = (gamma / (delta + age)).ln();
    let mut gone = LogSum::NOTHING;
    gone.add(log);
    let mut i = age - 1.0;
    while i >= recency {
        log += ((alpha + beta + i) / (beta + i - x)).ln() + ((gamma + 1.0 + delta + i) / (delta + i)).ln();
        gone.add(log);
        i -= 1.0;
    }
    gone.value()
}
