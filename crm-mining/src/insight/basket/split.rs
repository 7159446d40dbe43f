//! Itemsets split into rules.

use super::found::{Counts, Found};
use super::rules::Rules;
use crate::error::{ErrorKind, Result};
use crate::learn::{Itemset, Itemsets};
use crate::model::Control;
use std::sync::atomic::{AtomicUsize, Ordering};

const STAGE: &str = "rules";

/// Splits after which a task looks up from its work.
const PACE: usize = 1 << 14;

/// Splits itemsets into rules.
pub(super) struct Splitter<'a> {
    rules: &'a Rules,
    itemsets: &'a Itemsets,
    control: &'a Control,
    antecedent: Vec<u32>,
    consequent: Vec<u32>,
    found: Found,
    steps: usize,
    n_counted: usize,
    n_rules: &'a AtomicUsize,
}

impl<'a> Splitter<'a> {
    pub(super) fn new(
        rules: &'a Rules,
        itemsets: &'a Itemsets,
        control: &'a Control,
        n_rules: &'a AtomicUsize,
    ) -> Self {
        Splitter {
            rules,
            itemsets,
            control,
            antecedent: Vec::new(),
            consequent: Vec::new(),
            found: Found::default(),
            steps: 0,
            n_counted: 0,
            n_rules,
        }
    }

    /// Finds all rules of a set.
    pub(super) fn split(&mut self, set: Itemset<'_>) -> Result<()> {
        self.grow(set, 0)
    }

    /// All rules found.
    pub(super) fn finish(mut self) -> Result<Found> {
        self.count_rules()?;
        Ok(self.found)
    }

    /// All rules of a set whose consequent is the present one and some items from `from` on.
    ///
    /// An item that moves to the consequent leaves a smaller antecedent, which stands in no fewer baskets:
    /// the confidence can only go down. So a consequent that lacks confidence is not made longer. The depth
    /// of the recursion is the number of items of the set; as all parts of the set are among the itemsets,
    /// that is at most 32.
    fn grow(&mut self, set: Itemset<'_>, from: usize) -> Result<()> {
        for (place, &item) in set.items.iter().enumerate().skip(from) {
            self.consequent.push(item);
            if self.consequent.len() < set.items.len() && self.is_confident(set) {
                self.keep_if_lifted(set.count);
                self.grow(set, place + 1)?;
            }
            self.consequent.pop();
            self.steps += set.items.len();
            if self.steps >= PACE {
                self.count_rules()?;
            }
        }
        Ok(())
    }

    fn is_confident(&mut self, set: Itemset<'_>) -> bool {
        self.antecedent.clear();
        let consequent = &self.consequent;
        self.antecedent.extend(set.items.iter().filter(|item| consequent.binary_search(item).is_err()));
        let Some(antecedent) = self.itemsets.count_of(&self.antecedent) else { return false };
        // Of two integers, rounded once: a share met exactly compares equal to the decimal that states it.
        f64::from(set.count) / f64::from(antecedent) >= self.rules.min_confidence
    }

    fn keep_if_lifted(&mut self, both: u32) {
        let count_of = |items| self.itemsets.count_of(items);
        let (Some(antecedent), Some(consequent)) = (count_of(&self.antecedent), count_of(&self.consequent))
        else {
            return;
        };
        let counts = Counts { both, antecedent, consequent };
        let n_baskets = self.itemsets.n_baskets();
        let lifted = match self.rules.min_lift {
            Some(lift) => counts.lift(n_baskets) >= lift,
            None => counts.is_lifted(n_baskets),
        };
        if lifted {
            self.found.antecedents.push_row(self.antecedent.iter().copied());
            self.found.consequents.push_row(self.consequent.iter().copied());
            self.found.counts.push(counts);
        }
    }

    /// Tells how many rules there are, and stops when they are too many or the caller wishes so.
    fn count_rules(&mut self) -> Result<()> {
        self.steps = 0;
        let new = self.found.counts.len() - self.n_counted;
        self.n_counted += new;
        let n_rules = self.n_rules.fetch_add(new, Ordering::Relaxed) + new;
        if n_rules > self.rules.max_rules as usize {
            let limit = u64::from(self.rules.max_rules);
            return Err(ErrorKind::LimitExceeded {
                place: "Rules".into(),
                of: "the number of rules",
                limit,
                needed: limit + 1,
                setting: "max_rules",
            }
            .into());
        }
        self.control.check(STAGE)
    }
}
