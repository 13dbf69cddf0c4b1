import { test } from '@playwright/test';

test('runs before the crash', async () => {});
test('kills its process', async () => {
  process.exit(3);
});
test('runs after the crash', async () => {});
