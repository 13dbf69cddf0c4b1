import { test } from '@playwright/test';

test('needs no configuration', async () => {});
