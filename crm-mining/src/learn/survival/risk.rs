//! Who was at risk and to whom it happened, time by time.

use super::durations::Durations;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// One time at which an event was observed or a subject left unobserved. Numbers are sums of weights.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct RiskStep {
    /// The time.
    pub time: f64,
    /// Subjects watched just before the time: those who came before it and were still there.
    pub at_risk: f64,
    /// Events at the time.
    pub events: f64,
    /// Subjects whose watching ended at the time without the event.
    pub censored: f64,
}

/// The steps of all distinct durations, in order of time.
pub(super) fn risk_steps(durations: &Durations) -> Vec<RiskStep> {
    let mut steps = Vec::new();
    walk(std::slice::from_ref(durations), |groups| steps.extend_from_slice(groups));
    steps.reverse();
    steps
}

/// Shows every distinct duration of all groups, the last first, with one step per group.
pub(super) fn walk(groups: &[Durations], mut visit: impl FnMut(&[RiskStep])) {
    let (ends, entries) = (ends(groups), entries(groups));
    // From the last time back: those still there, less those who had not come yet.
    let mut there = vec![0.0; groups.len()];
    let mut to_come = vec![0.0; groups.len()];
    let mut steps = vec![RiskStep::default(); groups.len()];
    let mut entries = entries.iter().rev().peekable();
    for end in ends.chunk_by(|a, b| a.0 == b.0).rev() {
        let Some(&(bits, ..)) = end.first() else { continue };
        steps.fill(RiskStep { time: f64::from_bits(bits), ..RiskStep::default() });
        for &(_, group, observed, weight) in end {
            if let Some(step) = steps.get_mut(group) {
                *(if observed { &mut step.events } else { &mut step.censored }) += f64::from_bits(weight);
            }
        }
        while let Some(&(_, group, weight)) = entries.next_if(|entry| entry.0 >= bits) {
            if let Some(to_come) = to_come.get_mut(group) {
                *to_come += f64::from_bits(weight);
            }
        }
        for ((step, there), to_come) in steps.iter_mut().zip(&mut there).zip(&to_come) {
            let leaving = step.events + step.censored;
            *there += leaving;
            // Rounding must not leave fewer at risk than it happens to.
            step.at_risk = f64::max(*there - to_come, leaving);
        }
        visit(&steps);
    }
}

/// Time, group, whether observed, and weight of every subject, in an order that does not depend on the order of
/// the rows, so that sums of weights do not either. Of floats from 0 on, the bits are in the order of the
/// values.
fn ends(groups: &[Durations]) -> Vec<(u64, usize, bool, u64)> {
    let mut ends = Vec::with_capacity(groups.iter().map(Durations::len).sum());
    for (group, durations) in groups.iter().enumerate() {
        let subjects = durations.subjects();
        ends.extend(subjects.map(|(time, seen, weight)| (time.to_bits(), group, seen, weight.to_bits())));
    }
    ends.par_sort_unstable();
    ends
}

/// Time, group and weight of every late entry, in order.
fn entries(groups: &[Durations]) -> Vec<(u64, usize, u64)> {
    let mut entries = Vec::new();
    for (group, durations) in groups.iter().enumerate() {
        let late =
            durations.entry().unwrap_or_default().iter().enumerate().filter(|(_, entry)| **entry > 0.0);
        entries.extend(late.map(|(row, entry)| (entry.to_bits(), group, durations.weight_of(row).to_bits())));
    }
    entries.par_sort_unstable();
    entries
}
