//! Similarities of values as other libraries give them.
//!
//! Jaro–Winkler, Levenshtein and optimal string alignment: Python's RapidFuzz 3.14.6, where it agrees with
//! jellyfish 1.3.0. The shorter text within the longer: edlib 1.3.9, mode HW. Runs of signs: sets in Python 3.
//! Tolerance: 1e-12.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::excessive_precision, clippy::type_complexity, reason = "figures as they were printed")]

use crm_mining::prepare::{PersonName, Similarity, pinyin, to_simplified};

const MEASURES: [Similarity; 6] = [
    Similarity::JaroWinkler,
    Similarity::Levenshtein,
    Similarity::DamerauLevenshtein,
    Similarity::Partial,
    Similarity::BigramJaccard,
    Similarity::TrigramJaccard,
];

const EXPECTED: &[(&str, &str, [f64; 6])] = &[
    (
        "MARTHA",
        "MARHTA",
        [
            0.9611111111111111,
            0.6666666666666667,
            0.8333333333333334,
            0.6666666666666667,
            0.25,
            0.14285714285714285,
        ],
    ),
    ("DIXON", "DICKSONX", [0.8133333333333332, 0.5, 0.5, 0.4, 0.2222222222222222, 0.0]),
    ("DWAYNE", "DUANE", [0.8400000000000001, 0.6666666666666667, 0.6666666666666667, 0.6, 0.125, 0.0]),
    (
        "kitten",
        "sitting",
        [
            0.746031746031746,
            0.5714285714285714,
            0.5714285714285714,
            0.6666666666666667,
            0.2222222222222222,
            0.125,
        ],
    ),
    ("ca", "abc", [0.0, 0.0, 0.0, 0.5, 0.0, 0.0]),
    ("smith", "smyth", [0.8933333333333333, 0.8, 0.8, 0.8, 0.3333333333333333, 0.0]),
    (
        "Anna Smith",
        "Smith Anna",
        [0.39999999999999997, 0.0, 0.0, 0.5, 0.6363636363636364, 0.45454545454545453],
    ),
    (
        "王小明",
        "王晓明",
        [0.7999999999999999, 0.6666666666666667, 0.6666666666666667, 0.6666666666666667, 0.0, 0.0],
    ),
    ("歐陽娜娜", "欧阳娜娜", [0.6666666666666666, 0.5, 0.5, 0.5, 0.2, 0.0]),
    (
        "Jürgen Müller",
        "Jurgen Mueller",
        [
            0.8622877122877123,
            0.7857142857142857,
            0.7857142857142857,
            0.7692307692307692,
            0.47058823529411764,
            0.35294117647058826,
        ],
    ),
    ("", "abc", [0.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
    ("a", "b", [0.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
    (
        "sony dav-hdx576wf home theater",
        "sony bravia dav hdx576wf 5.1 channel home theater system in black with dvd player, hdmi and digital media port",
        [
            0.6284918146987112,
            0.26363636363636367,
            0.26363636363636367,
            0.5333333333333333,
            0.2967032967032967,
            0.2072072072072072,
        ],
    ),
    (
        "the quick brown fox jumps over the lazy dog and runs away into the deep dark forest",
        "the quick brown fx jumped over a lazy dog and ran away into the dark forest deep",
        [
            0.9027174933500234,
            0.7831325301204819,
            0.7831325301204819,
            0.775,
            0.821917808219178,
            0.6777777777777778,
        ],
    ),
];

#[test]
fn as_other_libraries() {
    for (a, b, expected) in EXPECTED {
        for (measure, expected) in MEASURES.iter().zip(expected) {
            let found = measure.between(a, b);
            assert!((found - expected).abs() < 1e-12, "{measure:?} {a:?} {b:?}: {found}, not {expected}");
        }
    }
}

/// W. E. Winkler (1990), table of examples, to three places.
#[test]
fn as_winkler() {
    for (a, b, expected) in [
        ("SHACKLEFORD", "SHACKELFORD", 0.982),
        ("DUNNINGHAM", "CUNNIGHAM", 0.896),
        ("NICHLESON", "NICHULSON", 0.956),
        ("JONES", "JOHNSON", 0.832),
        ("MASSEY", "MASSIE", 0.933),
        ("ABROMS", "ABRAMS", 0.922),
        ("JERALDINE", "GERALDINE", 0.926),
        ("MARHTA", "MARTHA", 0.961),
        ("MICHELLE", "MICHAEL", 0.921),
        ("JULIES", "JULIUS", 0.933),
        ("TANYA", "TONYA", 0.880),
        ("DWAYNE", "DUANE", 0.840),
    ] {
        let found = Similarity::JaroWinkler.between(a, b);
        assert!((found - expected).abs() <= 0.000_5 + 1e-9, "{a} {b}: {found}, not {expected}");
    }
}

/// Readings as pypinyin 0.55.0 prints them in style NORMAL with `v` for ü; surnames by hand.
#[test]
fn chinese() {
    for (signs, expected) in PINYIN {
        assert_eq!(pinyin(signs), *expected, "{signs}");
    }
    // OpenCC's t2s prints the same.
    let traditional = "臺灣地區的張學友與劉德華，於龍門路買賣鐘錶、麵條和鬱金香";
    assert_eq!(to_simplified(traditional), "台湾地区的张学友与刘德华，于龙门路买卖钟表、面条和郁金香");
    for (name, expected) in [
        ("曾国藩", "zeng guo fan"),
        ("尉迟恭", "yu chi gong"),
        ("任正非", "ren zheng fei"),
        ("吕不韦", "lv bu wei"),
    ] {
        assert_eq!(PersonName::parse(name).pinyin(), expected);
    }
}

const PINYIN: &[(&str, &str)] = &[
    ("王小明", "wang xiao ming"),
    ("李雷", "li lei"),
    ("韩梅梅", "han mei mei"),
    ("欧阳娜娜", "ou yang na na"),
    ("诸葛亮", "zhu ge liang"),
    ("北京市朝阳区建国路", "bei jing shi chao yang qu jian guo lu"),
    ("吕布", "lv bu"),
    ("女儿国", "nv er guo"),
    ("西安", "xi an"),
    ("张伟", "zhang wei"),
    ("黄晓明", "huang xiao ming"),
    ("赵丽颖", "zhao li ying"),
    ("陈道明", "chen dao ming"),
    ("周润发", "zhou run fa"),
    ("徐峥", "xu zheng"),
];
