"""Profiles: what they hold, how they are found, written and shown."""

import datetime as dt
import json
import pickle

import polars as pl
import pyarrow.parquet as pq
import pytest

import crm_mining as crm


@pytest.fixture(scope="module")
def profiles(cleaned, orders, sample_ledger, sample_summary, buying, spend, churn):
    rfm = crm.Rfm().score(sample_ledger)
    return crm.Profiles(
        crm.Customers(cleaned.table, attributes=["customer_name", "city"]),
        orders,
        rfm,
        crm.Clv(buying, spend).predict(sample_summary),
        crm.Segmentation.kmeans(2, 4).fit(rfm),
        churn,
        crm.Rules().mine(orders),
    )


def test_one_profile_per_customer(profiles, orders):
    assert len(profiles) == len(orders.customers) == len(list(profiles))
    assert [profile.customer for profile in profiles] == profiles.customers == orders.customers
    assert "000001" in profiles and "1" not in profiles and 1 not in profiles
    assert profiles.get("nobody") is None
    with pytest.raises(KeyError, match="nobody"):
        profiles["nobody"]
    with pytest.raises(TypeError):
        profiles[1.5]


def test_everything_known_of_a_customer(profiles, sample_ledger, churn):
    profile = profiles["000001"]
    assert profile.as_of == profiles.as_of == sample_ledger.last_day
    assert profile.facts["customer_name"] == "NA" and isinstance(profile.facts["orders"], int)
    assert {tag["name"] for tag in profile.tags} == {"rfm_segment", "segment", "churn_risk"}
    assert profile.tag("rfm_segment")["kind"] == "rule" and profile.tag("nothing") is None
    score = profile.score("churn_probability")
    assert score["reasons"] == [reason["text"] for reason in churn.reasons("000001")]
    assert profile.score("nothing") is None
    assert {"clv", "p_alive", "expected_purchases"} <= {score["name"] for score in profile.scores}
    assert all(offer["lift"] > 1 for offer in profile.offers)
    assert profile.rows and profile.source == "sample shop"
    assert profile.to_dict()["customer"] == "000001" == json.loads(profile.to_json())["customer"]
    assert crm.Profile.from_json(profile.to_json()) == profile == pickle.loads(pickle.dumps(profile))
    assert "rfm_segment is " in repr(profile)


def test_profiles_are_a_table(profiles):
    frame = profiles.to_polars()
    assert frame.height == len(profiles)
    assert frame["rfm_segment"][0] == profiles["000001"].tag("rfm_segment")["value"]
    assert frame["clv"][0] == profiles["000001"].score("clv")["value"]


def test_files(profiles, tmp_path):
    profiles.write_jsonl(tmp_path / "profiles.jsonl")
    lines = (tmp_path / "profiles.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines[:3]] == [profile.to_dict() for profile in list(profiles)[:3]]
    back = crm.Profiles.read_jsonl(str(tmp_path / "profiles.jsonl"))
    assert list(back) == list(profiles)
    profiles.write_parquet(tmp_path / "profiles.parquet")
    assert pl.DataFrame(pq.read_table(tmp_path / "profiles.parquet")).equals(profiles.to_polars())
    (tmp_path / "bad.jsonl").write_text(lines[0] + "\n{}\n")
    with pytest.raises(crm.errors.Malformed, match="line 2"):
        crm.Profiles.read_jsonl(tmp_path / "bad.jsonl")
    with pytest.raises(FileNotFoundError):
        crm.Profiles.read_jsonl(tmp_path / "none.jsonl")


def test_the_day_is_that_of_the_parts(sample_ledger, orders, churn):
    later = sample_ledger.last_day + dt.timedelta(days=1)
    rfm = crm.Rfm().score(sample_ledger, later)
    assert crm.Profiles(rfm, orders).as_of == later
    with pytest.raises(crm.errors.Incompatible, match="as_of"):
        crm.Profiles(rfm, churn)
    assert crm.Profiles(rfm, churn, as_of=later).as_of == later
    with pytest.raises(crm.errors.InvalidParameter, match="as_of"):
        crm.Profiles(orders)


def test_parts_that_are_none(sample_ledger):
    for wrong in (sample_ledger, None, "rfm"):
        with pytest.raises(TypeError):
            crm.Profiles(wrong, as_of="2024-01-01")
    with pytest.raises(crm.errors.NotEnoughData, match="parts"):
        crm.Profiles(as_of="2024-01-01")
    unknown = crm.Segmentation.kmeans(2).fit(crm.Features(pl.DataFrame({"x": [1.0, 2.0]}), ["x"]))
    with pytest.raises(crm.errors.NotEnoughData, match="known"):
        crm.Profiles(unknown, as_of="2024-01-01")


def test_integer_customers_are_found_by_either(lines):
    lines["Customer ID"] = [7, 8, 9, 7, 7, 8]
    orders = crm.Transactions(pl.DataFrame(lines))
    profiles = crm.Profiles(orders, as_of="2024-03-31")
    assert profiles[7] == profiles["7"] and 8 in profiles and profiles.customers == [7, 8, 9]


HOSTILE = "</script><img src=x onerror=alert(1)>&'\""


def test_a_card_is_no_markup():
    frame = pl.DataFrame({
        "customer": [HOSTILE, HOSTILE],
        "time": ["2024-03-05", "2024-03-06"],
        "order": ["1", "2"],
        "item": [HOSTILE, "b"],
        "amount": [1.0, 2.0],
        "name": [HOSTILE] * 2,
    })
    orders = crm.Transactions(crm.Table(frame, name=HOSTILE))
    names = crm.Customers(frame, attributes=["name"])
    profiles = crm.Profiles(names, orders, crm.Rfm().score(crm.Ledger(orders)))
    for shown in (profiles._repr_html_(), profiles[HOSTILE]._repr_html_()):
        assert "<img" not in shown and "</script" not in shown
        assert shown.count("&lt;/script&gt;") >= 4


def test_cards_of_the_first_profiles(profiles):
    shown = profiles._repr_html_()
    assert shown.count("border-radius:6px") == 3 and f"{len(profiles)} profiles as of" in shown
    assert "&lt;/script&gt;" not in shown and "churn_risk" in shown
    assert profiles["000004"]._repr_html_().count("&lt;/script&gt;") == 1


def test_customers_of_a_frame():
    frame = pl.DataFrame({"member": ["b", "a", "b", None], "city": ["x", None, "y", "z"]})
    customers = crm.Customers(frame, attributes=["city"])
    assert customers.to_polars().rows() == [("a", None), ("b", "y")]
    assert (customers.customers, customers.left_out) == (["a", "b"], 1)
    with pytest.raises(crm.errors.MissingColumn):
        crm.Customers(frame, attributes=["country"])
    with pytest.raises(crm.errors.MissingColumn):
        crm.Customers(frame, "client", attributes=["city"])
    with pytest.raises(TypeError):
        crm.Customers(frame)
