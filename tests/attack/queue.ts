export interface Queue<T> {
  add(one: T): void;
  peek(): T | undefined;
  /** Takes the earliest out. */
  next(): T | undefined;
}

/** The earliest first; of equals, the one that was added first. A binary heap. */
export function byTime<T extends { at: number }>(): Queue<T> {
  const heap: { one: T; order: number }[] = [];
  let added = 0;

  function before(a: number, b: number): boolean {
    const [x, y] = [heap[a], heap[b]];
    if (!x || !y) return false;
    return x.one.at === y.one.at ? x.order < y.order : x.one.at < y.one.at;
  }

  function swap(a: number, b: number): void {
    const [x, y] = [heap[a], heap[b]];
    if (x && y) [heap[a], heap[b]] = [y, x];
  }

  function sink(from: number): void {
    for (let at = from; ; ) {
      const left = 2 * at + 1;
      const child = before(left + 1, left) ? left + 1 : left;
      if (!before(child, at)) return;
      swap(child, at);
      at = child;
    }
  }

  return {
    add(one) {
      heap.push({ one, order: added++ });
      for (let at = heap.length - 1; at > 0 && before(at, (at - 1) >> 1); at = (at - 1) >> 1)
        swap(at, (at - 1) >> 1);
    },
    peek: () => heap[0]?.one,
    next() {
      const first = heap[0];
      const last = heap.pop();
      if (first && last && heap.length > 0) {
        heap[0] = last;
        sink(0);
      }
      return first?.one;
    },
  };
}
