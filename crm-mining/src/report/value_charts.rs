//! Charts of what customers are worth and of how well that was foretold.

use super::bins::{Bins, Histogram};
use super::chart::{Channel, Chart, Encoding, Mark};
use super::pick::{folded, numbers, one_of};
use crate::data::{Column, Table, ToTable};
use crate::error::Result;
use crate::insight::{
    ClvByMonth, ClvEstimates, Concentration, FrequencyTable, HoldoutReport, RfmScores, Tiers, Tracking,
    ValueTier,
};
use crate::math::Exact;

/// Repeat purchases up to the end of every week: a line of those made and one of those expected.
pub fn tracking_chart(tracking: &Tracking) -> Chart {
    let columns = [("actual", "actual"), ("expected", "expected")];
    let title = "Repeat purchases, actual and expected";
    by_week(title, "purchases so far", folded(&tracking.to_table(), "week_end", &columns))
}

/// Repeat purchases within every week, from the second on: a line of those made and one of those expected.
pub fn weekly_chart(tracking: &Tracking) -> Chart {
    let columns = [("actual_in_week", "actual"), ("expected_in_week", "expected")];
    let table = tracking.to_table();
    // The first week begins before any purchase was counted.
    let rows: Vec<u32> = (1..table.n_rows() as u32).collect();
    let title = "Repeat purchases by week, actual and expected";
    by_week(title, "purchases in the week", folded(&table.take(&rows), "week_end", &columns))
}

fn by_week(title: &str, of: &str, table: Table) -> Chart {
    let encodings = [
        (Channel::X, Encoding::temporal("week_end", "end of the week")),
        (Channel::Y, Encoding::quantitative("value", of)),
        (Channel::Color, Encoding::nominal("series", "purchases")),
    ];
    Chart::of(title, Mark::Line, table, encodings)
}

/// How many customers made 0, 1, 2, … repeat purchases, beside how many were expected to.
pub fn frequency_chart(frequencies: &FrequencyTable) -> Chart {
    let columns = [("actual", "actual"), ("expected", "expected")];
    let table = folded(&frequencies.to_table(), "purchases", &columns);
    let encodings = [
        (Channel::X, Encoding::ordinal("purchases", "repeat purchases")),
        (Channel::XOffset, Encoding::nominal("series", "")),
        (Channel::Y, Encoding::quantitative("value", "customers")),
        (Channel::Color, Encoding::nominal("series", "customers")),
    ];
    let chart = Chart::of("Customers by repeat purchases", Mark::Bar, table, encodings);
    let last = frequencies.actual.len().saturating_sub(1);
    chart.with_subtitle(format!("the last bar holds {last} and more"))
}

/// The error of every model and naive way of a holdout: mean absolute, and root of the mean square.
pub fn holdout_chart(report: &HoldoutReport) -> Chart {
    let columns = [("mae", "mean absolute"), ("rmse", "root mean square")];
    let table = folded(&report.to_table(), "name", &columns);
    let encodings = [
        (Channel::X, Encoding::quantitative("value", "error in purchases per customer")),
        (Channel::Y, Encoding::nominal("name", "")),
        (Channel::YOffset, Encoding::nominal("series", "")),
        (Channel::Color, Encoding::nominal("series", "error")),
    ];
    Chart::of("Errors in the holdout", Mark::Bar, table, encodings)
}

/// Money expected of all customers month by month, as it will come and in today's worth.
pub fn clv_by_month_chart(months: &ClvByMonth) -> Chart {
    let table = months.to_table();
    let numbered = Column::ints("month", (1..=table.n_rows() as i64).collect());
    let figures = ["revenue", "discounted"].map(|name| Column::floats(name, numbers(&table, name)));
    let table = Table::of("clv_by_month", [numbered].into_iter().chain(figures).collect());
    let table =
        folded(&table, "month", &[("revenue", "as it will come"), ("discounted", "in today's worth")]);
    let encodings = [
        (Channel::X, Encoding::ordinal("month", "month")),
        (Channel::XOffset, Encoding::nominal("series", "")),
        (Channel::Y, Encoding::quantitative("value", "revenue expected in the month")),
        (Channel::Color, Encoding::nominal("series", "revenue")),
    ];
    Chart::of("Lifetime value by month", Mark::Bar, table, encodings)
}

/// How a figure of lifetime value is spread over the customers: `clv`, `p_alive`, `expected_purchases` or
/// `expected_spend`.
///
/// # Errors
/// Another column; else as [`histogram_chart`]. `p_alive` of nobody known, as where nobody has bought twice, is
/// [`NotEnoughData`](crate::ErrorKind::NotEnoughData).
pub fn clv_chart(estimates: &ClvEstimates, column: &str, bins: &Bins) -> Result<Chart> {
    let choices = [
        ("clv", "lifetime value"),
        ("p_alive", "probability to be alive"),
        ("expected_purchases", "expected purchases"),
        ("expected_spend", "expected spend per purchase"),
    ];
    let words = one_of("clv_chart", column, &choices)?;
    let values = numbers(&estimates.to_table(), column);
    histogram_chart(&format!("Customers by {words}"), words, &values, bins)
}

