//! Made-up Chinese customers, some of them twice, written as people write.

use crate::draw::Draw;
use crm_mining::data::{Column, Table};
use crm_mining::prepare::PersonName;
use std::collections::BTreeSet;

pub(crate) const COLUMNS: [&str; 5] = ["姓名", "手机", "邮箱", "出生日期", "地址"];

pub(crate) type Row = [Option<String>; 5];

/// Customers as a table, and the pairs of rows that are one customer.
pub(crate) struct Customers {
    pub(crate) table: Table,
    pub(crate) same: BTreeSet<(u32, u32)>,
}

const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤";
const COMPOUND: [&str; 4] = ["欧阳", "司马", "诸葛", "上官"];
const GIVEN: &str = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰文辉建国红梅志鹏飞燕宁鑫宇晨浩然子轩梓涵欣怡佳琪雨婷俊豪思远嘉诚雅琴海波小云凤龙春晓東永福庆生长林世荣美玲淑珍家乐天佑若曦诗语一鸣安琪";
const TRADITIONAL: [(char, char); 70] = [
    ('张', '張'),
    ('刘', '劉'),
    ('陈', '陳'),
    ('杨', '楊'),
    ('赵', '趙'),
    ('吴', '吳'),
    ('孙', '孫'),
    ('马', '馬'),
    ('罗', '羅'),
    ('郑', '鄭'),
    ('谢', '謝'),
    ('许', '許'),
    ('韩', '韓'),
    ('冯', '馮'),
    ('邓', '鄧'),
    ('萧', '蕭'),
    ('叶', '葉'),
    ('苏', '蘇'),
    ('卢', '盧'),
    ('钟', '鍾'),
    ('谭', '譚'),
    ('陆', '陸'),
    ('贾', '賈'),
    ('韦', '韋'),
    ('龙', '龍'),
    ('贺', '賀'),
    ('顾', '顧'),
    ('万', '萬'),
    ('钱', '錢'),
    ('严', '嚴'),
    ('欧', '歐'),
    ('阳', '陽'),
    ('诸', '諸'),
    ('伟', '偉'),
    ('静', '靜'),
    ('丽', '麗'),
    ('强', '強'),
    ('军', '軍'),
    ('艳', '艷'),
    ('杰', '傑'),
    ('涛', '濤'),
    ('刚', '剛'),
    ('华', '華'),
    ('兰', '蘭'),
    ('辉', '輝'),
    ('国', '國'),
    ('红', '紅'),
    ('鹏', '鵬'),
    ('飞', '飛'),
    ('宁', '寧'),
    ('轩', '軒'),
    ('远', '遠'),
    ('诚', '誠'),
    ('云', '雲'),
    ('凤', '鳳'),
    ('晓', '曉'),
    ('东', '東'),
    ('庆', '慶'),
    ('长', '長'),
    ('荣', '榮'),
    ('诗', '詩'),
    ('语', '語'),
    ('鸣', '鳴'),
    ('广', '廣'),
    ('区', '區'),
    ('号', '號'),
    ('楼', '樓'),
    ('门', '門'),
    ('乐', '樂'),
    ('镇', '鎮'),
];
/// Signs of one sound.
const SOUNDS: [&str; 12] = [
    "伟玮炜维",
    "芳方",
    "静婧敬",
    "丽莉利",
    "杰洁捷",
    "明铭名",
    "晓小筱",
    "华桦",
    "宇雨语玉",
    "欣鑫新馨",
    "佳嘉家",
    "子梓紫",
];
/// Province, city, districts.
const PLACES: [(&str, &str, [&str; 4]); 12] = [
    ("", "北京市", ["朝阳区", "海淀区", "丰台区", "西城区"]),
    ("", "上海市", ["浦东新区", "徐汇区", "静安区", "闵行区"]),
    ("", "重庆市", ["渝中区", "江北区", "南岸区", "沙坪坝区"]),
    ("广东省", "深圳市", ["南山区", "福田区", "罗湖区", "宝安区"]),
    ("广东省", "广州市", ["天河区", "越秀区", "海珠区", "番禺区"]),
    ("江苏省", "南京市", ["玄武区", "鼓楼区", "秦淮区", "江宁区"]),
    ("江苏省", "苏州市", ["姑苏区", "吴中区", "虎丘区", "昆山市"]),
    ("浙江省", "杭州市", ["西湖区", "余杭区", "滨江区", "萧山区"]),
    ("四川省", "成都市", ["武侯区", "锦江区", "青羊区", "高新区"]),
    ("湖北省", "武汉市", ["武昌区", "洪山区", "江汉区", "汉阳区"]),
    ("山东省", "青岛市", ["市南区", "市北区", "崂山区", "黄岛区"]),
    ("陕西省", "西安市", ["雁塔区", "碑林区", "未央区", "长安区"]),
];
const ROADS: [&str; 40] = [
    "建国路",
    "中山路",
    "人民路",
    "解放路",
    "科技路",
    "学府路",
    "文化路",
    "和平路",
    "新华路",
    "长江路",
    "黄河路",
    "光明路",
    "胜利路",
    "友谊路",
    "朝阳路",
    "东风路",
    "北京路",
    "南京路",
    "花园路",
    "体育路",
    "工业路",
    "创业路",
    "滨海大道",
    "深南大道",
    "世纪大道",
    "迎宾大道",
    "青年大街",
    "中央大街",
    "府前街",
    "学院街",
    "平安街",
    "兴业街",
    "香山路",
    "翠竹路",
    "梅林路",
    "莲花路",
    "桂园路",
    "松坪街",
    "石榴巷",
    "桃花巷",
];
const DOMAINS: [&str; 5] = ["qq.com", "163.com", "126.com", "sina.com", "gmail.com"];

