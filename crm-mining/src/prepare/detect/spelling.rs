//! Other spellings and misspellings of frequent values.

use super::evidence::{Entry, Evidence, Findings, Values};
use super::near::Word;
use super::suspicion::Signal;
use crate::error::Result;
use crate::model::Control;
use hashbrown::HashMap;

/// The frequent and the rare values that are compared at most, the signs of the longest, and the signs that are
/// laid against each other in all, for one column.
const FREQUENT: usize = 2_000;
const RARE: usize = 20_000;
const LONGEST: usize = 400;
const WORK: usize = 400_000_000;
const STAGE: &str = "comparing spellings";

/// A text and how often it occurs.
struct Counted<'a> {
    text: &'a str,
    count: u32,
}

pub(super) fn judge(values: &Values<'_>, findings: &mut Findings, control: &Control) -> Result<()> {
    blanks(values, findings);
    control.check(STAGE)?;
    variants(values, findings);
    control.check(STAGE)?;
    let whole: Vec<Counted<'_>> =
        values.entries.iter().map(|e| Counted { text: &e.text, count: e.count }).collect();
    let nearest = nearest(&whole, values.rows, (0.8, 5), control)?;
    let words = count_words(values);
    for entry in &values.entries {
        // Another combination of words that the column knows is another value.
        let known = |word: &str| words.get(word).is_some_and(|&count| count > entry.count);
        if let Some(near) = nearest.get(&*entry.text).filter(|_| !split(&entry.text).all(known)) {
            let reason = Signal::Misspelling { distance: near.distance, votes: near.votes };
            let mut found = Evidence::soft(reason, near.weight);
            if near.alone {
                found = found.value(near.text);
            }
            findings.entry(entry.code).or_default().push(found);
        }
    }
    slips_in_words(values, &words, findings, control)
}

/// Blanks at an end, where most values have none.
fn blanks(values: &Values<'_>, findings: &mut Findings) {
    let padded = |entry: &Entry<'_>| entry.text.trim() != entry.text;
    if values.share(padded) < 0.5 {
        for entry in values.entries.iter().filter(|entry| padded(entry)) {
            let found = Evidence::hard(Signal::Blanks, 0.8).value(entry.text.trim());
            findings.entry(entry.code).or_default().push(found);
        }
    }
}

