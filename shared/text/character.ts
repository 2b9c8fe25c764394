/*
 * One character, one code point. What looks like a character but has another number (radicals, compatibility ideographs, what fonts
 * for GBK kept in the private-use area) is found by no search and makes two persons of one; what stands for nothing shows as a box.
 */

/** What U+2E81 to U+2EF3 stand for, by Unicode's Equivalent_Unified_Ideograph; other radicals have it as their decomposition. */
const RADICALS =
  '厂乛乚乙亻冂𠘨刀刂卜㔾小尐兀尣尢𡯂巳幺彑彐忄心扌攵\u2e9a旡日月歺母民氵氺灬爫爬丬牛犭王𤴔目示礻𥫗糹纟罓罒' +
  '㓁冗𦉫羊𦍌𦍋耂肀聿肉𦥑艹艺艻虎衤覀西见角𧢲讠贝𧾷车辶辷辸邑钅長镸长门𨸏阝雨青韦页风飞食𩙿飠饣𩠐马骨鬼' +
  '鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀龟';
/** GBK's 0xFE50 to 0xFEA0, which old mappings have at U+E815 to U+E864. */
const GBK =
  '⺁𠂇𠂉𠃌⺄㑳㑇⺈⺋龴㖞㘚㘎⺌⺗㥮㤘龵㧏㧟㩳㧐龶龷㭎㱮㳠⺧𡗗龸⺪䁖䅟⺮䌷⺳⺶⺷𢦏䎱䎬⺻䏝䓖䙡䙌龹䜣䜩䝼' +
  '䞍⻊䥇䥺䥽䦂䦃䦅䦆䦟䦛䦷䦶龺𤇾䲣䲟䲠䲡䱷䲢䴓䴔䴕䴖䴗䴘䴙䶮龻';
/** Others of GBK: its blank 0xA3A0, the euro, marks for upright text, two letters with tones. */
const GBK_MARKS = {
  58853: '\u3000',
  59244: '€',
  59277: '\ufe10\ufe12\ufe11\ufe13\ufe14\ufe15\ufe16\ufe17\ufe18\ufe19',
  59335: 'ḿǹ',
};

/** By code point. */
const standsFor = new Map<string, string>();
function note(first: number, characters: string): void {
  for (const [at, character] of [...characters].entries())
    standsFor.set(String.fromCodePoint(first + at), character);
}
note(0x2e81, RADICALS);
for (const [first, characters] of Object.entries(GBK_MARKS)) note(Number(first), characters);
// Some of GBK's are radicals themselves.
note(0xe815, [...GBK].map((character) => standsFor.get(character) ?? character).join(''));

const ODD = /[\u2e80-\u2fdf\ue5e5\ue766-\ue864\uf900-\ufaff\u{2f800}-\u{2fa1f}]/gu;
/** Chooses a drawing of the ideograph before it, which phones hardly have. */
const VARIANT = /(\p{Script=Han})[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]+/gu;

/** Code units without which a text has none of these: nearly every text, and looked for quickest. */
const PERHAPS = /[\u2e80-\u2fdf\ue5e5-\ue864\uf900-\ufe0f\ud87e\udb40]/;

/** A text with every such character as the one it stands for; nothing else of it changes. */
export function repairText(text: string): string {
  if (!PERHAPS.test(text)) return text;
  return text
    .replace(ODD, (character) => standsFor.get(character) ?? character.normalize('NFKC'))
    .replace(VARIANT, '$1');
}

/** Full-width letters, digits and marks as ordinary ones, ① as 1; radicals and their like as characters. Blanks and marks stay. */
export function narrow(text: string): string {
  return repairText(text).normalize('NFKC');
}

/** Middle dots of all kinds, as the inside of a class. */
export const DOTS =
  '\u00b7\u0387\u16eb\u2022\u2024\u2027\u2219\u22c5\u25cf\u26ab\u2e30\u2e31\u2e33\u30fb\ua78f\uff65';
const DOT_IN_NAME = new RegExp(`(\\p{L})\\s*[${DOTS}]\\s*(?=\\p{L})`, 'gu');
/** A full stop where a keyboard without the dot had to do. */
const STOP_IN_NAME = /(\p{Script=Han})\s*[.\uff0e]\s*(?=\p{Script=Han})/gu;

/** As repairText, of a name: its parts are joined by "·" (U+00B7), whatever dot was at hand. */
export function repairName(name: string): string {
  return repairText(name).replace(DOT_IN_NAME, '$1·').replace(STOP_IN_NAME, '$1·');
}

/** Private use, unassigned, and the mark of what could not be read: no phone can draw them. */
const UNSHOWN = /[\p{Co}\p{Cn}\ufffc\ufffd]/u;
const AROUND = 6;

/** Where a text has a character that cannot be shown, the first with what stands around it, itself as "□"; null when all can be. */
export function unshownIn(text: string): string | null {
  const characters = [...repairText(text)];
  const at = characters.findIndex((character) => UNSHOWN.test(character));
  if (at < 0) return null;
  return characters
    .slice(Math.max(0, at - AROUND), at + AROUND + 1)
    .map((character) => (UNSHOWN.test(character) ? '□' : character))
    .join('')
    .replace(/\s+/gu, ' ');
}

/** Characters as notices and forms count them: blanks and line breaks are not counted, a rare character or an emoji is one. */
export function countChars(text: string): number {
  return [...text.replace(/\s/gu, '')].length;
}
