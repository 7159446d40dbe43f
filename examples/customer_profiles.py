"""The main job: from a messy order file to one profile per customer.

    python examples/customer_profiles.py [FILE] [--out DIR] [--customary]
        [--columns customer=A,time=B,order=C,item=D,quantity=E,unit_price=F] [--date-order day|month]

FILE is CSV (also gzip) or Parquet; without one the library makes a shop of its own. Columns are found by
their usual names; `--columns` names those that are not. DIR (default `out`) receives `profiles.jsonl`,
`profiles.parquet`, `rules.csv`, `rejected.csv` (rows set aside) and `unread.csv` (rows that could not be
read). `--customary` chooses the definitions of the customary analyst's script (cancelled sales stay in, item
codes of five digits, capped quantities and prices, ranked scores) for comparison with published figures.
"""

import argparse
import datetime as dt
import sys
from pathlib import Path

import crm_mining as crm


def main() -> None:
    job = arguments()

    # Every row is read or returned with a reason. Text stays text: 00123 is not 123.
    raw = read(job.file, job.date_order)
    print(f"{raw.name}: {raw.report['rows']} rows, {len(raw.rejected)} could not be read")

    # Rows are kept, changed with a note, or set aside with a reason.
    cleaner = crm.Cleaner.customary if job.customary else crm.Cleaner.transactions
    cleaned = cleaner(**job.columns).clean(raw, progress=show_progress)
    print("  with", ", ".join(f"{role} = {column}" for role, column in cleaned.roles.items() if column))
    for step, _, rejected, changed in rows(cleaned.steps):
        print(f"  {step:<18} {rejected:>8} rows set aside, {changed:>6} values changed")

    # The shapes that every analysis walks. "Today" is the last day of the file, never a clock.
    orders = crm.Transactions(cleaned.table, **cleaned.roles)
    ledger = crm.Ledger(orders)
    as_of = ledger.last_day
    revenue = sum(column(ledger, "amount"))
    print(f"{len(orders)} lines of {len(orders.customers)} customers until {as_of}, {revenue:.2f} in all\n")

    # What customers did, and what they are worth.
    if job.customary:
        rfm = crm.Rfm(scoring="rank").score(ledger, as_of + dt.timedelta(days=1))
    else:
        rfm = crm.Rfm().score(ledger)
    print("RFM segments:", ", ".join(f"{count} {name}" for name, count in sorted(rfm.segments.items()) if count))
    summary = ledger.summary()
    buying = available("BG/NBD", lambda: crm.BgNbd().fit(summary, progress=show_progress))
    spend = available("Gamma-Gamma", lambda: crm.GammaGamma().fit(summary, progress=show_progress))
    clv = None
    if buying and spend:
        print(buying, spend, sep="\n")
        clv = crm.Clv(buying, spend, months=12).predict(summary)
        worth = sum(value for value, known in zip(column(clv, "clv"), column(clv, "identified")) if known)
        print(f"lifetime value of repeat customers, 12 months of 30 days: {worth:.0f}\n")

    # Groups that describe themselves; k is chosen by silhouette.
    ks = range(2, 11) if job.customary else range(2, 9)
    segments = available("segments", lambda: crm.Segmentation.kmeans(ks).fit(rfm, progress=show_progress))
    for segment in segments.segments if segments else []:
        print(f"segment {segment['name']}: {segment['description']}")

    # Who will not come back: learnt before the window, checked in it, said for today.
    churn = available("churn", lambda: crm.Churn(within_days=90).fit(ledger, progress=show_progress))
    if churn:
        evaluation = churn.evaluation
        rate = evaluation.churn_rate * 100
        print(f"\nchurn: {rate:.2f} % of {evaluation.customers} customers bought nothing in 90 days")
        for method, auc, noise, *_ in rows(evaluation):
            print(f"  {method:<20} AUC {auc:.4f} (± {noise:.4f} across folds)")

    # What goes together, and so what to offer next.
    mining = crm.Rules(min_support=0.01, min_confidence=0.3, min_lift=None if job.customary else 1.2)
    rules = available("rules", lambda: mining.mine(orders, progress=show_progress))
    if rules:
        print(f"\n{len(rules)} rules from {rules.n_baskets} baskets, the strongest:")
        sides = ("antecedent_names", "consequent_names", "confidence", "lift")
        columns = [column(rules, name if name in rules.column_names else name[:10]) for name in sides]
        for antecedent, consequent, confidence, lift in list(zip(*columns))[:3]:
            print(f"  {antecedent} → {consequent}  (confidence {confidence:.2f}, lift {lift:.1f})")

    # One profile per customer, with the rows behind it.
    known = [name for name in ("customer_name", "city", "Country") if name in cleaned.table.column_names]
    customers = crm.Customers(cleaned.table, cleaned.roles["customer"], attributes=known)
    parts = [part for part in (customers, orders, rfm, clv, segments, churn, rules) if part is not None]
    profiles = crm.Profiles(*parts, as_of=as_of, progress=show_progress)

    job.out.mkdir(parents=True, exist_ok=True)
    profiles.write_jsonl(job.out / "profiles.jsonl")
    profiles.write_parquet(job.out / "profiles.parquet")
    crm.write_csv(cleaned.rejected, job.out / "rejected.csv")
    crm.write_csv(raw.rejected, job.out / "unread.csv")
    if rules is not None:
        crm.write_csv(rules, job.out / "rules.csv")
    else:  # those of an earlier run must not stay beside these profiles
        (job.out / "rules.csv").unlink(missing_ok=True)
    print(f"\n{len(profiles)} profiles in {job.out / 'profiles.jsonl'}")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="From an order file to one profile per customer.")
    parser.add_argument("file", nargs="?", type=Path, help="CSV or Parquet; a sample shop without it")
    parser.add_argument("--out", type=Path, default=Path("out"), help="where the results go")
    parser.add_argument("--customary", action="store_true", help="the definitions of the customary script")
    parser.add_argument("--columns", type=columns, default={}, metavar="ROLE=COLUMN,…", help="columns by their role")
    parser.add_argument("--date-order", choices=["day", "month"], help="what comes first in 03/04/2024")
    return parser.parse_args()


def columns(text: str) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in text.split(","))


def read(file: Path | None, date_order: str | None) -> crm.RawTable:
    if file is None:
        return crm.read_csv(crm.SampleShop().generate().csv.encode(), name="sample shop")
    if file.suffix == ".parquet":
        return crm.read_parquet(file, progress=show_progress)
    order = date_order and f"{date_order}_first"
    return crm.read_csv(file, date_order=order, progress=show_progress)


def available(what, fit):
    """A model that these data cannot bear is left out of the profiles, and said so."""
    try:
        return fit()
    except crm.CrmMiningError as error:
        print(f"no {what}: {error}")
        return None


def column(table: crm.Table, name: str) -> list:
    return table.to_polars()[name].to_list()


def rows(table: crm.Table) -> list[tuple]:
    return table.to_polars().rows()


def show_progress(stage: str, done: int, total: int) -> None:
    if sys.stderr.isatty():
        line = f"{stage} {done}/{total}" if total else f"{stage} {done}"
        print(f"\r{line:<60}", end="\r", file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        main()
    except crm.CrmMiningError as error:
        sys.exit(f"error: {error}")
