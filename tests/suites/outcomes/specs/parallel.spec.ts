import { test } from '@playwright/test';

test.describe.configure({ mode: 'parallel' });
test('alone one', async () => {});
test('alone two', async () => {});
test.describe('in order', () => {
  test.describe.configure({ mode: 'serial', retries: 0 });
  test('then', async () => {});
  test('there', async () => {});
});
