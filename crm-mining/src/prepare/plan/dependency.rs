//! One column that follows from others.

use super::fitted::{Learned, foreign};
use super::frame::Frame;
use super::scalar::Scalar;
use super::step::{Kind, named, owned, refuse};
use super::views::{Groups, bits};
use crate::data::{Strings, Text};
use crate::error::Result;
use crate::prepare::dependency::Dependency;
use hashbrown::HashMap;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Deals with rows that break a functional dependency, such as that a postcode has one city.
///
/// For each combination of values of the determinant the most frequent value of the dependent is learnt; rows
/// with another one break the dependency. Combinations without a single most frequent value, or not seen when
/// the plan was fitted, break nothing; nor do missing values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnforceDependency {
    /// The columns that decide.
    pub determinant: Vec<String>,
    /// The column that follows from them.
    pub dependent: String,
    /// What is done with rows that break it.
    pub action: DependencyAction,
}

/// What is done with a row that breaks a dependency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DependencyAction {
    /// A new column, called after the dependent with `_contradicts` behind, marks it.
    Flag,
    /// It takes the most frequent value.
    Repair,
    /// It is set aside.
    Reject,
}

impl EnforceDependency {
    /// These columns decide that one.
    pub fn of<S: Into<String>>(
        determinant: impl IntoIterator<Item = S>,
        dependent: impl Into<String>,
        action: DependencyAction,
    ) -> EnforceDependency {
        EnforceDependency { determinant: owned(determinant), dependent: dependent.into(), action }
    }

    /// A dependency that was found, to be enforced.
    pub fn found(dependency: &Dependency, action: DependencyAction) -> EnforceDependency {
        EnforceDependency::of(&dependency.determinant, &dependency.dependent, action)
    }
}

/// The value that follows from a combination.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Follows {
    from: String,
    value: Scalar,
}

impl Follows {
    pub(super) fn is_sound(&self) -> bool {
        self.value.is_sound()
    }
}

impl Kind for EnforceDependency {
    fn check(&self) -> Result<()> {
        named(&self.determinant)?;
        match self.determinant.contains(&self.dependent) {
            true => refuse("dependent", "another column than those that decide", &self.dependent),
            false => Ok(()),
        }
    }

    fn learn(&self, frame: &Frame) -> Result<Learned> {
        let groups = self.groups(frame)?;
        let dependent = frame.column(&self.dependent)?;
        let follows = majorities(frame, dependent, &groups).into_iter().zip(groups.names.iter());
        let follows = follows.filter_map(|(row, name)| {
            let value = Scalar::of(frame.values(dependent), row? as usize)?;
            Some(Follows { from: name.to_owned(), value })
        });
        Ok(Learned::Follows(follows.collect()))
    }

    fn apply(&self, learned: &Learned, frame: &mut Frame) -> Result<()> {
        let Learned::Follows(follows) = learned else { return foreign(frame) };
        let dependent = frame.column(&self.dependent)?;
        let (rows, which) = {
            let groups = self.groups(frame)?;
            let known: HashMap<&str, u32> =
                follows.iter().map(|follows| follows.from.as_str()).zip(0u32..).collect();
            let of_group: Vec<Option<u32>> =
                groups.names.iter().map(|name| known.get(name).copied()).collect();
            let values = frame.values(dependent);
            let same = same_as(frame, dependent, follows);
            frame.pick(|row| {
                let follows = of_group.get(groups.code(row) as usize).copied().flatten()?;
                let bits = bits(values, row)?;
                (same.get(follows as usize).copied().flatten() != Some(bits)).then_some(follows)
            })?
        };
        match self.action {
            DependencyAction::Flag => frame.flag(format!("{}_contradicts", self.dependent), &rows)?,
            DependencyAction::Reject => {
                let from = self.determinant.join(", ");
                frame.reject(&rows, format!("{} contradicts {from}", self.dependent));
            }
            DependencyAction::Repair => {
                let values: Vec<Scalar> = follows.iter().map(|follows| follows.value.clone()).collect();
                frame.fill(dependent, rows, &which, &values)?;
            }
        }
        Ok(())
    }
}

impl EnforceDependency {
    /// The rows by the combination of values; of several columns, with a name that no other combination has.
    fn groups<'a>(&self, frame: &'a Frame) -> Result<Groups<'a>> {
        let mut all: Option<Groups<'a>> = None;
        for name in &self.determinant {
            let next = Groups::of(frame, frame.column(name)?);
            all = Some(match all {
                None => next,
                Some(before) => joint(&before, &next),
            });
        }
        Ok(all.unwrap_or(Groups { codes: Cow::Owned(Vec::new()), names: Cow::Owned(Strings::default()) }))
    }
}

fn joint<'a>(a: &Groups<'_>, b: &Groups<'_>) -> Groups<'a> {
    let (mut known, mut names): (HashMap<(u32, u32), u32>, _) = (HashMap::new(), Strings::default());
    let code = |(&a_code, &b_code): (&u32, &u32)| {
        if a_code == Text::MISSING || b_code == Text::MISSING {
            return Text::MISSING;
        }
        *known.entry((a_code, b_code)).or_insert_with(|| {
            let name = |groups: &Groups<'_>, code: u32| {
                groups.names.get(code as usize).unwrap_or_default().to_owned()
            };
            let (a, b) = (name(a, a_code), name(b, b_code));
            names.push(&format!("{}:{a}{b}", a.len()));
            names.len() as u32 - 1
        })
    };
    let codes = a.codes.iter().zip(b.codes.iter()).map(code).collect();
    Groups { codes: Cow::Owned(codes), names: Cow::Owned(names) }
}

/// A row with the most frequent value of each group; none where several are most frequent.
fn majorities(frame: &Frame, dependent: usize, groups: &Groups<'_>) -> Vec<Option<u32>> {
    let values = frame.values(dependent);
    let mut counts: HashMap<(u32, u64), (u64, u32)> = HashMap::new();
    for row in frame.rows() {
        let group = groups.code(row);
        if let (true, Some(bits)) = (group != Text::MISSING, bits(values, row)) {
            counts.entry((group, bits)).or_insert((0, row as u32)).0 += 1;
        }
    }
    let mut best: Vec<(u64, Option<u32>)> = vec![(0, None); groups.names.len()];
    #[allow(clippy::iter_over_hash_type, reason = "the one most frequent does not depend on the order")]
    for ((group, _), (count, row)) in counts {
        let Some(best) = best.get_mut(group as usize) else { continue };
        match count.cmp(&best.0) {
            std::cmp::Ordering::Greater => *best = (count, Some(row)),
            std::cmp::Ordering::Equal => best.1 = None,
            std::cmp::Ordering::Less => {}
        }
    }
    best.into_iter().map(|(_, row)| row).collect()
}

/// The learnt values as the column would hold them; `None` where it holds no such text.
fn same_as(frame: &Frame, column: usize, follows: &[Follows]) -> Vec<Option<u64>> {
    let known: HashMap<&str, u64> = match frame.text(column) {
        Ok(text) => text.distinct().iter().zip(0u64..).collect(),
        Err(_) => HashMap::new(),
    };
    let word = |follows: &Follows| match &follows.value {
        Scalar::Text(text) => known.get(text.as_str()).copied(),
        Scalar::Int(value) | Scalar::Time(value) => Some(*value as u64),
        Scalar::Float(value) => Some((value + 0.0).to_bits()),
        Scalar::Bool(value) => Some(u64::from(*value)),
    };
    follows.iter().map(word).collect()
}
