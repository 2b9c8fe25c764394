"""核验包 zuimei-bundle@1, checked a second time: Python 3.8 or later, its standard library and nothing else.

Written from what the rules and the format say in words, not from the program's code: two independent hands must agree.

  python3 recompute.py                    beside the unzipped files
  python3 recompute.py BUNDLE.zip         or a folder; with --key KEY the log's key as it was printed elsewhere
  python3 recompute.py --vectors FILE     worked examples in the shape of standing.json; says "N of M agree"

Prints the fifteen checks, each with what differs. Exit 0: all fifteen agree; 1: something differs or could not be looked at; 2: wrong usage.
Points are whole numbers of units (10 ** -decimals of a point); entries are counted from 0 in files and from 1 in what is printed.
"""
import base64
import collections
import datetime
import decimal
import hashlib
import itertools
import json
import math
import os
import re
import struct
import sys
import types
import zipfile
import zlib
from fractions import Fraction

PANELS = ("expert", "media", "merit")
PARTS = ("vote",) + PANELS
# Moments inside an act are by the program's clock, those of entries by the database's: so many ms the two may lie apart.
CLOCKS = 300000


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


def by_seat(code):
    """E2 stands before E10."""
    return len(code), code


def panel_parts(sheets, rule, numbers, unit):
    """Each one's part, how many sheets it comes from, and the seats whose line was dropped, lowest first."""
    sheets = {seat: {n: t for n, t in by_number(own).items() if n in numbers} for seat, own in sheets.items()}
    of = {n: [seat for seat in sorted(sheets, key=by_seat) if n in sheets[seat]] for n in numbers}
    for n in numbers:
        if len(of[n]) < max(1, rule["least"]):
            raise Refused("too_few_sheets", number=n, sheets=len(of[n]), least=rule["least"])
    offset = severity(sheets) if rule["severity"] == "remove" else {}
    parts, used, trimmed = {}, {}, {}
    for n in numbers:
        totals = sorted(((sheets[seat][n] - offset.get(seat, 0), seat) for seat in of[n]), key=lambda one: one[0])
        trim = rule["trim"] if len(totals) >= rule["trimFrom"] else 0
        kept = [total for total, _ in totals[trim:len(totals) - trim]]
        parts[n] = min(max(half_up(Fraction(sum(kept)) / len(kept)), 0), 100 * unit)
        used[n] = {"sheets": len(totals), "dropped": 2 * trim}
        trimmed[n] = [seat for _, seat in totals[:trim] + totals[len(totals) - trim:]]
    return parts, used, trimmed


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
    totals, parts, used, trimmed = {}, {"vote": vote_parts(votes, contest["vote"], unit)}, {}, {}
    for name in PANELS:
        panel = contest["panels"].get(name)
        if panel:
            barred = {tuple(pair) for pair in panel.get("recused", [])}
            totals[name] = {seat: {n: sheet_total(panel["criteria"], points)
                                   for n, points in by_number(sheet).items()
                                   if n in votes and (seat, n) not in barred}
                            for seat, sheet in panel["sheets"].items()}
            parts[name], used[name], trimmed[name] = panel_parts(totals[name], panel["rule"], numbers, unit)
    return {"totals": totals, "parts": parts, "used": used, "trimmed": trimmed,
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
        """Can all minimums be met by adding some of rest? Given up, as the rules say, where it takes too long to tell."""
        seen = set() if seen is None else seen
        if len(taken) > self.places or taken in seen:
            return False
        seen.add(taken)
        if len(seen) > 100000:
            raise Refused("caps_entangled")
        short = next((members for _, members, least, _ in self.sets if len(taken & members) < least), None)
        return short is None or any(self.completable(taken | {n}, rest, seen)
                                    for n in sorted((rest & short) - taken) if not self.bar(taken, n))

    def why_not(self, taken, rest, number):
        bar = self.bar(taken, number)
        if bar or len(taken) >= self.places:
            return bar or "places"
        return None if self.completable(taken | {number}, rest) else "reserved"

    def fitting(self, taken, rest, group):
        """Who of a group fits by itself, why the others do not, and whether the order among those that fit decides."""
        why = {n: self.why_not(taken, rest, n) for n in group}
        fit, with_all = [n for n in group if not why[n]], taken
        for n in fit:
            with_all = None if with_all is None or self.bar(with_all, n) else with_all | {n}
        tied = bool(fit) and (with_all is None or not self.completable(with_all, rest))
        return fit, [{"number": n, "why": why[n]} for n in group if why[n]], tied

    def widened(self, taken, fit, rest):
        """All of fit are taken though places are too few: so many more that the minimums can still be met; False where none do."""
        if any(why in ("unit", "group") and len(members & taken.union(fit)) > most for why, members, _, most in self.sets):
            return False
        left = self.places - len(taken)
        for more in range(max(0, left - len(fit)), left + 1):
            self.places = len(taken) + len(fit) + more
            if self.completable(taken.union(fit), rest):
                return True
        return False


def pick(order, candidates, places, caps, fallen=(), tie_last="meeting"):
    """Down the order everybody who fits; tied ones for whom places are too few: all or none of them, or the tie is open."""
    rules, taken, chosen, passed = Rules(candidates, places, caps), frozenset(), [], []
    order = [[n for n in group if n not in fallen] for group in order]
    rest = frozenset(itertools.chain(*order))
    if not rules.completable(taken, rest):
        raise Refused("minimum_impossible")
    for group in order:
        fit, others, tied = rules.fitting(taken, rest, group)
        left = rules.places - len(taken)
        if tied and not (tie_last in ("all", "none") and rules.widened(taken, fit, rest)):
            raise Refused("tie_open", numbers=fit, places=left)
        taken, rest = taken.union(fit), rest - set(group)
        if tied and tie_last == "none":
            others = [{"number": n, "why": "places"} for n in fit] + others
        else:
            chosen = chosen + fit
        passed = passed + others
    return {"chosen": chosen, "passed": passed, "unfilled": max(0, places - len(chosen))}


def choose(order, candidates, places, caps, fallen=(), tie_last="meeting"):
    """The choice; for information also who together would fill more places, where none was left empty for a tie."""
    answer, rules = pick(order, candidates, places, caps, fallen, tie_last), Rules(candidates, places, caps)
    everybody = [n for n in itertools.chain(*order) if n not in fallen]
    for size in range(places, len(answer["chosen"]), -1) if tie_last != "none" else ():
        for some in itertools.combinations(everybody, size):
            if all(least <= len(members.intersection(some)) <= most for _, members, least, most in rules.sets):
                return {**answer, "couldFill": list(some)}
    return answer


def alternate(order, candidates, places, caps, chosen, fallen):
    """Who moves up beside the chosen that stay, None = nobody can; and all who are chosen then, in order."""
    rules, kept = Rules(candidates, places, caps), frozenset(n for n in chosen if n not in fallen)
    everybody = list(itertools.chain(*order))
    rest, now, promoted = frozenset(everybody) - kept - set(fallen), kept, None
    for group in order:
        fit, _, tied = rules.fitting(kept, rest, [n for n in group if n in rest])
        if tied:
            raise Refused("tie_open", numbers=fit, places=places - len(kept))
        if fit:
            promoted, now = fit[0], kept | {fit[0]}
            break
    return promoted, [n for n in everybody if n in now]


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


# --- signatures: Ed25519 (RFC 8032) in plain integers, and C2SP signed notes

P, L = 2 ** 255 - 19, 2 ** 252 + 27742317777372353535851937790883648493
D, ROOT = -121665 * pow(121666, P - 2, P) % P, pow(2, (P - 1) // 4, P)


def point(data):
    """32 bytes as a point of the curve: (x, y, 1, xy), or None."""
    y, sign = int.from_bytes(data, "little") % 2 ** 255, data[-1] >> 7
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * ROOT % P
    if len(data) != 32 or y >= P or x * x % P != square or (x == 0 and sign):
        return None
    x = x if x % 2 == sign else P - x
    return x, y, 1, x * y % P


def plus(one, other):
    a, b = (one[1] - one[0]) * (other[1] - other[0]), (one[1] + one[0]) * (other[1] + other[0])
    c, d = 2 * D * one[3] * other[3], 2 * one[2] * other[2]
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def is_signature(key, signature, message):
    """Is s·B = R + h·A, for a signature R ‖ s and a key A?"""
    if len(signature) != 64 or not point(key) or not point(signature[:32]):
        return False
    a, r, s = point(key), point(signature[:32]), int.from_bytes(signature[32:], "little")
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    minus, total = (P - a[0], a[1], 1, P - a[3]), (0, 1, 1, 0)
    table = None, minus, BASE, plus(BASE, minus)
    for bit in range(252, -1, -1):
        total = plus(total, total)
        which = 2 * (s >> bit & 1) + (h >> bit & 1)
        total = plus(total, table[which]) if which else total
    return s < L and all((total[i] - r[i] * total[2]) % P == 0 for i in (0, 1))


def key_of(text, kind=1):
    """Name, id and public key of a verifier key `<name>+<id>+<base64>`; ValueError for any other text."""
    name, number, encoded = text.strip().split("+", 2)
    data = base64.b64decode(encoded, validate=True)
    identity = hashlib.sha256(name.encode() + b"\n" + data).digest()[:4]
    if len(data) != 33 or data[0] != kind or identity.hex() != number:
        raise ValueError(text)
    return name, identity, data[1:]


def note_of(note):
    """Text of a signed note and its signatures, each (name, key id, bytes); ValueError for what is none."""
    at = note.rindex("\n\n")
    lines = [line.split(" ") for line in note[at + 2:-1].split("\n")]
    if not note.endswith("\n") or any(len(line) != 3 or line[0] != "\u2014" for line in lines):
        raise ValueError(note)
    found = [(name, base64.b64decode(data, validate=True)) for _, name, data in lines]
    return note[:at + 1], [(name, data[:4], data[4:]) for name, data in found]


def fault_of(text, signatures, key):
    """Why a note is not the key's; '' = it is."""
    own = [data for name, identity, data in signatures if (name, identity) == key[:2]]
    if not own:
        return "不是账本公钥签名的"
    return "" if all(is_signature(key[2], data, text.encode()) for data in own) else "的内容与签名不符"


# --- the files of a bundle

SEALED = sorted("README.txt recompute.py ledger.ndjson rules.json candidates.json tally.json sample.ndjson panels.json sheets.ndjson"
                " standing.json ties.json choice.json earlier.ndjson calendar.json notice.json result.json"
                " votes.csv scores.csv result.csv".split())
NAMES = SEALED + ["SHA256SUMS", "bundle.note"]
MOST, MOST_FILE, PIECE, MOST_SAFE = 0xfffffffe, 64 << 20, 1 << 16, 2 ** 53 - 1
GAPS = 0, 12, 16  # behind a file of a zip its sizes may stand once more


ODD = ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError  # what malformed JSON meets


class Stop(Exception):
    """Ends a check: what cannot be read."""


class Idle(Exception):
    """Ends a check that has nothing to look at: why."""


def open_zip(file):
    """Where each file lies, by name: (deflated, place, packed, size). Stop for what is no zip of plain files laid end to end."""
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, struct.error):
        raise Stop("文件包没有结尾，文件被截断了，或不是 zip。") from None
    free, places, length = 0, {}, file.seek(0, 2)
    heads = sorted(archive.infolist(), key=lambda one: one.header_offset)
    if heads and heads[0].header_offset > 0:
        raise Stop("文件包的目录前后有多出或缺少的内容。")
    if len(heads) > 100:
        raise Stop(f"文件包里有 {len(heads)} 个文件，太多了。")
    for one in heads:
        name, packed, size, method = one.orig_filename, one.compress_size, one.file_size, one.compress_type
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", name):
            raise Stop(f"文件包里的文件名 {name!r} 不该有：只能是字母、数字，不带文件夹。")
        if name.lower() in map(str.lower, places):
            raise Stop(f"文件包里的文件 {name} 出现了两次。")
        if one.flag_bits & 1 or method not in (0, 8) or (method == 0 and packed != size):
            raise Stop(f"文件包里的 {name} 加了密码，或压缩方式、大小不对。")
        if size > (MOST if name == "ledger.ndjson" else MOST_FILE) or size > max(1 << 20, 200 * packed):
            raise Stop(f"文件包里的 {name} 由 {packed} 字节解压成 {size} 字节，超过上限，或不像真的。")
        file.seek(one.header_offset)
        head = file.read(30 + len(name))
        if one.header_offset - free not in GAPS or head[:4] != b"PK\3\4" or head[26:28] != bytes([len(name), 0]) or head[30:] != name.encode():
            raise Stop(f"文件包里的 {name} 不在目录所说的位置，或前面有多出的内容。")
        places[name] = one.compress_type == 8, one.header_offset + 30 + sum(struct.unpack("<HH", head[26:30])), packed, size
        free = sum(places[name][1:3])
    directory = sum(46 + len(one.orig_filename) + len(one.extra) + len(one.comment) for one in heads)
    if archive.start_dir - free not in GAPS or archive.start_dir + directory + 22 + len(archive.comment) != length:
        raise Stop("文件包的目录前后有多出或缺少的内容。")
    return places


def unpack(file, name, deflated, place, packed, size):
    """The bytes of a file in a zip, in pieces."""
    engine, given = zlib.decompressobj(-15), 0
    file.seek(place)
    try:
        while packed:
            piece = file.read(min(PIECE, packed))
            packed -= len(piece) or packed
            piece = engine.decompress(piece) if deflated else piece
            given += len(piece)
            if given > size:
                break
            yield piece
    except zlib.error:
        raise Stop(f"文件包里的 {name} 解压不了，文件损坏了。") from None
    if given != size or (deflated and not engine.eof):
        raise Stop(f"文件包里的 {name} 解压出来不是 {size} 字节。")


def plain_pieces(path):
    with open(path, "rb") as file:
        yield from iter(lambda: file.read(PIECE), b"")


def sha(data):
    return hashlib.sha256(data).hexdigest()


def is_safe(digits):
    number = int(digits)
    if abs(number) > MOST_SAFE:
        raise ValueError(digits)
    return number


def no_float(text):
    raise ValueError(text)


def parsed(text, where):
    try:
        value = json.loads(text, parse_int=is_safe, parse_float=no_float, parse_constant=no_float)
    except (ValueError, RecursionError):
        raise Stop(f"{where} 不是 JSON，或含有小数等不该有的值。") from None
    if canonical(value) != text:
        raise Stop(f"{where} 不是规范写法的 JSON（键按次序、没有空格）。")
    return value


class Bundle:
    """A bundle as it was read; `digests` of every file, `ledger` as read_ledger gives it."""

    def __init__(self, path, pinned):
        self.files, self.digests, self.strangers = {}, {}, []
        if os.path.isdir(path):
            pieces = {name: plain_pieces(os.path.join(path, name)) for name in NAMES if os.path.isfile(os.path.join(path, name))}
        else:
            file = open(path, "rb")
            places = open_zip(file)
            pieces = {name: unpack(file, name, *place) for name, place in places.items() if name in NAMES}
            self.strangers = [name for name in places if name not in NAMES]
        for name in [name for name in pieces if name != "ledger.ndjson"]:
            self.files[name] = b"".join(pieces[name])
            self.digests[name] = sha(self.files[name])
        digest = hashlib.sha256()
        self.ledger = read_ledger(split_lines(pieces.get("ledger.ndjson", ()), digest), pinned, self.sampled())
        self.acts = self.ledger.acts
        if "ledger.ndjson" in pieces:
            self.digests["ledger.ndjson"] = digest.hexdigest()

    def text(self, name):
        if name not in self.files:
            raise Stop(f"{name} 不在文件包里。")
        try:
            return self.files[name].decode()
        except UnicodeDecodeError:
            raise Stop(f"{name} 不是 UTF-8 文字。") from None

    def json(self, name):
        return parsed(self.text(name), name)

    def lines(self, name):
        lines = self.text(name).split("\n")
        if lines.pop() != "":
            raise Stop(f"{name} 的最后一行断了。")
        return [parsed(line, f"{name} 第 {i} 行") for i, line in enumerate(lines, 1)]

    def sampled(self):
        """Up to where the sample's root goes and which ballots it opens, as it says itself."""
        try:
            head, *lines = self.lines("sample.ndjson")
            return head["size"], {line["index"] for line in lines}
        except (Stop,) + ODD:
            return -1, set()


def split_lines(pieces, digest):
    left = b""
    for piece in pieces:
        digest.update(piece)
        *lines, left = (left + piece).split(b"\n")
        yield from lines
    if left:
        yield left


# --- the ledger (zuimei-ledger@1): leaves, tree, checkpoints, and the ballots counted anew

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
HASH, SHORT, UUID = re.compile(r"[0-9a-f]{64}"), re.compile(r"[0-9a-f]{32}"), re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NO_BALLOT, NO_ROUND = 255, 254
Act = collections.namedtuple("Act", "index at kind act")


class Tree:
    """A Merkle tree (RFC 6962) that grows: the roots of its full subtrees, largest first."""

    def __init__(self):
        self.size, self.peaks = 0, []

    def push(self, leaf):
        size, peaks = self.size, self.peaks
        while size & 1:
            leaf = hashlib.sha256(b"\1" + peaks.pop() + leaf).digest()
            size >>= 1
        peaks.append(leaf)
        self.size += 1

    def root(self):
        root = self.peaks[-1] if self.peaks else hashlib.sha256(b"").digest()
        for peak in self.peaks[-2::-1]:
            root = hashlib.sha256(b"\1" + peak + root).digest()
        return root


class Recount:
    """Ballots by index, and what they add up to: by round and number [counted, held]; number 0 counts the ballots."""

    def __init__(self):
        self.ballots, self.counts = {}, collections.defaultdict(lambda: [0, 0])

    def move(self, index, by):
        where, picks, held, void = self.ballots[index]
        if not void:
            for number in (0,) + picks:
                self.counts[where, number][held] += by

    def add(self, index, where, picks, held):
        self.ballots[index] = where, picks, held, False
        self.move(index, 1)

    def rule(self, verb, index):
        """False where the ruling is of no ballot, or of none that it can change."""
        where, picks, held, void = self.ballots.get(index, (0, (), 0, verb != "restore"))
        if void != (verb == "restore") or index not in self.ballots or (verb == "release" and not held):
            return False
        self.move(index, -1)
        self.ballots[index] = where, picks, 0 if verb == "release" else held, verb == "void"
        self.move(index, 1)
        return True

    def kept(self):
        return {key: tuple(pair) for key, pair in self.counts.items() if any(pair)}


def ballot_commitment(contest, ballot):
    """Of a ballot's opening; ValueError for what is no ballot."""
    picks, state = ballot["picks"], ballot["state"]
    if not (UUID.fullmatch(ballot["ballotId"]) and SHORT.fullmatch(ballot["evidence"]) and SHORT.fullmatch(ballot["voter"])
            and HASH.fullmatch(ballot["salt"]) and state in ("counted", "held") and picks == sorted(set(picks))
            and all(type(pick) is int and 0 < pick < 32768 for pick in picks)):
        raise ValueError(ballot)
    text = (f'{{"ballotId":"{ballot["ballotId"]}","contest":"{contest}","evidence":"{ballot["evidence"]}",'
            f'"picks":[{",".join(map(str, picks))}],"state":"{state}","voter":"{ballot["voter"]}"}}')
    return sha(bytes.fromhex(ballot["salt"]) + text.encode())


def frozen_of(rules):
    """What rules say that a recount needs: the rounds as spans, and the names; None where they cannot be read."""
    try:
        spans = [tuple(instant(moment(one[key])) for key in ("opens", "closes")) for one in rules["rounds"]]
        return spans, [(one["number"], one["name"]) for one in rules["candidates"]]
    except ODD:
        return None


def moment(at):
    """Milliseconds since 1970 of an instant or a day."""
    text = at[:-1] + "+00:00" if at.endswith("Z") else at
    found = datetime.datetime.fromisoformat(text)
    found = found if found.tzinfo else found.replace(tzinfo=datetime.timezone.utc)
    return round(found.timestamp() * 1000)


def instant(ms):
    """As entries have it; instants of this form compare as texts."""
    return (datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=ms)).isoformat(timespec="milliseconds") + "Z"


