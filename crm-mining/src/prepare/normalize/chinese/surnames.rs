//! The surnames of Chinese people.

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

/// How a sign is read as a surname, where that is not its common reading.
pub(super) fn reading_of(sign: char) -> Option<&'static str> {
    SPECIAL.iter().find(|(special, _)| *special == sign).map(|(_, reading)| *reading)
}

/// How a compound surname is read.
pub(super) fn compound_reading(surname: &str) -> String {
    match surname {
        "尉迟" => "yu chi".into(),
        "万俟" => "mo qi".into(),
        "长孙" => "zhang sun".into(),
        "澹台" => "tan tai".into(),
        "单于" => "chan yu".into(),
        "令狐" => "ling hu".into(),
        "夏侯" => "xia hou".into(),
        "鲜于" => "xian yu".into(),
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
    ('任', "ren"),
    ('朴', "piao"),
    ('翟', "zhai"),
    ('覃', "qin"),
    ('乐', "yue"),
    ('召', "shao"),
    ('员', "yun"),
    ('缪', "miao"),
    ('燕', "yan"),
    ('秘', "bi"),
    ('繁', "po"),
    ('折', "she"),
    ('黑', "he"),
    ('葛', "ge"),
    ('石', "shi"),
    ('沈', "shen"),
    ('宁', "ning"),
    ('华', "hua"),
    ('柏', "bai"),
    ('卜', "bu"),
    ('乜', "nie"),
    ('冼', "xian"),
    ('褚', "chu"),
    ('晁', "chao"),
    ('郗', "xi"),
    ('隗', "wei"),
    ('逄', "pang"),
    ('臧', "zang"),
    ('都', "du"),
    ('哈', "ha"),
    ('车', "che"),
    ('洗', "xian"),
    ('长', "zhang"),
    ('重', "chong"),
    ('相', "xiang"),
    ('行', "xing"),
];

const SIGNS: &str = "\
赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌\
马苗凤花方俞任袁柳酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵\
湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高\
夏蔡田樊胡凌霍虞万支柯昝管卢莫经房裘缪干解应宗丁宣贲邓郁单杭洪包诸左石崔吉钮龚程嵇邢滑裴陆荣翁荀羊惠甄\
曲家封芮羿储靳汲邴糜松井段富巫乌焦巴弓牧隗山谷车侯宓蓬全郗班仰秋仲伊宫宁仇栾暴甘厉戎祖武符刘景詹束龙叶\
幸司韶郜黎蓟薄印宿白怀蒲邰从鄂索咸籍赖卓蔺屠蒙池乔阴胥能苍双闻莘党翟谭贡劳逄姬申扶堵冉宰郦雍桑桂濮牛寿\
通边扈燕冀郏浦尚农温别庄晏柴瞿阎充慕连茹习宦艾鱼容向古易慎戈廖庾终暨居衡步都耿满弘匡国文寇广禄阙东欧沃利\
蔚越夔隆师巩厍聂晁勾敖融冷訾辛阚那简饶空曾毋沙乜养鞠须丰巢关蒯相查后荆红游竺权逯盖益桓公岳帅缑亢况郈有琴\
归海晋楚闫法汝鄢涂钦肖佟墨哈谯笪年爱阳佴言福覃涂邸代冼区苑朴原官鹿底辜揭初仝麦候迟付占兰亓操皇苟隋花修占\
付闫尧邝门鲜战敬粟柘郐来栗褟";

const COMPOUND: &[&str] = &[
    "欧阳", "司马", "上官", "诸葛", "夏侯", "司徒", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "宇文",
    "长孙", "司空", "端木", "百里", "南宫", "独孤", "轩辕", "西门", "呼延", "东郭", "公羊", "赫连", "澹台",
    "公冶", "宗政", "濮阳", "淳于", "单于", "太叔", "申屠", "仲孙", "钟离", "鲜于", "闾丘", "司寇", "子车",
    "颛孙", "巫马", "公西", "漆雕", "乐正", "壤驷", "公良", "拓跋", "夹谷", "宰父", "谷梁", "段干", "东门",
    "南门", "羊舌", "微生", "梁丘", "左丘", "第五", "万俟", "闻人", "完颜", "纳兰", "耶律", "贺兰", "达奚",
    "褚师", "南荣", "东里", "屈突", "尔朱", "哥舒", "豆卢", "范姜",
];
