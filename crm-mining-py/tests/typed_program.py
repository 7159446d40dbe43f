"""A program that mypy checks: frames of every library are accepted, and what is wrong is found.

Run by `mypy --strict`, which complains of an `ignore` that hides no error.
"""

from datetime import date

import duckdb
import polars as pl

import crm_mining as crm


def every_frame(a: pl.DataFrame, b: pl.LazyFrame, c: duckdb.DuckDBPyRelation) -> list[crm.Table]:
    return [crm.Table(a), crm.Table(b), crm.Table(c)]


def the_program(orders: pl.DataFrame) -> pl.DataFrame:
    ledger = crm.Ledger(crm.Transactions(orders, customer="buyer"), zone="Europe/London")
    last: date = ledger.last_day
    summary = ledger.summary(as_of=last).in_weeks()
    return crm.Table(summary, name="summary").to_polars()


def purchases_by_rules(rows: pl.DataFrame, channel: pl.DataFrame) -> crm.Summary:
    counted = crm.PurchaseCounting(refunds="separate", unit="month").count(rows, date(2024, 3, 31), customer="buyer")
    left_out: int = counted.counts["refunds_left_out"]
    gaps: list[float] | None = counted.summary.log_gaps
    print(left_out, gaps, counted.refunds)
    crm.PurchaseCounting(unit="year")  # type: ignore[arg-type]
    return counted.summary.with_covariates(channel, customer="id").in_periods(30.0)


def the_house(orders: crm.Transactions, cleaned: crm.Cleaned) -> crm.Profiles:
    ledger = crm.Ledger(orders)
    rfm = crm.Rfm(scoring="quantile").score(ledger)
    summary = ledger.summary()
    buying, spend = crm.BgNbd().fit(summary), crm.GammaGamma().fit(summary)
    clv = crm.Clv(buying, spend, months=12).predict(summary)
    segments = crm.Segmentation.kmeans(range(2, 9)).fit(rfm)
    churn = crm.Churn(within_days=90).fit(ledger, progress=lambda stage, done, total: print(stage, done, total))
    auc: float = churn.evaluation.auc
    rules = crm.Rules(min_support=0.01 if auc > 0.5 else 0.1, algorithm="apriori").mine(orders)
    customers = crm.Customers(cleaned.table, attributes=["city"])
    return crm.Profiles(customers, orders, rfm, clv, segments, churn, rules)


def customers_over_time(ledger: crm.Ledger) -> list[float]:
    before, after = (crm.Lifecycle(loyal_orders=3).stages(ledger, as_of=day) for day in ("2024-03-31", date(2024, 6, 30)))
    moved = crm.Migration(before, after, "stage", states=list(after.counts))
    cohorts = crm.Cohorts("quarter").table(ledger)
    quarters = (date(2024, 1, 1), date(2024, 3, 31)), ("2024-04-01", "2024-06-30")
    tree, change = crm.RevenueTree(ledger, *quarters), crm.GainLoss(ledger, *quarters)
    spend = crm.Concentration(crm.Rfm(scoring="equal_width").score(ledger).to_polars()["monetary"].to_list())
    inputs = crm.ValueInputs.from_ledger(ledger).with_("margin", cohorts, "revenue")
    value: crm.Table = crm.CompositeValue({"margin": 2.0}).score(inputs)
    chart: crm.Chart = crm.PeriodOnPeriod("quarter").table(ledger).plot("new_customers")
    assert cohorts.plot() != chart.spec and moved.plot(column="customers").axes() is not None
    return [tree.change, change.change, spend.gini, *moved.forecast(2), float(len(value))]


def how_long_customers_stay(ledger: crm.Ledger, summary: crm.Summary, segments: list[str]) -> list[crm.Chart]:
    gaps = crm.PurchaseGaps(ledger)
    months = crm.learn.Durations([3, 24, 9, 12], [True, False, True, False])
    curves = {name: crm.learn.KaplanMeier().fit(group) for name, group in months.by_group(["a", "a", "b", "b"]).items()}
    buying = crm.ParetoNbd().fit(summary)
    forecast, next_purchase = buying.forecast(summary, 90), buying.next_purchase(summary, ledger.last_day)
    charts = [curves["a"].plot(), crm.learn.survival_chart(curves), gaps.plot("tenure", bins=[0, 90, 365])]
    next_purchase.plot("date")  # type: ignore[arg-type]
    return [*charts, forecast.plot(), forecast.plot(segments), next_purchase.plot("latest", 10)]


