import { defineConfig } from '@playwright/test';

// A suite with one test for each way in which a test can end. Nothing needs a browser.
export default defineConfig({
  testDir: './specs',
  retries: 1,
  projects: [
    { name: 'first' },
    { name: 'second project', testMatch: 'titles.spec.js', retries: 0 },
  ],
  shard: { current: 2, total: 3 },
  reporter: [['html'], ['json'], ['line']],
});
