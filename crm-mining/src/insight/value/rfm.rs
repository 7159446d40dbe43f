//! Recency, frequency and monetary value: scores and segments.

use super::rfm_scoring::{Best, Figure, RfmBorders, Scoring};
use super::rfm_segment::RfmSegment;
use crate::data::{Column, Day, Features, Keys, Ledger, Table, ToTable};
use crate::error::{ErrorKind, Result, invalid_parameter};
use crate::math::Exact;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// RFM: how recently, how often and for how much each customer bought, as scores from 1 (low) to `bins`
/// (high).
///
/// The oldest and still the most readable way to sort customers; it needs no model and one pass.
///
/// | figure | meaning |
/// |---|---|
/// | recency | whole days from the last purchase day to `as_of`; few days score high |
/// | frequency | distinct orders with a purchase, up to `as_of` |
/// | monetary | money paid less money returned, up to `as_of` |
///
/// Customers without a purchase until `as_of` are left out and counted. Scores and segments are relative:
/// they place a customer among the others of the ledger, but for the borders of [`Scoring::Borders`].
///
/// Three bins are coarse enough for a few hundred customers and for people to act on; five are customary;
/// nine need thousands. The ten segments read R and F on the scale of five ([`RfmSegment`]).
///
/// | setting | meaning | default |
/// |---|---|---|
/// | `bins` | scores go from 1 to this, 2 to 9 | 5 |
/// | `scoring` | how a figure becomes a score | [`Scoring::Quantile`]: equal figures, equal scores |
/// | `weights` | of R, F and M in the weighted score, from 0 to 1e9, not all 0 | 100, 10, 1 |
///
/// # Errors
/// `score`: a setting out of range; borders that do not fit the bins; no customer with a purchase until
/// `as_of`.
///
/// # Complexity
/// Sorting the customers three times.
///
/// # Reference
/// Hughes (1994), Strategic Database Marketing; the weights are those of IBM SPSS Direct Marketing.
///
/// # Example
/// ```
/// use crm_mining::data::{Ledger, Transaction, Transactions};
/// use crm_mining::insight::{Rfm, RfmSegment};
///
/// let line = |customer, day: &str, order, unit_price| -> crm_mining::Result<_> {
///     let time = day.parse::<crm_mining::data::Day>()?.start_micros();
///     Ok(Transaction { customer, time, order, item: "tea", quantity: 1.0, unit_price })
/// };
/// let orders = Transactions::from_rows([
///     line("ann", "2024-03-30", "1", 20.0)?,
///     line("ann", "2024-04-02", "2", 35.0)?,
///     line("bob", "2024-01-15", "3", 9.0)?,
/// ])?;
/// let ledger = Ledger::new(&orders);
/// let rfm = Rfm::default().score(&ledger, ledger.last_day())?;
/// assert_eq!((rfm.recency(), rfm.frequency(), rfm.monetary()), (&[0, 78][..], &[2, 1][..], &[55.0, 9.0][..]));
/// assert_eq!((rfm.r(), rfm.f(), rfm.m()), (&[5, 3][..], &[5, 3][..], &[5, 3][..]));
/// assert_eq!(rfm.segment(), [RfmSegment::Champion, RfmSegment::NeedAttention]);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rfm {
    /// Scores go from 1 to this. From 2 to 9; default 5.
    pub bins: u8,
    /// How a figure becomes a score. Default [`Scoring::Quantile`].
    pub scoring: Scoring,
    /// Weights of R, F and M in the weighted score. From 0 to 1e9, one of them above 0; default 100, 10, 1,
    /// which writes the three scores side by side.
    pub weights: [f64; 3],
}

impl Default for Rfm {
    fn default() -> Self {
        Rfm { bins: 5, scoring: Scoring::Quantile, weights: [100.0, 10.0, 1.0] }
    }
}

impl Rfm {
    /// Sets [`Rfm::bins`].
    pub fn bins(mut self, bins: u8) -> Self {
        self.bins = bins;
        self
    }

    /// Sets [`Rfm::scoring`].
    pub fn scoring(mut self, scoring: Scoring) -> Self {
        self.scoring = scoring;
        self
    }

    /// Sets [`Rfm::weights`].
    pub fn weights(mut self, weights: [f64; 3]) -> Self {
        self.weights = weights;
        self
    }

