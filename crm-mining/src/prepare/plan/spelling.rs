//! One spelling for each category.

use super::fitted::{Learned, foreign};
use super::frame::Frame;
use super::step::{Kind, named, owned, refuse};
use crate::error::{ErrorKind, Result};
use crate::prepare::normalize::{fingerprint, ngram_fingerprint};
use hashbrown::{DefaultHashBuilder, HashMap};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::hash::BuildHasher;

/// Gives categories one spelling: the most frequent one of those whose key collides (as OpenRefine's
/// clustering), and for a rare key the spelling of a frequent one that is a few edits away.
///
/// Made for columns of categories such as cities or brands, not for codes: `A-1` and `A1` have one key.
/// Spellings not seen when the plan was fitted follow the key they have.
///
/// # Complexity
/// One key for each distinct text; with edits, O(length^edits) for each key of at most 64 signs; refused when that
/// makes more than ten million words.
///
/// # Reference
/// OpenRefine, Clustering in depth: key collision. Garbe (2012), symmetric deletes, for the edits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spelling {
    /// The columns, of text.
    pub columns: Vec<String>,
    /// Under which key spellings meet.
    pub key: SpellingKey,
    /// How many edits (a sign put in, left out, changed, or two neighbours swapped) a rare key may be away
    /// from a frequent one, 0 to 2.
    #[serde(default)]
    pub edits: u8,
    /// How many times as often the frequent one must occur, at least.
    #[serde(default = "ten")]
    pub times: f64,
}

fn ten() -> f64 {
    10.0
}

/// Under which key spellings meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpellingKey {
    /// Words in lower case, without accents and signs, in alphabetical order.
    Fingerprint,
    /// The runs of so many letters, 1 to 8, each once: words split otherwise and letters doubled meet too.
    Ngram(u8),
}

impl Spelling {
    /// By fingerprint, without edits.
    pub fn fingerprint<S: Into<String>>(columns: impl IntoIterator<Item = S>) -> Spelling {
        Spelling { columns: owned(columns), key: SpellingKey::Fingerprint, edits: 0, times: 10.0 }
    }

    /// The same, a rare key also following a frequent one that is so many edits away.
    pub fn edits(mut self, edits: u8) -> Spelling {
        self.edits = edits;
        self
    }

    fn key(&self, text: &str) -> String {
        match self.key {
            SpellingKey::Fingerprint => fingerprint(text),
            SpellingKey::Ngram(n) => ngram_fingerprint(text, usize::from(n)),
        }
    }
}

/// The spelling of each key that needs one.
pub(super) type Spellings = BTreeMap<String, String>;

impl Kind for Spelling {
    fn check(&self) -> Result<()> {
        named(&self.columns)?;
        if let SpellingKey::Ngram(n) = self.key
            && !(1..=8).contains(&n)
        {
            return refuse("length of an n-gram", "1 to 8", n);
        }
        if self.edits > 2 {
            return refuse("edits", "0 to 2", self.edits);
        }
        if !(self.times >= 1.0 && self.times.is_finite()) {
            return refuse("times", "finite and at least 1", self.times);
        }
        Ok(())
    }

    fn learn(&self, frame: &Frame) -> Result<Learned> {
        let learn = |name: &String| {
            let column = frame.column(name)?;
            let counts = frame.text_counts(column)?;
            let keys = frame.by_text(column, |text| Some(self.key(text)))?;
            let mut clusters: BTreeMap<String, Cluster> = BTreeMap::new();
            let texts = frame.text(column)?.distinct().iter();
            for (((_, key), text), count) in keys.into_iter().zip(texts).zip(counts) {
                if count > 0 && !key.is_empty() {
                    clusters.entry(key).or_default().add(text, count);
                }
            }
            if self.edits > 0 {
                follow(&mut clusters, usize::from(self.edits), self.times, frame.place())?;
            }
            Ok(clusters.into_iter().map(|(key, cluster)| (key, cluster.spelling)).collect())
        };
        Ok(Learned::Spellings(self.columns.iter().map(learn).collect::<Result<_>>()?))
    }

    fn apply(&self, learned: &Learned, frame: &mut Frame) -> Result<()> {
        let Learned::Spellings(spellings) = learned else { return foreign(frame) };
        if spellings.len() != self.columns.len() {
            return foreign(frame);
        }
        for (name, spellings) in self.columns.iter().zip(spellings) {
            let column = frame.column(name)?;
            frame.map_text(column, |text| {
                spellings.get(&self.key(text)).filter(|spelling| *spelling != text).cloned()
            })?;
        }
        Ok(())
    }
}

/// The texts of one key.
#[derive(Default)]
struct Cluster {
    count: u64,
    spelling: String,
    most: u64,
}

impl Cluster {
    /// Adds a text; the most frequent one is the spelling, of equally frequent ones the smallest.
    fn add(&mut self, text: &str, count: u64) {
        self.count += count;
        if count > self.most || (count == self.most && text < self.spelling.as_str()) {
            self.most = count;
            text.clone_into(&mut self.spelling);
        }
    }
}

