"""The score of Pollock for one reader: score.py pandas|csv|commas|FOLDER POLLUTED WEIGHTS

POLLUTED holds `csv`, `clean` and `parameters` of the benchmark. The first three read each file themselves; a FOLDER
holds what another reader made of it, as RFC 4180. One line of JSON: the scores, and the mean of each measure.
"""

import csv
import datetime
import functools
import io
import json
import sys
from collections import Counter
from pathlib import Path

import dateutil.parser
import price_parser

MEASURES = ["success"] + [f"{of}_{measure}" for of in ("header", "record", "cell") for measure in ("precision", "recall", "f1")]


def by_commas(path, told):
    """Lines split at commas, quotes or not: what the scorer in Rust checks itself by."""
    text = path.read_bytes().decode("utf-8", "replace").replace("\r", "\n")
    return written(line.split(",") for line in text.split("\n") if line)


def written(rows):
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue()


def by_csv(path, told):
    """The sniffer of the standard library, given the whole text."""
    with open(path, newline="", encoding=told["encoding"]) as file:
        dialect = csv.Sniffer().sniff(file.read())
        file.seek(0)
        return written(list(csv.reader(file, dialect)))


def by_pandas(path, told):
    """The dialect told, without header where the file has none; a delimiter of several signs takes the Python engine."""
    import pandas

    first = lambda signs: signs[0] if signs else None
    quote, escape, line_end = told["quotechar"] or '"', told["escapechar"] or '"', told["row_delimiter"]
    settings = {"encoding": told["encoding"], "delimiter": told["delimiter"] or ","}
    if quote != '"':
        settings["quotechar"] = first(quote)
    if escape != quote:
        settings |= {"escapechar": first(escape), "doublequote": False}
    if line_end != "\r\n":
        settings["lineterminator"] = first(line_end)
    if told["n_columns"] and not told["header_lines"]:
        settings["header"] = None
    if int(told["preamble_lines"]):
        settings["skiprows"] = int(told["preamble_lines"])
    return pandas.read_csv(path, dtype=object, on_bad_lines="skip", **settings).to_csv(index=False)


@functools.cache
def normal(cell):
    """A cell as the benchmark compares those of headers and records: a truth, number, time, date or price in one form."""
    if not cell.strip():
        return cell
    for form in (truth, int, float, moment, date, price):
        try:
            return str(form(cell))
        except (ValueError, OverflowError, TypeError):
            pass
    return cell.lower()


def truth(cell):
    if cell in ("True", "true", "False", "false"):
        return int(cell.lower() == "true")
    if int(cell) not in (0, 1):
        raise ValueError
    return cell if cell in ("0", "1") else bool(int(cell))


def moment(cell):
    for form in ("%H:%M", "%H:%M:%S", "%H %M", "%H %M %S"):
        try:
            return datetime.datetime.strptime(cell, form).time()
        except ValueError:
            pass
    raise ValueError


class Jumps(dateutil.parser.parserinfo):
    JUMP = list(" .,;-/'")


def date(cell):
    return dateutil.parser.parse(cell, parserinfo=Jumps())


def price(cell):
    found = price_parser.Price.fromstring(cell)
    if found.currency is None or found.amount is None:
        raise ValueError
    return found.currency + str(found.amount_float)


def rows(text):
    return list(csv.reader(io.StringIO(text, newline="")))


def shares(expected, loaded):
    """Of multisets: what is common over what is expected, over what is loaded, and their harmonic mean."""
    if not expected:
        return [1.0] * 3
    common = (Counter(expected) & Counter(loaded)).total()
    if not common:
        return [0.0] * 3
    precision, recall = common / len(expected), common / len(loaded)
    return [precision, recall, 2 * precision * recall / (precision + recall)]


def score(expected, loaded):
    """The ten measures of one file; a file that could not be read has none."""
    if loaded is None:
        return [0.0] * 10
    if not expected:
        return [1.0] * 10
    records = lambda rows: ["".join(map(normal, row)) for row in rows[1:]]
    head = lambda rows: list(map(normal, rows[0])) if rows else []
    cells = lambda rows: [cell for row in rows for cell in row]
    return [1.0, *shares(head(expected), head(loaded)), *shares(records(expected), records(loaded)),
            *shares(cells(expected), cells(loaded))]


def main(reader, polluted, weights):
    polluted = Path(polluted)
    weights = json.loads(Path(weights).read_text())
    readers = {"pandas": by_pandas, "csv": by_csv, "commas": by_commas}
    scores, refused = {}, []
    for path in sorted((polluted / "csv").iterdir()):
        name = path.name
        told = json.loads((polluted / "parameters" / f"{name}_parameters.json").read_text())
        expected = rows((polluted / "clean" / name).read_text("utf-8-sig"))
        try:
            if reader in readers:
                text = readers[reader](path, told)
            else:
                text = (Path(reader) / name).read_text("utf-8")
            loaded = rows(text)
        except Exception as error:
            refused.append(f"{name}: {error}")
            loaded = None
        scores[name] = score(expected, loaded)
    total = sum(weights[name] for name in scores)
    print(json.dumps({
        "simple": sum(map(sum, scores.values())) / len(scores),
        "weighted": sum(weights[name] / total * sum(score) for name, score in scores.items()),
        "means": {measure: sum(column) / len(scores) for measure, column in zip(MEASURES, zip(*scores.values()))},
        "files": len(scores),
        "refused": refused,
    }))


if __name__ == "__main__":
    main(*sys.argv[1:4])
