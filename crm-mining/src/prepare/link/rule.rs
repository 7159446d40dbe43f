//! A blocking rule at work: from the values of a row to the code of its block.

use super::records::Prepared;
use super::settings::Block;
use super::terms::term;
use super::{Kind, Linker, Transform};
use crate::data::{Interner, Text};
use hashbrown::HashMap;

/// The code of a row without a block: a part is missing.
pub(super) const NO_BLOCK: u32 = u32::MAX;

/// Gives rows that agree in every part of a rule the same code, without the risk of a hash.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    /// The field of each part and what of it counts.
    parts: Vec<(usize, Transform)>,
    any_order: bool,
    terms: Interner,
    /// The depth, the code of the parts before and the term of the next, to the code of them together.
    pairs: HashMap<(u32, u32, u32), u32>,
    /// The next code of each depth.
    next: Vec<u32>,
    n_codes: u32,
}

impl Rule {
    /// The rule and the code of every row.
    pub(super) fn new(linker: &Linker, block: &Block, prepared: &Prepared) -> (Rule, Vec<u32>) {
        let parts: Vec<(usize, Transform)> = block
            .parts
            .iter()
            .filter_map(|part| Some((linker.field_of(&part.column)?, part.transform)))
            .collect();
        let mut rule = Rule {
            parts,
            any_order: block.any_order,
            terms: Interner::default(),
            pairs: HashMap::new(),
            next: vec![0; block.parts.len()],
            n_codes: 0,
        };
        let terms = rule.terms_of_values(prepared);
        let mut codes = Vec::with_capacity(prepared.n_rows);
        let mut row_terms = Vec::with_capacity(rule.parts.len());
        for row in 0..prepared.n_rows as u32 {
            let values = prepared.row(row);
            row_terms.clear();
            for ((field, _), terms) in rule.parts.iter().zip(&terms) {
                let code = values.get(*field).copied().unwrap_or(Text::MISSING);
                row_terms.push(terms.get(code as usize).copied().unwrap_or(NO_BLOCK));
            }
            codes.push(rule.code(&mut row_terms));
        }
        (rule, codes)
    }

    /// Per part, the term of every distinct value of its field.
    fn terms_of_values(&mut self, prepared: &Prepared) -> Vec<Vec<u32>> {
        let mut all = Vec::with_capacity(self.parts.len());
        for &(field, transform) in &self.parts {
            let Some(field) = prepared.fields.get(field) else { continue };
            let terms = field.distinct.iter().map(|value| match term(transform, field.kind, value) {
                Some(term) => self.terms.intern(&term),
                None => NO_BLOCK,
            });
            all.push(terms.collect());
        }
        all
    }

    /// The code of these terms, a new one where they are new.
    fn code(&mut self, terms: &mut [u32]) -> u32 {
        let Some((first, others)) = self.in_order(terms) else { return NO_BLOCK };
        if others.is_empty() {
            self.n_codes = self.n_codes.max(first + 1);
        }
        let mut code = first;
        for (depth, &term) in (0u32..).zip(others) {
            // Codes of one depth are counted from 0, so those of the last depth are dense.
            let next = self.next.get(depth as usize).copied().unwrap_or(0);
            code = *self.pairs.entry((depth, code, term)).or_insert(next);
            if let Some(count) = self.next.get_mut(depth as usize) {
                *count = next.max(code + 1);
                self.n_codes = *count;
            }
        }
        code
    }

    fn in_order<'a>(&self, terms: &'a mut [u32]) -> Option<(u32, &'a [u32])> {
        if terms.contains(&NO_BLOCK) {
            return None;
        }
        if self.any_order {
            terms.sort_unstable();
        }
        terms.split_first().map(|(&first, others)| (first, others))
    }

    /// Codes stay below this.
    pub(super) fn n_codes(&self) -> usize {
        self.n_codes as usize
    }

    /// The block that a new row with these normal values joins, one value per field.
    pub(super) fn find(&self, kinds: &[Kind], values: &[Option<&str>]) -> u32 {
        let mut terms = Vec::with_capacity(self.parts.len());
        for &(field, transform) in &self.parts {
            let value = values.get(field).copied().flatten();
            let kind = kinds.get(field).copied().unwrap_or(Kind::Exact);
            let found = value.and_then(|value| term(transform, kind, value));
            terms.push(found.and_then(|term| self.terms.find(&term)).unwrap_or(NO_BLOCK));
        }
        self.lookup(&mut terms)
    }

    fn lookup(&self, terms: &mut [u32]) -> u32 {
        let Some((first, others)) = self.in_order(terms) else { return NO_BLOCK };
        let mut code = first;
        for (depth, &term) in (0u32..).zip(others) {
            match self.pairs.get(&(depth, code, term)) {
                Some(&next) => code = next,
                None => return NO_BLOCK,
            }
        }
        code
    }
}