def read_ledger(lines, pinned, sampled):
    """Everything again that the server did with a ledger, in one pass. What is wrong stands in `faults`, a sentence each."""
    led = types.SimpleNamespace(header=None, key=None, faults=[], acts=[], rulings=[], commitments={}, roots={}, recounts={}, last=None,
                                rounds=bytearray(), tree=Tree(), count=Recount(), salts=set(), tags=set(), spent=collections.Counter(), quota=None, spans=[], signed={}, sealed=0,
                                points=[], end=None, latest="", cast="", now=NO_ROUND, sampled=sampled)
    for raw in lines:
        try:
            line = json.loads(raw.decode()) if raw.strip() else None
            if line is None:
                continue
            if led.header is None:
                if not is_header(line):
                    break
                begin_ledger(led, line, pinned)
            elif "index" in line and led.end is None:
                take_entry(led, line)
            elif "checkpoint" in line and led.tree.size == 0 and led.end is None:
                led.points.append(line["checkpoint"])
            elif "end" in line and led.end is None:
                led.end = line["end"]
            else:
                led.faults.append(f"第 {led.tree.size + 1} 号账目处出现了不该在这里的内容，文件被拼接或改动过。")
        except ODD:
            led.faults.append(f"第 {led.tree.size + 1} 号账目处读不下去，文件可能在传送中损坏。")
    if led.header is None:
        led.faults.append("这不是选票账本的导出文件。")
        return led
    try:
        end_ledger(led)
    except ODD:
        led.faults.append("结尾一行读不下去，文件可能在传送中损坏。")
    return led


