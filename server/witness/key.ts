import { randomBytes } from 'node:crypto';
import { open, readFile, stat } from 'node:fs/promises';
import { concatBytes, toBase64, toHex } from '@zuimei/shared/bytes.ts';
import { formatWitnessKey, type WitnessSigner, witnessSigner } from '@zuimei/shared/log/cosignature.ts';
import { createSigner, parseSigner, type Signer } from '@zuimei/shared/note.ts';

const ED25519 = 1;

/**
 * Makes a witness's key and writes it for its owner alone; gives the verifier key to register. The file is in the form that other
 * C2SP tools read (`PRIVATE+KEY+…`). Throws an Error for people if the name cannot be, or if there is such a file: a key is never
 * written over.
 */
export async function makeKey(name: string, path: string): Promise<string> {
  const seed = randomBytes(32);
  let signer: Signer;
  try {
    signer = await createSigner(name, seed);
  } catch {
    throw new Error('名称不能为空，不能有空格或加号，例如：yunling-jiwei');
  }
  const secret = toBase64(concatBytes(Uint8Array.of(ED25519), seed));
  const file = await open(path, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    throw new Error(
      error.code === 'EEXIST' ? `${path} 已经存在，不会覆盖。` : `写不了 ${path}：${error.message}`,
    );
  });
  try {
    await file.writeFile(`PRIVATE+KEY+${name}+${toHex(signer.id)}+${secret}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  return formatWitnessKey(witnessSigner(signer));
}

/** The key that makeKey wrote. Throws an Error for people if it is none, or if others than its owner may read it. */
export async function readKey(path: string): Promise<WitnessSigner> {
  // Windows keeps no such bits.
  const open = process.platform !== 'win32' && ((await statOf(path)).mode & 0o077) !== 0;
  if (open) throw new Error(`其他用户也能读 ${path}，请先执行：chmod 600 ${path}`);
  try {
    return witnessSigner(await parseSigner((await readFile(path, 'utf8')).trim()));
  } catch {
    throw new Error(`${path} 不是见证密钥。`);
  }
}

async function statOf(path: string) {
  try {
    return await stat(path);
  } catch {
    throw new Error(`找不到密钥文件 ${path}。先用 keygen 生成。`);
  }
}
