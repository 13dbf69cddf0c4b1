import { test } from '@playwright/test';

test('works in a module', async () => {});
