import type { Locator, Page } from 'playwright-core';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { inspectPage } from './support/inspect-page.ts';
import { callApi, createThread, runToEnd } from './support/skein-api.ts';
import { useBrowser } from './support/use-browser.ts';

interface Run {
  readonly run_id: string;
  readonly status: string;
  readonly usage: { readonly total_tokens: number };
  readonly metadata: Record<string, unknown>;
}

const browser = useBrowser();
const LONG = `Count to 30. ${'And then explain netting, settlement and clearing at length. '.repeat(6)}`;
let withTools: Run;
let failed: Run;

const rows = (page: Page): Locator => page.getByRole('list', { name: 'Runs', exact: true }).getByRole('button');
const panel = (page: Page): Locator => page.getByRole('region', { name: 'Run', exact: true });
const steps = (page: Page): Locator => page.getByRole('list', { name: 'Steps' }).getByRole('listitem');

/** A thread without messages and without instructions gives the model nothing to read, which it refuses. */
async function runThatFails(): Promise<Run> {
  const assistant = await callApi<{ assistant_id: string }>('POST', '/assistants', { name: 'Without instructions' });
  const thread = await callApi<{ thread_id: string }>('POST', '/threads', {
    name: 'Nothing',
    ...assistantOf(assistant),
  });
  return callApi<Run>('POST', '/runs/wait', { thread_id: thread.thread_id });
}
const assistantOf = ({ assistant_id }: { assistant_id: string }) => ({ assistant_id });

beforeAll(async () => {
  const thread = await createThread('Sums of the board');
  withTools = (await runToEnd(thread, 'What is 12*7, and what time is it in Tokyo?')) as Run;
  await runToEnd(thread, LONG);
  failed = await runThatFails();
  expect(failed.status).toBe('failed');
}, 60_000);

