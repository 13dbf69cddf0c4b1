import fs from 'fs';
import { test } from '@playwright/test';

test('cleanup', async () => {
  fs.appendFileSync('diary.txt', 'cleanup\n');
});
