//! Association rules, strongest first.

use super::cross_sell::{CrossSell, Suggestion};
use super::found::{Counts, Found};
use crate::data::{Baskets, Bought, Column, Csr, Keys, Strings, Table, ToTable, group_positions};
use crate::error::{ErrorKind, Result, invalid_parameter};
use crate::model::Control;
use std::sync::Arc;

/// Association rules, strongest first: by lift, then confidence, then count, each descending; then by the
/// items of antecedent and consequent. What [`Rules`](super::Rules) mine.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleSet {
    items: Keys,
    item_names: Option<Arc<Strings>>,
    bought: Option<Arc<Bought>>,
    n_baskets: usize,
    rules: Found,
    /// The rules from one item to one other, by the item they begin with.
    one_to_one: Csr<u32>,
    complete: bool,
}

/// One rule: who buys the antecedent, also buys the consequent.
///
/// With A and C the shares of baskets that hold the antecedent and the consequent, and AC the share that
/// holds both:
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rule<'a> {
    /// What is bought; items ascending, positions in [`RuleSet::items`].
    pub antecedent: &'a [u32],
    /// What is also bought; items ascending.
    pub consequent: &'a [u32],
    /// In how many baskets both stand.
    pub count: u32,
    /// In how many baskets the antecedent stands.
    pub antecedent_count: u32,
    /// In how many baskets the consequent stands.
    pub consequent_count: u32,
    /// AC.
    pub support: f64,
    /// AC / A: how likely the consequent is where the antecedent is.
    pub confidence: f64,
    /// AC / (A C): how many times as likely as at large; 1 when the two have nothing to do with each other.
    pub lift: f64,
    /// AC − A C: how much more often both stand together than by chance.
    pub leverage: f64,
    /// (1 − C) / (1 − AC / A): how many times as often the rule would fail by chance. Infinite when it never
    /// fails, that is at confidence 1.
    pub conviction: f64,
}

impl RuleSet {
    /// The rules of these baskets, put in order.
    pub(super) fn new(baskets: &Baskets, found: Found, complete: bool, control: &Control) -> Result<RuleSet> {
        let rules = found.strongest_first(control)?;
        let single = |items: &[u32]| if let &[item] = items { Some(item) } else { None };
        let sides = rules.antecedents.rows().zip(rules.consequents.rows());
        let from: Vec<u32> = sides
            .map(|(antecedent, consequent)| single(consequent).and(single(antecedent)).unwrap_or(u32::MAX))
            .collect();
        Ok(RuleSet {
            items: baskets.items().clone(),
            item_names: baskets.item_names().cloned(),
            bought: baskets.bought().cloned(),
            n_baskets: baskets.len(),
            one_to_one: group_positions(&from, baskets.items().len()),
            rules,
            complete,
        })
    }

    /// How many rules.
    pub fn len(&self) -> usize {
        self.rules.counts.len()
    }

    /// Whether there is no rule.
    pub fn is_empty(&self) -> bool {
        self.rules.counts.is_empty()
    }

