import { type FieldName, fields } from '@zuimei/shared/form.ts';
import { heicAdvice, smallWords } from '@zuimei/shared/picture.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';

/** `error`: the row (or file) is not imported. `warning`: imported, a person should look. `note`: nothing to do. */
export type ProblemLevel = 'error' | 'warning' | 'note';

const catalogue = {
  // the import as a whole
  archived: ['error', '活动已经归档，候选名单不能再变动。如需继续使用，请复制为新的活动，再导入到那里。'],
  voting_begun: ['error', '投票已经开始，不能再增加候选。已有候选有误的，请在管理端“候选”中更正或办理退出。'],
  places_over: ['error', '超出候选名额：{over}。请减少导入的人选，或先在管理端“设置”里改名额。'],
  // a recommendation from below
  package_wrong: ['error', '推荐材料没有通过核验：{fault}。请向推荐单位索取未经改动的原件。'],
  quota_over: ['error', '{name}超出推荐名额：本单位最多推荐 {most} 个，已有 {used} 个。请先删除不再推荐的。'],
  category_over: [
    'error',
    '{name}超出推荐名额：“{category}”最多推荐 {most} 个，已有 {used} 个。请先删除不再推荐的。',
  ],
  recommended_twice: ['warning', '{name}已经在报送名单里，没有重复导入。'],
  // a whole file
  empty_file: ['error', '文件是空的，请重新导出或重新发送。'],
  too_large: ['error', '文件超过 {limit} MB，请压缩其中的图片或拆分后再导入。'],
  too_many_files: ['error', '一次最多导入 {limit} 个文件，请分批导入。'],
  not_a_document: ['error', '不是可以识别的表格或文档，请另存为 .docx 或 .xlsx 后再导入。'],
  fake_ending: ['error', '文件内容与扩展名不符，不是真正的表格或文档，请向报送单位核实来源。'],
  web_page: [
    'error',
    '内容是网页，或者正文嵌入了网页，请用 WPS 或 Word、Excel 打开，另存为 .docx 或 .xlsx 后再导入。',
  ],
  old_xml: ['error', '是 2003 版的 XML 文件，请用 WPS 或 Word、Excel 打开，另存为 .docx 或 .xlsx 后再导入。'],
  old_doc: ['error', '是旧版 .doc 文档，请用 WPS 或 Word 打开，另存为 .docx 后再导入。'],
  encrypted: ['error', '文件设有密码，请去掉密码后再导入。'],
  macro: ['error', '文件带有宏，为安全起见不予导入，请另存为不带宏的 .docx 或 .xlsx。'],
  zip_bomb: ['error', '文件解压后异常庞大或内含异常多的部分，已拒绝，请向报送单位核实来源。'],
  unsafe_path: ['error', '文件内部含有不安全的路径，已拒绝，请向报送单位核实来源。'],
  xml_entities: ['error', '文件内部含有不安全的实体定义，已拒绝，请另存后再导入。'],
  broken_file: ['error', '文件已损坏或不完整，请重新导出或重新发送。'],
  too_many_rows: ['error', '一个文件最多 {limit} 行，请拆成几个文件再导入。'],
  too_slow: ['error', '文件过于复杂，未能在限定时间内读完，请简化或另存后再导入。'],
  unknown_form: ['error', '没有找到报送表、汇总表或线索征集表：请保留表中“姓名”“报送主题”等栏目名称。'],
  empty_form: ['warning', '是没有填写的空表，已跳过。'],
  too_many_lines: ['warning', '一次最多预览 {limit} 份，后面的没有列出，请分批导入。'],
  duplicate_file: ['warning', '与“{other}”内容完全相同，只读一次。'],
  renamed: ['warning', '扩展名与内容不一致，已按 {kind} 读取，建议改回正确的扩展名。'],
  hidden_left: ['note', '有隐藏的内容没有读取：{what}。如需采用，请取消隐藏或筛选后再导入。'],
  struck_left: ['note', '有 {count} 个字划了删除线，没有读取。如需采用，请去掉删除线后再导入。'],
  text_left: ['warning', '表中约 {percent}% 的文字没有对应的栏目，没有采用：{what}。请核对有无遗漏。'],
  picture_left: [
    'warning',
    '有 {count} 张图片不知道是谁的，没有采用，请把照片放进本人那一行或“照片”一格后再导入。',
  ],
  picture_unread: ['warning', '表中的图片没有读取，请用 WPS 或 Excel 另存为 .xlsx 后再导入，或者另补照片。'],
  // one row
  missing_name: ['error', '没有填写姓名或名称，请补上。'],
  missing_unit: ['error', '“{name}”没有填写单位，请补上。'],
  unknown_category: ['error', '“{name}”的组别“{category}”不在本活动的组别中，请改为：{known}。'],
  reason_too_long: ['error', '“{name}”的推荐理由有 {length} 字，请删减到 {limit} 字以内。'],
  too_long: ['error', '“{title}”有 {length} 字，请删减到 {limit} 字以内。'],
  bad_phone: ['error', '“{name}”的联系电话应为 11 位手机号或带区号的座机号，请核对。'],
  bad_date: ['error', '“{name}”的出生年月看不明白，请写成“1981年4月”或“1981.4.17”。'],
  rounded_number: [
    'error',
    '“{name}”的{title}存成了数字，后几位已经丢失，请把这一格的格式设为“文本”，重新填写后再导入。',
  ],
  bad_identity: ['warning', '“{name}”的身份证号不是 18 位，或者校验码不符，请核对。'],
  choice_open: ['warning', '“{name}”的{title}没有勾选，或者勾选了不止一项，请补上。'],
  too_many_nominations: ['error', '本次导入后候选将超过 {limit} 个，请分批或清理后再导入。'],
  missing_photo: ['warning', '“{name}”没有照片，请补一张近期照片。'],
  missing_reason: ['warning', '“{name}”没有填写推荐理由，请补上。'],
  missing_phone: ['warning', '“{name}”没有填写联系电话，请补上。'],
  too_few_proofs: ['warning', '“{name}”的典型印证案例只有 {count} 个，要求不少于 3 个，请补充。'],
  photo_none: ['warning', '“{name}”的照片不是常见的图片格式，请换成 JPG 或 PNG 格式的照片。'],
  photo_heic: ['warning', `“{name}”的照片是 HEIC 格式，这里打不开，没有采用。${heicAdvice}。`],
  photo_points: [
    'warning',
    '“{name}”的照片有 {points} 万像素，超过 {most} 万，没有采用，请缩小或另存为 JPG 后补上。',
  ],
  photo_small: ['warning', '“{name}”的照片只有 {width}×{height} 像素，太小了，请换一张不小于 {least} 的。'],
  photo_bytes: ['warning', '“{name}”的照片有 {megabytes} MB，超过 {most} MB，没有采用，请压缩后补上。'],
  photo_broken: ['warning', '“{name}”的照片已损坏或不完整，打不开，请重新插入或另外上传。'],
  photo_low: ['warning', `“{name}”的照片${smallWords}。`],
  photo_late: ['warning', '“{name}”的照片较多，这次没有来得及处理，请在草稿中补上照片。'],
  picture_ignored: ['warning', '“{name}”的表中另有 {count} 张图片未采用，只取第一张作为照片。'],
  ambiguous_date: ['warning', '“{name}”的出生年月以数字保存，分不清 1 月还是 10 月，请核对。'],
  name_unread: [
    'warning',
    '“{name}”的姓名或名称里有图片、符号或域，其中的字没有读出，请对照原件补上缺的字。',
  ],
  unshown: ['warning', '“{title}”中有显示不出的字：“{around}”，□处请改成能显示的字。'],
  formula_as_text: ['warning', '“{title}”是公式，没有计算，只按表中已有的文字读取，请核对。'],
  duplicate_person: ['warning', '“{name}”与 {other} 是同一报送对象，只导入一次。'],
  same_name: ['warning', '“{name}”与 {other} 同名而单位不同，请核实是否为同一人由两个单位报送。'],
  shared_phone: ['warning', '“{name}”与“{other}”填写了同一个联系电话，请核对。'],
  contradiction: ['warning', '“{name}”的{title}与 {other} 不一致，已采用 {other} 的内容，请核对。'],
  already_in_contest: ['warning', '“{name}”已是本活动 {number} 号，不再重复导入；如需修改请在候选中编辑。'],
  merged: ['note', '其中 {count} 个报送对象在别的文件中已有，已合并：{names}。'],
} as const satisfies Record<string, readonly [ProblemLevel, string]>;

