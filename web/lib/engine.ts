/**
 * What the libraries of 2022 and 2023 have of arrays, texts and objects and the oldest engines lack (web/engines.ts), which the shared
 * rules and Vue call. Imported first by every script that a page or a worker begins with; nothing else is added anywhere.
 */
function define(of: object, added: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(added))
    if (!(name in of)) Object.defineProperty(of, name, { value, writable: true, configurable: true });
}

type Test<T> = (one: T, index: number, all: ArrayLike<T>) => unknown;

/** As the standard counts: from the end when negative. */
const placeIn = (of: ArrayLike<unknown>, index: number): number => {
  const whole = Math.trunc(index) || 0;
  return whole < 0 ? of.length + whole : whole;
};

const reading = {
  at<T>(this: ArrayLike<T>, index: number): T | undefined {
    return this[placeIn(this, index)];
  },
  findLast<T>(this: ArrayLike<T>, test: Test<T>): T | undefined {
    return this[reading.findLastIndex.call(this, test as Test<unknown>)];
  },
  findLastIndex<T>(this: ArrayLike<T>, test: Test<T>): number {
    let index = this.length;
    while (index-- > 0) if (test(this[index] as T, index, this)) return index;
    return -1;
  },
};

/** `slice` makes a copy of the same kind. */
type Row = Pick<unknown[], 'slice' | 'length'>;

const copying = {
  toReversed(this: Row): unknown[] {
    return this.slice().reverse();
  },
  toSorted(this: Row, order?: (a: unknown, b: unknown) => number): unknown[] {
    return this.slice().sort(order);
  },
  with(this: Row, index: number, value: unknown): unknown[] {
    const at = placeIn(this, index);
    if (!(at >= 0 && at < this.length)) throw new RangeError('Invalid index');
    const copy = this.slice();
    copy[at] = value;
    return copy;
  },
};

define(String.prototype, { at: reading.at });
for (const kind of [Array.prototype, Object.getPrototypeOf(Uint8Array.prototype)])
  define(kind, { ...reading, ...copying });
define(Array.prototype, {
  toSpliced(this: unknown[], ...how: [start: number, remove: number, ...added: unknown[]]): unknown[] {
    const copy = this.slice();
    copy.splice(...how);
    return copy;
  },
});
define(Object, {
  hasOwn: (of: object, key: PropertyKey) => Object.getOwnPropertyDescriptor(of, key) !== undefined,
});
