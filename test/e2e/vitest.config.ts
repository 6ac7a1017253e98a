import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The web page in a real browser, against local mode with the demo model. One file after the other: they share one small machine. */
export default defineConfig({
  root: here('../..'),
  test: {
    include: ['test/e2e/**/*.e2e.ts'],
    globalSetup: here('./support/start-local-mode.ts'),
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // As in the other tests: a browser on a shared machine may be starved for seconds.
    retry: process.env.CI ? 2 : 0,
  },
});
