module.exports = { testDir: '.', fullyParallel: true };
