const executablePath = process.env.CHROMIUM || undefined;
const port = Number(process.env.PORT);

module.exports = {
  testDir: '.',
  use: { launchOptions: { executablePath, args: ['--no-sandbox', '--disable-gpu'] } },
  // No address to recognise it by: Playwright starts it in each of its processes.
  webServer: port ? { command: `node server.js ${port}` } : undefined,
};
