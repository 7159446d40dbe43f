//! Names of people, in whichever script and order they were written.

use super::edit::{jaro_winkler, jaro_winkler_of_signs};
use super::tokens::{monge_elkan, words};
use super::why::{Why, strongest};
use crate::prepare::normalize::{folded_letters, is_han, pinyin_folded, reads_as, to_simplified};

/// What same-sounding names are worth, written in one script.
const SAME_SOUND: f64 = 0.9;
/// What a name is worth beside its romanization.
const ROMANIZED: f64 = 0.95;
/// What the same words in another order are worth.
const REORDERED: f64 = 0.97;
/// What an initial is worth beside the word it begins.
const INITIAL: f64 = 0.9;

/// No name has so many.
const MOST_WORDS: usize = 32;
const MOST_SIGNS: usize = 64;

/// A name made ready for comparison.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Name {
    /// Chinese signs, simplified; empty when there are none.
    signs: Box<[char]>,
    /// Their sound.
    sound: Box<str>,
    /// Words in letters, small, in alphabetical order.
    words: Vec<String>,
    /// The same in their order, as one.
    whole: Box<str>,
    /// As `whole` without accents; then with the first word last, and with the last one first.
    orders: Vec<String>,
}

impl Name {
    pub(crate) fn new(name: &str) -> Name {
        let signs: String =
            to_simplified(name).chars().filter(|&sign| is_han(sign)).take(MOST_SIGNS).collect();
        let letters: String = name.chars().map(|sign| if is_han(sign) { ' ' } else { sign }).collect();
        let mut words = words(&letters);
        words.truncate(MOST_WORDS);
        let last = words.len().saturating_sub(1);
        let mut orders = Vec::new();
        for cut in [0, 1, last] {
            let (front, back) = words.split_at(cut.min(words.len()));
            let order = folded_letters(&[back.concat(), front.concat()].concat());
            if !order.is_empty() && !orders.contains(&order) {
                orders.push(order);
            }
        }
        let whole = words.concat().into_boxed_str();
        words.sort_unstable();
        let sound = if signs.is_empty() { String::new() } else { pinyin_folded(&signs) };
        Name { signs: signs.chars().collect(), sound: sound.into(), words, whole, orders }
    }

    /// Whether it has Chinese signs.
    pub(crate) fn has_signs(&self) -> bool {
        !self.signs.is_empty()
    }

    /// The letters of its sound in alphabetical order: the same for 王小明, 王晓明, `Wang Xiaoming` and
    /// `Xiaoming Wang`.
    pub(crate) fn letters(&self) -> String {
        let first = self.orders.first().map_or("", String::as_str);
        let mut letters: Vec<char> = if self.has_signs() { &self.sound } else { first }.chars().collect();
        letters.sort_unstable();
        letters.into_iter().collect()
    }

    /// How alike two names are: 1 for the same name, traditional or simplified, capitals or not; a little less
    /// for the same words in another order, for a name and its romanization, and for signs of one sound; for
    /// the rest what Jaro–Winkler says. A name without a letter is like none but another such.
    pub(crate) fn similarity(&self, other: &Name) -> f64 {
        self.likeness(other).0
    }

    /// The similarity, and what makes it.
    pub(crate) fn likeness(&self, other: &Name) -> (f64, Why) {
        match (self.has_signs(), other.has_signs()) {
            (true, true) => signs_alike(self, other),
            (false, false) => words_alike(self, other),
            (true, false) => romanized_alike(self, other),
            (false, true) => romanized_alike(other, self),
        }
    }
}

fn signs_alike(a: &Name, b: &Name) -> (f64, Why) {
    if a.signs == b.signs {
        return (1.0, Why::Spelling);
    }
    let sound = if a.sound == b.sound { SAME_SOUND } else { 0.0 };
    let turned = if turned(&a.signs, &b.signs) { REORDERED } else { 0.0 };
    let straight = jaro_winkler_of_signs(&a.signs, &b.signs);
    strongest([(turned, Why::Order), (sound, Why::Sound), (straight, Why::Spelling)])
}

