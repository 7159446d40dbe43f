//! Joins what all parts say.

use super::card::Profile;
use super::part::Part;
use super::profiles::Profiles;
use crate::data::{Day, Keys};
use crate::error::{ErrorKind, Result};
use crate::model::Control;
use rayon::prelude::*;

/// Collects the parts of the profiles; [`Profiles::new`] begins one.
pub struct ProfileBuilder<'a> {
    as_of: Day,
    parts: Vec<&'a dyn Part>,
}

impl<'a> ProfileBuilder<'a> {
    pub(super) fn new(as_of: Day) -> Self {
        ProfileBuilder { as_of, parts: Vec::new() }
    }

    /// Adds what a result says of its customers.
    pub fn with(mut self, part: &'a dyn Part) -> Self {
        self.parts.push(part);
        self
    }

    /// One profile for every customer that any part speaks of, in order of their keys.
    ///
    /// # Errors
    /// [`ErrorKind::NotEnoughData`] without a part, or with one that does not know its customers.
    pub fn build(&self) -> Result<Profiles> {
        self.build_with(&Control::default())
    }

    /// As [`ProfileBuilder::build`], under control of the caller.
    ///
    /// # Errors
    /// Those of [`ProfileBuilder::build`]; and the caller's wish to stop.
    pub fn build_with(&self, control: &Control) -> Result<Profiles> {
        let unknown = ErrorKind::NotEnoughData {
            of: "Profiles",
            needed: 1,
            unit: "customers known to each part",
            got: 0,
        };
        let parts: Vec<&Keys> =
            self.parts.iter().map(|part| part.customers()).collect::<Option<_>>().ok_or(unknown)?;
        let Some((first, rest)) = parts.split_first() else {
            return Err(ErrorKind::NotEnoughData { of: "Profiles", needed: 1, unit: "parts", got: 0 }.into());
        };
        let customers = rest.iter().fold((*first).clone(), |all, part| all.union(part).0);
        let places: Vec<Vec<u32>> = parts.iter().map(|part| places_of(&customers, part)).collect();
        const CHUNK: usize = 1024;
        let all: Vec<usize> = (0..customers.len()).collect();
        let chunks: Vec<Vec<Profile>> = all
            .par_chunks(CHUNK)
            .map(|chunk| {
                control.check("profiles")?;
                Ok(chunk.iter().map(|&customer| self.profile(&customers, &places, customer)).collect())
            })
            .collect::<Result<_>>()?;
        Ok(Profiles::of(self.as_of, customers, chunks.into_iter().flatten().collect()))
    }

    fn profile(&self, customers: &Keys, places: &[Vec<u32>], customer: usize) -> Profile {
        let mut profile = Profile::new(customers.name(customer), self.as_of);
        for (part, places) in self.parts.iter().zip(places) {
            match places.get(customer) {
                Some(&place) if place != ABSENT => part.tell(place as usize, &mut profile),
                _ => {}
            }
        }
        profile
    }
}

impl std::fmt::Debug for ProfileBuilder<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProfileBuilder")
            .field("as_of", &self.as_of)
            .field("parts", &self.parts.len())
            .finish()
    }
}

const ABSENT: u32 = u32::MAX;

/// Where each customer stands in a part.
fn places_of(customers: &Keys, part: &Keys) -> Vec<u32> {
    let mut places = vec![ABSENT; customers.len()];
    let (_, _, to) = customers.union(part);
    for (place, &customer) in (0u32..).zip(&to) {
        if let Some(slot) = places.get_mut(customer as usize) {
            *slot = place;
        }
    }
    places
}
