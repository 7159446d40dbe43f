//! Which encoding a text file is in, told from its first bytes beyond ASCII.

use serde::{Deserialize, Serialize};

/// How a file writes its characters as bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Encoding {
    /// UTF-8, with or without byte order mark; also a file of ASCII alone.
    Utf8,
    /// UTF-16, little endian.
    Utf16Le,
    /// UTF-16, big endian.
    Utf16Be,
    /// GB18030, which includes GBK and GB2312.
    Gb18030,
    /// Big5, for traditional Chinese.
    Big5,
    /// Shift_JIS, for Japanese.
    ShiftJis,
    /// EUC-JP, for Japanese.
    EucJp,
    /// EUC-KR, for Korean.
    EucKr,
    /// ISO 8859-2, for central European languages.
    Iso8859_2,
    /// KOI8, for Cyrillic letters.
    Koi8,
    /// Windows-874, for Thai.
    Windows874,
    /// Windows-1250, for central European languages.
    Windows1250,
    /// Windows-1251, for Cyrillic letters.
    Windows1251,
    /// Windows-1252, which includes the letters of Latin-1.
    Windows1252,
    /// Windows-1253, for Greek.
    Windows1253,
    /// Windows-1254, for Turkish.
    Windows1254,
    /// Windows-1255, for Hebrew.
    Windows1255,
    /// Windows-1256, for Arabic.
    Windows1256,
    /// Windows-1257, for the Baltic languages.
    Windows1257,
}

impl std::fmt::Display for Encoding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.codec().name())
    }
}

impl Encoding {
    pub(super) fn codec(self) -> &'static encoding_rs::Encoding {
        match self {
            Encoding::Utf8 => encoding_rs::UTF_8,
            Encoding::Utf16Le => encoding_rs::UTF_16LE,
            Encoding::Utf16Be => encoding_rs::UTF_16BE,
            Encoding::Gb18030 => encoding_rs::GB18030,
            Encoding::Big5 => encoding_rs::BIG5,
            Encoding::ShiftJis => encoding_rs::SHIFT_JIS,
            Encoding::EucJp => encoding_rs::EUC_JP,
            Encoding::EucKr => encoding_rs::EUC_KR,
            Encoding::Iso8859_2 => encoding_rs::ISO_8859_2,
            Encoding::Koi8 => encoding_rs::KOI8_U,
            Encoding::Windows874 => encoding_rs::WINDOWS_874,
            Encoding::Windows1250 => encoding_rs::WINDOWS_1250,
            Encoding::Windows1251 => encoding_rs::WINDOWS_1251,
            Encoding::Windows1252 => encoding_rs::WINDOWS_1252,
            Encoding::Windows1253 => encoding_rs::WINDOWS_1253,
            Encoding::Windows1254 => encoding_rs::WINDOWS_1254,
            Encoding::Windows1255 => encoding_rs::WINDOWS_1255,
            Encoding::Windows1256 => encoding_rs::WINDOWS_1256,
            Encoding::Windows1257 => encoding_rs::WINDOWS_1257,
        }
    }

    /// By the byte order mark, or by the zero bytes that UTF-16 puts beside every ASCII sign.
    pub(super) fn of_start(start: &[u8]) -> Option<Encoding> {
        const LOOKED_AT: usize = 1024;
        match start {
            [0xEF, 0xBB, 0xBF, ..] => return Some(Encoding::Utf8),
            [0xFF, 0xFE, ..] => return Some(Encoding::Utf16Le),
            [0xFE, 0xFF, ..] => return Some(Encoding::Utf16Be),
            _ => {}
        }
        let pairs = || start.chunks_exact(2).take(LOOKED_AT / 2);
        let zeros = |at: usize| pairs().filter(|pair| pair.get(at) == Some(&0)).count();
        let (first, second) = (zeros(0), zeros(1));
        let most = |zeros: usize, others: usize| zeros * 5 > pairs().count() && others * 10 < zeros;
        match () {
            () if most(second, first) => Some(Encoding::Utf16Le),
            () if most(first, second) => Some(Encoding::Utf16Be),
            () => None,
        }
    }

    /// By a stretch of text that goes beyond ASCII.
    pub(super) fn of_text(text: &[u8]) -> Encoding {
        let (mut valid, mut invalid) = (0_usize, 0_usize);
        let mut chunks = text.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            valid += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
            // The last sign may be cut in two.
            let cut = chunks.peek().is_none() && chunk.invalid().len() < 4;
            invalid += usize::from(!chunk.invalid().is_empty() && !cut);
        }
        // In GB18030 about one pair of bytes in seven is also a sign of UTF-8.
        if valid > 0 && valid >= invalid || invalid == 0 { Encoding::Utf8 } else { legacy(text) }
    }
}

/// The encoding of a text that is no UTF-8. The detector knows languages by the frequency of their letters; of
/// one or two Chinese names it is less sure than the plain look at where their bytes lie.
fn legacy(text: &[u8]) -> Encoding {
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(text, false);
    let guess = detector.guess(None, chardetng::Utf8Detection::Deny);
    let is = |encodings: &[Encoding]| encodings.iter().copied().find(|encoding| encoding.codec() == guess);
    match () {
        () if guess == encoding_rs::GBK => Encoding::Gb18030,
        () if guess == encoding_rs::EUC_JP && has_kana(text) => Encoding::EucJp,
        () => is(&ASIAN)
            .or_else(|| looks_like_gb18030(text).then_some(Encoding::Gb18030))
            .or_else(|| is(&WESTERN))
            .unwrap_or(Encoding::Windows1252),
    }
}

