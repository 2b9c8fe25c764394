import type { Hunt } from './found.ts';
import { type ClassLine, refusedOf, type Verdicts } from './report.ts';

/** Verdicts as plain text for a terminal. */
export function tableOf(title: string, verdicts: Verdicts): string {
  const { honest, race } = verdicts;
  return [
    `== ${title}`,
    columns([
      ['class', 'sent', 'counted', 'held', 'refused', 'asked', 'solved', 'why refused'],
      ...verdicts.lines.map((line) => [
        line.class,
        ...[line.sent, line.counted, line.held, refusedOf(line), line.asked, line.solved].map(String),
        reasons(line),
      ]),
    ]),
    '',
    columns([
      ['a counted ballot costs', 'identities', 'solves', 'addresses', 'devices', 'seconds'],
      ...verdicts.costs.map((cost) => [
        cost.class,
        ...[cost.identities, cost.solves, cost.addresses, cost.devices, cost.seconds].map(figure),
      ]),
    ]),
    '',
    `honest: ${honest.sent} sent, refused ${percent(honest.refused)}, held ${percent(honest.held)}, asked for a proof ${percent(honest.asked)}, refused behind carriers ${honest.carrierRefused}`,
    `scripted and not counted: ${percent(verdicts.scriptedStopped)}`,
    `in the ledger of 50 copies: ${race.copies}, of one voter's 50: ${race.voter}`,
  ].join('\n');
}

/** What an auditor is shown of each attack, as plain text. */
export function huntOf({ discoveries, clusters, innocent }: Hunt): string {
  return [
    columns([
      ['attack', 'ballots', 'covered', 'pure', 'strength', 'found', 'best cluster'],
      ...discoveries.map((one) => [
        one.wave,
        String(one.ballots),
        percent(one.covered),
        percent(one.pure),
        String(one.cluster?.strength ?? '-'),
        one.found ? 'yes' : 'no',
        one.cluster ? `${one.cluster.id} (${one.cluster.ballots})` : '-',
      ]),
    ]),
    `clusters: ${clusters}, of which mostly citizens: ${innocent}`,
  ].join('\n');
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

function reasons({ refused }: ClassLine): string {
  return Object.entries(refused)
    .map(([code, count]) => `${code} ${count}`)
    .join(', ');
}

/** Infinity is what a ballot costs that is never counted. */
function figure(much: number | null): string {
  return much === null ? '∞' : String(much);
}

function columns(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, i) =>
          i === 0 || Number.isNaN(Number.parseFloat(cell))
            ? cell.padEnd(widths[i] ?? 0)
            : cell.padStart(widths[i] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
