"""Both 统计表 of a district's year, worked out from the notice alone: points.py DISTRICT.json FROM UNTIL prints {area: rows, office: rows}.

Shares nothing with shared/publicity. A row is [单位, 动态/舆情, 综合/约稿, 一类 … 五类, 积分总计].
"""
import json
import sys
from datetime import date
from decimal import Decimal

USED = {1: 15, 2: 12, 3: 10, 4: 6, 5: 4}


def class_of(district, name, day):
    """An outlet that changed its class stands there more than once: the row of the day is the one."""
    fitting = [o["class"] for o in district["outlets"]
               if o["name"] == name and o["since"] <= day and day <= (o["until"] or "9999-12-31")]
    assert len(fitting) == 1, (name, day, fitting)
    return fitting[0]


def row_of(district, line, members, first, last):
    short = long = total = Decimal(0)
    classes = [0] * 5
    for filing in district["filings"]:
        if filing["state"] != "accepted" or filing["contributor"] not in members:
            continue
        if not first <= date.fromisoformat(filing["event"]) <= last:
            continue
        in_time = (date.fromisoformat(filing["filed"]) - date.fromisoformat(filing["event"])).days <= 2
        if filing["kind"] in ("news", "opinion"):
            short += 1
            total += 1 if in_time else 0
            continue
        long += 1
        best = min((class_of(district, use["outlet"], use["day"]) for use in filing["uses"]), default=None)
        if best is None:
            total += 2 if in_time else 0
        else:
            classes[best - 1] += 1
            total += USED[best]
    return [line, int(short), int(long), *classes, int(total)]


def main(path, first, last):
    with open(path, encoding="utf-8") as file:
        district = json.load(file)
    tables = {}
    for kind in ("area", "office"):
        lines = {}
        for index, one in enumerate(district["contributors"]):
            if one["kind"] == kind:
                lines.setdefault(one["line"], set()).add(index)
        span = date.fromisoformat(first), date.fromisoformat(last)
        tables[kind] = [row_of(district, line, members, *span) for line, members in lines.items()]
    json.dump(tables, sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
