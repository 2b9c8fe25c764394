import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { createLanes } from '@zuimei/shared/hash/lanes.ts';
import * as node from '@zuimei/shared/hash/sha256.node.ts';
import * as web from '@zuimei/shared/hash/sha256.web.ts';

const reference = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

test('Node and browser give the same hashes, as new plain bytes, as hex and in place', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      for (const side of [node, web]) {
        const hash = side.sha256(bytes);
        expect(Object.getPrototypeOf(hash)).toBe(Uint8Array.prototype);
        expect(hex(hash)).toBe(reference(bytes));
        expect(side.sha256Hex(bytes)).toBe(reference(bytes));
        const out = new Uint8Array(40);
        side.sha256Into(bytes, out, 5);
        expect(hex(out.subarray(5, 37))).toBe(reference(bytes));
      }
    }),
  );
});

afterEach(() => {
  vi.unstubAllGlobals();
});

test('messages of any lengths, hashed side by side and again, each get their own hash', () => {
  const lanes = createLanes(11, 200);
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { minLength: 1, maxLength: 11 }), (messages) => {
      messages.forEach((message, i) => {
        lanes.bytes.set(message, lanes.start(i));
        lanes.end(i, message.length);
      });
      lanes.run(messages.length);
      messages.forEach((message, i) => {
        expect(hex(lanes.bytes.slice(lanes.start(i) - 32, lanes.start(i)))).toBe(reference(message));
      });
    }),
    { numRuns: 300 },
  );
});

test('a message on each border of a block is padded right', () => {
  const lanes = createLanes(1, 200);
  for (let length = 0; length <= 200; length++) {
    lanes.bytes.fill(length + 1, lanes.start(0), lanes.start(0) + length);
    lanes.end(0, length);
    lanes.run(1);
    expect(hex(lanes.bytes.slice(0, 32))).toBe(reference(new Uint8Array(length).fill(length + 1)));
  }
  expect(() => lanes.end(0, 201)).toThrow(RangeError);
});

test('an engine without WebAssembly, or without its vectors, hashes one by one to the same end', () => {
  const refusing = {
    Module: () => {
      throw new Error('unknown opcode');
    },
  };
  for (const engine of [undefined, refusing]) {
    vi.stubGlobal('WebAssembly', engine);
    const lanes = createLanes(3, 100);
    for (let i = 0; i < 3; i++) {
      lanes.bytes.fill(i, lanes.start(i), lanes.start(i) + 30 * i);
      lanes.end(i, 30 * i);
    }
    lanes.run(3);
    for (let i = 0; i < 3; i++)
      expect(hex(lanes.bytes.slice(lanes.start(i) - 32, lanes.start(i)))).toBe(
        reference(new Uint8Array(30 * i).fill(i)),
      );
  }
});