fn sign(draw: &mut Draw, signs: &str) -> char {
    let n = signs.chars().count();
    signs.chars().nth(draw.skewed(n)).unwrap()
}

/// One customer before anything goes wrong.
#[derive(Clone)]
struct Person {
    name: String,
    phone: String,
    email: Option<String>,
    /// Year, month, day.
    born: [usize; 3],
    home: Home,
}

#[derive(Clone)]
struct Home {
    place: usize,
    district: usize,
    road: usize,
    /// House, building, room.
    numbers: [usize; 3],
}

fn home(draw: &mut Draw) -> Home {
    let [place, district, road] = [PLACES.len(), 4, ROADS.len()].map(|n| draw.below(n));
    let numbers = [1 + draw.below(300), 1 + draw.below(20), 100 * (1 + draw.below(28)) + 1 + draw.below(4)];
    Home { place, district, road, numbers }
}

fn person(draw: &mut Draw) -> Person {
    let mut name = match draw.below(50) {
        0 => COMPOUND[draw.below(4)].to_owned(),
        _ => sign(draw, SURNAMES).to_string(),
    };
    for _ in 0..if draw.chance(0.25) { 1 } else { 2 } {
        name.push(sign(draw, GIVEN));
    }
    let phone = format!("1{}{:09}", 3 + draw.below(7), draw.below(1_000_000_000));
    let user = match draw.below(3) {
        0 => format!("{}", 10_000_000 + draw.below(2_000_000_000)),
        1 => format!("{}{}", romanized(&name, 0).to_lowercase().replace(' ', ""), draw.below(100)),
        _ => phone.clone(),
    };
    let email = draw.chance(0.6).then(|| format!("{user}@{}", DOMAINS[draw.below(5)]));
    let born = [1950 + draw.below(55), 1 + draw.below(12), 1 + draw.below(28)];
    Person { name, phone, email, born, home: home(draw) }
}

fn traditional(text: &str) -> String {
    let of = |sign| TRADITIONAL.iter().find(|(simple, _)| *simple == sign).map_or(sign, |(_, full)| *full);
    text.chars().map(of).collect()
}

