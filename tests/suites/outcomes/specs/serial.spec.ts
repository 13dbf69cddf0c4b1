import { expect, test } from '@playwright/test';

test.describe('recovers', () => {
  test.describe.configure({ mode: 'serial' });
  test('first step', async () => {});
  test('second step', async ({}, info) => {
    expect(info.retry).toBe(1);
  });
  test('third step', async () => {});
});

test.describe('gives up', () => {
  test.describe.configure({ mode: 'serial', retries: 0 });
  test('opens', async () => {});
  test('breaks', async () => {
    expect(1).toBe(2);
  });
  test('never comes', async () => {});
});
