//! What other rows say of a cell: those that share its determinant, or report on the same thing.

use super::evidence::Evidence;
use super::suspicion::Signal;
use crate::data::Text;
use crate::error::Result;
use crate::model::Control;
use crate::prepare::dependency::{Coded, Link, Majority, Panel, Verdict, group_codes, majorities};
use hashbrown::{HashMap, HashSet};
use std::sync::Arc;

/// What other rows say of the cells of a column.
pub(super) struct Told {
    /// Against a cell, by row.
    pub(super) against: Vec<Option<Against>>,
    /// The probability that a cell is right.
    pub(super) confirmed: Vec<f32>,
    /// The determinants that `Against::by` counts.
    sources: Vec<Arc<str>>,
    conflict: Option<(Arc<str>, Arc<str>)>,
}

/// What speaks against one cell.
#[derive(Debug, Clone, Copy)]
pub(super) struct Against {
    /// The probability that the cell is not wrong after all.
    doubt: f32,
    /// The strongest single voice: its determinant, its sureness, what it says and who says it.
    by: u16,
    sure: f32,
    majority: Majority,
}

impl Told {
    /// The evidence against a cell: what speaks against it, unless as much speaks for it.
    pub(super) fn evidence(&self, row: usize) -> Option<(Evidence, u32)> {
        let against = self.against.get(row).copied().flatten()?;
        let confirmed = f64::from(self.confirmed.get(row).copied().unwrap_or(0.0));
        let weight = (1.0 - f64::from(against.doubt)) * (1.0 - confirmed);
        let Majority { code, votes, of } = against.majority;
        let reason = match &self.conflict {
            Some((thing, source)) => {
                Signal::Conflict { thing: thing.clone(), source: source.clone(), votes, of }
            }
            None => {
                let determinant = self.sources.get(usize::from(against.by)).cloned().unwrap_or_default();
                Signal::Dependency { determinant, votes, of }
            }
        };
        Some((Evidence::hard(reason, weight), code))
    }
}

/// The voices of all dependencies on a column; those of the panel alone, where the column is reported in one.
pub(super) fn judge(
    columns: &[Coded<'_>],
    target: usize,
    links: &[Link],
    panel: Option<&Panel>,
    control: &Control,
) -> Result<Option<Told>> {
    if let Some(panel) = panel.filter(|panel| panel.reported.contains(&target)) {
        return Ok(Some(reported(columns, target, panel)));
    }
    let Some(column) = columns.get(target) else { return Ok(None) };
    let links: Vec<&Link> = links.iter().filter(|link| link.dependent == target).take(16).collect();
    if links.is_empty() {
        return Ok(None);
    }
    let n_rows = column.codes.len();
    let mut told = Told {
        against: vec![None; n_rows],
        confirmed: vec![0.0; n_rows],
        sources: Vec::new(),
        conflict: None,
    };
    for (by, link) in (0u16..).zip(links) {
        control.check("weighing dependencies")?;
        let names: Vec<&str> = link.determinant.iter().filter_map(|&a| Some(columns.get(a)?.name)).collect();
        told.sources.push(names.join(" + ").into());
        let (groups, n_groups) = group_codes(columns, &link.determinant);
        let majorities = majorities(&groups, n_groups, &column.codes, column.counts.len());
        let loyal = loyal(&groups, &majorities, column);
        told.hear(by, 1.0 - link.g3, (&groups, &column.codes), &majorities, &loyal);
    }
    Ok(Some(told))
}

impl Told {
    /// A voice is as sure as the share of the other rows that agree, one of them set against it, times the share
    /// of rows in which the dependency holds. A majority of less than two is none, and nothing is said against
    /// loyal values.
    fn hear(
        &mut self,
        by: u16,
        holds: f64,
        (groups, codes): (&[u32], &[u32]),
        majorities: &[Majority],
        loyal: &HashSet<u32>,
    ) {
        let cells = self.against.iter_mut().zip(&mut self.confirmed);
        for ((&group, &code), (against, confirmed)) in groups.iter().zip(codes).zip(cells) {
            let Some(&majority) = majorities.get(group as usize) else { continue };
            let own = u32::from(code != Text::MISSING);
            // Errors strike anywhere: a group with far more than its share of them holds two values instead.
            let (all, errors) = (f64::from(majority.of), f64::from(majority.of - majority.votes));
            let expected = (1.0 - holds) * all;
            if errors > expected + 4.0 * expected.sqrt() + 2.0 && majority.code != code {
                continue;
            }
            let others = f64::from(majority.of - own.min(majority.of));
            if majority.code == code {
                let sure = f64::from(majority.votes.saturating_sub(1)) / (others + 1.0) * holds;
                *confirmed = (1.0 - (1.0 - f64::from(*confirmed)) * (1.0 - sure)) as f32;
            } else if majority.votes >= 2 && !loyal.contains(&code) {
                let sure = (f64::from(majority.votes) / (others + 1.0) * holds) as f32;
                let before = against.unwrap_or(Against { doubt: 1.0, by, sure: 0.0, majority });
                let doubt = before.doubt * (1.0 - sure);
                *against = Some(match sure > before.sure {
                    true => Against { doubt, by, sure, majority },
                    false => Against { doubt, ..before },
                });
            }
        }
    }
}

/// Values that are in the minority, but occur three times or more, a tenth as often as the majority, and hardly
/// ever (one row in ten) outside that one group: two shops of one name rather than a slip.
fn loyal(groups: &[u32], majorities: &[Majority], column: &Coded<'_>) -> HashSet<u32> {
    let mut inside: HashMap<(u32, u32), u32> = HashMap::new();
    for (&group, &code) in groups.iter().zip(column.codes.iter()) {
        if code != Text::MISSING
            && majorities.get(group as usize).is_some_and(|majority| majority.code != code)
        {
            *inside.entry((group, code)).or_default() += 1;
        }
    }
    let is_loyal = |&(&(group, code), &count): &(&(u32, u32), &u32)| {
        let votes = majorities.get(group as usize).map_or(0, |majority| majority.votes);
        let all = column.counts.get(code as usize).copied().unwrap_or(0);
        count >= 3 && u64::from(count) * 10 >= u64::from(votes) && u64::from(count) * 10 >= u64::from(all) * 9
    };
    inside.iter().filter(is_loyal).map(|(&(_, code), _)| code).collect()
}

fn reported(columns: &[Coded<'_>], target: usize, panel: &Panel) -> Told {
    let name = |position: usize| columns.get(position).map_or("", |column| column.name).into();
    let verdicts = panel.verdicts(columns, target);
    let codes = columns.get(target).map_or(&[][..], |column| &column.codes);
    let against = |(verdict, &code): (&Option<Verdict>, &u32)| {
        let verdict = verdict.as_ref().filter(|verdict| verdict.winner != code)?;
        let majority = Majority { code: verdict.winner, votes: verdict.votes, of: verdict.of };
        let wrong = if code == Text::MISSING { verdict.winner_right } else { verdict.wrong };
        let sure = wrong.min(0.99) as f32;
        Some(Against { doubt: 1.0 - sure, by: 0, sure, majority })
    };
    let confirmed = |(verdict, &code): (&Option<Verdict>, &u32)| match verdict {
        Some(verdict) if verdict.winner == code => verdict.winner_right.min(0.99) as f32,
        _ => 0.0,
    };
    Told {
        against: verdicts.iter().zip(codes).map(against).collect(),
        confirmed: verdicts.iter().zip(codes).map(confirmed).collect(),
        sources: Vec::new(),
        conflict: Some((name(panel.thing), name(panel.source))),
    }
}