/// 小明王 for 王小明: the surname of one sign or two behind the given name.
fn turned(a: &[char], b: &[char]) -> bool {
    let n = a.len();
    a.len() == b.len()
        && [1, 2, n.wrapping_sub(1), n.wrapping_sub(2)].into_iter().any(|cut| {
            let halves = a.split_at_checked(cut).zip(b.split_at_checked(n.wrapping_sub(cut)));
            halves.is_some_and(|((front, back), (first, last))| front == last && back == first)
        })
}

fn words_alike(a: &Name, b: &Name) -> (f64, Why) {
    if a.whole == b.whole {
        return (1.0, Why::Spelling);
    }
    let straight = jaro_winkler(&a.whole, &b.whole);
    // `Wang Xiao Ming` beside `Xiaoming Wang`: the same letters once the first or last word changes ends.
    let turns = |a: &Name, b: &Name| b.orders.first().is_some_and(|whole| a.orders.contains(whole));
    if a.words == b.words || turns(a, b) || turns(b, a) {
        return strongest([(REORDERED, Why::Order), (straight, Why::Spelling)]);
    }
    let initials = if initials_agree(&a.words, &b.words) { INITIAL } else { 0.0 };
    let aligned = REORDERED * monge_elkan(&a.words, &b.words);
    let (best, why) =
        strongest([(straight, Why::Spelling), (initials, Why::Initials), (aligned, Why::Words)]);
    // Words that differ are not the same name, however alike.
    (best.min(0.99), why)
}

/// `J. Smith` beside `John Smith`: as many words, a whole word shared, the rest equal or an initial.
fn initials_agree(a: &[String], b: &[String]) -> bool {
    let one = |word: &str| word.chars().nth(1).is_none();
    let meets = |x: &str, y: &str| x == y || (one(x) && y.starts_with(x)) || (one(y) && x.starts_with(y));
    let whole = a.iter().any(|word| !one(word) && b.contains(word));
    let all = |a: &[String], b: &[String]| a.iter().all(|x| b.iter().any(|y| meets(x, y)));
    whole && a.len() == b.len() && all(a, b) && all(b, a)
}

fn romanized_alike(signs: &Name, letters: &Name) -> (f64, Why) {
    let mut best = 0.0_f64;
    for order in &letters.orders {
        let alike = jaro_winkler(&signs.sound, order);
        // A sign read otherwise leaves the others as they are.
        let read = alike > 0.5 || signs.signs.len() == 1;
        if alike == 1.0 || (read && reads_as(&signs.signs, order)) {
            return (ROMANIZED, Why::Pinyin);
        }
        best = best.max(alike);
    }
    // Initials or one sound more or less: near, but below a reading that agrees.
    (SAME_SOUND * best, Why::Pinyin)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alike(a: &str, b: &str) -> f64 {
        let (a, b) = (Name::new(a), Name::new(b));
        assert_eq!(a.similarity(&b), b.similarity(&a));
        a.similarity(&b)
    }

    #[test]
    fn one_name_written_many_ways() {
        for (a, b, expected) in [
            ("張學友", "张学友", 1.0),
            ("Anna  Smith", "anna SMITH", 1.0),
            ("Anna Smith", "Smith, Anna", REORDERED),
            ("王小明", "Wang Xiaoming", ROMANIZED),
            ("王小明", "Xiao-Ming Wang", ROMANIZED),
            ("曾志伟", "Zeng Zhiwei", ROMANIZED),
            ("Wang Xiao Ming", "Xiaoming Wang", REORDERED),
            ("王晓明", "王小明", SAME_SOUND),
            ("小明王", "王小明", REORDERED),
            ("J. Smith", "John Smith", INITIAL),
        ] {
            let found = alike(a, b);
            assert!(
                (found - expected).abs() < 1e-12 || (expected == INITIAL && found >= INITIAL),
                "{a} {b} {found}"
            );
        }
        assert!(alike("王小明", "李大伟") < 0.1);
        assert!(alike("Anna Smith", "Peter Jones") < 0.6);
        assert!(alike("王小明", "Peter Jones") < 0.6);
        assert_eq!((alike("", ""), alike("", "Anna"), alike("王", "")), (1.0, 0.0, 0.0));
    }
}
