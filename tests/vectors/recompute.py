"""The standing and the choice, computed a second time: Python 3, standard library only.

Written from the rules in words, not from the program's code, so that two independent hands must agree.
  python3 recompute.py FILE    FILE has the shape of tests/vectors/standing.json; prints what differs, last "N of M agree"
"""
import datetime
import decimal
import hashlib
import itertools
import json
import math
import sys
from fractions import Fraction

PANELS = ("expert", "media", "merit")
PARTS = ("vote",) + PANELS


class Refused(Exception):
    """What the rules cannot go on with: a code and its details."""

    def __init__(self, refusal, **details):
        self.answer = {"refusal": refusal, **details}


def half_up(x):
    """The only rounding there is."""
    return math.floor(Fraction(x) + Fraction(1, 2))


def by_number(mapping):
    return {int(key): value for key, value in mapping.items()}


# --- sheets and panels

def sheet_total(criteria, points):
    return half_up(sum(Fraction(c["weight"] * points[c["id"]], c["full"]) for c in criteria))


def solve(rows, unknowns):
    """The one solution of linear equations (last column: right side), or None if there is more than one."""
    rows = [[Fraction(cell) for cell in row] for row in rows]
    for column in range(unknowns):
        at = next((i for i in range(column, len(rows)) if rows[i][column]), None)
        if at is None:
            return None
        rows[column], rows[at] = rows[at], rows[column]
        head = rows[column]
        for i, row in enumerate(rows):
            if i != column and row[column]:
                factor = row[column] / head[column]
                rows[i] = [a - factor * b for a, b in zip(row, head)]
    return [rows[i][-1] / rows[i][i] for i in range(unknowns)]


def severity(sheets):
    """Least squares of total = candidate + seat, the seats adding up to nothing: all normal equations at once."""
    seats = [seat for seat in sheets if sheets[seat]]
    numbers = sorted({n for sheet in sheets.values() for n in sheet})
    place = {key: i for i, key in enumerate([*numbers, *seats])}
    rows = [[0] * (len(place) + 1) for _ in place]
    for seat in seats:
        for number, total in sheets[seat].items():
            for own in (place[number], place[seat]):
                rows[own][place[number]] += 1
                rows[own][place[seat]] += 1
                rows[own][-1] += total
    rows.append([0] * len(numbers) + [1] * len(seats) + [0])
    found = solve(rows, len(place))
    if found is None:
        raise Refused("not_comparable")
    return {seat: found[place[seat]] for seat in seats}


def panel_parts(sheets, rule, numbers, unit):
    sheets = {seat: {n: t for n, t in by_number(own).items() if n in numbers} for seat, own in sheets.items()}
    of = {n: [seat for seat in sheets if n in sheets[seat]] for n in numbers}
    for n in numbers:
        if len(of[n]) < max(1, rule["least"]):
            raise Refused("too_few_sheets", number=n, sheets=len(of[n]), least=rule["least"])
    offset = severity(sheets) if rule["severity"] == "remove" else {}
    parts, used = {}, {}
    for n in numbers:
        totals = sorted(sheets[seat][n] - offset.get(seat, 0) for seat in of[n])
        trim = rule["trim"] if len(totals) >= rule["trimFrom"] else 0
        kept = totals[trim:len(totals) - trim]
        parts[n] = min(max(half_up(Fraction(sum(kept)) / len(kept)), 0), 100 * unit)
        used[n] = {"sheets": len(totals), "dropped": 2 * trim}
    return parts, used


# --- the public vote

def log_part(full, votes, most):
    decimal.getcontext().prec = 80
    exact = full * decimal.Decimal(1 + votes).ln() / decimal.Decimal(1 + most).ln()
    below = int(exact)  # whole part; now: is the rest at least one half?
    rest = exact - below - decimal.Decimal("0.5")
    if abs(rest) < decimal.Decimal(10) ** -50:
        return below + ((1 + most) ** (2 * below + 1) <= (1 + votes) ** (2 * full))
    return below + (rest > 0)


