import { networkInterfaces } from 'node:os';
import { renderUnicodeCompact } from 'uqr';
import type { DemoPublicity } from './publicity.ts';

/** What a newcomer needs to see once the server listens: the ready line for scripts, links and a code for the phone. */
export function printWelcome(
  url: string,
  shown: {
    slugs: string[];
    database: 'server' | 'embedded';
    /** One-time link of the first administrator, while nobody has joined. */
    joinPath: string | null;
    /** null: not a demo. */
    publicity: DemoPublicity | null;
  },
): void {
  const { slugs, database, joinPath, publicity } = shown;
  const [first] = slugs;
  const reach = url.replace('//0.0.0.0', '//localhost').replace('//[::]', '//localhost');
  const lines = [`ready ${reach}`];
  if (first) {
    const phone =
      url.includes('//0.0.0.0') || url.includes('//[::]') ? reach.replace('localhost', lanAddress()) : url;
    lines.push('', '投票页');
    for (const slug of slugs) lines.push(`  ${reach}/c/${slug}`);
    lines.push('', `手机扫码（${phone}/c/${first}）`, renderUnicodeCompact(`${phone}/c/${first}`));
  }
  lines.push('', '控制台', `  ${reach}/console`);
  if (joinPath)
    lines.push(
      '  还没有管理员：请用这个账号链接设置第一位系统管理员（只能使用一次，24 小时内有效；再次启动会给出新的，之前的作废）',
      `  ${reach}${joinPath}`,
    );
  if (publicity) {
    lines.push('', '信息宣传（演示）', `  供稿单位报稿  ${reach}${publicity.contributorPath}`);
    if (publicity.editorPath)
      lines.push(
        `  宣传编辑的账号链接（24 小时内有效，再次启动会给出新的）\n  ${reach}${publicity.editorPath}`,
      );
  }
  if (database === 'embedded')
    lines.push(
      '',
      '内置数据库，适合试用与小型活动；正式使用请设置 DATABASE_URL 与 REDIS_URL。Ctrl-C 停止，数据不丢。',
    );
  process.stdout.write(`${lines.join('\n')}\n`);
}

function lanAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return addresses.find((one) => one.family === 'IPv4' && !one.internal)?.address ?? 'localhost';
}
