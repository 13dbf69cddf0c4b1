import { expect, test } from '@playwright/test';

test('passes', { tag: '@smoke' }, async ({}, info) => {
  await test.step('an outer step', async () => {
    await test.step('an inner step', async () => {});
  });
  console.log('printed by a test');
  console.error('complained by a test');
  await info.attach('note', { body: 'hello', contentType: 'text/plain' });
});

test('fails', async () => {
  expect(1 + 1, 'sum').toBe(3);
});

test('fails once', async ({}, info) => {
  expect(info.retry).toBe(1);
});

test.skip('is skipped', async () => {});

test('is skipped while running', async () => {
  test.skip(true, 'not on Mondays');
});

test.fixme('is to be fixed', async () => {});

test('fails as expected', async () => {
  test.fail();
  expect(1).toBe(2);
});

test('passes unexpectedly', async () => {
  test.fail();
});

test('takes too long', async () => {
  test.setTimeout(150);
  await new Promise(() => {});
});