def vote_parts(counts, rule, unit):
    counts = by_number(counts)
    scale, floor = rule["scale"], rule.get("floor", 0) * unit
    most, cast, span = max(counts.values(), default=0), sum(counts.values()), 100 * unit - floor
    ordered = sorted(counts.values(), reverse=True)

    def part(votes):
        if scale == "rank":
            places = [i for i, other in enumerate(ordered) if other == votes]  # the places they occupy, from 0
            return max(floor, half_up(100 * unit - rule.get("step", 0) * Fraction(sum(places), len(places))))
        if most == 0:
            return floor
        if scale == "log":
            return floor + log_part(span, votes, most)
        return floor + half_up(Fraction(span * votes, most if scale == "top" else cast))

    return {n: part(votes) for n, votes in counts.items()}


# --- the standing

def order_of(parts, weights, ties, votes=None):
    parts = {key: by_number(part) for key, part in parts.items()}
    parts["votes"] = by_number(votes or {})
    key = {n: (half_up(sum(Fraction(weights[p] * parts[p][n], 100) for p in PARTS if weights.get(p))),
               *(parts[tie][n] for tie in ties))
           for n in next(iter(parts.values()))}
    return [{"number": n, "total": key[n][0], "rank": 1 + sum(other > key[n] for other in key.values()),
             "tiedWith": sorted(m for m in key if m != n and key[m] == key[n]),
             "sameTotalAs": sorted(m for m in key if m != n and key[m][0] == key[n][0])}
            for n in sorted(key, key=lambda n: ([-k for k in key[n]], n))]


def standing_of(contest):
    votes, unit = by_number(contest["votes"]), contest["unit"]
    numbers = sorted(votes)
    totals, parts, used = {}, {"vote": vote_parts(votes, contest["vote"], unit)}, {}
    for name in PANELS:
        panel = contest["panels"].get(name)
        if panel:
            barred = {tuple(pair) for pair in panel.get("recused", [])}
            totals[name] = {seat: {n: sheet_total(panel["criteria"], points)
                                   for n, points in by_number(sheet).items()
                                   if n in votes and (seat, n) not in barred}
                            for seat, sheet in panel["sheets"].items()}
            parts[name], used[name] = panel_parts(totals[name], panel["rule"], numbers, unit)
    return {"totals": totals, "parts": parts, "used": used,
            "standing": order_of(parts, contest["weights"], contest["ties"], votes)}


# --- the choice

class Rules:
    """Caps and minimums as sets: (why, members, least, most)."""

    def __init__(self, candidates, places, caps):
        self.places, self.sets, own = places, [], by_number(candidates)
        if caps.get("unitMost") is not None:
            for unit in {c["unit"] for c in own.values()}:
                self.add("unit", [n for n in own if own[n]["unit"] == unit], {"most": caps["unitMost"]})
        for name, bound in caps.get("categories", {}).items():
            self.add("category", [n for n in own if own[n]["category"] == name], bound)
        for group in caps.get("groups", []):
            self.add("group", group["members"], group)

    def add(self, why, members, bound):
        self.sets.append((why, frozenset(members), bound.get("least", 0), bound.get("most", math.inf)))

    def bar(self, taken, number):
        return next((why for why, members, _, most in self.sets
                     if number in members and len(taken & members) >= most), None)

    def completable(self, taken, rest, seen=None):
        """Can all minimums be met by adding some of rest?"""
        seen = set() if seen is None else seen
        if len(taken) > self.places or taken in seen:
            return False
        seen.add(taken)
        short = next((members for _, members, least, _ in self.sets if len(taken & members) < least), None)
        return short is None or any(self.completable(taken | {n}, rest, seen)
                                    for n in sorted((rest & short) - taken) if not self.bar(taken, n))

    def why_not(self, taken, rest, number):
        bar = self.bar(taken, number)
        if bar or len(taken) >= self.places:
            return bar or "places"
        return None if self.completable(taken | {number}, rest) else "reserved"

    def fitting(self, taken, rest, group):
        """Who of a group fits by itself and why the others do not; refused where the order among those that fit decides."""
        why = {n: self.why_not(taken, rest, n) for n in group}
        fit, with_all = [n for n in group if not why[n]], taken
        for n in fit:
            with_all = None if with_all is None or self.bar(with_all, n) else with_all | {n}
        if fit and (with_all is None or not self.completable(with_all, rest)):
            raise Refused("tie_open", numbers=fit, places=self.places - len(taken))
        return fit, [{"number": n, "why": why[n]} for n in group if why[n]]


