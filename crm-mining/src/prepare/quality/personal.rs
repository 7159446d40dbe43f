//! Personal data told by the shape of a value and by the words of a column name.

use super::words::Words;
use crate::data::Day;
use serde::{Deserialize, Serialize};

/// A kind of personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Personal {
    /// The name of a person: told by the column's name and the value's shape together.
    Name,
    /// A phone number: Chinese mobile, E.164, or digits in a column named for phones.
    Phone,
    /// An e-mail address.
    Email,
    /// A Chinese resident identity number (GB 11643), its check digit right; 15 digits in a column named for it.
    NationalId,
    /// 13 to 19 digits that pass Luhn's check.
    BankCard,
    /// A postal address.
    Address,
    /// An IP address.
    IpAddress,
    /// A date of birth, by the column's name.
    BirthDate,
}

impl Personal {
    pub(super) const ALL: [Personal; 8] = [
        Personal::Name,
        Personal::Phone,
        Personal::Email,
        Personal::NationalId,
        Personal::BankCard,
        Personal::Address,
        Personal::IpAddress,
        Personal::BirthDate,
    ];

    /// The kind in words.
    pub fn name(self) -> &'static str {
        match self {
            Personal::Name => "name",
            Personal::Phone => "phone",
            Personal::Email => "e-mail",
            Personal::NationalId => "identity number",
            Personal::BankCard => "bank card",
            Personal::Address => "address",
            Personal::IpAddress => "IP address",
            Personal::BirthDate => "date of birth",
        }
    }
}

/// What a value says of a person, where the column's name says `words`.
pub(super) fn personal(value: &str, words: &Words) -> Option<Personal> {
    let value = value.trim();
    if words.birth && value.bytes().any(|b| b.is_ascii_digit()) {
        return Some(Personal::BirthDate);
    }
    if is_email(value) {
        return Some(Personal::Email);
    }
    let signs = Signs::of(value);
    if signs.digits >= 7
        && signs.others == 0
        && let Some(kind) = number_kind(value, &signs, words)
    {
        return Some(kind);
    }
    if is_ip(value) {
        return Some(Personal::IpAddress);
    }
    if words.name && is_name(value) {
        return Some(Personal::Name);
    }
    (is_address(value, &signs) || (words.address && signs.others > 0)).then_some(Personal::Address)
}

/// Whether a text holds something personal among other words: shown values are masked by it.
pub(super) fn mentions_person(value: &str) -> bool {
    let none = Words::default();
    if personal(value, &none).is_some() {
        return true;
    }
    let stops =
        |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '<' | '>' | '"' | '(' | ')' | '，' | '：');
    let number = |c: char| !(c.is_numeric() || matches!(c, '+' | '-' | 'x' | 'X'));
    value.split(stops).chain(value.split(number)).any(|part| personal(part, &none).is_some())
}

/// How many digits a text has, and how many signs that no phone number has.
struct Signs {
    digits: usize,
    others: usize,
}

impl Signs {
    fn of(value: &str) -> Signs {
        let mut signs = Signs { digits: 0, others: 0 };
        for c in value.chars() {
            match c {
                '0'..='9' | '０'..='９' => signs.digits += 1,
                '+' | '-' | ' ' | '(' | ')' | '.' | '/' | '\u{a0}' | 'x' | 'X' => {}
                _ => signs.others += 1,
            }
        }
        signs
    }
}

fn number_kind(value: &str, signs: &Signs, words: &Words) -> Option<Personal> {
    let mut digits = [0_u8; 20];
    let known = value.chars().filter_map(digit);
    for (place, digit) in digits.iter_mut().zip(known) {
        *place = digit;
    }
    let digits = digits.get(..signs.digits)?;
    let grouped_only = value.chars().all(|c| digit(c).is_some() || matches!(c, ' ' | '-'));
    if is_national_id(value, digits) || (words.identity && is_old_national_id(digits)) {
        Some(Personal::NationalId)
    } else if is_phone(value, digits) || (words.phone && (7..=15).contains(&digits.len())) {
        Some(Personal::Phone)
    } else if grouped_only && is_card(digits) {
        Some(Personal::BankCard)
    } else {
        None
    }
}

