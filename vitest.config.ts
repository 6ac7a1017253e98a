import { defineConfig } from 'vitest/config';

// A named engine may take many seconds to build the indexes of a new database; the embedded store takes none.
const patience = process.env.MONGODB_URL ? 4 : 1;

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/e2e/**', 'node_modules/**'],
    globalSetup: ['test/support/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20_000 * patience,
    hookTimeout: 30_000 * patience,
    // On a shared machine a test may wait longer than its patience; the report says which passed at the second try only.
    retry: process.env.CI ? 1 : 0,
    reporters: ['default'],
  },
});
