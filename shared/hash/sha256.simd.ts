import { roundWords, startWords } from './sha256.table.ts';

/**
 * SHA-256 of four messages at once, one in each lane of WebAssembly's 128-bit vectors. The module is written out here from the
 * algorithm (FIPS 180-4), so that nobody has to trust a binary they cannot read; lanes.ts is what calls it.
 */

/** Opcodes of the WebAssembly core specification; the vector ones (V_) stand behind a 0xfd. */
const [LOOP, END, BRANCH_IF, GET, SET, TEE] = [0x03, 0x0b, 0x0d, 0x20, 0x21, 0x22] as const;
const [I32_LOAD, I32_CONST, I32_ADD, I32_SUB] = [0x28, 0x41, 0x6a, 0x6b] as const;
const [V_CONST, V_SHUFFLE, V_AND, V_OR, V_XOR] = [12, 13, 78, 80, 81] as const;
const [V_LOAD_LANE, V_STORE_LANE, V_LOAD_ZERO, V_SHL, V_SHR, V_ADD] = [86, 90, 92, 171, 173, 174] as const;
const [NO_RESULT, I32, V128] = [0x40, 0x7f, 0x7b] as const;

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

// The function's parameters, then its locals: 4 message pointers and a block counter, then the vectors.
const [TABLE, BLOCKS, GROUPS] = [0, 1, 2] as const;
const POINTERS = [3, 4, 5, 6];
const LEFT = 7;
const word = (i: number): number => 8 + (i % 16);
const state = (i: number): number => 24 + i;
const before = (i: number): number => 32 + i;
const [T1, T2, A_XOR_B] = [40, 41, 42] as const;

const unsigned = (n: number): number[] =>
  n < 128 ? [n] : [(n % 128) + 128, ...unsigned(Math.floor(n / 128))];
const signed = (n: number): number[] =>
  n >= -64 && n < 64 ? [n & 127] : [(n & 127) | 128, ...signed(n >> 7)];
const get = (local: number): number[] => [GET, local];
const set = (local: number): number[] => [SET, local];
const tee = (local: number): number[] => [TEE, local];
const int = (n: number): number[] => [I32_CONST, ...signed(n)];
const vector = (code: number, ...rest: number[]): number[] => [0xfd, ...unsigned(code), ...rest];
const [add, xor, and, or] = [vector(V_ADD), vector(V_XOR), vector(V_AND), vector(V_OR)] as const;
const shr = (n: number): number[] => [...int(n), ...vector(V_SHR)];
const shl = (n: number): number[] => [...int(n), ...vector(V_SHL)];

function constant(n: number): number[] {
  const bytes = [n, n >>> 8, n >>> 16, n >>> 24].map((byte) => byte & 255);
  return vector(V_CONST, ...bytes, ...bytes, ...bytes, ...bytes);
}

/** Words of SHA-256 are big-endian, those of WebAssembly little-endian. */
const swapped = [
  ...tee(T1),
  ...get(T1),
  ...vector(V_SHUFFLE, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12),
];

/** σ or Σ of x: its rotations to the right by these, and for a negative one the shift, xored. */
function sigma(x: number, ...turns: number[]): number[] {
  return turns.flatMap((n, i) => {
    const turned = n < 0 ? [...get(x), ...shr(-n)] : [...get(x), ...shr(n), ...get(x), ...shl(32 - n), ...or];
    return i === 0 ? turned : [...turned, ...xor];
  });
}

/** Word i of the block of each of the four messages. */
function load(i: number): number[] {
  const lanes = POINTERS.flatMap((pointer, lane) =>
    lane === 0
      ? [...get(pointer), ...vector(V_LOAD_ZERO, 0, 4 * i)]
      : [...set(T1), ...get(pointer), ...get(T1), ...vector(V_LOAD_LANE, 0, 4 * i, lane)],
  );
  return [...lanes, ...swapped, ...set(word(i))];
}

function schedule(i: number): number[] {
  const [old, near, far] = [
    sigma(word(i + 1), 7, 18, -3),
    get(word(i + 9)),
    sigma(word(i + 14), 17, 19, -10),
  ];
  return [...get(word(i)), ...old, ...add, ...near, ...add, ...far, ...add, ...set(word(i))];
}