def is_header(line):
    kinds = {"contest": str, "title": str, "origin": str, "verifierKey": str, "witnesses": list, "version": int, "size": int}
    fits = isinstance(line, dict) and line.get("format") == "zuimei-ledger@1" and frozen_of(line)
    withheld = fits and line.get("withheld", 0)
    return fits and all(isinstance(line.get(key), kind) for key, kind in kinds.items()) and (
        withheld is None or isinstance(withheld, dict) and isinstance(withheld.get("from"), str))


def take_entry(led, line):
    """The next entry: its leaf, and what opens its commitment."""
    index, at, kind, commitment, tree = led.tree.size, line["at"], line["kind"], line["commitment"], led.tree
    if index == 0:
        open_points(led)
    if line["index"] != index:
        led.faults.append(f"应是第 {index + 1} 号账目的位置，写的是第 {line['index'] + 1} 号：有账目被拿走、插入或调换。")
    if not (INSTANT.fullmatch(at) and HASH.fullmatch(commitment)):
        led.faults.append(f"第 {index + 1} 号账目的格式不对，不是系统写下的样子。")
    if at < led.latest:
        led.faults.append(f"第 {index + 1} 号账目的时间 {at} 早于前一条 {led.latest}：时间或先后被改过。")
    tag = take_tag(led, index, line) if kind == "ballot" else ""
    entry = f'\0{{"at":"{at}","commitment":"{commitment}","contest":"{led.header["contest"]}","kind":"{kind}",{tag}"v":1}}'
    tree.push(hashlib.sha256(entry.encode()).digest())
    if kind == "ballot":
        if at != led.cast:
            led.cast, led.now = at, next((i for i, (opens, closes) in enumerate(led.spans) if opens <= at < closes), NO_ROUND)
        led.rounds.append(led.now)
        if index in led.sampled[1]:
            led.commitments[index] = commitment
        if line.get("opening"):
            take_ballot(led, index, line["opening"], commitment)
        elif led.header["withheld"] is None or at < led.header["withheld"]["from"]:
            led.faults.append(f"第 {index + 1} 号选票没有附上内容，无法与封存的指纹核对。")
    else:
        led.rounds.append(NO_BALLOT)
        if kind in ("standing", "count"):
            led.recounts[line["index"]] = led.count.kept()
        take_act(led, Act(line["index"], at, kind, line.get("act")), commitment)
    led.latest = max(at, led.latest)
    if tree.size in led.signed or tree.size == led.sampled[0]:
        led.roots[tree.size] = tree.root().hex()


def take_tag(led, index, line):
    """The quota tag as it stands in the entry: made of voter, period and place among their ballots, so that none may stand twice."""
    tag = line.get("tag", "")
    if not SHORT.fullmatch(tag):
        led.faults.append(f"第 {index + 1} 号账目的格式不对，不是系统写下的样子。")
    elif tag in led.tags:
        led.faults.append(f"第 {index + 1} 号选票的限投标记 {tag} 与前面一张的相同：同一人在同一周期的同一张票被记了两次。")
    led.tags.add(tag)
    return f'"tag":"{tag}",'


def begin_ledger(led, header, pinned):
    """Takes the rounds, and the key: the given one, or the file's own."""
    led.header, led.spans, own, origin = header, frozen_of(header)[0], header["verifierKey"], header["origin"]
    try:
        led.key = key_of(pinned or own)
    except ValueError:
        return led.faults.append("给出的账本公钥读不出来，请核对是否抄全。" if pinned else "文件里没有可用的账本公钥，签名无从核验。")
    if pinned and pinned.strip() != own.strip():
        led.faults.append(f"文件所写的账本公钥是 {own}，给出的是 {pinned.strip()}。已按给出的核验。")
    if led.key[0] != origin or not origin.endswith(f"/{header['contest']}"):
        led.faults.append(f"账本公钥是 {led.key[0]} 的，不是这个活动 {origin} 的。")
    return None


def open_points(led):
    """The signed checkpoints as size → root, hex; and what their witnesses signed."""
    if not led.key:
        return  # that there is none was said, once
    witnesses = [key for key in map(witness_of, led.header["witnesses"]) if key]
    for note in led.points:
        try:
            text, signatures = note_of(note.strip() + "\n")
            origin, count, root, *_ = text.split("\n")
            size, root = int(count), base64.b64decode(root, validate=True).hex()
            why = fault_of(text, signatures, led.key) or ("" if origin == led.key[0] else f"是 {origin} 的")
        except ODD:
            count, why = "大小不明", "读不出来"
        if why:
            led.faults.append(f"存证点（{count} 条账目）{why}。")
            continue
        led.signed[size] = root if led.signed.get(size, root) == root else "两个不同的根"
        for key, (name, identity, data) in itertools.product(witnesses, signatures):
            seconds = int.from_bytes(data[:8], "big")
            if (name, identity) == key[:2] and not is_signature(key[2], data[8:], f"cosignature/v1\ntime {seconds}\n{text}".encode()):
                led.faults.append(f"存证点（{count} 条账目）下 {name} 的见证签名不是它签的。")


def witness_of(text):
    try:
        return key_of(text, 4)
    except ODD:
        return None


def take_ballot(led, index, opening, commitment):
    """A ballot with its opening: is it the one that was committed to, is it there once, and in a round?"""
    try:
        if ballot_commitment(led.header["contest"], opening) != commitment:
            return led.faults.append(f"第 {index + 1} 号选票的内容与入账时封存的指纹 {short(commitment)} 不符：内容在入账之后被改过。")
    except ODD:
        return led.faults.append(f"第 {index + 1} 号选票的内容格式不对，不是系统写下的样子。")
    salt = opening["salt"][:16]  # as good as random, and one for each voter and ballotId
    if salt in led.salts:
        led.faults.append(f"第 {index + 1} 号选票与前面的一张是同一张：被重复写入。")
    elif led.now == NO_ROUND:
        led.faults.append(f"第 {index + 1} 号选票不在投票时间之内。")
    else:
        check_quota(led, index, opening["voter"])
        led.count.add(index, led.now, tuple(opening["picks"]), int(opening["state"] == "held"))
    return led.salts.add(salt)


def check_quota(led, index, voter):
    """Had the voter a ballot left in this period, by the rules in force?"""
    if led.quota:
        day = (moment(led.cast) + 8 * 3600000) // DAY_MS if led.quota["period"] == "day" else 0
        led.spent[voter, led.now, day] += 1
        if led.spent[voter, led.now, day] > led.quota["ballotsPerPeriod"]:
            led.faults.append(f"第 {index + 1} 号选票超出了这位投票人在这一周期可投的张数。")


def take_act(led, one, commitment):
    """An entry that is no ballot: is its act the one that was committed to? Rulings move ballots, rules move the rounds."""
    index, act = one.index, one.act
    if not isinstance(act, dict):
        return led.faults.append(f"第 {index + 1} 号账目没有附上所记的事项，无法与封存的指纹核对。")
    led.acts.append(one)
    if sha(canonical(act).encode()) != commitment:
        return led.faults.append(f"第 {index + 1} 号账目所记的事项与入账时封存的指纹 {short(commitment)} 不符：内容在入账之后被改过。")
    if one.kind == "ruling":
        verb, entries = act["ruling"], act["entries"]
        if verb not in ("void", "restore", "release") or not all(type(ruled) is int and ruled >= 0 for ruled in entries):
            return led.faults.append(f"第 {index + 1} 号账目所记的裁定格式不对，不是系统写下的样子。")
        led.rulings.append((index, verb, entries))
        for ruled in entries:
            is_ballot = ruled < len(led.rounds) and led.rounds[ruled] != NO_BALLOT
            if not is_ballot or (led.header["withheld"] is None and not led.count.rule(verb, ruled)):
                led.faults.append(f"第 {index + 1} 号裁定指向的第 {ruled + 1} 号不是选票，或当时不能这样裁定。")
    elif frozen_of(act.get("rules")):
        led.last, led.spans, led.cast, led.quota = act, frozen_of(act["rules"])[0], "", act["rules"].get("rule")
    return None


