"""A second verifier of exported ledgers, written from shared/export/FORMAT.md alone; the standard library is enough.

    python3 verify.py FILE [--key KEY]        prints verdict and codes of one file, exits as FORMAT.md says
    python3 verify.py --vectors verdicts.json checks every file that verdicts.json names, beside it
"""
import base64, collections, datetime, hashlib, json, os, re, sys  # noqa: E401

P, L = 2 ** 255 - 19, 2 ** 252 + 27742317777372353535851937790883648493
D, ROOT = -121665 * pow(121666, P - 2, P) % P, pow(2, (P - 1) // 4, P)
ODD = ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError
AT, UUID = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"), re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ABOUT = {None: "内部文件：含每张选票的选择，不得外传", "asked": "公开文件：不含选票的选择", "hidden": "内部文件：含已可公布的选票的选择，不得外传"}
HEADER = "about format contest title origin verifierKey witnesses version rounds candidates size withheld madeAt".split()
EXITS = {"ok": 0, "uncounted": 0, "wrong": 1, "tail": 1, "key": 2, "self": 3}
OF_ENTRIES = set("number entry opening opening_missing act act_missing commitment ballot_twice outside_rounds ruling".split())

def point(data):
    y, sign = int.from_bytes(data, "little") % 2 ** 255, data[-1] >> 7
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * ROOT % P
    if len(data) != 32 or y >= P or x * x % P != square or (x == 0 and sign):
        raise ValueError("no point")
    x = x if x % 2 == sign else P - x
    return x, y, 1, x * y % P

def plus(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]), (p[1] + p[0]) * (q[1] + q[0])
    c, d = 2 * D * p[3] * q[3], 2 * p[2] * q[2]
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P

def times(n, p):
    half = times(n >> 1, plus(p, p)) if n else (0, 1, 1, 0)
    return plus(half, p) if n & 1 else half

def is_signed(key, signature, message):
    try:
        a, r, s = point(key), point(signature[:32]), int.from_bytes(signature[32:], "little")
    except ValueError:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    left, right = times(s, point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))), plus(r, times(h, a))
    return s < L and len(signature) == 64 and all((left[i] * right[2] - right[i] * left[2]) % P == 0 for i in (0, 1))

def sha(data):
    return hashlib.sha256(data).digest()

def key_of(text, kind):
    """Name, id and public key; ValueError for what is no key."""
    name, identity, encoded = text.strip().split("+", 2)
    data = base64.b64decode(encoded, validate=True)
    if len(data) != 33 or data[0] != kind or sha(name.encode() + b"\n" + data)[:4].hex() != identity:
        raise ValueError(text)
    return name, bytes.fromhex(identity), data[1:]

def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

def is_hex(text, count):
    return isinstance(text, str) and re.fullmatch(f"[0-9a-f]{{{2 * count}}}", text) is not None

def has_form(text, value):
    """As it was written: no blanks, nothing twice (which reading drops), no further field."""
    if json.dumps(value, separators=(",", ":"), ensure_ascii=False) != text:
        return False
    fits = lambda one, fields: not isinstance(one, dict) or set(one) <= set(fields.split())
    each = lambda many, fields: all(fits(one, fields) for one in many or [])
    if "end" in value:
        return fits(value, "end") and fits(value["end"], "checkpoints entries tally") and each(value["end"]["tally"], "round number votes held")
    if "checkpoint" in value:
        return fits(value, "checkpoint at")
    if "index" in value:
        return fits(value, "index at kind commitment tag opening act") and fits(value.get("opening"), "ballotId salt voter picks state evidence")
    return (fits(value, " ".join(HEADER)) and each(value["rounds"], "opens closes") and each(value["candidates"], "number name")
            and fits(value["withheld"], "from why"))

def moment(at):
    return datetime.datetime.fromisoformat(at.replace("Z", "+00:00"))

