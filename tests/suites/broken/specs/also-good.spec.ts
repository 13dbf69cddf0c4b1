import { test } from '@playwright/test';

const greeting: string = 'hi';
test(`works in TypeScript: ${greeting}`, async () => {});
