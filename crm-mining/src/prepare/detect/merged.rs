//! Fields that were written into one: `Portland OR` under city, nothing under state.

use super::evidence::Evidence;
use super::suspicion::Signal;
use crate::data::Text;
use crate::error::Result;
use crate::model::Control;
use crate::prepare::dependency::Coded;
use hashbrown::HashSet;
use rayon::prelude::*;
use std::sync::Arc;

/// Evidence against one cell: column, row.
pub(super) type Found = (usize, u32, Evidence);

/// For every column with gaps, the columns whose last word is one of its values where it has a gap, and hardly
/// ever elsewhere.
pub(super) fn judge(columns: &[Coded<'_>], control: &Control) -> Result<Vec<Found>> {
    let n_rows = columns.first().map_or(0, |column| column.codes.len());
    let gaps = |&gap: &usize| {
        columns
            .get(gap)
            .is_some_and(|c| c.present < n_rows && c.present * 2 >= n_rows && c.n_occurring() <= 1_000)
    };
    let of_gap = |gap: usize| -> Result<Vec<Found>> {
        let mut found = Vec::new();
        for whole in (0..columns.len()).filter(|&whole| whole != gap) {
            control.check("finding merged fields")?;
            if let (Some(a), Some(b)) = (columns.get(whole), columns.get(gap)) {
                between((whole, a), (gap, b), &mut found);
            }
        }
        Ok(found)
    };
    let found: Result<Vec<Vec<Found>>> =
        (0..columns.len()).into_par_iter().filter(gaps).map(of_gap).collect();
    Ok(found?.concat())
}

fn between((whole, a): (usize, &Coded<'_>), (gap, b): (usize, &Coded<'_>), found: &mut Vec<Found>) {
    if !a.is_text {
        return;
    }
    let known: Vec<String> = b.occurring().map(|(_, text, _)| text.into_owned()).collect();
    let known: HashSet<&str> = known.iter().map(String::as_str).collect();
    let mut halves: Vec<Option<(Arc<str>, Arc<str>)>> = vec![None; a.counts.len()];
    for (code, text, _) in a.occurring() {
        if let (Some(slot), Some((head, tail))) = (halves.get_mut(code as usize), cut(&text))
            && known.contains(tail)
        {
            *slot = Some((head.into(), tail.into()));
        }
    }
    let half = |code: &u32| halves.get(*code as usize).and_then(Option::as_ref);
    // Rows and hits, where the gap column is filled and where it has a gap.
    let mut seen = [[0usize; 2]; 2];
    for (code, other) in a.codes.iter().zip(b.codes.iter()) {
        if let Some([rows, hits]) = seen.get_mut(usize::from(*other == Text::MISSING)) {
            *rows += 1;
            *hits += usize::from(half(code).is_some());
        }
    }
    let [[filled, by_chance], [gaps, hits]] = seen;
    if hits < 3 || hits * 5 < gaps || by_chance * 20 > filled {
        return;
    }
    let (a_name, b_name): (Arc<str>, Arc<str>) = (a.name.into(), b.name.into());
    for (row, (code, other)) in (0u32..).zip(a.codes.iter().zip(b.codes.iter())) {
        if let (Some((head, tail)), Text::MISSING) = (half(code), *other) {
            let reason = |with: &Arc<str>| Signal::MergedField { with: with.clone() };
            found.push((whole, row, Evidence::hard(reason(&b_name), 0.9).value(head.clone())));
            found.push((gap, row, Evidence::hard(reason(&a_name), 0.9).value(tail.clone())));
        }
    }
}

/// A text before and after its last separator.
fn cut(text: &str) -> Option<(&str, &str)> {
    let at = text.rfind([' ', ',', ';', '/', '|'])?;
    let (head, tail) = text.split_at_checked(at)?;
    let head = head.trim_end_matches([' ', ',', ';', '/', '|', '-']);
    let tail = tail.get(1..)?;
    (!head.is_empty() && !tail.is_empty()).then_some((head, tail))
}
