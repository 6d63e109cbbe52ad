import { configDefaults, defineConfig } from 'vitest/config';

/** Rooms whose tests start real git, real databases, whole commands, or read all that GitHub says of its API: as many seconds as all the others together. */
const PARTS = 'src/{flows,adapters/git,adapters/github,store,cli,testing}/**/*.test.ts';

/** What the store promises, on whichever database: run by `parts` on SQLite, and once more on a real PostgreSQL. */
const ON_BOTH = [
  'src/store/store.test.ts',
  'src/store/projections/{projections,pages,plans}.test.ts',
  'src/store/login/logins.test.ts',
  'src/store/ledger/{sequencer,deciding,erased,rotate,files,proven}.test.ts',
  'src/store/transfer/move.test.ts',
  'src/store/{jobs,webhooks,forges}/*.test.ts',
  'src/store/postgresql/*.test.ts',
  // What a hook kept is told once, whichever of several servers looks first.
  'src/flows/unattended-push.test.ts',
];

/**
 * `unit` shares a process between files: a quarter of its time went into loading the same modules again.
 * `npm run check` runs `unit`; `npm test` runs all four. `journey` drives real servers, real pushes and a real browser.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'web/**/*.test.ts', 'test/house/**/*.test.ts'],
          exclude: [...configDefaults.exclude, PARTS],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          isolate: false,
        },
      },
      { test: { name: 'parts', include: [PARTS], exclude: [...configDefaults.exclude, 'src/store/postgresql/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 } },
      {
        test: {
          name: 'postgresql',
          include: ON_BOTH,
          env: { COUNTERSIGN_TEST_STORE: 'postgresql' },
          globalSetup: ['src/store/postgresql/test-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      { test: { name: 'journey', include: ['test/journeys/**/*.test.ts'], testTimeout: 180_000, hookTimeout: 180_000, fileParallelism: false } },
    ],
  },
});
