//! The 57 cases of bad input that this library answers for: what is owed in each, and the tests that hold it to
//! that. Tests stand beside what they test; here a reader finds them all, and this test sees that they are there.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeMap;
use std::path::Path;

/// A case: its number, what comes in and what is owed, the tests by file and name, and what of it belongs to
/// another part of the library, which is not built yet.
struct Case(u8, &'static str, &'static [(&'static str, &'static [&'static str])], Option<&'static str>);

const READ: &str = "crm-mining/tests/bad_input_read.rs";
const VALUES: &str = "crm-mining/tests/cases_values.rs";
const ROWS: &str = "crm-mining/tests/cases_rows.rs";
const CLEAN: &str = "crm-mining/tests/cleaning.rs";
const METHODS: &str = "crm-mining/tests/bad_input.rs";
const SAVING: &str = "crm-mining/tests/saving.rs";
const SHOP: &str = "crm-mining/tests/golden_main_job.rs";
const VALUE: &str = "crm-mining/tests/laws_value.rs";
const RULES: &str = "crm-mining/tests/laws_rules.rs";
const CLUSTER: &str = "crm-mining/tests/laws_cluster.rs";
const RUN: &str = "crm-mining-py/tests/test_run.py";

const CASES: &[Case] = &[
    Case(
        1,
        "GBK or GB18030: found, decoded, named in the report",
        &[
            (READ, &["encodings_are_found_and_named"]),
            ("crm-mining-py/tests/test_read.py", &["test_encodings_and_packing"]),
        ],
        None,
    ),
    Case(2, "UTF-16 with a byte order mark: decoded", &[(READ, &["encodings_are_found_and_named"])], None),
    Case(
        3,
        "UTF-8 with a byte order mark: the header is clean",
        &[(READ, &["encodings_are_found_and_named"])],
        None,
    ),
    Case(
        4,
        "bad bytes in one row: that row set aside, with its place",
        &[(READ, &["one_row_of_bad_bytes"])],
        None,
    ),
    Case(5, "delimiters, quotes, escapes: found and stated", &[(READ, &["the_shape_of_a_table"])], None),
    Case(6, "ragged rows: set aside with both counts", &[(READ, &["ragged_rows_are_set_aside"])], None),
    Case(7, "an open quote: costs its row, not the file", &[(READ, &["one_open_quote_costs_one_row"])], None),
    Case(8, "preamble, header rows, second table: never data", &[(READ, &["the_shape_of_a_table"])], None),
    Case(9, "an empty file, a lone header: an error, an empty table", &[(READ, &["nothing_to_read"])], None),
    Case(
        10,
        "a column name twice: an error with both places, or numbered on request",
        &[(READ, &["names_that_repeat", "everything_found_can_be_told"])],
        None,
    ),
    Case(11, "NUL in a cell: kept", &[(READ, &["zero_bytes_are_kept"])], None),
    Case(
        12,
        "a cell of 200 MB: a limit, reached early",
        &[
            (READ, &["a_cell_of_200_megabytes"]),
            ("crm-mining/tests/bad_input_jsonl.rs", &["limits_are_kept"]),
        ],
        None,
    ),
    Case(
        13,
        "00123, 123, 0123: three customers",
        &[(VALUES, &["case_13_ids_that_look_like_one_number"])],
        None,
    ),
    Case(14, "ids of 16 digits: exact", &[(VALUES, &["case_14_long_ids_stay_exact"])], None),
    Case(
        15,
        "customers called NA, null, None, nan: names",
        &[(VALUES, &["case_15_customers_named_na"])],
        None,
    ),
    Case(
        16,
        "rows without a customer: counted and set aside, or anonymous on request",
        &[(ROWS, &["case_16_rows_without_a_customer"]), (SHOP, &["cleaning_counts"])],
        None,
    ),
    Case(
        17,
        "ids that collide: one id with two names, ids that differ in case, width, blanks: told as groups",
        &[
            (ROWS, &["case_17_codes_that_differ_only_by_case", "case_17_ids_that_look_alike"]),
            ("crm-mining/tests/merge.rs", &["one_id_with_two_names_is_a_collision"]),
            ("crm-mining-py/tests/test_merge.py", &["test_two_customers_under_one_id"]),
        ],
        None,
    ),
    Case(
        18,
        "several date formats in a column: each read, the rest set aside",
        &[(VALUES, &["case_18_mixed_date_formats"])],
        None,
    ),
    Case(
        19,
        "03/04/2024 with a decisive row: decided by the whole column, the row named",
        &[(VALUES, &["case_19_one_decisive_date_in_any_place", "case_19_the_deciding_row_is_named"])],
        None,
    ),
    Case(
        20,
        "03/04/2024 without one: an error, the caller chooses",
        &[(VALUES, &["case_20_no_decisive_date"])],
        None,
    ),
    Case(
        21,
        "Excel serials, both systems, and epochs: recognised where they fit",
        &[(VALUES, &["case_21_serials_and_epochs"])],
        None,
    ),
    Case(
        22,
        "30 February: an error with its row; spans are counted in days, so no anniversary needs a rule",
        &[(VALUES, &["case_22_days_that_do_not_exist"]), (READ, &["a_date_that_does_not_exist_stays_text"])],
        None,
    ),
    Case(
        23,
        "amounts as people write them: read, the style decided by column, currencies kept apart",
        &[(
            VALUES,
            &["case_23_amounts_as_people_write_them", "case_23_the_format_is_stated_and_may_be_chosen"],
        )],
        None,
    ),
    Case(
        24,
        "sums beyond their range: an error",
        &[(VALUES, &["case_24_sums_that_leave_their_range"])],
        None,
    ),
    Case(
        25,
        "NaN, infinity, 1e300 as features: an error with column and row, or an overflow that is said",
        &[
            (METHODS, &["numbers_that_are_none"]),
            (CLUSTER, &["kmeans_refuses_by_name", "extreme_scales_and_one_row"]),
        ],
        None,
    ),
    Case(
        26,
        "negative quantities: netted against their purchase, else told apart",
        &[(
            CLEAN,
            &[
                "the_very_sale_is_netted_before_the_latest",
                "a_cancellation_may_take_several_sales_and_leave_some",
            ],
        )],
        None,
    ),
    Case(
        27,
        "cancelled orders of a real shop: matched to their sales, every difference explained by its row",
        &[(SHOP, &["netting_explained_row_by_row"])],
        None,
    ),
    Case(
        28,
        "repeated rows and orders: counted, and set aside with the row that they repeat",
        &[(ROWS, &["case_28_the_same_order_twice"]), (SHOP, &["cleaning_counts"])],
        None,
    ),
    Case(
        29,
        "days in the future or before 1970: set aside against stated days",
        &[
            (ROWS, &["case_29_days_that_are_none_of_the_shop"]),
            (CLEAN, &["days_that_cannot_be_are_set_aside"]),
        ],
        None,
    ),
    Case(30, "no date: set aside", &[(ROWS, &["case_30_rows_without_a_date"])], None),
    Case(
        31,
        "time zones, skipped and doubled hours: by a stated rule",
        &[(VALUES, &["case_31_local_times_at_changes_of_the_clock", "case_31_what_is_no_local_time"])],
        None,
    ),
    Case(
        32,
        "no rows: an error in every fit",
        &[(METHODS, &["no_customer"]), (VALUE, &["nobody_to_score"])],
        None,
    ),
    Case(
        33,
        "one customer: scored, while models refuse",
        &[
            (METHODS, &["one_customer"]),
            ("crm-mining/src/insight/value/buying/bg_nbd.rs", &["refuses_what_no_model_can_be_fitted_to"]),
        ],
        None,
    ),
    Case(
        34,
        "one-time buyers only: no silent fit",
        &[(METHODS, &["one_time_buyers_only_is_no_silent_fit"])],
        None,
    ),
    Case(
        35,
        "NaN or infinity in a summary: an error with its row",
        &[(METHODS, &["numbers_that_are_none"])],
        None,
    ),
    Case(
        36,
        "recency beyond age: an error with row and value; spend of 0 or below: left out of the fit and counted",
        &[
            (METHODS, &["case_36_summaries_that_cannot_be"]),
            (VALUE, &["returns_are_no_purchases_and_later_days_are_not_seen"]),
            ("crm-mining-py/tests/test_data.py", &["test_summary_refuses_what_cannot_be"]),
        ],
        None,
    ),
    Case(
        37,
        "real orders at any penalty: converges, or names the boundary",
        &[(SHOP, &["every_penalty_converges_or_names_the_boundary"])],
        None,
    ),
    Case(
        38,
        "rows that are all alike: one cluster, more are refused with their number; scaling leaves 0",
        &[
            (CLUSTER, &["case_38_rows_all_alike", "segmentation_skips_what_the_rows_do_not_allow"]),
            ("crm-mining/src/feature/scaler.rs", &["constant_decimals_are_constant"]),
        ],
        None,
    ),
    Case(
        39,
        "more clusters than rows: an error with both numbers",
        &[(METHODS, &["settings_out_of_range"]), (CLUSTER, &["kmeans_refuses_by_name"])],
        None,
    ),
    Case(
        40,
        "one class, in all rows or in a fold: an error; folds keep both",
        &[
            (METHODS, &["one_class_and_lengths"]),
            ("crm-mining/tests/laws_classify.rs", &["folds_part_the_rows_evenly"]),
        ],
        None,
    ),
    Case(
        41,
        "columns in another order, one missing, a new category: by name in cleaning and linking; models refuse",
        &[
            (
                "crm-mining/tests/plan.rs",
                &["case_41_the_next_table_by_name", "nothing_leaks_from_the_next_table"],
            ),
            (METHODS, &["other_features_than_at_fit"]),
        ],
        Some("estimators of `learn` for scikit-learn's contract: features put in the order of the fit"),
    ),
    Case(
        42,
        "predicting before fitting: no such call in Rust, no such object in Python",
        &[("crm-mining-py/tests/test_docs.py", &["test_results_are_made_by_methods_only"])],
        Some("estimators of `learn` for scikit-learn's contract: `NotFittedError`"),
    ),
    Case(43, "a threshold met exactly: kept", &[(RULES, &["thresholds_met_exactly"])], None),
    Case(44, "an item of every basket: reported", &[(RULES, &["thresholds_met_exactly"])], None),
    Case(
        45,
        "a support that is NaN, baskets that are none: typed errors",
        &[
            (RULES, &["bad_settings_and_data_are_refused"]),
            ("crm-mining-py/tests/test_data.py", &["test_what_is_no_basket"]),
        ],
        None,
    ),
    Case(
        46,
        "an explosion of itemsets: stops at a limit, marked as part",
        &[(RULES, &["an_explosion_stops"])],
        None,
    ),
    Case(
        47,
        "fitted plans and models, cut, changed or lying: an error before they are used",
        &[
            ("crm-mining/tests/plan.rs", &["hostile_fitted_plans"]),
            ("crm-mining/tests/laws_link.rs", &["models_survive_storage_and_are_checked"]),
            ("crm-mining/src/insight/value/buying/model/tests.rs", &["a_model_file_is_checked"]),
            ("crm-mining/tests/profiles.rs", &["a_file_that_holds_no_profiles_is_refused"]),
        ],
        Some("files of all models of `learn`, with a checksum"),
    ),
    Case(
        48,
        "Parquet made to break readers: typed errors",
        &[(
            "crm-mining/tests/bad_input_parquet.rs",
            &["files_made_to_break_readers", "half_a_file_and_none"],
        )],
        None,
    ),
    Case(
        49,
        "markup and formulas in names: escaped in every output",
        &[
            (ROWS, &["case_49_no_text_leaves_as_a_formula"]),
            ("crm-mining/tests/quality.rs", &["naughty_strings_as_values_and_names"]),
            ("crm-mining-py/tests/test_prepare.py", &["test_a_formula_is_written_as_text"]),
            ("crm-mining-py/tests/test_profile.py", &["test_a_card_is_no_markup"]),
            ("crm-mining-py/tests/test_show.py", &["test_a_table_in_a_notebook_is_no_markup"]),
            ("crm-mining-py/tests/test_plan.py", &["test_a_result_in_a_notebook_is_no_markup"]),
        ],
        None,
    ),
    Case(
        50,
        "emoji, unseen signs, accents composed or not: equal names meet, what is shown stays",
        &[
            (ROWS, &["case_50_names_composed_in_two_ways"]),
            ("crm-mining/src/prepare/normalize/unicode.rs", &["forms_and_blanks"]),
        ],
        None,
    ),
    Case(
        51,
        "Ctrl-C in a long call: ends it within half a second",
        &[(RUN, &["test_ctrl_c_ends_a_call_within_half_a_second"])],
        None,
    ),
    Case(
        52,
        "killed while saving: the old file or the new one, whole",
        &[(SAVING, &["case_52_killed_while_saving"])],
        None,
    ),
    Case(
        53,
        "no room, no right, no file: an error with the path, nothing left behind",
        &[
            (SAVING, &["case_53_no_room_left", "case_53_places_that_take_no_file"]),
            ("crm-mining/tests/bad_input_parquet.rs", &["a_file_is_whole_or_not_there"]),
            (READ, &["paths_that_are_no_files"]),
        ],
        None,
    ),
    Case(
        54,
        "one model in many threads: the same answers, and other threads go on",
        &[
            (METHODS, &["every_model_may_be_shared_between_threads"]),
            (RUN, &["test_calls_of_many_threads_agree", "test_other_threads_go_on"]),
        ],
        None,
    ),
    Case(
        55,
        "1, 2 and 8 threads: the same bits",
        &[
            ("crm-mining/tests/profiles.rs", &["the_same_bytes_at_1_2_and_8_threads"]),
            ("crm-mining/tests/laws_plan.rs", &["threads_change_nothing"]),
            ("crm-mining/tests/laws_link.rs", &["threads_do_not_matter"]),
            (VALUE, &["threads_change_no_bit"]),
        ],
        None,
    ),
    Case(
        56,
        "a limit of memory set by the caller: stops with what was needed",
        &[(READ, &["case_56_the_callers_memory_limit"])],
        None,
    ),
    Case(
        57,
        "keys made to collide: time grows with the rows",
        &[(ROWS, &["case_57_keys_made_to_collide"])],
        None,
    ),
];

#[test]
fn every_case_is_there_once() {
    let numbers: Vec<u8> = CASES.iter().map(|case| case.0).collect();
    assert_eq!(numbers, (1..=57).collect::<Vec<u8>>());
    for Case(number, title, tests, elsewhere) in CASES {
        assert!(title.contains(": "), "case {number} says what comes in and what is owed");
        assert!(tests.iter().any(|(_, names)| !names.is_empty()), "case {number} has no test");
        assert!(elsewhere.is_none_or(|place| place.contains("`learn`")), "case {number}");
    }
}

#[test]
fn every_test_is_where_it_is_said_to_be() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut sources: BTreeMap<&str, String> = BTreeMap::new();
    let mut missing = Vec::new();
    for Case(number, _, tests, _) in CASES {
        for (file, names) in *tests {
            let source = sources
                .entry(file)
                .or_insert_with(|| std::fs::read_to_string(root.join(file)).unwrap_or_default());
            let lost = names.iter().filter(|name| !is_test(source, name, file.ends_with(".py")));
            missing.extend(lost.map(|name| format!("case {number}: {file} has no test {name}")));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// Whether a source holds a test of this name that runs: in Rust a `#[test]` that is not ignored.
fn is_test(source: &str, name: &str, python: bool) -> bool {
    if python {
        return source.contains(&format!("\ndef {name}("));
    }
    let lines: Vec<&str> = source.lines().map(str::trim_start).collect();
    let head = format!("fn {name}(");
    lines.iter().enumerate().any(|(at, line)| {
        let attributes: Vec<&&str> =
            lines[..at].iter().rev().take_while(|line| line.starts_with("#[")).collect();
        line.starts_with(&head)
            && attributes.iter().any(|line| **line == "#[test]")
            && !attributes.iter().any(|line| line.starts_with("#[ignore"))
    })
}
