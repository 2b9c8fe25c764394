/** Units as they are printed: 8633 with two decimals is 86.33. */
export function printFigure(units: number, decimals: number): string {
  const digits = String(Math.abs(units)).padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  return `${units < 0 ? '-' : ''}${whole}${decimals > 0 ? `.${digits.slice(-decimals)}` : ''}`;
}

/** The units of a printed figure; null if it is printed otherwise. */
export function parseFigure(text: string, decimals: number): number | null {
  const units = Number(text.replace('.', ''));
  return Number.isSafeInteger(units) && printFigure(units, decimals) === text ? units : null;
}
