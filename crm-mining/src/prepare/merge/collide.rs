//! Ids that seem to name two customers, and ids that seem to name one.

use super::merged::Fusion;
use super::stack::Stacked;
use crate::data::{Csr, Interner, Keys, group_positions};
use crate::prepare::normalize::{half_width, is_invisible, nfc};

/// In which way ids collide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CollisionKind {
    /// One id stands beside different values of an identity column.
    SameId,
    /// Ids that differ only in case, blanks, full-width signs, or how signs are composed. They are kept apart.
    Spelling,
}

impl CollisionKind {
    /// The kind in words.
    pub fn name(self) -> &'static str {
        match self {
            CollisionKind::SameId => "one id, different identities",
            CollisionKind::Spelling => "ids that differ in spelling only",
        }
    }
}

/// A source row of a collision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollisionRow {
    /// The id.
    pub customer: String,
    /// The value of the identity column, or the id again.
    pub value: String,
    /// The source of the first row that gives it; empty for spellings.
    pub source: String,
    /// The number of that row; 0 for spellings.
    pub row: u64,
}

/// A group of ids or identities of which one is likely wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdCollision {
    /// In which way.
    pub kind: CollisionKind,
    /// The identity column; `None` for spellings.
    pub column: Option<String>,
    /// What collides.
    pub rows: Vec<CollisionRow>,
}

/// Identities by column and customer, then spellings by id.
pub(super) fn collisions(fusion: &Fusion, identity: &[String]) -> Vec<IdCollision> {
    let mut found = Vec::new();
    for (name, values, resolved) in fusion.each().filter(|(name, ..)| identity.iter().any(|i| i == name)) {
        for lost in resolved.lost.chunk_by(|a, b| a.0 == b.0) {
            let customer = lost.first().map_or(0, |lost| lost.0);
            let kept = resolved.cells.get(customer as usize).map(|cell| cell.row);
            let rows: Vec<u32> = kept.into_iter().chain(lost.iter().map(|lost| lost.1)).collect();
            if differ(values, &rows) {
                let row = |&row: &u32| CollisionRow {
                    customer: fusion.keys.name(customer as usize),
                    value: values.show(row).unwrap_or_default(),
                    source: fusion.origin.source_name(row).to_owned(),
                    row: u64::from(fusion.origin.number(row)),
                };
                let rows = rows.iter().map(row).collect();
                found.push(IdCollision { kind: CollisionKind::SameId, column: Some(name.to_owned()), rows });
            }
        }
    }
    found.extend(spellings(&fusion.keys));
    found
}

/// Whether values differ in more than spelling.
fn differ(values: &Stacked, rows: &[u32]) -> bool {
    let (mut first, mut other) = (String::new(), String::new());
    let mut shown = rows.iter().filter_map(|&row| values.show(row));
    let Some(value) = shown.next() else { return false };
    fold(&value, &mut first);
    shown.any(|value| {
        fold(&value, &mut other);
        other != first
    })
}

fn spellings(keys: &Keys) -> Vec<IdCollision> {
    if keys.are_integers() {
        return Vec::new();
    }
    let mut interner = Interner::default();
    let mut folded = String::new();
    let codes: Vec<u32> = (0..keys.len())
        .map(|place| {
            fold(&keys.name(place), &mut folded);
            interner.intern(&folded)
        })
        .collect();
    let groups: Csr<u32> = group_positions(&codes, interner.into_strings().len());
    let row = |&place: &u32| {
        let name = keys.name(place as usize);
        CollisionRow { customer: name.clone(), value: name, source: String::new(), row: 0 }
    };
    let several = groups.rows().filter(|group| group.len() > 1);
    let collision = |group: &[u32]| IdCollision {
        kind: CollisionKind::Spelling,
        column: None,
        rows: group.iter().map(row).collect(),
    };
    several.map(collision).collect()
}

/// Lower case, half width, composed, without blanks and signs that are not seen.
fn fold(text: &str, into: &mut String) {
    into.clear();
    let seen = |c: &char| !c.is_whitespace() && !is_invisible(*c);
    for c in nfc(&half_width(text)).chars().filter(seen) {
        into.extend(c.to_lowercase());
    }
}
