//! From evidence to suspicions: the cells of one column.

use super::depend::Told;
use super::evidence::{Evidence, Findings};
use super::suspicion::{Repair, Signal, Suspicion};
use crate::data::{Table, Text};
use crate::error::Result;
use crate::model::Control;
use crate::prepare::dependency::Coded;
use hashbrown::HashMap;
use std::sync::Arc;

/// Rows between two looks at the caller's wish to stop.
const CHUNK: usize = 1 << 16;
/// How much of soft evidence a certain confirmation takes back.
const TAKEN_BACK: f64 = 0.8;
/// A column filled in this share of its rows is meant to be filled.
const FILLED: f64 = 0.98;

/// One column with all that speaks against its cells.
pub(super) struct Cells<'a> {
    pub(super) table: &'a Table,
    pub(super) column: &'a Coded<'a>,
    pub(super) position: usize,
    pub(super) findings: Findings,
    pub(super) told: Option<Told>,
    /// By row.
    pub(super) merged: Vec<(u32, Evidence)>,
    pub(super) threshold: f64,
}

impl Cells<'_> {
    /// The suspect cells, in order of rows.
    pub(super) fn judge(mut self, control: &Control) -> Result<Vec<(u32, usize, Suspicion)>> {
        let name: Arc<str> = self.column.name.into();
        let findings = std::mem::take(&mut self.findings);
        let mut by_code: Vec<Vec<Evidence>> = vec![Vec::new(); self.column.counts.len()];
        for (code, found) in findings {
            if let Some(slot) = by_code.get_mut(code as usize) {
                *slot = found;
            }
        }
        let gap = self.gap();
        let mut texts: HashMap<u32, Arc<str>> = HashMap::new();
        let mut merged = self.merged.iter().peekable();
        let mut cells = Vec::new();
        for (row, &code) in self.column.codes.iter().enumerate() {
            if row % CHUNK == 0 {
                control.check("finding errors")?;
            }
            let known: &[Evidence] = match by_code.get(code as usize) {
                Some(found) => found,
                None => gap.as_slice(),
            };
            let mut more: Vec<Evidence> = Vec::new();
            while let Some((_, evidence)) = merged.next_if(|(at, _)| *at as usize == row) {
                more.push(evidence.clone());
            }
            let told = self.told.as_ref().and_then(|told| told.evidence(row));
            if let Some((mut evidence, says)) = told {
                evidence.repair = Some(Repair::Value(self.text(says, &mut texts)));
                more.push(evidence);
            }
            if known.is_empty() && more.is_empty() {
                continue;
            }
            let confirmed =
                self.told.as_ref().and_then(|told| told.confirmed.get(row)).copied().unwrap_or(0.0);
            let Some(verdict) = weigh(known, &more, f64::from(confirmed), self.threshold) else { continue };
            let found = (code != Text::MISSING).then(|| self.text(code, &mut texts));
            let (reasons, (repair, confidence)) = (verdict.reasons, verdict.repair);
            let (score, column, source) = (verdict.score, name.clone(), self.table.row_number(row));
            cells.push((
                row as u32,
                self.position,
                Suspicion { row: source, column, found, score, reasons, repair, confidence },
            ));
        }
        Ok(cells)
    }

    /// What speaks against a gap.
    fn gap(&self) -> Option<Evidence> {
        let rows = self.column.codes.len();
        let share = 1.0 - self.column.present as f64 / rows.max(1) as f64;
        (rows >= 50 && share > 0.0 && share <= 1.0 - FILLED)
            .then(|| Evidence::hard(Signal::Missing { share }, 0.6))
    }

    fn text(&self, code: u32, texts: &mut HashMap<u32, Arc<str>>) -> Arc<str> {
        texts.entry(code).or_insert_with(|| self.column.value(code).into()).clone()
    }
}

struct Verdict {
    score: f64,
    reasons: Vec<Signal>,
    repair: (Option<Repair>, f64),
}

/// Noisy-or over all evidence; `None` below the threshold. The repair is what the other rows say, else
/// that of the strongest evidence with one.
fn weigh(known: &[Evidence], more: &[Evidence], confirmed: f64, threshold: f64) -> Option<Verdict> {
    let weight = |evidence: &Evidence| match evidence.soft {
        true => evidence.weight * (1.0 - TAKEN_BACK * confirmed),
        false => evidence.weight,
    };
    let all = || known.iter().chain(more);
    let score = 1.0 - all().map(|evidence| 1.0 - weight(evidence)).product::<f64>();
    if score < threshold {
        return None;
    }
    let mut order: Vec<&Evidence> = all().filter(|evidence| weight(evidence) > 0.05).collect();
    order.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
    let by_rows = |e: &&&Evidence| {
        weight(e) >= 0.5 && matches!(e.reason, Signal::Dependency { .. } | Signal::Conflict { .. })
    };
    let repair = order
        .iter()
        .filter(by_rows)
        .chain(&order)
        .find_map(|evidence| Some((Some(evidence.repair.clone()?), weight(evidence))))
        .unwrap_or((None, 0.0));
    let reasons = order.iter().map(|evidence| evidence.reason.clone()).collect();
    Some(Verdict { score, reasons, repair })
}
