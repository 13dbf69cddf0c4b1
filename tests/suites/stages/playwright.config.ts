import { defineConfig } from '@playwright/test';

const port = Number(process.env.PORT);

// Three set-up projects, one of them for another; a teardown; and a web server that must not be started twice.
export default defineConfig({
  testDir: '.',
  projects: [
    { name: 'seed', testMatch: 'seed.setup.ts', teardown: 'cleanup' },
    { name: 'login', testMatch: 'login.setup.ts', dependencies: ['seed'] },
    { name: 'licence', testMatch: 'licence.setup.ts' },
    { name: 'cleanup', testMatch: 'cleanup.teardown.ts' },
    { name: 'shop', testMatch: 'shop.spec.ts', dependencies: ['login'] },
    { name: 'reports', testMatch: 'reports.spec.ts', dependencies: ['licence'] },
  ],
  webServer: port ? { command: `node server.js ${port}`, url: `http://127.0.0.1:${port}/`, reuseExistingServer: false } : undefined,
});
