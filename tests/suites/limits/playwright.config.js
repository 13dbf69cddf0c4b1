module.exports = {
  testDir: '.',
  repeatEach: Number(process.env.REPEAT_EACH || 1),
  globalTimeout: Number(process.env.GLOBAL_TIMEOUT || 0),
  maxFailures: Number(process.env.MAX_FAILURES || 0),
  globalSetup: process.env.GLOBAL_SETUP,
};
