import { defineConfig } from '@playwright/test';

export default defineConfig({
  workers: 1,
  timeout: 180_000,
  use: {
    actionTimeout: Number(process.env.ACTION_MS || 90_000),
    launchOptions: {
      executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-background-networking', '--disable-dev-shm-usage', '--disable-gpu', '--no-first-run'],
    },
  },
});
