/** A Content-Disposition by which every browser saves a file under its Chinese name (RFC 6266, RFC 5987). */
export function disposition(name: string): string {
  const ending = /\.\w+$/u.exec(name)?.[0] ?? '';
  const encoded = encodeURIComponent(name).replace(
    /['()*]/gu,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="zuimei${ending}"; filename*=UTF-8''${encoded}`;
}
