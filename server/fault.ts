/** What the machine may be out of or in the way of, and what to do about it; `{where}` is what it happened at. */
const sentences: Readonly<Record<string, string>> = {
  EADDRINUSE: '端口 {where} 已被别的程序占用。请先停下那个程序，或用 PORT 换一个端口。',
  ENOSPC: '磁盘已满，{where} 写不下去。请先腾出空间（RUNBOOK：The disk is full），再运行一次。',
  EDQUOT: '磁盘配额已用完，{where} 写不下去。请先腾出空间，再运行一次。',
  EROFS: '{where} 所在的磁盘是只读的。请先恢复可写，再运行一次。',
  EACCES: '没有读写 {where} 的权限。请用服务器的用户（或 root）运行，或核对权限。',
  ENOENT: '找不到 {where}。请核对文件名与所在文件夹。',
  EISDIR: '{where} 是文件夹，需要的是文件。',
  ECONNREFUSED: '连不上 {where}。请确认它已经启动，并核对设置里的地址与端口。',
  ENOTFOUND: '找不到主机 {where}。请核对设置里的地址。',
  ETIMEDOUT: '{where} 没有回答。请核对地址与防火墙。',
  '28P01': '数据库不接受这个密码。请核对 DATABASE_URL。',
  '28000': '数据库不接受这个角色。请核对 DATABASE_URL 与 pg_hba.conf。',
  '53100': '数据库所在的磁盘已满。请先腾出空间（RUNBOOK：The disk is full），不要动 pg_wal。',
  '53300': '数据库的连接已用完。请稍候，或停下不用的进程。',
  '57P03': '数据库正在启动或恢复，请稍候再试。',
  '25006': '数据库是只读的：它是备库，或被设为只读。请核对 DATABASE_URL 指向主库。',
};

interface Broken {
  code?: string;
  message?: string;
  address?: string;
  port?: number;
  path?: string;
  hostname?: string;
  /** Of a connection that was tried at several addresses. */
  errors?: Broken[];
}

/**
 * One sentence for whoever called a program that ended with this error: what is wrong, what to do, and the system's own code behind. `place`:
 * what the program was writing to, where the error does not say. An error without a known code says itself, without a stack.
 */
export function faultSentence(error: unknown, place = ''): string {
  const given = (typeof error === 'object' && error !== null ? error : { message: String(error) }) as Broken;
  const one = given.errors?.[0] ?? given;
  const message = given.message || one.message || String(error);
  // The embedded database says it in words alone.
  const code = one.code ?? (/No space left on device/i.test(message) ? 'ENOSPC' : '');
  const sentence = sentences[code];
  if (!sentence) return message;
  const at = one.address ? `${one.address}:${one.port}` : (one.hostname ?? one.path ?? place);
  const where = code === 'EADDRINUSE' && one.port ? String(one.port) : at || '所写的位置';
  return `${sentence.replace('{where}', where)}（${code}）`;
}
