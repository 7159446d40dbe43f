//! Names of people, in whichever script and order they were written.

use super::edit::jaro_winkler;
use super::tokens::{monge_elkan, words};
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
    signs: String,
    /// Their sound.
    sound: String,
    /// Words in letters, small.
    words: Vec<String>,
}

impl Name {
    pub(crate) fn new(name: &str) -> Name {
        let signs: String =
            to_simplified(name).chars().filter(|&sign| is_han(sign)).take(MOST_SIGNS).collect();
        let letters: String = name.chars().map(|sign| if is_han(sign) { ' ' } else { sign }).collect();
        let mut words: Vec<String> = words(&letters);
        words.truncate(MOST_WORDS);
        let sound = if signs.is_empty() { String::new() } else { pinyin_folded(&signs) };
        Name { signs, sound, words }
    }

    /// How alike two names are: 1 for the same name, traditional or simplified, capitals or not; a little less
    /// for the same words in another order, for a name and its romanization, and for signs of one sound; for
    /// the rest what Jaro–Winkler says. A name without a letter is like none but another such.
    pub(crate) fn similarity(&self, other: &Name) -> f64 {
        match (self.signs.is_empty(), other.signs.is_empty()) {
            (false, false) => signs_alike(self, other),
            (true, true) => words_alike(&self.words, &other.words),
            (false, true) => romanized_alike(self, other),
            (true, false) => romanized_alike(other, self),
        }
    }
}

fn signs_alike(a: &Name, b: &Name) -> f64 {
    if a.signs == b.signs {
        return 1.0;
    }
    let sound = if a.sound == b.sound { SAME_SOUND } else { 0.0 };
    // 小明王 for 王小明: the surname of one sign or two behind the given name.
    let turned = if turns(&a.signs).any(|turn| turn == b.signs) { REORDERED } else { 0.0 };
    jaro_winkler(&a.signs, &b.signs).max(sound).max(turned)
}

/// A name of signs with its last or first one or two moved to the other end.
fn turns(signs: &str) -> impl Iterator<Item = String> + '_ {
    let cuts: Vec<usize> = signs.char_indices().map(|(at, _)| at).skip(1).collect();
    let near_an_end = [0, 1, cuts.len().wrapping_sub(1), cuts.len().wrapping_sub(2)];
    near_an_end.into_iter().filter_map(move |cut| {
        let (front, back) = signs.split_at_checked(*cuts.get(cut)?)?;
        Some(format!("{back}{front}"))
    })
}

fn words_alike(a: &[String], b: &[String]) -> f64 {
    let (mut sorted_a, mut sorted_b): (Vec<&str>, Vec<&str>) =
        (a.iter().map(String::as_str).collect(), b.iter().map(String::as_str).collect());
    if sorted_a == sorted_b {
        return 1.0;
    }
    let straight = jaro_winkler(&a.concat(), &b.concat());
    sorted_a.sort_unstable();
    sorted_b.sort_unstable();
    if sorted_a == sorted_b || same_turned(a, b) {
        return REORDERED.max(straight);
    }
    let initials = if initials_agree(&sorted_a, &sorted_b) { INITIAL } else { 0.0 };
    let aligned = REORDERED * monge_elkan(&sorted_a, &sorted_b);
    // Words that differ are not the same name, however alike.
    straight.max(aligned).max(initials).min(if a.concat() == b.concat() { 1.0 } else { 0.99 })
}

/// `Wang Xiao Ming` beside `Xiaoming Wang`: the same letters once the first or last word changes ends.
fn same_turned(a: &[String], b: &[String]) -> bool {
    let turned = |words: &[String], other: &[String]| {
        let whole = other.concat();
        let ends = [1, words.len().saturating_sub(1)];
        ends.into_iter().any(|cut| {
            let (front, back) = words.split_at(cut.min(words.len()));
            format!("{}{}", back.concat(), front.concat()) == whole
        })
    };
    turned(a, b) || turned(b, a)
}

/// `J. Smith` beside `John Smith`: as many words, a whole word shared, the rest equal or an initial.
fn initials_agree(a: &[&str], b: &[&str]) -> bool {
    let meets = |x: &str, y: &str| {
        x == y || (x.chars().count() == 1 && y.starts_with(x)) || (y.chars().count() == 1 && x.starts_with(y))
    };
    let whole = a.iter().any(|word| word.chars().count() > 1 && b.contains(word));
    let all = |a: &[&str], b: &[&str]| a.iter().all(|x| b.iter().any(|y| meets(x, y)));
    whole && a.len() == b.len() && all(a, b) && all(b, a)
}

fn romanized_alike(signs: &Name, letters: &Name) -> f64 {
    if letters.words.is_empty() {
        return 0.0;
    }
    let fold = |words: &[String]| folded_letters(&words.concat());
    let ends = [0, 1, letters.words.len() - 1];
    let orders = ends.into_iter().map(|cut| {
        let (front, back) = letters.words.split_at(cut);
        fold(&[back, front].concat())
    });
    let mut best = 0.0_f64;
    for order in orders {
        if reads_as(&signs.signs, &order) {
            return ROMANIZED;
        }
        best = best.max(jaro_winkler(&signs.sound, &order));
    }
    // Initials or one sound more or less: near, but below a reading that agrees.
    SAME_SOUND * best
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
