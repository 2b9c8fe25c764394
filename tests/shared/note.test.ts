import { webcrypto } from 'node:crypto';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { fromBase64, toBase64 } from '@zuimei/shared/bytes.ts';
import { formatCheckpoint, parseCheckpoint } from '@zuimei/shared/log/checkpoint.ts';
import { verifyEd25519 } from '@zuimei/shared/log/ed25519.ts';
import { leafHash } from '@zuimei/shared/merkle.ts';
import {
  createSigner,
  formatVerifierKey,
  openNote,
  parseSigner,
  parseVerifierKey,
  signNote,
} from '@zuimei/shared/note.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { logVectors } from './vectors.ts';

const { published, derived } = logVectors;
const { skey, vkey, text, signed } = published.golang_note_sign;
const second = published.golang_note_second_key;
const signature = signed.slice(text.length + 1);
const lineOf = (name: string, bytes: Uint8Array): string => `— ${name} ${toBase64(bytes)}\n`;

async function faultOf(opening: Promise<unknown>): Promise<unknown> {
  const error = await opening.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Refusal)) throw new Error(`not refused: ${error}`);
  return error.details.fault;
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('opening', () => {
  test('the published notes open with their keys', async () => {
    const c2sp = published.c2sp_signed_note;
    expect((await openNote(c2sp.note, [c2sp.vkey])).text).toBe('This is an example message.\n');
    const opened = await openNote(signed, [vkey]);
    expect(opened.text).toBe(text);
    expect(opened.signers.map((key) => key.name)).toEqual(['PeterNeumann']);
    expect((await openNote(Buffer.from(signed), [vkey])).text).toBe(text);
  });

  test('a note with two signatures names those of the keys it was asked about', async () => {
    const both = `${signed}${second.sigline}\n`;
    const namesBy = async (keys: string[]): Promise<string[]> =>
      (await openNote(both, keys)).signers.map((key) => key.name);
    expect(await namesBy([vkey, second.vkey])).toEqual(['PeterNeumann', 'EnochRoot']);
    expect(await namesBy([second.vkey])).toEqual(['EnochRoot']);
    expect(await namesBy([vkey])).toEqual(['PeterNeumann']);
  });

  test('the text is what stands before the last blank line', async () => {
    const signer = await parseSigner(skey);
    const poem = 'Ognuno sta solo sul cuor della terra\n\ned è subito sera.\n';
    expect((await openNote(await signNote(poem, signer), [vkey])).text).toBe(poem);
  });

  test('a signature given twice counts once; under another name it is nobody’s', async () => {
    expect((await openNote(signed + signature, [vkey])).signers).toHaveLength(1);
    expect(await faultOf(openNote(signed.replace('— PeterNeumann', '— PeterNewmann'), [vkey]))).toBe(
      'unsigned',
    );
  });

  test('a changed text or signature is refused, also beside a good one', async () => {
    expect(await faultOf(openNote(signed.replace('answer', 'Answer'), [vkey]))).toBe('signature');
    const bytes = fromBase64(signature.trim().split(' ')[2] ?? '') ?? new Uint8Array();
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    const forged = lineOf('PeterNeumann', bytes);
    expect(await faultOf(openNote(`${text}\n${forged}`, [vkey]))).toBe('signature');
    expect(await faultOf(openNote(`${text}\n${forged}${second.sigline}\n`, [vkey, second.vkey]))).toBe(
      'signature',
    );
    expect(await faultOf(openNote(signed + forged, [vkey]))).toBe('signature');
    const short = lineOf('PeterNeumann', bytes.slice(0, 67));
    expect(await faultOf(openNote(`${text}\n${short}`, [vkey]))).toBe('signature');
  });

  test('signatures of unknown keys are passed over but are not enough', async () => {
    expect(await faultOf(openNote(signed, [second.vkey]))).toBe('unsigned');
    expect(await faultOf(openNote(signed, []))).toBe('unsigned');
    const sameName = lineOf('PeterNeumann', new Uint8Array(68));
    expect((await openNote(signed + sameName, [vkey])).text).toBe(text);
    expect(await faultOf(openNote(`${text}\n${sameName}`, [vkey]))).toBe('unsigned');
  });

  test('two keys under one name and id are refused rather than guessed between', async () => {
    const key = parseVerifierKey(vkey);
    const twin = { ...key, publicKey: parseVerifierKey(second.vkey).publicKey };
    expect(await faultOf(openNote(signed, [key, twin]))).toBe('ambiguous_key');
    expect((await openNote(signed, [key, vkey])).signers).toHaveLength(1);
  });

  test('a hundred signatures are read, one more is refused', async () => {
    const others = (count: number): string =>
      Array.from({ length: count }, (_, i) => lineOf(`other${i}`, new Uint8Array(68))).join('');
    expect((await openNote(signed + others(99), [vkey])).text).toBe(text);
    expect(await faultOf(openNote(signed + others(100), [vkey]))).toBe('too_many_signatures');
  });

  test('engines whose WebCrypto lacks Ed25519, or that have none, open the same notes', async () => {
    const keys = [vkey];
    const subtle = {
      importKey: () => Promise.reject(new Error('unknown')),
      digest: (name: string, bytes: Uint8Array<ArrayBuffer>) => webcrypto.subtle.digest(name, bytes),
    };
    for (const crypto of [{}, { subtle }]) {
      vi.stubGlobal('crypto', crypto);
      expect((await openNote(signed, keys)).text).toBe(text);
      expect(await faultOf(openNote(signed.replace('answer', 'Answer'), keys))).toBe('signature');
      vi.unstubAllGlobals();
    }
    expect(await verifyEd25519(new Uint8Array(32).fill(255), new Uint8Array(64), new Uint8Array(0))).toBe(
      false,
    );
  });
});

