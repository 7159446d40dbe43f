//! Charts of customers over time.

use super::bins::Bins;
use super::chart::{Channel, Chart, Encoding, Mark};
use super::pick::{numbers, one_of, words};
use super::value_charts::histogram_chart;
use crate::data::{Column, Table, ToTable};
use crate::error::Result;
use crate::insight::{
    CohortTable, GainLoss, LifecycleStage, Migration, Period, PeriodTable, PurchaseGaps, RevenueTree,
    RollingTable, Stages, Turn,
};

/// Cohorts by age: `retention`, `customers` or `revenue`. The period in progress is left out, because its figures
/// will still grow; but for the retention of the cohort that began in it, which at age 0 is always 1.
///
/// # Errors
/// Another column.
pub fn cohort_chart(cohorts: &CohortTable, column: &str) -> Result<Chart> {
    let choices =
        [("retention", "share still buying"), ("customers", "customers buying"), ("revenue", "revenue")];
    let words = one_of("cohort_chart", column, &choices)?;
    let period = word(cohorts.period());
    let table = cohorts.to_table();
    let (mut shown, mut begun): (Vec<u32>, bool) = (Vec::new(), false);
    let mut row = 0;
    for cohort in cohorts.cohorts() {
        let n = cohort.customers.len() as u32;
        let in_progress = u32::from(!cohorts.last_complete());
        let complete = n.saturating_sub(in_progress);
        let kept = if column == "retention" { complete.max(1).min(n) } else { complete };
        begun |= kept + in_progress > n;
        shown.extend(row..row + kept);
        row += n;
    }
    let title = format!("Cohorts: {words}");
    let color = Encoding::quantitative(column, words);
    let encodings = [
        (Channel::X, Encoding::ordinal("age", format!("{period}s since the first purchase"))),
        (Channel::Y, Encoding::ordinal("cohort", format!("{period} of the first purchase"))),
        (Channel::Color, if column == "retention" { color.format(".0%") } else { color }),
    ];
    let table = only(&table.take(&shown), &["cohort", "age", column]);
    let chart = Chart::of(&title, Mark::HeatMap, table, encodings);
    Ok(match (cohorts.last_complete(), begun) {
        (true, _) => chart,
        (false, false) => chart.with_subtitle(format!("without the {period} in progress")),
        (false, true) => chart.with_subtitle(format!("without the {period} in progress, but for age 0")),
    })
}

fn word(period: Period) -> &'static str {
    match period {
        Period::Week => "week",
        Period::Month => "month",
        Period::Quarter => "quarter",
        Period::Year => "year",
    }
}

/// Only these columns of a table.
fn only(table: &Table, names: &[&str]) -> Table {
    Table::of(table.name(), names.iter().filter_map(|name| table.find(name)).cloned().collect())
}

/// The matrix of a migration, states before from top to bottom and states after from left to right:
/// `probability` or `customers`.
///
/// # Errors
/// Another column.
pub fn migration_chart(migration: &Migration, column: &str) -> Result<Chart> {
    let choices = [("probability", "share of those before"), ("customers", "customers")];
    let words = one_of("migration_chart", column, &choices)?;
    let color = Encoding::quantitative(column, words);
    let encodings = [
        (Channel::X, Encoding::ordinal("to", "after")),
        (Channel::Y, Encoding::ordinal("from", "before")),
        (Channel::Color, if column == "probability" { color.format(".0%") } else { color }),
    ];
    let table = only(&migration.to_table(), &["from", "to", column]);
    Ok(Chart::of("Migration", Mark::HeatMap, table, encodings))
}

/// How many customers stand at each stage.
pub fn stage_chart(stages: &Stages) -> Chart {
    let columns = vec![
        Column::text("stage", LifecycleStage::ALL.map(|stage| Some(words(stage.name())))),
        Column::ints("customers", stages.counts().map(|count| count as i64).to_vec()),
    ];
    let encodings = [
        (Channel::X, Encoding::quantitative("customers", "customers")),
        (Channel::Y, Encoding::ordinal("stage", "")),
    ];
    let chart = Chart::of("Lifecycle stages", Mark::Bar, Table::of("stages", columns), encodings);
    chart.with_subtitle(format!("at the end of {}", stages.as_of()))
}

/// From the revenue of the first period to that of the second: every turn begins where the one before ends.
pub fn gain_loss_chart(change: &GainLoss) -> Chart {
    let [before, after] = change.spans();
    let mut steps: Vec<(String, f64, f64, &str)> = Vec::new();
    let first: f64 = Turn::ALL.iter().map(|&turn| change.of(turn).before).sum();
    steps.push(("before".into(), 0.0, first, "revenue"));
    let mut level = first;
    for turn in Turn::ALL {
        let of = change.of(turn).change;
        steps.push((turn.name().into(), level, level + of, if of < 0.0 { "loss" } else { "gain" }));
        level += of;
    }
    steps.push(("after".into(), 0.0, level, "revenue"));
    let columns = vec![
        Column::text("step", steps.iter().map(|(name, ..)| Some(name))),
        Column::floats("from", steps.iter().map(|&(_, from, ..)| from).collect()),
        Column::floats("to", steps.iter().map(|&(_, _, to, _)| to).collect()),
        Column::text("kind", steps.iter().map(|&(.., kind)| Some(kind))),
    ];
    let encodings = [
        (Channel::X, Encoding::quantitative("from", "revenue")),
        (Channel::X2, Encoding::quantitative("to", "revenue")),
        (Channel::Y, Encoding::ordinal("step", "")),
        (Channel::Color, Encoding::nominal("kind", "")),
    ];
    let chart = Chart::of("Gain and loss", Mark::Bar, Table::of("gain_loss", columns), encodings);
    chart.with_subtitle(format!("{before}, then {after}"))
}

