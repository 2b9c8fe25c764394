import type { TestProject } from 'vitest/node';
import { prepareDatabases } from './database.ts';
import { startPostgres } from './postgres.ts';
import { startRedis } from './redis.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Superuser of the run's one Postgres; take a database of your own from freshDatabase(). */
    postgresUrl: string;
    /** The run's one Redis; use a key prefix of your own. */
    redisUrl: string;
    /** `npm run full`: what else is left out of the suite because it takes long. */
    full: boolean;
  }
}

/** One real Postgres and one real Redis for the whole run; given to the test files by inject(). */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  await prepareDatabases(postgres.url);
  project.provide('postgresUrl', postgres.url);
  project.provide('redisUrl', redis.url);
  return async () => {
    await Promise.all([postgres.stop(), redis.stop()]);
  };
}
