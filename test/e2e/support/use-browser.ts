import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest';

const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/**
 * A browser for the tests of one file. `open` gives a page with a profile of its own, at `path` of the web page, of another server with `baseURL`. A test fails when a page of it wrote an error to the
 * console or threw one, unless its text matches one of `expected`.
 */
export function useBrowser() {
  let browser: Browser;
  let problems: string[] = [];
  let expected: RegExp[] = [];
  beforeAll(async () => {
    const executablePath = PATHS.find((path) => existsSync(path));
    if (executablePath === undefined) throw new Error(`No Chromium: install one at ${PATHS[0]}.`);
    browser = await chromium.launch({ executablePath, args: ARGS });
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    const unexpected = problems.filter((text) => !expected.some((pattern) => pattern.test(text)));
    problems = [];
    expected = [];
    expect(unexpected, 'errors in the console').toEqual([]);
  });
  afterAll(() => browser.close());

  return {
    async open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
      const context = await browser.newContext({
        viewport: { width: 1440, height: 900 },
        colorScheme: 'light',
        reducedMotion: 'reduce',
        ...options,
      });
      const page = await context.newPage();
      listen(page);
      await page.goto(`${options.baseURL ?? inject('baseUrl')}/app${path}`);
      return page;
    },
    /** Another tab of the same profile. */
    async openTab(page: Page): Promise<Page> {
      const tab = await page.context().newPage();
      listen(tab);
      await tab.goto(page.url());
      return tab;
    },
    /** Errors of this test that belong to what it tests, such as a connection that is cut. */
    expectErrors(...patterns: RegExp[]): void {
      expected.push(...patterns);
    },
  };

  function listen(page: Page): void {
    page.setDefaultTimeout(15_000);
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    page.on('pageerror', (error) => problems.push(error.message));
  }
}
