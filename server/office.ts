import { faultSentence } from './fault.ts';
import { witnessCommand } from './witness/command.ts';

/*
 * The witness as a program of its own: web/vite.config.ts packs this file and all it stands on into dist/witness/zuimei-witness.mjs, which runs on
 * Node 20 or newer with nothing beside it. What an office outside the bureau needs, and no more.
 */
const USAGE = `用法：
  node zuimei-witness.mjs keygen --name 名称 --key FILE         生成密钥，打印要登记的公钥
  node zuimei-witness.mjs --log https://…/log/活动代码 --key FILE --state FILE --log-key 公钥 [--every 60 | --once]
                                                               看守账本，只增不改才签名

只向外访问 --log 所写的网站，不开放端口，不需要其他软件。退出码：0 已见证，1 发现分叉或没有见证成，2 用法不对。`;

// Whatever it writes is for whoever started it alone.
process.umask(0o077);
const print = (text: string): void => void process.stdout.write(`${text}\n`);
// Who reads along may stop: it goes on watching.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });

async function run(args: string[]): Promise<number> {
  const helped = args.some((one) => ['--help', '-h', 'help'].includes(one));
  if (helped || args.length === 0) {
    print(USAGE);
    return helped ? 0 : 2;
  }
  try {
    return await witnessCommand({ folder: process.cwd(), print }, args);
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    const misused = code === 'usage' || code?.startsWith('ERR_PARSE_ARGS');
    print(misused ? `${message}\n\n${USAGE}` : faultSentence(error, process.cwd()));
    return misused ? 2 : 1;
  }
}

process.exitCode = await run(process.argv.slice(2));
