export default { testDir: './specs' };
