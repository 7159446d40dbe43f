//! Two columns that determine a third together.

use super::DependencySearch;
use super::coded::Coded;
use super::search::{Link, STAGE, by_dependent, holds, measured, repeats, sample};
use crate::data::Text;
use crate::error::Result;
use crate::math::random::Random;
use crate::model::Control;
use hashbrown::HashMap;
use rayon::prelude::*;

/// Columns that are tried in pairs: those with the fewest values.
const PAIRED: usize = 12;
/// What a second column may leave of the errors that it would leave if it were dealt at random.
const LEFT: f64 = 0.75;
/// Pairs kept for each dependent column.
const KEPT: usize = 2;

/// The best pairs for each dependent column. The second column must explain a quarter of what is left when the
/// groups of the first are cut at random into parts of the same sizes: small groups alone make few errors.
pub(super) fn pairs(
    columns: &[Coded<'_>],
    screened: &[Link],
    settings: &DependencySearch,
    control: &Control,
) -> Result<Vec<Link>> {
    let mut order: Vec<usize> = (0..columns.len()).filter(|&a| columns.get(a).is_some_and(repeats)).collect();
    order.sort_by_key(|&a| (columns.get(a).map_or(0, Coded::n_occurring), a));
    order.truncate(PAIRED);
    let alone: HashMap<(usize, usize), f64> = screened
        .iter()
        .filter_map(|link| Some(((*link.determinant.first()?, link.dependent), link.g3)))
        .collect();
    let of = |a: usize, b: usize| alone.get(&(a, b)).copied().unwrap_or(1.0);
    let with_first = |&a: &usize| -> Result<Vec<Link>> {
        let mut found = Vec::new();
        let first = columns.get(a).map(sample).unwrap_or_default();
        for &b in order.iter().filter(|&&b| b != a) {
            control.check(STAGE)?;
            // The better column of the two comes first, and must leave something to explain.
            let open = |&c: &usize| c != a && c != b && of(a, c) > 0.01 && (of(a, c), a) < (of(b, c), b);
            let open: Vec<usize> = (0..columns.len()).filter(open).collect();
            if let Some(by) = columns.get(b).filter(|_| !open.is_empty()) {
                together(columns, (a, b), (&first, by), &open, settings, &mut found);
            }
        }
        Ok(found)
    };
    let found: Result<Vec<Vec<Link>>> = order.par_iter().map(with_first).collect();
    let mut found = found?.concat();
    found.sort_by(by_dependent);
    let mut taken: HashMap<usize, usize> = HashMap::new();
    found.retain(|link| {
        let taken = taken.entry(link.dependent).or_default();
        *taken += 1;
        *taken <= KEPT
    });
    Ok(found)
}

/// Whether a pair among the links takes the place of this single column.
pub(super) fn alone_in(links: &[Link]) -> impl Fn(&Link) -> bool + use<> {
    let pairs: Vec<Link> = links.iter().filter(|link| link.determinant.len() > 1).cloned().collect();
    move |link| {
        let single = link.determinant.first().filter(|_| link.determinant.len() == 1);
        single.is_some_and(|single| {
            let contains =
                |pair: &&Link| pair.dependent == link.dependent && pair.determinant.contains(single);
            pairs.iter().filter(contains).any(|pair| pair.g3 < link.g3)
        })
    }
}

fn together(
    columns: &[Coded<'_>],
    (a, b): (usize, usize),
    (first, by): (&[Vec<u32>], &Coded<'_>),
    open: &[usize],
    settings: &DependencySearch,
    found: &mut Vec<Link>,
) {
    let groups = split(first, by, None);
    let covered: usize = groups.iter().map(Vec::len).sum();
    if covered * 2 < first.iter().map(Vec::len).sum() {
        return;
    }
    let mut dealt: Option<Vec<Vec<u32>>> = None;
    for &c in open {
        let Some(target) = columns.get(c) else { continue };
        let link = measured(vec![a, b], c, &groups, target);
        if !holds(&link, settings) {
            continue;
        }
        let part = (a * columns.len() + b) as u64;
        let dealt = dealt.get_or_insert_with(|| split(first, by, Some(Random::for_part(0xdea1, part))));
        if link.g3 <= LEFT * measured(vec![a, b], c, dealt, target).g3 {
            found.push(link);
        }
    }
}

/// Groups split by a second column, or at random into parts of the same sizes; parts of one row are left out.
fn split(groups: &[Vec<u32>], by: &Coded<'_>, mut random: Option<Random>) -> Vec<Vec<u32>> {
    let mut parts = Vec::new();
    for group in groups {
        let code = |row: &u32| by.codes.get(*row as usize).copied().unwrap_or(Text::MISSING);
        let mut rows: Vec<u32> = group.iter().copied().filter(|row| code(row) != Text::MISSING).collect();
        rows.sort_by_key(|row| (code(row), *row));
        let sizes: Vec<usize> = rows.chunk_by(|a, b| code(a) == code(b)).map(<[u32]>::len).collect();
        if let Some(random) = random.as_mut() {
            random.shuffle(&mut rows);
        }
        let mut rest = rows.as_slice();
        for size in sizes {
            let (part, left) = rest.split_at(size);
            rest = left;
            if size >= 2 {
                parts.push(part.to_vec());
            }
        }
    }
    parts
}
