import fs from 'fs';
import { expect, test } from '@playwright/test';

test('is open', async ({ request }) => {
  const answer = await request.get(`http://127.0.0.1:${process.env.PORT}/`);
  expect(await answer.text()).toBe('open');
  fs.appendFileSync('diary.txt', 'shop\n');
});
