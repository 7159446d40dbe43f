//! The time zone in which a day begins and ends.

use super::column::{Column, Values};
use super::day::{Day, MICROS_PER_DAY};
use super::parse::{Cell, DateEvidence, Found, Moment, is_missing_marker};
use super::table::Table;
use super::text::Text;
use crate::error::{ErrorKind, Result, invalid_parameter};
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
        DayReader { zone: self.0.as_ref(), now: Stretch { start: 0, end: 0, offset: 0 }, met: Vec::new() }
    }
}

/// What a local time means at which the clock was changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockChange {
    /// A time that the clock skipped is later by what it skipped (02:30 is 03:30); of a time that it showed
    /// twice, the first is meant. As RFC 5545 has it, and JavaScript, and jiff.
    #[default]
    Compatible,
    /// Neither is a time: the call fails and names the row.
    Reject,
}

impl Table {
    /// The table with a column of local times made one of moments (UTC).
    ///
    /// Times are read as the clocks of `zone` showed them; a text that says its own offset (`Z`, `+08:00`)
    /// keeps it. A text that is no moment stays as it is, for a
    /// [`Cleaner`](crate::prepare::Cleaner) to set aside.
    ///
    /// # Errors
    /// [`ErrorKind::MissingColumn`]; [`ErrorKind::InvalidColumn`] for a column without times;
    /// [`ErrorKind::InvalidValue`] for a time outside the years ±9999, and with [`ClockChange::Reject`]
    /// for a time that the clock skipped or showed twice.
    ///
    /// # Example
    /// ```
    /// use crm_mining::data::{ClockChange, Column, Table, Zone};
    ///
    /// let paid = ["2024-03-31 00:30", "2024-03-31 01:30", "2024-10-27 01:30", "2024-06-01 12:00Z"];
    /// let table = Table::new("orders", vec![Column::text("paid", paid.map(Some))])?;
    /// let london = Zone::named("Europe/London")?;
    /// let moments = table.clone().with_local_times("paid", &london, ClockChange::Compatible)?;
    /// let shown: Vec<_> = (0..4).map(|row| moments.columns()[0].show(row).unwrap()).collect();
    /// // Skipped by the clock: an hour later on it. Shown twice: the first time.
    /// assert_eq!(shown[1], "2024-03-31T01:30:00Z");
    /// assert_eq!(shown[2], "2024-10-27T00:30:00Z");
    /// assert_eq!(shown[3], "2024-06-01T12:00:00Z");
    /// assert!(table.with_local_times("paid", &london, ClockChange::Reject).is_err());
    /// # Ok::<(), crm_mining::Error>(())
    /// ```
    pub fn with_local_times(self, column: &str, zone: &Zone, change: ClockChange) -> Result<Table> {
        let local = &*self.column(column)?.coded();
        let reading = Local { table: &self, column: local, zone, change };
        let values = match local.values() {
            Values::Text(text) => reading.text(text)?,
            Values::Time(micros, present) => {
                let is_present = |row: usize| present.as_ref().is_none_or(|present| present.get(row));
                let moment = |(row, &micros): (usize, &i64)| match is_present(row) {
                    true => reading.moment(row, micros),
                    false => Ok(micros),
                };
                Values::Time(micros.iter().enumerate().map(moment).collect::<Result<_>>()?, present.clone())
            }
            _ => {
                return Err(ErrorKind::InvalidColumn {
                    table: self.name().to_owned(),
                    column: column.to_owned(),
                    must_be: "times".into(),
                    got: local.type_name().into(),
                }
                .into());
            }
        };
        self.with_column(Column::new(column, values))
    }
}

/// A column of local times on its way to moments.
struct Local<'a> {
    table: &'a Table,
    column: &'a Column,
    zone: &'a Zone,
    change: ClockChange,
}

