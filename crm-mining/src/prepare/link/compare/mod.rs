//! How alike two values are, from 0 to 1.

pub(crate) mod addresses;
pub(crate) mod dates;
pub(crate) mod edit;
pub(crate) mod emails;
mod jaro;
pub(crate) mod names;
pub(crate) mod numbers;
pub(crate) mod partial;
pub(crate) mod phones;
pub(crate) mod tokens;
mod why;

pub use why::Why;
pub(crate) use why::strongest;

use crate::prepare::normalize::composed;
use addresses::Address;
use dates::Date;
use emails::Email;
use names::Name;
use phones::Phone;
use serde::{Deserialize, Serialize};

/// A measure of how alike two values are: 1 for the same, 0 for nothing in common. All are symmetric.
///
/// The measures of signs take the text as it is; those of words, names, dates, phone numbers, e-mail
/// addresses, postal addresses and numbers know the spellings of their kind.
///
/// Of texts longer than 4 096 signs the first 4 096 are compared, of word lists with `MongeElkan` the first 256
/// words; only `Exact` sees all.
///
/// Comparing many values, [`prepare`](Similarity::prepare) each distinct one once.
///
/// ```
/// use crm_mining::prepare::Similarity;
///
/// assert_eq!(Similarity::Levenshtein.between("smith", "smyth"), 0.8);
/// assert_eq!(Similarity::Name.between("王小明", "Xiaoming Wang"), 0.95);
/// assert_eq!(Similarity::Date.between("1990-05-12", "1990-12-05"), 0.9);
///
/// let phone = Similarity::Phone;
/// let known = phone.prepare("+86 138-1234-5678");
/// assert_eq!(known.similarity(&phone.prepare("13812345678")), 1.0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Similarity {
    /// 1 for equal texts, else 0.
    Exact,
    /// Jaro–Winkler, for short words and names: a common start counts more. The weight of the start is 0.1, for
    /// up to 4 signs, from 0.7 on.
    JaroWinkler,
    /// 1 less Levenshtein's edit distance over the longer length.
    Levenshtein,
    /// As Levenshtein, neighboring signs swapped counting as one edit (optimal string alignment).
    DamerauLevenshtein,
    /// The fewest edits that turn the shorter text into a part of the longer one, over its length, from 1.
    Partial,
    /// Words in common over all words. Order and capitals do not count; a Chinese sign is a word.
    TokenJaccard,
    /// Words in common over those of the text with fewer.
    TokenOverlap,
    /// Words beside their best counterparts by Jaro–Winkler, on average.
    MongeElkan,
    /// Runs of two signs in common over all such runs.
    BigramJaccard,
    /// Runs of three signs in common over all such runs.
    TrigramJaccard,
    /// A person's name: traditional and simplified signs, pinyin, either order, initials.
    Name,
    /// A date: the same, a digit off, day and month swapped, near.
    Date,
    /// A telephone number by its national digits, whole or in part.
    Phone,
    /// An e-mail address by its parts.
    Email,
    /// A postal address: numbers and words apart; English abbreviations; Chinese 路, 号, 室.
    Address,
    /// 1 less the difference of two numbers over the larger.
    Number,
}

/// A value made ready for one [`Similarity`].
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared(Form);

#[derive(Debug, Clone, PartialEq)]
enum Form {
    Exact(Box<str>),
    JaroWinkler(Box<str>),
    Levenshtein(Box<str>),
    DamerauLevenshtein(Box<str>),
    Partial(Box<str>),
    Jaccard(Vec<u64>),
    Overlap(Vec<u64>),
    MongeElkan(Vec<String>),
    Name(Name),
    Date(Date),
    Phone(Phone),
    Email(Email),
    Address(Address),
    Number(f64),
}

impl Similarity {
    /// How alike two values are.
    pub fn between(self, a: &str, b: &str) -> f64 {
        self.prepare(a).similarity(&self.prepare(b))
    }

    /// The value made ready for comparison.
    pub fn prepare(self, value: &str) -> Prepared {
        let whole = value;
        let value = first_signs(value);
        // An accent is the same however it was typed.
        let told = &*composed(value);
        Prepared(match self {
            Similarity::Exact => Form::Exact(whole.into()),
            Similarity::JaroWinkler => Form::JaroWinkler(value.into()),
            Similarity::Levenshtein => Form::Levenshtein(value.into()),
            Similarity::DamerauLevenshtein => Form::DamerauLevenshtein(value.into()),
            Similarity::Partial => Form::Partial(value.into()),
            Similarity::TokenJaccard => Form::Jaccard(tokens::word_set(told)),
            Similarity::TokenOverlap => Form::Overlap(tokens::word_set(told)),
            Similarity::MongeElkan => Form::MongeElkan(first_words(told)),
            Similarity::BigramJaccard => Form::Jaccard(tokens::gram_set(value, 2)),
            Similarity::TrigramJaccard => Form::Jaccard(tokens::gram_set(value, 3)),
            Similarity::Name => Form::Name(Name::new(told)),
            Similarity::Date => Form::Date(Date::new(value)),
            Similarity::Phone => Form::Phone(Phone::new(value)),
            Similarity::Email => Form::Email(Email::new(told)),
            Similarity::Address => Form::Address(Address::new(told)),
            Similarity::Number => Form::Number(numbers::read(value)),
        })
    }
}

/// Time and memory of a comparison grow with the product of both lengths.
const MOST_SIGNS: usize = 4096;
const MOST_WORDS: usize = 256;

/// The text up to the longest compared.
pub(crate) fn first_signs(text: &str) -> &str {
    // A sign has a byte at least.
    match text.get(MOST_SIGNS..) {
        Some("") => text,
        None if text.len() <= MOST_SIGNS => text,
        _ => text.char_indices().nth(MOST_SIGNS).and_then(|(end, _)| text.get(..end)).unwrap_or(text),
    }
}

fn first_words(text: &str) -> Vec<String> {
    let mut words = tokens::words(text);
    words.truncate(MOST_WORDS);
    words
}

impl Prepared {
    /// How alike two values are that were prepared for the same measure; 0 when they were not.
    pub fn similarity(&self, other: &Prepared) -> f64 {
        match (&self.0, &other.0) {
            (Form::Exact(a), Form::Exact(b)) => f64::from(u8::from(a == b)),
            (Form::JaroWinkler(a), Form::JaroWinkler(b)) => edit::jaro_winkler(a, b),
            (Form::Levenshtein(a), Form::Levenshtein(b)) => edit::levenshtein(a, b),
            (Form::DamerauLevenshtein(a), Form::DamerauLevenshtein(b)) => edit::damerau_levenshtein(a, b),
            (Form::Partial(a), Form::Partial(b)) => partial::partial(a, b),
            (Form::Jaccard(a), Form::Jaccard(b)) => tokens::jaccard(a, b),
            (Form::Overlap(a), Form::Overlap(b)) => tokens::overlap(a, b),
            (Form::MongeElkan(a), Form::MongeElkan(b)) => tokens::monge_elkan(a, b),
            (Form::Name(a), Form::Name(b)) => a.similarity(b),
            (Form::Date(a), Form::Date(b)) => a.similarity(b),
            (Form::Phone(a), Form::Phone(b)) => a.similarity(b),
            (Form::Email(a), Form::Email(b)) => a.similarity(b),
            (Form::Address(a), Form::Address(b)) => a.similarity(b),
            (Form::Number(a), Form::Number(b)) => numbers::similarity(*a, *b),
            _ => 0.0,
        }
    }
}
