//! Chinese signs, their sounds, and the names written with them or after them.

mod person;
mod simplified;
mod surnames;

pub use person::PersonName;
pub use simplified::to_simplified;

use pinyin::{ToPinyin, ToPinyinMulti};

/// The block of unified ideographs that everyday Chinese is written with.
const FIRST_HAN: u32 = 0x4E00;
const HAN_SIGNS: usize = 0x5200;

/// Whether a sign is a Chinese ideograph.
#[inline]
pub(crate) fn is_han(sign: char) -> bool {
    matches!(u32::from(sign), 0x3007 | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x2_0000..=0x3_FFFF)
}

/// The sound of Chinese text in pinyin without tones, syllables apart; other signs stay as they are.
///
/// Of a sign with several readings the most common one is taken; of the first sign of a name use
/// [`PersonName::pinyin`], which knows how surnames are read.
///
/// ```
/// use crm_mining::prepare::pinyin;
///
/// assert_eq!(pinyin("王小明"), "wang xiao ming");
/// assert_eq!(pinyin("吕布 A3"), "lv bu A3");
/// ```
pub fn pinyin(text: &str) -> String {
    let mut sound = String::with_capacity(text.len() * 2);
    let mut after_syllable = false;
    for sign in text.chars() {
        let syllable = sign.to_pinyin();
        let gap = match syllable {
            Some(_) => !sound.is_empty() && !sound.ends_with(' '),
            None => after_syllable && sign != ' ',
        };
        if gap {
            sound.push(' ');
        }
        match syllable {
            Some(syllable) => sound.extend(syllable.plain().chars().map(plain_letter)),
            None => sound.push(sign),
        }
        after_syllable = syllable.is_some();
    }
    sound
}

/// `ü` as it is typed.
fn plain_letter(letter: char) -> char {
    if letter == 'ü' { 'v' } else { letter }
}

/// The letters of a romanized name alone: small, without tones, `ü` and `v` as `u`.
pub(crate) fn folded_letters(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).filter(|letter| letter.is_alphabetic()).map(fold).collect()
}

fn fold(letter: char) -> char {
    match letter {
        'ā' | 'á' | 'ǎ' | 'à' => 'a',
        'ē' | 'é' | 'ě' | 'è' | 'ê' => 'e',
        'ī' | 'í' | 'ǐ' | 'ì' => 'i',
        'ō' | 'ó' | 'ǒ' | 'ò' => 'o',
        'ū' | 'ú' | 'ǔ' | 'ù' | 'ü' | 'ǖ' | 'ǘ' | 'ǚ' | 'ǜ' | 'v' => 'u',
        other => other,
    }
}

/// The sound of a name, folded as [`folded_letters`], its first sign read as a surname.
pub(crate) fn pinyin_folded(name: &str) -> String {
    folded_letters(&PersonName::parse(name).pinyin())
}

/// Whether folded letters are a reading of Chinese signs: for each sign one of all its readings, in order.
pub(crate) fn reads_as(signs: &[char], letters: &str) -> bool {
    let mut ends = vec![0];
    for &sign in signs {
        let mut next = Vec::new();
        for &end in &ends {
            let rest = letters.get(end..).unwrap_or_default();
            for syllable in readings(sign) {
                let reached = end + syllable.len();
                if rest.starts_with(&syllable) && !next.contains(&reached) {
                    next.push(reached);
                }
            }
        }
        ends = next;
    }
    !signs.is_empty() && ends.contains(&letters.len())
}

/// All readings of a sign, folded; that as a surname among them.
fn readings(sign: char) -> Vec<String> {
    let surname = surnames::reading_of(sign).map(folded_letters);
    let all = sign.to_pinyin_multi().into_iter().flatten().map(|sound| folded_letters(sound.plain()));
    surname.into_iter().chain(all).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sounds() {
        assert_eq!(pinyin("北京路12号, Apt 3"), "bei jing lu 12 hao , Apt 3");
        assert_eq!(pinyin(""), "");
        assert_eq!(pinyin("Anna"), "Anna");
    }

    #[test]
    fn readings_of_names() {
        for (signs, letters, agree) in [
            ("王小明", "wangxiaoming", true),
            ("曾志伟", "zengzhiwei", true),
            ("单田芳", "shantianfang", true),
            ("王乐", "wangyue", true),
            ("吕布", "lubu", true),
            ("西安", "xian", true),
            ("王小明", "wangxiaomin", false),
            ("王小明", "wangxiaomingg", false),
            ("", "", false),
        ] {
            let signs: Vec<char> = signs.chars().collect();
            assert_eq!(reads_as(&signs, letters), agree, "{signs:?} {letters}");
        }
        assert_eq!(folded_letters("Lǚ Bù"), "lubu");
    }
}
