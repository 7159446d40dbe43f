//! Scoring all pairs that meet.

use super::Records;
use super::blocks::{Blocks, Piece};
use super::links::{Link, Links};
use super::model::LinkModel;
use super::records::Prepared;
use super::score::{Scorer, probability};
use crate::error::Result;
use crate::model::{Control, Predict};
use rayon::prelude::*;

impl LinkModel {
    /// As [`Predict::predict`]; reports progress to, and stops when asked by, `control`.
    ///
    /// # Errors
    /// A column of the model that the records lack, or the caller's wish to stop.
    pub fn predict_with(&self, records: &Records<'_>, control: &Control) -> Result<Links> {
        let prepared = Prepared::new(self.settings(), records)?;
        let blocks = Blocks::new(self.settings(), &prepared, control)?;
        let pairs = self.score_all(&prepared, &blocks, control)?;
        Ok(Links::new(self, records, pairs))
    }

    /// The pairs of at least the probability to keep, in the order of their rows.
    fn score_all(&self, prepared: &Prepared, blocks: &Blocks, control: &Control) -> Result<Vec<Link>> {
        let scorer = Scorer::new(self, prepared);
        let keep = self.settings().keep;
        let least = (keep / (1.0 - keep)).log2();
        let pieces = blocks.pieces();
        let score_piece = |piece: &Piece| -> Result<Vec<Link>> {
            control.check("linking: pairs")?;
            let mut links = Vec::new();
            blocks.visit(piece, |left, right| {
                if let Some(scored) = scorer.score(prepared, left, right, least) {
                    let (weight, pattern) = (scored.weight, scored.pattern);
                    links.push(Link { left, right, weight, probability: probability(weight), pattern });
                }
            });
            Ok(links)
        };
        let scored: Vec<Result<Vec<Link>>> = pieces.par_iter().map(score_piece).collect();
        let mut links = Vec::new();
        for scored in scored {
            links.extend(scored?);
        }
        links.par_sort_unstable_by_key(|link| (link.left, link.right));
        Ok(links)
    }
}

impl Predict<Records<'_>> for LinkModel {
    type Output = Links;

    /// Scores every pair that a blocking rule brings together; keeps those of at least the probability
    /// [`Linker::keep`](super::Linker::keep).
    fn predict(&self, records: &Records<'_>) -> Result<Links> {
        self.predict_with(records, &Control::default())
    }
}
