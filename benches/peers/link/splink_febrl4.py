"""Links febrl4 by Splink with the model of its own example, and says in a line of JSON what it cost.

usage: python splink_febrl4.py LEFT.csv RIGHT.csv
"""

import json
import logging
import sys
import time

import pandas as pd
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

RULES = [
    block_on("given_name", "surname"),
    "l.given_name = r.surname and l.surname = r.given_name",
    block_on("date_of_birth"),
    block_on("soc_sec_id"),
    block_on("state", "address_1"),
    block_on("street_number", "address_1"),
    block_on("postcode"),
]


def read(path):
    """The file as text, blanks cut, empty values missing."""
    frame = pd.read_csv(path, dtype=str, skipinitialspace=True)
    frame.columns = [column.strip() for column in frame.columns]
    frame = frame.apply(lambda column: column.str.strip())
    return frame.where(frame != "", None)


def link(frames):
    settings = SettingsCreator(
        unique_id_column_name="rec_id",
        link_type="link_only",
        blocking_rules_to_generate_predictions=RULES,
        comparisons=[
            cl.NameComparison("given_name").configure(term_frequency_adjustments=True),
            cl.NameComparison("surname").configure(term_frequency_adjustments=True),
            cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d",
                                     invalid_dates_as_null=True),
            cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
            cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
            cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(term_frequency_adjustments=True),
        ],
    )
    api = DuckDBAPI()
    api._con.execute("set threads to 2")
    linker = Linker([api.register(frame) for frame in frames], settings)
    training = linker.training
    sure = [block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth")]
    training.estimate_probability_two_random_records_match(sure, recall=0.8)
    training.estimate_u_using_random_sampling(max_pairs=1e6)
    for rule in [block_on("date_of_birth"), block_on("postcode")]:
        training.estimate_parameters_using_expectation_maximisation(rule, estimate_without_term_frequencies=True)
    return linker.inference.predict(threshold_match_probability=0.01)


def main():
    logging.getLogger("splink").setLevel(logging.ERROR)
    frames = [read(path) for path in sys.argv[1:3]]
    wall, cpu = time.perf_counter(), time.process_time()
    found = link(frames).as_pandas_dataframe()
    cost = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    found = found[found["match_probability"] >= 0.5]
    number = lambda ids: ids.str.split("-").str[1]
    right = int((number(found["rec_id_l"]) == number(found["rec_id_r"])).sum())
    precision, recall = right / len(found), right / len(frames[0])
    score = {"precision": precision, "recall": recall, "f1": 2 * precision * recall / (precision + recall)}
    print(json.dumps({**cost, **score}))


if __name__ == "__main__":
    main()