class Ledger:
    def __init__(self, header, key):
        self.header, self.codes, self.leaves, self.roots = header, set(), [], {}
        self.latest, self.rules, self.rounds = "", None, header["rounds"]
        self.salts, self.tags, self.spent, self.spoilt = set(), set(), collections.Counter(), set()
        self.ballots, self.withheld = {}, set()
        self.key, self.bad_key = None, False
        self.choose_key(key)

    def choose_key(self, given):
        own = self.header["verifierKey"]
        try:
            self.key = key_of(given or own, 1)
        except ODD:
            self.bad_key = bool(given)
            return self.codes.add("key")
        if given and given.strip() != own.strip():
            self.codes.add("key")
            if self.key[0] != self.header["origin"]:
                self.key, self.bad_key = None, True
        elif self.key[0] != self.header["origin"] or not self.header["origin"].endswith("/" + self.header["contest"]):
            self.codes.add("key")

    def open_point(self, note):
        """Takes a signed checkpoint: size → root."""
        if not self.key:
            return
        try:
            at = note.rindex("\n\n")
            text, lines = note[:at + 1], [line.split(" ") for line in note[at + 2:].strip("\n").split("\n")]
            signatures = [(name, base64.b64decode(data, validate=True)) for _, name, data in lines]
            origin, size, root = text.split("\n")[:3]
            own = [data[4:] for name, data in signatures if name == self.key[0] and data[:4] == self.key[1]]
            if origin != self.key[0] or not own or not all(is_signed(self.key[2], one, text.encode()) for one in own):
                raise ValueError(note)
            self.roots[int(size)] = base64.b64decode(root, validate=True)
        except ODD:
            return self.codes.add("checkpoint_note")
        for witness in self.header["witnesses"]:
            try:
                name, identity, public = key_of(witness, 4)
            except ODD:
                continue
            for _, data in [one for one in signatures if one[0] == name and one[1][:4] == identity]:
                message = f"cosignature/v1\ntime {int.from_bytes(data[4:12], 'big')}\n{text}".encode()
                if not is_signed(public, data[12:], message):
                    self.codes.add("cosignature")

    def take(self, line):
        at, kind, commitment, index, tag = line["at"], line["kind"], line["commitment"], len(self.leaves), line.get("tag")
        if line["index"] != index:
            self.codes.add("number")
        is_ballot = kind == "ballot"
        fields = {"at": at, "commitment": commitment, "contest": self.header["contest"], "kind": kind, "v": 1}
        self.leaves.append(sha(b"\0" + canonical({**fields, "tag": tag} if is_ballot else fields)))
        if at < self.latest:
            self.codes.add("time")
        self.latest = max(at, self.latest)
        if not (AT.fullmatch(at) and is_hex(commitment, 32) and (is_hex(tag, 16) if is_ballot else tag is None)):
            return self.fail("entry", index)
        if not is_ballot:
            return self.take_act(index, kind, commitment, line.get("act"))
        if tag in self.tags:
            self.codes.add("tag_twice")
        self.tags.add(tag)
        self.take_ballot(index, at, commitment, line.get("opening"))

    def fail(self, code, index):
        self.codes.add(code)
        self.spoilt.add(index)

    def take_ballot(self, index, at, commitment, opening):
        if not opening:
            if self.header["withheld"] is None or at < self.header["withheld"]["from"]:
                return self.fail("opening_missing", index)
            return self.withheld.add(index)
        picks, state = opening["picks"], opening["state"]
        if not (is_hex(opening["salt"], 32) and is_hex(opening["voter"], 16) and is_hex(opening["evidence"], 16) and UUID.fullmatch(opening["ballotId"])
                and state in ("counted", "held") and picks == sorted(set(picks)) and all(0 < one < 32768 for one in picks)):
            return self.fail("opening", index)
        body = {**{name: opening[name] for name in opening if name != "salt"}, "contest": self.header["contest"]}
        if sha(bytes.fromhex(opening["salt"]) + canonical(body)).hex() != commitment:
            return self.fail("commitment", index)
        place = next((i for i, one in enumerate(self.rounds) if moment(one["opens"]) <= moment(at) < moment(one["closes"])), -1)
        if opening["salt"] in self.salts:
            return self.fail("ballot_twice", index)
        self.salts.add(opening["salt"])
        if place < 0:
            return self.fail("outside_rounds", index)
        rule = self.rules and self.rules[1].get("rule")
        if rule:
            day = (moment(at) + datetime.timedelta(hours=8)).date() if rule["period"] == "day" else 0
            self.spent[opening["voter"], place, day] += 1
            if self.spent[opening["voter"], place, day] > rule["ballotsPerPeriod"]:
                self.codes.add("quota")
        self.ballots[index] = [place, picks, state, False]

    def take_act(self, index, kind, commitment, act):
        if not isinstance(act, dict):
            return self.codes.add("act_missing")
        if sha(canonical(act)).hex() != commitment:
            self.codes.add("commitment")
        if kind == "ruling":
            for ruled in act["entries"]:
                if ruled not in self.spoilt and not (ruled in self.withheld and ruled < index):
                    self.rule(act["ruling"], self.ballots.get(ruled))
        elif "rules" in act:
            self.rules, self.rounds = (act["version"], act["rules"]), act["rules"]["rounds"]

    def rule(self, verb, ballot):
        if ballot is None or ballot[3] != (verb == "restore") or (verb == "release" and ballot[2] != "held"):
            return self.codes.add("ruling")
        ballot[3] = verb == "void"
        if verb == "release":
            ballot[2] = "counted"

    def tally(self):
        counts = collections.defaultdict(lambda: [0, 0])
        for place, picks, state, void in self.ballots.values():
            for number in [] if void else [0] + picks:
                counts[place, number][state == "held"] += 1
        return {key: tuple(pair) for key, pair in counts.items()}

    def finish(self, points, end):
        size, agreed = len(self.leaves), 0
        for of, root in self.roots.items():
            if of > size:
                self.codes.add("checkpoint_ahead")
            elif tree(self.leaves[:of]) != root:
                self.codes.add("checkpoint")
            else:
                agreed = max(agreed, of)
        self.codes.add("cut") if end is None else self.judge(points, end, size)
        if "key" in self.codes:
            self.codes.discard("checkpoint_note")
        if "tally" in self.codes and self.codes & OF_ENTRIES:
            self.codes = self.codes - {"tally"} | {"counts"}
        return agreed == size

    def judge(self, points, end, size):
        header = self.header
        if end["entries"] != size or header["size"] != size or end["checkpoints"] != points:
            self.codes.add("lines")
        if self.rules:
            version, rules = self.rules
            spans = lambda one: [(moment(r["opens"]), moment(r["closes"])) for r in one["rounds"]]
            names = lambda one: [(c["number"], c["name"]) for c in one["candidates"]]
            if header["version"] < version or (header["version"] == version and (spans(header), names(header)) != (spans(rules), names(rules))):
                self.codes.add("rules")
            if header["version"] == version and rules.get("title", header["title"]) != header["title"]:
                self.codes.add("title")
        if header["about"] != ABOUT[header["withheld"] and header["withheld"]["why"]]:
            self.codes.add("about")
        if header["withheld"] is None:
            if end["tally"] is None:
                return self.codes.add("tally_missing")
            stored, counted = {(one["round"], one["number"]): (one["votes"], one["held"]) for one in end["tally"]}, self.tally()
            if any(stored.get(key, (0, 0)) != counted.get(key, (0, 0)) for key in {*stored, *counted}):
                self.codes.add("tally")