def end_ledger(led):
    """The checkpoints that reach further than the file, what the file says of its own length, and what it says beside the ledger."""
    header, end, size, say = led.header, led.end, led.tree.size, led.faults.append
    if size == 0:
        open_points(led)
    for of, root in led.signed.items():
        if of > size:
            say(f"存证点曾为 {of} 条账目签名，现在只有 {size} 条：末尾有账目被拿走。")
        elif of and led.roots[of] != root:
            say(f"前 {of} 条账目算出的根是 {short(led.roots[of])}，当时签名的存证点写 {short(root)}：其中有账目被改动、增删或调换。")
        else:
            led.sealed = max(led.sealed, of)
    if end is None:
        return say(f"文件在第 {size + 1} 号账目前断了，没有结尾。")
    if not end["entries"] == header["size"] == size or end["checkpoints"] != len(led.points):
        say(f"文件登记 {end['entries']} 条账目、{end['checkpoints']} 个存证点，实有 {size} 条、{len(led.points)} 个：内容有增删。")
    if led.last:
        rules, version = led.last["rules"], led.last["version"]
        if header["version"] < version or (header["version"] == version and frozen_of(header) != frozen_of(rules)):
            say("所写的投票时间或候选名单，与账本里冻结的规则不同。")
        if header["version"] == version and rules.get("title", header["title"]) != header["title"]:
            say(f"所写的活动名称是“{header['title']}”，账本里冻结的是“{rules['title']}”。")
    if header["withheld"] is None:
        kept = led.count.kept()
        stored = {(one["round"], one["number"]): (one["votes"], one["held"]) for one in end["tally"]}
        for key in sorted({*stored, *kept}):
            (votes, held), (due, due_held) = stored.get(key, (0, 0)), kept.get(key, (0, 0))
            if (votes, held) != (due, due_held):
                say(f"第 {key[0] + 1} 轮{f'候选 {key[1]} ' if key[1] else '选票'}登记 {votes}（待核 {held}），按选票重算应为 {due}（待核 {due_held}）。")
    return None


# --- what the acts of the ledger say

PANEL_WORDS = {"expert": "专家", "media": "媒体", "merit": "成效", "vote": "投票"}
KIND_WORDS = {"work": "工作日", "weekend": "周末", "holiday": "节假日", "workedWeekend": "调休上班日"}
DAY_MS = 86400000


def rules_before(b, entry=math.inf):
    """The last act with rules, as rules.json has it."""
    found = [one for one in b.acts if one.index < entry and isinstance(one.act.get("rules"), dict)]
    if not found:
        raise Idle("账本里没有规则。")
    return {"entry": found[-1].index, "version": found[-1].act["version"], "rules": found[-1].act["rules"]}


def outcome_before(b, entry):
    return rules_before(b, entry)["rules"]["outcome"]


def of_kind(b, *kinds):
    return [one for one in b.acts if one.kind in kinds]


def standing_entry(b):
    found = of_kind(b, "standing")
    if not found:
        raise Idle("账本里还没有综合得分。")
    return found[-1]


def candidate_lines(b, entry=math.inf):
    rules = rules_before(b, entry)["rules"]
    names = {one["id"]: one["name"] for one in rules["categories"]}
    keys = ("number", "name", "unit", "category", "withdrawn")
    return sorted(({**{key: one[key] for key in keys}, "categoryName": names.get(one["category"], "")}
                   for one in rules["candidates"]), key=lambda one: one["number"])


def standers(b, entry):
    """Who stood in the last round."""
    rules = rules_before(b, entry)["rules"]
    numbers = rules["rounds"][-1]["numbers"] if rules["rounds"] else None
    return [one for one in rules["candidates"] if numbers is None or one["number"] in numbers]


def panel_records(b, entry=math.inf):
    """panels.json, as it was before an entry."""
    seats = {}

    def seat(act):
        return seats.setdefault(act["seat"], {"seat": act["seat"], "state": "seated", "recusals": [], "sheets": []})

    for index, _, kind, act in b.acts:
        if index >= entry:
            break
        if kind == "panel":
            for code in act["seats"]:
                seat({"seat": code})
        elif kind == "seat" and act["state"] != "late":
            seat(act)["state"] = act["state"]
        elif kind == "recusal":
            seat(act)["recusals"] += [{"number": n, "ground": act["ground"], "entry": index} for n in act["numbers"]]
        elif kind == "sheet":
            seat(act)["sheets"].append({"revision": act["revision"], "entry": index, "reopened": None})
        elif kind == "reopen":
            for sheet in [one for one in seat(act)["sheets"] if one["revision"] == act["revision"]][-1:]:
                sheet["reopened"] = index
    panels = {}
    for code in sorted(seats, key=by_seat):
        seats[code]["recusals"].sort(key=lambda one: (one["number"], one["entry"]))
        panels.setdefault(dict(zip("EMW", PANELS))[code[0]], {"seats": []})["seats"].append(seats[code])
    return panels


def course(b, entry=math.inf):
    """What led from the choice to the result, before an entry: the lists of notice.json and result.json."""
    c = types.SimpleNamespace(choice=None, standing=-1, count=-1, secrets=None, approvals=[], notices=[], objections=[], withdrawn=[],
                              promotions=[], results=[], revoked=[], recommended=[])
    plain = {"approval": c.approvals, "promote": c.promotions, "result": c.results, "revoke": c.revoked, "recommend": c.recommended}
    for index, at, kind, act in b.acts:
        if index >= entry:
            break
        said = {key: one for key, one in act.items() if key not in ("actor", "reference")}
        said.update(entry=index, at=at, by=act.get("actor"))
        moved = {"entry": index, "at": at, "reason": act.get("reason")}
        if kind == "standing":
            c.standing, c.choice = index, None
            for one in c.notices:
                one["lapsed"] = one["lapsed"] or moved
        elif kind == "choice":
            c.choice = {"entry": index, "at": at, "chosen": act["chosen"], "alternates": act["alternates"]}
        elif kind == "withdrawal":
            c.withdrawn.append({**moved, "number": act["number"]})
        elif kind == "count":
            c.count, c.secrets = index, act.get("secrets")
        elif kind == "objection":
            c.objections.append({**said, "findings": []})
        elif kind == "finding":
            for one in [one for one in c.objections if one["no"] == act["no"]][:1]:
                one["findings"].append(said)
        elif kind == "notice" and said.pop("change") == "published":
            c.notices.append({**said, "extended": [], "stopped": None, "lapsed": None})
        elif kind == "notice":
            for one in [one for one in c.notices if one["no"] == act["no"]][:1]:
                if act["change"] == "stopped":
                    one["stopped"] = moved
                else:
                    one["extended"].append({**moved, "last": (act["days"] or [""])[-1]})
                    one.update(days=act["days"], span=act["span"])
        elif kind in plain:
            plain[kind].append(said)
    findings = [one["findings"][-1] for one in c.objections if one["findings"]]
    hit = {effect: {n for one in findings if one["effect"] == effect for n in one["numbers"]} for effect in ("fall", "hold")}
    c.found_fallen = sorted(hit["fall"])
    c.fallen = sorted(hit["fall"] | {one["number"] for one in c.withdrawn})
    c.held = sorted(hit["hold"] - set(c.fallen))
    c.recompute = any(one["effect"] == "recompute" and one["entry"] > c.standing for one in findings)
    since = c.choice["entry"] if c.choice else math.inf
    c.moves = moves = [one for one in c.promotions if one["entry"] > since]
    first = c.choice["chosen"] if c.choice else []
    c.chosen = [n for n in (moves[-1]["chosen"] if moves else first) if n not in c.fallen]
    c.ever_chosen = lambda until=math.inf: [] if since >= until else first + [
        one["promoted"] for one in moves if one["promoted"] is not None and one["entry"] < until]
    c.open_places = [n for n in c.fallen if n in c.ever_chosen() and n not in [one["fallen"] for one in moves]]
    c.unnoticed = [n for n in c.chosen if not any(one["entry"] > since and not one["stopped"] and n in one["numbers"] for one in c.notices)]
    c.approved = {one["before"] for one in c.approvals if one["entry"] > since}
    named = {item["number"] for one in c.results for item in one["items"]}
    c.publishable = [n for n in c.chosen if n not in c.held and n not in named]
    gone = {one["serial"] for one in c.revoked}
    c.items = [item for one in c.results for item in one["items"] if item["serial"] not in gone]
    return c


def notice_end(notice):
    hours = 24 if notice["closes"] == "24:00" else 17.5
    return moment(notice["days"][-1]) + (hours - 8) * 3600000


def shanghai(ms):
    return instant(ms + 8 * 3600000)[:16].replace("T", " ")


def lacks(b):
    """What each result lacked when it was published: (step, sentence)."""
    for index, at, _, _ in of_kind(b, "result"):
        c, start = course(b, index), f"第 {index + 1} 号账目公布结果时，"
        if c.choice is None:
            yield 14, f"{start}没有拟入选。"
            continue
        if c.recompute:
            yield 14, f"{start}处理结论要求重算，却没有重算。"
        if c.count < max(c.standing, 0):
            yield 14, f"{start}票数还没有审计人员确认。"
        for number in c.open_places:
            yield 14, f"{start}候选 {number} 退出后的空缺还没有决定。"
        if c.unnoticed:
            yield 13, f"{start}候选 {listed(c.unnoticed)} 没有公示过。"
        for end in [notice_end(one) for one in c.notices
                    if not one["stopped"] and not one["lapsed"] and moment(at) + CLOCKS < notice_end(one)][-1:]:
            yield 13, f"{start}公示到 {shanghai(end)} 才结束。"
        for one in c.objections:
            if not one["findings"] and not set(one["numbers"]) <= set(c.held):
                yield 13, f"{start}第 {one['no']} 号异议还没有处理结论。"
        if "result" in outcome_before(b, index)["notice"]["approval"] and "result" not in c.approved:
            yield 14, f"{start}没有规则要求的审定。"


# --- the fifteen checks: each gives sentences of what is wrong

def short(text):
    return text[:16] + "…" if len(text) > 16 else text


def listed(values, none="空"):
    return "、".join(map(str, values)) or none


def difference(kept, anew, path=""):
    """Where two JSON values first differ: (path, one, other) as texts; None = nowhere."""
    if isinstance(kept, dict) and isinstance(anew, dict):
        pairs = [(key, kept.get(key, ...), anew.get(key, ...)) for key in sorted({*kept, *anew})]
    elif isinstance(kept, list) and isinstance(anew, list):
        pairs = [(i, *pair) for i, pair in enumerate(itertools.zip_longest(kept, anew, fillvalue=...), 1)]
    else:
        texts = ["空" if one is ... else canonical(one) for one in (kept, anew)]
        return None if texts[0] == texts[1] else (path, *(text if len(text) < 81 else text[:80] + "…" for text in texts))
    return next(filter(None, (difference(one, other, f"{path} {key}") for key, one, other in pairs)), None)


