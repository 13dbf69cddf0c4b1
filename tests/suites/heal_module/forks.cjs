// A process with a channel to its parent, as Playwright's workers have, that has nothing to do with Playwright.
process.send('here');
process.disconnect();
