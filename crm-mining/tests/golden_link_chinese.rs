//! Linking made-up Chinese customers, by automatic settings: names in both kinds of signs and in pinyin, telephone
//! numbers and dates as people write them, addresses with parts left out.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::print_stderr, reason = "the figures reached")]

#[path = "common/chinese.rs"]
mod chinese;
#[path = "common/draw.rs"]
mod draw;

use chinese::{COLUMNS, Customers, Row, customers};
use crm_mining::data::{Table, ToTable};
use crm_mining::prepare::{Kind, LinkModel, Linker, Links, Records, Transform, Why};
use crm_mining::{Fit, Predict};
use std::collections::BTreeSet;

fn linked(records: &Records<'_>) -> (LinkModel, Links) {
    let model = Linker::for_records(records).unwrap().fit(records).unwrap();
    let links = model.predict(records).unwrap();
    (model, links)
}

/// Precision, recall and F1 of the links from probability 0.5 on.
fn score(links: &Links, same: &BTreeSet<(u32, u32)>) -> [f64; 3] {
    let found = links.above(0.5).count() as f64;
    let right = links.above(0.5).filter(|link| same.contains(&(link.left, link.right))).count() as f64;
    let (precision, recall) = (right / found, right / same.len() as f64);
    [precision, recall, 2.0 * precision * recall / (precision + recall)]
}

fn assert_f1(what: &str, links: &Links, same: &BTreeSet<(u32, u32)>, least: f64) {
    let [precision, recall, f1] = score(links, same);
    eprintln!("{what}: precision {precision:.4}, recall {recall:.4}, F1 {f1:.4}");
    assert!(f1 >= least, "{what}: precision {precision}, recall {recall}, F1 {f1}");
}

/// Columns are told by their names, or where those say nothing by their values.
#[test]
fn kinds_are_found() {
    let Customers { table, .. } = customers(2_000, 500, 9);
    let anonymous =
        table.columns().iter().zip(["a", "b", "c", "d", "e"]).map(|(c, name)| c.clone().named(name));
    let anonymous = Table::new("customers", anonymous.collect()).unwrap();
    for table in [table, anonymous] {
        let linker = Linker::for_records(&Records::within(&table)).unwrap();
        let kinds: Vec<Kind> = linker.comparisons.iter().map(|comparison| comparison.kind).collect();
        assert_eq!(kinds, [Kind::Name, Kind::Phone, Kind::Email, Kind::Date, Kind::Address]);
        let transforms: Vec<Transform> =
            linker.blocking.iter().flat_map(|block| &block.parts).map(|part| part.transform).collect();
        for wanted in [Transform::Letters, Transform::House, Transform::LastDigits(8)] {
            assert!(transforms.contains(&wanted), "{transforms:?}");
        }
    }
}

#[test]
fn duplicates_within_one_table() {
    for seed in 1..=5 {
        let Customers { table, same } = customers(3_000, 1_000, seed);
        let records = Records::within(&table);
        let (_, links) = linked(&records);
        assert_f1(&format!("one table, seed {seed}"), &links, &same, 0.985);
    }
}

/// A file of names in pinyin, English column names and national numbers beside one in Chinese.
#[test]
fn two_tables_of_two_scripts() {
    let Customers { table, same } = customers(3_000, 1_500, 21);
    let is_copy = |row: &u32| same.iter().any(|(_, copy)| copy == row);
    let (copies, firsts): (Vec<u32>, Vec<u32>) = (0..table.n_rows() as u32).partition(is_copy);
    let (left, right) = (table.take(&firsts), table.take(&copies));
    let place = |rows: &[u32], row: u32| rows.binary_search(&row).unwrap() as u32;
    let gold: BTreeSet<(u32, u32)> = same
        .iter()
        .filter(|(a, _)| !is_copy(a))
        .map(|&(a, b)| (place(&firsts, a), firsts.len() as u32 + place(&copies, b)))
        .collect();
    let (_, links) = linked(&Records::between(&left, &right));
    assert_f1("two tables", &links, &gold, 0.985);
}