def differing(file, kept, anew, by="按账本"):
    found = difference(kept, json.loads(canonical(anew)))
    if found:
        yield f"{file}{' 的' + found[0] if found[0] else ''} 写 {found[1]}，{by}{' ' if by[-1:].isascii() else ''}应为 {found[2]}。"


def same_list(what, kept, anew, by):
    if list(kept) != list(anew):
        yield f"{what}写 {listed(kept)}，{by}应为 {listed(anew)}。"


def same_digest(where, digest, one):
    if digest != one.act["digest"]:
        yield f"{where} 的摘要是 {short(digest)}，第 {one.index + 1} 号账目写的是 {short(one.act['digest'])}。"


def figure(units, outcome):
    if type(units) is not int:
        return "空"
    sign, digits = "-" * (units < 0), str(abs(units)).zfill(outcome["decimals"] + 1)
    whole = len(digits) - outcome["decimals"]
    return sign + digits[:whole] + (f".{digits[whole:]}" if outcome["decimals"] else "")


def check_files(b):
    for name in b.strangers:
        yield f"文件包里多出 {name}，不该有这个文件。"
    for name in NAMES:
        if name not in b.digests:
            yield f"文件包里没有 {name}。"


def check_sums(b):
    *lines, last = b.text("SHA256SUMS").split("\n")
    if last:
        yield "SHA256SUMS 的最后一行断了。"
    for i, (line, due) in enumerate(itertools.zip_longest(lines, SEALED), 1):
        digest, name = line.split("  ") if line and re.fullmatch(r"[0-9a-f]{64}  \S+", line) else ("", "空")
        if name != due:
            yield f"SHA256SUMS 第 {i} 行写 {name}，应为 {due or '结尾'}。"
        elif b.digests.get(due, digest) != digest:
            yield f"SHA256SUMS 第 {i} 行写 {name} 的摘要为 {short(digest)}，文件的摘要是 {short(b.digests[due])}。"


def check_seal(b):
    try:
        text, signatures = note_of(b.text("bundle.note"))
        form, origin, edition, digest, size, root, rest = text.split("\n")
        if form != "zuimei-bundle@1" or edition not in ("public", "full") or rest:
            raise ValueError(text)
    except ValueError:
        yield "bundle.note 不是核验包的签名文件。"
        return
    fault = fault_of(text, signatures, b.ledger.key) if b.ledger.key else "无从核验：没有可用的账本公钥"
    if fault:
        yield f"bundle.note {fault}。"
    header = b.ledger.header or {"origin": "空", "withheld": None}
    for what, kept, due in (("账本名", origin, header["origin"]), ("SHA256SUMS 的摘要", digest, b.digests.get("SHA256SUMS", "空")),
                            ("账目条数", size, str(b.ledger.tree.size)),
                            ("账本的根", base64.b64decode(root).hex(), b.ledger.tree.root().hex())):
        if kept != due:
            yield f"bundle.note 写{what}为 {short(kept)}，实为 {short(due)}。"
    if b.ledger.header and (edition == "full") != (header["withheld"] is None):
        yield f"bundle.note 写的是{EDITIONS[edition]}，ledger.ndjson 却{'不含' if header['withheld'] else '含有'}选票内容。"


EDITIONS = {"public": "公开版", "full": "审计版"}


def check_ledger(b):
    if "ledger.ndjson" not in b.digests:
        yield "ledger.ndjson 不在文件包里。"
    for fault in b.ledger.faults:
        yield f"ledger.ndjson：{fault}"
    if b.ledger.header and b.ledger.sealed != b.ledger.tree.size:
        yield f"ledger.ndjson 有 {b.ledger.tree.size} 条账目，存证点只签到第 {b.ledger.sealed} 条。"


def check_rules(b):
    standing = standing_entry(b).index
    yield from differing("rules.json", b.json("rules.json"), rules_before(b, standing))
    yield from differing("candidates.json", b.json("candidates.json"), candidate_lines(b))


def voided(b, below=math.inf):
    """Ballots that rulings made void, of the entries below."""
    found = set()
    for index, verb, entries in b.ledger.rulings:
        if index < below:
            found = found | set(entries) if verb == "void" else found - set(entries) if verb == "restore" else found
    return found


def places(b, below):
    """By round: how many ballots there are below an entry, and how many of them are void."""
    rounds, void = b.ledger.rounds[:below], voided(b, below)
    last = max((where for where in rounds if where < NO_ROUND), default=-1)
    return [(rounds.count(i), sum(n < len(rounds) and rounds[n] == i for n in void)) for i in range(last + 1)]


def rounds_at(b, entry):
    """The counts before an entry, from the openings."""
    counts, numbers = b.ledger.recounts[entry], [one["number"] for one in candidate_lines(b)]
    return [{"round": i, "ballots": counts.get((i, 0), (0, 0))[0], "held": counts.get((i, 0), (0, 0))[1], "void": void,
             "votes": [{"number": n, "votes": counts.get((i, n), (0, 0))[0]} for n in numbers]}
            for i, (_, void) in enumerate(places(b, entry))]


def same_rounds(where, kept, anew, by):
    for i, (one, due) in enumerate(itertools.zip_longest(kept, anew, fillvalue={"votes": []}), 1):
        for word, key in (("计票", "ballots"), ("待核", "held"), ("作废", "void")):
            if one.get(key, 0) != due.get(key, 0):
                yield f"{where} 第 {i} 轮{word}写 {one.get(key, '空')} 张，{by}应为 {due.get(key, 0)} 张。"
        own, right = ({line["number"]: line["votes"] for line in side["votes"]} for side in (one, due))
        for number in {**right, **own}:
            if own.get(number, 0) != right.get(number, 0):
                yield f"{where} 第 {i} 轮候选 {number} 写 {own.get(number, '空')} 票，{by}应为 {right.get(number, 0)} 票。"


def counted_votes(b, tally):
    """Votes of everybody who stood, and ballots held, in the rounds that count."""
    entry = standing_entry(b).index
    rules = rules_before(b, entry)["rules"]
    counted = [one for one in tally["rounds"] if rules["outcome"]["vote"]["rounds"] == "sum" or one["round"] == len(rules["rounds"]) - 1]
    votes = {one["number"]: 0 for one in standers(b, entry) if one["withdrawn"] is None}
    for line in itertools.chain(*(one["votes"] for one in counted)):
        if line["number"] in votes:
            votes[line["number"]] += line["votes"]
    return votes, sum(one["held"] for one in counted)


def check_tally(b):
    entry, tally, whole = standing_entry(b).index, b.json("tally.json"), b.ledger.header["withheld"] is None
    count = (of_kind(b, "count") or [None])[-1]
    yield from differing("tally.json basis", tally["basis"], "replay" if whole else "count", "按这一版")
    said = count and {"entry": count.index, "at": count.at, "by": count.act.get("actor"), "reason": count.act.get("reason")}
    yield from differing("tally.json count", tally["count"], said)
    if whole:
        yield from differing("tally.json ledgerSize", tally["ledgerSize"], entry)
        yield from same_rounds("tally.json", tally["rounds"], rounds_at(b, entry), "按选票重算")
        if count:
            yield from same_rounds(f"第 {count.index + 1} 号账目的计票确认", count.act["rounds"], rounds_at(b, count.index), "按选票重算")
    elif count:
        yield from same_list(f"第 {count.index + 1} 号账目确认的条数", [count.act["ledgerSize"]], [count.index], "按它的位置")
        yield from differing("tally.json ledgerSize", tally["ledgerSize"], count.act["ledgerSize"])
        yield from same_rounds("tally.json", tally["rounds"], count.act["rounds"], f"按第 {count.index + 1} 号账目的计票确认")
        for i, (ballots, void) in enumerate(places(b, count.act["ledgerSize"])):
            own = next((one for one in count.act["rounds"] if one["round"] == i), {"ballots": 0, "held": 0, "void": 0, "votes": []})
            total = own["ballots"] + own["held"] + own["void"]
            if total != ballots:
                yield f"tally.json 第 {i + 1} 轮计票、待核与作废共 {total} 张，ledger.ndjson 里这一轮有 {ballots} 张选票。"
            if own["void"] != void:
                yield f"tally.json 第 {i + 1} 轮作废写 {own['void']} 张，按账本的裁定应为 {void} 张。"
            for line in own["votes"]:
                if line["votes"] > own["ballots"]:
                    yield f"tally.json 第 {i + 1} 轮候选 {line['number']} 写 {line['votes']} 票，多于计票的 {own['ballots']} 张选票。"
    else:
        yield "tally.json 没有依据：账本里没有审计人员的计票确认。"
    standing, (votes, held) = b.json("standing.json"), counted_votes(b, tally)
    for number in {**votes, **by_number(standing["votes"])}:
        own, due = standing["votes"].get(str(number), "空"), votes.get(number, "空")
        if own != due:
            yield f"standing.json 候选 {number} 的票数写 {own}，按 tally.json 应为 {due}。"
    if standing["held"] != held:
        yield f"standing.json 待核的选票写 {standing['held']} 张，按 tally.json 应为 {held} 张。"
    yield from check_sample(b, whole)


def opens_lots(secrets, outcome):
    """Are these the two secrets that the rules hold the digests of?"""
    return len(outcome["lots"]) > 1 and [sha(str(secrets.get(key)).encode()) for key in ("organizer", "auditor")] == outcome["lots"][:2]


def draw_sample(seed, ballots, drawn):
    found, i, span = set(), 0, 2 ** 52
    while len(found) < drawn:
        x = int(sha(f"{seed}/{i}".encode())[:13], 16)
        if x < span - span % ballots:
            found.add(x % ballots)
        i += 1
    return sorted(found)


