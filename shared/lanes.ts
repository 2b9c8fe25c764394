/**
 * SHA-256 of four messages at once, in the lanes of WebAssembly SIMD. For a short message the call into the crypto library
 * costs more than the hashing; where thousands wait (a ledger to verify, tiles to extend) this is some three times as fast.
 * The module is written out here from the algorithm (FIPS 180-4), so that nobody has to trust a binary they cannot read.
 */

/** Opcodes of the WebAssembly core specification; the vector ones stand behind a 0xfd. */
const LOOP = 0x03;
const END = 0x0b;
const BRANCH_IF = 0x0d;
const GET = 0x20;
const SET = 0x21;
const TEE = 0x22;
const I32_CONST = 0x41;
const I32_ADD = 0x6a;
const I32_SUB = 0x6b;
const I32_SHL = 0x74;
const VECTOR = 0xfd;
const V_CONST = 12;
const V_SHUFFLE = 13;
const V_AND = 78;
const V_OR = 80;
const V_XOR = 81;
const V_LOAD_LANE = 86;
const V_STORE_LANE = 90;
const V_LOAD_ZERO = 92;
const V_SHL = 171;
const V_SHR = 173;
const V_ADD = 174;
const VOID = 0x40;
const I32 = 0x7f;
const V128 = 0x7b;

/** The constants of SHA-2: fractions of the square and cube roots of the first primes. */
const primes = Array.from({ length: 310 }, (_, i) => i + 2).filter((n) => {
  for (let d = 2; d * d <= n; d++) if (n % d === 0) return false;
  return true;
});
const fraction = (root: number): number => Math.floor((root % 1) * 2 ** 32);
const START = primes.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));
const ROUND = primes.map((prime) => fraction(Math.cbrt(prime)));

// Parameters and locals of the one function: (messages, stride, blocks, groups, out).
const [PTR, STRIDE, BLOCKS, GROUPS, OUT] = [0, 1, 2, 3, 4];
const LANES = [5, 6, 7, 8];
const LEFT = 9;
const INTS = 5;
const FIRST_VECTOR = 10;
const word = (i: number): number => FIRST_VECTOR + (i % 16);
const state = (i: number): number => FIRST_VECTOR + 16 + i;
const before = (i: number): number => FIRST_VECTOR + 24 + i;
const [T1, T2, AB] = [FIRST_VECTOR + 32, FIRST_VECTOR + 33, FIRST_VECTOR + 34];
const VECTORS = 35;

function unsigned(n: number): number[] {
  return n < 128 ? [n] : [(n % 128) + 128, ...unsigned(Math.floor(n / 128))];
}

const get = (local: number): number[] => [GET, local];
const set = (local: number): number[] => [SET, local];
const tee = (local: number): number[] => [TEE, local];
const int = (n: number): number[] => (n < 64 ? [I32_CONST, n] : [I32_CONST, (n % 128) + 128, n >> 7]);
const vector = (code: number, ...rest: number[]): number[] => [VECTOR, ...unsigned(code), ...rest];
const constant = (n: number): number[] => {
  const bytes = [n, n >>> 8, n >>> 16, n >>> 24].map((byte) => byte & 255);
  return vector(V_CONST, ...bytes, ...bytes, ...bytes, ...bytes);
};
const swapped = [TEE, 42, GET, 42, ...vector(V_SHUFFLE, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12)];
const [add, xor, and, or] = [V_ADD, V_XOR, V_AND, V_OR].map((code) => vector(code)) as [number[], number[], number[], number[]];
const shr = (n: number): number[] => [...int(n), ...vector(V_SHR)];
const rotr = (x: number, n: number): number[] => [...get(x), ...shr(n), ...get(x), ...int(32 - n), ...vector(V_SHL), ...or];
/** The σ and Σ of the standard: three rotations, or two and a shift (given as a negative number), xored. */
const sigma = (x: number, ...turns: number[]): number[] =>
  turns.flatMap((n, i) => [...(n < 0 ? [...get(x), ...shr(-n)] : rotr(x, n)), ...(i > 0 ? xor : [])]);

