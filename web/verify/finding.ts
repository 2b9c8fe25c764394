/** What a check says: a verdict in a line, and what it means or what to do next. */
export interface Finding {
  /** ok: it agrees · wrong: it does not · open: it could not be checked. */
  kind: 'ok' | 'wrong' | 'open';
  title: string;
  lines: string[];
  /** What it was verified against, and whether the reader brought it. */
  key?: { text: string; pinned: boolean };
  /** What the paper should say that was checked, label and value. */
  paper?: [label: string, value: string][];
}

export function open(title: string, ...lines: string[]): Finding {
  return { kind: 'open', title, lines };
}

export function wrong(title: string, ...lines: string[]): Finding {
  return { kind: 'wrong', title, lines };
}

export const KEEP = '请保存手中的凭据，并向主办单位和审计、纪检监察部门反映。';
export const NO_FILE = '请先在“核验整本账”里选择导出的账本文件，再点一次。';
export const LOST = '没有连上网站。请检查网络后再试；也可以选择导出的账本文件，断网核验。';
