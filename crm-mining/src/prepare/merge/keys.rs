//! Which customer each row of a source speaks of.

use super::input::SourceTable;
use super::settings::{KeyMap, Source};
use super::verdict::{MergeReason, Verdicts};
use crate::data::{Column, Keys, Table, Text};
use crate::error::{ErrorKind, Result, invalid_parameter};

/// The customers of a source's rows: a code per row among the keys; [`Text::MISSING`] for rows set aside.
pub(super) fn customers(
    source: &Source,
    input: &SourceTable<'_>,
    verdicts: &mut Verdicts,
) -> Result<(Keys, Vec<u32>)> {
    match &source.key {
        KeyMap::Column(column) => Ok(named(input.table.column(column)?, verdicts)),
        KeyMap::Given => {
            let Some(customers) = input.customers else {
                return invalid_parameter(
                    "Merge",
                    "KeyMap::Given",
                    "with the customers of its rows",
                    &source.name,
                );
            };
            if customers.len() != input.table.n_rows() {
                return Err(ErrorKind::LengthMismatch {
                    of: "Merge",
                    a: "the source's table",
                    a_len: input.table.n_rows(),
                    b: "the column of its customers",
                    b_len: customers.len(),
                }
                .into());
            }
            Ok(named(customers, verdicts))
        }
        KeyMap::Mapped { column, from, to } => {
            let Some(mapping) = input.mapping else {
                return invalid_parameter("Merge", "KeyMap::Mapped", "with a mapping table", &source.name);
            };
            let keys = named(input.table.column(column)?, verdicts);
            mapped(keys, (mapping, from, to), verdicts)
        }
    }
}

/// Keys as they stand in a column; a blank one names nobody.
fn named(column: &Column, verdicts: &mut Verdicts) -> (Keys, Vec<u32>) {
    let (keys, mut codes) = column.identities();
    let blank: Vec<bool> = match keys.are_integers() {
        true => Vec::new(),
        false => keys.iter().map(|key| key.to_string().trim().is_empty()).collect(),
    };
    for (row, code) in codes.iter_mut().enumerate() {
        if blank.get(*code as usize) == Some(&true) {
            *code = Text::MISSING;
        }
        if *code == Text::MISSING {
            verdicts.reject(row, &MergeReason::MissingKey);
        }
    }
    (keys, codes)
}

/// What the mapping says of one key.
#[derive(Clone, Copy, PartialEq)]
enum Mapped {
    No,
    To(u32),
    ToSeveral,
}

fn mapped(
    (keys, mut codes): (Keys, Vec<u32>),
    (mapping, from, to): (&Table, &str, &str),
    verdicts: &mut Verdicts,
) -> Result<(Keys, Vec<u32>)> {
    let (from, from_codes) = mapping.column(from)?.identities();
    let (to, to_codes) = mapping.column(to)?.identities();
    let (all, own_places, from_places) = keys.union(&from);
    let mut targets = vec![Mapped::No; all.len()];
    for (from, &to) in from_codes.iter().zip(&to_codes) {
        let place = from_places.get(*from as usize).and_then(|&place| targets.get_mut(place as usize));
        let Some(target) = place.filter(|_| to != Text::MISSING) else { continue };
        *target = match *target {
            Mapped::No => Mapped::To(to),
            Mapped::To(other) if other == to => Mapped::To(to),
            _ => Mapped::ToSeveral,
        };
    }
    for (row, code) in codes.iter_mut().enumerate().filter(|(_, code)| **code != Text::MISSING) {
        let place = own_places.get(*code as usize).and_then(|&place| targets.get(place as usize));
        *code = match place {
            Some(Mapped::To(to)) => *to,
            Some(Mapped::ToSeveral) => {
                verdicts.reject(row, &MergeReason::AmbiguousKey);
                Text::MISSING
            }
            _ => {
                verdicts.reject(row, &MergeReason::UnmappedKey);
                Text::MISSING
            }
        };
    }
    Ok((to, codes))
}