function loadWord(i: number): number[] {
  const lanes = LANES.flatMap((pointer, lane) =>
    lane === 0
      ? [...get(pointer), ...vector(V_LOAD_ZERO, 0, 4 * i)]
      : [...set(T1), ...get(pointer), ...get(T1), ...vector(V_LOAD_LANE, 0, 4 * i, lane)],
  );
  return [...lanes, ...swapped, ...set(word(i))];
}

function round(i: number): number[] {
  const [a, b, , d, e, f, g, h] = Array.from({ length: 8 }, (_, k) => state((k + 64 - i) % 8)) as [number, number, number, number, number, number, number, number];
  const schedule =
    i < 16
      ? []
      : [
          ...get(word(i)), ...sigma(word(i + 1), 7, 18, -3), ...add, ...get(word(i + 9)), ...add,
          ...sigma(word(i + 14), 17, 19, -10), ...add, ...set(word(i)),
        ];
  // ch = g ^ (e & (f ^ g)); maj = b ^ ((a ^ b) & (b ^ c)), where b ^ c is the a ^ b of the round before, kept in AB.
  return [
    ...schedule,
    ...get(h), ...get(word(i)), ...constant(ROUND[i] ?? 0), ...add, ...add, ...sigma(e, 6, 11, 25), ...add,
    ...get(f), ...get(g), ...xor, ...get(e), ...and, ...get(g), ...xor, ...add, ...set(T1),
    ...get(d), ...get(T1), ...add, ...set(d),
    ...get(a), ...get(b), ...xor, ...tee(T2), ...get(AB), ...and, ...get(b), ...xor,
    ...sigma(a, 2, 13, 22), ...add, ...get(T1), ...add, ...set(h),
    ...get(T2), ...set(AB),
  ];
}

function body(): number[] {
  const eight = Array.from({ length: 8 }, (_, i) => i);
  const rounds = Array.from({ length: 64 }, (_, i) => i);
  const advance = (pointer: number, by: number[]): number[] => [...get(pointer), ...by, I32_ADD, ...set(pointer)];
  const until = (counter: number): number[] => [...get(counter), ...int(1), I32_SUB, ...tee(counter), BRANCH_IF, 0, END];
  return [
    LOOP, VOID,
    ...get(PTR), ...set(LANES[0] ?? 0),
    ...LANES.slice(1).flatMap((pointer, i) => [...get(LANES[i] ?? 0), ...get(STRIDE), I32_ADD, ...set(pointer)]),
    ...eight.flatMap((i) => [...constant(START[i] ?? 0), ...set(before(i))]),
    ...get(BLOCKS), ...set(LEFT),
    LOOP, VOID,
    ...rounds.slice(0, 16).flatMap(loadWord),
    ...eight.flatMap((i) => [...get(before(i)), ...set(state(i))]),
    ...get(state(1)), ...get(state(2)), ...xor, ...set(AB),
    ...rounds.flatMap(round),
    ...eight.flatMap((i) => [...get(before(i)), ...get(state(i)), ...add, ...set(before(i))]),
    ...LANES.flatMap((pointer) => advance(pointer, int(64))),
    ...until(LEFT),
    ...eight.flatMap((i) => [
      ...get(before(i)), ...swapped, ...set(T1),
      ...LANES.flatMap((_, lane) => [...get(OUT), ...get(T1), ...vector(V_STORE_LANE, 0, ...unsigned(32 * lane + 4 * i), lane)]),
    ]),
    ...advance(PTR, [...get(STRIDE), ...int(2), I32_SHL]),
    ...advance(OUT, int(128)),
    ...until(GROUPS),
    END,
  ];
}

function sized(...bytes: number[]): number[] {
  return [...unsigned(bytes.length), ...bytes];
}

function moduleBytes(pages: number): Uint8Array<ArrayBuffer> {
  const locals = [2, INTS, I32, VECTORS, V128];
  return Uint8Array.from([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    1, ...sized(1, 0x60, 5, I32, I32, I32, I32, I32, 0),
    3, ...sized(1, 0),
    5, ...sized(1, 0, ...unsigned(pages)),
    7, ...sized(2, 1, 0x6d, 2, 0, 1, 0x68, 0, 0),
    10, ...sized(1, ...sized(...locals, ...body())),
  ]);
}

export function makeLanes(pages: number) {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes(pages)));
  return instance.exports as unknown as { m: WebAssembly.Memory; h: (ptr:number, stride:number, blocks:number, groups:number, out:number)=>void };
}
