import type { Locator, Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { inspectPage } from './support/inspect-page.ts';
import { callApi, createThread, runToEnd } from './support/skein-api.ts';
import { useBrowser } from './support/use-browser.ts';

const browser = useBrowser();

/** The figure of a lane's card, such as "Queued". */
const figure = (page: Page, lane: 'Interactive' | 'Batch', name: string): Locator =>
  page
    .locator('section')
    .filter({ has: page.getByRole('heading', { name: lane, exact: true }) })
    .locator('div')
    .filter({ has: page.getByText(name, { exact: true }) })
    .last()
    .locator('dd');

const failedRuns = (page: Page): Locator => page.getByRole('region', { name: 'Failed runs' });

beforeAll(async () => {
  const thread = await createThread('Seen in the queues');
  await runToEnd(thread, 'What is 12*7?');
  const { assistant_id } = await callApi<{ assistant_id: string }>('POST', '/assistants', { name: 'Says nothing' });
  // Nothing to read: the model refuses.
  for (const name of ['First failure', 'Second failure']) {
    const { thread_id } = await callApi<{ thread_id: string }>('POST', '/threads', { name, assistant_id });
    await callApi('POST', '/runs/wait', { thread_id });
  }
}, 60_000);

describe('the queues page', () => {
  it('holds a lane: runs wait while it is paused, and go when it is resumed', async () => {
    const page = await browser.open('/queues');
    await page.getByRole('button', { name: 'Pause the batch lane' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Pause lane' }).click();
    await page.getByText('Paused', { exact: true }).waitFor();
    const thread = await createThread('Held');
    const { run_id } = await callApi<{ run_id: string }>('POST', '/runs', {
      thread_id: thread,
      input: 'Count to 3',
      lane: 'batch',
    });
    await figure(page, 'Batch', 'Queued').getByText('1', { exact: true }).waitFor();
    expect((await callApi<{ status: string }>('GET', `/runs/${run_id}`)).status).toBe('queued');
    await page.getByRole('button', { name: 'Resume the batch lane' }).click();
    await page.getByRole('button', { name: 'Pause the batch lane' }).waitFor();
    await figure(page, 'Batch', 'Queued').getByText('0', { exact: true }).waitFor();
    expect((await callApi<{ status: string }>('GET', `/runs/${run_id}/join`)).status).toBe('completed');
  });

  it('shows what runs and who does it, as it changes', async () => {
    const page = await browser.open('/queues');
    await page.getByRole('region', { name: 'Workers' }).getByRole('img', { name: 'Alive' }).waitFor();
    const thread = await createThread('Watched');
    await callApi('POST', '/runs', { thread_id: thread, input: 'Count to 300' });
    await figure(page, 'Interactive', 'Running').getByText(/[1-9]/).waitFor();
    await callApi('POST', `/threads/${thread}/runs/cancel`);
    await figure(page, 'Interactive', 'Running').getByText('0', { exact: true }).waitFor();
  });

  it('draws the last hour, and says its numbers in words', async () => {
    const page = await browser.open('/queues');
    const ended = page.getByRole('img', { name: /^Runs that ended by minute: [1-9]\d* completed, [1-9]\d* failed/ });
    await ended.locator('canvas').waitFor();
    await page
      .getByRole('img', { name: /^Time to first token by minute/ })
      .locator('canvas')
      .waitFor();
    await page.getByRole('radio', { name: 'Batch' }).click();
    await page.getByRole('img', { name: /^Runs that ended by minute: .* 0 failed/ }).waitFor();
  });

  it('lists failed runs with what went wrong, and submits them again', async () => {
    const page = await browser.open('/queues');
    const [before] = await callApi<{ run_id: string }[]>('GET', '/runs?limit=1');
    await failedRuns(page).getByText('non-empty list of messages').first().waitFor();
    const newest = failedRuns(page).getByRole('listitem').first();
    await newest.getByRole('button', { name: /^Retry:/ }).click();
    // The repetition fails too, and is then the newest.
    const repeated = failedRuns(page).getByRole('listitem').nth(1);
    await repeated.getByRole('link', { name: 'See new run' }).waitFor();
    // Known to whoever comes later, too.
    await page.reload();
    await repeated.getByRole('link', { name: 'See new run' }).click();
    await page.waitForURL(/run=/);
    const again = await callApi<{ metadata: Record<string, unknown> }>(
      'GET',
      `/runs/${new URL(page.url()).searchParams.get('run')}`,
    );
    expect(again.metadata.retry_of).toMatch(/^[0-9a-f-]{36}$/);
    expect(new URL(page.url()).searchParams.get('run')).not.toBe(before?.run_id);
  });

  it('answers why a run does not start: its lane, its project, the share of its project', async () => {
    const thread = await createThread('Held back');
    await callApi('POST', '/ops/lanes/batch/pause');
    const { assistant_id } = await callApi<{ assistant_id: string }>('GET', `/threads/${thread}`);
    const body = { assistant_id, input: 'What is 12*7?', lane: 'batch' };
    const runs = [];
    for (let n = 0; n < 12; n += 1) runs.push(await callApi<{ run_id: string }>('POST', '/runs', body));
    const last = runs.at(-1)?.run_id ?? '';
    const page = await browser.open(`/runs?run=${last}`);
    await page.getByText('The lane is paused', { exact: true }).waitFor();
    await page.goto(new URL('queues', page.url()).href);
    const waiting = page.getByRole('region', { name: 'Waiting by project' });
    await waiting.getByText('4 waiting').waitFor();
    await page.locator('canvas').first().waitFor();
    await inspectPage(page, 'queues-waiting');
    await waiting.getByRole('button', { name: /^Pause project/ }).click();
    await waiting.getByText('Paused', { exact: true }).waitFor();
    await callApi('POST', '/ops/lanes/batch/resume');
    await page.goto(new URL(`runs?run=${last}`, page.url()).href);
    await page.getByText('The project is paused', { exact: true }).waitFor();
    await inspectPage(page, 'run-waiting');
    await page.goto(new URL('queues', page.url()).href);
    await waiting.getByRole('button', { name: /^Resume project/ }).click();
    for (const { run_id } of runs)
      expect((await callApi<{ status: string }>('GET', `/runs/${run_id}/join`)).status).toBe('completed');
  });

  it('shows the batches of the project and how far they are', async () => {
    const { assistant_id } = await callApi<{ assistant_id: string }>('POST', '/assistants', { name: 'Of a batch' });
    // The second has nothing to read: the model refuses.
    const items = [
      { custom_id: 'good', input: 'What is 2*3?' },
      { custom_id: 'bad', input: [{ role: 'system', content: '' }] },
    ];
    await callApi('POST', '/batches', { name: 'Nightly sums', assistant_id, items });
    const page = await browser.open('/queues');
    const batches = page.getByRole('region', { name: 'Batches' });
    await batches.getByText(/^Completed · \d of 2 completed/).waitFor();
    await inspectPage(page, 'queues-batches');
  });

  it('says when the connection is lost, and comes back by itself', async () => {
    browser.expectErrors(/ERR_INTERNET_DISCONNECTED|Failed to fetch|network error/i);
    const page = await browser.open('/queues');
    await figure(page, 'Interactive', 'Running').waitFor();
    // Cutting what is open as well: offline alone only refuses new connections.
    await page.context().setOffline(true);
    await page.evaluate(
      "Object.defineProperty(document, 'visibilityState', { value: 'visible' }); document.dispatchEvent(new Event('visibilitychange'))",
    );
    await page.getByText('The connection was lost').waitFor();
    await page.context().setOffline(false);
    await page.getByText('The connection was lost').waitFor({ state: 'detached' });
  });

  it('looks right at both widths and in both themes, without a serious finding of axe', async () => {
    const page = await browser.open('/queues');
    await page.locator('canvas').first().waitFor();
    await failedRuns(page).getByRole('listitem').first().waitFor();
    await inspectPage(page, 'queues');
    await failedRuns(page).scrollIntoViewIfNeeded();
    await inspectPage(page, 'queues-below');
    await page.getByRole('button', { name: 'Pause the batch lane' }).click();
    await page.getByRole('alertdialog').waitFor();
    await inspectPage(page, 'queues-pause');
  });
});
