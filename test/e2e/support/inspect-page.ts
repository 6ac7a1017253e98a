import { mkdirSync } from 'node:fs';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const FOLDER = new URL('../screenshots/', import.meta.url).pathname;
const WIDTHS = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
] as const;
/** A change of size or theme has been drawn. */
const TWO_FRAMES = 'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))';
const THEMES = ['light', 'dark'] as const;

/**
 * Looks at a page at both widths and in both themes: a screenshot of each into test/e2e/screenshots (not committed), and no serious finding of axe
 * in any, nor anything wider than the screen.
 */
export async function inspectPage(page: Page, name: string): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  const before = page.viewportSize();
  for (const size of WIDTHS)
    for (const colorScheme of THEMES) {
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme });
      await page.evaluate('document.fonts.ready');
      await expect.poll(() => page.locator('[data-arriving]').count(), { timeout: 10_000 }).toBe(0);
      await page.evaluate(TWO_FRAMES);
      const label = `${name} ${size.width} ${colorScheme}`;
      await page.screenshot({ path: `${FOLDER}${name}-${size.width}-${colorScheme}.png` });
      expect(await seriousFindings(page), label).toEqual([]);
      const width = await page.evaluate<number>('document.documentElement.scrollWidth');
      expect(width, `${label}: width`).toBeLessThanOrEqual(size.width);
    }
  await page.emulateMedia({ colorScheme: 'light' });
  if (before) await page.setViewportSize(before);
}

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string | null;
    readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
  }[];
}

/** What axe calls serious or critical, one line for each kind, with the elements. */
async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<AxeResults>('axe.run(document, { resultTypes: ["violations"] })');
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .slice(0, 5)
          .map(
            ({ html, failureSummary }) =>
              `${html.slice(0, 200)} (${failureSummary?.replaceAll(/\s+/g, ' ').slice(0, 200)})`,
          )
          .join(' | ')}`,
    );
}
