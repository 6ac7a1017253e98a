import { beforeAll, describe, expect, it } from 'vitest';
import { RICH_MESSAGES } from './fixtures/rich-messages.ts';
import { inspectPage } from './support/inspect-page.ts';
import { callApi, createThread, runToEnd } from './support/skein-api.ts';
import { useBrowser } from './support/use-browser.ts';

const browser = useBrowser();
const LONG_NAME =
  `A thread whose name is as long as names may be: ${'Rechtsschutzversicherungsgesellschaften, '.repeat(5)}`.slice(
    0,
    200,
  );
let rich = '';

beforeAll(async () => {
  for (const name of ['Trip to Lisbon', 'Quarterly numbers', LONG_NAME, 'Supplier e-mails', 'Release notes 0.2'])
    await runToEnd(await createThread(name), 'What is 1024/16?');
  rich = await createThread('Fibonacci, and a table of frameworks');
  await callApi('POST', `/threads/${rich}/state`, { values: RICH_MESSAGES });
  await runToEnd(rich, 'What is 12*7, and what time is it in Tokyo?');
  await runToEnd(rich, 'Count to 20');
}, 120_000);

describe('every page looks right at both widths and in both themes, without a serious finding of axe', () => {
  it('threads, none open', async () => {
    const page = await browser.open('/threads');
    await page.getByRole('listitem').getByText('Trip to Lisbon').waitFor();
    await inspectPage(page, 'threads');
  });

  it('nothing found', async () => {
    const page = await browser.open('/threads');
    await page.getByRole('textbox', { name: 'Search threads by name' }).fill('zzz');
    await page.getByText('Nothing found').waitFor();
    await inspectPage(page, 'threads-nothing-found');
  });

  it('new thread', async () => {
    const page = await browser.open('/threads');
    await page.getByRole('button', { name: 'New thread' }).first().click();
    await page.getByRole('dialog').getByRole('option').first().waitFor({ state: 'attached' });
    await inspectPage(page, 'new-thread');
  });

  it('a conversation', async () => {
    const page = await browser.open(`/threads/${rich}`);
    await page.getByText('1, 2, 3, 4, 5').first().waitFor();
    await inspectPage(page, 'conversation-end');
    await page.getByRole('log').press('Home');
    await page.locator('.hljs-keyword').first().waitFor();
    await inspectPage(page, 'conversation');
  });

  it('a conversation before its first message', async () => {
    const page = await browser.open(`/threads/${await createThread(LONG_NAME)}`);
    await page.getByText('Say something to begin').waitFor();
    await inspectPage(page, 'conversation-empty');
  });

  it('an answer that is being written, with messages that wait', async () => {
    const page = await browser.open(`/threads/${await createThread('While it is written')}`);
    const composer = page.getByRole('textbox', { name: 'Message', exact: true });
    for (const text of ['Count to 500', 'What is 12*7?', 'Tell me a story']) {
      await composer.fill(text);
      await composer.press('Enter');
    }
    await page.getByText('2 messages wait').waitFor();
    await inspectPage(page, 'conversation-live');
    await page.getByRole('button', { name: 'Stop the answer' }).click();
  });

  it('the history, with a step chosen', async () => {
    const page = await browser.open(`/threads/${rich}?panel=history`);
    const history = page.getByRole('complementary', { name: 'History' });
    await history.getByRole('button', { name: /Tools/ }).first().click();
    await history.getByText('Compared with step').waitFor();
    await inspectPage(page, 'history');
  });

  it('a run beside the conversation', async () => {
    const page = await browser.open(`/threads/${rich}`);
    await page.getByRole('button', { name: 'Open the run' }).last().click();
    const run = page.getByRole('complementary', { name: 'Run' });
    await run
      .getByText(/completed/i)
      .first()
      .waitFor();
    await inspectPage(page, 'conversation-run');
  });

  it('the question before a thread is deleted', async () => {
    const page = await browser.open(`/threads/${rich}`);
    await page.getByRole('button', { name: 'Thread actions' }).click();
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    await page.getByRole('alertdialog').waitFor();
    await inspectPage(page, 'delete');
  });

  it('a thread that does not exist', async () => {
    browser.expectErrors(/404/);
    const page = await browser.open('/threads/0190a3b4-0000-7000-8000-000000000002');
    await page.getByText('This thread does not exist').waitFor();
    await inspectPage(page, 'thread-gone');
  });

  it('an address that does not exist', async () => {
    const page = await browser.open('/nowhere');
    await page.getByText('There is no such page').waitFor();
    await inspectPage(page, 'not-found');
  });
});

describe('much at once', () => {
  it('500 messages: opens at the end, draws only what is in view, and shows each of them once on the way to the first', async () => {
    const id = await createThread('Long');
    const values = Array.from({ length: 500 }, (_, n) => ({
      role: n % 2 === 0 ? 'user' : 'assistant',
      content: `Message number ${n}. ${'Some words that make it longer. '.repeat(n % 7)}`,
    }));
    await callApi('POST', `/threads/${id}/state`, { values });
    const page = await browser.open(`/threads/${id}`);
    const log = page.getByRole('log');
    await log.getByText('Message number 499.').waitFor();
    expect(await log.locator('[data-index]').count()).toBeLessThan(30);
    const seen = new Set<number>();
    for (let step = 0; step < 600 && !seen.has(0); step++) {
      const shown = [...((await log.textContent()) ?? '').matchAll(/Message number (\d+)\./g)].map(([, n]) =>
        Number(n),
      );
      expect(shown).toEqual(shown.toSorted((a, b) => a - b));
      for (const n of shown) seen.add(n);
      await log.hover();
      await page.mouse.wheel(0, -500);
      await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    }
    expect(values.map((_, n) => n).filter((n) => !seen.has(n))).toEqual([]);
  }, 120_000);

  it('hundreds of threads: loaded page by page, with few rows at a time', async () => {
    const [assistant] = await callApi<{ assistant_id: string }[]>('GET', '/assistants?limit=1');
    for (let n = 0; n < 200; n++)
      await callApi('POST', '/threads', { name: `Bulk ${n}`, assistant_id: assistant?.assistant_id });
    const page = await browser.open('/threads');
    const rows = page.getByRole('list', { name: /^Threads/ });
    await rows.getByText('Bulk 199').waitFor();
    let most = 0;
    const scroll = async (): Promise<boolean> => {
      await rows.hover();
      await page.mouse.wheel(0, 1200);
      most = Math.max(most, await rows.getByRole('listitem').count());
      return rows.getByText('Bulk 0', { exact: true }).isVisible();
    };
    await expect.poll(scroll, { timeout: 30_000 }).toBe(true);
    expect(most).toBeLessThan(60);
  });
});
