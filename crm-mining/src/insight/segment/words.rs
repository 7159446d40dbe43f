//! Short names of segments, in English and Chinese, from what sets them apart.

use super::effects::FeatureEffect;

/// From this Cliff's δ on an effect is medium and names a segment.
const MEDIUM: f64 = 0.33;
/// From here on it is small, and helps to tell two segments apart.
const SMALL: f64 = 0.147;
/// From here on nearly all of the segment are above, or below, nearly all others.
const VERY: f64 = 0.8;
/// Effects in a name that needs no more.
const FEW: usize = 2;

/// Which way a feature of customer value is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// Days from the last purchase.
    Recency,
    /// Orders.
    Frequency,
    /// Money.
    Monetary,
}

impl Known {
    /// What a feature of this name is, if its name says so.
    pub(super) fn of(feature: &str) -> Option<Known> {
        match feature.to_lowercase().as_str() {
            "recency" => Some(Known::Recency),
            "frequency" | "orders" => Some(Known::Frequency),
            "monetary" | "spend" | "revenue" => Some(Known::Monetary),
            _ => None,
        }
    }

    /// Very low, low, high, very high.
    fn words(self) -> [[&'static str; 2]; 4] {
        match self {
            Known::Recency => [
                ["just bought", "刚刚购买"],
                ["recent", "近期购买"],
                ["lapsing", "久未购买"],
                ["long gone", "流失已久"],
            ],
            Known::Frequency => [
                ["very infrequent", "极低频"],
                ["infrequent", "低频"],
                ["frequent", "高频"],
                ["very frequent", "超高频"],
            ],
            Known::Monetary => [
                ["lowest spend", "极低消费"],
                ["low spend", "低消费"],
                ["high spend", "高消费"],
                ["top spend", "超高消费"],
            ],
        }
    }
}

/// The words for one effect.
fn words(effect: &FeatureEffect) -> [String; 2] {
    let place = match effect.cliffs_delta {
        delta if delta <= -VERY => 0,
        delta if delta < 0.0 => 1,
        delta if delta < VERY => 2,
        _ => 3,
    };
    let name = &effect.feature;
    let pick = |of: &[[&'static str; 2]; 4]| of.get(place).map_or([""; 2], |words| *words);
    match Known::of(name) {
        Some(known) => pick(&known.words()).map(str::to_owned),
        None => {
            let [en, zh] =
                pick(&[["very low", "很低"], ["low", "低"], ["high", "高"], ["very high", "很高"]]);
            [format!("{en} {name}"), format!("{name}{zh}")]
        }
    }
}

/// An English and a Chinese name for each segment, no two alike: the two strongest effects of at least medium
/// size; where two segments would share a name, their further effects, then a number.
pub(super) fn names(segments: &[Vec<FeatureEffect>]) -> Vec<[String; 2]> {
    let said: Vec<Vec<[String; 2]>> = segments.iter().map(|effects| strongest(effects)).collect();
    let mut lengths: Vec<usize> = segments.iter().map(|effects| n_medium(effects).min(FEW)).collect();
    let name = |of: &[[String; 2]], length: usize| -> [String; 2] {
        if length == 0 || of.is_empty() {
            return ["average".to_owned(), "普通客户".to_owned()];
        }
        let joined = |language: usize, between: &str| {
            let words = of.iter().take(length).filter_map(|words| words.get(language));
            words.map(String::as_str).collect::<Vec<_>>().join(between)
        };
        [joined(0, ", "), format!("{}客户", joined(1, "、"))]
    };
    loop {
        let now: Vec<[String; 2]> = said.iter().zip(&lengths).map(|(of, &length)| name(of, length)).collect();
        let shares = |place: usize, name: &[String; 2]| {
            now.iter().enumerate().any(|(other, of)| other != place && of == name)
        };
        let mut longer = false;
        for (place, ((length, of), name)) in lengths.iter_mut().zip(&said).zip(&now).enumerate() {
            if shares(place, name) && *length < of.len() {
                *length += 1;
                longer = true;
            }
        }
        if !longer {
            return numbered(now);
        }
    }
}

/// The words for the effects that are not negligible, the strongest first.
fn strongest(effects: &[FeatureEffect]) -> Vec<[String; 2]> {
    let mut of: Vec<&FeatureEffect> =
        effects.iter().filter(|effect| effect.cliffs_delta.abs() >= SMALL).collect();
    // A stable sort: of equal effects the first feature stays first.
    of.sort_by(|a, b| b.cliffs_delta.abs().total_cmp(&a.cliffs_delta.abs()));
    of.into_iter().map(words).collect()
}

fn n_medium(effects: &[FeatureEffect]) -> usize {
    effects.iter().filter(|effect| effect.cliffs_delta.abs() >= MEDIUM).count()
}

/// Appends a number to names that stand earlier already.
fn numbered(names: Vec<[String; 2]>) -> Vec<[String; 2]> {
    let mut given: Vec<[String; 2]> = Vec::with_capacity(names.len());
    for [en, zh] in names {
        let taken = |en: &String, zh: &String| given.iter().any(|[a, b]| a == en || b == zh);
        let mut name = [en.clone(), zh.clone()];
        for number in 2..=given.len() + 1 {
            let [a, b] = &name;
            if !taken(a, b) {
                break;
            }
            name = [format!("{en} ({number})"), format!("{zh}（{number}）")];
        }
        given.push(name);
    }
    given
}

#[cfg(test)]
mod tests {
    use super::*;

    fn effects(of: &[(&str, f64)]) -> Vec<FeatureEffect> {
        let effect = |&(feature, cliffs_delta): &(&str, f64)| FeatureEffect {
            feature: feature.into(),
            mean: 0.0,
            median: 0.0,
            base_mean: 0.0,
            base_median: 0.0,
            cohens_d: None,
            cliffs_delta,
        };
        of.iter().map(effect).collect()
    }

    #[test]
    fn names_are_short_and_distinct() {
        let named = names(&[
            effects(&[("recency", -0.5), ("frequency", 0.85), ("monetary", 0.4)]),
            effects(&[("recency", -0.5), ("frequency", 0.9), ("monetary", -0.2)]),
            effects(&[("recency", 0.1), ("frequency", -0.1), ("monetary", 0.0)]),
            effects(&[("recency", 0.0), ("frequency", 0.0), ("monetary", 0.0)]),
            effects(&[("basket size", -0.34)]),
        ]);
        let en: Vec<&str> = named.iter().map(|[en, _]| en.as_str()).collect();
        assert_eq!(
            en,
            [
                "very frequent, recent, high spend",
                "very frequent, recent, low spend",
                "average",
                "average (2)",
                "low basket size"
            ]
        );
        let zh: Vec<&str> = named.iter().map(|[_, zh]| zh.as_str()).collect();
        assert_eq!(zh[0], "超高频、近期购买、高消费客户");
        assert_eq!((zh[2], zh[3], zh[4]), ("普通客户", "普通客户（2）", "basket size低客户"));
    }

    #[test]
    fn numbers_do_not_meet_names_of_others() {
        let of = |en: &str| [en.to_owned(), en.to_owned()];
        let named = numbered(vec![of("a"), of("a (2)"), of("a"), of("a")]);
        let en: Vec<&str> = named.iter().map(|[en, _]| en.as_str()).collect();
        assert_eq!(en, ["a", "a (2)", "a (3)", "a (4)"]);
    }
}
