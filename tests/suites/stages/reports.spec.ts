import { test } from '@playwright/test';

test('cannot run without a licence', async () => {});
