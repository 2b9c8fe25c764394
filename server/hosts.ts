/** What DATABASE_URL names: who signs in, and one address for each server. */
export interface PostgresAddress {
  user: string;
  /** `postgres://user:password@host:port/db?…`, in the order given. */
  urls: string[];
}

/**
 * Takes `postgres://user:password@host:port,host:port/db?…` apart, as libpq has it: several servers behind one database, of which one takes
 * writes. A port that is left out is 5432. Throws an Error for what is no such address; it never repeats it, since a password may stand in it.
 */
export function parsePostgres(text: string): PostgresAddress {
  const match = /^(postgres(?:ql)?:\/\/(?:[^@/?]*@)?)([^/?@]*)([/?].*)?$/.exec(text);
  const [, head = '', hosts = '', rest = ''] = match ?? [];
  const urls = hosts.split(',').map((host) => URL.parse(`${head}${host.trim()}${rest}`));
  const [first] = urls;
  // A socket's folder stands in ?host=.
  if (!match || !first || urls.some((url) => url === null || (!url.hostname && urls.length > 1)))
    throw new Error('DATABASE_URL must be like postgres://user:password@host:5432/name');
  return { user: decodeURIComponent(first.username), urls: urls.map((url) => url?.href ?? '') };
}
