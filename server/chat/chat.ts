import type { Receipt } from '@zuimei/shared/ballot.ts';
import { openRound, phaseAt, publishedOf } from '@zuimei/shared/contest.ts';
import { channels } from '@zuimei/shared/live.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { StoredContest } from '../contest/contest.ts';
import type { Contests } from '../contest/contests.ts';
import { createMac } from '../mac.ts';
import type { Secrets } from '../secret.ts';
import type { Tallies } from '../tally/route.ts';
import type { Cast } from '../vote/cast.ts';
import type { Ledger } from '../vote/ledger.ts';
import { type OwnRecord, periodRecord } from '../vote/receipt.ts';
import type { Voter, Voters } from '../vote/voter.ts';
import type { Wechat } from '../wechat/wechat.ts';
import { type Command, readCommand } from './command.ts';
import type { Message } from './message.ts';
import {
  answerOf,
  askLines,
  awayLines,
  countLines,
  helpLines,
  mineLines,
  outcomeLines,
  quietLines,
  refusedLines,
  severalLines,
  type Talk,
  unclearLines,
  votedLines,
  welcomeLines,
} from './words.ts';

export interface Chat {
  /** What the account answers; null = nothing. `base`: the site's address without a slash at the end. */
  answer(message: Message, base: string): Promise<string | null>;
}

const BY_MESSAGE = channels.indexOf('message');
/** An event's second may have begun before what WeChat was asked in it: it is taken as the later of the two. */
const END_OF_SECOND_MS = 999;

/** Whoever writes to the account: votes by message go through the same rooms as the page's, under the same pseudonym and quota. */
export function createChat(parts: {
  contests: Contests;
  cast: Cast;
  voters: Voters;
  ledger: Ledger;
  tallies: Tallies;
  secrets: Secrets;
  wechat: Wechat;
  clock: () => number;
}): Chat {
  const { contests, cast, voters, ledger, tallies, wechat, clock } = parts;
  const idOf = createMac(parts.secrets.derive('message ballots'));

  /** The same for the same message, so that one that comes again is the same ballot. */
  function ballotIdOf(slug: string, { from, id }: Message): string {
    const hex = idOf(`${slug} ${from} ${id}`);
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  }

  async function welcome(base: string): Promise<string> {
    const open = openOf(await contests.list(), clock());
    return answerOf(welcomeLines(wechat.account.name, talksOf(open, base), base));
  }

  async function answerText(message: Message, base: string): Promise<string | null> {
    const now = clock();
    const listed = (await contests.list()).filter(
      (one) => one.wechat?.keyword && phaseAt(one, now) !== 'archived',
    );
    if (listed.length === 0) return null;
    const words = listed.flatMap((one) => one.wechat?.keyword ?? []);
    const command = readCommand(message.text, words);
    const open = openOf(listed, now);
    const ended = endedOf(listed);
    if (command.kind === 'help')
      return answerOf(
        open.length > 0
          ? talksOf(open, base).flatMap(helpLines)
          : ended.length > 0
            ? talksOf(ended, base).flatMap(outcomeLines)
            : quietLines(base),
      );
    // Nobody's business of ours: the account is for more than contests.
    if (command.kind === 'unclear')
      return open.length > 0 ? answerOf(unclearLines(talksOf(open, base))) : null;
    if (command.kind === 'outcome' && ended.length > 0)
      return answerOf(talksOf(ended, base).flatMap(outcomeLines));
    const found = choose(meantBy(command, listed, now), now);
    if (found.length !== 1) return answerOf(severalLines(talksOf(found, base)));
    const [talk] = talksOf(found, base);
    if (!talk) return null;
    if (command.kind === 'outcome') return answerOf(outcomeLines(talk));
    if (command.kind === 'count')
      return answerOf(countLines(talk, await tallies.view(talk.contest), command.number));
    if (command.kind === 'vote' && command.numbers.length === 0) return answerOf(askLines(talk));
    const person = await wechat.recognise(message.from);
    if (person === null) return answerOf(awayLines(base));
    const voter = voters.person(talk.contest.slug, person);
    if (command.kind === 'mine') {
      const { ballots, left } = await recordOf(talk, voter);
      return answerOf(mineLines(talk, ballots, left));
    }
    return answerOf(await vote(talk, voter, message, command.numbers));
  }

  async function vote(talk: Talk, voter: Voter, message: Message, numbers: number[]): Promise<string[]> {
    const { slug } = talk.contest;
    const picks = numbers.toSorted((a, b) => a - b);
    const request = {
      ballotId: ballotIdOf(slug, message),
      picks,
      ticket: '',
      // Nobody sees how long a chat is read; whoever votes by message is known by WeChat itself.
      seen: { device: `message ${voter.id}`, dwellMs: 60_000, touches: 1 },
    };
    const sender = { cookie: undefined, address: '', userAgent: 'message', channel: BY_MESSAGE, voter };
    let receipt: Receipt;
    try {
      receipt = await cast.cast(slug, request, sender);
    } catch (refusal) {
      if (refusal instanceof Refusal) return refusedLines(talk, refusal);
      throw refusal;
    }
    const { ballots, left } = await recordOf(talk, voter);
    // One that came before is answered with what it was, whatever is written here.
    const entered = ballots.find((one) => one.index === receipt.index)?.picks ?? picks;
    return votedLines(talk, receipt, entered, left);
  }

  async function recordOf(
    { contest, now }: Talk,
    voter: Voter,
  ): Promise<{ ballots: OwnRecord[]; left: number }> {
    const ballots = await ledger.ballotsOf(contest.id, voter.id);
    return { ballots, left: periodRecord(contest, ballots, now).left };
  }

  function talksOf(contests: readonly StoredContest[], base: string): Talk[] {
    return contests.map((contest) => ({ contest, base, now: clock() }));
  }

  return {
    async answer(message, base) {
      const { kind, from, sentAt } = message;
      switch (kind) {
        case 'subscribe':
          await wechat.noteFollow(from, true, sentAt + END_OF_SECOND_MS);
          return await welcome(base);
        case 'unsubscribe':
          await wechat.noteFollow(from, false, sentAt + END_OF_SECOND_MS);
          return null;
        case 'text':
          return await answerText(message, base);
        default:
          return null;
      }
    },
  };
}

