import { describe, expect, it } from 'vitest';
import { inspectPage } from './support/inspect-page.ts';
import { callApi } from './support/skein-api.ts';
import { useBrowser } from './support/use-browser.ts';

const browser = useBrowser();

describe('settings', () => {
  it('say what the server is, that it works, and that nobody needs a key', async () => {
    const { version } = await callApi<{ version: string }>('GET', '/info');
    const page = await browser.open('/settings');
    await page.getByText(version, { exact: false }).first().waitFor();
    await page.getByText('Working').nth(1).waitFor();
    await page.getByText('authentication is off').waitFor();
  });

  it('keep the theme over a reload, from before the first paint on', async () => {
    const page = await browser.open('/settings');
    await page.getByRole('radio', { name: 'Dark' }).click();
    await page.locator('html.dark').waitFor({ state: 'attached' });
    await page.reload({ waitUntil: 'commit' });
    await page.locator('html.dark').waitFor({ state: 'attached' });
    expect(await page.getByRole('radio', { name: 'Dark' }).getAttribute('aria-checked')).toBe('true');
    await page.getByRole('radio', { name: 'Light' }).click();
    await page.locator('html:not(.dark)').waitFor({ state: 'attached' });
  });

  it('look right at both widths and in both themes, without a serious finding of axe', async () => {
    const page = await browser.open('/settings');
    await page.getByText('Working').first().waitFor();
    await inspectPage(page, 'settings');
  });
});
