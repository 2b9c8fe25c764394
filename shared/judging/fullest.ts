import type { Room } from './limits.ts';

const MOST_STEPS = 100_000;

/**
 * The first set in order that fills more places than `filled`, as many as can be, and keeps every bound; null where there is none or none
 * was found in good time. Takes an empty room and leaves it empty.
 */
export function fullest(order: readonly number[], room: Room, filled: number): number[] | null {
  let steps = 0;
  const taken: number[] = [];
  const fill = (at: number, wanted: number): boolean => {
    if (taken.length === wanted) return room.isMeetable([]);
    const number = order[at];
    if (number === undefined || order.length - at < wanted - taken.length) return false;
    if (++steps > MOST_STEPS) return false;
    if (!room.isBarred(number)) {
      room.take(number);
      taken.push(number);
      if (fill(at + 1, wanted)) return true;
      taken.pop();
      room.giveBack(number);
    }
    return fill(at + 1, wanted);
  };
  for (let wanted = room.left(); wanted > filled; wanted--) if (fill(0, wanted)) return taken;
  return null;
}