impl Local<'_> {
    /// Every distinct text that is a local time is written as a moment.
    fn text(&self, text: &Text) -> Result<Values> {
        let order = match text.found() {
            Found::Time(order) => order,
            _ => DateEvidence::of(text.distinct()).decide().unwrap_or(None),
        };
        let mut first_row = vec![0; text.distinct().len()];
        for (row, &code) in text.codes().iter().enumerate().rev() {
            if let Some(first) = first_row.get_mut(code as usize) {
                *first = row;
            }
        }
        let unit = self.column.time_unit();
        let mut written = Vec::with_capacity(first_row.len());
        for (value, row) in text.distinct().iter().zip(first_row) {
            let (moment, anchored) = Moment::read_anchored(value);
            let counted = || unit?.micros(super::parse::plain_number(value)?);
            written.push(match moment.in_order(order) {
                _ if is_missing_marker(value) => value.to_owned(),
                Cell::Value(micros) if anchored => iso(micros),
                Cell::Value(micros) => iso(self.moment(row, micros)?),
                _ => match counted() {
                    // Seconds since 1970 are those of UTC; a spreadsheet's day is a local one.
                    Some(micros) if unit.is_some_and(|unit| unit.is_utc()) => iso(micros),
                    Some(micros) => iso(self.moment(row, micros)?),
                    None => value.to_owned(),
                },
            });
        }
        let rows = text.codes().iter().map(|&code| written.get(code as usize));
        let column = Column::text("", rows).with_type_found(self.table.name(), order)?;
        Ok(column.values)
    }

    /// The moment at which the clocks of the zone showed this time, given as though they were in UTC.
    fn moment(&self, row: usize, local: i64) -> Result<i64> {
        let Some(zone) = &self.zone.0 else { return Ok(local) };
        let refused = |must_be: String| {
            let got = "a time at a change of the clock or beyond the calendar".to_owned();
            let (table, column) = (self.table.name().to_owned(), self.column.name().to_owned());
            let row = self.table.row_number(row);
            ErrorKind::InvalidValue { table, column, row, must_be, got }
        };
        let shown = Timestamp::from_microsecond(local).map(|at| tz::Offset::UTC.to_datetime(at));
        let at = shown.map(|shown| zone.to_ambiguous_timestamp(shown)).and_then(|at| match self.change {
            ClockChange::Compatible => at.compatible(),
            ClockChange::Reject => at.unambiguous(),
        });
        match at {
            Ok(at) => Ok(at.as_microsecond()),
            Err(_) => Err(refused(format!("a time that clocks showed once in {}", self.zone.name())).into()),
        }
    }
}

/// A moment as text that says it is in UTC.
fn iso(micros: i64) -> String {
    const PER_SECOND: i64 = MICROS_PER_DAY / 86_400;
    let second = micros.rem_euclid(MICROS_PER_DAY) / PER_SECOND;
    let (day, fraction) = (Day::of_micros(micros), micros.rem_euclid(PER_SECOND));
    let fraction = if fraction == 0 { String::new() } else { format!(".{fraction:06}") };
    format!("{day}T{:02}:{:02}:{:02}{fraction}Z", second / 3600, second / 60 % 60, second % 60)
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
    now: Stretch,
    /// Those met before, in order: moments come in any order.
    met: Vec<Stretch>,
}

/// Moments from one to another, and what the clock is ahead of UTC in them, in microseconds.
#[derive(Clone, Copy)]
struct Stretch {
    start: i64,
    end: i64,
    offset: i64,
}

impl DayReader<'_> {
    #[inline]
    pub(crate) fn day(&mut self, micros: i64) -> Day {
        let Some(zone) = self.zone else { return Day::of_micros(micros) };
        if micros < self.now.start || micros >= self.now.end {
            self.change(zone, micros);
        }
        Day::of_micros(micros.saturating_add(self.now.offset))
    }

    fn change(&mut self, zone: &tz::TimeZone, micros: i64) {
        let place = self.met.partition_point(|stretch| stretch.end <= micros);
        self.now = match self.met.get(place) {
            Some(&stretch) if stretch.start <= micros => stretch,
            _ => {
                let stretch = Stretch::around(zone, micros);
                self.met.insert(place, stretch);
                stretch
            }
        };
    }
}

impl Stretch {
    #[cold]
    fn around(zone: &tz::TimeZone, micros: i64) -> Stretch {
        let moment = Timestamp::from_microsecond(micros).unwrap_or(if micros < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        });
        let of_clock = |transition: tz::TimeZoneTransition<'_>| transition.timestamp().as_microsecond();
        // A transition at the moment itself does not precede it.
        let after = moment.checked_add(jiff::SignedDuration::from_nanos(1)).unwrap_or(moment);
        let before = zone.preceding(after).next();
        let start = before.map_or(i64::MIN, of_clock).min(micros);
        let end = zone.following(moment).next().map_or(i64::MAX, of_clock).max(micros.saturating_add(1));
        let offset = i64::from(zone.to_offset(moment).seconds()) * (MICROS_PER_DAY / 86_400);
        Stretch { start, end, offset }
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

    #[test]
    fn a_reader_of_days_gives_what_each_moment_alone_gives() {
        let new_york = Zone::named("America/New_York").unwrap();
        let mut days = new_york.days();
        let hours = (0..60_000_i64).map(|n| (n * 7_919) % 60_000 * 11 - 180_000);
        for micros in hours.map(|hour| hour * 3_600_000_000).chain([i64::MIN, i64::MAX, 0]) {
            assert_eq!(days.day(micros), new_york.days().day(micros), "{micros}");
        }
        assert!(days.met.len() < 250, "{}", days.met.len());
    }

    #[test]
    fn a_stretch_begins_with_its_transition() {
        let london = Zone::named("Europe/London").unwrap();
        let micros = |text: &str| text.parse::<Timestamp>().unwrap().as_microsecond();
        let zone = london.0.as_ref().unwrap();
        let summer = Stretch::around(zone, micros("2024-03-31T01:00:00Z"));
        let same = Stretch::around(zone, micros("2024-07-01T00:00:00Z"));
        assert_eq!((summer.start, summer.end), (same.start, same.end));
        assert_eq!((summer.offset, summer.end), (3_600_000_000, micros("2024-10-27T01:00:00Z")));
    }
}