export type ProblemCode = keyof typeof catalogue;
export const problemCodes = Object.keys(catalogue) as ProblemCode[];

export function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(catalogue, code);
}

/** Where a person finds it: rows count from 1 as the program shows them; in a form, rows of its table. */
export interface Place {
  file: string;
  sheet?: string;
  row?: number;
}

export interface Problem extends Place {
  level: ProblemLevel;
  code: ProblemCode;
  field?: FieldName;
  /** One plain sentence that says what to do. It may name a nominee, never a phone, birth date or other private value. */
  message: string;
}

/** A problem with its sentence filled in. `title` is filled from `field`. */
export function problemAt(
  code: ProblemCode,
  place: Place,
  details: Record<string, string | number> = {},
  field?: FieldName,
): Problem {
  const [level, sentence] = catalogue[code];
  const known: Record<string, string | number> = field ? { title: fields[field].title, ...details } : details;
  const message = sentence.replace(/(“?)\{(\w+)\}/gu, (_, quote: string, key: string) => {
    const value = String(known[key] ?? '');
    return quote + (quote ? innerQuotes(value) : value);
  });
  return {
    level,
    code,
    file: place.file,
    ...(place.sheet === undefined ? {} : { sheet: place.sheet }),
    ...(place.row === undefined ? {} : { row: place.row }),
    ...(field === undefined ? {} : { field }),
    message,
  };
}

/** What stands in quotes has its own as ‘ and ’; a title that is nothing but quoted, none. */
function innerQuotes(text: string): string {
  return text
    .replace(/^“([^“”]*)”$/u, '$1')
    .replace(/“/gu, '‘')
    .replace(/”/gu, '’');
}

/** Stops reading one file. Caught where files are read (worker.ts), where it becomes that file's problem. */
export function refuseFile(code: ProblemCode): never {
  throw new Refusal('bad_request', { problem: code });
}

/** The code `refuseFile` was called with, or null when `error` is something else. */
export function refusedWith(error: unknown): ProblemCode | null {
  if (!(error instanceof Refusal)) return null;
  const code = error.details.problem;
  return problemCodes.find((known) => known === code) ?? null;
}