    /// The rule at this position; the strongest is at 0.
    pub fn get(&self, position: usize) -> Option<Rule<'_>> {
        let counts = *self.rules.counts.get(position)?;
        Some(Rule {
            antecedent: self.rules.antecedents.row(position),
            consequent: self.rules.consequents.row(position),
            count: counts.both,
            antecedent_count: counts.antecedent,
            consequent_count: counts.consequent,
            support: f64::from(counts.both) / self.n_baskets as f64,
            confidence: counts.confidence(),
            lift: counts.lift(self.n_baskets),
            leverage: counts.leverage(self.n_baskets),
            conviction: counts.conviction(self.n_baskets),
        })
    }

    /// All rules, strongest first.
    pub fn iter(&self) -> impl Iterator<Item = Rule<'_>> + Clone {
        (0..self.len()).filter_map(|position| self.get(position))
    }

    /// The items that rules speak of.
    pub fn items(&self) -> &Keys {
        &self.items
    }

    /// What each item is called, when known.
    pub fn item_names(&self) -> Option<&Arc<Strings>> {
        self.item_names.as_ref()
    }

    /// What these items are called, as one text such as `"bread + milk"`: their names where known, else
    /// their keys.
    pub fn names(&self, items: &[u32]) -> String {
        match &self.item_names {
            Some(names) => joined(names, items),
            None => self.items.joined(items),
        }
    }

    /// How many baskets were mined, empty ones included.
    pub fn n_baskets(&self) -> usize {
        self.n_baskets
    }

    /// Whether every rule is here. False when there were more itemsets than
    /// [`Rules::max_itemsets`](super::Rules::max_itemsets); then the longest rules are missing.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// What to offer to somebody who has these items: at most `max` other ones, by the strongest rule that
    /// leads to each.
    ///
    /// Rules from one item to one other are used, so that each offer has a reason that fits in a sentence:
    /// *because you bought tea*. Items may stand in any order.
    ///
    /// ```
    /// use crm_mining::{data::Baskets, insight::Rules};
    ///
    /// let baskets = Baskets::from_rows([vec!["tea", "milk"], vec!["tea", "milk"], vec!["jam"]]);
    /// let rules = Rules::min_count(2).mine(&baskets)?;
    /// let tea = rules.items().position("tea").expect("it was bought") as u32;
    /// let offers = rules.suggest(&[tea], 5);
    /// assert_eq!(rules.names(&[offers[0].item]), "milk");
    /// # Ok::<(), crm_mining::Error>(())
    /// ```
    pub fn suggest(&self, items: &[u32], max: usize) -> Vec<Suggestion> {
        let mut has = items.to_vec();
        has.sort_unstable();
        let consequent = |&rule: &u32| self.rules.consequents.row(rule as usize).first().copied();
        let is_new = |rule: &u32| consequent(rule).is_some_and(|item| has.binary_search(&item).is_err());
        let mut rules: Vec<u32> =
            has.iter().flat_map(|&item| self.one_to_one.row(item as usize)).copied().filter(is_new).collect();
        // The position of a rule is its rank.
        rules.sort_unstable();
        rules.dedup();
        let mut offered = std::collections::BTreeSet::new();
        let is_first = |rule: &u32| consequent(rule).is_some_and(|item| offered.insert(item));
        rules.into_iter().filter(is_first).take(max).filter_map(|rule| self.suggestion(rule)).collect()
    }

    /// The customers whose baskets were mined; `None` when the baskets are of unknown customers.
    pub fn customers(&self) -> Option<&Keys> {
        self.bought.as_ref().map(|bought| &bought.customers)
    }

    /// What to offer to the customer at this position, by [`RuleSet::suggest`] from all items bought.
    pub fn suggest_to(&self, customer: usize, max: usize) -> Vec<Suggestion> {
        self.bought.as_ref().map_or_else(Vec::new, |bought| self.suggest(bought.items.row(customer), max))
    }

    fn suggestion(&self, rule: u32) -> Option<Suggestion> {
        let Rule { antecedent, consequent, lift, confidence, .. } = self.get(rule as usize)?;
        Some(Suggestion { item: *consequent.first()?, because: *antecedent.first()?, rule, lift, confidence })
    }

    /// What to offer next to every customer of the baskets: at most `max` items that the customer has not
    /// bought, by [`RuleSet::suggest`] from all items that he or she has.
    ///
    /// # Errors
    /// `max` of 0; baskets whose customers are not known, as those of
    /// [`Baskets::from_rows`](crate::data::Baskets::from_rows).
    pub fn cross_sell(&self, max: usize) -> Result<CrossSell> {
        self.cross_sell_with(max, &Control::default())
    }

    /// As [`RuleSet::cross_sell`]; reports progress to, and stops when asked by, `control`.
    ///
    /// # Errors
    /// As [`RuleSet::cross_sell`], and the caller's wish to stop.
    pub fn cross_sell_with(&self, max: usize, control: &Control) -> Result<CrossSell> {
        if max == 0 {
            return invalid_parameter("RuleSet::cross_sell", "max", "at least 1", max);
        }
        let Some(bought) = &self.bought else {
            let of = "RuleSet::cross_sell";
            return Err(ErrorKind::NotEnoughData { of, needed: 1, unit: "known customers", got: 0 }.into());
        };
        CrossSell::new(self, bought, max, control)
    }
}

impl ToTable for RuleSet {
    /// A row per rule, strongest first; the items of each side as one text.
    fn to_table(&self) -> Table {
        let Found { antecedents, consequents, counts } = &self.rules;
        let keys = |items| Some(self.items.joined(items));
        let mut columns = vec![
            Column::text("antecedent", antecedents.rows().map(keys)),
            Column::text("consequent", consequents.rows().map(keys)),
        ];
        if let Some(names) = &self.item_names {
            let names = |items| Some(joined(names, items));
            columns.push(Column::text("antecedent_names", antecedents.rows().map(names)));
            columns.push(Column::text("consequent_names", consequents.rows().map(names)));
        }
        let ints = |name, get: fn(&Counts) -> u32| {
            Column::ints(name, counts.iter().map(|counts| i64::from(get(counts))).collect())
        };
        let floats = |name, get: fn(Rule<'_>) -> f64| Column::floats(name, self.iter().map(get).collect());
        columns.extend([
            ints("count", |counts| counts.both),
            ints("antecedent_count", |counts| counts.antecedent),
            ints("consequent_count", |counts| counts.consequent),
            floats("support", |rule| rule.support),
            floats("confidence", |rule| rule.confidence),
            floats("lift", |rule| rule.lift),
            floats("leverage", |rule| rule.leverage),
            floats("conviction", |rule| rule.conviction),
        ]);
        Table::of("rules", columns)
    }
}

fn joined(names: &Strings, items: &[u32]) -> String {
    let names: Vec<&str> = items.iter().map(|&item| names.get(item as usize).unwrap_or_default()).collect();
    names.join(" + ")
}
