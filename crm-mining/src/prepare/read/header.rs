//! The names of the columns, from the rows of the header.

use super::feed::{How, bad_header};
use super::layout::Layout;
use super::raw::{Mend, RepeatedNames};
use crate::error::{ErrorKind, Result};
use std::collections::HashMap;

/// More columns than any table of records has; a header that claims them is no header.
pub(super) const MAX_COLUMNS: usize = 16_384;

/// One name per column: those of several rows joined, `column 3` where there is none.
pub(super) fn names(place: &str, text: &[u8], layout: &Layout, how: &How) -> Result<Vec<String>> {
    let mut rows = Vec::with_capacity(layout.header.len());
    for row in &layout.header {
        let bytes = text.get(row.span.clone()).unwrap_or_default();
        if std::str::from_utf8(bytes).is_err() {
            return Err(bad_header(place, "must be text in the encoding of the file", row.line));
        }
        if row.faulty && (how.mend == Mend::Nothing || row.fields.is_empty()) {
            return Err(bad_header(place, "must quote its names in pairs", row.line));
        }
        rows.push(aligned(&row.fields, layout.width));
    }
    let width = rows.iter().map(Vec::len).chain([layout.width]).max().unwrap_or(0);
    if width > MAX_COLUMNS {
        return Err(bad_header(place, "must have at most 16,384 columns", layout.preamble_lines + 1));
    }
    let name = |at: usize| {
        let parts = rows.iter().filter_map(|row| row.get(at)).filter(|part| !part.is_empty());
        let parts: Vec<&str> = parts.map(|part| part.as_str()).collect();
        // Spreadsheets leave columns without a name, often several.
        if parts.is_empty() { format!("column {}", at + 1) } else { parts.join(" ") }
    };
    distinct(place, (0..width).map(name).collect(), how.repeated_names)
}

/// The names of a row without the empty ones that are too many.
fn aligned(fields: &[String], width: usize) -> Vec<&String> {
    let mut surplus = fields.len().saturating_sub(width);
    if fields.iter().filter(|field| field.is_empty()).count() < surplus {
        surplus = 0;
    }
    let mut kept: Vec<&String> = Vec::with_capacity(width);
    for field in fields.iter().rev() {
        if surplus > 0 && field.is_empty() {
            surplus -= 1;
        } else {
            kept.push(field);
        }
    }
    kept.reverse();
    kept
}

/// Names that differ, by a number after those that repeat when the caller wishes.
fn distinct(place: &str, mut names: Vec<String>, repeated: RepeatedNames) -> Result<Vec<String>> {
    let mut places: HashMap<String, usize> = HashMap::new();
    for at in 0..names.len() {
        let Some(name) = names.get(at).cloned() else { break };
        let Some(&first) = places.get(&name) else {
            places.insert(name, at + 1);
            continue;
        };
        if repeated == RepeatedNames::Refused {
            let table = place.to_owned();
            return Err(ErrorKind::DuplicateColumn { table, column: name, first, second: at + 1 }.into());
        }
        let numbered = (2..).map(|n| format!("{name} ({n})"));
        if let Some(new) = numbered.into_iter().find(|new| !places.contains_key(new) && !names.contains(new))
            && let Some(slot) = names.get_mut(at)
        {
            places.insert(new.clone(), at + 1);
            *slot = new;
        }
    }
    Ok(names)
}
