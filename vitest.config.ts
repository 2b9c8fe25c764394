import { defineConfig } from 'vitest/config';
import { LongestFirst } from './tests/harness/sequence.ts';

const OTHER_ENGINES = 'tests/engines/**';

export default defineConfig(({ mode }) => ({
  test: {
    environment: 'node',
    // Journeys in WebKit and Firefox have a command of their own, npm run engines: what they run is half a gigabyte.
    include: [mode === 'engines' ? `${OTHER_ENGINES}/*.test.ts` : 'tests/**/*.test.ts'],
    exclude: ['**/node_modules/**', ...(mode === 'engines' ? [] : [OTHER_ENGINES])],
    // Node runs the tests as it runs the server: Vite's own runner would transform a thousand files anew in every fresh clone, and
    // calls between modules go through its objects. It is needed for vi.mock alone, which no test uses.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    provide: { full: mode === 'full' },
    globalSetup: ['tests/harness/setup.ts'],
    // Three files at a time: with two, which wait for browsers and databases, a quarter of two cores lies idle.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    // Modules are evaluated once a worker, not once a file: a quarter of the time. None of ours remembers what a test did.
    isolate: false,
    // And of a file that says so three tests at once: more pages on the same cores only wait for each other.
    maxConcurrency: 3,
    // Longer ones (faults, journeys) say so in their own file.
    testTimeout: 20_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
    // Slow is fine on a busy machine; only a time-out is a failure.
    expect: { poll: { timeout: 10_000 } },
    // A promise nobody waited for is a failure of the test that started it.
    dangerouslyIgnoreUnhandledErrors: false,
    restoreMocks: true,
  },
}));
