import { describe, expect, test } from 'vitest';
import { refusalCodes } from '@zuimei/shared/refusal.ts';
import { allRefusalWords } from '@zuimei/shared/result/refusalwords.ts';
import { statusOf } from '../../server/http/answer.ts';
import { functionFiles } from '../../server/schema.ts';
import { api } from './api.ts';
import { layers, type Rule } from './layers.ts';
import { lexicon } from './lexicon.ts';
import { names } from './names.ts';
import { order } from './order.ts';
import { functionFaults, longFiles, places, realPhones } from './places.ts';
import { listFiles, parseSource, readSources, readText } from './source.ts';
import { style } from './style.ts';

const sources = readSources();
const rules: Record<string, Rule> = {
  ...api,
  ...layers,
  ...lexicon,
  ...names,
  ...order,
  ...places,
  ...style,
};

/** For every rule: files that break it, and files that look alike and do not. A later file of a pair completes the one before. */
const examples: Record<string, { wrong: [string, string][][]; right: [string, string][][] }> = {
  'shared imports nothing but itself, @noble, #sha256 (which alone may ask Node for a hash) and what unpacks a bundle':
    {
      wrong: [
        [['shared/a.ts', `import { readFile } from 'node:fs/promises';`]],
        [['shared/a.ts', `export type { Db } from '../server/db.ts';`]],
        [['shared/a.ts', `const v = await import('valibot');`]],
        [['shared/bundle/zip.ts', `import { unzipSync } from 'fflate';`]],
      ],
      right: [
        [['shared/presets/a.ts', `import { sha256 } from '#sha256'; import { b } from '../b.ts';`]],
        [['shared/hash/sha256.node.ts', `import { createHash } from 'node:crypto';`]],
        [['shared/bundle/unpack.ts', `import { Inflate } from 'fflate';`]],
      ],
    },
  'what a verifier needs is a library by itself: hash, log, ledger, export, merkle.ts and note.ts': {
    wrong: [
      [['shared/ledger/replay.ts', `import { presetOf } from '../plan/preset.ts';`]],
      [['shared/merkle.ts', `import type { StaffView } from './staff.ts';`]],
    ],
    right: [
      [
        [
          'shared/export/check.ts',
          `import { parseNote } from '../note.ts'; import { Refusal } from '../refusal.ts';`,
        ],
      ],
      [['shared/view.ts', `import type { PublicAct } from './audit.ts';`]],
    ],
  },
  'the number of an entry that people read is made by entryNumber': {
    wrong: [
      [['web/a.ts', 'const a = `第 ${grouped(line.index)} 号选票`;']],
      [['shared/a.ts', 'const a = `第 ${index + 1} 号账目`;']],
      [['server/a.ts', 'const a = `账目 #${entry}`;']],
      [['web/A.vue', '<template>账本第 {{\n  one.entry + 1 }} 号</template>']],
    ],
    right: [
      [['web/a.ts', 'const a = `第 ${grouped(entryNumber(line.index))} 号选票`;']],
      [['web/A.vue', '<template>第 {{ entryNumber(one.entry) }} 号，第 {{ index + 1 }} 行</template>']],
    ],
  },
  'web imports shared, and from the server only types': {
    wrong: [
      [['web/lib/a.ts', `import { createApp } from '@zuimei/server/app.ts';`]],
      [['web/lib/a.ts', `import { type App, createApp } from '../../server/http/answer.ts';`]],
      [
        [
          'web/citizen/A.vue',
          `<template>\n</template>\n<script setup lang="ts">\nimport 'node:fs';\n</script>`,
        ],
      ],
    ],
    right: [
      [
        [
          'web/lib/a.ts',
          `import type { App } from '@zuimei/server/app.ts'; import { b } from '@zuimei/shared/b.ts';`,
        ],
      ],
      [['web/packed.ts', `import 'node:zlib';`]],
    ],
  },
  'citizen and console never import each other, and lib imports neither': {
    wrong: [
      [['web/citizen/a.ts', `const page = () => import('../console/ledger.ts');`]],
      [['web/console/unit/a.ts', `import type { Pick } from '../../citizen/ballot/ballot.ts';`]],
      [['web/lib/a.ts', `import { b } from '../citizen/b.ts';`]],
    ],
    right: [[['web/citizen/ballot/a.ts', `import { b } from '../../lib/b.ts';`]]],
  },
  'server imports neither pages nor tests': {
    wrong: [[['server/a.ts', `import { words } from '../web/lib/words.ts';`]]],
    right: [[['server/a.ts', `import { b } from '@zuimei/shared/b.ts';`]]],
  },
  'hono stands only in route files, app.ts, page and session code': {
    wrong: [[['server/vote/cast.ts', `import { HTTPException } from 'hono/http-exception';`]]],
    right: [
      [['server/vote/route.ts', `import { Hono } from 'hono';`]],
      [['server/http/reply.ts', `import type { Context } from 'hono';`]],
    ],
  },
  'desk, proof and entry mean one thing each': {
    wrong: [
      [['web/console/unit/EntryPage.vue', '']],
      [['server/staff/profile.ts', 'export type Proof = string;']],
      [['shared/shortlist.ts', 'export interface ReviewDesk {}']],
    ],
    right: [
      [['shared/log/proof.ts', 'export interface LogProof {}']],
      [['shared/ledger/entry.ts', 'export interface Entry {}']],
      [['tests/server/staffed.ts', 'export interface Desk {}']],
    ],
  },
  'sheet, panel, notice and standing are words of the judging': {
    wrong: [
      [['web/console/frame/SidePanel.vue', '']],
      [['server/out/paper.ts', 'export interface Sheet {}']],
      [['web/citizen/frame/A.vue', '<style>\n.sheet {\n}\n</style>']],
    ],
    right: [
      [['shared/panel.ts', 'export interface Panel {}']],
      [['server/document/drawing.ts', 'export function worksheetPictures() {}']],
      [['server/document/workbook.ts', 'const sheet = book.Sheets[0];']],
    ],
  },
  'server folders import downward': {
    wrong: [
      [['server/vote/cast.ts', `import type { Live } from '../live/live.ts';`]],
      [['server/http/body.ts', `import { openDatabase } from '../staff/session.ts';`]],
      [['server/somewhere/a.ts', `import { b } from './b.ts';`]],
    ],
    right: [
      [
        [
          'server/live/live.ts',
          `import type { Gate } from '../gate/gate.ts'; import { a } from './surge.ts';`,
        ],
      ],
      [['server/main.ts', `import { createApp } from './app.ts';`]],
    ],
  },
  'a route stands in the route.ts of its folder': {
    wrong: [[['server/contest/planroute.ts', '']]],
    right: [[['server/plan/route.ts', '']]],
  },
  'the HTTP server is opened only in main.ts': {
    wrong: [[['server/health.ts', `import { createServer } from 'node:http';`]]],
    right: [[['server/main.ts', `import { serve } from '@hono/node-server';`]]],
  },
  'pg and PGlite stand only in db.ts': {
    wrong: [[['server/tally/snapshot.ts', `import type { Pool } from 'pg';`]]],
    right: [[['server/db.ts', `import pg from 'pg'; import { PGlite } from '@electric-sql/pglite';`]]],
  },
  'ioredis stands only in redis.ts': {
    wrong: [[['server/gate/gate.ts', `import { Redis } from 'ioredis';`]]],
    right: [[['server/redis.ts', `import { Redis } from 'ioredis';`]]],
  },
  'no import goes in a circle': {
    wrong: [
      [
        ['server/a.ts', `import { b } from './b/b.ts';`],
        ['server/b/b.ts', `import { c } from '@zuimei/server/c.ts';`],
        ['server/c.ts', `const a = await import('./a.ts');`],
      ],
    ],
    right: [
      [
        ['server/a.ts', `import { b } from './b.ts';`],
        ['server/b.ts', `import type { A } from './a.ts'; import { type B } from './a.ts';`],
      ],
    ],
  },
  'no file only passes on what others export': {
    wrong: [
      [['shared/all.ts', `export * from './a.ts';`]],
      [['shared/all.ts', `export { a } from './a.ts';`]],
    ],
    right: [[['shared/view.ts', `export type { A } from './a.ts'; const b = 1; export { b };`]]],
  },
  'process.env is read only in config.ts and cli.ts': {
    wrong: [
      [['server/main.ts', 'const port = process.env.PORT;']],
      [['server/a.ts', `const port = process['env'].PORT;`]],
    ],
    right: [[['server/config.ts', 'const port = process.env.PORT;']], [['infra/a.mjs', 'process.env.PATH;']]],
  },
  'signal handlers and exits stand only in main.ts, cli.ts and office.ts, which are processes': {
    wrong: [[['server/vote/pool.ts', `process.on('SIGTERM', stop);`]], [['server/a.ts', 'process.exit(1);']]],
    right: [[['server/main.ts', `process.once('SIGTERM', stop);`]]],
  },
  'timers stand only in main.ts and in few places with a reason': {
    wrong: [
      [['server/vote/cast.ts', 'setTimeout(run, 5);']],
      [['server/tally/snapshot.ts', 'const later = globalThis.setInterval(read, 1000);']],
    ],
    right: [[['server/main.ts', 'setInterval(seal, 1000);']], [['web/lib/a.ts', 'setTimeout(show, 5);']]],
  },
  'shared has no clock and no chance': {
    wrong: [[['shared/a.ts', 'export const now = () => Date.now();']], [['shared/a.ts', 'f(Math.random);']]],
    right: [[['server/a.ts', 'const clock = Date.now;']]],
  },
  'one folding: letters of other widths and shapes are understood in shared/text/character.ts and shared/text/fold.ts':
    {
      wrong: [[['web/citizen/a.ts', `const sought = words.normalize('NFKC');`]]],
      right: [
        [['shared/text/fold.ts', `text.normalize('NFKC')`]],
        [['server/a.ts', `text.normalize('NFC')`]],
      ],
    },
  'only staff/seal.ts writes accounts, each under its seal': {
    wrong: [
      [['server/roster/roster.ts', `tx.updateTable('staff').set({ roles })`]],
      [['server/archive/archive.ts', 'sql`update staff s set disabled_at = now()`']],
    ],
    right: [
      [['server/staff/seal.ts', `tx.insertInto('staff').values(row)`]],
      [['server/staff/join.ts', `tx.updateTable('staff_invite').set({ used_at })`]],
      [['tests/server/forge.test.ts', 'sql`update staff set roles = null`']],
    ],
  },

  'who stands and what is in force changes by an act: a contest’s version grows in vote/ledger.ts alone': {
    wrong: [
      [['server/contest/a.ts', 'sql`update contest set version = version + 1 where id = 7`']],
      [['server/contest/a.ts', 'sql`update contest set settings = null, version = version + 1`']],
      [['server/contest/a.ts', `tx.updateTable('contest').set({ version: sql\`version + 1\` })`]],
    ],
    right: [
      [['server/vote/ledger.ts', 'sql`update contest set version = version + 1 where id = 7`']],
      [['server/nomination/filing.ts', `tx.updateTable('nomination').set({ version: sql\`version + 1\` })`]],
      [['server/contest/a.ts', 'sql`update contest set draft = null, draft_version = draft_version + 1`']],
      [['tests/a.ts', 'sql`update contest set version = version + 1`']],
    ],
  },
  'candidates are added only by the acts that say who did it': {
    wrong: [
      [['server/demo/a.ts', 'sql`insert into candidate (contest, number) values (1, 1)`']],
      [['server/nomination/a.ts', `tx.insertInto('candidate').values(row)`]],
    ],
    right: [
      [['server/intake/save.ts', `tx.insertInto('candidate').values(row)`]],
      [['server/contest/a.ts', `tx.updateTable('candidate').set({ body })`]],
    ],
  },
  'whoever changes a contest through the ledger records the act': {
    wrong: [[['server/contest/a.ts', `ledger.amend(slug, { change });`]]],
    right: [
      [['server/contest/a.ts', `ledger.revise(slug, change); recordAction(tx, actor, { act });`]],
      [['server/contest/b.ts', `ledger.open(slug);`]],
    ],
  },
  'every act that has a code is recorded somewhere': {
    wrong: [
      [
        ['shared/action.ts', `export type ActCode =\n  | 'unit.add'\n  | 'unit.paint';`],
        ['server/a.ts', `const act = 'unit.add';`],
      ],
    ],
    right: [
      [
        ['shared/action.ts', `export type ActCode =\n  | 'unit.add';`],
        ['server/a.ts', `const act = 'unit.add';`],
      ],
    ],
  },
  'only one file writes each table of the ledger': {
    wrong: [
      [['server/vote/ledger.ts', 'sql`update ledger_head set version = 1`']],
      [['server/ruling/ruling.ts', 'sql`update tally set votes = 1`']],
      [['server/ruling/ruling.ts', 'sql`delete\n from ledger_entry where index = 1`']],
      [['server/ruling/ruling.ts', `db.insertInto('ledger_entry').values(row);`]],
      [['server/vote/ledger.ts', 'sql`insert into log_checkpoint (size) values (1)`']],
    ],
    right: [
      [['server/vote/ledger.ts', 'sql`insert into tally as t (contest) values (1)`']],
      [
        [
          'server/tally/snapshot.ts',
          'sql`select votes from tally`; sql`insert into tally_reveal values (1)`',
        ],
      ],
    ],
  },
  'the functions that append to the ledger are called only by vote/ledger.ts': {
    wrong: [[['server/contest/contest.ts', 'sql`select * from append_act(1, 2)`']]],
    right: [[['server/vote/ledger.ts', 'sql`select * from append_act(1, 2)`']]],
  },
  'what a reason is, is said in http/reason.ts alone': {
    wrong: [[['server/review/decide.ts', `if (reason.length < 4) throw new Refusal('reason_missing');`]]],
    right: [
      [['server/http/reason.ts', `throw new Refusal('reason_missing');`]],
      [['server/http/answer.ts', 'const statusOf = { reason_missing: 422 };']],
    ],
  },
  'ranks are given by shared/statistics/rank.ts alone': {
    wrong: [[['server/out/rank.ts', 'rows.sort((a, b) => b.votes - a.votes || a.number - b.number);']]],
    right: [[['server/out/rank.ts', 'inOrder(rows, (row) => row.votes - row.held);']]],
  },
  'a contest is locked by contest/lock.ts alone': {
    wrong: [
      [['server/a.ts', 'sql`select 1 from contest where slug = $1 for update`']],
      [
        [
          'server/a.ts',
          `tx.selectFrom('contest').select('id').where('slug', '=', slug).forNoKeyUpdate().execute()`,
        ],
      ],
      [['server/a.ts', 'sql`select c.id from contest c where c.slug = $1 for share`']],
    ],
    right: [
      [['server/contest/lock.ts', 'sql`select id from contest where slug = $1 for share`']],
      [['server/a.ts', `tx.selectFrom('unit').select('id').forUpdate()`]],
      [['server/a.ts', 'sql`select id from contest`; sql`select id from unit for update`']],
    ],
  },
  'a body is read chunk by chunk in http/body.ts alone': {
    wrong: [[['server/upload/upload.ts', 'for await (const piece of request.body ?? []) keep(piece);']]],
    right: [
      [['server/http/body.ts', 'for await (const chunk of request.body ?? []) take(chunk);']],
      [['server/a.ts', 'for await (const line of readLines(db)) print(line);']],
    ],
  },
  'what bodies are made of stands in http/shape.ts alone': {
    wrong: [
      [['server/a/route.ts', 'const version = pipe(number(), integer(), minValue(1));']],
      [['server/a/route.ts', 'const since = optional(pipe(string(), isoTimestamp()));']],
      [['server/a/route.ts', String.raw`if (!/^[1-9]\d{0,9}$/.test(id)) throw new Refusal('not_found');`]],
    ],
    right: [
      [['server/a/route.ts', 'const points = nullable(pipe(number(), minValue(0), maxValue(100)));']],
      [['server/http/shape.ts', 'const whole = pipe(number(), integer());']],
    ],
  },
  'a page asks the server by a path of shared/api, which says what comes back': {
    wrong: [
      [['web/console/a.ts', "const answer = await api.get<PortalView>('/api/console/unit');"]],
      [['web/console/A.vue', '<a :href="`/api/contests/a/receipts/1`">']],
      [['web/citizen/a.ts', "const path = '/api/contests'; fetch(path);"]],
    ],
    right: [
      [['web/console/a.ts', 'api.post(\n  `/api/console/contests/:slug/pause`, { slug }, { reason });']],
      [['web/console/A.vue', `<a :href="link('/api/contests/:slug/receipts/:index', { slug, index })">`]],
      [['web/lib/client.ts', "read('/api/contests', {})"]],
    ],
  },
  'a thread is started by thread.ts alone': {
    wrong: [[['server/out/press.ts', `const worker = new Worker(new URL('./worker.ts', import.meta.url));`]]],
    right: [
      [['server/thread.ts', 'const thread = new Worker(file);']],
      [
        [
          'server/a.ts',
          `import type { Worker } from 'node:worker_threads'; let worker: Worker | null = null;`,
        ],
      ],
    ],
  },
  'one reading for all who wait: what is read and kept for a moment uses fresh.ts': {
    wrong: [
      [['server/log/acts.ts', 'const kept = new Map<number, { reply: Promise<Prebuilt>; at: number }>();']],
    ],
    right: [
      [
        [
          'server/a.ts',
          'const days = createFresh(clock, 1_000, (contest: number) => readDays(db, contest));',
        ],
      ],
    ],
  },
  'what is uploaded is held by `using`': {
    wrong: [[['server/a/route.ts', 'const upload = await uploads.read(request, person, 5);']]],
    right: [[['server/a/route.ts', 'using upload = await uploads.read(request, person, 5);']]],
  },
  'no any, no enum, no "!"': {
    wrong: [
      [['tests/a.ts', 'const a: any[] = [];']],
      [['web/A.vue', '<script setup lang="ts">\nconst b = (a as any).b;\n</script>']],
      [['shared/a.ts', 'enum Kind { A }']],
      [['server/a.ts', 'const b = list[0]!;']],
    ],
    right: [[['server/a.ts', `const any = 'any! enum'; const b = !any; const c: unknown = any;`]]],
  },
  'what a page shows is asked for until it is there: expect.poll(() => …), not expect(await …)': {
    wrong: [
      [['tests/journeys/a.test.ts', `expect(await dropped.allInnerTexts()).toEqual(['94.00']);`]],
      [['tests/journeys/a.test.ts', `expect((await box.textContent()) ?? '').toContain('a');`]],
      [['tests/journeys/a.test.ts', `expect([path, await note.count()], path).toEqual([path, 0]);`]],
      [
        [
          'tests/web/a.test.ts',
          `expect(\n  await dialog\n    .getByRole('button')\n    .isDisabled(),\n).toBe(true);`,
        ],
      ],
      [['tests/journeys/a.test.ts', `expect((await textOf(bar)).trim()).toBe('a');`]],
    ],
    right: [
      [['tests/journeys/a.test.ts', `await expect.poll(() => dropped.allInnerTexts()).toEqual(['94.00']);`]],
      [['tests/journeys/a.test.ts', `await expect.poll(async () => (await box.boundingBox())?.y).toBe(4);`]],
      [['tests/journeys/a.test.ts', 'expect(await town.ledger(slug)).toEqual([]);']],
      [['tests/journeys/a.test.ts', 'expect(numbers).toHaveLength(await rows.count());']],
      [['tests/server/a.test.ts', 'expect(await count(db, id)).toBe(1);']],
      [['tests/journeys/a.test.ts', 'expect(async () => await rows.count()).toBeTypeOf(1);']],
    ],
  },
  'Refusal is the only class': {
    wrong: [
      [['server/a.ts', 'class VoteService {}']],
      [['server/a.ts', 'const A = class extends Error {};']],
    ],
    right: [[['shared/refusal.ts', 'export class Refusal extends Error {}']]],
  },
  'a style sheet is imported by scripts, not pointed at by <style src>': {
    wrong: [[['web/console/A.vue', `<template><i /></template>\n<style src="./a.css"></style>`]]],
    right: [
      [
        [
          'web/console/A.vue',
          `<script setup lang="ts">\nimport './a.css';\n</script>\n<template><i /></template>\n<style>\ni { color: red; }\n</style>`,
        ],
      ],
    ],
  },
  'one thing has one word for people': {
    wrong: [
      [['web/citizen/A.vue', '<template>\n  <p>两名审核人员核对后计入。</p>\n</template>']],
      [['web/console/words.ts', `const words = { team: '团队' };`]],
      [['server/out/a.ts', `const title = '主题类别';`]],
      [['shared/words.ts', `const words = '这一轮投票不能再暂停或延期，请联系主办方。';`]],
      [['web/console/A.vue', `<template><p>请打开一次性链接。</p></template>`]],
    ],
    right: [
      [['server/document/tick.ts', `const label = /团队|集体/u;`]],
      [['shared/form.ts', `const labels = ['团队名称', '推荐类别'];`]],
      [['web/console/organizer/units/A.vue', '<template><th>类别</th></template>']],
      [['web/console/organizer/plan/A.vue', '<template><p>单位类别与配额</p></template>']],
    ],
  },
  'what cannot be pressed is drawn in --off and --off-ink, and a pointer over it changes nothing': {
    wrong: [
      [
        [
          'web/console/A.vue',
          '<style>\n.act:disabled { background: var(--off); color: var(--ink-3); }\n</style>',
        ],
      ],
      [['web/citizen/a.css', ".button.main, .button[aria-disabled='true'] { background: #efe7e1; }"]],
      [
        ['web/console/A.vue', '<style>\n.act:disabled { color: var(--off-ink); }\n</style>'],
        ['web/console/B.vue', '<style>\n.leave.act:hover { background: var(--red-deep); }\n</style>'],
      ],
    ],
    right: [
      [
        [
          'web/console/A.vue',
          '<style>\n.act:disabled { background: var(--off); color: var(--off-ink); }\n</style>',
        ],
        ['web/console/B.vue', '<style>\n.leave.act:hover:not(:disabled) { background: #fff; }\n</style>'],
        ['web/console/c.css', '.tool:disabled { color: var(--line-2); }\n.card:hover { background: #fff; }'],
      ],
    ],
  },
  'words on what cannot be pressed have a contrast of 4.5 at least': {
    wrong: [[['web/console/style/tokens.css', ':root {\n  --off: #efe9e4;\n  --off-ink: #8a817b;\n}']]],
    right: [[['web/console/style/tokens.css', ':root {\n  --off: #efe9e4;\n  --off-ink: #5e5753;\n}']]],
  },
  'a class has one owner: selectors that begin with it stand in one file': {
    wrong: [
      [
        ['web/console/A.vue', '<style>\n.card { padding: 0; }\n</style>'],
        ['web/console/b.css', '@media print {\n  .card.flush,\n  .b { margin: 0; }\n}'],
      ],
      [
        ['web/citizen/A.vue', '<style>\n.bar { padding: 0; }\n</style>'],
        ['web/citizen/B.vue', '<style>\n[data-elder] .bar > .b { margin: 0; }\n</style>'],
      ],
    ],
    right: [
      [
        ['web/console/A.vue', '<style>\n.card { padding: 0; }\n.card .head { margin: 0; }\n</style>'],
        ['web/console/B.vue', '<style>\n.b.card, .b:is(.card *), p:not(.card) .b { margin: 0; }\n</style>'],
        ['web/citizen/A.vue', '<style>\n/* .card { } */\n.card { margin: 0.5em; }\n</style>'],
        ['web/console/C.vue', '<style scoped>\n.card { margin: 0; }\n</style>'],
      ],
    ],
  },
  'no file or folder is called utils, helpers, common or misc, and no file is an index': {
    wrong: [
      [['server/utils.ts', '']],
      [['web/lib/helpers/time.ts', '']],
      [['shared/index.ts', '']],
      [['server/shared/a.ts', '']],
    ],
    right: [[['shared/time.ts', '']], [['tests/shared/table.test.ts', '']]],
  },
  'no file has more than 400 lines, no test more than 600': {
    wrong: [[['server/a.ts', 'a();\n'.repeat(401)]]],
    right: [[['server/a.ts', 'a();\n'.repeat(400)]]],
  },
};

