import { describe, expect, it } from 'vitest';
import { clusterKinds, type RulingProposal, type RulingScope } from '@zuimei/shared/audit.ts';
import type { RulingVerb } from '@zuimei/shared/ledger/act.ts';
import {
  effectOf,
  entryWords,
  inverse,
  outcomeWords,
  rulingName,
  scopeWords,
} from '../../web/console/auditor/ruling/sentences.ts';

const at = '2026-10-20T04:00:00.000Z';
const proposal: RulingProposal = {
  id: 5,
  verb: 'void',
  scope: { by: 'entries', entries: [3, 4] },
  part: { verdict: 'all', without: { gaps: [], nets: [], devices: [], entries: [] } },
  ballots: 1320,
  moved: 1320,
  reason: '经核实为批量投票',
  reference: '',
  proposedBy: '钱一',
  proposedAt: at,
  mine: false,
  state: 'confirmed',
  lapsesAt: '2026-10-23T16:00:00.000Z',
  remarks: 0,
  files: 0,
  decidedBy: '孙二',
  decidedAt: at,
  decidedWhy: '',
  rulings: [21_001, 21_002],
};

describe('words of a ruling', () => {
  it('name the verb and how many ballots, and what will follow', () => {
    expect(rulingName('void', 1320)).toBe('作废 1,320 张选票');
    for (const verb of ['void', 'restore', 'release'] satisfies RulingVerb[]) {
      expect(effectOf(verb, 1)).toMatch(/^这 1 张选票立即.+。$/);
      expect(inverse[verb]).not.toBe(verb);
    }
  });

  it('say how the ballots were found, whatever way that was', () => {
    const scopes: RulingScope[] = [
      { by: 'entries', entries: [12, 15] },
      { by: 'proposal', proposal: 4 },
      { by: 'clusters', clusters: clusterKinds.map((kind) => `${kind}-1`) },
      { by: 'clusters', clusters: ['unheard-of'] },
      {
        by: 'filter',
        filter: { from: at, candidate: 0, verdict: 'held', signal: 'rhythm', class: 'abroad' },
      },
      {
        by: 'filter',
        filter: { to: at, net: '203.0.113.0/24', device: 'ab'.repeat(8), voter: 'cd'.repeat(16) },
      },
      { by: 'filter', filter: { region: '重庆市', cluster: 'alike-2-5-9' } },
      { by: 'filter', filter: { unscreened: 'only' } },
    ];
    for (const scope of scopes) expect(scopeWords(scope, 2)).not.toMatch(/undefined|null|NaN|[!！{}]/);
    expect(scopeWords({ by: 'filter', filter: { unscreened: 'only' } }, 2)).toContain('未经共享计数');
    expect(scopeWords({ by: 'entries', entries: [12, 15] }, 2)).toBe('逐张选定：第 13 号、第 16 号');
    expect(scopeWords({ by: 'entries', entries: [1, 2, 3, 4, 5, 6] }, 132)).toBe(
      '逐张选定：第 2 号、第 3 号、第 4 号、第 5 号、第 6 号 等',
    );
    expect(scopeWords({ by: 'filter', filter: { candidate: 0, verdict: 'held' } }, 2)).toContain(
      '选了 0 号、待核',
    );
  });

  it('say what came of it, and when fewer ballots were moved than proposed', () => {
    expect(outcomeWords(proposal)).toBe('孙二 确认 · 10月20日 12:00');
    expect(outcomeWords({ ...proposal, moved: 1200 })).toBe(
      '孙二 确认 · 10月20日 12:00，实际作废 1,200 张选票，其余已另有裁定',
    );
    expect(outcomeWords({ ...proposal, state: 'declined', moved: null })).toBe(
      '孙二 不同意 · 10月20日 12:00',
    );
    expect(outcomeWords({ ...proposal, state: 'withdrawn', decidedBy: '钱一', moved: null })).toContain(
      '钱一 撤回',
    );
    expect(entryWords(proposal.rulings)).toBe('账本第 21,002 号、第 21,003 号');
  });
});
