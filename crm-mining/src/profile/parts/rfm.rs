//! RFM scores become facts and the tag of a named segment.

use crate::data::{Days, Keys};
use crate::insight::RfmScores;
use crate::profile::{Part, Profile, Tag, TagKind};

/// How long a segment holds without a new look.
const VALID: Days = Days(30);

impl Part for RfmScores {
    fn customers(&self) -> Option<&Keys> {
        Some(self.customers())
    }

    fn tell(&self, customer: usize, profile: &mut Profile) {
        let (Some(&recency), Some(&frequency), Some(&monetary)) =
            (self.recency().get(customer), self.frequency().get(customer), self.monetary().get(customer))
        else {
            return;
        };
        let (Some(r), Some(f), Some(m)) =
            (self.r().get(customer), self.f().get(customer), self.m().get(customer))
        else {
            return;
        };
        profile.add_fact("recency_days", i64::from(recency));
        profile.add_fact("orders", i64::from(frequency));
        profile.add_fact("spend", monetary);
        profile.add_fact("rfm", format!("{r}{f}{m}"));
        let Some(segment) = self.segment().get(customer) else { return };
        profile.tags.push(Tag {
            name: "rfm_segment".into(),
            value: segment.name().into(),
            kind: TagKind::Rule,
            weight: 1.0,
            confidence: Some(1.0),
            evidence: format!(
                "R{r} F{f} M{m}: last purchase {recency} days before {}, {frequency} orders, {monetary:.2} spent; {}",
                self.as_of(),
                segment.meaning()
            ),
            valid_from: self.as_of(),
            valid_until: self.as_of() + VALID,
        });
    }
}
