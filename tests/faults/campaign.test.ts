import { expect, test } from 'vitest';
import { runSize } from '../harness/kinds.ts';
import { campaign } from './campaign.ts';

test('a site that is hurt in every way under load loses no ballot, counts none twice, and its receipts of before still check', {
  timeout: 600_000,
}, async () => {
  // The hundred of the README are `npm run faults`.
  const blows = await campaign({ kills: runSize(3, 20), seed: 'small' });
  for (const { harms, acknowledged, lost, doubled, wrong } of blows) {
    expect({ harms, lost, doubled, wrong }).toEqual({ harms, lost: 0, doubled: 0, wrong: [] });
    expect(acknowledged).toBeGreaterThan(30);
  }
});