/// `Wang Xiaoming`, `Xiaoming Wang`, `WANG XIAO MING`, `wangxiaoming`.
fn romanized(name: &str, form: usize) -> String {
    let parts = PersonName::parse(name);
    let sound = parts.pinyin();
    let syllables: Vec<&str> = sound.split(' ').collect();
    let (surname, given) = syllables.split_at(parts.surname.chars().count());
    let capital = |syllables: &[&str]| {
        let word = syllables.concat();
        word[..1].to_uppercase() + &word[1..]
    };
    match form {
        0 => format!("{} {}", capital(surname), capital(given)),
        1 => format!("{} {}", capital(given), capital(surname)),
        2 => sound.to_uppercase(),
        _ => syllables.concat(),
    }
}

fn with_sign(name: &str, at: usize, sign: char) -> String {
    name.chars().enumerate().map(|(place, old)| if place == at { sign } else { old }).collect()
}

fn name(person: &Person, draw: &mut Draw) -> String {
    let name = &person.name;
    let n = name.chars().count();
    match draw.below(100) {
        0..=14 => traditional(name),
        15..=34 => romanized(name, draw.below(4)),
        35..=44 => {
            let sounds = |sign| SOUNDS.iter().find(|signs| signs.contains(sign));
            let at = name.char_indices().skip(1).find_map(|(at, sign)| Some((at, sign, sounds(sign)?)));
            at.map_or(name.clone(), |(at, old, signs)| {
                let new = signs.chars().find(|&new| new != old).unwrap();
                format!("{}{new}{}", &name[..at], &name[at + old.len_utf8()..])
            })
        }
        45..=49 => {
            let surname = PersonName::parse(name).surname;
            format!("{}{surname}", &name[surname.len()..])
        }
        50..=53 => with_sign(name, 1 + draw.below(n - 1), sign(draw, GIVEN)),
        54..=55 => name.chars().map(String::from).collect::<Vec<_>>().join(" "),
        _ => name.clone(),
    }
}

fn full_width(text: &str) -> String {
    let wide = |c: char| if c.is_ascii_digit() { char::from_u32(u32::from(c) + 0xFEE0).unwrap() } else { c };
    text.chars().map(wide).collect()
}

/// One digit off, or two swapped.
fn slip(text: &str, draw: &mut Draw) -> String {
    let mut signs: Vec<char> = text.chars().collect();
    let at = 1 + draw.below(signs.len() - 2);
    if draw.chance(0.5) {
        signs[at] = char::from(b'0' + draw.below(10) as u8);
    } else {
        signs.swap(at, at + 1);
    }
    signs.into_iter().collect()
}

fn phone(person: &Person, draw: &mut Draw) -> Option<String> {
    let phone = &person.phone;
    let (a, b, c) = (&phone[..3], &phone[3..7], &phone[7..]);
    Some(match draw.below(100) {
        0..=9 => return None,
        10..=17 => format!("13{:09}", draw.below(1_000_000_000)),
        18..=23 => slip(phone, draw),
        24..=39 => format!("+86 {phone}"),
        40..=54 => format!("{a} {b} {c}"),
        55..=64 => format!("+86-{a}-{b}-{c}"),
        65..=74 => full_width(phone),
        _ => phone.clone(),
    })
}

fn email(person: &Person, draw: &mut Draw) -> Option<String> {
    let email = person.email.clone()?;
    match draw.below(100) {
        0..=19 => None,
        20..=29 => Some(format!("{}@{}", email.split('@').next().unwrap(), DOMAINS[draw.below(5)])),
        30..=39 => Some(email.to_uppercase()),
        40..=44 => Some(slip(&email, draw)),
        _ => Some(email),
    }
}

