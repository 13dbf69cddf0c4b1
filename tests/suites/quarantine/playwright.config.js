module.exports = {
  testDir: 'specs',
  retries: Number(process.env.RETRIES || 0),
  globalTeardown: process.env.BROKEN_TEARDOWN ? './teardown.js' : undefined,
};
