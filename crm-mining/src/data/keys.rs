//! External identities, held once and named by dense numbers.

use super::strings::Strings;
use hashbrown::{DefaultHashBuilder, HashTable};
use std::borrow::Cow;
use std::hash::BuildHasher;
use std::sync::Arc;

/// The external identities of customers, orders or items: text by default, integers when their column was
/// typed so. Sorted and distinct; each is named everywhere else by its position. Cheap to clone.
///
/// Text is compared byte by byte, so `00123`, `0123` and `123` are three customers.
///
/// ```
/// use crm_mining::data::Keys;
///
/// let keys: Keys = ["123", "00123", "0123", "123"].into_iter().collect();
/// assert_eq!(keys.len(), 3);
/// assert_eq!(keys.name(0), "00123");
/// assert_eq!(keys.position("123"), Some(2));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys(Arc<Inner>);

#[derive(Debug, PartialEq, Eq)]
enum Inner {
    Text(Strings),
    Int(Vec<i64>),
}

/// One identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key<'a> {
    /// Of a column of integers.
    Int(i64),
    /// Of a column of text.
    Text(&'a str),
}

impl std::fmt::Display for Key<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Key::Int(key) => key.fmt(f),
            Key::Text(key) => key.fmt(f),
        }
    }
}

impl<'a> From<Key<'a>> for Cow<'a, str> {
    fn from(key: Key<'a>) -> Self {
        match key {
            Key::Int(key) => Cow::Owned(key.to_string()),
            Key::Text(key) => Cow::Borrowed(key),
        }
    }
}