/// Values that are equal but for case, blanks and punctuation: the rarer spelling is suspect when the most
/// frequent one has five times its rows.
fn variants(values: &Values<'_>, findings: &mut Findings) {
    let folded = |text: &str| -> String {
        text.chars().filter(|sign| sign.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    // Where nothing is frequent, as among identifiers, there is nothing to be spelt like.
    if values.entries.iter().all(|entry| entry.count < 5) {
        return;
    }
    let mut best: HashMap<String, &Entry<'_>> = HashMap::new();
    let folds: Vec<String> = values.entries.iter().map(|entry| folded(&entry.text)).collect();
    for (fold, entry) in folds.iter().zip(&values.entries) {
        // Points, commas and signs make other numbers.
        if fold.chars().any(char::is_alphabetic) {
            let top = best.entry_ref(fold).or_insert(entry);
            if (entry.count, &top.text) > (top.count, &entry.text) {
                *top = entry;
            }
        }
    }
    for (fold, entry) in folds.iter().zip(&values.entries) {
        if let Some(top) =
            best.get(fold).filter(|top| top.code != entry.code && top.count >= entry.count.saturating_mul(5))
        {
            let found = Evidence::hard(Signal::Spelling { votes: top.count }, 0.85).value(&*top.text);
            findings.entry(entry.code).or_default().push(found);
        }
    }
}

/// What a rare text was probably meant to be.
#[derive(Clone, Copy)]
struct Near<'a> {
    text: &'a str,
    distance: usize,
    votes: u32,
    weight: f64,
    /// Whether no other is as near and half as frequent.
    alone: bool,
}

/// For each rare text the frequent one nearest to it, where texts that occur five times or more make up this
/// `share` of all; a frequent text must occur `ratio` times as often as the rare one.
fn nearest<'a>(
    texts: &[Counted<'a>],
    rows: usize,
    (share, ratio): (f64, u32),
    control: &Control,
) -> Result<HashMap<&'a str, Near<'a>>> {
    let all: u64 = texts.iter().map(|text| u64::from(text.count)).sum();
    let repeated: u64 = texts.iter().filter(|text| text.count >= 5).map(|text| u64::from(text.count)).sum();
    if (repeated as f64) < share * all as f64 {
        return Ok(HashMap::new());
    }
    let mut order: Vec<&Counted<'a>> = texts.iter().collect();
    order.sort_by(|a, b| b.count.cmp(&a.count).then(a.text.cmp(b.text)));
    let frequent: Vec<(&Counted<'a>, Word)> = order
        .iter()
        .take_while(|text| text.count >= 5)
        .filter(|text| text.text.len() <= LONGEST)
        .take(FREQUENT)
        .map(|&text| (text, Word::new(text.text)))
        .collect();
    let rarely = (rows / 100).max(2) as u32;
    let rare = order.iter().rev().take_while(|text| text.count <= rarely);
    let spelt = rare.filter(|rare| rare.text.len() <= LONGEST && rare.text.chars().any(char::is_alphabetic));
    let (mut found, mut work) = (HashMap::new(), 0);
    for (done, rare) in spelt.take(RARE).enumerate() {
        if done % 16 == 0 {
            control.check(STAGE)?;
        }
        if let Some(near) = meant(rare, &frequent, ratio, &mut work) {
            found.insert(rare.text, near);
        }
        if work > WORK {
            break;
        }
    }
    Ok(found)
}

/// One sign in four of it may differ; what differs in more than one in six is less sure, and so are words of
/// two or three signs.
fn meant<'a>(
    rare: &Counted<'a>,
    frequent: &[(&Counted<'a>, Word)],
    ratio: u32,
    work: &mut usize,
) -> Option<Near<'a>> {
    let word = Word::new(rare.text);
    let mut max = (word.len() / 4).max(1);
    let mut best: Option<Near<'a>> = None;
    // A slip that is repeated needs more to speak against it.
    let ratio = if rare.count > 2 { ratio.max(20) } else { ratio };
    for (text, other) in frequent.iter().filter(|(text, _)| text.count >= rare.count.saturating_mul(ratio)) {
        if !word.may_be_near(other, max) {
            continue;
        }
        *work += word.len() * other.len();
        let Some(distance) = word.distance(other, max) else { continue };
        if distance == 0 || word.is_sibling(other) {
            continue;
        }
        if let Some(best) = best.as_mut().filter(|best| best.distance <= distance) {
            best.alone &= text.count < best.votes / 2;
            continue;
        }
        max = distance;
        let weight = match (word.len(), distance * 6 <= word.len()) {
            (..=3, _) => 0.4,
            (4..=5, _) => 0.55,
            (_, true) => 0.7,
            (_, false) => 0.55,
        };
        best = Some(Near { text: text.text, distance, votes: text.count, weight, alone: true });
    }
    best
}

/// Rare words inside values, near a frequent word of the column.
fn slips_in_words(
    values: &Values<'_>,
    counts: &HashMap<&str, u32>,
    findings: &mut Findings,
    control: &Control,
) -> Result<()> {
    let words: Vec<Counted<'_>> = counts.iter().map(|(&text, &count)| Counted { text, count }).collect();
    let nearest = nearest(&words, values.rows, (0.9, 10), control)?;
    for entry in &values.entries {
        let slips: Vec<(&str, Near<'_>)> = split(&entry.text)
            .filter_map(|word| Some((word, *nearest.get(word)?)))
            .filter(|(word, _)| word.len() >= 4)
            .collect();
        let Some((_, first)) = slips.first() else { continue };
        if slips.len() == 1 && first.text.len() == entry.text.len() {
            continue;
        }
        let doubt: f64 = slips.iter().map(|(_, near)| 1.0 - near.weight * 0.9).product();
        let distance = slips.iter().map(|(_, near)| near.distance).sum();
        let reason = Signal::Misspelling { distance, votes: first.votes };
        let mut found = Evidence::soft(reason, 1.0 - doubt);
        if slips.iter().all(|(_, near)| near.alone) {
            let right = |word: &str| slips.iter().find(|(slip, _)| *slip == word).map(|(_, near)| near.text);
            found = found.value(respelt(&entry.text, right));
        }
        findings.entry(entry.code).or_default().push(found);
    }
    Ok(())
}

/// The text with some of its words replaced.
fn respelt<'a>(text: &'a str, right: impl Fn(&str) -> Option<&'a str>) -> String {
    let mut respelt = String::with_capacity(text.len());
    for part in text.split_inclusive(|sign: char| !sign.is_alphanumeric()) {
        let word = part.trim_end_matches(|sign: char| !sign.is_alphanumeric());
        respelt.push_str(right(word).unwrap_or(word));
        respelt.push_str(part.get(word.len()..).unwrap_or_default());
    }
    respelt
}

/// The rows that hold each word.
fn count_words<'a>(values: &'a Values<'_>) -> HashMap<&'a str, u32> {
    let mut counts: HashMap<&str, u32> = HashMap::new();
    for entry in &values.entries {
        for word in split(&entry.text) {
            let count = counts.entry(word).or_default();
            *count = count.saturating_add(entry.count);
        }
    }
    counts
}

fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty())
}
