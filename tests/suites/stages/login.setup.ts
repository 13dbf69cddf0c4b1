import fs from 'fs';
import { test } from '@playwright/test';

test('login', async () => {
  fs.appendFileSync('diary.txt', 'login\n');
});