def choose(order, candidates, places, caps, fallen=()):
    rules, taken, chosen, passed = Rules(candidates, places, caps), frozenset(), [], []
    order = [[n for n in group if n not in fallen] for group in order]
    rest = frozenset(itertools.chain(*order))
    if not rules.completable(taken, rest):
        raise Refused("minimum_impossible")
    for group in order:
        fit, others = rules.fitting(taken, rest, group)
        taken, chosen, passed, rest = taken.union(fit), chosen + fit, passed + others, rest - set(group)
    answer = {"chosen": chosen, "passed": passed, "unfilled": places - len(chosen)}
    for size in range(places, len(chosen), -1):  # for information: who together would fill more
        for some in itertools.combinations(itertools.chain(*order), size):
            if all(least <= len(members.intersection(some)) <= most for _, members, least, most in rules.sets):
                return {**answer, "couldFill": list(some)}
    return answer


def next_alternate(order, candidates, places, caps, chosen, fallen):
    rules, kept = Rules(candidates, places, caps), frozenset(n for n in chosen if n not in fallen)
    everybody = list(itertools.chain(*order))
    rest, now = frozenset(everybody) - kept - set(fallen), kept
    promoted = None
    for group in order:
        fit, _ = rules.fitting(kept, rest, [n for n in group if n in rest])
        if fit:
            promoted, now = fit[0], kept | {fit[0]}
            break
    try:
        anew = set(choose(order, candidates, places, caps, fallen)["chosen"]) == now
    except Refused:
        anew = None
    return {"promoted": promoted, "chosen": [n for n in everybody if n in now], "sameAsChoosingAnew": anew}


def draw(seed, numbers):
    return sorted(numbers, key=lambda n: hashlib.sha256(f"{seed}/{n}".encode()).hexdigest())


def meeting_round(appointed, present, quorum, places, strict, favour, **bar):
    if Fraction(present, appointed) < Fraction(*quorum):
        raise Refused("no_quorum", present=present, appointed=appointed)
    favour, needed = by_number(favour), Fraction(*bar["pass"]) * present
    line = sorted(favour, key=lambda n: (-favour[n], n))
    passed = [n for n in line if favour[n] > needed or (favour[n] == needed and not strict)]
    among = sorted(n for n in line if n not in passed)
    if len(passed) > places:
        among = [n for n in passed if favour[n] == favour[passed[places]]]
        passed = [n for n in passed if favour[n] > favour[among[0]]]
    left = places - len(passed)
    return {"passed": passed, "next": {"places": left, "among": among} if left and among else None}


# --- days, locks

def notice_period(calendar, published, days, first):
    day, found = datetime.date.fromisoformat(published), []
    if first == "next":
        day += datetime.timedelta(1)
    while len(found) < days:
        if day.year not in calendar["years"]:
            raise Refused("calendar_uncovered", year=day.year)
        text = day.isoformat()
        if text in calendar["work"] or (day.weekday() < 5 and text not in calendar["off"]):
            found.append(text)
        day += datetime.timedelta(1)
    return {"days": found, "first": found[0], "last": found[-1]}


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def commitment(salt, sheet):
    return hashlib.sha256(bytes.fromhex(salt) + canonical(sheet).encode()).hexdigest()


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    import standing as vectors  # beside this file: hands each vector to these functions

    sys.exit(vectors.main(sys.argv[1:]))
