const { expect, test } = require('@playwright/test');

test('quick', async () => {});
test('fails', async () => {
  expect(1).toBe(2);
});
test('slow', async () => {
  await new Promise((resolve) => setTimeout(resolve, Number(process.env.SLOW_MS || 0)));
});
test('last', async () => {});
