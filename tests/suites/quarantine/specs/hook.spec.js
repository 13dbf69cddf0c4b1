const { test } = require('@playwright/test');

// Quarantined by the title of its describe.
test.describe('the basket', () => {
  test.beforeAll(() => {
    throw new Error('the database is not there');
  });
  test('is blamed for the hook', () => {});
  test('waits for the hook', () => {});
});
