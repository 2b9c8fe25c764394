import { hash } from 'node:crypto';
import type { BallotRequest } from '@zuimei/shared/ballot.ts';
import { isShownLive } from '@zuimei/shared/contest.ts';
import { addressBytes, networkLength } from '../address/bytes.ts';
import { ABROAD } from '../address/offline.ts';
import type { Places } from '../address/place.ts';
import type { StoredContest } from '../contest/contest.ts';
import type { Facts } from '../gate/gate.ts';
import type { Ballot } from './ledger.ts';
import type { Brought } from './question.ts';
import type { Voter } from './voter.ts';

/** Whose request it is, as far as the connection tells. */
export interface Sender {
  cookie: string | undefined;
  address: string;
  userAgent: string;
  /** Place in shared/live.ts `channels`; absent = not known. */
  channel?: number;
  /** Who it is, where that is known without a cookie and a ticket: by a message. */
  voter?: Voter;
}

/** A ballot on its way: what is written, and what the gate weighs. */
export interface Admission extends Ballot {
  facts: Facts;
  /** As it stood when this ballot was last checked against its rules. */
  contest: StoredContest;
  /** The proof it brought, null = none. */
  brought: Brought | null;
}

/** User agents that are told apart; beyond that they are numbered anew, which only makes rhythms begin again. */
const MOST_AGENTS = 10_000;
const NO_PICKS: readonly number[] = [];

/** Gathers what is known of a ballot that has passed who and rules. `now`: its arrival, ms. */
export function createAdmissions(
  places: Places,
): (request: BallotRequest, sender: Sender, voter: Voter, contest: StoredContest, now: number) => Admission {
  const agents = new Map<string, number>();
  let lastAgent = 0;

  function agentOf(name: string): number {
    let agent = agents.get(name);
    if (agent === undefined) {
      if (agents.size >= MOST_AGENTS) agents.clear();
      agents.set(name, (agent = ++lastAgent));
    }
    return agent;
  }

  return (request, sender, voter, contest, now) => {
    // One piece of memory for all that is bytes: voter 16, device 8, ip 16, network 8, address key 8.
    const bytes = Buffer.allocUnsafe(56);
    bytes.write(voter.id, 0, 'hex');
    const seen = request.seen;
    const device = seen?.device ?? `${sender.userAgent} ${sender.address}`;
    bytes.write(hash('sha256', device, 'hex').slice(0, 16), 16, 'hex');
    const ip = addressBytes(sender.address, bytes.subarray(24, 40));
    // An IPv4 address and its /24 are in the last 8 bytes of the 16, an IPv6 /64 in the first 8; the rest of an IPv6 address is folded in.
    const wide = networkLength(ip) === 8;
    for (let i = 0; i < 8; i++) {
      const [high = 0, low = 0] = [ip[i], ip[8 + i]];
      bytes[40 + i] = wide ? high : i === 7 ? 0 : low;
      bytes[48 + i] = wide ? high ^ low : low;
    }
    // Messages come through WeChat's servers: nobody's address is known, so nobody shares one.
    if (sender.voter) bytes.copyWithin(40, 0, 16);
    const place = places(contest, ip);
    // Whoever has a cloud or proxies abroad changes addresses at will: all such addresses are one network.
    if (place.class === 'datacentre' || place.class === 'abroad') bytes.fill(0xff, 40, 48);
    return {
      ballotId: request.ballotId,
      voter: voter.id,
      picks: request.picks,
      device: bytes.subarray(16, 24),
      ip,
      state: 'counted',
      flags: 0,
      channel: sender.channel ?? 0,
      contest,
      brought: null,
      facts: {
        voter: bytes.subarray(0, 16),
        device: bytes.subarray(16, 24),
        ip: bytes.subarray(48, 56),
        net: bytes.subarray(40, 48),
        agent: agentOf(sender.userAgent),
        at: now,
        ticketAgeMs: voter.ticketAgeMs,
        dwellMs: seen?.dwellMs ?? null,
        touches: seen?.touches ?? null,
        identityAgeMs: voter.identityAgeMs,
        picks: isShownLive(contest.reveal, now) ? request.picks : NO_PICKS,
        class: place.class,
        abroad: place.region === ABROAD,
        outside: place.outside,
        unvouched: voter.identity === 'browser' && contest.wechat !== null,
        proven: false,
      },
    };
  };
}