fn digit(c: char) -> Option<u8> {
    match c {
        '0'..='9' => Some(c as u8 - b'0'),
        '０'..='９' => Some((u32::from(c) - u32::from('０')) as u8),
        _ => None,
    }
}

fn is_email(value: &str) -> bool {
    let Some((local, domain)) = value.split_once('@') else { return false };
    let sound =
        |part: &str| !part.contains(|c: char| c.is_whitespace() || matches!(c, '@' | '<' | '>' | ','));
    let Some((host, top)) = domain.rsplit_once('.') else { return false };
    !local.is_empty()
        && !host.is_empty()
        && sound(local)
        && sound(domain)
        && top.chars().count() >= 2
        && top.chars().all(|c| c.is_alphanumeric() || c == '-')
}

/// A Chinese mobile number with or without the country's code, or `+` and 8 to 15 digits (E.164).
fn is_phone(value: &str, digits: &[u8]) -> bool {
    let mobile = |digits: &[u8]| matches!(digits, [1, 3..=9, ..] if digits.len() == 11);
    if value.contains(['x', 'X', '.', '/']) {
        return false;
    }
    match digits {
        [8, 6, rest @ ..] | [0, 0, 8, 6, rest @ ..] if mobile(rest) => true,
        [first, ..] if value.starts_with('+') => *first != 0 && (8..=15).contains(&digits.len()),
        _ => mobile(digits),
    }
}

/// 18 signs: region, an existing day of birth, sequence, and a check by ISO 7064 MOD 11-2.
fn is_national_id(value: &str, digits: &[u8]) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECKS: [u8; 11] = [1, 0, 10, 9, 8, 7, 6, 5, 4, 3, 2];
    let (body, check) = match digits {
        [body @ .., check] if body.len() == 17 && value.chars().count() == 18 => (body, *check),
        body if body.len() == 17 && value.ends_with(['x', 'X']) && value.chars().count() == 18 => (body, 10),
        _ => return false,
    };
    let sum: u32 = body.iter().zip(WEIGHTS).map(|(&digit, weight)| u32::from(digit) * weight).sum();
    let number = |range: std::ops::Range<usize>| {
        body.get(range).into_iter().flatten().fold(0, |number, &digit| number * 10 + u32::from(digit))
    };
    let (year, month, day) = (number(6..10), number(10..12), number(12..14));
    matches!(body.first(), Some(1..=9))
        && CHECKS.get(sum as usize % 11) == Some(&check)
        && (1850..2100).contains(&year)
        && Day::from_ymd(year as i32, month, day).is_some()
}

/// The 15 digits in use until 1999, which have no check digit.
fn is_old_national_id(digits: &[u8]) -> bool {
    let two =
        |at: usize| digits.get(at..at + 2).map_or(0, |d| d.iter().fold(0, |n, &d| n * 10 + u32::from(d)));
    digits.len() == 15 && Day::from_ymd(1900 + two(6) as i32, two(8), two(10)).is_some()
}

/// Luhn's check (ISO/IEC 7812-1) on 13 to 19 digits.
fn is_card(digits: &[u8]) -> bool {
    let doubled = |digit: u8| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, &digit)| u32::from(if place % 2 == 1 { doubled(digit) } else { digit }))
        .sum();
    (13..=19).contains(&digits.len()) && matches!(digits.first(), Some(2..=6 | 9)) && sum.is_multiple_of(10)
}

fn is_ip(value: &str) -> bool {
    let (mut dots, mut colons) = (0, 0);
    for byte in value.bytes().take(46) {
        dots += u32::from(byte == b'.');
        colons += u32::from(byte == b':');
    }
    (dots == 3 || colons >= 2) && value.len() <= 45 && value.parse::<std::net::IpAddr>().is_ok()
}

