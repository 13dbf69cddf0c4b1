import fs from 'fs';
import { test } from '@playwright/test';

test('seed', async () => {
  fs.appendFileSync('diary.txt', 'seed\n');
});
