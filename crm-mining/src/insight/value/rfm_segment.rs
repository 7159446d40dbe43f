//! The ten segments that RFM scores are usually read as.

use serde::{Deserialize, Serialize};

/// What recency and frequency scores together say of a customer. Both are read on the scale from 1 to 5;
/// other numbers of bins are mapped to it by the middle of the bin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RfmSegment {
    /// R 5, F 4–5.
    Champion,
    /// R 3–4, F 4–5.
    Loyal,
    /// R 4–5, F 2–3.
    PotentialLoyalist,
    /// R 5, F 1.
    New,
    /// R 4, F 1.
    Promising,
    /// R 3, F 3.
    NeedAttention,
    /// R 3, F 1–2.
    AboutToSleep,
    /// R 1–2, F 5.
    CantLose,
    /// R 1–2, F 3–4.
    AtRisk,
    /// R 1–2, F 1–2.
    Hibernating,
}

impl RfmSegment {
    /// All segments, the most valuable first.
    pub const ALL: [RfmSegment; 10] = [
        RfmSegment::Champion,
        RfmSegment::Loyal,
        RfmSegment::PotentialLoyalist,
        RfmSegment::New,
        RfmSegment::Promising,
        RfmSegment::NeedAttention,
        RfmSegment::AboutToSleep,
        RfmSegment::CantLose,
        RfmSegment::AtRisk,
        RfmSegment::Hibernating,
    ];

    /// The name in lower case with underscores.
    pub fn name(self) -> &'static str {
        match self {
            RfmSegment::Champion => "champion",
            RfmSegment::Loyal => "loyal",
            RfmSegment::PotentialLoyalist => "potential_loyalist",
            RfmSegment::New => "new",
            RfmSegment::Promising => "promising",
            RfmSegment::NeedAttention => "need_attention",
            RfmSegment::AboutToSleep => "about_to_sleep",
            RfmSegment::CantLose => "cant_lose",
            RfmSegment::AtRisk => "at_risk",
            RfmSegment::Hibernating => "hibernating",
        }
    }

    /// What it means, in one line.
    pub fn meaning(self) -> &'static str {
        match self {
            RfmSegment::Champion => "bought very lately and buys often",
            RfmSegment::Loyal => "buys often and bought not long ago",
            RfmSegment::PotentialLoyalist => "bought lately, and more than once",
            RfmSegment::New => "bought very lately, and seldom before",
            RfmSegment::Promising => "bought lately, and seldom before",
            RfmSegment::NeedAttention => {
                "middling in both: neither lately nor long ago, neither often nor seldom"
            }
            RfmSegment::AboutToSleep => "bought seldom, and not lately",
            RfmSegment::CantLose => "bought very often, but not for a long time",
            RfmSegment::AtRisk => "bought often, but not for a long time",
            RfmSegment::Hibernating => "bought seldom, and not for a long time",
        }
    }

    /// The segment of these scores out of `bins`.
    pub(super) fn of(r: u8, f: u8, bins: u8) -> RfmSegment {
        let fifth = |score: u8| 5 * (2 * u32::from(score.max(1)) - 1) / (2 * u32::from(bins)) + 1;
        match (fifth(r), fifth(f)) {
            (..=2, ..=2) => RfmSegment::Hibernating,
            (..=2, 3..=4) => RfmSegment::AtRisk,
            (..=2, _) => RfmSegment::CantLose,
            (3, ..=2) => RfmSegment::AboutToSleep,
            (3, 3) => RfmSegment::NeedAttention,
            (..=4, f) if f >= 4 => RfmSegment::Loyal,
            (4, 1) => RfmSegment::Promising,
            (_, 1) => RfmSegment::New,
            (_, f) if f <= 3 => RfmSegment::PotentialLoyalist,
            _ => RfmSegment::Champion,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_numbers_of_bins_keep_the_ends() {
        for bins in 2..=9 {
            assert_eq!(RfmSegment::of(1, 1, bins), RfmSegment::Hibernating);
            if bins > 2 {
                assert_eq!(RfmSegment::of(bins, bins, bins), RfmSegment::Champion);
                assert_eq!(RfmSegment::of(bins, 1, bins), RfmSegment::New);
            }
        }
        assert_eq!(RfmSegment::of(2, 2, 2), RfmSegment::Loyal); // the upper half, whose middle is 4
        assert_eq!(RfmSegment::of(2, 2, 3), RfmSegment::NeedAttention);
    }
}
