import {
  boolean,
  type GenericSchema,
  type InferInput,
  type InferOutput,
  nullable,
  object,
  optional,
  picklist,
  record,
  tuple,
} from 'valibot';
import { type Outcome, partIds } from '@zuimei/shared/judging/outcome.ts';
import { whole } from '../http/shape.ts';

/** A text and a list, of at most so much where that is asked. */
export interface Measure {
  text(most: number): GenericSchema<string>;
  list<S extends GenericSchema>(item: S, most: number): GenericSchema<InferInput<S>[], InferOutput<S>[]>;
}

export const anyNumber = whole(-1_000_000, 1_000_000);
const bounds = { least: optional(anyNumber), most: optional(anyNumber) };

/** The rules of the outcome, as a contest's settings hold them. */
export function outcomeShapeBy({ text, list }: Measure) {
  const panel = object({
    criteria: list(
      object({
        id: text(64),
        name: text(100),
        full: anyNumber,
        weight: anyNumber,
        half: boolean(),
        anchors: list(object({ from: anyNumber, words: text(200) }), 12),
      }),
      20,
    ),
    trim: picklist([0, 1, 2]),
    trimFrom: anyNumber,
    least: anyNumber,
    severity: picklist(['ignore', 'remove']),
    quorum: tuple([anyNumber, anyNumber]),
    blind: boolean(),
  });
  return object({
    decimals: picklist([0, 1, 2, 3]),
    weights: object({ vote: anyNumber, expert: anyNumber, media: anyNumber, merit: anyNumber }),
    vote: object({
      scale: picklist(['rank', 'top', 'log', 'share']),
      step: anyNumber,
      floor: anyNumber,
      rounds: picklist(['last', 'sum']),
    }),
    panels: object({ expert: optional(panel), media: optional(panel), merit: optional(panel) }),
    ties: list(picklist([...partIds, 'votes']), partIds.length + 1),
    tieLast: picklist(['meeting', 'lot', 'all', 'none']),
    places: anyNumber,
    unitMost: nullable(anyNumber),
    categories: record(text(64), object(bounds)),
    groups: list(
      object({ id: text(64), name: text(100), members: list(whole(1, 32_767), 5000), ...bounds }),
      20,
    ),
    honours: list(object({ name: text(100), places: anyNumber }), 10),
    notice: object({
      days: anyNumber,
      first: picklist(['same', 'next']),
      closes: picklist(['24:00', '17:30']),
      anonymous: picklist(['clue', 'refused']),
      replyDays: anyNumber,
      sorted: picklist(['strokes', 'number']),
      approval: list(picklist(['notice', 'result']), 2),
    }),
    sample: anyNumber,
    seeCounts: boolean(),
    namesPublic: boolean(),
    sameUnit: picklist(['must', 'warn']),
    lots: list(text(64), 10),
  }) satisfies GenericSchema<unknown, Outcome>;
}
