//! Several sources that report on the same things: who reports, on what, and how far each can be trusted.

#![allow(
    clippy::indexing_slicing,
    reason = "rows are below the table's length, codes below their column's number of values"
)]

use super::coded::Coded;
use super::search::{Link, group_codes};
use crate::data::{Csr, Text, group_positions};

/// Wrong values a source may choose from, in the vote of Dong et al.
const FALSE_VALUES: f64 = 10.0;
const ROUNDS: usize = 5;
/// The least share of the errors of chance that the thing must explain of each reported column.
const LEAST_GAIN: f64 = 0.4;

/// Rows of which each is what one source says of one thing.
pub(in crate::prepare) struct Panel {
    /// The column that names the thing.
    pub(in crate::prepare) thing: usize,
    /// The column that names the source.
    pub(in crate::prepare) source: usize,
    /// The columns that are reported.
    pub(in crate::prepare) reported: Vec<usize>,
    /// The vote of each source, by its code.
    votes: Vec<f64>,
    things: Csr<u32>,
}

/// Two complete columns that together name each row, such that every other column (near-unique and constant
/// ones aside) follows the first far beyond chance: their rows are reports on the same thing.
pub(in crate::prepare) fn find_panel(columns: &[Coded<'_>], screened: &[Link]) -> Option<Panel> {
    let n_rows = columns.first()?.codes.len();
    let is_id = |column: &Coded<'_>| column.n_occurring() * 10 > n_rows * 9;
    let open: Vec<usize> =
        (0..columns.len()).filter(|&c| !is_id(&columns[c]) && columns[c].n_occurring() >= 2).collect();
    let follows = |thing: usize, attribute: usize| {
        screened.iter().any(|l| {
            l.determinant == [thing] && l.dependent == attribute && l.gain() >= LEAST_GAIN && l.rows >= 20
        })
    };
    let complete: Vec<usize> = open.iter().copied().filter(|&c| columns[c].present == n_rows).collect();
    for &thing in &complete {
        if columns[thing].n_occurring() * 3 > n_rows {
            continue;
        }
        for &source in complete.iter().filter(|&&source| source != thing) {
            let reported: Vec<usize> = open.iter().copied().filter(|&c| c != thing && c != source).collect();
            let told = reported.len() >= 2 && reported.iter().all(|&attribute| follows(thing, attribute));
            if !told || columns[source].n_occurring() < 3 || columns[source].n_occurring() * 3 > n_rows {
                continue;
            }
            let (_, reports) = group_codes(columns, &[thing, source]);
            if reports * 100 >= n_rows * 99 {
                return Some(Panel::of(columns, thing, source, reported));
            }
        }
    }
    None
}

impl Panel {
    fn of(columns: &[Coded<'_>], thing: usize, source: usize, reported: Vec<usize>) -> Panel {
        let things = group_positions(&columns[thing].codes, columns[thing].counts.len());
        let votes = vec![1.0; columns[source].counts.len()];
        let mut panel = Panel { thing, source, reported, votes, things };
        for _ in 0..ROUNDS {
            panel.votes = panel.reliabilities(columns);
        }
        panel
    }

    /// A source is as good as the share of its cells that hold what the vote says; a cell left open is not
    /// right. With accuracy a its vote counts ln(n·a / (1 − a)).
    fn reliabilities(&self, columns: &[Coded<'_>]) -> Vec<f64> {
        let sources = &columns[self.source].codes;
        let (mut right, mut all) = (vec![1.0; self.votes.len()], vec![2.0; self.votes.len()]);
        for &attribute in &self.reported {
            let codes = &columns[attribute].codes;
            for rows in self.things.rows() {
                let Some(best) = winner(&self.tallied(rows, codes, sources)) else { continue };
                for &row in rows {
                    let source = sources[row as usize] as usize;
                    all[source] += 1.0;
                    right[source] += f64::from(u8::from(codes[row as usize] == best.code));
                }
            }
        }
        let vote = |(right, all): (&f64, &f64)| (FALSE_VALUES * right / (all - right)).ln().max(0.05);
        right.iter().zip(&all).map(vote).collect()
    }

    /// The values reported of one thing, by code, with the sum of their votes and how many gave them.
    fn tallied(&self, rows: &[u32], codes: &[u32], sources: &[u32]) -> Vec<Told> {
        let told = |&row: &u32| {
            let vote = self.votes[sources[row as usize] as usize];
            Told { code: codes[row as usize], sum: vote, backers: 1 }
        };
        let mut votes: Vec<Told> = rows.iter().map(told).filter(|told| told.code != Text::MISSING).collect();
        votes.sort_by_key(|told| told.code);
        votes.dedup_by(|next, told| {
            let same = next.code == told.code;
            if same {
                told.sum += next.sum;
                told.backers += 1;
            }
            same
        });
        votes
    }

    /// For each row of a reported column: the winning value of its thing, and the probability that the row's
    /// own value is wrong, when sources err independently. `None` where nothing is told.
    pub(in crate::prepare) fn verdicts(
        &self,
        columns: &[Coded<'_>],
        attribute: usize,
    ) -> Vec<Option<Verdict>> {
        let (codes, sources) = (&columns[attribute].codes, &columns[self.source].codes);
        let mut verdicts = vec![None; codes.len()];
        for rows in self.things.rows() {
            let told = self.tallied(rows, codes, sources);
            let Some(top) = winner(&told) else { continue };
            let all: f64 = told.iter().map(|told| (told.sum - top.sum).exp()).sum();
            let of = told.iter().map(|told| told.backers).sum();
            for &row in rows {
                let own = told.binary_search_by_key(&codes[row as usize], |told| told.code);
                let right = own.map_or(0.0, |own| (told[own].sum - top.sum).exp() / all);
                let verdict = Verdict {
                    winner: top.code,
                    wrong: 1.0 - right,
                    winner_right: 1.0 / all,
                    votes: top.backers,
                    of,
                };
                verdicts[row as usize] = Some(verdict);
            }
        }
        verdicts
    }
}

/// One value that is reported of a thing.
#[derive(Clone, Copy)]
struct Told {
    code: u32,
    sum: f64,
    backers: u32,
}

/// The value with most votes; of equals the first.
fn winner(told: &[Told]) -> Option<Told> {
    told.iter().copied().reduce(|best, next| if next.sum > best.sum { next } else { best })
}

/// What the sources together say of one cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::prepare) struct Verdict {
    pub(in crate::prepare) winner: u32,
    /// The probability that the cell's own value is wrong.
    pub(in crate::prepare) wrong: f64,
    /// The probability that the winner is right.
    pub(in crate::prepare) winner_right: f64,
    pub(in crate::prepare) votes: u32,
    pub(in crate::prepare) of: u32,
}