/// Encodings whose guess is taken before the look for Chinese, and those after it.
const ASIAN: [Encoding; 4] = [Encoding::Gb18030, Encoding::Big5, Encoding::ShiftJis, Encoding::EucKr];
const WESTERN: [Encoding; 10] = [
    Encoding::Windows1250,
    Encoding::Windows1251,
    Encoding::Windows1253,
    Encoding::Windows1254,
    Encoding::Windows1255,
    Encoding::Windows1256,
    Encoding::Windows1257,
    Encoding::Windows874,
    Encoding::Iso8859_2,
    Encoding::Koi8,
];

/// Whether bytes beyond ASCII hold the syllables of Japanese, which Chinese does not have, as EUC-JP writes them.
fn has_kana(text: &[u8]) -> bool {
    text.windows(2).any(|pair| matches!(pair, [0xA4 | 0xA5, 0xA1..=0xF6]))
}

/// Whether the bytes beyond ASCII come in pairs, most of them common Chinese characters or full-width signs.
/// Western letters stand alone between ASCII letters; Cyrillic ones fill the rare rows of the code.
fn looks_like_gb18030(text: &[u8]) -> bool {
    let (mut common, mut other) = (0_usize, 0_usize);
    let mut rest = text;
    while let Some((&lead, after)) = rest.split_first() {
        rest = after;
        if lead.is_ascii() {
            continue;
        }
        let Some((&trail, after)) = rest.split_first() else { break };
        match (lead, trail) {
            (0xA1..=0xA9 | 0xB0..=0xD7, 0xA1..=0xFE) => common += 1,
            (0x81..=0xFE, 0x30..=0x39 | 0x40..=0x7E | 0x80..=0xFE) => other += 1,
            _ => return false,
        }
        rest = after;
    }
    common * 10 >= (common + other) * 6 && common > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn told_apart() {
        let chinese = "客户编号,姓名,城市\n1001,王小明,上海\n1002,李雷,北京\n";
        let western = "id,name\n1,Müller\n2,Zoë\n3,Françoise Garçon\n";
        let encoded = |text: &str, codec: &'static encoding_rs::Encoding| codec.encode(text).0.into_owned();
        assert_eq!(Encoding::of_text(chinese.as_bytes()), Encoding::Utf8);
        assert_eq!(Encoding::of_text(&encoded(chinese, encoding_rs::GB18030)), Encoding::Gb18030);
        assert_eq!(Encoding::of_text(&encoded(western, encoding_rs::WINDOWS_1252)), Encoding::Windows1252);
        let russian = encoded("1,Иванов Пётр\n2,Смирнова Анна\n", encoding_rs::WINDOWS_1251);
        assert_eq!(Encoding::of_text(&russian), Encoding::Windows1251);
        let taiwan = encoded("1,王小明,臺北\n2,陳淑芬,高雄\n", encoding_rs::BIG5);
        assert_eq!(Encoding::of_text(&taiwan), Encoding::Big5);
        let korea = encoded("1,김민준,서울\n2,이서연,부산\n", encoding_rs::EUC_KR);
        assert_eq!(Encoding::of_text(&korea), Encoding::EucKr);
        let japan = encoded("1,たなか はなこ,東京\n2,すずき たろう,大阪\n", encoding_rs::SHIFT_JIS);
        assert_eq!(Encoding::of_text(&japan), Encoding::ShiftJis);
        let text = "番号,氏名,都市\n1,たなか はなこ,東京\n2,すずき たろう,大阪\n";
        assert_eq!(Encoding::of_text(&encoded(text, encoding_rs::EUC_JP)), Encoding::EucJp);
        for (text, codec, expected) in [
            ("номер;имя\n1;Иванов Пётр\n2;Смирнова Анна\n", encoding_rs::KOI8_U, Encoding::Koi8),
            (
                "αριθμός;όνομα\n1;Γιώργος Παππάς\n2;Μαρία Ελένη\n",
                encoding_rs::WINDOWS_1253,
                Encoding::Windows1253,
            ),
            (
                "şehir;ad\nİzmir;Ayşe Yılmaz\nMuğla;Gül Çağlar\n",
                encoding_rs::WINDOWS_1254,
                Encoding::Windows1254,
            ),
            ("imię;miasto\nŁukasz Żak;Łódź\nJózef Ćwik;Śrem\n", encoding_rs::ISO_8859_2, Encoding::Iso8859_2),
        ] {
            assert_eq!(Encoding::of_text(&encoded(text, codec)), expected);
        }
        let one_bad_row = [chinese.as_bytes(), b"1003,M\xFCller,Berlin\n"].concat();
        assert_eq!(Encoding::of_text(&one_bad_row), Encoding::Utf8);
        assert_eq!(Encoding::of_text(&chinese.as_bytes()[..4]), Encoding::Utf8);
    }

    #[test]
    fn utf16_without_mark() {
        let text = "id,name\n1,王小明\n2,Anna\n";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(Encoding::of_start(&little), Some(Encoding::Utf16Le));
        assert_eq!(Encoding::of_start(&big), Some(Encoding::Utf16Be));
        assert_eq!(Encoding::of_start(text.as_bytes()), None);
        assert_eq!(Encoding::of_start(b"id,name\n1,a\0b\n"), None);
    }
}
