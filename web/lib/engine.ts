/**
 * Two methods that Safari before 15.4 and Chromium before 97 lack and the shared rules use; met in old WeChat web views.
 * Imported first by the page's entry.
 */
function define(of: object, name: string, value: unknown): void {
  if (!(name in of)) Object.defineProperty(of, name, { value, writable: true, configurable: true });
}

function at<T>(this: ArrayLike<T>, index: number): T | undefined {
  const whole = Math.trunc(index) || 0;
  return this[whole < 0 ? this.length + whole : whole];
}

for (const of of [Array.prototype, String.prototype, Uint8Array.prototype]) define(of, 'at', at);

define(Array.prototype, 'findLastIndex', function <
  T,
>(this: T[], test: (one: T, index: number) => boolean): number {
  for (let index = this.length - 1; index >= 0; index--) if (test(this[index] as T, index)) return index;
  return -1;
});
