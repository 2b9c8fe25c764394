import { basename } from 'node:path';
import { type ClosingReport, checkClosing, closingFaults } from '@zuimei/shared/export/closing.ts';
import { closingVouched } from '@zuimei/shared/ledger/closing.ts';
import { entryNumber } from '@zuimei/shared/ledger/number.ts';
import { officialWords } from '@zuimei/shared/ledger/witness.ts';
import { dayTimeSeconds, fullDayOf } from '@zuimei/shared/moment.ts';

/**
 * Checks a closing record and prints what was found. Gives 0 if it agrees under the key that was given, 3 if only with the key in the file, 2 if
 * the given key is none.
 */
export async function verifyClosing(
  path: string,
  text: string,
  { key, json }: { key?: string | undefined; json: boolean },
  print: (line: string) => void,
): Promise<number> {
  const report = await checkClosing(text, { key });
  if (json) print(JSON.stringify(report));
  else printReport(basename(path), report, print);
  if (!report.ok) return report.step === 'key' ? 2 : 1;
  return report.pinned ? 0 : 3;
}

function printReport(name: string, report: ClosingReport, print: (line: string) => void): void {
  if (!report.ok) {
    const [title, todo] = closingFaults[report.step];
    print(`${name}：封存记录`);
    print(`  ✗ ${title}。${todo}`);
    return;
  }
  const { said, at, size } = report;
  print(`${name}：${said.title}（${report.contest}）封存记录`);
  print(`  账本第 ${entryNumber(report.index)} 号，${fullDayOf(at)} ${dayTimeSeconds(at).split(' ').at(-1)}`);
  print(
    `  ${said.proposed} 提出，${said.actor} 确认。${said.reason}${said.reference && `（${said.reference}）`}`,
  );
  for (const round of said.rounds) {
    print(
      `  第 ${round.round + 1} 轮：计票 ${round.ballots} 张，待核 ${round.held} 张，作废 ${round.void} 张`,
    );
    for (const { number, votes } of round.votes)
      print(
        `    ${number} 号 ${said.candidates.find((one) => one.number === number)?.name ?? ''}  ${votes} 票`,
      );
  }
  const refused = said.refusals.reduce((sum, { count }) => sum + count, 0);
  print(`  裁定 ${said.rulings.length} 次；未接受 ${refused} 次；规则摘要 ${said.rules.digest}`);
  print(`  封存前的存证点 ${said.checkpoint.size} 条，根 ${said.checkpoint.root}`);
  print(
    `  见证 ${officialWords(closingVouched(said))}。${said.checkpoint.witnesses.join('、') || '当时还没有'}`,
  );
  print(`  公钥 ${report.key}`);
  print(
    report.pinned
      ? `  ✓ 记录在账本里，存证点已为前 ${size} 条签名。票数是否算对，用账本文件核验`
      : `  ! 只说明文件自身一致：公钥取自文件。请用 --key 给出印发的公钥再核验`,
  );
}
