//! Churn becomes a score with reasons and a tag of risk.

use crate::data::Keys;
use crate::insight::ChurnModel;
use crate::profile::{Part, Profile, Tag, TagKind};

/// How many reasons a profile gives.
const REASONS: usize = 3;

impl Part for ChurnModel {
    fn customers(&self) -> Option<&Keys> {
        Some(self.customers())
    }

    fn tell(&self, customer: usize, profile: &mut Profile) {
        let scores = self.scores();
        let Some(&probability) = scores.probabilities().get(customer) else { return };
        let mut reasons: Vec<String> =
            scores.reasons(customer).iter().take(REASONS).map(ToString::to_string).collect();
        let evaluation = self.evaluation();
        let best = evaluation.best();
        // A model that ranks no better than chance, within the noise of its folds, earns no tag.
        if !best.is_some_and(|best| best.auc - best.auc_deviation > 0.5) {
            reasons.insert(0, "the model ranked no better than chance: take this for the mean of all".into());
            profile.add_score("churn_probability", Some(probability), reasons);
            return;
        }
        profile.add_score("churn_probability", Some(probability), reasons);
        profile.tags.push(Tag {
            name: "churn_risk".into(),
            value: level(probability, evaluation.churn_rate()).into(),
            kind: TagKind::Model,
            weight: probability,
            confidence: best.map(|best| best.auc),
            evidence: format!(
                "{:.0} % against {:.0} % of all, by {} (cross-validated AUC {:.3})",
                probability * 100.0,
                evaluation.churn_rate() * 100.0,
                evaluation.chosen.name(),
                best.map_or(f64::NAN, |best| best.auc),
            ),
            valid_from: scores.as_of(),
            valid_until: scores.as_of() + scores.within(),
        });
    }
}

/// The risk relative to that of all customers: high when the odds are at least twice as large, low when at most
/// half as large.
fn level(probability: f64, churn_rate: f64) -> &'static str {
    let odds = |p: f64| p / (1.0 - p);
    if odds(probability) >= 2.0 * odds(churn_rate) {
        "high"
    } else if odds(probability) <= 0.5 * odds(churn_rate) {
        "low"
    } else {
        "medium"
    }
}
