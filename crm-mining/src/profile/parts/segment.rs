//! A segment becomes a tag in words.

use crate::data::{Days, Keys};
use crate::insight::{NamedSegments, Segmented, Segments};
use crate::profile::{Part, Profile, Tag, TagKind};

/// How long a cluster holds without a new look.
const VALID: Days = Days(30);

impl Part for Segments {
    fn customers(&self) -> Option<&Keys> {
        self.customers()
    }

    fn tell(&self, customer: usize, profile: &mut Profile) {
        let Some(segment) = self.segment_of(customer) else { return };
        let as_of = profile.as_of;
        profile.tags.push(Tag {
            name: "segment".into(),
            value: segment.name.clone().into(),
            kind: TagKind::Model,
            weight: 1.0,
            // A silhouette of 0 is a cluster that is none.
            confidence: Some(segment.silhouette.clamp(0.0, 1.0)),
            evidence: format!("cluster {} of {}: {}", segment.index + 1, self.k(), segment.description),
            valid_from: as_of,
            valid_until: as_of + VALID,
        });
    }
}

impl Part for NamedSegments {
    fn customers(&self) -> Option<&Keys> {
        Segmented::customers(self)
    }

    fn tell(&self, customer: usize, profile: &mut Profile) {
        let Some(segment) = self.segment_of(customer) else { return };
        let as_of = profile.as_of;
        profile.tags.push(Tag {
            name: "segment".into(),
            value: segment.name.clone().into(),
            kind: TagKind::Rule,
            weight: 1.0,
            confidence: Some(1.0),
            evidence: segment.description.clone(),
            valid_from: as_of,
            valid_until: as_of + VALID,
        });
    }
}
