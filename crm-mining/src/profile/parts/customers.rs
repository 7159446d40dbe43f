//! Attributes become facts.

use crate::data::{Customers, Keys};
use crate::profile::{Part, Profile};

impl Part for Customers {
    fn customers(&self) -> Option<&Keys> {
        Some(self.keys())
    }

    fn tell(&self, customer: usize, profile: &mut Profile) {
        for column in self.attributes().columns() {
            if let Some(value) = column.show(customer) {
                profile.add_fact(column.name().to_owned(), value.into_owned());
            }
        }
    }
}