describe('malformed notes', () => {
  const bytesOf = (...parts: (string | number[])[]): Uint8Array =>
    Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));

  test.each<[string, string | Uint8Array]>([
    ['empty', ''],
    ['<text only>', text],
    ['<text>\\n', `${text}\n`],
    ['one blank line', '\n'],
    ['two blank lines', '\n\n'],
    ['signatures without a text', `\n${signature}`],
    ['no blank line before the signatures', text + signature],
    ['missing final newline after sig', signed.slice(0, -1)],
    ['control char \\x01 prefix', `\x01${signed}`],
    ['a carriage return', signed.replace('\n', '\r\n')],
    ['a tab in the text', signed.replace(' ', '\t')],
    ['invalid UTF-8', bytesOf([0xff], signed)],
    ['half a UTF-8 letter', bytesOf(signed.slice(0, 5), [0xe6, 0x9c], signed.slice(5))],
    ['an overlong UTF-8 letter', bytesOf([0xc0, 0xae], signed)],
    ['half a surrogate pair', `\ud800${signed}`],
    ['— Bad Name <sig>', signed.replace('— PeterNeumann', '— Bad Name')],
    ['a plus in the name', signed.replace('— PeterNeumann', '— Peter+Neumann')],
    ['a wide space in the name', signed.replace('— PeterNeumann', '— Peter\u3000Neumann')],
    ['a next-line character in the name', signed.replace('— PeterNeumann', '— Peter\u0085Neumann')],
    ['no name', signed.replace('— PeterNeumann', '— ')],
    ['no signature', signed.replace(/PeterNeumann .*/, 'PeterNeumann')],
    ['an empty signature', signed.replace(/PeterNeumann .*/, 'PeterNeumann ')],
    ['a signature of a key id alone', `${text}\n${lineOf('PeterNeumann', new Uint8Array(4))}`],
    ['a signature that is not base64', signed.replace(/PeterNeumann .*/, 'PeterNeumann !!!!')],
    ['base64 with unused bits set', signed.replace('nAM=', 'nAN=')],
    ['base64 without its padding', signed.replace('nAM=', 'nAM')],
    ['a hyphen for the dash', signed.replace('— PeterNeumann', '- PeterNeumann')],
    ['trailing "Unexpected line.\\n"', `${signed}Unexpected line.\n`],
    ['a blank line at the end', `${signed}\n`],
    ['a blank line among the signatures', `${signed}\n\n`],
    ['over a million characters', `${'a'.repeat(1_000_000)}\n${signed}`],
  ])('%s: refused', async (_, note) => {
    expect(await faultOf(openNote(note, [vkey]))).toEqual(expect.any(String));
  });

  test('bytes and text that begin with a byte order mark are one and the same note, and not the one that was signed', async () => {
    expect(await faultOf(openNote(`\ufeff${signed}`, [vkey]))).toBe('signature');
    expect(await faultOf(openNote(bytesOf([0xef, 0xbb, 0xbf], signed), [vkey]))).toBe('signature');
  });
});

