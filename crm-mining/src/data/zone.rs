//! The time zone in which a day begins and ends.

use super::day::{Day, MICROS_PER_DAY};
use crate::error::{Result, invalid_parameter};
use jiff::{Timestamp, tz};
use serde::{Deserialize, Serialize};

/// The business time zone: it decides on which [`Day`] a moment falls.
///
/// ```
/// use crm_mining::data::Zone;
///
/// let shanghai = Zone::named("Asia/Shanghai")?;
/// assert!(Zone::named("Asia/Atlantis").is_err());
/// assert_eq!(shanghai.name(), "Asia/Shanghai");
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Zone(Option<tz::TimeZone>);

impl Zone {
    /// Coordinated universal time, the default.
    pub const UTC: Zone = Zone(None);

    /// A zone of the IANA database (compiled in), such as `Europe/London`.
    ///
    /// # Errors
    /// [`InvalidParameter`](crate::ErrorKind::InvalidParameter) for an unknown name.
    pub fn named(name: &str) -> Result<Zone> {
        if name == "UTC" {
            return Ok(Zone::UTC);
        }
        match tz::TimeZoneDatabase::bundled().get(name) {
            Ok(zone) => Ok(Zone(Some(zone))),
            Err(_) => invalid_parameter("Zone", "name", "a zone of the IANA database", name),
        }
    }

    /// The zone's IANA name.
    pub fn name(&self) -> &str {
        self.0.as_ref().and_then(|zone| zone.iana_name()).unwrap_or("UTC")
    }

    /// A reader of days that remembers the current UTC offset between moments.
    pub(crate) fn days(&self) -> DayReader<'_> {
        DayReader { zone: self.0.as_ref(), valid: 0..0, offset: 0 }
    }
}

impl TryFrom<String> for Zone {
    type Error = crate::Error;
    fn try_from(name: String) -> Result<Zone> {
        Zone::named(&name)
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> String {
        zone.name().to_owned()
    }
}

/// Looks offsets up once per stretch between two transitions of the zone.
pub(crate) struct DayReader<'a> {
    zone: Option<&'a tz::TimeZone>,
    valid: std::ops::Range<i64>,
    offset: i64,
}

impl DayReader<'_> {
    #[inline]
    pub(crate) fn day(&mut self, micros: i64) -> Day {
        let Some(zone) = self.zone else { return Day::of_micros(micros) };
        if !self.valid.contains(&micros) {
            self.look_up(zone, micros);
        }
        Day::of_micros(micros.saturating_add(self.offset))
    }

    #[cold]
    fn look_up(&mut self, zone: &tz::TimeZone, micros: i64) {
        let moment = Timestamp::from_microsecond(micros).unwrap_or(if micros < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        });
        let next = zone.following(moment).next().map_or(i64::MAX, |t| t.timestamp().as_microsecond());
        self.offset = i64::from(zone.to_offset(moment).seconds()) * (MICROS_PER_DAY / 86_400);
        self.valid = micros..next.max(micros.saturating_add(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn midnight_depends_on_the_zone() {
        let micros = |text: &str| text.parse::<Timestamp>().unwrap().as_microsecond();
        let shanghai = Zone::named("Asia/Shanghai").unwrap();
        let late = micros("2024-03-05T17:30:00Z");
        assert_eq!(Zone::UTC.days().day(late).to_string(), "2024-03-05");
        assert_eq!(shanghai.days().day(late).to_string(), "2024-03-06");

        // London: an hour ahead from 2024-03-31 01:00 UTC on, in any order of asking.
        let london = Zone::named("Europe/London").unwrap();
        let mut days = london.days();
        for (text, day) in [
            ("2024-04-01T23:30:00Z", "2024-04-02"),
            ("2024-03-30T23:30:00Z", "2024-03-30"),
            ("2024-03-31T23:30:00Z", "2024-04-01"),
            ("2024-01-31T23:30:00Z", "2024-01-31"),
        ] {
            assert_eq!(days.day(micros(text)).to_string(), day);
        }
    }
}
