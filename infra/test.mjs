// npm test: sets up what the tests need, then format, types, build and all tests; ends with `N passed, N failed`.
// Arguments go to vitest, and then only the tests run: npm test -- tests/shared
// `--mode engines` (npm run engines): the journeys in WebKit and Firefox.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  build,
  buildPages,
  checkMachine,
  explain,
  fail,
  install,
  node,
  root,
  run,
  say,
  seconds,
} from './install.mjs';

const args = process.argv.slice(2);
const REPORT = join(root, 'node_modules/.cache/vitest.json');

explain(
  'npm test [-- what vitest takes, e.g. tests/shared]: format, types, build and all tests. --mode full | engines: see CONTRIBUTING.md.',
);
checkMachine();
await install();
await providePrograms();

const total = { passed: 0, failed: 0, skipped: 0 };
if (args.length > 0) await build();
else {
  await check('format', '格式与静态检查', () => script('check:format'));
  // Each leaves a core idle by turns, and neither reads what the other writes.
  await Promise.all([
    check('types', '类型', () => script('check:types')),
    check('build', '构建', buildPages),
  ]);
}
await tests();

const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
process.exit(total.failed > 0 ? 1 : 0);

function script(name) {
  return run('npm', ['run', '--silent', name]);
}

/** One step that counts as one test; its output is shown when it fails. */
async function check(english, chinese, step) {
  const started = Date.now();
  const { code, output } = await step();
  total[code === 0 ? 'passed' : 'failed'] += 1;
  if (code !== 0) console.log(output.trimEnd());
  console.log(`${code === 0 ? '✓' : '✗'} ${chinese} ${english} (${seconds(started)} s)`);
}

/** All tests by vitest, whose JSON report is summed. A file that does not load, or an error outside every test, is a failure too. */
async function tests() {
  const started = Date.now();
  rmSync(REPORT, { force: true });
  const { code } = await run(
    node,
    [
      join(root, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${REPORT}`,
      ...args,
    ],
    { inherit: true },
  );
  const report = existsSync(REPORT)
    ? JSON.parse(readFileSync(REPORT, 'utf8'))
    : { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] };
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((one) => one.status === 'failed'),
  ).length;
  const failed = report.numFailedTests + broken;
  total.passed += report.numPassedTests;
  total.failed += failed === 0 && (code !== 0 || report.numPassedTests === 0) ? 1 : failed;
  total.skipped += report.numPendingTests + report.numTodoTests;
  console.log(`${code === 0 ? '✓' : '✗'} 测试 tests (${seconds(started)} s)`);
}

/** Postgres, Redis, Chromium, Python and a Chinese font: installed where that is ours to do (root on Debian), else named. */
async function providePrograms() {
  const missing = await missingPrograms();
  if (missing.length === 0) return;
  const names = missing.map((one) => one.program).join(', ');
  if (!isDebian() || process.getuid() !== 0) {
    const debian = `sudo apt-get install ${missing.map((one) => one.debian).join(' ')}`;
    const mac = missing.flatMap((one) => one.brew || []).join('; ');
    fail(
      `测试还需要：${names}。Debian：${debian}；macOS：${mac}`,
      `The tests also need: ${names}.\n    Debian: ${debian}\n    macOS:  ${mac}`,
    );
  }
  const started = Date.now();
  say(`正在安装测试所需程序：${names} …`, `Installing what the tests need: ${names} …`);
  const { code, output } = await aptInstall(missing.map((one) => one.debian));
  const still = await missingPrograms();
  if (code !== 0 || still.length > 0)
    fail(
      `安装失败，仍缺：${still.map((one) => one.program).join(', ')}。请检查软件源（apt-get update）后重试。`,
      `Installing failed, still missing: ${still.map((one) => one.program).join(', ')}. Check the package sources (apt-get update) and try again.`,
      output,
    );
  say(`已安装（${seconds(started)} 秒）。`, `Installed (${seconds(started)} s).`);
}

async function missingPrograms() {
  const lists = [
    'tests/harness/program.ts',
    ...(args.includes('engines') ? ['tests/engines/program.ts'] : []),
  ];
  const missing = [];
  for (const list of lists) {
    const { code, output } = await run(node, [join(root, list)]);
    if (code !== 0) fail('无法检查测试所需程序。', 'Could not look for what the tests need.', output);
    missing.push(...JSON.parse(output));
  }
  return missing;
}

function isDebian() {
  return existsSync('/etc/os-release') && /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'));
}

/** The tests start servers of their own: the packages' services must not start. policy-rc.d is Debian's way to say so. */
async function aptInstall(packages) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const policy = '/usr/sbin/policy-rc.d';
  const ours = !existsSync(policy);
  if (ours) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    const lock = ['-o', 'DPkg::Lock::Timeout=300'];
    const update = await run('apt-get', ['update', ...lock], { env });
    if (update.code !== 0) return update;
    return await run('apt-get', ['install', '-y', '--no-install-recommends', ...lock, ...packages], { env });
  } finally {
    if (ours) rmSync(policy, { force: true });
  }
}
