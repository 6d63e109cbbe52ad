import { defineConfig } from 'vitest/config';

/** `unit` is what `npm run check` runs; `journey` drives real servers, real git and a real browser. */
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['src/**/*.test.ts', 'web/**/*.test.ts', 'test/house/**/*.test.ts'], testTimeout: 20_000 } },
      { test: { name: 'journey', include: ['test/journeys/**/*.test.ts'], testTimeout: 180_000, hookTimeout: 180_000, fileParallelism: false } },
    ],
  },
});