/// How many values lie in each bin. Values that are missing or outside of all bins are counted below the title.
///
/// # Errors
/// [`InvalidParameter`](crate::ErrorKind::InvalidParameter) for bins that are none;
/// [`NotEnoughData`](crate::ErrorKind::NotEnoughData) for bins of equal width without a finite value.
pub fn histogram_chart(title: &str, of: &str, values: &[f64], bins: &Bins) -> Result<Chart> {
    let Histogram { borders, counts, missing, outside } = bins.histogram(values)?;
    let from = borders.iter().copied().take(counts.len()).collect();
    let to = borders.iter().copied().skip(1).collect();
    let columns =
        vec![Column::floats("from", from), Column::floats("to", to), Column::ints("customers", counts)];
    let encodings = [
        (Channel::X, Encoding::quantitative("from", of)),
        (Channel::X2, Encoding::quantitative("to", of)),
        (Channel::Y, Encoding::quantitative("customers", "customers")),
    ];
    let chart = Chart::of(title, Mark::Bar, Table::of("histogram", columns), encodings);
    let left_out: Vec<String> = [(missing, "without a figure"), (outside, "outside of the bins")]
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, why)| format!("{count} {why}"))
        .collect();
    Ok(match left_out.is_empty() {
        true => chart,
        false => chart.with_subtitle(format!("not shown: {}", left_out.join(", "))),
    })
}

/// Customers by their scores of recency and frequency: how many they are (`customers`), or their mean monetary
/// value (`monetary`). A cell without a customer is left empty.
///
/// # Errors
/// Another column.
pub fn rfm_chart(scores: &RfmScores, column: &str) -> Result<Chart> {
    let words =
        one_of("rfm_chart", column, &[("customers", "customers"), ("monetary", "mean monetary value")])?;
    let bins = usize::from(scores.bins());
    let mut cells = vec![(0u32, Exact::ZERO); bins * bins];
    for ((&r, &f), &monetary) in scores.r().iter().zip(scores.f()).zip(scores.monetary()) {
        let place = usize::from(r.saturating_sub(1)) * bins + usize::from(f.saturating_sub(1));
        if let Some((count, sum)) = cells.get_mut(place) {
            *count += 1;
            *sum = sum.checked_add(Exact::new(monetary)?)?;
        }
    }
    let value = |&(count, sum): &(u32, Exact)| match (count, column) {
        (0, _) => f64::NAN,
        (count, "customers") => f64::from(count),
        (count, _) => sum.value() / f64::from(count),
    };
    // The best score of recency is read first, at the top.
    let places = || (0..bins).rev().flat_map(|r| (0..bins).map(move |f| (r, f)));
    let of_place = |(r, f): (usize, usize)| cells.get(r * bins + f).map_or(f64::NAN, value);
    let columns = vec![
        Column::ints("r", places().map(|(r, _)| r as i64 + 1).collect()),
        Column::ints("f", places().map(|(_, f)| f as i64 + 1).collect()),
        Column::floats(column, places().map(of_place).collect()),
    ];
    let encodings = [
        (Channel::X, Encoding::ordinal("f", "frequency score")),
        (Channel::Y, Encoding::ordinal("r", "recency score")),
        (Channel::Color, Encoding::quantitative(column, words)),
    ];
    let title = format!("Recency and frequency: {words}");
    Ok(Chart::of(&title, Mark::HeatMap, Table::of("rfm_cells", columns), encodings))
}

/// The Pareto curve beside that of equal values, with the Gini coefficient below the title.
pub fn concentration_chart(concentration: &Concentration) -> Chart {
    let table = concentration.to_table();
    let equal = Column::floats("equal", numbers(&table, "customers"));
    let columns = table.columns().iter().cloned().chain([equal]).collect();
    let series = [("share", "customers, the best first"), ("equal", "if all were equal")];
    let table = folded(&Table::of("concentration", columns), "customers", &series);
    let encodings = [
        (Channel::X, Encoding::quantitative("customers", "share of customers").format(".0%")),
        (Channel::Y, Encoding::quantitative("value", "share of the total").format(".0%")),
        (Channel::Color, Encoding::nominal("series", "curve")),
    ];
    let chart = Chart::of("How much comes from how few", Mark::Line, table, encodings);
    chart.with_subtitle(format!("Gini coefficient {:.3}", concentration.gini()))
}

/// What share of the customers each value tier holds, and what share of the total they bring; the second is left
/// out where the total is not above 0.
///
/// # Errors
/// Values that together leave the range of exact sums.
pub fn tier_chart(tiers: &Tiers) -> Result<Chart> {
    let mut sums = [Exact::ZERO; ValueTier::ALL.len()];
    for (value, tier) in numbers(&tiers.to_table(), "value").into_iter().zip(tiers.tiers()) {
        for (sum, _) in sums.iter_mut().zip(ValueTier::ALL).filter(|(_, other)| other == tier) {
            *sum = sum.checked_add(Exact::new(value)?)?;
        }
    }
    let total = sums.iter().try_fold(Exact::ZERO, |total, &sum| total.checked_add(sum))?.value();
    let n = tiers.tiers().len() as f64;
    let of_total = |sum: Exact| if total > 0.0 { sum.value() / total } else { f64::NAN };
    let columns = vec![
        Column::text("tier", ValueTier::ALL.map(|tier| Some(tier.name()))),
        Column::floats("customers", tiers.counts().map(|count| count as f64 / n).to_vec()),
        Column::floats("value", sums.map(of_total).to_vec()),
    ];
    let series = [("customers", "of customers"), ("value", "of value")];
    let table = folded(&Table::of("tiers", columns), "tier", &series);
    let encodings = [
        (Channel::X, Encoding::quantitative("value", "share").format(".0%")),
        (Channel::Y, Encoding::ordinal("tier", "value tier")),
        (Channel::YOffset, Encoding::nominal("series", "")),
        (Channel::Color, Encoding::nominal("series", "share")),
    ];
    Ok(Chart::of("Value tiers", Mark::Bar, table, encodings))
}