impl Keys {
    /// How many.
    pub fn len(&self) -> usize {
        match &*self.0 {
            Inner::Text(keys) => keys.len(),
            Inner::Int(keys) => keys.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The key at this position.
    pub fn get(&self, position: usize) -> Option<Key<'_>> {
        match &*self.0 {
            Inner::Text(keys) => keys.get(position).map(Key::Text),
            Inner::Int(keys) => keys.get(position).copied().map(Key::Int),
        }
    }

    /// The key at this position as text; empty beyond the last.
    pub fn name(&self, position: usize) -> String {
        self.get(position).map_or_else(String::new, |key| key.to_string())
    }

    /// The keys at these positions as one text, such as `"bread + milk"`.
    pub(crate) fn joined(&self, positions: &[u32]) -> String {
        let names: Vec<String> = positions.iter().map(|&position| self.name(position as usize)).collect();
        names.join(" + ")
    }

    /// Where a key stands, by its text.
    pub fn position(&self, name: &str) -> Option<usize> {
        match &*self.0 {
            Inner::Text(_) => self.position_of(Key::Text(name)),
            Inner::Int(_) => self.position_of(Key::Int(name.parse().ok()?)),
        }
    }

    /// Where a key stands.
    pub fn position_of(&self, key: Key<'_>) -> Option<usize> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.get(middle)?.cmp(&key) {
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// All keys in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Key<'_>> + Clone {
        (0..self.len()).map(|position| self.get(position).unwrap_or(Key::Text("")))
    }

    /// Whether the keys are integers.
    pub fn are_integers(&self) -> bool {
        matches!(&*self.0, Inner::Int(_))
    }

    /// The integers, when the keys are such.
    pub fn integers(&self) -> Option<&[i64]> {
        match &*self.0 {
            Inner::Int(keys) => Some(keys),
            Inner::Text(_) => None,
        }
    }

    /// Only the keys at these ascending positions.
    pub fn select(&self, positions: &[u32]) -> Keys {
        Keys(Arc::new(match &*self.0 {
            Inner::Text(keys) => {
                Inner::Text(positions.iter().filter_map(|&p| keys.get(p as usize)).collect())
            }
            Inner::Int(keys) => {
                Inner::Int(positions.iter().filter_map(|&p| keys.get(p as usize).copied()).collect())
            }
        }))
    }

    /// Keys out of distinct text values, and where each of them went.
    pub(crate) fn from_distinct(values: &Strings) -> (Keys, Vec<u32>) {
        let rank = ranks(values.len(), |&a, &b| values.get(a as usize).cmp(&values.get(b as usize)));
        let sorted = in_rank_order(&rank).into_iter().filter_map(|p| values.get(p as usize)).collect();
        (Keys(Arc::new(Inner::Text(sorted))), rank)
    }

    /// Keys out of the texts of distinct integers, and where each of them went.
    pub(crate) fn from_distinct_integer_texts(values: &[i64]) -> (Keys, Vec<u32>) {
        let mut sorted: Vec<_> =
            (0u32..).zip(values).map(|(code, &value)| (text_order(value), code, value)).collect();
        sorted.sort_unstable();
        let mut rank = vec![0; values.len()];
        let mut texts = Strings::default();
        for (position, &(_, code, value)) in (0u32..).zip(&sorted) {
            texts.push_shown(&value);
            if let Some(slot) = rank.get_mut(code as usize) {
                *slot = position;
            }
        }
        (Keys(Arc::new(Inner::Text(texts))), rank)
    }

    /// Keys out of distinct integers, and where each of them went.
    pub(crate) fn from_distinct_integers(values: &[i64]) -> (Keys, Vec<u32>) {
        let rank = ranks(values.len(), |&a, &b| values.get(a as usize).cmp(&values.get(b as usize)));
        let mut sorted = values.to_vec();
        sorted.sort_unstable();
        (Keys(Arc::new(Inner::Int(sorted))), rank)
    }

    /// Keys out of distinct integers that are sorted.
    pub(crate) fn from_sorted_integers(sorted: Vec<i64>) -> Keys {
        Keys(Arc::new(Inner::Int(sorted)))
    }

    /// The union with other keys, and where one's own and the others went. Integers meeting text become
    /// their text.
    pub(crate) fn union(&self, other: &Keys) -> (Keys, Vec<u32>, Vec<u32>) {
        if self.are_integers() != other.are_integers() && !self.is_empty() && !other.is_empty() {
            let ((a, rank_a), (b, rank_b)) = (self.to_text(), other.to_text());
            let (union, mine, theirs) = a.union(&b);
            let through =
                |rank: &[u32], to: &[u32]| rank.iter().filter_map(|&r| to.get(r as usize).copied()).collect();
            return (union, through(&rank_a, &mine), through(&rank_b, &theirs));
        }
        let mut merged = Vec::with_capacity(self.len().max(other.len()));
        let (mut mine, mut theirs) = (Vec::with_capacity(self.len()), Vec::with_capacity(other.len()));
        let (mut a, mut b) = (self.iter().peekable(), other.iter().peekable());
        loop {
            let (take_a, take_b) = match (a.peek(), b.peek()) {
                (Some(x), Some(y)) => (x <= y, y <= x),
                (x, y) => (x.is_some(), y.is_some()),
            };
            let position = merged.len() as u32;
            let from_a = if take_a { a.next() } else { None };
            let from_b = if take_b { b.next() } else { None };
            if from_a.is_some() {
                mine.push(position);
            }
            if from_b.is_some() {
                theirs.push(position);
            }
            match from_a.or(from_b) {
                Some(key) => merged.push(key),
                None => break,
            }
        }
        (Keys::from_sorted(&merged), mine, theirs)
    }

    /// The same identities as text, sorted as text, and where each of them went.
    fn to_text(&self) -> (Keys, Vec<u32>) {
        Keys::from_distinct(&self.iter().map(|key| key.to_string()).collect())
    }

    fn from_sorted(keys: &[Key<'_>]) -> Keys {
        let integers: Option<Vec<i64>> =
            keys.iter().map(|key| if let Key::Int(key) = key { Some(*key) } else { None }).collect();
        Keys(Arc::new(match integers {
            Some(integers) if !keys.is_empty() => Inner::Int(integers),
            _ => {
                Inner::Text(keys.iter().map(|key| if let Key::Text(key) = key { key } else { "" }).collect())
            }
        }))
    }
}

impl Default for Keys {
    fn default() -> Self {
        Keys(Arc::new(Inner::Text(Strings::default())))
    }
}

impl<S: AsRef<str>> FromIterator<S> for Keys {
    fn from_iter<I: IntoIterator<Item = S>>(names: I) -> Self {
        let mut interner = Interner::default();
        for name in names {
            interner.intern(name.as_ref());
        }
        Keys::from_distinct(&interner.into_strings()).0
    }
}

/// Orders integers as their texts: a minus before all digits, then digit by digit, the shorter of two first.
fn text_order(value: i64) -> (bool, u64, u32) {
    const MOST_DIGITS: u32 = 19;
    let size = value.unsigned_abs();
    let digits = size.checked_ilog10().map_or(1, |log| log + 1);
    (value >= 0, size.saturating_mul(10_u64.saturating_pow(MOST_DIGITS.saturating_sub(digits))), digits)
}

fn ranks(n: usize, order: impl Fn(&u32, &u32) -> std::cmp::Ordering) -> Vec<u32> {
    let mut sorted: Vec<u32> = (0..n as u32).collect();
    sorted.sort_unstable_by(order);
    in_rank_order(&sorted)
}

/// The inverse of a permutation.
fn in_rank_order(rank: &[u32]) -> Vec<u32> {
    let mut inverse = vec![0; rank.len()];
    for (position, &rank) in (0u32..).zip(rank) {
        if let Some(slot) = inverse.get_mut(rank as usize) {
            *slot = position;
        }
    }
    inverse
}

/// Gives equal strings equal numbers, in order of first appearance. The hash is seeded anew for every
/// interner, and no result depends on it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Interner {
    strings: Strings,
    table: HashTable<(u32, u32)>,
    hasher: DefaultHashBuilder,
}

impl Interner {
    #[inline]
    pub(crate) fn intern(&mut self, value: &str) -> u32 {
        let hash = self.hasher.hash_one(value.as_bytes());
        let tag = hash as u32;
        let strings = &self.strings;
        if let Some(&(_, code)) =
            self.table.find(hash, |&(other, code)| other == tag && strings.get(code as usize) == Some(value))
        {
            return code;
        }
        self.insert(hash, value)
    }

