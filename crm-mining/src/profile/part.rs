//! What can speak about customers in a profile.

use super::card::Profile;
use crate::data::Keys;

/// A result that has something to say about each of its customers.
///
/// Implement it for a result of your own to let it join the profiles.
///
/// ```
/// use crm_mining::data::{Day, Keys};
/// use crm_mining::profile::{Part, Profile, Profiles};
///
/// struct Birthdays(Keys, Vec<Day>);
///
/// impl Part for Birthdays {
///     fn customers(&self) -> Option<&Keys> {
///         Some(&self.0)
///     }
///     fn tell(&self, customer: usize, profile: &mut Profile) {
///         profile.add_fact("birthday", self.1[customer]);
///     }
/// }
///
/// let day: Day = "1990-02-28".parse()?;
/// let birthdays = Birthdays(["0042"].into_iter().collect(), vec![day]);
/// let profiles = Profiles::new("2024-03-05".parse()?).with(&birthdays).build()?;
/// assert_eq!(profiles.get("0042").unwrap().fact("birthday").unwrap().to_string(), "1990-02-28");
/// # Ok::<(), crm_mining::Error>(())
/// ```
pub trait Part: Sync {
    /// The customers it speaks of; `None` when the result does not know them, which no profile can use.
    fn customers(&self) -> Option<&Keys>;

    /// Writes what it knows of the customer at this position of [`Part::customers`].
    fn tell(&self, customer: usize, profile: &mut Profile);
}
