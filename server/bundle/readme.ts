import type { Edition } from '@zuimei/shared/bundle/format.ts';
import { editionWords } from '@zuimei/shared/bundle/seal.ts';

const proven: Record<Edition, string> = {
  public: `不能证明的：公开版不含选票内容，各人的票数以审计人员的确认（tally.json）为准；规则要求抽样的，sample.ndjson 打开了
随机抽到的选票（含投票人代号，代号不能对应到人），供对照票数。`,
  full: '本版含全部选票内容与投票人代号，只供审计使用，不得公开。',
};

/** README.txt. */
export function readmeOf(given: {
  title: string;
  edition: Edition;
  origin: string;
  size: number;
  key: string;
}): string {
  const { title, edition, origin, size, key } = given;
  return `${title} 核验包（${editionWords[edition]}）
账本 ${origin}，共 ${size} 条账目。

由这个文件包可以把结果重新算一遍：票数、评分、综合得分、拟入选、公示、结果与证书。三种办法，任选其一：
  一、用浏览器打开活动网站的 /verify 页（也可先存成文件，断网打开），选择这个文件包；
  二、pnpm zuimei verify 文件名.zip --key 公钥；
  三、解压后运行 python3 recompute.py（只用 Python 自带的库）。
核验分十五步，每一步不符都指出文件、位置和两边的值。

签名用的公钥如下。它写在文件里，只能说明文件自身前后一致；请与印发、公告或见证单位保存的逐字比对：
  ${key}

账本里的每件事项写有办理人员的姓名，存证是连姓名一起算的，不能去掉。
已经去掉的：评委姓名与私下备注、异议人与异议内容、报送时不公开的内容、地址。
${proven[edition]}
也不能证明：投票的是不是本人，评委打分是否公道，公示是否真有人看到。
`;
}