def check_sample(b, whole):
    head, *lines = b.lines("sample.ndjson")
    outcome, led = outcome_before(b, standing_entry(b).index), b.ledger
    indexes = [i for i, where in enumerate(led.rounds) if where != NO_BALLOT]
    due = {"state": "whole", "asked": outcome["sample"], "ballots": len(indexes), "drawn": 0, "size": 0, "root": "", "secrets": None, "seed": ""}
    told = [one.act["secrets"] for one in of_kind(b, "count", "tie") if isinstance(one.act.get("secrets"), dict)]
    secrets = [{key: one[key] for key in ("organizer", "auditor")} for one in told if opens_lots(one, outcome)]
    if not whole:
        due["state"] = "none" if not due["asked"] or not indexes else "drawn" if secrets else "unrevealed"
    if due["state"] == "drawn":
        size = indexes[-1] + 1
        due.update(drawn=min(due["asked"], len(indexes), 2000), size=size, root=led.roots.get(size, ""), secrets=secrets[0])
        due["seed"] = sha((due["root"] + secrets[0]["organizer"] + secrets[0]["auditor"]).encode())
    wrong = list(differing("sample.ndjson 第 1 行", head, due))
    yield from wrong
    if due["state"] != "drawn" and lines:
        yield f"sample.ndjson 有 {len(lines)} 张选票，按规则不应打开任何选票。"
    if wrong or due["state"] != "drawn":
        return
    drawn = [indexes[n] for n in draw_sample(due["seed"], len(indexes), due["drawn"])]
    for i, (line, index) in enumerate(itertools.zip_longest(lines, drawn), 2):
        if not line or line["index"] != index:
            yield f"sample.ndjson 第 {i} 行写第 {line['index'] + 1 if line else '空'} 号选票，按种子抽到的应为第 {'空' if index is None else index + 1} 号。"
            return
        try:
            opened = ballot_commitment(led.header["contest"], line["opening"])
        except ODD:
            opened = "空"
        if opened != led.commitments[index]:
            yield f"sample.ndjson 第 {i} 行（第 {index + 1} 号选票）的内容算出的存证是 {short(opened)}，账本里是 {short(led.commitments[index])}。"


def check_sheets(b):
    standing, locks, sheets = standing_entry(b).index, of_kind(b, "sheet"), b.lines("sheets.ndjson")
    yield from differing("panels.json", b.json("panels.json"), panel_records(b))
    for i, (one, lock) in enumerate(itertools.zip_longest(sheets, locks), 1):
        due = f"{lock.act['seat']} 第 {lock.act['revision']} 稿（第 {lock.index + 1} 号账目）" if lock else "空"
        if not one:
            yield f"sheets.ndjson 第 {i} 行空缺，账本里有 {due}。"
            continue
        where = f"sheets.ndjson 第 {i} 行（{one['seat']} 第 {one['revision']} 稿）"
        if not lock or one["entry"] != lock.index:
            yield f"{where}写第 {one['entry'] + 1} 号账目，账本里这一行应为 {due}。"
            continue
        named = [" ".join(str(of[key]) for key in ("panel", "seat", "revision")) for of in (one, lock.act)]
        if named[0] != named[1]:
            yield f"{where}写 {named[0]}，第 {lock.index + 1} 号账目锁定的是 {named[1]}。"
        keys = ("panel", "seat", "revision", "sheet", "recused")
        opened = commitment(one["salt"], {"contest": b.ledger.header["contest"], **{key: one[key] for key in keys}})
        if opened != lock.act["digest"]:
            yield f"{where}的内容算出的存证是 {short(opened)}，第 {lock.index + 1} 号账目封存的是 {short(lock.act['digest'])}。"
        recused = {n for act in of_kind(b, "recusal") if act.index < lock.index and act.act["seat"] == one["seat"] for n in act.act["numbers"]}
        yield from same_list(f"{where}回避", one["recused"], sorted(recused), "按账本")
        if lock.index > standing:
            yield f"{where}在第 {lock.index + 1} 号账目锁定，晚于综合得分（第 {standing + 1} 号）。"
    outcome, panels = outcome_before(b, standing), panel_records(b, standing)
    for panel, rule in outcome["panels"].items():
        seats = [one for one in panels.get(panel, {"seats": []})["seats"] if one["state"] != "removed"]
        locked = [one["seat"] for one in seats if one["state"] == "seated" and one["sheets"] and one["sheets"][-1]["reopened"] is None]
        needed = max(1, math.ceil(Fraction(len(seats) * rule["quorum"][0], rule["quorum"][1])))
        if outcome["weights"][panel]:
            for one in seats:
                if one["state"] == "seated" and one["seat"] not in locked:
                    yield f"panels.json 席位 {one['seat']} 既没有锁定评分表，也没有记为缺席。"
            if len(locked) < needed:
                yield f"panels.json {PANEL_WORDS[panel]}组锁定了 {len(locked)} 份评分表，按规则至少要 {needed} 份。"


def counted_sheets(b):
    """By panel: the last revision of every seated seat, where it was not given back, before the standing."""
    standing = standing_entry(b).index
    by_entry = {one["entry"]: one for one in b.lines("sheets.ndjson")}
    panels = panel_records(b, standing)
    last = {panel: [seat["sheets"][-1] for seat in panels.get(panel, {"seats": []})["seats"] if seat["state"] == "seated" and seat["sheets"]]
            for panel in PANELS if panel in outcome_before(b, standing)["panels"]}
    return {panel: [by_entry[one["entry"]] for one in own if one["reopened"] is None and one["entry"] in by_entry] for panel, own in last.items()}


def check_totals(b):
    outcome, kept = outcome_before(b, standing_entry(b).index), b.json("standing.json")
    for i, one in enumerate(b.lines("sheets.ndjson"), 1):
        criteria, where = outcome["panels"][one["panel"]]["criteria"], f"sheets.ndjson 第 {i} 行（{one['seat']} 第 {one['revision']} 稿）候选"
        for number, points in one["sheet"]:
            for of in criteria:
                if not 0 <= points.get(of["id"], -1) <= of["full"] * 10 ** outcome["decimals"]:
                    yield f"{where} {number} 的“{of['name']}”写 {figure(points.get(of['id']), outcome)}，应在 0 与 {of['full']} 之间。"
            own, due = one["totals"].get(str(number)), sheet_total(criteria, points)
            if own != due:
                yield f"{where} {number} 的合计写 {figure(own, outcome)}，按各项应为 {figure(due, outcome)}。"
        yield from same_list(f"{where}的合计", sorted(by_number(one["totals"])), [number for number, _ in one["sheet"]], "按评分")
    for panel, own in counted_sheets(b).items():
        stood, keys = {one["seat"]: one for one in kept["panels"].get(panel, [])}, ("seat", "revision", "entry")
        yield from differing(f"standing.json panels {panel}", [{key: one[key] for key in keys} for one in stood.values()],
                             [{key: one[key] for key in keys} for one in own], "按 sheets.ndjson")
        for sheet in own:
            one = stood.get(sheet["seat"], {"totals": {}, "lines": {}, "recused": []})
            for number, _ in sheet["sheet"]:
                is_, due = one["totals"].get(str(number)), sheet["totals"].get(str(number))
                if is_ != due and str(number) in kept["votes"] and number not in sheet["recused"]:
                    yield f"standing.json 席位 {sheet['seat']} 给候选 {number} 的合计写 {figure(is_, outcome)}，按 sheets.ndjson 应为 {figure(due, outcome)}。"
            yield from differing(f"standing.json panels {panel} {sheet['seat']}", {key: one[key] for key in ("lines", "recused")},
                                 {"lines": dict(sheet["sheet"]), "recused": sheet["recused"]}, "按 sheets.ndjson")


def standing_anew(b):
    """standing.json, from tally.json and sheets.ndjson by the rules of the ledger; when a sheet was locked and who was abstained from is taken over."""
    entry, kept = standing_entry(b).index, b.json("standing.json")
    outcome, (votes, held), sheets = outcome_before(b, entry), counted_votes(b, b.json("tally.json")), counted_sheets(b)
    found = standing_of({**outcome, "votes": votes, "unit": 10 ** outcome["decimals"], "panels": {
        panel: {"criteria": outcome["panels"][panel]["criteria"], "rule": outcome["panels"][panel],
                "sheets": {one["seat"]: dict(one["sheet"]) for one in own},
                "recused": [[one["seat"], n] for one in own for n in one["recused"]]} for panel, own in sheets.items()}})
    old = {one["entry"]: one for own in kept["panels"].values() for one in own}
    panels = {panel: [{"seat": one["seat"], "revision": one["revision"], "entry": one["entry"], "lines": dict(one["sheet"]),
                       "totals": found["totals"][panel][one["seat"]], "recused": one["recused"],
                       **{key: old.get(one["entry"], {}).get(key) for key in ("lockedAt", "abstained")}} for one in own]
              for panel, own in sheets.items()}
    return {"ledgerSize": entry, "votes": votes, "held": held, "parts": found["parts"], "trimmed": found["trimmed"],
            "order": found["standing"], "panels": panels}


def check_parts(b):
    outcome, kept, anew = outcome_before(b, standing_entry(b).index), b.json("standing.json"), standing_anew(b)
    for part in PARTS:
        own, due = by_number(kept["parts"].get(part, {})), anew["parts"].get(part, {})
        for number in sorted({**own, **due}):
            if own.get(number) != due.get(number):
                totals = {one["seat"]: one["totals"].get(number) for one in anew["panels"].get(part, [])}
                dropped = listed((f"{seat} {figure(totals[seat], outcome)}" for seat in anew["trimmed"].get(part, {}).get(number, [])), "")
                yield (f"standing.json 候选 {number} 的{PANEL_WORDS[part]}分写 {figure(own.get(number), outcome)}，按 "
                       f"{'tally.json' if part == 'vote' else 'sheets.ndjson'} 应为 {figure(due.get(number), outcome)}{f'（去掉 {dropped}）' if dropped else ''}。")
    yield from differing("standing.json trimmed", kept["trimmed"], anew["trimmed"], "按 sheets.ndjson")


def check_order(b):
    entry, kept, anew = standing_entry(b), b.json("standing.json"), standing_anew(b)
    outcome = outcome_before(b, entry.index)
    for i, due in enumerate(anew["order"]):
        own = kept["order"][i] if i < len(kept["order"]) else {}
        if (own.get("number"), own.get("rank")) != (due["number"], due["rank"]):
            yield (f"standing.json 第 {i + 1} 位写候选 {own.get('number', '空')}（名次 {own.get('rank', '空')}），"
                   f"应为候选 {due['number']}（名次 {due['rank']}）。")
        elif own["total"] != due["total"]:
            yield f"standing.json 候选 {due['number']} 的综合得分写 {figure(own['total'], outcome)}，应为 {figure(due['total'], outcome)}。"
    yield from differing("standing.json", kept, anew, "重算")
    yield from same_digest("standing.json", b.digests["standing.json"], entry)
    earlier = [one for one in of_kind(b, "standing", "tie", "choice") if one.index < entry.index]
    for i, (one, due) in enumerate(itertools.zip_longest(b.lines("earlier.ndjson"), earlier), 1):
        own, right = (f"{of[1]} 第 {of[0] + 1} 号" if of else "空" for of in (one and (one["entry"], one["kind"]), due and (due.index, due.kind)))
        if own != right:
            yield f"earlier.ndjson 第 {i} 行写 {own}，按账本应为 {right}。"
        else:
            yield from same_digest(f"earlier.ndjson 第 {i} 行", sha(canonical(one["document"]).encode()), due)


