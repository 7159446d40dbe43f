//! What of a value blocking looks at.

use super::compare::addresses::house;
use super::compare::emails;
use super::compare::names::Name;
use super::field::normal;
use super::{Kind, Transform};
use std::borrow::Cow;

/// What counts of a normal value.
pub(super) fn term<'a>(transform: Transform, kind: Kind, value: &'a str) -> Option<Cow<'a, str>> {
    match transform {
        Transform::Whole => Some(Cow::Borrowed(value)),
        Transform::Prefix(n) => {
            let end = value.char_indices().nth(usize::from(n)).map_or(value.len(), |(at, _)| at);
            value.get(..end).map(Cow::Borrowed)
        }
        Transform::Soundex => Some(soundex(value)),
        Transform::Year => match kind {
            Kind::Date => value.get(..4).map(Cow::Borrowed),
            _ => normal(Kind::Date, value, None)?.get(..4).map(|year| Cow::Owned(year.to_owned())),
        },
        Transform::Words => {
            let mut words: Vec<&str> = value.split(' ').collect();
            words.sort_unstable();
            Some(Cow::Owned(words.join(" ")))
        }
        Transform::Letters => filled(Name::new(value).letters()),
        Transform::LastDigits(n) => {
            let digits: Vec<char> = value.chars().filter(char::is_ascii_digit).collect();
            let from = digits.len().saturating_sub(usize::from(n));
            filled(digits.into_iter().skip(from).collect())
        }
        Transform::User => filled(emails::parts(value).0.to_owned()),
        Transform::House => house(value).map(Cow::Owned),
    }
}

fn filled<'a>(text: String) -> Option<Cow<'a, str>> {
    (!text.is_empty()).then_some(Cow::Owned(text))
}

/// American Soundex of the first word that has Latin letters; other text as it is.
fn soundex(value: &str) -> Cow<'_, str> {
    let digit = |letter: u8| match letter {
        b'b' | b'f' | b'p' | b'v' => b'1',
        b'c' | b'g' | b'j' | b'k' | b'q' | b's' | b'x' | b'z' => b'2',
        b'd' | b't' => b'3',
        b'l' => b'4',
        b'm' | b'n' => b'5',
        b'r' => b'6',
        _ => b'0',
    };
    let mut letters = value.bytes().map(|b| b.to_ascii_lowercase()).filter(u8::is_ascii_lowercase);
    let Some(first) = letters.next() else { return Cow::Borrowed(value) };
    let mut code = vec![first];
    let mut last = digit(first);
    for letter in letters {
        let now = digit(letter);
        if now != b'0' && now != last {
            code.push(now);
        }
        // h and w do not part equal sounds, vowels do.
        if !matches!(letter, b'h' | b'w') {
            last = now;
        }
        if code.len() == 4 {
            break;
        }
    }
    code.resize(4, b'0');
    Cow::Owned(code.into_iter().map(char::from).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn soundex_of_the_census() {
        for (name, code) in [
            ("robert", "r163"),
            ("rupert", "r163"),
            ("ashcraft", "a261"),
            ("tymczak", "t522"),
            ("lee", "l000"),
        ] {
            assert_eq!(soundex(name), code);
        }
        assert_eq!(soundex("王小明"), "王小明");
    }

    #[test]
    fn terms() {
        let term = |transform, kind, value| term(transform, kind, value).map(Cow::into_owned);
        assert_eq!(term(Transform::Prefix(2), Kind::Name, "王小明").as_deref(), Some("王小"));
        assert_eq!(term(Transform::Year, Kind::Date, "19740312").as_deref(), Some("1974"));
        assert_eq!(term(Transform::Year, Kind::Date, "74"), None);
        assert_eq!(term(Transform::Words, Kind::Name, "li wei").as_deref(), Some("li wei"));
        assert_eq!(term(Transform::Words, Kind::Name, "wei li").as_deref(), Some("li wei"));
        let sound = term(Transform::Letters, Kind::Name, "王小明");
        for name in ["王晓明", "小明王", "wang xiaoming", "xiao ming wang"] {
            assert_eq!(term(Transform::Letters, Kind::Name, name), sound);
        }
        for (phone, end) in [("13812345678", Some("12345678")), ("555 01", Some("55501")), ("none", None)] {
            assert_eq!(term(Transform::LastDigits(8), Kind::Phone, phone).as_deref(), end);
        }
        assert_eq!(term(Transform::User, Kind::Email, "li@qq.com").as_deref(), Some("li"));
        for (address, expected) in [
            ("广东省深圳市南山区科技路12号3栋501室", Some("科技路 12")),
            ("南山科技路12号", Some("科技路 12")),
            ("12 main street, apt 4", Some("main 12")),
            ("main street", None),
        ] {
            assert_eq!(term(Transform::House, Kind::Address, address).as_deref(), expected);
        }
    }
}
