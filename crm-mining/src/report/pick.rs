//! Columns out of the tables of results.

use crate::data::{Column, Table, Values};
use crate::error::{Result, invalid_parameter};
use std::collections::HashSet;

/// The numbers of a column that the library knows to be there.
pub(super) fn numbers(table: &Table, column: &str) -> Vec<f64> {
    let found = table.find(column);
    debug_assert!(found.is_some(), "{column}");
    match found.map(Column::values) {
        Some(Values::Float(values)) => values.clone(),
        Some(Values::Int(values, _)) => values.iter().map(|&value| value as f64).collect(),
        _ => Vec::new(),
    }
}

/// The column kept beside the numbers of others, one below the other: `series` names whose number it is.
pub(super) fn folded(table: &Table, kept: &str, columns: &[(&str, &str)]) -> Table {
    let rows: Vec<u32> = (0..table.n_rows() as u32).flat_map(|row| vec![row; columns.len()]).collect();
    let each: Vec<Vec<f64>> = columns.iter().map(|(column, _)| numbers(table, column)).collect();
    let value = |row: usize| each.iter().map(move |of| of.get(row).copied().unwrap_or(f64::NAN));
    let names = columns.iter().map(|&(_, name)| Some(name)).cycle().take(rows.len());
    let mut folded: Vec<Column> = table.take(&rows).find(kept).cloned().into_iter().collect();
    folded.push(Column::text("series", names));
    folded.push(Column::floats("value", (0..table.n_rows()).flat_map(value).collect()));
    Table::of(table.name(), folded)
}

/// The column asked for, which must be one of these; with what its figures are called.
pub(super) fn one_of<'a>(of: &'static str, column: &str, choices: &[(&str, &'a str)]) -> Result<&'a str> {
    match choices.iter().find(|(name, _)| *name == column) {
        Some((_, words)) => Ok(words),
        None => {
            let names: Vec<String> = choices.iter().map(|(name, _)| format!("{name:?}")).collect();
            invalid_parameter(of, "column", names.join(", "), column)
        }
    }
}

/// A name of the library as words.
pub(super) fn words(name: &str) -> String {
    name.replace('_', " ")
}

/// Things of one name would be drawn as one.
pub(super) fn check_names<'a>(
    of: &'static str,
    parameter: &'static str,
    mut names: impl Iterator<Item = &'a str>,
) -> Result<()> {
    let mut seen = HashSet::new();
    match names.find(|name| !seen.insert(*name)) {
        Some(twice) => invalid_parameter(of, parameter, "of names that differ", [twice, twice]),
        None => Ok(()),
    }
}

/// A share in percent, with as many decimals as it has.
pub(super) fn percent(share: f64) -> String {
    format!("{} %", (share * 1e6).round() / 1e4)
}