/// What each branch of a revenue tree did to the change. The effects of units and of price are parts of that of
/// spend per order, and have a color of their own.
pub fn revenue_tree_chart(tree: &RevenueTree) -> Chart {
    let effects = tree.effects();
    let branches = [
        ("customers", Some(effects.customers), "effect"),
        ("orders per customer", Some(effects.orders_per_customer), "effect"),
        ("spend per order", Some(effects.spend_per_order), "effect"),
        ("units per order", effects.units_per_order, "part of spend per order"),
        ("price per unit", effects.price_per_unit, "part of spend per order"),
        ("returns of others", Some(effects.returns_of_others), "effect"),
    ];
    let known = || branches.iter().filter_map(|&(name, effect, part)| Some((name, effect?, part)));
    let columns = vec![
        Column::text("branch", known().map(|(name, ..)| Some(name))),
        Column::floats("effect", known().map(|(_, effect, _)| effect).collect()),
        Column::text("part", known().map(|(.., part)| Some(part))),
    ];
    let encodings = [
        (Channel::X, Encoding::quantitative("effect", "effect on revenue")),
        (Channel::Y, Encoding::ordinal("branch", "")),
        (Channel::Color, Encoding::nominal("part", "")),
    ];
    let chart = Chart::of("Why revenue changed", Mark::Bar, Table::of("revenue_tree", columns), encodings);
    let [before, after] = tree.spans();
    chart.with_subtitle(format!("{before}, then {after}"))
}

/// A figure of every period: `revenue`, `customers`, `new_customers`, `orders` or `units`. The period in progress
/// is left out, because its figures will still grow.
///
/// # Errors
/// Another column.
pub fn period_chart(periods: &PeriodTable, column: &str) -> Result<Chart> {
    let choices = [
        ("revenue", "revenue"),
        ("customers", "customers"),
        ("new_customers", "new customers"),
        ("orders", "orders"),
        ("units", "units"),
    ];
    let words = one_of("period_chart", column, &choices)?;
    let complete = periods.periods().iter().zip(0u32..).filter(|(period, _)| period.complete);
    let rows: Vec<u32> = complete.map(|(_, row)| row).collect();
    let word = word(periods.period());
    let encodings = [
        (Channel::X, Encoding::temporal("start", format!("first day of the {word}"))),
        (Channel::Y, Encoding::quantitative(column, words)),
    ];
    let table = only(&periods.to_table().take(&rows), &["start", column]);
    let chart = Chart::of(&format!("By {word}: {words}"), Mark::Line, table, encodings);
    Ok(match rows.len() == periods.periods().len() {
        true => chart,
        false => chart.with_subtitle(format!("without the {word} in progress")),
    })
}

/// The share of customers who bought in each window since their first purchase, with a standard error to either
/// side.
pub fn rolling_retention_chart(rolling: &RollingTable) -> Chart {
    let table = rolling.to_table();
    let (share, error) = (numbers(&table, "retention"), numbers(&table, "standard_error"));
    let ends = |sign: f64| share.iter().zip(&error).map(|(share, error)| share + sign * error).collect();
    let columns = vec![
        Column::floats("until_day", numbers(&table, "until_day")),
        Column::floats("low", ends(-1.0)),
        Column::floats("high", ends(1.0)),
        Column::floats("retention", share.clone()),
    ];
    let encodings = [
        (Channel::X, Encoding::quantitative("until_day", "days since the first purchase")),
        (Channel::Y, Encoding::quantitative("retention", "share buying in the window").format(".0%")),
        (Channel::Low, Encoding::quantitative("low", "")),
        (Channel::High, Encoding::quantitative("high", "")),
    ];
    let chart =
        Chart::of("Rolling retention", Mark::Line, Table::of("rolling_retention", columns), encodings);
    chart.with_subtitle(format!("windows of {} days, one standard error to either side", rolling.every().0))
}

/// How a figure of the gaps between purchases is spread over the customers: `median`, `mean`, `sd` (in days), `cv`,
/// `gaps` (how many) or `tenure` (days since the first purchase). Customers with too few gaps for it are counted below
/// the title.
///
/// # Errors
/// Another column; else as [`histogram_chart`].
pub fn gap_chart(gaps: &PurchaseGaps, column: &str, bins: &Bins) -> Result<Chart> {
    let choices = [
        ("median", "median days between purchases"),
        ("mean", "mean days between purchases"),
        ("sd", "standard deviation of the days between purchases"),
        ("cv", "coefficient of variation of the days between purchases"),
        ("gaps", "number of gaps between purchases"),
        ("tenure", "days since the first purchase"),
    ];
    let words = one_of("gap_chart", column, &choices)?;
    histogram_chart(&format!("Customers by {words}"), words, &numbers(&gaps.to_table(), column), bins)
}