describe('signing', () => {
  test('the published key signs the published text to the letter', async () => {
    const signer = await parseSigner(skey);
    expect(formatVerifierKey(signer)).toBe(vkey);
    expect(await signNote(text, signer)).toBe(signed);
  });

  test('a signer made of a seed signs what its own key opens; several sign in order', async () => {
    const [one, two] = [
      await createSigner('zuimei.example/a', new Uint8Array(32).fill(1)),
      await parseSigner(skey),
    ];
    const note = await signNote('最美\n', [one, two]);
    expect((await openNote(note, [formatVerifierKey(one), vkey])).signers.map((key) => key.name)).toEqual([
      'zuimei.example/a',
      'PeterNeumann',
    ]);
  });

  test('what could not be opened is not signed', async () => {
    const signer = await parseSigner(skey);
    for (const bad of ['', 'no newline', 'tab\t\n', 'half \ud800\n', 'unit \x1f\n'])
      expect(await faultOf(signNote(bad, signer))).toEqual(expect.any(String));
  });

  test('names that no note may hold and seeds of another length make no signer', async () => {
    for (const name of ['', 'a b', 'a+b', 'a\u00a0b', 'a\nb', 'a\u2028b'])
      expect(await faultOf(createSigner(name, new Uint8Array(32)))).toBe('key');
    expect(await faultOf(createSigner('a', new Uint8Array(31)))).toBe('key');
    expect(await faultOf(parseSigner(skey.replace('c74f20a3', 'c74f20a4')))).toBe('key_id');
    expect(await faultOf(parseSigner(vkey))).toBe('key');
  });
});

describe('verifier keys', () => {
  test('a key is read and written as it was', () => {
    for (const key of [vkey, second.vkey, published.c2sp_signed_note.vkey])
      expect(formatVerifierKey(parseVerifierKey(key))).toBe(key);
  });

  test.each([
    ...published.bad_vkeys,
    '',
    'PeterNeumann',
    vkey.replace('PeterNeumann', ''),
    vkey.replace('PeterNeumann', 'Peter Neumann'),
    vkey.replace('PeterNeumann', 'PeterNewmann'),
    vkey.replace('c74f20a3', 'c74f20a4'),
    vkey.replace('c74f20a3', 'C74F20A3'),
    vkey.replace('c74f20a3', 'c74f20a'),
    `${vkey}\n`,
    `${vkey}=`,
    `${vkey}+`,
    vkey.slice(0, -4),
  ])('%j is refused', (key) => {
    expect(() => parseVerifierKey(key)).toThrow(Refusal);
  });
});

describe('checkpoints', () => {
  test('the published bodies are read and written', () => {
    for (const { origin, size, hashUtf8, body } of published.checkpoint_bodies) {
      expect(formatCheckpoint({ origin, size, root: Buffer.from(hashUtf8) })).toBe(body);
      const read = parseCheckpoint(body);
      expect({ ...read, root: Buffer.from(read.root).toString() }).toEqual({ origin, size, root: hashUtf8 });
    }
    const { body, leafData, leafHashB64 } = published.tree_note;
    expect(parseCheckpoint(body)).toEqual({
      origin: 'go.sum database tree',
      size: 123_456_789_012,
      root: leafHash(Buffer.from(leafData)),
    });
    expect(toBase64(leafHash(Buffer.from(leafData)))).toBe(leafHashB64);
  });

  test('extension lines are passed over', () => {
    const body = `${published.tree_note.body}extension\nand another\n`;
    expect(parseCheckpoint(body)).toEqual(parseCheckpoint(published.tree_note.body));
  });

  test('the derived checkpoints are signed as they should be', async () => {
    const signer = await parseSigner(skey);
    for (const [size, root, note] of [
      [256, derived.root256, derived.checkpoint256],
      [300, derived.root300, derived.checkpoint300],
    ] as const) {
      const body = formatCheckpoint({ origin: 'PeterNeumann', size, root: Buffer.from(root, 'base64') });
      expect(await signNote(body, signer)).toBe(note);
      expect(parseCheckpoint((await openNote(note, [vkey])).text).size).toBe(size);
    }
  });

  test.each([
    ...published.bad_checkpoint_bodies,
    '',
    'Log\n\nYmFuYW5hcw==\n',
    'Log\n-1\nYmFuYW5hcw==\n',
    'Log\n+1\nYmFuYW5hcw==\n',
    'Log\n007\nYmFuYW5hcw==\n',
    'Log\n1.5\nYmFuYW5hcw==\n',
    'Log\n1e3\nYmFuYW5hcw==\n',
    'Log\n 1\nYmFuYW5hcw==\n',
    'Log\n9007199254740992\nYmFuYW5hcw==\n',
    'Log\n99999999999999999999\nYmFuYW5hcw==\n',
    'Log\n123\n\n',
    'Log\n123\nYmFuYW5hcw\n',
    'Log\n123\n!!!!\n',
    'Log\n123\nYmFuYW5hcw==\n\n',
    'Log\n123\nYmFuYW5hcw==\n\nextension\n',
    'Log\n123\nYmFuYW5hcw==\nextension',
  ])('%j is refused', (body) => {
    expect(() => parseCheckpoint(body)).toThrow(Refusal);
  });
});
