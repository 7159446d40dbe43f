//! Which columns determine which: screened on whole groups of a sample, measured on all rows.

use super::coded::Coded;
use super::tally::{Tally, values_of};
use super::{DependencySearch, Determinants, pairs};
use crate::data::{Csr, Text, group_positions};
use crate::error::Result;
use crate::math::random::Random;
use crate::model::Control;
use hashbrown::HashMap;
use rayon::prelude::*;
use std::borrow::Cow;

/// Rows of a sample, and of one group in it.
const SAMPLE: usize = 30_000;
const SAMPLE_PER_GROUP: usize = 2_000;
pub(super) const STAGE: &str = "finding dependencies";

/// A dependency by the positions of its columns.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::prepare) struct Link {
    pub(in crate::prepare) determinant: Vec<usize>,
    pub(in crate::prepare) dependent: usize,
    pub(in crate::prepare) g3: f64,
    pub(in crate::prepare) chance: f64,
    pub(in crate::prepare) rows: usize,
}

impl Link {
    /// The share of the errors of chance that the determinant explains.
    pub(in crate::prepare) fn gain(&self) -> f64 {
        if self.chance > 0.0 { 1.0 - self.g3 / self.chance } else { 0.0 }
    }
}

/// Every single column against every other, measured on the sample.
pub(in crate::prepare) fn screened(columns: &[Coded<'_>], control: &Control) -> Result<Vec<Link>> {
    let per_column = |a: usize| -> Result<Vec<Link>> {
        let Some(column) = columns.get(a).filter(|column| repeats(column)) else { return Ok(Vec::new()) };
        let sample = sample(column);
        let against = |b: usize| {
            control.check(STAGE)?;
            Ok(columns.get(b).filter(|_| a != b).map(|target| measured(vec![a], b, &sample, target)))
        };
        (0..columns.len()).filter_map(|b| against(b).transpose()).collect()
    };
    let links: Result<Vec<Vec<Link>>> = (0..columns.len()).into_par_iter().map(per_column).collect();
    Ok(links?.concat())
}

/// The dependencies that hold, by dependent column and error.
pub(in crate::prepare) fn search(
    columns: &[Coded<'_>],
    screened: &[Link],
    settings: &DependencySearch,
    control: &Control,
) -> Result<Vec<Link>> {
    let mut held: Vec<Link> =
        screened.iter().filter(|link| holds(link, settings) && !coarsens(link, screened)).cloned().collect();
    if settings.determinants == Determinants::Pairs {
        held.extend(pairs::pairs(columns, screened, settings, control)?);
    }
    let exact = |link: &Link| {
        control.check(STAGE)?;
        Ok(exactly(columns, link))
    };
    let measured: Result<Vec<Link>> = held.par_iter().map(exact).collect();
    let mut measured: Vec<Link> = measured?.into_iter().filter(|link| holds(link, settings)).collect();
    let better = pairs::alone_in(&measured);
    measured.retain(|link| !better(link));
    let best = best_errors(&measured, columns.len());
    measured.retain(|link| best.get(link.dependent).is_some_and(|&best| link.g3 <= 2.0 * best + 0.01));
    measured.sort_by(by_dependent);
    Ok(measured)
}

/// By dependent column, then by error.
pub(super) fn by_dependent(a: &Link, b: &Link) -> std::cmp::Ordering {
    a.dependent.cmp(&b.dependent).then(a.g3.total_cmp(&b.g3)).then_with(|| a.determinant.cmp(&b.determinant))
}

/// A determinant repeats: at least half of the rows share their value with another row, and it has two values.
pub(super) fn repeats(column: &Coded<'_>) -> bool {
    let shared: usize = column.counts.iter().filter(|&&count| count >= 2).map(|&count| count as usize).sum();
    column.n_occurring() >= 2 && shared * 2 >= column.codes.len() && shared > 0
}

/// Whole groups, chosen by their number, each thinned evenly when it is large.
pub(super) fn sample(column: &Coded<'_>) -> Vec<Vec<u32>> {
    let capped: usize = column.counts.iter().map(|&count| (count as usize).min(SAMPLE_PER_GROUP)).sum();
    let stride = capped.div_ceil(SAMPLE).max(1) as u64;
    let chosen = |&(code, rows): &(u64, &[u32])| {
        rows.len() >= 2 && Random::for_part(0x5eed, code).next_u64().is_multiple_of(stride)
    };
    let groups: Csr<u32> = group_positions(&column.codes, column.counts.len());
    let thinned = |rows: &[u32]| {
        rows.iter().step_by(rows.len().div_ceil(SAMPLE_PER_GROUP)).copied().collect::<Vec<_>>()
    };
    (0u64..).zip(groups.rows()).filter(chosen).map(|(_, rows)| thinned(rows)).collect()
}

pub(super) fn measured(
    determinant: Vec<usize>,
    dependent: usize,
    groups: &[Vec<u32>],
    target: &Coded<'_>,
) -> Link {
    let mut tally = Tally::new(target.counts.len());
    let values = values_of(groups.iter().map(Vec::as_slice), &target.codes);
    let (g3, rows) = tally.g3(&values);
    let part = determinant.iter().fold(dependent as u64, |part, &a| part * 1009 + a as u64 + 1);
    let chance = tally.g3_by_chance(&values, &mut Random::for_part(0xfd, part));
    Link { determinant, dependent, g3, chance, rows }
}

/// The same dependency with its error over all rows.
fn exactly(columns: &[Coded<'_>], link: &Link) -> Link {
    let Some(target) = columns.get(link.dependent) else { return link.clone() };
    let (codes, n_groups) = group_codes(columns, &link.determinant);
    let groups = group_positions(&codes, n_groups);
    let (g3, rows) = Tally::new(target.counts.len()).g3(&values_of(groups.rows(), &target.codes));
    Link { g3, rows, ..link.clone() }
}

/// The group of each row under one column or several, and how many groups there are.
pub(in crate::prepare) fn group_codes<'a>(
    columns: &'a [Coded<'_>],
    determinant: &[usize],
) -> (Cow<'a, [u32]>, usize) {
    let mut parts = determinant.iter().filter_map(|&a| columns.get(a));
    let Some(first) = parts.next() else { return (Cow::Borrowed(&[]), 0) };
    let mut groups = (Cow::Borrowed(first.codes.as_ref()), first.counts.len());
    for part in parts {
        let mut ids: HashMap<(u32, u32), u32> = HashMap::new();
        let both = |(&a, &b): (&u32, &u32)| match (a, b) {
            (Text::MISSING, _) | (_, Text::MISSING) => Text::MISSING,
            pair => {
                let next = ids.len() as u32;
                *ids.entry(pair).or_insert(next)
            }
        };
        let codes = groups.0.iter().zip(part.codes.iter()).map(both).collect();
        groups = (Cow::Owned(codes), ids.len());
    }
    groups
}

/// Few errors against chance: four fifths of them explained; or, where hardly any row deviates, two fifths.
pub(super) fn holds(link: &Link, settings: &DependencySearch) -> bool {
    let strict = link.g3 <= settings.max_g3 && link.gain() >= 0.8;
    let nearly_constant = link.g3 <= settings.max_g3 / 3.0 && link.gain() >= 0.4;
    link.rows >= settings.min_rows && (strict || nearly_constant)
}

/// A city does not determine the shops in it: the dependent determines the determinant far better than the
/// other way round.
fn coarsens(link: &Link, screened: &[Link]) -> bool {
    let back = screened
        .iter()
        .find(|back| [back.dependent] == *link.determinant && *back.determinant == [link.dependent]);
    link.g3 > 0.02 && back.is_some_and(|back| back.g3 < link.g3 / 2.0 && back.gain() >= 0.8)
}

fn best_errors(links: &[Link], n_columns: usize) -> Vec<f64> {
    let mut best = vec![1.0f64; n_columns];
    for link in links {
        if let Some(best) = best.get_mut(link.dependent) {
            *best = best.min(link.g3);
        }
    }
    best
}
