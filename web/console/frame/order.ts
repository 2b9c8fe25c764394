/** A column of a table. */
export interface Column<Row> {
  key: string;
  title: string;
  /** Figures stand at the right. */
  align?: 'right';
  /** CSS width, e.g. '8em'. */
  width?: string;
  /** true: by what `sort` gives, else by row[key]. 'outside': the head can be pressed, the rows come ordered already. */
  sortable?: boolean | 'outside';
  sort?: (row: Row) => string | number | null;
}

export interface Sort {
  key: string;
  down: boolean;
}

const words = new Intl.Collator('zh-CN', { numeric: true });

/** The rows in the order asked for; empty values come last either way, equals keep their order. */
export function ordered<Row>(
  rows: readonly Row[],
  column: Column<Row> | undefined,
  down: boolean,
): readonly Row[] {
  if (!column?.sortable || column.sortable === 'outside') return rows;
  const worthOf = column.sort ?? ((row: Row) => (row as Record<string, unknown>)[column.key]);
  const sign = down ? -1 : 1;
  return rows
    .map((row) => ({ row, value: worthOf(row) }))
    .sort((a, b) => {
      if (isEmpty(a.value) || isEmpty(b.value)) return Number(isEmpty(a.value)) - Number(isEmpty(b.value));
      return sign * compare(a.value, b.value);
    })
    .map(({ row }) => row);
}

function compare(a: unknown, b: unknown): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : words.compare(String(a), String(b));
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === '';
}
