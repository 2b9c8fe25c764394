/** An element's text, numbers bare and the rest as CDATA, as WeChat writes it. */
export function writeXml(fields: Record<string, string | number>): string {
  const elements = Object.entries(fields).map(([name, value]) => {
    const bare = typeof value === 'number' || name === 'MsgId';
    return `<${name}>${bare ? value : `<![CDATA[${value.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`}</${name}>`;
  });
  return `<xml>${elements.join('\n')}\n</xml>`;
}

const PIECE =
  /<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)([A-Za-z]\w*)>|([^<&]+)|&(lt|gt|amp|quot|apos|#\d+|#x[\da-f]+);/iy;
const named: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** The innermost elements of one <xml>…</xml> by name. Throws on anything else, so that what a site answers is well formed. */
export function parseXml(text: string): Record<string, string> {
  const leaves: Record<string, string> = {};
  const open: { name: string; text: string; leaf: boolean }[] = [];
  const whole = text.trim();
  let at = 0;
  while (at < whole.length) {
    PIECE.lastIndex = at;
    const piece = PIECE.exec(whole);
    if (!piece || (at > 0 && open.length === 0))
      throw new Error(`no XML at ${at}: ${whole.slice(at, at + 40)}`);
    at = PIECE.lastIndex;
    const [, cdata, slash, name, plain, entity] = piece;
    const top = open.at(-1);
    if (name !== undefined && slash === '') {
      if (top) top.leaf = false;
      open.push({ name, text: '', leaf: true });
    } else if (name !== undefined) {
      if (top?.name !== name) throw new Error(`</${name}> closes <${top?.name}>`);
      open.pop();
      if (top.leaf) leaves[name] = top.text;
    } else if (top) top.text += cdata ?? plain ?? characterOf(entity ?? '');
    else throw new Error('text outside of <xml>');
  }
  if (open.length > 0 || !whole.startsWith('<xml>')) throw new Error('no whole <xml>');
  return leaves;
}

function characterOf(entity: string): string {
  if (!entity.startsWith('#')) return named[entity.toLowerCase()] ?? '';
  return String.fromCodePoint(
    /^#x/i.test(entity) ? Number.parseInt(entity.slice(2), 16) : Number(entity.slice(1)),
  );
}
