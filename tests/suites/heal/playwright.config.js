// Runs twice: against the pages as the tests know them (PAGES=before), and as they are later (PAGES=after).
module.exports = {
  testDir: '.',
  workers: 3,
  fullyParallel: true,
  retries: 0,
  timeout: 180_000,
  expect: { timeout: 90_000 },
  use: {
    actionTimeout: 90_000,
    launchOptions: {
      executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-dev-shm-usage', '--disable-gpu', '--no-first-run'],
    },
  },
};