describe.each(Object.entries(rules))('%s', (name, rule) => {
  test('holds in every file', () => {
    expect(rule(sources)).toEqual([]);
  });

  test('finds the files that break it and lets go those that only look so', () => {
    const { wrong = [], right = [] } = examples[name] ?? {};
    expect([wrong.length > 0, right.length > 0]).toEqual([true, true]);
    const judge = (files: [string, string][]) => rule(files.map(([path, text]) => parseSource(path, text)));
    for (const files of wrong) expect(judge(files), JSON.stringify(files)).not.toEqual([]);
    for (const files of right) expect(judge(files), JSON.stringify(files)).toEqual([]);
  });
});

test('the tree is read whole: scripts of components too, with their lines', () => {
  expect(sources.length).toBeGreaterThan(100);
  const [spot] = parseSource(
    'web/A.vue',
    '<template>\n  <p>!</p>\n</template>\n<script lang="ts">\nfoo();\n</script>',
  ).names;
  expect(spot).toEqual({ text: 'foo', line: 5 });
});

test('no phone number anywhere could be a real person’s', () => {
  const example = ['139', '1234', '5678'];
  for (const joint of ['', ' ', '-']) expect(realPhones(`电话：${example.join(joint)}。`)).toHaveLength(1);
  expect(realPhones('13800000001，13800000108; 1711111111111 0x13912345678ab 0.13912345678')).toEqual([]);
  const files = ['shared', 'server', 'web', 'tests', 'infra'].flatMap(listFiles);
  const texts = files.filter((path) =>
    /\.(ts|mjs|vue|json|md|sql|lua|html|css|csv|txt|svg|ya?ml)$/.test(path),
  );
  const found = texts.flatMap((path) => realPhones(readText(path)).map((number) => `${path} ${number}`));
  expect(found).toEqual([]);
});

