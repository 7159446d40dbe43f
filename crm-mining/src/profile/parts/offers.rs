//! Rules become next best offers.

use crate::data::Keys;
use crate::insight::RuleSet;
use crate::profile::{Offer, Part, Profile};

/// How many offers a profile makes.
const OFFERS: usize = 5;

impl Part for RuleSet {
    fn customers(&self) -> Option<&Keys> {
        self.customers()
    }

    fn tell(&self, customer: usize, profile: &mut Profile) {
        let name =
            |item: u32| self.item_names().and_then(|names| names.get(item as usize)).map(str::to_owned);
        profile.offers.extend(self.suggest_to(customer, OFFERS).into_iter().map(|suggestion| Offer {
            item: self.items().name(suggestion.item as usize),
            item_name: name(suggestion.item).filter(|name| !name.is_empty()),
            reason: format!("bought {}", self.names(&[suggestion.because])),
            lift: suggestion.lift,
            confidence: suggestion.confidence,
        }));
    }
}
