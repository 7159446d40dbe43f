//! Expected purchases beside those made: over time, and by how many customers made how many.
#![allow(clippy::indexing_slicing, reason = "bins are counted before they are filled")]

use super::collapse::{Collapsed, Record};
use super::holdout::Holdout;
use super::model::BuyingModel;
use crate::data::{Column, Day, Days, Summary, Table, ToTable};
use crate::error::{Result, invalid_parameter};

/// Repeat purchases of all customers together at the end of every week. Made by [`Holdout::track`].
#[derive(Debug, Clone, PartialEq)]
pub struct Tracking {
    /// The last days of the weeks; the cut is one of them.
    pub week_ends: Vec<Day>,
    /// Purchases expected from the first purchases up to each of the days.
    pub expected: Vec<f64>,
    /// Those made.
    pub actual: Vec<f64>,
}

impl Tracking {
    pub(super) fn new(holdout: &Holdout, model: &BuyingModel) -> Result<Tracking> {
        let calibration = &holdout.calibration;
        model.check(calibration)?;
        let first = holdout.first_days.iter().min().copied().unwrap_or(holdout.cut);
        let weeks = |days: i32| days / 7;
        let (before, after) = (weeks(holdout.cut.since(first)), weeks(holdout.end.since(holdout.cut)));
        let week_ends: Vec<Day> = (-before..=after).map(|week| holdout.cut + Days(7 * week)).collect();
        // One new customer per distinct first day and covariates, with their number.
        let days: Vec<f64> = holdout.first_days.iter().map(|day| f64::from(day.since(first))).collect();
        let zeros = vec![0.0; days.len()];
        let mut starts = Summary::new(zeros.clone(), zeros.clone(), days, zeros)?;
        starts.covariates = calibration.covariates().cloned();
        let collapsed = Collapsed::new(&starts);
        let unit = calibration.days_per_unit();
        let of_start: Vec<Vec<f64>> = model.of_records(&collapsed, |parameters, start| {
            let since = |day: &Day| f64::from(day.since(first)) - start.age;
            let spans: Vec<f64> = week_ends.iter().map(|day| (since(day) / unit).max(0.0)).collect();
            model.expected_until(parameters, &Record::NEW, &spans)
        });
        let expected = |week: usize| {
            of_start.iter().zip(&collapsed.counts).map(|(expected, count)| count * expected[week]).sum()
        };
        Ok(Tracking {
            expected: (0..week_ends.len()).map(expected).collect(),
            actual: week_ends
                .iter()
                .map(|end| holdout.repeats.partition_point(|day| day <= end) as f64)
                .collect(),
            week_ends,
        })
    }

    /// Purchases within each week, from the second on: expected and made.
    pub fn weekly(&self) -> Vec<(Day, f64, f64)> {
        let pairs =
            |values: &[f64]| -> Vec<f64> { values.windows(2).map(|pair| pair[1] - pair[0]).collect() };
        let (expected, actual) = (pairs(&self.expected), pairs(&self.actual));
        let days = self.week_ends.iter().skip(1).copied();
        days.zip(expected).zip(actual).map(|((day, expected), actual)| (day, expected, actual)).collect()
    }
}

impl ToTable for Tracking {
    fn to_table(&self) -> Table {
        let by_week = |cumulative: &[f64]| {
            let first = cumulative.first().copied();
            first.into_iter().chain(cumulative.windows(2).map(|pair| pair[1] - pair[0])).collect()
        };
        Table::of(
            "tracking",
            vec![
                Column::times("week_end", self.week_ends.iter().map(|day| day.start_micros()).collect()),
                Column::floats("expected", self.expected.clone()),
                Column::floats("actual", self.actual.clone()),
                Column::floats("expected_in_week", by_week(&self.expected)),
                Column::floats("actual_in_week", by_week(&self.actual)),
            ],
        )
    }
}

/// How many customers made so many repeat purchases, and how many a model expected to. Made by
/// [`BuyingModel::frequency_table`].
#[derive(Debug, Clone, PartialEq)]
pub struct FrequencyTable {
    /// Customers with 0, 1, 2, … purchases; the last with so many or more.
    pub actual: Vec<f64>,
    /// As many as the model expects.
    pub expected: Vec<f64>,
}

impl BuyingModel {
    /// How many customers made 0, 1, … repeat purchases and how many were expected to, knowing their ages alone; the last
    /// bin holds `most` and more.
    ///
    /// # Errors
    /// `most` below 1 or above 10,000; else as [`BuyingModel::p_alive`].
    pub fn frequency_table(&self, summary: &Summary, most: usize) -> Result<FrequencyTable> {
        if !(1..=10_000).contains(&most) {
            return invalid_parameter("BuyingModel", "most", "from 1 to 10000", most);
        }
        self.check(summary)?;
        let mut actual = vec![0.0; most + 1];
        for x in summary.frequency() {
            actual[(*x as usize).min(most)] += 1.0;
        }
        let ages = Summary {
            frequency: vec![0.0; summary.len()],
            recency: vec![0.0; summary.len()],
            ..summary.clone()
        };
        let collapsed = Collapsed::new(&ages);
        let counts: Vec<Vec<f64>> = self.of_records(&collapsed, |parameters, record| {
            let mut counts = vec![0.0; most];
            self.counts(parameters, &Record::NEW, record.age, &mut counts);
            counts
        });
        let mut expected = vec![0.0; most + 1];
        for (counts, customers) in counts.iter().zip(&collapsed.counts) {
            expected.iter_mut().zip(counts).for_each(|(sum, probability)| *sum += customers * probability);
        }
        expected[most] = (summary.len() as f64 - expected.iter().sum::<f64>()).max(0.0);
        Ok(FrequencyTable { actual, expected })
    }
}

impl ToTable for FrequencyTable {
    fn to_table(&self) -> Table {
        Table::of(
            "frequencies",
            vec![
                Column::ints("purchases", (0..self.actual.len() as i64).collect()),
                Column::floats("actual", self.actual.clone()),
                Column::floats("expected", self.expected.clone()),
            ],
        )
    }
}
