"""Long calls: Ctrl-C, other threads, forked children."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import numpy as np
import polars as pl
import pytest

import crm_mining as crm

ENDLESS = """
    import pyarrow as pa
    batch = pa.RecordBatch.from_pydict({"n": [1]})
    def batches():
        while True:
            yield batch
    data = pa.RecordBatchReader.from_batches(batch.schema, batches())
    call = lambda: crm.Table(data)
"""
DEAF = """
    import numpy as np, polars as pl
    n = 6_000_000
    draw = np.random.default_rng(0)
    data = crm.Table(pl.DataFrame({
        "customer": draw.integers(0, 500_000, n),
        "time": pl.Series(draw.integers(0, 10**15, n)).cast(pl.Datetime("us")),
        "amount": draw.random(n),
    }))
    call = lambda: [crm.Ledger(crm.Transactions(data)) for _ in range(20)]
"""
MANY = """
    import numpy as np, polars as pl
    n = 1_000_000
    draw = np.random.default_rng(0)
    data = pl.DataFrame({
        "customer": draw.integers(0, 100_000, n),
        "time": pl.Series(draw.integers(0, 10**14, n)).cast(pl.Datetime("us")),
        "order": draw.integers(0, 200_000, n),
        "item": draw.integers(0, 60, n),
        "amount": draw.random(n),
    })
    orders = crm.Transactions(data)
    ledger = crm.Ledger(orders)
    rfm = crm.Rfm().score(ledger)
"""
SEGMENTS = MANY + "    call = lambda: crm.Segmentation.kmeans(2, 30).fit(rfm)"
CHURN = MANY + "    call = lambda: crm.Churn(90, forest={'n_trees': 5000}).fit(ledger)"
RULES = MANY + "    call = lambda: crm.Rules(min_count=2, max_rules=2**32 - 1).mine(orders)"
WORKS = {"obeys": ENDLESS, "deaf": DEAF, "segments": SEGMENTS, "churn": CHURN, "rules": RULES}


@pytest.mark.skipif(sys.platform == "win32", reason="sends a POSIX signal")
@pytest.mark.parametrize("work", WORKS.values(), ids=WORKS)
def test_ctrl_c_ends_a_call_within_half_a_second(work):
    program = textwrap.dedent("""
        import os, sys, time
        import crm_mining as crm
        {work}
        print("ready", flush=True)
        try:
            call()
        except KeyboardInterrupt:
            print(time.monotonic(), flush=True)
            os._exit(0)
    """).format(work=textwrap.dedent(work))
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout.readline() == "ready\n"
        time.sleep(0.4)
        sent = time.monotonic()
        child.send_signal(signal.SIGINT)
        stopped = float(child.communicate(timeout=20)[0])
    assert stopped - sent < 0.5


@pytest.fixture(scope="module")
def many():
    n = 1_000_000
    draw = np.random.default_rng(0)
    moments = pl.Series(draw.integers(0, 10**15, n)).cast(pl.Datetime("us"))
    return pl.DataFrame({"customer": draw.integers(0, 50_000, n), "time": moments, "amount": draw.random(n)})


def test_other_threads_go_on(many):
    ticks, done = [], threading.Event()

    def tick():
        while not done.wait(0.001):
            ticks.append(time.monotonic())

    thread = threading.Thread(target=tick)
    thread.start()
    started = time.monotonic()
    crm.Ledger(crm.Transactions(many))
    ended = time.monotonic()
    done.set()
    thread.join()
    during = sum(started < moment < ended for moment in ticks)
    assert during > 10 * (ended - started), "another thread must tick while a call works"


def test_calls_of_many_threads_agree(many):
    expected = crm.Ledger(crm.Transactions(many)).to_polars()
    results = []
    call = lambda: results.append(crm.Ledger(crm.Transactions(many)).to_polars())  # noqa: E731
    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4 and all(result.equals(expected) for result in results)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_works():
    program = textwrap.dedent("""
        import os, signal, pyarrow as pa, crm_mining as crm
        data = pa.table({"customer": ["a"], "date": ["2024-03-05"], "amount": [1.0]})
        crm.Ledger(crm.Transactions(data))
        child = os.fork()
        if child == 0:
            signal.alarm(10)
            os._exit(len(crm.Ledger(crm.Transactions(data))))
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1
    """)
    subprocess.run([sys.executable, "-c", program], check=True, timeout=20)


def test_progress_is_told(many):
    ledger = crm.Ledger(crm.Transactions(many))
    told = []
    crm.Churn(90, forest={"n_trees": 50}).fit(ledger, progress=lambda *step: told.append(step))
    assert {stage for stage, _, _ in told} == {"churn"}
    assert all(0 < done <= total == 10 for _, done, total in told)
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)


def test_what_a_callback_raises_ends_the_call(many):
    def stop(stage, done, total):
        raise LookupError(f"enough of {stage}")

    for call in (
        lambda: crm.Segmentation.kmeans(2, 9).fit(crm.Rfm().score(crm.Ledger(crm.Transactions(many))), progress=stop),
        lambda: crm.Churn(90, forest={"n_trees": 500}).fit(crm.Ledger(crm.Transactions(many)), progress=stop),
    ):
        with pytest.raises(LookupError, match="enough of"):
            call()


def test_a_callback_that_is_none_to_call(many):
    with pytest.raises(TypeError, match="callable"):
        crm.Churn(90, forest={"n_trees": 500}).fit(crm.Ledger(crm.Transactions(many)), progress=3)
