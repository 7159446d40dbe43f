//! Postal addresses, English and Chinese.

use super::tokens::{monge_elkan, words};
use crate::prepare::normalize::{is_han, to_simplified};

/// How much the numbers count, where both addresses have some; the words have the rest.
const NUMBERS: f64 = 0.5;
/// Each is compared with each.
const MOST_WORDS: usize = 256;

/// A postal address made ready for comparison.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Address {
    /// Names of streets, quarters, cities.
    words: Vec<String>,
    /// Numbers with what they count: `12` of a street, `3` + `楼`.
    numbers: Vec<(String, &'static str)>,
}

impl Address {
    pub(crate) fn new(text: &str) -> Address {
        let text: String = to_simplified(text).chars().map(narrow).collect();
        let mut address = Address { words: Vec::new(), numbers: Vec::new() };
        let mut rest = text.as_str();
        while let Some(first) = rest.chars().next() {
            let han = is_han(first);
            let end = rest.find(|sign: char| is_han(sign) != han).unwrap_or(rest.len());
            let (run, after) = rest.split_at(end);
            rest = if han { address.take_signs(run, after) } else { address.take_letters(run, after) };
        }
        address.words.sort_unstable();
        address.words.dedup();
        address.words.truncate(MOST_WORDS);
        address.numbers.sort_unstable();
        address.numbers.dedup();
        address.numbers.truncate(MOST_WORDS);
        address
    }

    /// Chinese names end with the sign of what they name.
    fn take_signs<'a>(&mut self, run: &str, after: &'a str) -> &'a str {
        let mut rest = run;
        while !rest.is_empty() {
            let end = NAMED
                .iter()
                .filter_map(|named| rest.find(named).filter(|&at| at > 0).map(|at| at + named.len()))
                .min()
                .unwrap_or(rest.len());
            let (name, more) = rest.split_at(end);
            self.words.push(name.to_owned());
            rest = more;
        }
        after
    }

    /// Words in letters, and numbers with the Chinese sign behind them.
    fn take_letters<'a>(&mut self, run: &str, after: &'a str) -> &'a str {
        let tokens = words(run);
        let last = tokens.len();
        let mut after = after;
        for (at, token) in tokens.into_iter().enumerate() {
            if !token.contains(|sign: char| sign.is_ascii_digit()) {
                let word = ABBREVIATED.iter().find(|(short, _)| *short == token);
                self.words.push(word.map_or(token, |(_, long)| (*long).to_owned()));
                continue;
            }
            let counted =
                if at + 1 == last && run.ends_with(char::is_alphanumeric) { counted(after) } else { None };
            let (counted, kind) = counted.unwrap_or(("", ""));
            after = after.strip_prefix(counted).unwrap_or(after);
            self.numbers.push((token, kind));
        }
        after
    }

    /// Words beside their best counterparts, and numbers in common; half each where both addresses have
    /// numbers. A number that only one of them has (a room, a floor) does not count against them.
    pub(crate) fn similarity(&self, other: &Address) -> f64 {
        if self == other {
            return 1.0;
        }
        let words = monge_elkan(&self.words, &other.words);
        let numbers = match numbers_alike(&self.numbers, &other.numbers) {
            Some(numbers) if self.words.is_empty() && other.words.is_empty() => numbers,
            Some(numbers) => NUMBERS * numbers + (1.0 - NUMBERS) * words,
            None => words,
        };
        // What differs is not the same address, however alike.
        numbers.min(0.99)
    }
}