    /// The number of a string that was interned.
    pub(crate) fn find(&self, value: &str) -> Option<u32> {
        let hash = self.hasher.hash_one(value.as_bytes());
        let same = |&(other, code): &(u32, u32)| {
            other == hash as u32 && self.strings.get(code as usize) == Some(value)
        };
        self.table.find(hash, same).map(|&(_, code)| code)
    }

    #[cold]
    fn insert(&mut self, hash: u64, value: &str) -> u32 {
        let code = self.strings.len() as u32;
        self.strings.push(value);
        let (strings, hasher) = (&self.strings, &self.hasher);
        self.table.insert_unique(hash, (hash as u32, code), |&(_, code)| {
            hasher.hash_one(strings.get(code as usize).unwrap_or_default().as_bytes())
        });
        code
    }

    /// The bytes it takes if so many more strings of so many bytes were all new.
    pub(crate) fn bytes_after(&self, more: usize, text: usize) -> usize {
        let full = self.table.len() + more > self.table.capacity();
        self.strings.bytes_after(more, text) + self.table.allocation_size() * (1 + usize::from(full))
    }

    pub(crate) fn into_strings(self) -> Strings {
        self.strings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn union_of_text_and_integers() {
        let text: Keys = ["7", "x"].into_iter().collect();
        let (integers, rank) = Keys::from_distinct_integers(&[10, 7]);
        assert_eq!(rank, [1, 0]);
        let (union, mine, theirs) = integers.union(&text);
        assert_eq!(union.iter().map(|k| k.to_string()).collect::<Vec<_>>(), ["10", "7", "x"]);
        assert_eq!((mine, theirs), (vec![1, 0], vec![1, 2]));
    }

    #[test]
    fn union_with_nothing() {
        let (integers, _) = Keys::from_distinct_integers(&[3, 1]);
        let empty = Keys::default();
        assert_eq!(integers.union(&integers).0, integers);
        assert_eq!(empty.union(&empty).0, empty);
    }
}
