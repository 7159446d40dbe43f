//! Charts of what customers are expected to do, with intervals.

use super::bins::Bins;
use super::chart::{Channel, Chart, Encoding, Mark};
use super::pick::{check_names, one_of, percent};
use super::value_charts::histogram_chart;
use crate::data::{Column, Table};
use crate::error::{ErrorKind, Result};
use crate::insight::{ClvForecast, Forecast, Interval, NextPurchases};

/// Groups of customers: the group of each by its number from 0, and the names of the groups.
pub type Groups<'a> = (&'a [u32], &'a [&'a str]);

/// Purchases expected of all customers together, or of each group, with their interval.
///
/// # Errors
/// As [`Forecast::groups`]; fewer names than groups, or two groups of one name.
pub fn forecast_chart(forecast: &Forecast, groups: Option<Groups<'_>>) -> Result<Chart> {
    let bars = match groups {
        None => named(&["all customers"], vec![forecast.total()])?,
        Some((group_of, names)) => named(names, forecast.groups(group_of)?)?,
    };
    let (level, included) = (forecast.level(), forecast.parameters_included());
    Ok(interval_chart("Purchases expected", "expected purchases", &bars, level, included))
}

/// What all customers together, or each group, are expected to bring, with its interval.
///
/// # Errors
/// As [`ClvForecast::groups`]; fewer names than groups, or two groups of one name.
pub fn clv_forecast_chart(forecast: &ClvForecast, groups: Option<Groups<'_>>) -> Result<Chart> {
    let bars = match groups {
        None => named(&["all customers"], vec![forecast.total()])?,
        Some((group_of, names)) => named(names, forecast.groups(group_of)?)?,
    };
    let (level, included) = (forecast.level(), forecast.parameters_included());
    Ok(interval_chart("Lifetime value expected", "expected lifetime value", &bars, level, included))
}

/// Intervals by the names of their groups; a name beyond them is that of a group without customers.
fn named(names: &[&str], mut intervals: Vec<Interval>) -> Result<Vec<(String, Interval)>> {
    if names.len() < intervals.len() {
        let (of, a, b) = ("forecast_chart", "names", "groups");
        return Err(ErrorKind::LengthMismatch { of, a, a_len: names.len(), b, b_len: intervals.len() }.into());
    }
    check_names("forecast_chart", "names", names.iter().copied())?;
    intervals.resize(names.len(), Interval { expected: 0.0, low: 0.0, high: 0.0 });
    Ok(names.iter().map(|name| (*name).to_owned()).zip(intervals).collect())
}

/// A point per name with its interval as a rule. An interval without an upper end is not drawn, and counted.
fn interval_chart(
    title: &str,
    of: &str,
    groups: &[(String, Interval)],
    level: f64,
    parameters_included: bool,
) -> Chart {
    let bounded = |of: &Interval| of.low.is_finite() && of.high.is_finite();
    let end = |get: fn(&Interval) -> f64| {
        let value = move |(_, of): &(String, Interval)| if bounded(of) { get(of) } else { f64::NAN };
        groups.iter().map(value).collect()
    };
    let columns = vec![
        Column::text("group", groups.iter().map(|(name, _)| Some(name))),
        Column::floats("expected", groups.iter().map(|(_, of)| of.expected).collect()),
        Column::floats("low", end(|of| of.low)),
        Column::floats("high", end(|of| of.high)),
    ];
    let encodings = [
        (Channel::X, Encoding::nominal("group", "")),
        (Channel::Y, Encoding::quantitative("expected", of)),
        (Channel::Low, Encoding::quantitative("low", "")),
        (Channel::High, Encoding::quantitative("high", "")),
    ];
    let mut subtitle = format!("with intervals of {}", percent(level));
    if !parameters_included {
        subtitle.push_str(", the error of the parameters left out");
    }
    match groups.iter().filter(|(_, of)| !bounded(of)).count() {
        0 => {}
        1 => subtitle.push_str("; one has no upper end and is not drawn"),
        n => subtitle.push_str(&format!("; {n} have no upper end and are not drawn")),
    }
    Chart::of(title, Mark::Point, Table::of("forecast", columns), encodings).with_subtitle(subtitle)
}

/// How a figure of the next purchase is spread over the customers: `days`, `earliest`, `latest` (in days from the day
/// of observation, if there is another purchase) or `probability` (that there is).
///
/// Without bins, days are in 20 from the least to that which 95 % of the customers do not exceed: the rest may spread
/// over centuries, and is counted below the title.
///
/// # Errors
/// Another column; else as [`histogram_chart`].
pub fn next_purchase_chart(next: &NextPurchases, column: &str, bins: Option<&Bins>) -> Result<Chart> {
    let choices = [
        ("days", "days until the next purchase (median)"),
        ("earliest", "days until the next purchase, at the earliest"),
        ("latest", "days until the next purchase, at the latest"),
        ("probability", "probability of another purchase"),
    ];
    let words = one_of("next_purchase_chart", column, &choices)?;
    let values = match column {
        "days" => next.days(),
        "earliest" => next.earliest(),
        "latest" => next.latest(),
        _ => next.probability(),
    };
    let usual = match (bins, column) {
        (None, "days" | "earliest" | "latest") => up_to_most(&values),
        _ => None,
    };
    let bins = usual.as_ref().or(bins).cloned().unwrap_or_default();
    histogram_chart(&format!("Customers by {words}"), words, &values, &bins)
}

/// Twenty bins from the least value to that which 95 % do not exceed; `None` where there is no room between them.
fn up_to_most(values: &[f64]) -> Option<Bins> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let least = sorted.first().copied()?;
    let most = sorted.get((sorted.len() * 19).div_ceil(20).saturating_sub(1)).copied()?;
    let border = |place: i32| {
        let share = f64::from(place) / 20.0;
        least * (1.0 - share) + most * share
    };
    let room = most.is_finite() && most - least > 1e-9 * most.abs();
    room.then(|| Bins::Borders((0..=20).map(border).collect()))
}
