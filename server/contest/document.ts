import { type GenericSchema, getDotPath, safeParse } from 'valibot';
import type { Candidate } from '@zuimei/shared/contest.ts';
import type { Collection, ContestPlan, ContestSettings } from '@zuimei/shared/plan/plan.ts';
import { keptShapes } from './shape.ts';

/** Grows when a document that is kept can no longer be read as it stands; a migration then rewrites them. */
const VERSION = 1;

/** How one kind of JSON is kept in the database. */
export interface Document<T> {
  /** Throws for what this version does not understand: a contest with half its rules must not open. */
  read(kept: unknown): T;
  /** Its text, for a jsonb column. */
  text(value: T): string;
}

function documentOf<T extends object>(name: string, shape: GenericSchema<unknown, T>): Document<T> {
  return {
    read(kept) {
      const version = (kept as { v?: unknown } | null)?.v;
      if (version !== VERSION) throw new Error(`${name} of version ${version}, which is not ${VERSION}`);
      const parsed = safeParse(shape, kept);
      if (parsed.success) return parsed.output;
      const [issue] = parsed.issues;
      throw new Error(`${name} cannot be read: ${getDotPath(issue) ?? ''} ${issue.message}`);
    },
    text: (value) => JSON.stringify({ v: VERSION, ...value }),
  };
}

export const settingsDocument: Document<ContestSettings> = documentOf('settings', keptShapes.settings);
export const collectionDocument: Document<Collection> = documentOf('collection', keptShapes.collection);
/** Without its number, which stands beside it. */
export const candidateDocument: Document<Omit<Candidate, 'number'>> = documentOf(
  'candidate',
  keptShapes.candidate,
);

/** A draft is both, each with its version. */
export const draftDocument: Document<ContestPlan> = {
  read(kept) {
    const { settings, collection } = (kept ?? {}) as Record<keyof ContestPlan, unknown>;
    return { settings: settingsDocument.read(settings), collection: collectionDocument.read(collection) };
  },
  text: ({ settings, collection }) =>
    `{"settings":${settingsDocument.text(settings)},"collection":${collectionDocument.text(collection)}}`,
};
