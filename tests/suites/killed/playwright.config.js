module.exports = { testDir: '.' };