#[test]
fn the_same_on_any_number_of_threads() {
    let Customers { table, .. } = customers(2_000, 500, 4);
    let records = Records::within(&table);
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| linked(&records))
    };
    let one = on(1);
    assert!(one == on(2) && one == on(8));
}

/// One row of the usual kind beside rows that write it otherwise, in a base of many.
fn with_others(rows: &[[&str; 5]]) -> Table {
    let Customers { table, .. } = customers(2_000, 500, 7);
    let shown =
        |row: usize| COLUMNS.map(|name| table.column(name).unwrap().show(row).map(|v| v.into_owned()));
    let mut all: Vec<Row> = (0..table.n_rows()).map(shown).collect();
    all.extend(rows.iter().map(|row| row.map(|value| (!value.is_empty()).then(|| value.to_owned()))));
    chinese::table("客户", &all)
}

#[test]
fn each_pair_says_why() {
    let rows = [
        ["张晓东", "13912345678", "zhang.xd@qq.com", "1985-03-07", "广东省深圳市南山区科技路12号3号楼501室"],
        ["張曉東", "+86 139-1234-5678", "zhang.xd@163.com", "1985年7月3日", "深圳市南山区科技路12号"],
        ["Xiaodong Zhang", "１３９１２３４５６７８", "", "1985/3/7", "廣東省深圳市南山區科技路１２號"],
        ["张小东", "12345678", "ZHANG.XD+vip@QQ.com", "1985-03-01", "南山区科技路12号3栋501"],
        ["晓东张", "13912345687", "", "1985-33-07", ""],
    ];
    let table = with_others(&rows);
    let records = Records::within(&table);
    let (model, links) = linked(&records);
    let first = table.n_rows() as u32 - rows.len() as u32;
    let (no, spelling) = (None, Some(Why::Spelling));
    for (other, expected) in [
        // Equal once both are in simplified signs; equal without +86.
        (1, [no, no, Some(Why::User), Some(Why::DayAndMonth), Some(Why::Places)]),
        (2, [Some(Why::Pinyin), no, no, no, Some(Why::Places)]),
        (3, [Some(Why::Sound), Some(Why::LastDigits), no, spelling, Some(Why::Places)]),
        (4, [Some(Why::Order), spelling, no, spelling, no]),
    ] {
        let explanation = model.explain(&records, first, first + other).unwrap();
        let why: Vec<Option<Why>> = explanation.contributions.iter().map(|part| part.why).collect();
        assert_eq!(why, expected, "{explanation}");
        assert!(explanation.probability > 0.9, "{explanation}");
        let link = links.above(0.9).find(|link| (link.left, link.right) == (first, first + other)).unwrap();
        assert!((link.probability - explanation.probability).abs() < 1e-9);
    }
    let shown = model.explain(&records, first, first + 2).unwrap();
    assert!(shown.to_string().contains("姓名: similar 0.92 or more, pinyin"), "{shown}");
    assert_eq!(shown.to_table().column("why").unwrap().show(1).as_deref(), Some("pinyin"));
}

#[test]
fn one_new_record_finds_its_customer() {
    let row = [
        "诸葛文静",
        "13512349876",
        "zhugewj@126.com",
        "1991-11-23",
        "四川省成都市武侯区学府路77号2号楼302室",
    ];
    let table = with_others(&[row]);
    let records = Records::within(&table);
    let (model, _) = linked(&records);
    let index = model.index(&records).unwrap();
    let customer = table.n_rows() as u32 - 1;
    for record in [
        vec![("姓名", "Wenjing Zhuge"), ("手机", "+86 135 1234 9876")],
        vec![("姓名", "諸葛文靜"), ("出生日期", "1991年11月23日")],
        vec![("姓名", "诸葛文婧"), ("地址", "成都武侯区学府路７７号")],
        vec![("手机", "13512349876"), ("出生日期", "1991/11/28"), ("地址", "")],
        vec![("邮箱", "ZhugeWJ@126.com"), ("姓名", "诸葛 文静")],
    ] {
        let found = index.link_one(record.clone()).unwrap();
        assert!(found[0].row == customer && found[0].probability > 0.9, "{record:?} {found:?}");
    }
    assert!(index.link_one([("姓名", "不存在"), ("手机", "18800000000")]).unwrap().is_empty());
}
