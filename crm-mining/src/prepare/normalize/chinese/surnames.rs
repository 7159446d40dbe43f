//! The surnames of Chinese people.

use pinyin::ToPinyin;
use std::collections::HashSet;
use std::sync::LazyLock;

static SINGLE: LazyLock<HashSet<char>> = LazyLock::new(|| SIGNS.chars().collect());
static ROMANIZED: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let single = SIGNS.chars().map(|sign| match reading_of(sign) {
        Some(reading) => super::folded_letters(reading),
        None => super::folded_letters(&super::pinyin(sign.encode_utf8(&mut [0; 4]))),
    });
    single.chain(COMPOUND.iter().map(|name| super::folded_letters(&compound_reading(name)))).collect()
});

/// Every syllable that a sign in use is read as.
static SYLLABLES: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let signs = (super::FIRST_HAN..).take(super::HAN_SIGNS).filter_map(char::from_u32);
    signs.filter_map(|sign| sign.to_pinyin()).map(|sound| super::folded_letters(sound.plain())).collect()
});
const LONGEST_SYLLABLE: usize = "zhuang".len();

/// The number of signs, 2 or 1, that the surname takes at the front of a simplified Chinese name.
pub(super) fn length(name: &str) -> Option<usize> {
    let mut signs = name.chars();
    let first = signs.next()?;
    // 欧阳 alone may as well be a surname of one sign and a given name of one.
    let compound = name.chars().count() > 2 && COMPOUND.iter().any(|surname| name.starts_with(surname));
    if compound { Some(2) } else { SINGLE.contains(&first).then_some(1) }
}

/// Whether folded letters are the romanization of a surname.
pub(super) fn is_romanized(letters: &str) -> bool {
    ROMANIZED.contains(letters)
}

/// Whether folded letters are syllables of pinyin, end to end.
pub(super) fn are_syllables(letters: &str) -> bool {
    let mut reachable = vec![0];
    let mut at = 0;
    while let Some(&start) = reachable.get(at) {
        for end in start + 1..=letters.len().min(start + LONGEST_SYLLABLE) {
            let known = letters.get(start..end).is_some_and(|part| SYLLABLES.contains(part));
            if known && !reachable.contains(&end) {
                reachable.push(end);
            }
        }
        at += 1;
    }
    reachable.contains(&letters.len())
}

/// How a sign is read as a surname, where that is not its common reading.
pub(super) fn reading_of(sign: char) -> Option<&'static str> {
    SPECIAL.iter().find(|(special, _)| *special == sign).map(|(_, reading)| *reading)
}

/// How a compound surname is read.
pub(super) fn compound_reading(surname: &str) -> String {
    match surname {
        "尉迟" => "yu chi".into(),
        "万俟" => "mo qi".into(),
        "澹台" => "tan tai".into(),
        "单于" => "chan yu".into(),
        _ => super::pinyin(surname),
    }
}

const SPECIAL: &[(char, &str)] = &[
    ('单', "shan"),
    ('曾', "zeng"),
    ('仇', "qiu"),
    ('解', "xie"),
    ('查', "zha"),
    ('盖', "ge"),
    ('区', "ou"),
    ('朴', "piao"),
    ('翟', "zhai"),
    ('覃', "qin"),
    ('乐', "yue"),
    ('召', "shao"),
    ('员', "yun"),
    ('缪', "miao"),
    ('秘', "bi"),
    ('繁', "po"),
    ('折', "she"),
    ('黑', "he"),
    ('卜', "bu"),
    ('乜', "nie"),
    ('隗', "wei"),
    ('都', "du"),
    ('洗', "xian"),
    ('尉', "yu"),
    ('么', "yao"),
    ('郇', "xun"),
    ('牟', "mu"),
    ('阚', "kan"),
    ('祭', "zhai"),
    ('种', "chong"),
    ('颉', "xie"),
    ('薄', "bo"),
    ('能', "nai"),
    ('句', "gou"),
];

const SIGNS: &str = "\
赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦\
昌马苗凤花方俞任袁柳酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹\
姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐\
邱骆高夏蔡田樊胡凌霍虞万支柯昝管卢莫经房裘缪干解应宗丁宣贲邓郁单杭洪包诸左石崔吉钮龚程嵇邢滑裴陆荣翁\
荀羊惠甄曲家封芮羿储靳汲邴糜松井段富巫乌焦巴弓牧隗山谷车侯宓蓬全郗班仰秋仲伊宫宁仇栾暴甘厉戎祖武符刘\
景詹束龙叶幸司韶郜黎蓟薄印宿白怀蒲邰从鄂索咸籍赖卓蔺屠蒙池乔阴胥能苍双闻莘党翟谭贡劳逄姬申扶堵冉宰郦\
雍桑桂濮牛寿通边扈燕冀郏浦尚农温别庄晏柴瞿阎充慕连茹习宦艾鱼容向古易慎戈廖庾终暨居衡步都耿满弘匡国文\
寇广禄阙东欧沃利蔚越夔隆师巩厍聂晁勾敖融冷訾辛阚那简饶空曾毋沙乜养鞠须丰巢关蒯相查后荆红游竺权逯盖益\
桓公岳帅缑亢况郈有琴归海晋楚闫法汝鄢涂钦肖佟墨哈谯笪年爱阳佴言福覃邸代冼区苑朴原官鹿底辜揭初仝麦候迟\
付占兰亓操皇苟隋修尧邝门鲜战敬粟柘郐来栗褟郇牟祭种颉么尉佘仉眭隽";

const COMPOUND: &[&str] = &[
    "欧阳", "司马", "上官", "诸葛", "夏侯", "司徒", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "宇文",
    "长孙", "司空", "端木", "百里", "南宫", "独孤", "轩辕", "西门", "呼延", "东郭", "公羊", "赫连", "澹台",
    "公冶", "宗政", "濮阳", "淳于", "单于", "太叔", "申屠", "仲孙", "钟离", "鲜于", "闾丘", "司寇", "子车",
    "颛孙", "巫马", "公西", "漆雕", "乐正", "壤驷", "公良", "拓跋", "夹谷", "宰父", "谷梁", "段干", "东门",
    "南门", "羊舌", "微生", "梁丘", "左丘", "第五", "万俟", "闻人", "完颜", "纳兰", "耶律", "贺兰", "达奚",
    "褚师", "南荣", "东里", "屈突", "尔朱", "哥舒", "豆卢", "范姜",
];
