const { test } = require('@playwright/test');

test('left out', async () => {});
test.only('picked', async () => {});
test.describe.only('picked group', () => {
  test('inside', async () => {});
});
