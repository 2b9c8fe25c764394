import { inject } from 'vitest';
import { type DatabaseKind, databaseKinds } from './database.ts';

/** For what has been seen to be alike on both databases: Postgres alone, and by `npm run full` the embedded one as well (DECISIONS.md). */
export const runKinds: readonly DatabaseKind[] = inject('full') ? databaseKinds : ['server'];

/** How many or how large: what `npm test` has time for, and what `npm run full` tries. */
export const runSize = <T>(usual: T, full: T): T => (inject('full') ? full : usual);