def tree(leaves):
    if len(leaves) < 2:
        return leaves[0] if leaves else sha(b"")
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return sha(b"\1" + tree(leaves[:half]) + tree(leaves[half:]))

def check(path, key):
    """Verdict and codes of a file; `key`: as it came another way, or None."""
    ledger, points, end = None, 0, None
    with open(path, encoding="utf-8-sig", newline="") as file:
        for text in file:
            text = text.rstrip("\n").rstrip("\r")
            try:
                line = json.loads(text)
                if ledger is None:
                    if not isinstance(line, dict) or line.get("format") != "zuimei-ledger@1" or set(HEADER) - set(line):
                        break
                    ledger = Ledger(line, key)
                elif end is None and "index" in line:
                    ledger.take(line)
                elif end is None and "checkpoint" in line and not ledger.leaves:
                    points += 1
                    ledger.open_point(line["checkpoint"])
                elif end is None and "end" in line:
                    end = line["end"]
                else:
                    ledger.codes.add("order")
                ledger.codes |= set() if has_form(text, line) else {"form"}
            except ODD:
                if ledger is None:
                    break
                ledger.codes.add("line")
    if ledger is None:
        return "wrong", ["not_export"]
    signed = ledger.finish(points, end)
    codes = sorted(ledger.codes)
    if ledger.bad_key:
        return "key", codes
    verdict = "wrong" if codes else "tail" if not signed else "self" if not key else "uncounted" if ledger.header["withheld"] else "ok"
    return verdict, codes

def main(given):
    if given[:1] == ["--vectors"]:
        with open(given[1], encoding="utf-8") as file:
            known = json.load(file)
        differ = 0
        for one in known["verdicts"]:
            path = os.path.join(os.path.dirname(given[1]), one["file"] + ".ndjson")
            found = check(path, known["keys"].get(one["key"]))
            differ += found != (one["verdict"], one["codes"])
            if found != (one["verdict"], one["codes"]):
                print(f"{one['file']} ({one['key']}): {found}, not {one['verdict'], one['codes']}")
        print(f"{len(known['verdicts']) - differ} of {len(known['verdicts'])} agree")
        return 1 if differ else 0
    verdict, codes = check(given[0], given[2] if given[1:2] == ["--key"] else None)
    print(verdict, *codes)
    return EXITS[verdict]

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
