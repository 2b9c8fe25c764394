import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { concatBytes, fromBase64, toBase64, toHex, utf8 } from '@zuimei/shared/bytes.ts';
import { formatCheckpoint, parseCheckpoint } from '@zuimei/shared/log/checkpoint.ts';
import {
  addLines,
  cosign,
  formatWitnessKey,
  openCosignatures,
  openCosignedNote,
  parseWitnessKey,
  witnessSigner,
} from '@zuimei/shared/log/cosignature.ts';
import { createSigner, formatVerifierKey, openNote, signNote } from '@zuimei/shared/note.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { logVectors } from './vectors.ts';

const { vkey, witnesses, note: published } = logVectors.published.tlog_cosignature;
const seed = new Uint8Array(32).fill(7);
const text = formatCheckpoint({ origin: 'vote.example/a', size: 5, root: new Uint8Array(32).fill(9) });
const log = await createSigner('vote.example/a', new Uint8Array(32).fill(1));
const witness = witnessSigner(await createSigner('jiwei.example/w1', seed));
const note = await signNote(text, log);
const at = 1_760_000_000;
const line = await cosign(text, witness, at);

async function faultOf(opening: Promise<unknown>): Promise<unknown> {
  const error = await opening.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Refusal)) throw new Error(`not refused: ${error}`);
  return error.details['fault'] ?? error.details['part'];
}

/** The line by the letter of the specification, with Node's own crypto and nothing of ours. */
function lineByHand(name: string, seconds: bigint, over: string): { line: string; key: string } {
  const head = Buffer.from('302e020100300506032b657004220420', 'hex');
  const key = createPrivateKey({ key: Buffer.concat([head, seed]), format: 'der', type: 'pkcs8' });
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' });
  const material = Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url')]);
  const id = createHash('sha256').update(`${name}\n`).update(material).digest().subarray(0, 4);
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(seconds);
  const signature = sign(null, Buffer.from(`cosignature/v1\ntime ${seconds}\n${over}`), key);
  return {
    line: `— ${name} ${Buffer.concat([id, time, signature]).toString('base64')}`,
    key: `${name}+${id.toString('hex')}+${material.toString('base64')}`,
  };
}

describe('a published checkpoint of a public log', () => {
  test('opens with the log’s key and with those of the witnesses who cosigned it, at the second they did', async () => {
    const opened = await openCosignedNote(published, [vkey], witnesses);
    expect(opened.signers.map((key) => key.name)).toEqual(['arche2025h1.staging.ct.transparency.dev']);
    expect(opened.cosignatures.map(({ key, seconds }) => [formatWitnessKey(key), seconds])).toEqual(
      ['little-garden', 'smartit', 'remora', 'stagemole'].map((name) => [
        witnesses.find((one) => one.includes(name)),
        1_779_573_024,
      ]),
    );
    for (const { line } of opened.cosignatures) expect(published).toContain(`${line}\n`);
    expect(parseCheckpoint(opened.text).size).toBe(1_432_088_532);
  });

  test('with another size no longer does, for any of the witnesses', async () => {
    const changed = published.replace('1432088532', '1432088533');
    for (const key of witnesses)
      expect(await faultOf(openCosignatures(changed, [parseWitnessKey(key)]))).toBe('signature');
  });
});

describe('cosigning', () => {
  test('gives byte for byte what the specification says, worked out by hand', () => {
    expect(lineByHand('jiwei.example/w1', BigInt(at), text)).toEqual({
      line,
      key: formatWitnessKey(witness),
    });
  });

  test('puts lines under a note that then opens with both keys, and as before for who knows only the log', async () => {
    const second = witnessSigner(await createSigner('审计局', new Uint8Array(32).fill(8)));
    const cosigned = addLines(note, [line, await cosign(text, second, at + 60)]);
    const keys = [formatWitnessKey(witness), formatWitnessKey(second)];
    const opened = await openCosignedNote(cosigned, [formatVerifierKey(log)], keys);
    expect(opened.text).toBe(text);
    expect(opened.cosignatures.map(({ key, seconds }) => [key.name, seconds])).toEqual([
      ['jiwei.example/w1', at],
      ['审计局', at + 60],
    ]);
    expect(opened.cosignatures[0]?.line).toBe(line);
    expect((await openNote(cosigned, [formatVerifierKey(log)])).text).toBe(text);
    expect((await openCosignedNote(note, [log], keys)).cosignatures).toEqual([]);
  });

  test('is for checkpoints alone: the key signs nothing else', async () => {
    for (const other of ['', 'hello\n', 'vote.example/a\n5\n', `${text}\n`])
      expect(await faultOf(cosign(other, witness, at))).toBe('checkpoint');
    for (const seconds of [-1, 1.5, Number.NaN, 2 ** 53])
      expect(await faultOf(cosign(text, witness, seconds))).toBe('time');
  });
});

