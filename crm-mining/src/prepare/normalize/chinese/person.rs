//! A person's name cut into surname and given name.

use super::surnames::{are_syllables, compound_reading, is_romanized, length, reading_of};
use super::{folded_letters, is_han, pinyin, to_simplified};

/// A person's name in two parts, whichever way round it was written.
///
/// Chinese signs: the surname leads, two signs of it when it is a compound one (欧阳). Letters: what stands
/// before a comma or in capitals alone is the surname; else the first word, when it is a Chinese surname in pinyin
/// and the rest is pinyin too; else the last word.
///
/// ```
/// use crm_mining::prepare::PersonName;
///
/// for written in ["Xiaoming Wang", "Wang Xiaoming", "WANG Xiaoming", "Wang, Xiaoming"] {
///     let name = PersonName::parse(written);
///     assert_eq!((name.surname.to_lowercase().as_str(), name.given.as_str()), ("wang", "Xiaoming"));
/// }
/// assert_eq!(PersonName::parse("歐陽娜娜").surname, "歐陽");
/// assert_eq!(PersonName::parse("单田芳").pinyin(), "shan tian fang");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PersonName {
    /// The surname as written; empty when none is told apart.
    pub surname: String,
    /// The given name as written.
    pub given: String,
}

impl PersonName {
    /// The parts of a name.
    pub fn parse(name: &str) -> PersonName {
        let name = name.trim();
        if name.chars().any(is_han) { PersonName::of_signs(name) } else { PersonName::of_words(name) }
    }

    /// The name in pinyin without tones, surname first, syllables apart; a name in letters as it is.
    pub fn pinyin(&self) -> String {
        let surname = to_simplified(&self.surname);
        let mut signs = surname.chars();
        let sound = match (signs.next(), signs.next()) {
            (Some(sign), None) => reading_of(sign).map_or_else(|| pinyin(&surname), str::to_owned),
            _ => compound_reading(&surname),
        };
        let given = pinyin(&self.given);
        [sound, given].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    }

    fn of_signs(name: &str) -> PersonName {
        let signs: String = name.chars().filter(|sign| !sign.is_whitespace()).collect();
        // Names of other peoples are divided by a dot and have no surname in front.
        let foreign = signs.contains(['·', '•', '・']);
        let simplified = to_simplified(&signs);
        let taken = if foreign { 0 } else { length(&simplified).unwrap_or(0) };
        PersonName {
            surname: signs.chars().take(taken).collect(),
            given: signs.chars().skip(taken).collect(),
        }
    }

    fn of_words(name: &str) -> PersonName {
        if let Some((surname, given)) = name.split_once([',', '，']) {
            return PersonName { surname: surname.trim().to_owned(), given: given.trim().to_owned() };
        }
        let words: Vec<&str> = name.split_whitespace().collect();
        let (Some((first, after_first)), Some((last, before_last))) =
            (words.split_first(), words.split_last())
        else {
            return PersonName { surname: String::new(), given: String::new() };
        };
        if after_first.is_empty() {
            return PersonName { surname: String::new(), given: (*first).to_owned() };
        }
        let chinese =
            || is_romanized(&folded_letters(first)) && are_syllables(&folded_letters(&after_first.concat()));
        if in_capitals(first, last).unwrap_or_else(chinese) {
            PersonName { surname: (*first).to_owned(), given: after_first.join(" ") }
        } else {
            PersonName { surname: (*last).to_owned(), given: before_last.join(" ") }
        }
    }
}

/// Whether the first of two words is the one in capitals; `None` when both are or neither.
fn in_capitals(first: &str, last: &str) -> Option<bool> {
    let all = |word: &str| word.chars().count() > 1 && word.chars().all(|letter| !letter.is_lowercase());
    let (first, last) = (all(first), all(last));
    (first != last).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts() {
        for (written, surname, given) in [
            ("王小明", "王", "小明"),
            ("司马 相如", "司马", "相如"),
            ("諸葛亮", "諸葛", "亮"),
            ("欧阳", "欧", "阳"),
            ("买买提·艾力", "", "买买提·艾力"),
            ("Anna Smith", "Smith", "Anna"),
            ("Long Smith", "Smith", "Long"),
            ("Zhang Wei", "Zhang", "Wei"),
            ("Xiaoli Lü", "Lü", "Xiaoli"),
            ("Ouyang Nana", "Ouyang", "Nana"),
            ("Nana OUYANG", "OUYANG", "Nana"),
            ("Anna", "", "Anna"),
            ("", "", ""),
        ] {
            let name = PersonName::parse(written);
            assert_eq!((name.surname.as_str(), name.given.as_str()), (surname, given), "{written}");
        }
    }
}
