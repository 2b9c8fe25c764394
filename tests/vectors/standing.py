"""Runs vectors through recompute.py --vectors FILE. Also what is beside the result: influence, robustness, publicity."""
import datetime
import itertools
import json
import sys
from fractions import Fraction

from recompute import (
    PANELS, PARTS, Refused, alternate, by_number, canonical, choose, commitment, draw, half_up, meeting_round,
    notice_period, order_of, panel_parts, pick, sheet_total, standing_of, vote_parts)


def answer(run, *given, **named):
    try:
        return run(*given, **named)
    except Refused as refused:
        return refused.answer


def influence(parts, weights):
    moves = {}
    for name, part in parts.items():
        mean = Fraction(sum(part.values()), len(part))
        moves[name] = weights.get(name, 0) * sum(abs(x - mean) for x in part.values())
    return {name: half_up(1000 * move / sum(moves.values())) if any(moves.values()) else 0
            for name, move in moves.items()}


def robustness(contest, places, caps, candidates, flagged):
    def rule(**change):
        return {k: {**p, "rule": {**p["rule"], **change}} for k, p in contest["panels"].items()}

    cases = {"as it is": {}}
    for name in (p for p in PANELS if p in contest["panels"]):
        panel = contest["panels"][name]
        for seat in panel["sheets"]:
            left = {**panel, "sheets": {s: own for s, own in panel["sheets"].items() if s != seat}}
            cases[f"without {seat}"] = {"panels": {**contest["panels"], name: left}}
    cases["nothing dropped"] = {"panels": rule(trim=0)}
    cases["severity removed"] = {"panels": rule(severity="remove")}
    if any(panel["rule"]["severity"] == "remove" for panel in contest["panels"].values()):
        cases["severity ignored"] = {"panels": rule(severity="ignore")}
    weights = contest["weights"]
    for more, less in itertools.permutations([p for p in PARTS if weights.get(p)], 2):
        if weights[less] >= 5:
            shifted = {**weights, more: weights[more] + 5, less: weights[less] - 5}
            cases[f"{more} +5, {less} -5"] = {"weights": shifted}
    if flagged:
        votes = {n: max(0, v - flagged.get(n, 0)) for n, v in contest["votes"].items()}
        cases["flagged ballots fall"] = {"votes": votes}
    def chosen_in(change):
        lines = standing_of({**contest, **change})["standing"]
        order = [[one["number"] for one in same] for _, same in itertools.groupby(lines, lambda one: one["rank"])]
        return choose(order, candidates, places, caps)["chosen"]

    chosen = {name: answer(chosen_in, change) for name, change in cases.items()}
    real = chosen["as it is"]
    told = {name: some for name, some in chosen.items() if isinstance(some, list) and isinstance(real, list)}
    marks = {n: {"chosen": n in real, "otherwiseIn": [k for k in told if (n in told[k]) != (n in real)]}
             for n in by_number(contest["votes"])}
    return {"chosenIn": chosen, "marks": marks}


def filing_points(filings, rule):
    units = {}
    for filing in filings:
        own = units.setdefault(filing["unit"], {"news": 0, "article": 0, "used": [0] * len(rule["used"]), "points": 0})
        event, filed = (datetime.date.fromisoformat(filing[key]) for key in ("event", "filed"))
        late = (filed - event).days > rule["days"]
        news = filing["kind"] in ("news", "opinion")
        own["news" if news else "article"] += 1
        best = min(filing.get("used", []), default=0)
        if best and not news and (rule["lateUsed"] or not late):
            own["used"][best - 1] += 1
            own["points"] += rule["used"][best - 1]
        elif not late:
            own["points"] += rule["news" if news else "article"]
    return units


# --- the vectors

def parts_alone(sheets, rule, unit):
    numbers = sorted({int(n) for own in sheets.values() for n in own})
    return panel_parts(sheets, rule, numbers, unit)[0]


def panel_vector(unit, rule, sheets):
    if all(isinstance(own, list) for own in sheets.values()):
        result = {}
        for name, totals in sheets.items():
            parts, used, _ = panel_parts({f"E{i}": {"1": t} for i, t in enumerate(totals)}, rule, [1], unit)
            result[name] = {"part": parts[1], "dropped": used[1]["dropped"]}
        return result
    if "severity" in rule:
        return parts_alone(sheets, rule, unit)
    return {how: parts_alone(sheets, {**rule, "severity": how}, unit) for how in ("ignore", "remove")}