test('every refusal has an HTTP status of its kind and a sentence that ends', () => {
  for (const code of refusalCodes) {
    expect(statusOf[code], code).toBeGreaterThanOrEqual(400);
    expect(allRefusalWords[code], code).toMatch(/[。}]$/);
  }
});

test('report: files that may hold two ideas', () => {
  const long = longFiles(sources);
  if (long.length > 0) console.warn(`over 250 lines (.vue over 200):\n  ${long.join('\n  ')}`);
  expect(longFiles([parseSource('server/a.ts', 'a();\n'.repeat(251))])).toEqual(['server/a.ts 251']);
});

describe('a function of the database stands once, in a file beside the code that calls it', () => {
  const one = 'create or replace function f() returns int';
  test.each([
    [[['server/migrations/0007_more.sql', one]]],
    [[['server/migrations/0007_more.sql', 'create trigger t before update on a']]],
    [
      [
        ['server/vote/commit.sql', one],
        ['server/vote/rule.sql', one],
      ],
    ],
    [[['server/vote/more.sql', one]]],
    [[['server/vote/commit.sql', 'create function f() returns int']]],
  ] satisfies [string, string][][][])('%j does not', (files) => {
    expect(functionFaults(files, functionFiles)).not.toEqual([]);
  });

  test('in this repository', () => {
    const right = [
      ['server/vote/commit.sql', one],
      ['server/migrations/0001_a.sql', 'create table a ()'],
    ] satisfies [string, string][];
    expect(functionFaults(right, functionFiles)).toEqual([]);
    const files = listFiles('server').filter((path) => path.endsWith('.sql'));
    expect(files).toEqual(expect.arrayContaining(functionFiles.map((name) => `server/${name}`)));
    expect(
      functionFaults(
        files.map((path) => [path, readText(path)]),
        functionFiles,
      ),
    ).toEqual([]);
  });
});