    /// Scores every customer with a purchase, as seen at the end of `as_of`.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameter`]; [`ErrorKind::NotEnoughData`] when nobody bought until `as_of`.
    ///
    /// # Complexity
    /// O(d + n log n) for d customer days and n customers.
    pub fn score(&self, ledger: &Ledger, as_of: Day) -> Result<RfmScores> {
        if !(2..=9).contains(&self.bins) {
            return invalid_parameter("Rfm", "bins", "from 2 to 9", self.bins);
        }
        let positive = self.weights.iter().any(|&weight| weight > 0.0);
        if !(positive && self.weights.iter().all(|weight| (0.0..=1e9).contains(weight))) {
            return invalid_parameter("Rfm", "weights", "from 0 to 1e9, one of them above 0", self.weights);
        }
        if let Scoring::Borders(borders) = &self.scoring {
            borders.check(self.bins)?;
        }
        let n_customers = ledger.customers().len();
        let figures: Vec<Option<Figures>> = (0..n_customers)
            .into_par_iter()
            .with_min_len(1024)
            .map(|customer| Figures::new(ledger, customer, as_of))
            .collect();
        let seen: Vec<u32> =
            (0u32..).zip(&figures).filter(|(_, figures)| figures.is_some()).map(|(place, _)| place).collect();
        let figures: Vec<Figures> = figures.into_iter().flatten().collect();
        if figures.is_empty() {
            let (needed, unit) = (1, "customers with a purchase until the day");
            return Err(ErrorKind::NotEnoughData { of: "Rfm", needed, unit, got: 0 }.into());
        }
        let recency: Vec<u32> = figures.iter().map(|of| of.recency).collect();
        let frequency: Vec<u32> = figures.iter().map(|of| of.frequency).collect();
        let monetary: Vec<Exact> = figures.iter().map(|of| of.monetary).collect();
        let ((r, f), m) = rayon::join(
            || {
                let recency = self.scores(&recency, Best::Least, |borders| &borders.recency);
                (recency, self.scores(&frequency, Best::Most, |borders| &borders.frequency))
            },
            || self.scores(&monetary, Best::Most, |borders| &borders.monetary),
        );
        Ok(RfmScores {
            customers: ledger.customers().select(&seen),
            left_out: n_customers - seen.len(),
            as_of,
            bins: self.bins,
            weighted: weighted(self.weights, [&r, &f, &m]),
            segment: r.iter().zip(&f).map(|(&r, &f)| RfmSegment::of(r, f, self.bins)).collect(),
            monetary: monetary.into_iter().map(Exact::value).collect(),
            recency,
            frequency,
            r,
            f,
            m,
        })
    }

    fn scores<T: Figure>(&self, values: &[T], best: Best, borders: fn(&RfmBorders) -> &[f64]) -> Vec<u8> {
        self.scoring.scores(values, best, self.bins, borders)
    }
}

/// The three figures of one customer.
#[derive(Debug, Clone, Copy)]
struct Figures {
    recency: u32,
    frequency: u32,
    monetary: Exact,
}

impl Figures {
    /// `None` for a customer without a purchase until then.
    fn new(ledger: &Ledger, customer: usize, as_of: Day) -> Option<Figures> {
        let days = ledger.days_until(customer, as_of);
        let last = days.iter().rev().find(|cell| cell.orders > 0)?;
        Some(Figures {
            recency: as_of.since(last.day).unsigned_abs(),
            frequency: ledger.n_orders(customer, as_of),
            monetary: days.iter().map(|cell| cell.amount).sum(),
        })
    }
}

fn weighted([of_r, of_f, of_m]: [f64; 3], [r, f, m]: [&[u8]; 3]) -> Vec<f64> {
    let scores = r.iter().zip(f).zip(m);
    scores.map(|((&r, &f), &m)| of_r * f64::from(r) + of_f * f64::from(f) + of_m * f64::from(m)).collect()
}

/// Figures, scores and segment of each customer, in the order of their keys.
#[derive(Debug, Clone, PartialEq)]
pub struct RfmScores {
    customers: Keys,
    left_out: usize,
    as_of: Day,
    bins: u8,
    recency: Vec<u32>,
    frequency: Vec<u32>,
    monetary: Vec<f64>,
    r: Vec<u8>,
    f: Vec<u8>,
    m: Vec<u8>,
    weighted: Vec<f64>,
    segment: Vec<RfmSegment>,
}

impl RfmScores {
    /// The customers.
    pub fn customers(&self) -> &Keys {
        &self.customers
    }

    /// Customers of the ledger without a purchase until the day: not scored.
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// The day at whose end the customers were looked at.
    pub fn as_of(&self) -> Day {
        self.as_of
    }

    /// The best score.
    pub fn bins(&self) -> u8 {
        self.bins
    }

    /// Whole days from the last purchase day.
    pub fn recency(&self) -> &[u32] {
        &self.recency
    }

    /// Distinct orders.
    pub fn frequency(&self) -> &[u32] {
        &self.frequency
    }

    /// Money paid less money returned.
    pub fn monetary(&self) -> &[f64] {
        &self.monetary
    }

    /// Recency scores.
    pub fn r(&self) -> &[u8] {
        &self.r
    }

    /// Frequency scores.
    pub fn f(&self) -> &[u8] {
        &self.f
    }

    /// Monetary scores.
    pub fn m(&self) -> &[u8] {
        &self.m
    }

    /// The scores times [`Rfm::weights`], added up.
    pub fn weighted(&self) -> &[f64] {
        &self.weighted
    }

    /// Segments.
    pub fn segment(&self) -> &[RfmSegment] {
        &self.segment
    }

    /// Recency, frequency and monetary value as they are, as features of the customers.
    pub fn features(&self) -> Features {
        let rows = self.recency.iter().zip(&self.frequency).zip(&self.monetary);
        let values = rows.flat_map(|((&r, &f), &m)| [f64::from(r), f64::from(f), m]).collect();
        Features::of(["recency", "frequency", "monetary"], values, self.customers.clone())
    }
}

impl ToTable for RfmScores {
    fn to_table(&self) -> Table {
        let ints = |name: &str, values: &[u32]| {
            Column::ints(name, values.iter().map(|&value| i64::from(value)).collect())
        };
        let scores = |name: &str, values: &[u8]| {
            Column::ints(name, values.iter().map(|&value| i64::from(value)).collect())
        };
        Table::of(
            "rfm",
            vec![
                Column::keys("customer", &self.customers),
                ints("recency", &self.recency),
                ints("frequency", &self.frequency),
                Column::floats("monetary", self.monetary.clone()),
                scores("r", &self.r),
                scores("f", &self.f),
                scores("m", &self.m),
                Column::floats("weighted", self.weighted.clone()),
                Column::text("segment", self.segment.iter().map(|segment| Some(segment.name()))),
            ],
        )
    }
}