/// One to five words of letters, as persons are called.
fn is_name(value: &str) -> bool {
    let letters = value.chars().filter(|c| c.is_alphabetic()).count();
    let sound = |c: char| c.is_alphabetic() || matches!(c, ' ' | '.' | '\'' | '-' | '·' | ',' | '’' | '•');
    (1..=60).contains(&letters) && value.chars().all(sound) && value.split_whitespace().count() <= 5
}

/// A number beside a word for a street, or Chinese words for both a place and a street.
fn is_address(value: &str, signs: &Signs) -> bool {
    const STREETS: [&str; 19] = [
        "street",
        "st",
        "road",
        "rd",
        "avenue",
        "ave",
        "lane",
        "ln",
        "boulevard",
        "blvd",
        "square",
        "sq",
        "strasse",
        "straße",
        "rue",
        "calle",
        "via",
        "place",
        "court",
    ];
    if signs.others < 3 || value.len() > 400 {
        return false;
    }
    if value.is_ascii() || !value.contains(['路', '街', '号', '弄', '村', '镇', '巷', '道']) {
        let is_street = |word: &str| {
            let word = word.trim_matches(|c: char| !c.is_alphabetic());
            word.len() <= 10 && STREETS.iter().any(|street| word.eq_ignore_ascii_case(street))
        };
        return signs.digits > 0 && value.contains(' ') && value.split([' ', ',']).any(is_street);
    }
    let place = value.contains(['省', '市', '区', '县', '镇', '州']);
    let number = signs.digits > 0 || value.contains(['号', '室', '栋', '弄', '楼']);
    place && number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_by_value_alone() {
        let cases = [
            ("anna.li@example.com", Some(Personal::Email)),
            ("a@b", None),
            ("13812345678", Some(Personal::Phone)),
            ("+86 138-1234-5678", Some(Personal::Phone)),
            ("１３８１２３４５６７８", Some(Personal::Phone)),
            ("+44 20 7946 0958", Some(Personal::Phone)),
            ("12345678901", None),
            // The example of GB 11643-1999.
            ("11010519491231002X", Some(Personal::NationalId)),
            ("11010519491231002x", Some(Personal::NationalId)),
            ("110105194912310021", None),
            ("440524188001010014", Some(Personal::NationalId)),
            // Test numbers published by card networks.
            ("4111 1111 1111 1111", Some(Personal::BankCard)),
            ("6200000000000005", Some(Personal::BankCard)),
            ("4111111111111112", None),
            ("192.168.0.1", Some(Personal::IpAddress)),
            ("2001:db8::1", Some(Personal::IpAddress)),
            ("1.2.3", None),
            ("12 High Street", Some(Personal::Address)),
            ("上海市浦东新区世纪大道100号", Some(Personal::Address)),
            ("SET OF 3 BAGS", None),
            ("Anna Li", None),
            ("2011-12-09 12:50", None),
        ];
        for (value, kind) in cases {
            assert_eq!(personal(value, &Words::default()), kind, "{value}");
        }
    }

    #[test]
    fn names_need_the_column_to_say_so() {
        let (name, product) = (Words::of("Last Name"), Words::of("product_name"));
        assert_eq!(personal("O'Brien", &name), Some(Personal::Name));
        assert_eq!(personal("王小明", &Words::of("客户姓名")), Some(Personal::Name));
        assert_eq!(personal("Tea pot", &product), None);
        assert_eq!(personal("7590-VHVEG", &name), None);
    }

    #[test]
    fn persons_in_a_sentence() {
        assert!(mentions_person("please call 13812345678, thanks"));
        assert!(mentions_person("<anna@example.com>"));
        assert!(mentions_person("请联系电话13812345678谢谢"));
        assert!(!mentions_person("WHITE METAL LANTERN 2011"));
    }
}
