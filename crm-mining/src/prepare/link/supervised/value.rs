//! One value made ready for every measure of a pair.

use crate::prepare::link::compare::{edit, first_signs, numbers, partial, tokens};
use crate::prepare::normalize::composed;
use serde::{Deserialize, Serialize, Serializer};
use std::collections::{BTreeMap, HashMap};

/// What is measured of two values of an attribute.
pub(super) const MEASURES: [&str; 12] = [
    "both present",
    "Jaro-Winkler",
    "Levenshtein",
    "token Jaccard",
    "token overlap",
    "trigram Jaccard",
    "partial",
    "number",
    "digit tokens",
    "tf-idf cosine",
    "code",
    "code within",
];

/// Shorter codes are sizes and counts, found in any text.
const SHORTEST_CODE: usize = 4;
/// Each is compared with each.
const MOST_CODES: usize = 32;

/// How rare the words of an attribute are.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Rarity {
    values: u32,
    /// How many values hold a word; written in the order of the words.
    #[serde(serialize_with = "in_order")]
    holding: HashMap<u64, u32>,
}

fn in_order<S: Serializer>(holding: &HashMap<u64, u32>, serializer: S) -> Result<S::Ok, S::Error> {
    holding.iter().collect::<BTreeMap<_, _>>().serialize(serializer)
}

impl Rarity {
    /// Of the words of these values.
    pub(super) fn of<'a>(values: impl Iterator<Item = &'a str>) -> Rarity {
        let mut rarity = Rarity::default();
        for value in values {
            rarity.values = rarity.values.saturating_add(1);
            for word in tokens::word_set(value) {
                *rarity.holding.entry(word).or_default() += 1;
            }
        }
        rarity
    }

    /// Whether no word is in more values than there are.
    pub(super) fn is_sound(&self) -> bool {
        self.holding.values().all(|&holding| holding <= self.values)
    }

    /// Smoothed inverse document frequency.
    fn weight(&self, word: u64) -> f64 {
        let holding = self.holding.get(&word).copied().unwrap_or(0);
        ((1.0 + f64::from(self.values)) / (1.0 + f64::from(holding))).ln() + 1.0
    }
}

/// A value, or a whole record as one text.
#[derive(Debug, Clone)]
pub(super) struct Value {
    text: String,
    words: Vec<u64>,
    grams: Vec<u64>,
    with_digits: Vec<u64>,
    weights: Vec<f64>,
    number: f64,
    codes: Vec<String>,
    bare: String,
}

impl Value {
    pub(super) fn new(text: &str, rarity: &Rarity) -> Value {
        let text = composed(first_signs(text.trim())).to_lowercase();
        let in_order = tokens::words(&text);
        let words = tokens::word_set(&text);
        let with_digits = in_order.iter().filter(|word| has_digit(word));
        let mut weights: Vec<f64> = words.iter().map(|&word| rarity.weight(word)).collect();
        let length = weights.iter().map(|weight| weight * weight).sum::<f64>().sqrt();
        weights.iter_mut().for_each(|weight| *weight /= length);
        Value {
            grams: tokens::gram_set(&text, 3),
            with_digits: tokens::set(with_digits.map(|word| tokens::number(word.bytes()))),
            number: numbers::read(&text),
            codes: codes(&text),
            bare: bare(&text),
            words,
            weights,
            text,
        }
    }

    /// All measures of two values; all 0 when one is missing.
    pub(super) fn measures(a: Option<&Value>, b: Option<&Value>) -> [f64; MEASURES.len()] {
        let (Some(a), Some(b)) = (a, b) else { return [0.0; MEASURES.len()] };
        [
            1.0,
            edit::jaro_winkler(&a.text, &b.text),
            edit::levenshtein(&a.text, &b.text),
            tokens::jaccard(&a.words, &b.words),
            tokens::overlap(&a.words, &b.words),
            tokens::jaccard(&a.grams, &b.grams),
            partial::partial(&a.text, &b.text),
            numbers::similarity(a.number, b.number),
            if a.with_digits.is_empty() && b.with_digits.is_empty() {
                0.5
            } else {
                tokens::jaccard(&a.with_digits, &b.with_digits)
            },
            cosine(a, b),
            nearest_code(a, b),
            f64::midpoint(within(a, b), within(b, a)),
        ]
    }
}

/// The cosine of two values by the weights of their words.
fn cosine(a: &Value, b: &Value) -> f64 {
    let mut others = b.words.iter().zip(&b.weights).peekable();
    let mut sum = 0.0;
    for (word, weight) in a.words.iter().zip(&a.weights) {
        while others.next_if(|(other, _)| *other < word).is_some() {}
        if let Some((_, other)) = others.next_if(|(other, _)| *other == word) {
            sum += weight * other;
        }
    }
    sum
}

/// How alike the two nearest codes are; 0 without any.
fn nearest_code(a: &Value, b: &Value) -> f64 {
    let pairs = a.codes.iter().flat_map(|x| b.codes.iter().map(move |y| edit::jaro_winkler(x, y)));
    pairs.fold(0.0, f64::max)
}

/// The length of the longest code of the one that is somewhere in the other, as a share of its codes' longest.
fn within(a: &Value, b: &Value) -> f64 {
    let longest = a.codes.iter().map(String::len).max().unwrap_or(0);
    let found = a.codes.iter().filter(|code| b.bare.contains(code.as_str())).map(String::len).max();
    if longest == 0 { 0.0 } else { found.unwrap_or(0) as f64 / longest as f64 }
}

fn has_digit(word: &str) -> bool {
    word.contains(|sign: char| sign.is_ascii_digit())
}

fn bare(text: &str) -> String {
    text.chars().filter(|sign| sign.is_alphanumeric()).collect()
}

/// Words with a digit, as codes are written now with hyphens and now without: `KX-TS208W`, `kxts208w`.
fn codes(text: &str) -> Vec<String> {
    let words = text.split(|sign: char| sign.is_whitespace() || matches!(sign, ',' | ';' | '(' | ')' | '|'));
    let codes = words.map(bare).filter(|word| word.len() >= SHORTEST_CODE && has_digit(word));
    let mut codes: Vec<String> = codes.collect();
    codes.sort_unstable();
    codes.dedup();
    codes.truncate(MOST_CODES);
    codes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_products() {
        assert_eq!(codes("sony dav-hdx576wf 5.1 (1080p)"), ["1080p", "davhdx576wf"]);
        let rarity = Rarity::of(["sony tv", "sony radio"].into_iter());
        assert!(rarity.weight(tokens::word_set("radio")[0]) > rarity.weight(tokens::word_set("sony")[0]));
        let (a, b) =
            (Value::new("Sony DAV-HDX576WF", &rarity), Value::new("sony davhdx576wf radio", &rarity));
        let measures = Value::measures(Some(&a), Some(&b));
        assert_eq!((measures[0], measures[10], measures[11]), (1.0, 1.0, 1.0));
        assert_eq!(Value::measures(Some(&a), None), [0.0; MEASURES.len()]);
        let same = Value::measures(Some(&b), Some(&b));
        assert!((same[9] - 1.0).abs() < 1e-12);
    }
}
