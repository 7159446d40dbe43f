//! Columns as codes into distinct values, whatever their type; missing markers count as missing.

use crate::data::{Column, Keys, Strings, Table, Text, Values};
use crate::model::Control;
use rayon::prelude::*;
use std::borrow::Cow;

/// A column as a code per row into its distinct values.
pub(in crate::prepare) struct Coded<'a> {
    pub(in crate::prepare) name: &'a str,
    /// [`Text::MISSING`] where there is no value.
    pub(in crate::prepare) codes: Cow<'a, [u32]>,
    /// How many rows hold each value.
    pub(in crate::prepare) counts: Vec<u32>,
    /// Whether the column holds text, so that its spelling can be wrong.
    pub(in crate::prepare) is_text: bool,
    /// Rows that hold a value.
    pub(in crate::prepare) present: usize,
    distinct: Distinct<'a>,
}

enum Distinct<'a> {
    Text(Cow<'a, Strings>),
    Keys(Keys),
}

impl<'a> Coded<'a> {
    pub(in crate::prepare) fn new(column: &'a Column) -> Coded<'a> {
        let (codes, distinct) = match (column.values(), column.coded()) {
            (Values::Text(text), _) => {
                (Cow::Borrowed(text.codes()), Distinct::Text(Cow::Borrowed(text.distinct())))
            }
            // Text that is held as numbers or moments.
            (_, Cow::Owned(coded)) => {
                let text = coded.to_text().into_owned();
                (Cow::Owned(text.codes().to_vec()), Distinct::Text(Cow::Owned(text.distinct().clone())))
            }
            _ => {
                let (keys, codes) = column.identities();
                (Cow::Owned(codes), Distinct::Keys(keys))
            }
        };
        let is_text = matches!(distinct, Distinct::Text(_));
        let len = match &distinct {
            Distinct::Text(strings) => strings.len(),
            Distinct::Keys(keys) => keys.len(),
        };
        let mut counts = vec![0u32; len];
        let mut present = 0;
        for &code in codes.iter() {
            if let Some(count) = counts.get_mut(code as usize) {
                *count += 1;
                present += 1;
            }
        }
        Coded { name: column.name(), codes, counts, is_text, present, distinct }
    }

    /// Every column of a table.
    pub(in crate::prepare) fn all(table: &'a Table, control: &Control) -> crate::Result<Vec<Coded<'a>>> {
        let code = |column| {
            control.check("coding columns")?;
            Ok(Coded::new(column))
        };
        table.columns().par_iter().map(code).collect()
    }

    /// The value of a code; empty for a missing one.
    pub(in crate::prepare) fn value(&self, code: u32) -> Cow<'_, str> {
        match &self.distinct {
            Distinct::Text(strings) => Cow::Borrowed(strings.get(code as usize).unwrap_or_default()),
            Distinct::Keys(keys) => keys.get(code as usize).map_or(Cow::Borrowed(""), Cow::from),
        }
    }

    /// The values that occur, with their codes and counts.
    pub(in crate::prepare) fn occurring(&self) -> impl Iterator<Item = (u32, Cow<'_, str>, u32)> {
        (0u32..)
            .zip(&self.counts)
            .filter(|&(_, &count)| count > 0)
            .map(|(code, &count)| (code, self.value(code), count))
    }

    /// How many values occur.
    pub(in crate::prepare) fn n_occurring(&self) -> usize {
        self.counts.iter().filter(|&&count| count > 0).count()
    }

    /// The same with the texts that only mark a missing value made missing, so that they cast no vote.
    pub(in crate::prepare) fn without_markers(&self) -> Coded<'_> {
        let marker: Vec<bool> =
            (0u32..).zip(&self.counts).map(|(code, _)| is_marker(&self.value(code))).collect();
        let is_marker = |code: u32| marker.get(code as usize).copied().unwrap_or(false);
        let distinct = match &self.distinct {
            Distinct::Text(strings) => Distinct::Text(Cow::Borrowed(strings)),
            Distinct::Keys(keys) => Distinct::Keys(keys.clone()),
        };
        let (mut counts, mut codes) = (self.counts.clone(), Cow::Borrowed(self.codes.as_ref()));
        if marker.contains(&true) {
            let keep = |&code: &u32| if is_marker(code) { Text::MISSING } else { code };
            codes = Cow::Owned(self.codes.iter().map(keep).collect());
            counts.iter_mut().zip(&marker).filter(|&(_, &marker)| marker).for_each(|(count, _)| *count = 0);
        }
        let present = counts.iter().map(|&count| count as usize).sum();
        Coded { name: self.name, codes, counts, is_text: self.is_text, present, distinct }
    }
}

/// Texts that stand for a missing value in a column of any kind. Words that may be names or categories
/// (`none`, `NA`, `unknown`) are not among them.
pub(in crate::prepare) fn is_marker(text: &str) -> bool {
    const MARKERS: [&str; 14] = [
        "", "n/a", "#n/a", "nan", "null", "nat", "?", "<na>", "#null!", "#value!", "#ref!", "#name?", "n.a.",
        "\\n",
    ];
    let text = text.trim();
    text.len() <= 7 && MARKERS.iter().any(|marker| text.eq_ignore_ascii_case(marker))
}
