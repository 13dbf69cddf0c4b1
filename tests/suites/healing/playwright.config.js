const executablePath = require('fs').existsSync('/usr/bin/chromium') ? '/usr/bin/chromium' : undefined;

module.exports = {
  testDir: '.',
  timeout: 180_000,
  use: {
    baseURL: process.env.SHOP_URL,
    actionTimeout: Number(process.env.ACTION_MS || 90_000),
    launchOptions: { executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] },
  },
};