describe('the list of runs', () => {
  it('is filtered by status, assistant and time, keeps the filter in the address, and says when nothing matches', async () => {
    const page = await browser.open('/runs');
    await rows(page).filter({ hasText: 'What is 12*7' }).first().waitFor();
    await page.getByRole('combobox', { name: 'Status' }).selectOption('failed');
    await page.waitForURL(/status=failed/);
    await rows(page).filter({ hasText: 'What is 12*7' }).first().waitFor({ state: 'detached' });
    for (const text of await rows(page).allTextContents()) expect(text).toContain('Failed');
    await page.reload();
    await rows(page).filter({ hasText: 'Continues the thread' }).first().waitFor();
    await page.getByRole('combobox', { name: 'Assistant' }).selectOption({ label: 'Demo assistant' });
    await page.getByRole('combobox', { name: 'Time' }).selectOption('1h');
    await page.getByText('No run matches').waitFor();
    await page.getByRole('button', { name: 'Clear the filters' }).click();
    await rows(page).filter({ hasText: 'What is 12*7' }).first().waitFor();
  });

  it('follows what happens elsewhere, unless it is told not to', async () => {
    const page = await browser.open('/runs');
    await rows(page).first().waitFor();
    const thread = await createThread('Elsewhere');
    await callApi('POST', '/runs', { thread_id: thread, input: 'Count to 200, live' });
    const row = rows(page).filter({ hasText: 'Count to 200, live' });
    await row.getByText('Running').first().waitFor();
    await row.getByText('Completed').first().waitFor();
    await page.getByRole('button', { name: 'Live', exact: true }).click();
    // Each takes longer than the list takes to look again.
    await runToEnd(thread, 'Count to 80, unseen');
    await runToEnd(thread, 'Count to 81, unseen');
    expect(await rows(page).filter({ hasText: 'unseen' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Paused', exact: true }).click();
    await rows(page).filter({ hasText: 'Count to 81, unseen' }).waitFor();
  });

  it('draws only the rows in sight of hundreds, and reaches the oldest', async () => {
    const thread = await createThread('Bulk');
    await callApi('POST', '/runs', { thread_id: thread, input: 'Bulk, the oldest' });
    for (let n = 0; n < 220; n++) await callApi('POST', '/runs', { thread_id: thread, input: `Bulk ${n}` });
    const page = await browser.open('/runs');
    await rows(page).first().waitFor();
    const oldest = rows(page).filter({ hasText: 'Bulk, the oldest' });
    await rows(page).nth(3).hover();
    let most = 0;
    const scroll = async (): Promise<boolean> => {
      await page.mouse.wheel(0, 900);
      most = Math.max(most, await rows(page).count());
      return oldest.isVisible();
    };
    await expect.poll(scroll, { timeout: 30_000 }).toBe(true);
    expect(most).toBeLessThan(50);
    await page.getByRole('button', { name: 'Back to the newest' }).click();
    await rows(page).filter({ hasText: 'Bulk 219' }).waitFor();
    await callApi('POST', `/threads/${thread}/runs/cancel`);
  });

  it('is worked by keyboard: Enter opens a run, arrow keys go through the list', async () => {
    const page = await browser.open('/runs?status=completed');
    await rows(page).first().waitFor();
    await rows(page).first().focus();
    await page.keyboard.press('Enter');
    await panel(page).waitFor();
    const first = new URL(page.url()).searchParams.get('run');
    await page.keyboard.press('ArrowDown');
    await page.waitForURL((url) => url.searchParams.get('run') !== first);
    await page.keyboard.press('ArrowUp');
    await page.waitForURL((url) => url.searchParams.get('run') === first);
    await panel(page).getByRole('button', { name: 'Close' }).click();
    await panel(page).waitFor({ state: 'detached' });
  });
});

describe('at phone width', () => {
  it('a run is over the list, keeps its tab when the screen is turned, and gives the focus back when it is closed', async () => {
    const page = await browser.open('/runs?status=completed', { viewport: { width: 390, height: 844 } });
    await rows(page).first().click();
    await panel(page).getByRole('tab', { name: 'Input and settings' }).click();
    await page.setViewportSize({ width: 1280, height: 800 });
    await panel(page).getByText('Where it ran').waitFor();
    await page.setViewportSize({ width: 390, height: 844 });
    await panel(page).getByText('Where it ran').waitFor();
    await page.keyboard.press('Escape');
    await panel(page).waitFor({ state: 'detached' });
    await page.waitForFunction('document.activeElement.closest("[data-run]") !== null');
  });
});

describe('a run', () => {
  it('is shown in time: its wait, each call of the model and of a tool, with what went in and came out', async () => {
    const page = await browser.open(`/runs?run=${withTools.run_id}`);
    await steps(page).nth(4).waitFor();
    const texts = await steps(page).allTextContents();
    expect(texts).toHaveLength(5);
    expect(texts[0]).toContain('Queue');
    expect(texts[1]).toContain('tool_calls');
    expect(
      texts
        .slice(2, 4)
        .toSorted()
        .map((text) => text.replace(/[\d.]+ m?s.*$/, '')),
    ).toEqual(['calculator', 'current_time']);
    expect(texts[4]).toContain('stop');
    await panel(page).getByText(withTools.usage.total_tokens.toLocaleString('en'), { exact: true }).waitFor();
    const calculator = steps(page).filter({ hasText: 'calculator' });
    await calculator.getByRole('button').first().click();
    await calculator.getByText('"expression"').waitFor();
    await calculator.getByText('84').first().waitFor();
  });

  it('has as many raw events as its stream, from metadata to done', async () => {
    const stream = await (await fetch(`${inject('baseUrl')}/runs/${withTools.run_id}/stream`)).text();
    const count = stream.match(/^event: /gm)?.length ?? 0;
    const page = await browser.open(`/runs?run=${withTools.run_id}`);
    await panel(page).getByRole('tab', { name: 'Events' }).click();
    await panel(page).getByText('Complete', { exact: true }).waitFor();
    await panel(page).getByText(String(count), { exact: true }).waitFor();
    const log = page.getByRole('log', { name: 'Events' });
    const first = log.getByRole('button').first();
    expect(await first.textContent()).toContain('metadata');
    await first.click();
    await log.locator('pre').getByText('"thread_id"').waitFor();
    await panel(page).getByRole('combobox', { name: 'Kind of event' }).selectOption('done');
    expect(await log.getByRole('button').allTextContents()).toEqual([expect.stringContaining('"status":"completed"')]);
  });

  it('grows while it goes on, and ends as cancelled when it is cancelled', async () => {
    const thread = await createThread('Long');
    const run = await callApi<Run>('POST', '/runs', { thread_id: thread, input: 'Count to 500' });
    const page = await browser.open(`/runs?run=${run.run_id}`);
    await panel(page).getByText('Running').waitFor();
    await steps(page).filter({ hasText: 'Model call' }).waitFor();
    await panel(page).getByRole('button', { name: 'Cancel' }).click();
    await panel(page).getByText('Cancelled').waitFor();
    expect((await callApi<Run>('GET', `/runs/${run.run_id}`)).status).toBe('cancelled');
    await steps(page).filter({ hasText: 'Model call, stopped' }).waitFor();
  });

  it('that failed says why, and is submitted again as a new run', async () => {
    const page = await browser.open(`/runs?run=${failed.run_id}`);
    await panel(page).getByText('non-empty list of messages').first().waitFor();
    await panel(page).getByRole('button', { name: 'Retry' }).click();
    await panel(page).getByRole('link', { name: 'Open it' }).waitFor();
    await page.reload();
    await panel(page).getByRole('link', { name: 'Open it' }).click();
    await page.waitForURL((url) => url.searchParams.get('run') !== failed.run_id);
    const again = await callApi<Run>('GET', `/runs/${new URL(page.url()).searchParams.get('run')}`);
    expect(again.metadata.retry_of).toBe(failed.run_id);
    await panel(page).getByRole('link', { name: 'an earlier run' }).click();
    await page.waitForURL((url) => url.searchParams.get('run') === failed.run_id);
  });

  it('that does not exist says so', async () => {
    browser.expectErrors(/404/);
    const page = await browser.open('/runs?run=0190a3b4-0000-7000-8000-000000000002');
    await page.getByText('This could not be loaded').waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await page.waitForURL((url) => !url.searchParams.has('run'));
  });
});

describe('every view of runs looks right at both widths and in both themes, without a serious finding of axe', () => {
  it('the list', async () => {
    const page = await browser.open('/runs');
    await rows(page).first().waitFor();
    await inspectPage(page, 'runs');
  });

  it('nothing matches', async () => {
    const page = await browser.open('/runs?status=expired');
    await page.getByText('No run matches').waitFor();
    await inspectPage(page, 'runs-none');
  });

  it('a run', async () => {
    const page = await browser.open(`/runs?run=${withTools.run_id}`);
    await steps(page).nth(1).getByRole('button').first().click();
    await page.getByText('Finish reason').waitFor();
    await inspectPage(page, 'run');
  });

  it('a run that failed', async () => {
    const page = await browser.open(`/runs?run=${failed.run_id}`);
    await steps(page).last().getByRole('button').first().click();
    await inspectPage(page, 'run-failed');
  });

  it('its events and its settings', async () => {
    const page = await browser.open(`/runs?run=${withTools.run_id}`);
    await panel(page).getByRole('tab', { name: 'Events' }).click();
    await page.getByRole('log', { name: 'Events' }).getByRole('button').nth(1).click();
    await inspectPage(page, 'run-events');
    await panel(page).getByRole('tab', { name: 'Input and settings' }).click();
    await panel(page).getByText('Where it ran').waitFor();
    await inspectPage(page, 'run-settings');
  });
});
