//! What currencies are worth, by day.

use crate::data::Day;
use crate::error::{Result, invalid_parameter};
use serde::{Deserialize, Serialize};

/// What one unit of a currency is worth in the target currency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// The currency's code, such as `CNY`; upper and lower case are one.
    pub currency: String,
    /// From which day on, until the next rate; `None`: before all others too, and for rows without a time.
    #[serde(default)]
    pub from: Option<Day>,
    /// Units of the target currency for one.
    pub rate: f64,
}

/// A table of rates. The rate of a day is the latest one from that day or before.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rates {
    /// The currency that amounts are converted to; its own rate is 1.
    pub target: String,
    /// The rates, in any order.
    pub rates: Vec<Rate>,
}

impl Rates {
    /// Rates into this currency.
    pub fn to(target: impl Into<String>) -> Rates {
        Rates { target: target.into(), rates: Vec::new() }
    }

    /// The same with one rate that holds always.
    pub fn always(self, currency: impl Into<String>, rate: f64) -> Rates {
        self.with(Rate { currency: currency.into(), from: None, rate })
    }

    /// The same with one rate that holds from a day on.
    pub fn from(self, currency: impl Into<String>, day: Day, rate: f64) -> Rates {
        self.with(Rate { currency: currency.into(), from: Some(day), rate })
    }

    fn with(mut self, rate: Rate) -> Rates {
        self.rates.push(rate);
        self
    }

    pub(super) fn check(&self) -> Result<()> {
        match self.rates.iter().find(|rate| !(rate.rate.is_finite() && rate.rate > 0.0)) {
            Some(rate) => invalid_parameter("Merge", "rates", "finite and above 0", rate),
            None => Ok(()),
        }
    }

    /// The rates of one currency, ready to be asked by day; `None` when it is not known.
    pub(super) fn of(&self, currency: &str) -> Option<ByDay> {
        let currency = currency.trim();
        if !self.target.is_empty() && currency.eq_ignore_ascii_case(&self.target) {
            return Some(ByDay(vec![(None, 1.0)]));
        }
        let own = self.rates.iter().filter(|rate| rate.currency.trim().eq_ignore_ascii_case(currency));
        let mut days: Vec<(Option<Day>, f64)> = own.map(|rate| (rate.from, rate.rate)).collect();
        // Among rates of one day the last of the list holds: the sort is stable.
        days.sort_by_key(|&(from, _)| from);
        (!days.is_empty()).then_some(ByDay(days))
    }
}

/// The rates of one currency by first day, ascending; `None` comes first.
#[derive(Debug, Clone)]
pub(super) struct ByDay(Vec<(Option<Day>, f64)>);

impl ByDay {
    pub(super) fn on(&self, day: Option<Day>) -> Option<f64> {
        let after = self.0.partition_point(|&(from, _)| from <= day);
        Some(self.0.get(after.checked_sub(1)?)?.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_rate_so_far() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let rates = Rates::to("EUR").from("usd", day("2024-03-01"), 0.9).from("USD", day("2024-01-01"), 0.8);
        let dollar = rates.of("Usd ").unwrap();
        assert_eq!(dollar.on(Some(day("2024-02-29"))), Some(0.8));
        assert_eq!(dollar.on(Some(day("2024-03-01"))), Some(0.9));
        assert_eq!((dollar.on(Some(day("2023-12-31"))), dollar.on(None)), (None, None));
        assert_eq!(rates.of("eur").unwrap().on(None), Some(1.0));
        assert!(rates.of("GBP").is_none());
    }
}