def ties_before(b, entry):
    return [tie for tie in b.json("ties.json") if tie["entry"] < entry]


def line_up(b, entry):
    """What pick and alternate take: the order with ties settled so far, the candidates, places and caps; and who is gone before an entry."""
    line, before = [], course(b, entry)
    for _, same in itertools.groupby(b.json("standing.json")["order"], lambda one: one["rank"]):
        line.append([one["number"] for one in same])
    for tie in ties_before(b, entry):
        decided, ahead, after = tie["document"]["order"], before.ever_chosen(tie["entry"]), []
        for group in line:
            own = [n for n in decided if n in group]
            first = [n for n in group if n in ahead and own]  # whom a tie settled later does not concern
            rest = [n for n in group if n not in own + first]
            after += [some for some in (first, *([n] for n in own), rest) if some]
        line = after
    outcome, stood = outcome_before(b, entry), standers(b, entry)
    gone = before.found_fallen + [one["number"] for one in stood if one["withdrawn"] is not None]
    return (line, {one["number"]: one for one in stood}, outcome["places"], outcome), gone


def next_up(b, entry):
    """Who moves up, and all chosen then. Only a place that fell free is given away, none that was left empty."""
    (order, stood, places, caps), gone, before = *line_up(b, entry), course(b, entry)
    free = min(places, len(before.chosen) + len(before.open_places))
    return alternate(order, stood, free, caps, before.chosen, before.fallen + gone)


def open_tie(b, entry):
    """Who was tied before an entry and for how many places: where the choice waited for it, or who moves up; None = nobody."""
    given, gone = line_up(b, entry)
    before = course(b, entry)
    try:
        if not before.choice:
            pick(*given, gone, given[3]["tieLast"])
        elif before.open_places:
            next_up(b, entry)
    except Refused as refused:
        if refused.answer["refusal"] == "tie_open":
            return refused.answer["numbers"], refused.answer["places"]
    return None


def settled(b, entry, tie, among, places):
    """The order that the record of a tie gives; None = it gives none, or is not how the rules settle it."""
    outcome = outcome_before(b, entry)
    if tie["secrets"]:
        seed = sha((tie["secrets"]["organizer"] + tie["secrets"]["auditor"]).encode())
        return draw(seed, among) if outcome["tieLast"] == "lot" and opens_lots(tie["secrets"], outcome) else None
    known = course(b, entry).secrets or any(one["document"]["secrets"] for one in ties_before(b, entry))
    if outcome["tieLast"] == "lot" and known:  # whoever knows what the lot draws may not hold a meeting instead
        return None
    order = []
    for ballot in tie["ballots"]:
        if sorted(by_number(ballot["favour"])) != sorted(among):
            return None
        ruled = {"quorum": (2, 3), "pass": (1, 2), "strict": True, "places": places}  # 到会三分之二以上有效，赞成超过到会半数通过
        found = meeting_round(**{**ruled, "appointed": ballot["appointed"], "present": ballot["present"], "favour": ballot["favour"]})
        order += found["passed"]
        among, places = (found["next"]["among"], found["next"]["places"]) if found["next"] else ([], 0)
    return None if among else order


def check_ties(b):
    standing, ties = standing_entry(b).index, b.json("ties.json")
    for i, (one, entry) in enumerate(itertools.zip_longest(ties, [one for one in of_kind(b, "tie") if one.index > standing])):
        where = f"ties.json 第 {i + 1} 项"
        if not one or not entry or one["entry"] != entry.index:
            own, due = (f"第 {at + 1} 号账目" if at is not None else "空" for at in (one and one["entry"], entry and entry.index))
            yield f"{where}写{own}，按账本应为{due}。"
            continue
        yield from check_tie(b, entry, one["document"], where)
        yield from same_digest(where, sha(canonical(one["document"]).encode()), entry)


def check_tie(b, entry, tie, where):
    before, found, anew = course(b, entry.index), open_tie(b, entry.index), None
    for n in [n for n in tie["numbers"] + tie["order"] if n in before.ever_chosen()][:1]:
        yield f"{where}裁定了候选 {n}，第 {before.choice['entry'] + 1} 号账目起已经入选的，之后的裁定不能涉及。"
    if found:
        yield from same_list(f"{where}并列的候选", tie["numbers"], found[0], "按当时的次序与限额")
        try:
            anew = settled(b, entry.index, tie, *found)
        except Refused:
            pass
    if tie["order"] != anew:
        why = "不是按规则裁定的" if found else "当时没有这样的并列"
        yield f"{where}并列的次序写 {listed(tie['order'])}，按抽签或票决的记录应为 {listed(anew or [], f'空（{why}）')}。"
    for word, key in (("候选", "numbers"), ("次序", "order")):
        yield from same_list(f"第 {entry.index + 1} 号账目裁定的{word}", entry.act[key], tie[key], "按 ties.json")


def check_choice(b):
    kept, acts = b.json("choice.json"), of_kind(b, "choice")
    if not acts or acts[-1].index < standing_entry(b).index:
        if kept:
            yield "choice.json 写有拟入选，账本里综合得分之后没有。"
        raise Idle("还没有确定拟入选。")
    entry = acts[-1]
    if not kept:
        yield f"choice.json 为空，第 {entry.index + 1} 号账目已确定拟入选。"
        return
    given, gone = line_up(b, entry.index)
    try:
        anew, by = pick(*given, gone, given[3]["tieLast"]), "按 standing.json 与限额"
        anew["alternates"] = [one["number"] for one in anew["passed"] if one["why"] == "places"]
        for word, key in (("拟入选", "chosen"), ("递补次序", "alternates")):
            yield from same_list(f"choice.json {word}", kept[key], anew[key], by)
        passed = [[f"{one['number']} {one['why']}" for one in of["passed"]] for of in (kept, anew)]
        yield from same_list("choice.json 未入选", passed[0], passed[1], by)
        yield from same_list("choice.json 空缺", [kept["unfilled"]], [anew["unfilled"]], by)
    except Refused as refused:
        yield f"choice.json 有拟入选，按 standing.json 却定不下来（{refused.answer['refusal']}）。"
    yield from same_list(f"第 {entry.index + 1} 号账目拟入选", entry.act["chosen"], kept["chosen"], "按 choice.json")
    yield from same_digest("choice.json", b.digests["choice.json"], entry)
    for index, _, _, act in of_kind(b, "promote"):
        if index > entry.index:
            yield from check_promotion(b, index, act)


def check_promotion(b, index, act):
    where = f"第 {index + 1} 号账目递补"
    if act["fallen"] not in course(b, index).fallen:
        yield f"{where}写候选 {act['fallen']} 退出，账本里没有这样的处理结论或退出。"
    try:
        promoted, chosen = next_up(b, index)
    except Refused as refused:
        yield f"{where}写候选 {act['promoted']}，按次序与限额却定不下来（{refused.answer['refusal']}）。"
        return
    if act["promoted"] != promoted:
        yield f"{where}写候选 {act['promoted'] or '空'}，按次序与限额应为 {promoted or '空'}。"
    else:
        yield from same_list(f"{where}后的入选者", act["chosen"], chosen, "按次序")


def check_notices(b):
    c, days = course(b), {}
    for notice in c.notices:
        for day in notice["span"]:
            days.setdefault(day["day"], {**day, "notices": []})["notices"].append(notice["no"])
    yield from differing("calendar.json", b.json("calendar.json"), [days[day] for day in sorted(days)])
    keys = "choice approvals notices objections withdrawn promotions fallen held chosen".split()
    yield from differing("notice.json", b.json("notice.json"), {key: getattr(c, key) for key in keys})
    if not c.notices:
        raise Idle("还没有公示。")
    known = {}
    for entry in of_kind(b, "notice"):
        if entry.act["change"] != "stopped":
            yield from check_days(b, entry, known)
    for one in c.objections:
        where = f"notice.json 第 {one['no']} 号异议写收到于 {shanghai(moment(one['receivedAt']))}"
        notice = next((of for of in c.notices if of["no"] == one["notice"]), None)
        if not notice:
            yield f"notice.json 第 {one['no']} 号异议写针对第 {one['notice']} 号公示，账本里没有这一公示。"
        elif one["receivedAt"] < notice["at"][:10] or moment(one["receivedAt"]) > notice_end(notice):
            yield f"{where}，公示期是 {notice['published']} 至 {notice['days'][-1]}。"
        if moment(one["receivedAt"]) > moment(one["at"]) + CLOCKS:
            yield f"{where}，晚于入账的第 {one['entry'] + 1} 号（{shanghai(moment(one['at']))}）。"
    for index, _, _, act in of_kind(b, "finding"):
        fault = finding_fault(course(b, index), act)
        if fault:
            yield f"第 {index + 1} 号账目的处理结论针对第 {act['no']} 号异议，{fault}。"
    yield from (sentence for step, sentence in lacks(b) if step == 13)


def finding_fault(before, act):
    """Why a finding cannot be, as things stood before it; '' = it can."""
    one = next((one for one in before.objections if one["no"] == act["no"]), None)
    if not one:
        return "此前没有这一异议"
    effect, numbers = act["effect"], act["numbers"]
    noticed = [n for notice in before.notices if notice["no"] == one["notice"] for n in notice["numbers"]]
    out = {item["number"] for item in before.items}
    last = one["findings"][-1] if one["findings"] else {"effect": "none"}
    back = set(last["numbers"]) - set(numbers if effect == "fall" else ()) if last["effect"] == "fall" else set()
    if effect not in (("none", "hold", "fall", "recompute") if act["verdict"] in ("upheld", "partly") else ("none",)):
        return f"结论是 {act['verdict']}，效果 {effect} 与它不相称"
    if len(set(numbers)) < len(numbers) or bool(numbers) != (effect in ("hold", "fall")) or not set(numbers) <= set(noticed):
        return f"所指的候选 {listed(numbers)} 不在这次公示（{listed(noticed)}）之中"
    if out & set(numbers) or (effect == "recompute" and before.results):
        return f"所指的候选 {listed(numbers)} 已经在结果中公布"
    return "收回了已有人递补的退出" if back & {move["fallen"] for move in before.moves} else ""


