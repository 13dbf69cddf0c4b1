import { test } from '@playwright/test';

test('never parsed', async () => {
  const = 1;
});
