import { test } from '@playwright/test';

test.beforeAll(async () => {
  throw new Error('the database is not there');
});

test('is blamed for the hook', async () => {});
test('waits for the hook', async () => {});