def check_days(b, entry, known):
    """The days of a notice, worked out anew from the kind of each day that it lists."""
    index, at, _, act = entry
    rule, where, span = outcome_before(b, index)["notice"], f"第 {index + 1} 号账目第 {act['no']} 号公示", act["span"]
    before = next((one for one in course(b, index).notices if one["no"] == act["no"]), None)
    published = act["published"] if act["change"] == "published" else before["published"] if before else span[0]["day"]
    if act["change"] == "published":
        around = [shanghai(moment(at) + ms)[:10] for ms in (-CLOCKS, 0, CLOCKS)]
        for word, own, due in (("发布日期", published, published if published in around else around[1]), ("截止时刻", act["closes"], rule["closes"]),
                               ("工作日数", len(act["days"]), rule["days"])):
            if own != due:
                yield f"{where}的{word}写 {own}，应为 {due}。"
    elif before and act["days"][:len(before["days"])] != before["days"]:
        yield f"{where}延长后的前 {len(before['days'])} 日写 {listed(act['days'])}，原来是 {listed(before['days'])}。"
    for i, day in enumerate(span):
        due = (datetime.date.fromisoformat(span[0]["day"]) + datetime.timedelta(i)).isoformat()
        weekday, kind = datetime.date.fromisoformat(day["day"]).weekday(), day["kind"]
        said = f"{where}把 {day['day']}（星期{'一二三四五六日'[weekday]}）记为{KIND_WORDS[kind]}"
        if day["day"] != due:
            yield f"{where}第 {i + 1} 日写 {day['day']}，应为 {due}，日期不连续。"
        if (kind == "work" and weekday > 4) or (kind in ("weekend", "workedWeekend") and weekday < 5):
            yield f"{said}，与星期不符。"
        if kind in ("holiday", "workedWeekend") and not (day["name"] and day["source"]):
            yield f"{said}，没有写明依据。"
        if known.setdefault(day["day"], (index, kind))[1] != kind:
            yield f"{said}，第 {known[day['day']][0] + 1} 号账目记为{KIND_WORDS[known[day['day']][1]]}。"
    kinds = {kind: [day["day"] for day in span if day["kind"] == kind] for kind in KIND_WORDS}
    yield from same_list(f"{where}的工作日", act["days"], sorted(kinds["work"] + kinds["workedWeekend"]), "按所列各日")
    begin = datetime.date.fromisoformat(published) + datetime.timedelta(rule["first"] == "next")
    if span and span[0]["day"] < begin.isoformat():  # who begins later gives people more time
        yield f"{where}从 {span[0]['day']} 起算，按规则最早从 {begin} 起。"
    calendar = {"years": {int(day["day"][:4]) for day in span}, "off": kinds["holiday"], "work": kinds["workedWeekend"]}
    try:
        due = notice_period(calendar, span[0]["day"], len(act["days"]), "same")["days"] if act["days"] and span else []
    except Refused:
        due = []
    yield from same_list(f"{where}的工作日", act["days"], due, "按日历数")


def check_results(b):
    c = course(b)
    yield from differing("result.json", b.json("result.json"), {key: getattr(c, key) for key in ("results", "revoked", "recommended", "items")})
    if not c.results:
        raise Idle("还没有公布结果。")
    yield from (sentence for step, sentence in lacks(b) if step == 14)
    for index, _, _, act in of_kind(b, "result"):
        where, before, honours = f"第 {index + 1} 号账目的结果", course(b, index), outcome_before(b, index)["honours"]
        yield from same_list(f"{where}候选", sorted(one["number"] for one in act["items"]), sorted(before.publishable), "按拟入选与公示")
        yield from same_list(f"{where}暂缓", sorted(act["held"]), before.held, "按处理结论")
        lines = {one["number"]: one for one in candidate_lines(b, index)}
        stretches = [one["name"] for one in honours for _ in range(one["places"])] + [honours[-1]["name"] if honours else ""]
        for item in act["items"]:
            line = lines.get(item["number"], {})
            place = before.chosen.index(item["number"]) if item["number"] in before.chosen else -1
            due = {"姓名": line.get("name"), "单位": line.get("unit"), "组别": line.get("categoryName"),
                   "荣誉": stretches[place] if place < len(stretches) else stretches[-1]}
            for word, key in (("姓名", "name"), ("单位", "unit"), ("组别", "category"), ("荣誉", "honour")):
                if item[key] != due[word] and (honours or word != "荣誉"):
                    yield f"{where}候选 {item['number']} 的{word}写 {item[key] or '空'}，按候选名单与规则应为 {due[word] or '空'}。"


def check_certificates(b):
    c, given = course(b), {}
    if not c.results:
        raise Idle("还没有证书。")
    for index, item in ((one["entry"], item) for one in c.results for item in one["items"]):
        where = f"第 {index + 1} 号账目候选 {item['number']} 的证书编号写 {item['serial']}"
        if not re.fullmatch(re.escape(b.ledger.header["contest"]) + r"-[0-9]{4}-[0-9]{3,}", item["serial"]):
            yield f"{where}，不是本活动的编号。"
        if item["serial"] in given:
            yield f"{where}，与第 {given[item['serial']][0] + 1} 号账目候选 {given[item['serial']][1]} 的相同。"
        given[item["serial"]] = index, item["number"]
    for one in c.revoked:
        to = given.get(one["serial"], (math.inf, 0))
        if to[0] > one["entry"]:
            yield f"第 {one['entry'] + 1} 号账目撤销的证书 {one['serial']} 没有发过。"
        elif to[1] != one["number"]:
            yield f"第 {one['entry'] + 1} 号账目撤销证书 {one['serial']}，写候选 {one['number']}，发给的是候选 {to[1]}。"


CHECKS = (("文件包完整、没有多余内容", check_files), ("各文件与 SHA256SUMS 一致", check_sums), ("核验包的签名有效", check_seal),
          ("选票账本前后一致", check_ledger), ("规则与候选名单即账本所载", check_rules), ("票数与账本一致", check_tally),
          ("评分表与锁定时的存证一致", check_sheets), ("评分表的合计正确", check_totals), ("分项得分正确", check_parts),
          ("综合得分与名次正确", check_order), ("并列的处理符合规则", check_ties), ("拟入选与递补符合规则", check_choice),
          ("公示日期与异议处理符合规则", check_notices), ("结果即公示过的入选者", check_results), ("证书编号与撤销一致", check_certificates))
SHOWN = 20
USAGE = "用法：python3 recompute.py [文件包.zip 或解压后的文件夹] [--key 公钥]\n      python3 recompute.py --vectors 算例.json"


def run(check, b):
    """The sentences of a check, and what kept it from looking ('' = nothing)."""
    found = []
    try:
        for sentence in check(b):
            found.append(sentence)
    except Idle as idle:
        return found, str(idle)
    except Stop as stop:
        found.append(str(stop))
    except (Refused,) + ODD as error:
        why = error.answer["refusal"] if isinstance(error, Refused) else type(error).__name__
        found = found or [f"有文件的内容不成样子，这一步算不下去（{why}）。"]
    return found, ""


def report(path, key):
    """Prints the fifteen checks and the verdict; the exit code."""
    encoding = sys.stdout.encoding or "ascii"
    right, wrong, unseen = "✓✗–" if "✓✗–".encode(encoding, "replace").decode(encoding) == "✓✗–" else "对错无"
    try:
        b, broken = Bundle(path, key), None
    except Stop as stop:
        b, broken = None, str(stop)
    first, seen = "", 0
    for number, (name, check) in enumerate(CHECKS, 1):
        found, idle = run(check, b) if b else ([broken] if number == 1 else [], "文件包打不开，没有核验。")
        print(f"{number:2} {wrong if found else unseen if idle else right} {name}{f'：{idle}' if idle and not found else ''}")
        for sentence in found[:SHOWN]:
            print(f"     第 {number} 步：{sentence}")
        if len(found) > SHOWN:
            print(f"     还有 {len(found) - SHOWN} 处。")
        first, seen = first or (f"第 {number} 步：{found[0]}" if found else ""), seen + (not idle and not found)
    whose = "与给出的公钥一致" if key else "与自身一致（公钥取自文件本身，请与印发的公钥核对）"
    if b and b.ledger.header and b.ledger.header["withheld"]:
        print("公开版不含选票内容：各人的票数以审计人员的确认为准，没有逐张重算。")
    if b and b.ledger.key:
        print(f"账本公钥：{b.ledger.header['verifierKey']}")
    print(f"结论：不一致。最先的不符：{first}" if first else f"结论：全部一致，{whose}。" if seen == len(CHECKS)
          else f"结论：能核验的 {seen} 步都一致，{whose}；其余 {len(CHECKS) - seen} 步还没有内容可核。")
    return 0 if seen == len(CHECKS) else 1


def main(given):
    here = os.path.dirname(os.path.abspath(__file__))
    if given[:1] == ["--vectors"] and len(given) == 2:
        sys.dont_write_bytecode = True
        sys.path.append(os.path.join(here, "..", "..", "tests", "vectors"))  # only beside the source
        import standing as vectors
        return vectors.main(given[1:])
    key = None
    if "--key" in given:
        at = given.index("--key")
        key, given = " ".join(given[at + 1:at + 2]), given[:at] + given[at + 2:]
    path = given[0] if given else here
    if len(given) > 1 or key == "" or path.startswith("-") or not (os.path.isfile(path) or os.path.isfile(os.path.join(path, "ledger.ndjson"))):
        print(USAGE, file=sys.stderr)
        return 2
    return report(path, key)


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        readable = "核验".encode(stream.encoding, "replace") != b"??"
        stream.reconfigure(encoding=stream.encoding if readable else "utf-8", errors="replace")
    sys.exit(main(sys.argv[1:]))