def what_a_file_holds(path: str) -> list[str]:
    raw: crm.RawTable = crm.read_csv(path, quote="'", mend="short").with_numbers("amount", "decimal_comma")
    told = crm.read_csv(path, dialect=raw.report["dialect"])
    quality = crm.Quality(timeliness=("changed", date(2024, 3, 31), 90)).measure(told)
    found = crm.ErrorDetector(0.6, crm.DependencySearch(determinants="single")).detect(crm.read_jsonl(path))
    broken = [one.violations(told) for one in crm.dependencies(crm.read_excel(path, sheet=2))]
    return [*found.reasons, quality.to_html(), *(table.name for table in broken)]


def what_a_profile_holds(profiles: crm.Profiles) -> list[str]:
    tag = profiles["17850"].tag("rfm_segment")
    return [profile.customer for profile in profiles] + ([] if tag is None else [tag["value"]])


def one_customer_base(people: pl.DataFrame, shop: pl.DataFrame) -> crm.Table:
    plan = crm.CleaningPlan([{"duplicates": {}}, {"fill": {"columns": ["age"], "with": "mean"}}])
    cleaned: crm.Table = plan.fit(people).run(people).table
    links = crm.Linker.for_records(cleaned).fit(cleaned).predict(cleaned)
    certain: float = links.expected(0.9)["precision"]
    why: list[float] = [links.explain(0, 1).probability, certain]
    clusters = links.clusters().unlink(0, 1)
    scored = crm.LinkByExample(["name"], forest={"n_trees": 50}).fit(cleaned, None, [(0, 1)], [bool(why)])
    crm.Linker(["name"], ["name"])  # type: ignore[list-item]
    crm.Merge([], [], rules=["loudest"])  # type: ignore[list-item]
    scored.predict(cleaned, None, [(0, 1)]).links.append((0, 1))
    merge = crm.Merge([{"name": "people", "key": "given"}], [{"name": "age", "kind": "number"}], rules=["newest"])
    return merge.run({"people": cleaned, "shop": shop}, customers={"people": clusters}).table


def groups_of_customers(people: pl.DataFrame) -> list[float]:
    scaled = crm.learn.Robust(lower=0.1).fit_transform(people)
    model = crm.learn.KMeans(k=4, init="parallel").fit(scaled)
    medoids = crm.learn.KMedoids(3, dissimilarity="gower", categorical=["city"]).fit(people)
    score = crm.learn.silhouette(scaled, model.labels_)
    stream = crm.learn.MiniBatchKMeans(4).partial_fit(scaled).partial_fit(scaled)
    crm.learn.Agglomerative("nearest")  # type: ignore[arg-type]
    crm.learn.KMeans(clusters=3)  # type: ignore[call-arg]
    crm.learn.Dbscan().transform(scaled)  # type: ignore[attr-defined]
    return [model.inertia_, medoids.inertia_, score.mean, stream.inertia_]


def how_many_groups(people: pl.DataFrame) -> list[crm.learn.KMeans]:
    gap, stability = crm.learn.Gap(shape="principal"), crm.learn.Stability(20)
    comparison = crm.learn.CompareK((1, 6), gap=gap, stability=stability).fit(people)
    best = crm.learn.GapAt.first_sufficient(gap.score(people, range(1, 7))) or comparison.elbow or 1
    model = comparison.models[best - 1]
    least: float = stability.score(model, people, model.labels_).clusters[0]["mean"]
    stability.score(crm.learn.Standardize(), people, model.labels_)  # type: ignore[arg-type]
    crm.learn.Gap(shape="sphere")  # type: ignore[arg-type]
    print(least, comparison.to_polars(), crm.Segmentation.kmeans(2, 4).fit(people).plot(people).spec)
    return comparison.models


def what_is_wrong(orders: crm.Transactions) -> None:
    crm.Table([1, 2])  # type: ignore[arg-type]
    crm.Table({"customer": ["A"]})  # type: ignore[arg-type]
    crm.Transactions(orders)  # type: ignore[arg-type]
    crm.Rfm(scoring="median")  # type: ignore[arg-type]
    crm.read_csv("a.csv", encoding="latin-1")  # type: ignore[arg-type]
    crm.ErrorDetector(dependencies="single")  # type: ignore[arg-type]
    crm.Churn(90, 5)  # type: ignore[call-arg]
    crm.Profiles("rfm")  # type: ignore[arg-type]
    crm.BgNbd().fit(orders)  # type: ignore[arg-type]
    crm.Ledger(orders, 8)  # type: ignore[arg-type]
    crm.Ledger(orders).summary(as_of=20.5)  # type: ignore[arg-type]


def the_field_of_an_error(frame: pl.DataFrame) -> list[str]:
    try:
        crm.Transactions(frame)
    except crm.errors.MissingColumn as error:
        return error.found
    return []
