import { test } from '@playwright/test';
import './helper.js';

test('never imported', async () => {});
