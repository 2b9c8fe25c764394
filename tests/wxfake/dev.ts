// pnpm dev:wechat: the site connected to a fake of WeChat, both on this machine. --open shows it in Chromium as WeChat does.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { VOTER_COOKIE } from '@zuimei/server/vote/voter.ts';
import { findProgram } from '../harness/program.ts';
import { ANDROID_WECHAT } from './agents.ts';
import { installBridge } from './bridge.ts';
import { controlRooms } from './control.ts';
import { createWxFake, type WxFake } from './wxfake.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const sitePort = Number(process.env['PORT'] ?? 8080);
const fakePort = Number(process.env['WX_FAKE_PORT'] ?? 8090);
const siteUrl = `http://127.0.0.1:${sitePort}`;
const CONTEST = `${siteUrl}/c/zuimei-2026`;
/** A first start installs, builds and makes a database. */
const START_PATIENCE_MS = 600_000;

/** Of an account that does not exist. */
const account = {
  appId: 'wx0fa4e0fa4e0fa4e0',
  secret: '0fa4e0fa4e0fa4e0'.repeat(2),
  token: 'fakewechat',
  aesKey: 'FakeWeChat0FakeWeChat1FakeWeChat2FakeWeChat',
};

function say(chinese: string, english: string): void {
  console.log(`• ${chinese}  ${english}`);
}

async function openFake(): Promise<WxFake> {
  const options = {
    ...account,
    port: fakePort,
    redirectHost: new URL(siteUrl).host,
    callbackUrl: `${siteUrl}/wechat/message`,
  };
  try {
    return await createWxFake(options, (one) => controlRooms(one, { siteUrl, voterCookie: VOTER_COOKIE }));
  } catch (error) {
    console.error(`端口 ${fakePort} 无法使用，请设置 WX_FAKE_PORT。  WX_FAKE_PORT: ${String(error)}`);
    process.exit(1);
  }
}

/** False = it is not there after a long while. */
async function siteReady(): Promise<boolean> {
  const until = Date.now() + START_PATIENCE_MS;
  while (Date.now() < until) {
    const reply = await fetch(`${siteUrl}/readyz`, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
    if (reply) return true;
    await pause(500);
  }
  return false;
}

async function printLinks(fake: WxFake): Promise<void> {
  const verified = await fake.verifyUrl().catch(() => false);
  const program = findProgram('chromium') ?? 'chromium';
  const root = process.getuid?.() === 0 ? ' --no-sandbox' : '';
  console.log(`
微信模拟台（换人、关注、发消息、故障）  The fake's panel (who you are, following, messages, faults)
  ${fake.url}/

投票页（请在带微信标识的浏览器中打开，与模拟台用同一个浏览器）  The contest (in a browser that says it is WeChat, the same as the panel's)
  ${CONTEST}

用微信的浏览器标识打开  Opens both as WeChat
  ${program}${root} --user-agent="${ANDROID_WECHAT}" --user-data-dir="$(mktemp -d)" ${fake.url}/ ${CONTEST}

或者：pnpm dev:wechat --open（另有 JS-SDK 的桥，可看到分享卡片 window.__shared）  With the JS-SDK's bridge: pnpm dev:wechat --open
`);
  if (verified) say('服务器地址（URL）验证通过。', 'The site answers the check of its message address.');
  else say('服务器地址（URL）验证没有通过。', 'The site does not answer the check of its message address.');
  say('Ctrl-C 同时停止两者。', 'Ctrl-C stops both.');
}

/** Chromium as WeChat's own browser. Gives what closes it. */
async function openWindow(fake: WxFake): Promise<() => Promise<void>> {
  const executablePath = findProgram('chromium');
  if (!executablePath) throw new Error('chromium is missing');
  const profile = mkdtempSync(join(tmpdir(), 'zuimei-wechat-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: false,
    chromiumSandbox: process.getuid?.() !== 0,
    userAgent: ANDROID_WECHAT,
    viewport: null,
    args: ['--no-first-run', '--window-size=420,860'],
    // Ctrl-C is answered below.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
  await installBridge(context, fake);
  for (const url of [`${fake.url}/`, CONTEST]) await (await context.newPage()).goto(url);
  return async () => {
    await context.close().catch(() => {});
    rmSync(profile, { recursive: true, force: true });
  };
}

const fake = await openFake();
const site = spawn(process.execPath, [join(ROOT, 'infra/start.mjs')], {
  cwd: ROOT,
  stdio: ['ignore', 'inherit', 'inherit'],
  env: {
    ...process.env,
    PORT: String(sitePort),
    HOST: '127.0.0.1',
    PUBLIC_URL: siteUrl,
    DATA_DIR: resolve(ROOT, '.data/wechat'),
    WX_APPID: account.appId,
    WX_SECRET: account.secret,
    WX_TOKEN: account.token,
    WX_AES_KEY: account.aesKey,
    WX_NAME: '云岭应急',
    WX_QR: 'http://weixin.qq.com/r/fake',
    WX_API_BASE: fake.url,
    WX_OPEN_BASE: fake.url,
  },
});
let closeWindow = async (): Promise<void> => {};
site.once('exit', async (code) => {
  await closeWindow();
  await fake.close();
  process.exit(code ?? 1);
});
// A terminal sends Ctrl-C to the site's starter as well, which hears the second within a second only once.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => site.kill(signal));

if (await siteReady()) {
  await printLinks(fake);
  if (process.argv.includes('--open'))
    try {
      closeWindow = await openWindow(fake);
    } catch (error) {
      say('打不开浏览器窗口。', `No browser window: ${String(error).split('\n')[0]}`);
    }
}