def vote_vector(unit=None, counts=None, rules=None, cases=None):
    if cases:
        return [vote_parts({"1": c["max"], "2": c["votes"]}, {"scale": "log"}, c["unit"])[2] for c in cases]
    if all(isinstance(count, int) for count in counts.values()):
        return {name: vote_parts(counts, rule, unit) for name, rule in rules.items()}
    return {name: vote_vector(unit, own, rules) for name, own in counts.items()}


def choice(order, candidates, places, caps=None, fallen=(), tieLast="meeting"):
    return choose(order, candidates, places, caps or {}, fallen, tieLast)


def next_alternate(order, candidates, places, caps, chosen, fallen):
    promoted, now = alternate(order, candidates, places, caps, chosen, fallen)
    anew = answer(pick, order, candidates, places, caps, fallen)
    return {"promoted": promoted, "chosen": now,
            "sameAsChoosingAnew": set(anew["chosen"]) == set(now) if "chosen" in anew else None}


def draw_vector(seed, tied, order, **given):
    drawn = draw(seed, tied)
    order = list(itertools.chain(*([[n] for n in drawn] if set(group) == set(tied) else [group] for group in order)))
    return {"drawn": drawn, **choice(order, **given)}


def robust_vector(contest, places, scenarios=(), flagged=None, caps=None, candidates=None):
    anybody = {n: {"unit": n, "category": ""} for n in contest["votes"]}
    return robustness(contest, places, caps or {}, candidates or anybody, flagged)


def influence_vector(contest, weights, rules, wanted):
    parts = standing_of(contest)["parts"]
    return {scale: influence({**parts, "vote": vote_parts(contest["votes"], rules[scale], contest["unit"])}, weights)
            for scale in wanted}


RUNS = {
    "divide": lambda cases: [half_up(Fraction(*case)) for case in cases],
    "sheetTotal": lambda unit, cases: [sheet_total(case["criteria"], case["points"]) for case in cases],
    "panelParts": panel_vector,
    "voteParts": vote_vector,
    "computeStanding": lambda **contest: {key: one for key, one in standing_of(contest).items() if key != "trimmed"},
    "orderOf": lambda unit, parts, weights, ties, votes=None: order_of(parts, weights, ties, votes),
    "choose": choice,
    "drawTied + choose": draw_vector,
    "nextAlternate": lambda order, candidates, places, chosen, caps=None: {
        n: answer(next_alternate, order, candidates, places, caps or {}, chosen, [n]) for n in chosen},
    "noticePeriod": lambda calendars, cases: [
        answer(notice_period, **{**case, "calendar": calendars[case["calendar"]]}) for case in cases],
    "meetingRound": lambda meetings: [answer(meeting_round, **meeting) for meeting in meetings],
    "robustness": robust_vector,
    "influence": influence_vector,
    "sheetCommitment": lambda salt, sheet: {"canonical": canonical(sheet), "commitment": commitment(salt, sheet)},
    "filingPoints": lambda filings, rule: filing_points(filings, rule),
}


def alike(actual, expected):
    """A refusal may say more than the other one does."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        both = actual.keys() & expected.keys() if "refusal" in actual and "refusal" in expected else actual.keys() | expected.keys()
        return all(key in actual and key in expected and alike(actual[key], expected[key]) for key in both)
    if isinstance(expected, list) and isinstance(actual, list):
        return len(actual) == len(expected) and all(map(alike, actual, expected))
    return type(actual) is type(expected) and actual == expected


def main(paths):
    with open(paths[0], encoding="utf-8") as file:
        vectors = json.load(file)["vectors"]
    inputs = {vector["name"]: vector["input"] for vector in vectors}
    agreeing = 0
    for vector in vectors:
        given = dict(vector["input"])
        if isinstance(given.get("contest"), str):
            given["contest"] = inputs[given["contest"]]
        if vector["function"] == "influence":
            given.update(rules=inputs["vote-scales"]["rules"], wanted=vector["expected"])
        found = json.loads(json.dumps(answer(RUNS[vector["function"]], **given)))
        if alike(found, vector["expected"]):
            agreeing += 1
        else:
            print(f"{vector['name']}\n  expected {canonical(vector['expected'])}\n  got      {canonical(found)}")
    print(f"{agreeing} of {len(vectors)} agree")
    return 0 if agreeing == len(vectors) else 1