/// The most words that leaving out signs may make.
const MOST_VARIANTS: usize = 10_000_000;

/// Gives rare keys the spelling of the most frequent key a few edits away.
fn follow(clusters: &mut BTreeMap<String, Cluster>, edits: usize, times: f64, place: String) -> Result<()> {
    let keys: Vec<Vec<char>> = clusters.keys().map(|key| key.chars().collect()).collect();
    let counts: Vec<u64> = clusters.values().map(|cluster| cluster.count).collect();
    let spellings: Vec<String> = clusters.values().map(|cluster| cluster.spelling.clone()).collect();
    let short = |key: &[char]| (3..=64).contains(&key.len());
    let variants = |key: &Vec<char>| if edits == 1 { key.len() } else { key.len() * (key.len() + 1) / 2 };
    let needed: usize = keys.iter().filter(|key| short(key)).map(variants).sum();
    if needed > MOST_VARIANTS {
        let (limit, needed) = (MOST_VARIANTS as u64, needed as u64);
        let setting = "fewer edits, or fewer different spellings";
        return Err(
            ErrorKind::LimitExceeded { place, of: "variants of spellings", limit, needed, setting }.into()
        );
    }
    // Words that collide are told apart by their distance.
    let hasher = DefaultHashBuilder::default();
    let mut shortened: HashMap<u64, Vec<u32>> = HashMap::new();
    for ((at, key), &count) in (0u32..).zip(&keys).zip(&counts) {
        if short(key) && count as f64 >= times {
            for less in deletes(key, edits) {
                shortened.entry(hasher.hash_one(&less)).or_default().push(at);
            }
        }
    }
    for ((cluster, key), &count) in clusters.values_mut().zip(&keys).zip(&counts) {
        // One sign in three is too much of a short word.
        let allowed = edits.min(key.len() / 3);
        if !short(key) || allowed == 0 {
            continue;
        }
        let near = deletes(key, allowed)
            .into_iter()
            .filter_map(|less| shortened.get(&hasher.hash_one(&less)))
            .flatten();
        let count_of = |at: u32| counts.get(at as usize).copied().unwrap_or(0);
        let close = |at: &&u32| {
            count_of(**at) as f64 >= count as f64 * times
                && keys
                    .get(**at as usize)
                    .is_some_and(|other| other != key && distance(key, other) <= allowed)
        };
        let best = near.filter(close).min_by_key(|&&at| (std::cmp::Reverse(count_of(at)), at));
        if let Some(spelling) = best.and_then(|&at| spellings.get(at as usize)) {
            cluster.spelling.clone_from(spelling);
        }
    }
    Ok(())
}

/// The word with up to so many signs left out, each result once.
fn deletes(word: &[char], edits: usize) -> Vec<Vec<char>> {
    let mut all = vec![word.to_vec()];
    let mut last = all.clone();
    for _ in 0..edits {
        let less = |word: &Vec<char>| {
            let word = word.clone();
            (0..word.len()).map(move |gone| {
                word.iter().enumerate().filter(|&(at, _)| at != gone).map(|(_, &c)| c).collect::<Vec<char>>()
            })
        };
        last = last.iter().flat_map(less).collect();
        last.sort_unstable();
        last.dedup();
        all.extend(last.iter().cloned());
    }
    all
}

/// Optimal string alignment distance: signs put in, left out, changed, neighbours swapped.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut rows = [vec![0; b.len() + 1], (0..=b.len()).collect::<Vec<usize>>(), vec![0; b.len() + 1]];
    let mut before_a = None;
    for (i, &x) in a.iter().enumerate() {
        let [older, old, new] = &mut rows;
        let mut left = i + 1;
        let mut before_b = None;
        if let Some(first) = new.first_mut() {
            *first = left;
        }
        for (j, &y) in b.iter().enumerate() {
            let at = |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX / 2);
            let mut best = (at(old, j) + usize::from(x != y)).min(at(old, j + 1) + 1).min(left + 1);
            if before_a == Some(y) && before_b == Some(x) && j > 0 {
                best = best.min(at(older, j - 1) + 1);
            }
            if let Some(place) = new.get_mut(j + 1) {
                *place = best;
            }
            (left, before_b) = (best, Some(y));
        }
        before_a = Some(x);
        rows.rotate_left(1);
    }
    rows.get(1).and_then(|row| row.last()).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        let of = |a: &str, b: &str| distance(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>());
        for (a, b, expected) in [
            ("kitten", "sitting", 3),
            ("ca", "abc", 3),
            ("beijing", "bejiing", 1),
            ("", "ab", 2),
            ("x", "x", 0),
        ] {
            assert_eq!((of(a, b), of(b, a)), (expected, expected), "{a} {b}");
        }
    }
}