fn born(person: &Person, draw: &mut Draw) -> Option<String> {
    let [year, mut month, mut day] = person.born;
    let mut digits = format!("{year}{month:02}{day:02}");
    match draw.below(100) {
        0..=9 => return None,
        10..=14 => digits = slip(&digits, draw),
        15..=17 => (month, day) = (day, month),
        _ => {}
    }
    if digits != format!("{year}{month:02}{day:02}") && month <= 12 && day <= 28 {
        return Some(format!("{}-{}-{}", &digits[..4], &digits[4..6], &digits[6..]));
    }
    Some(match draw.below(4) {
        0 => format!("{year}年{month}月{day}日"),
        1 => format!("{year}/{month}/{day}"),
        _ => format!("{year}-{month:02}-{day:02}"),
    })
}

/// The address in full, or with parts left out.
fn address(home: &Home, careless: bool, draw: &mut Draw) -> String {
    let (province, city, districts) = PLACES[home.place];
    let (district, road, [house, building, room]) =
        (districts[home.district], ROADS[home.road], home.numbers);
    if !careless {
        return format!("{province}{city}{district}{road}{house}号{building}号楼{room}室");
    }
    let mut text = String::new();
    if draw.chance(0.6) {
        text.push_str(province);
    }
    if draw.chance(0.9) {
        text.push_str(city);
    }
    if draw.chance(0.85) {
        text.push_str(district);
    }
    if draw.chance(0.2) {
        text = text.replace(['省', '市'], "");
    }
    text.push_str(&format!("{road}{house}号"));
    if draw.chance(0.8) {
        text.push_str(&format!("{building}{}", ["号楼", "栋"][draw.below(2)]));
        text.push_str(&format!("{room}{}", ["室", ""][draw.below(2)]));
    }
    match draw.below(10) {
        0 => traditional(&text),
        1 => full_width(&text),
        _ => text,
    }
}

/// So many customers, and so many rows more that repeat one of them carelessly; shuffled.
pub(crate) fn customers(n: usize, repeated: usize, seed: u64) -> Customers {
    let mut draw = Draw::new(seed);
    let people: Vec<Person> = (0..n).map(|_| person(&mut draw)).collect();
    let mut rows: Vec<(usize, Row)> = Vec::new();
    for (who, person) in people.iter().enumerate() {
        let [year, month, day] = person.born;
        let born = format!("{year}-{month:02}-{day:02}");
        let address = address(&person.home, false, &mut draw);
        let row = [
            Some(person.name.clone()),
            draw.chance(0.95).then(|| person.phone.clone()),
            person.email.clone(),
            draw.chance(0.9).then_some(born),
            draw.chance(0.9).then_some(address),
        ];
        rows.push((who, row));
    }
    for _ in 0..repeated {
        let who = draw.below(n);
        let person = &people[who];
        let home = if draw.chance(0.1) { home(&mut draw) } else { person.home.clone() };
        let row = [
            Some(name(person, &mut draw)),
            phone(person, &mut draw),
            email(person, &mut draw),
            born(person, &mut draw),
            draw.chance(0.9).then(|| address(&home, true, &mut draw)),
        ];
        rows.push((who, row));
    }
    for last in (1..rows.len()).rev() {
        rows.swap(last, draw.below(last + 1));
    }
    let mut same = BTreeSet::new();
    for (a, (x, _)) in (0u32..).zip(&rows) {
        for (b, (y, _)) in (0u32..).zip(&rows).skip(a as usize + 1) {
            if x == y {
                same.insert((a, b));
            }
        }
    }
    let rows: Vec<Row> = rows.into_iter().map(|(_, row)| row).collect();
    Customers { table: table("客户", &rows), same }
}

pub(crate) fn table(name: &str, rows: &[Row]) -> Table {
    let column = |at: usize| Column::text(COLUMNS[at], rows.iter().map(|row| row[at].as_deref()));
    Table::new(name, (0..COLUMNS.len()).map(column).collect()).unwrap()
}