describe('opening', () => {
  const bytes = fromBase64(line.split(' ')[2] ?? '') ?? new Uint8Array();
  const open = (...lines: string[]) => openCosignatures(addLines(note, lines), [witness]);
  const changed = (index: number, value: number) => {
    const copy = bytes.slice();
    copy[index] = value;
    return `— ${witness.name} ${toBase64(copy)}`;
  };

  test('a witness counts once, by its latest time', async () => {
    const later = await cosign(text, witness, at + 5);
    for (const lines of [
      [line, later, line],
      [later, line],
    ])
      expect((await open(...lines)).cosignatures.map((one) => one.line)).toEqual([later]);
  });

  test('lines of unknown witnesses, of another name and of other kinds of key are passed over', async () => {
    const stranger = witnessSigner(await createSigner('jiwei.example/w1', new Uint8Array(32).fill(3)));
    const renamed = lineByHand('jiwei.example/w2', BigInt(at), text).line;
    const plain = (await signNote(text, await createSigner('jiwei.example/w1', seed))).split('\n').at(-2);
    const lines = [await cosign(text, stranger, at), renamed, plain ?? ''];
    expect((await open(...lines)).cosignatures).toEqual([]);
  });

  test('a cosignature of another time, text or key is refused', async () => {
    for (const index of [4, 11, 12, 75])
      expect(await faultOf(open(changed(index, (bytes[index] ?? 0) ^ 1)))).toMatch(/signature|time/);
    const other = formatCheckpoint({ origin: 'vote.example/a', size: 6, root: new Uint8Array(32) });
    expect(await faultOf(open(await cosign(other, witness, at)))).toBe('signature');
    expect(await faultOf(open(`— ${witness.name} ${toBase64(bytes.subarray(0, 75))}`))).toBe('signature');
    expect(await faultOf(open(`— ${witness.name} ${toBase64(concatBytes(bytes, bytes))}`))).toBe('signature');
  });

  test('a plain signature of the witness’s key over the text is no cosignature', async () => {
    const plain = concatBytes(witness.id, new Uint8Array(8), await witness.sign(utf8(text)));
    expect(await faultOf(open(`— ${witness.name} ${toBase64(plain)}`))).toBe('signature');
  });

  test('a time that no clock shows is refused, though well signed', async () => {
    for (const seconds of [2n ** 53n, 2n ** 63n, 2n ** 64n - 1n])
      expect(await faultOf(open(lineByHand(witness.name, seconds, text).line))).toBe('time');
    expect((await open(lineByHand(witness.name, 0n, text).line)).cosignatures[0]?.seconds).toBe(0);
  });

  test('without the log’s own signature it is no checkpoint of the log', async () => {
    const alone = `${text}\n${line}\n`;
    expect(await faultOf(openCosignedNote(alone, [log], [witness]))).toBe('unsigned');
    expect((await openCosignatures(alone, [witness])).cosignatures).toHaveLength(1);
  });
});

describe('keys of witnesses', () => {
  test('are read and written as they were', () => {
    for (const key of [...witnesses, formatWitnessKey(witness)])
      expect(formatWitnessKey(parseWitnessKey(key))).toBe(key);
  });

  test('of a log are none, and the other way round', () => {
    expect(() => parseWitnessKey(vkey)).toThrow(Refusal);
    expect(toHex(witness.id)).not.toBe(toHex(log.id));
  });

  test.each([
    '',
    'remora.n621.de',
    witnesses[0]?.replace('da77ade7', 'da77ade8') ?? '',
    witnesses[0]?.replace('remora', 'Remora') ?? '',
    witnesses[0]?.replace('da77ade7', 'DA77ADE7') ?? '',
    `${witnesses[0]}=`,
    ` ${witnesses[0]}`,
    `${witnesses[0]}\n`,
    witnesses[0]?.slice(0, -4) ?? '',
  ])('%j is refused', (key) => {
    expect(() => parseWitnessKey(key)).toThrow(Refusal);
  });
});