function openOf(contests: StoredContest[], now: number): StoredContest[] {
  return contests.filter((one) => openRound(one, now) >= 0);
}

/** Those with a notice or a result, the newest first. */
function endedOf(contests: StoredContest[]): StoredContest[] {
  const since = ({ announced }: StoredContest): string => announced.result ?? announced.notice ?? '';
  return contests.filter(publishedOf).toSorted((a, b) => (since(a) < since(b) ? 1 : -1));
}

/** Of a vote those of its word; whoever asks about votes means a contest in which some may have been cast. */
function meantBy(command: Command, contests: StoredContest[], now: number): StoredContest[] {
  if (command.kind === 'vote')
    return command.word
      ? contests.filter((one) => one.wechat?.keyword.toLowerCase() === command.word)
      : contests;
  const begun = contests.filter((one) => one.rounds.some((round) => Date.parse(round.opens) <= now));
  return begun.length > 0 ? begun : contests;
}

/** The contests that a number by itself may be for: those that are open; else the next to open; else the last that closed. */
function choose(contests: StoredContest[], now: number): StoredContest[] {
  const open = openOf(contests, now);
  if (open.length > 0) return open;
  const opensAt = (one: StoredContest): number =>
    Math.min(...one.rounds.map((round) => Date.parse(round.opens)).filter((at) => at > now));
  const closedAt = (one: StoredContest): number =>
    Math.max(...one.rounds.map((round) => Date.parse(round.closes)));
  const [next] = contests.toSorted(
    (a, b) => compare(opensAt(a), opensAt(b)) || compare(closedAt(b), closedAt(a)),
  );
  return next ? [next] : [];
}

/** Of numbers that may be infinite. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
