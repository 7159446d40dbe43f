//! What a profile holds.

use crate::data::Day;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Everything known of one customer on one day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// The customer's key, as text.
    pub customer: String,
    /// The day the profile speaks of.
    pub as_of: Day,
    /// What was counted or read.
    pub facts: Vec<Fact>,
    /// What the customer is called.
    pub tags: Vec<Tag>,
    /// What was estimated, with reasons.
    pub scores: Vec<Score>,
    /// What to offer next, best first.
    pub offers: Vec<Offer>,
    /// The source rows behind the profile, as ranges: `2-7,19`. Empty when no orders were given.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rows: String,
    /// The source those rows are of.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
}

/// One fact, such as `orders` = 7.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    /// What it says.
    pub name: Cow<'static, str>,
    /// The value.
    pub value: Value,
}

/// The value of a fact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// A count.
    Count(i64),
    /// An amount or mean.
    Number(f64),
    /// A text, day or name.
    Text(String),
    /// Several texts, the most important first.
    List(Vec<String>),
}

/// How a tag came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TagKind {
    /// Counted.
    Fact,
    /// By a rule that somebody stated.
    Rule,
    /// By a model that was learnt.
    Model,
}

/// One tag, such as `rfm_segment` = `champion`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tag {
    /// What it is about.
    pub name: Cow<'static, str>,
    /// What it says.
    pub value: Cow<'static, str>,
    /// How it came about.
    pub kind: TagKind,
    /// How strongly it holds, from 0 to 1.
    pub weight: f64,
    /// How sure it is, from 0 to 1: 1 for a rule, a measured quality for a model; `None` when not measured.
    pub confidence: Option<f64>,
    /// The figures behind it.
    pub evidence: String,
    /// The first day it holds.
    pub valid_from: Day,
    /// The last day it should be used without a new look.
    pub valid_until: Day,
}

/// One estimate, such as `clv` = 512.30.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// What is estimated.
    pub name: Cow<'static, str>,
    /// The estimate; `None` when the data cannot tell, as the reasons say.
    pub value: Option<f64>,
    /// Why, the strongest reason first.
    pub reasons: Vec<String>,
}

/// One next best offer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Offer {
    /// The item's key, as text.
    pub item: String,
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item_name: Option<String>,
    /// Why: what was bought that goes with it.
    pub reason: String,
    /// How many times more often than by chance the two are bought together.
    pub lift: f64,
    /// The share of baskets with the reason that hold the offer too.
    pub confidence: f64,
}

impl Profile {
    pub(super) fn new(customer: String, as_of: Day) -> Profile {
        let (facts, tags, scores, offers) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Profile { customer, as_of, facts, tags, scores, offers, rows: String::new(), source: String::new() }
    }

    /// The fact of this name.
    pub fn fact(&self, name: &str) -> Option<&Value> {
        self.facts.iter().find(|fact| fact.name == name).map(|fact| &fact.value)
    }

    /// The tag of this name.
    pub fn tag(&self, name: &str) -> Option<&Tag> {
        self.tags.iter().find(|tag| tag.name == name)
    }

    /// The score of this name.
    pub fn score(&self, name: &str) -> Option<&Score> {
        self.scores.iter().find(|score| score.name == name)
    }

    /// Adds a fact.
    pub fn add_fact(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Value>) {
        self.facts.push(Fact { name: name.into(), value: value.into() });
    }

    /// Adds a score.
    pub fn add_score(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        value: Option<f64>,
        reasons: Vec<String>,
    ) {
        self.scores.push(Score {
            name: name.into(),
            value: value.filter(|value| value.is_finite()),
            reasons,
        });
    }
}

impl From<i64> for Value {
    fn from(count: i64) -> Value {
        Value::Count(count)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Value {
        Value::Number(number)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::Text(text)
    }
}

impl From<Day> for Value {
    fn from(day: Day) -> Value {
        Value::Text(day.to_string())
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Value::Count(count) => count.fmt(f),
            Value::Number(number) => write!(f, "{number:.2}"),
            Value::Text(text) => text.fmt(f),
            Value::List(texts) => f.write_str(&texts.join(", ")),
        }
    }
}
