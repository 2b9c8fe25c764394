import { writeFileSync } from 'node:fs';
import { verifyContest } from '@zuimei/server/audit/verify.ts';
import type { PolicyName } from '@zuimei/shared/contest.ts';
import { freshDatabase } from '../harness/database.ts';
import { readOptions } from '../harness/options.ts';
import { startPostgres } from '../harness/postgres.ts';
import { hunt } from './found.ts';
import { tamper } from './insider.ts';
import { judge } from './report.ts';
import { full, liveScene, small } from './scene.ts';
import { huntOf, tableOf } from './table.ts';

/** What each policy does to citizens and to attackers, on a day that is the same for all: `pnpm attack [--policy standard] [--small] [--json FILE]`. */
const names = ['loose', 'standard', 'strict'] as const satisfies PolicyName[];
const words: Record<PolicyName, string> = { loose: '宽松', standard: '标准', strict: '严格' };

const values = readOptions(
  'npm run attack -- [--policy loose,standard,strict] [--small] [--seed TEXT] [--json FILE]',
  {
    policy: { type: 'string' },
    small: { type: 'boolean', default: false },
    json: { type: 'string' },
    seed: { type: 'string', default: 'zuimei' },
  },
);
const wanted = names.filter((name) => !values.policy || values.policy.split(',').includes(name));
if (wanted.length === 0) {
  console.error(`--policy is one of ${names.join(', ')}`);
  process.exit(2);
}

const postgres = await startPostgres({ settings: { fsync: 'off', shared_buffers: '256MB' } });
const found: Partial<Record<PolicyName, unknown>> = {};
try {
  for (const policy of wanted) {
    const fresh = await freshDatabase('server', postgres.url);
    try {
      const scene = {
        slug: `attack-${policy}`,
        size: values.small ? small : full,
        seed: values.seed,
        settings: { policy },
      };
      const judged = await liveScene(fresh, scene, async ({ fates, elapsedMs, site, slug, contestId }) => {
        process.stderr.write(`${policy}: ${fates.length} visits in ${Math.round(elapsedMs / 1000)} s\n`);
        const hunted = await hunt(site.parts, slug, fates);
        await site.seal();
        const verified = await verifyContest(fresh.database.db, site.parts.secrets, slug);
        const tampering = await tamper(fresh.owner.db, site.parts.secrets, slug, contestId);
        return { verdicts: judge(fates), hunted, problems: verified?.problems ?? [], tampering };
      });
      found[policy] = judged;
      console.log(`${tableOf(`${words[policy]} ${policy}`, judged.verdicts)}\n${huntOf(judged.hunted)}`);
      for (const one of judged.tampering) console.log(`insider, ${one.name}: ${one.problems} problems found`);
      console.log(`the ledger as it was cast: ${judged.problems.length} problems\n`);
    } finally {
      await fresh.drop();
    }
  }
} finally {
  await postgres.stop();
}
if (values.json) writeFileSync(values.json, `${JSON.stringify(found, null, 2)}\n`);
