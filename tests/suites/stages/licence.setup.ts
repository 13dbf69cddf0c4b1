import { expect, test } from '@playwright/test';

test('licence', async () => {
  expect('licence').toBe('there');
});
