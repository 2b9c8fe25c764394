import type { Rule } from './layers.ts';

/** A word that people must not meet, what the thing is called (shared/words.ts), and where the word stands for something else. */
interface Synonym {
  word: RegExp;
  say: string;
  but?: RegExp;
}

const synonyms: Synonym[] = [
  // What documents call a nominee is read as it is written there.
  { word: /团队/u, say: '集体', but: /^shared\/(\w+\/)?form\.ts$/ },
  { word: /主办方|主办者/u, say: '主办单位' },
  { word: /审核人员|审计员/u, say: '审计人员 (who rules) or 审核员 (who reviews nominations)' },
  { word: /选民|投票者/u, say: '投票人' },
  // A kind of unit, of network, of account or of cluster is no 组别, and those have 类别; 目标建成类别 is what a notice asks of venues.
  {
    word: /(?<!单位|网络|地址|账号|聚集|建成)类别/u,
    say: '组别',
    but: /^shared\/(\w+\/)?form\.ts$|^server\/unit\/|\/units?\/|\/plan\/(UnitsSection|NetworkRows)\.vue$|\/UnitsPage\.vue$|\/report\//,
  },
  { word: /延期|延后/u, say: '延长' },
  { word: /不予入选|落选|未选中/u, say: '未入选' },
  { word: /(一次性|邀请|加入|登录|启用)链接/u, say: '账号链接' },
  { word: /(专用|专属|报送)链接/u, say: '单位链接' },
];

/** 第 N 号 or #N made of an index. */
const BARE_INDEX =
  /(?:第\s?(?:\$\{|\{\{)\s*(?:(?!(?:entryNumber|nth)\()\w+\()*[\w.?]*\b(?:index|entry|ruling)\b[^}]*\}+\s*号|#(?:\$\{|\{\{)\s*(?:\w+\()*[\w.?]*\b(?:index|entry|ruling)\b)/u;

/** Words that people read: texts of a program file, the whole of a component (its template too). */
export const lexicon: Record<string, Rule> = {
  'one thing has one word for people': (sources) =>
    sources
      .filter(({ path }) => /^(server|shared|web)\//.test(path))
      .flatMap(({ path, text, texts }) =>
        (path.endsWith('.vue') ? text.split('\n').map((line, at) => ({ text: line, line: at + 1 })) : texts)
          .flatMap((spot) => synonyms.map((synonym) => ({ ...synonym, ...spot })))
          .filter(({ word, but, text: said }) => word.test(said) && !but?.test(path))
          .map(
            ({ word, say, text: said, line }) => `${path}:${line} ${word.exec(said)?.[0]} is called ${say}`,
          ),
      ),

  'the number of an entry that people read is made by entryNumber': (sources) =>
    sources
      .filter(({ path, text }) => /^(server|shared|web)\//.test(path) && BARE_INDEX.test(text))
      .map(({ path, text }) => `${path} ${BARE_INDEX.exec(text)?.[0]}: shared/ledger/number.ts`),
};