function round(i: number): number[] {
  const at = (letter: number): number => state((letter + 64 - i) % 8);
  const [a, b, d, e, f, g, h] = [at(0), at(1), at(3), at(4), at(5), at(6), at(7)] as const;
  // ch = g ^ (e & (f ^ g)); maj = b ^ ((a ^ b) & (b ^ c)), and b ^ c is the a ^ b of the round before.
  const ch = [...get(f), ...get(g), ...xor, ...get(e), ...and, ...get(g), ...xor];
  const maj = [...get(a), ...get(b), ...xor, ...tee(T2), ...get(A_XOR_B), ...and, ...get(b), ...xor];
  return [
    ...(i < 16 ? [] : schedule(i)),
    ...[...get(h), ...get(word(i)), ...constant(roundWords[i] ?? 0), ...add, ...add],
    ...[...sigma(e, 6, 11, 25), ...add, ...ch, ...add, ...set(T1)],
    ...[...get(d), ...get(T1), ...add, ...set(d)],
    ...[...maj, ...sigma(a, 2, 13, 22), ...add, ...get(T1), ...add, ...set(h)],
    ...[...get(T2), ...set(A_XOR_B)],
  ];
}

/** hash(table, blocks, groups): see openSimd. */
function body(): number[] {
  const advance = (pointer: number, by: number): number[] => [
    ...get(pointer),
    ...int(by),
    I32_ADD,
    ...set(pointer),
  ];
  const again = (counter: number): number[] => [
    ...get(counter),
    ...int(1),
    I32_SUB,
    ...tee(counter),
    BRANCH_IF,
    0,
    END,
  ];
  const pointers = POINTERS.flatMap((pointer, lane) => [
    ...get(TABLE),
    I32_LOAD,
    2,
    4 * lane,
    ...set(pointer),
  ]);
  const store = (i: number): number[] => [
    ...[...get(before(i)), ...swapped, ...set(T1)],
    ...POINTERS.flatMap((pointer, lane) => [
      ...get(pointer),
      ...get(T1),
      ...vector(V_STORE_LANE, 0, 4 * i, lane),
    ]),
  ];
  return [
    ...[LOOP, NO_RESULT, ...pointers, ...get(BLOCKS), ...set(LEFT)],
    ...upTo(8).flatMap((i) => [...constant(startWords[i] ?? 0), ...set(before(i))]),
    ...[LOOP, NO_RESULT, ...upTo(16).flatMap(load)],
    ...upTo(8).flatMap((i) => [...get(before(i)), ...set(state(i))]),
    ...[...get(state(1)), ...get(state(2)), ...xor, ...set(A_XOR_B)],
    ...upTo(64).flatMap(round),
    ...upTo(8).flatMap((i) => [...get(before(i)), ...get(state(i)), ...add, ...set(before(i))]),
    ...POINTERS.flatMap((pointer) => advance(pointer, 64)),
    ...again(LEFT),
    ...POINTERS.flatMap((pointer, lane) => [
      ...get(TABLE),
      I32_LOAD,
      2,
      4 * lane,
      ...int(32),
      I32_SUB,
      ...set(pointer),
    ]),
    ...upTo(8).flatMap(store),
    ...advance(TABLE, 16),
    ...again(GROUPS),
    END,
  ];
}

function moduleBytes(): Uint8Array<ArrayBuffer> {
  const section = (id: number, ...bytes: number[]): number[] => [id, ...sized(...bytes)];
  const imported = [...sized(...utf16('m')), ...sized(...utf16('m')), 2, 0, 1];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, 1, 0x60, 3, I32, I32, I32, 0),
    ...section(2, 1, ...imported),
    ...section(3, 1, 0),
    ...section(7, 1, ...sized(...utf16('hash')), 0, 0),
    ...section(10, 1, ...sized(2, 5, I32, 35, V128, ...body())),
  ]);
}

function sized(...bytes: number[]): number[] {
  return [...unsigned(bytes.length), ...bytes];
}

function utf16(text: string): number[] {
  return Array.from(text, (letter) => letter.charCodeAt(0));
}

export interface Simd {
  memory: ArrayBuffer;
  /**
   * `table` is the address of 4·groups little-endian addresses, each of a message already padded to `blocks` × 64 bytes; the
   * digest of each is written to the 32 bytes before it.
   */
  hash(table: number, blocks: number, groups: number): void;
}

/** What is used of WebAssembly: its own types come only with those of a browser's page. */
interface Assembly {
  Memory: new (size: { initial: number }) => { buffer: ArrayBuffer };
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: { hash: Simd['hash'] } };
}

let compiled: object | undefined;

/** The function over memory of at least `bytes`, or null where the engine cannot. Compiled once, in some milliseconds. */
export function openSimd(bytes: number): Simd | null {
  const { WebAssembly: assembly } = globalThis as unknown as { WebAssembly?: Assembly };
  if (!assembly) return null;
  try {
    compiled ??= new assembly.Module(moduleBytes());
    const memory = new assembly.Memory({ initial: Math.ceil(bytes / PAGE) });
    const { exports } = new assembly.Instance(compiled, { m: { m: memory } });
    return { memory: memory.buffer, hash: exports.hash };
  } catch {
    return null;
  }
}

const PAGE = 65_536;
