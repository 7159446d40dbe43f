//! All profiles of a company.

use super::builder::ProfileBuilder;
use super::card::{Fact, Profile, Score, Value};
use crate::data::{Column, Day, Keys, Table, ToTable, Values};

/// One profile per customer, in order of their keys.
///
/// Join any results: `Profiles::new(as_of).with(&rfm).with(&clv)…build()?`. A customer has a profile as soon
/// as one part speaks of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Profiles {
    as_of: Day,
    customers: Keys,
    profiles: Vec<Profile>,
}

impl Profiles {
    /// Begins profiles that speak of this day. Give it parts made as of the same day: each says what it knows.
    #[allow(
        clippy::new_ret_no_self,
        reason = "the way in, as in the README: Profiles::new(as_of).with(…).build()"
    )]
    pub fn new<'a>(as_of: Day) -> ProfileBuilder<'a> {
        ProfileBuilder::new(as_of)
    }

    pub(super) fn of(as_of: Day, customers: Keys, profiles: Vec<Profile>) -> Profiles {
        Profiles { as_of, customers, profiles }
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.profiles.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.profiles.is_empty()
    }

    /// The day they speak of.
    pub fn as_of(&self) -> Day {
        self.as_of
    }

    /// The customers.
    pub fn customers(&self) -> &Keys {
        &self.customers
    }

    /// The profile of a customer, by the text of its key.
    pub fn get(&self, customer: &str) -> Option<&Profile> {
        self.profiles.get(self.customers.position(customer)?)
    }

    /// All profiles in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Profile> {
        self.profiles.iter()
    }
}

impl<'a> IntoIterator for &'a Profiles {
    type Item = &'a Profile;
    type IntoIter = std::slice::Iter<'a, Profile>;
    fn into_iter(self) -> Self::IntoIter {
        self.profiles.iter()
    }
}

impl ToTable for Profiles {
    /// A column per fact, tag and score; offers and all that lies behind them as JSON text. Where a fact, tag
    /// and score share a name, the later column is numbered: `segment (2)`.
    fn to_table(&self) -> Table {
        let mut columns = vec![Column::keys("customer", &self.customers)];
        columns.extend(
            names(self, |profile| profile.facts.iter().map(|fact| fact.name.as_ref()).collect()).iter().map(
                |name| {
                    let fact = |fact: &Fact| fact.name == *name;
                    let values: Vec<Option<&Value>> = self
                        .iter()
                        .map(|profile| profile.facts.iter().find(|f| fact(f)).map(|fact| &fact.value))
                        .collect();
                    fact_column(name, &values)
                },
            ),
        );
        columns.extend(
            names(self, |profile| profile.tags.iter().map(|tag| tag.name.as_ref()).collect()).iter().map(
                |name| {
                    Column::text(*name, self.iter().map(|profile| profile.tag(name).map(|tag| &tag.value)))
                },
            ),
        );
        columns.extend(
            names(self, |profile| profile.scores.iter().map(|score| score.name.as_ref()).collect())
                .iter()
                .map(|name| {
                    let value = |score: &Score| score.value;
                    let values =
                        self.iter().map(|profile| profile.score(name).and_then(value).unwrap_or(f64::NAN));
                    Column::floats(*name, values.collect())
                }),
        );
        columns.push(json_column("tags", self, |profile| serde_json::to_string(&profile.tags)));
        columns.push(json_column("scores", self, |profile| serde_json::to_string(&profile.scores)));
        columns.push(json_column("offers", self, |profile| serde_json::to_string(&profile.offers)));
        columns.push(Column::text("rows", self.iter().map(|profile| Some(&profile.rows))));
        columns.push(Column::text("source", self.iter().map(|profile| Some(&profile.source))));
        Table::of("profiles", apart(columns))
    }
}

/// The columns with every name used once: of two of one name, the later is numbered.
fn apart(columns: Vec<Column>) -> Vec<Column> {
    let mut names: Vec<String> = Vec::new();
    let unique = columns.into_iter().map(|column| {
        let own = column.name().to_owned();
        let numbered = (2..).map(|number| format!("{own} ({number})"));
        let name =
            std::iter::once(own.clone()).chain(numbered).find(|name| !names.contains(name)).unwrap_or(own);
        names.push(name.clone());
        column.named(name)
    });
    unique.collect()
}

/// The names used by any profile, in order of first use.
fn names<'a>(profiles: &'a Profiles, of: impl Fn(&'a Profile) -> Vec<&'a str>) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    for profile in profiles {
        for name in of(profile) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

fn fact_column(name: &str, values: &[Option<&Value>]) -> Column {
    let numeric = values.iter().flatten().all(|value| matches!(value, Value::Count(_) | Value::Number(_)));
    if !numeric {
        return Column::text(name, values.iter().map(|value| value.map(ToString::to_string)));
    }
    if values.iter().all(|value| !matches!(value, Some(Value::Number(_)))) {
        let count = |value: &Option<&Value>| if let Some(Value::Count(count)) = value { *count } else { 0 };
        let present = values.iter().map(Option::is_some).collect();
        return Column::new(name, Values::Int(values.iter().map(count).collect(), Some(present)));
    }
    let number = |value: &Option<&Value>| match value {
        Some(Value::Count(count)) => *count as f64,
        Some(Value::Number(number)) => *number,
        _ => f64::NAN,
    };
    Column::floats(name, values.iter().map(number).collect())
}

fn json_column(
    name: &str,
    profiles: &Profiles,
    json: impl Fn(&Profile) -> serde_json::Result<String>,
) -> Column {
    Column::text(name, profiles.iter().map(|profile| json(profile).ok()))
}
