//! Which columns of two tables belong together.

use super::field::Field;
use super::kinds::kind_of;
use super::records::simple;
use crate::data::{Column, Table};
use hashbrown::HashMap;

/// Columns of other names belong together when their values are so alike at least.
const ALIKE: f64 = 0.3;

/// The column of the right table that belongs to each of the left: by its name, case and blanks left aside; by what
/// stands in both names behind the last `#`, `/`, `.` or `:`; else by its values, how often each comes.
pub(super) fn counterparts<'a>(left: &Table, right: &'a Table) -> Vec<Option<&'a Column>> {
    let named = |name: fn(&str) -> String, column: &Column| {
        right.columns().iter().find(|other| name(other.name()) == name(column.name()))
    };
    let mut found: Vec<Option<&Column>> =
        left.columns().iter().map(|column| named(simple, column).or_else(|| named(tail, column))).collect();
    let is_taken = |found: &[Option<&Column>], column: &Column| {
        found.iter().flatten().any(|taken| taken.name() == column.name())
    };
    let free_left: Vec<usize> = (0..found.len()).filter(|&at| found.get(at) == Some(&None)).collect();
    let free_right: Vec<&Column> =
        right.columns().iter().filter(|column| !is_taken(&found, column)).collect();
    if free_left.is_empty() || free_right.is_empty() {
        return found;
    }
    let of_left = free_left.iter().filter_map(|&at| Some((at, Values::of(left.columns().get(at)?))));
    let of_left: Vec<(usize, Values)> = of_left.collect();
    let of_right: Vec<Values> = free_right.iter().map(|column| Values::of(column)).collect();
    let mut pairs = Vec::new();
    for (at, values) in &of_left {
        let others = free_right.iter().zip(&of_right);
        pairs.extend(others.map(|(column, other)| (values.alike(other), *at, *column)));
    }
    pairs.retain(|(alike, ..)| *alike >= ALIKE);
    // The most alike first; of equally alike ones those that stand first.
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (_, at, column) in pairs {
        if !is_taken(&found, column)
            && let Some(place @ None) = found.get_mut(at)
        {
            *place = Some(column);
        }
    }
    found
}

/// The last part of a column name such as `http://…/restaurant1.owl#name`.
fn tail(name: &str) -> String {
    let name = simple(name);
    name.rsplit(['#', '/', '.', ':']).next().unwrap_or_default().to_owned()
}

/// The values of a column and the share of each.
struct Values {
    kind: super::Kind,
    shares: HashMap<String, f64>,
}

impl Values {
    fn of(column: &Column) -> Values {
        let kind = kind_of(&[column]);
        let field = Field::new(&[column], kind);
        let counts = field.counts(0..field.codes.len());
        let total = counts.iter().map(|&n| f64::from(n)).sum::<f64>().max(1.0);
        let shares = field.distinct.iter().zip(&counts).map(|(v, &n)| (v.to_owned(), f64::from(n) / total));
        Values { kind, shares: shares.collect() }
    }

    /// The share of the values that both columns have, each as often as where it is rarer.
    fn alike(&self, other: &Values) -> f64 {
        if self.kind != other.kind {
            return 0.0;
        }
        let (few, many) = if self.shares.len() <= other.shares.len() { (self, other) } else { (other, self) };
        // Sorted, so that the sum does not depend on the order of the map.
        let mut both: Vec<f64> = few
            .shares
            .iter()
            .filter_map(|(value, share)| Some(share.min(*many.shares.get(value)?)))
            .collect();
        both.sort_by(f64::total_cmp);
        both.into_iter().sum()
    }
}
