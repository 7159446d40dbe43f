//! The ten segments that RFM scores are usually read as.

use serde::{Deserialize, Serialize};

/// What recency and frequency scores together say of a customer. Both are read on the scale from 1 to 5;
/// other numbers of bins are mapped to it by the middle of the bin.
///
/// With 3 bins the scores 1, 2, 3 are read as 1, 3, 5, so that nobody is `Promising`; with 9 bins they are
/// read as 1, 1, 2, 2, 3, 4, 4, 5, 5. For the eight cells of high and low that are usual in China see
/// [`RfmCell`](super::RfmCell).
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

    /// The usual name in Chinese.
    pub fn name_zh(self) -> &'static str {
        match self {
            RfmSegment::Champion => "冠军客户",
            RfmSegment::Loyal => "忠诚客户",
            RfmSegment::PotentialLoyalist => "潜在忠诚客户",
            RfmSegment::New => "新客户",
            RfmSegment::Promising => "有潜力客户",
            RfmSegment::NeedAttention => "需关注客户",
            RfmSegment::AboutToSleep => "即将沉睡客户",
            RfmSegment::CantLose => "不能流失客户",
            RfmSegment::AtRisk => "流失风险客户",
            RfmSegment::Hibernating => "沉睡客户",
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

    /// What it means, in one line of Chinese.
    pub fn meaning_zh(self) -> &'static str {
        match self {
            RfmSegment::Champion => "最近刚购买，且经常购买",
            RfmSegment::Loyal => "经常购买，距上次购买不久",
            RfmSegment::PotentialLoyalist => "最近购买过，且不止一次",
            RfmSegment::New => "最近刚购买，此前很少购买",
            RfmSegment::Promising => "近期购买过，此前很少购买",
            RfmSegment::NeedAttention => "购买时间和次数都居中",
            RfmSegment::AboutToSleep => "购买次数少，且近期没有购买",
            RfmSegment::CantLose => "曾经非常频繁地购买，但很久没有购买",
            RfmSegment::AtRisk => "曾经经常购买，但很久没有购买",
            RfmSegment::Hibernating => "购买次数少，且很久没有购买",
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

    /// More of either score never leads to a segment with less of it, on any scale, and all ten are met on
    /// the scales of 5 and 9.
    #[test]
    fn segments_read_well_on_every_scale() {
        use RfmSegment::*;
        let of_three = [1, 2, 3].map(|r| [1, 2, 3].map(|f| RfmSegment::of(r, f, 3)));
        let expected = [
            [Hibernating, AtRisk, CantLose],
            [AboutToSleep, NeedAttention, Loyal],
            [New, PotentialLoyalist, Champion],
        ];
        assert_eq!(of_three, expected);
        for bins in [5, 9] {
            let met: std::collections::BTreeSet<RfmSegment> =
                (1..=bins).flat_map(|r| (1..=bins).map(move |f| RfmSegment::of(r, f, bins))).collect();
            assert_eq!(met.len(), 10);
        }
        let recency = |segment| match segment {
            Hibernating | AtRisk | CantLose => 0,
            AboutToSleep | NeedAttention => 1,
            Loyal => 2, // R 3 or 4
            PotentialLoyalist | Promising => 3,
            New | Champion => 4,
        };
        let frequency = |segment| match segment {
            New | Promising => 0,
            Hibernating | AboutToSleep => 1,
            PotentialLoyalist | NeedAttention => 2,
            AtRisk => 3,
            Loyal | Champion | CantLose => 4,
        };
        for bins in 2..=9 {
            for fixed in 1..=bins {
                for score in 2..=bins {
                    let [before, after] = [score - 1, score].map(|r| RfmSegment::of(r, fixed, bins));
                    assert!(recency(before) <= recency(after), "{bins}: r {score}, f {fixed}");
                    let [before, after] = [score - 1, score].map(|f| RfmSegment::of(fixed, f, bins));
                    assert!(frequency(before) <= frequency(after), "{bins}: r {fixed}, f {score}");
                }
            }
        }
    }

    #[test]
    fn names_differ_in_both_languages() {
        let distinct = |names: Vec<&str>| names.iter().collect::<std::collections::BTreeSet<_>>().len();
        assert_eq!(distinct(RfmSegment::ALL.map(RfmSegment::name_zh).to_vec()), 10);
        assert_eq!(distinct(RfmSegment::ALL.map(RfmSegment::meaning_zh).to_vec()), 10);
    }
}