type Counted = (String, &'static str);

/// Of the kinds of number that both addresses have, the share that is equal.
fn numbers_alike(a: &[Counted], b: &[Counted]) -> Option<f64> {
    let common = |a: &[Counted], b: &[Counted]| {
        a.iter().filter(|(_, kind)| b.iter().any(|(_, other)| other == kind)).count()
    };
    let of_both = common(a, b).min(common(b, a));
    let equal = a.iter().filter(|number| b.contains(number)).count();
    (of_both > 0).then(|| equal as f64 / of_both as f64)
}

/// Street and number: the signs before the first number, or the word behind it.
pub(crate) fn house(address: &str) -> Option<String> {
    let (before, rest) = address.split_at(address.find(|sign: char| sign.is_ascii_digit())?);
    let end = rest.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(rest.len());
    let (number, after) = rest.split_at(end);
    let signs = before.chars().rev().take_while(|&sign| is_han(sign)).take(STREET_SIGNS);
    let street: String = signs.collect::<Vec<_>>().into_iter().rev().collect();
    if !street.is_empty() {
        return Some(format!("{street} {number}"));
    }
    let street = words(after).into_iter().find(|word| word.chars().count() >= STREET_LETTERS)?;
    Some(format!("{street} {number}"))
}

/// So many signs name a street, with or without quarter and town before it.
const STREET_SIGNS: usize = 3;
/// Shorter words before the name of a street are points of the compass and articles.
const STREET_LETTERS: usize = 3;

fn narrow(sign: char) -> char {
    match u32::from(sign) {
        code @ 0xFF01..=0xFF5E => char::from_u32(code - 0xFEE0).unwrap_or(sign),
        _ => sign,
    }
}

/// What a number counts, by the sign behind it, and what that is called here.
fn counted(after: &str) -> Option<(&'static str, &'static str)> {
    COUNTED.iter().find(|(sign, _)| after.starts_with(sign)).copied()
}

const COUNTED: &[(&str, &str)] = &[
    ("号楼", "building"),
    ("号院", "号"),
    ("号", "号"),
    ("弄", "弄"),
    ("巷", "巷"),
    ("栋", "building"),
    ("幢", "building"),
    ("座", "building"),
    ("单元", "unit"),
    ("楼", "floor"),
    ("层", "floor"),
    ("室", "room"),
    ("房", "room"),
    ("户", "room"),
    ("组", "group"),
    ("队", "group"),
];

const NAMED: &[&str] = &[
    "省",
    "自治区",
    "市",
    "自治州",
    "州",
    "盟",
    "区",
    "县",
    "旗",
    "街道",
    "镇",
    "乡",
    "村",
    "社区",
    "大道",
    "路",
    "街",
    "巷",
    "胡同",
    "弄",
    "里",
    "小区",
    "花园",
    "大厦",
    "广场",
    "苑",
    "楼",
    "座",
];

const ABBREVIATED: &[(&str, &str)] = &[
    ("st", "street"),
    ("str", "street"),
    ("rd", "road"),
    ("ave", "avenue"),
    ("av", "avenue"),
    ("blvd", "boulevard"),
    ("dr", "drive"),
    ("ln", "lane"),
    ("ct", "court"),
    ("pl", "place"),
    ("sq", "square"),
    ("hwy", "highway"),
    ("pkwy", "parkway"),
    ("cres", "crescent"),
    ("cl", "close"),
    ("gdns", "gardens"),
    ("tce", "terrace"),
    ("ter", "terrace"),
    ("apt", "apartment"),
    ("ste", "suite"),
    ("fl", "floor"),
    ("bldg", "building"),
    ("rm", "room"),
    ("no", "number"),
    ("mt", "mount"),
    ("ft", "fort"),
    ("n", "north"),
    ("s", "south"),
    ("e", "east"),
    ("w", "west"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn alike(a: &str, b: &str) -> f64 {
        let (a, b) = (Address::new(a), Address::new(b));
        assert_eq!(a.similarity(&b), b.similarity(&a));
        a.similarity(&b)
    }

    #[test]
    fn english() {
        assert_eq!(alike("12 Main St.", "12 main street"), 1.0);
        assert!(alike("12 Main St", "12 Main Street, Apt 4") > 0.8);
        assert!(alike("12 Main St", "14 Main St") <= 0.5);
        assert!(alike("12 Main St", "98 Ocean Dr") < 0.5);
    }

    #[test]
    fn chinese() {
        let whole = Address::new("北京市朝阳区建国路88号3号楼1202室");
        assert_eq!(whole.words, ["北京市", "建国路", "朝阳区"]);
        let expected = [("1202", "room"), ("3", "building"), ("88", "号")];
        assert_eq!(whole.numbers, expected.map(|(number, kind)| (number.to_owned(), kind)));
        assert_eq!(alike("臺北市中山路１２號", "台北市中山路12号"), 1.0);
        assert!(alike("北京市朝阳区建国路88号", "朝阳区建国路88号1202室") > 0.85);
        assert!(alike("建国路88号", "建国路68号") <= 0.5);
        assert_eq!((alike("", ""), alike("", "建国路88号")), (1.0, 0.0));
    }
}
