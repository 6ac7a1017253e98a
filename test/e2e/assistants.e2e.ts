import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { inspectPage } from './support/inspect-page.ts';
import { callApi, createThread } from './support/skein-api.ts';
import { useBrowser } from './support/use-browser.ts';

interface Assistant {
  readonly assistant_id: string;
  readonly name: string;
  readonly version: number;
  readonly model: string;
  readonly instructions: string;
  readonly temperature: number | null;
  readonly tools: readonly unknown[];
  readonly limits: Record<string, number | null>;
}

const browser = useBrowser();
const openId = (page: Page): string => new URL(page.url()).searchParams.get('assistant') ?? '';
const get = (id: string): Promise<Assistant> => callApi('GET', `/assistants/${id}`);
const versions = (page: Page): Locator => page.getByRole('main').getByRole('listitem');

describe('assistants', () => {
  it('are made with a name, model, instructions, tools and limits', async () => {
    const page = await browser.open('/assistants');
    await page.getByRole('link', { name: 'New assistant' }).first().click();
    await page.getByRole('button', { name: 'Create assistant' }).click();
    await page.getByText('It needs a name.').waitFor();
    await page.getByLabel('Name', { exact: true }).fill('Ledger');
    await page.getByText('6/200').waitFor();
    await page.getByLabel('Temperature').fill('0.4');
    await page.getByLabel('System message').fill('Be exact.');
    await page.getByRole('checkbox', { name: /current_time/ }).click();
    await page.getByRole('button', { name: 'Add a function' }).click();
    await page.getByLabel('Function name').fill('calculator');
    await page.getByText('Another tool has this name.').waitFor();
    await page.getByLabel('Function name').fill('post_entry');
    await page.getByLabel('Parameters, as JSON Schema').fill('{');
    await page.getByText('This is not a JSON object.').waitFor();
    await page.getByLabel('Parameters, as JSON Schema').fill('{"type":"object"}');
    await page.getByLabel('Time, seconds').fill('90');
    await page.getByRole('button', { name: 'Create assistant' }).click();
    await page.waitForURL(/assistant=[0-9a-f-]{36}/);
    expect(await get(openId(page))).toMatchObject({
      name: 'Ledger',
      model: 'default',
      instructions: 'Be exact.',
      temperature: 0.4,
      tools: [
        { type: 'builtin', name: 'calculator' },
        { type: 'function', function: { name: 'post_entry', parameters: { type: 'object' } } },
      ],
      limits: { max_duration_ms: 90_000, max_steps: 25, max_total_tokens: null },
    });
    await page.getByRole('complementary', { name: 'Assistants' }).getByText('Ledger').waitFor();
  });

  it('are changed as a new version, and go back to an earlier one as the next', async () => {
    const { assistant_id: id } = await callApi<Assistant>('POST', '/assistants', {
      name: 'Editor',
      instructions: 'One.\nTwo.',
    });
    const page = await browser.open(`/assistants?assistant=${id}`);
    await page.getByLabel('System message').fill('One.\nTwo.\nThree.');
    await page.getByRole('button', { name: 'Save as version 2' }).click();
    await page.getByText('Version 2 · changed').waitFor();
    expect(await get(id)).toMatchObject({ version: 2, instructions: 'One.\nTwo.\nThree.' });
    await page.getByRole('link', { name: /^Versions/ }).click();
    await versions(page).filter({ hasText: 'Changed instructions' }).getByRole('button').first().click();
    const diff = versions(page).filter({ hasText: 'Changed instructions' });
    await diff.getByText('added: ').waitFor();
    expect(await diff.getByText('removed: ').count()).toBe(0);
    await page.getByRole('button', { name: 'Go back to version 1' }).click();
    await page.getByText('Version 3 · changed').waitFor();
    expect(await get(id)).toMatchObject({ version: 3, instructions: 'One.\nTwo.' });
  });

  it('ask before changes are lost, and let go of them when told to', async () => {
    const { assistant_id: id } = await callApi<Assistant>('POST', '/assistants', { name: 'Careful' });
    const page = await browser.open(`/assistants?assistant=${id}`);
    await page.getByLabel('Name', { exact: true }).fill('Careless');
    await page.getByRole('link', { name: 'Runs' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click();
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Careless');
    await page.getByRole('button', { name: 'Discard' }).click();
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Careful');
    await page.getByRole('link', { name: 'Runs' }).click();
    await page.waitForURL('**/app/runs');
    expect((await get(id)).version).toBe(1);
  });

  it('are deleted after a question, unless a thread uses them', async () => {
    browser.expectErrors(/409|404/);
    const { assistant_id: id } = await callApi<Assistant>('POST', '/assistants', { name: 'Temporary' });
    const thread = await createThread('Uses it');
    await callApi('PATCH', `/threads/${thread}`, { assistant_id: id });
    const page = await browser.open(`/assistants?assistant=${id}`);
    await page.getByRole('button', { name: 'Actions for Temporary' }).click();
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    const dialog = page.getByRole('alertdialog');
    await dialog.getByText('This cannot be undone').waitFor();
    await dialog.getByRole('button', { name: 'Delete assistant' }).click();
    await dialog.getByText('Threads use it.').waitFor();
    await callApi('DELETE', `/threads/${thread}`);
    await dialog.getByRole('button', { name: 'Delete assistant' }).click();
    await page.waitForURL((url) => !url.searchParams.has('assistant'));
    await page.getByText('Temporary').waitFor({ state: 'detached' });
  });

  it('begin a thread', async () => {
    const { assistant_id: id } = await callApi<Assistant>('POST', '/assistants', { name: 'Starter' });
    const page = await browser.open(`/assistants?assistant=${id}`);
    await page.getByRole('button', { name: 'New thread' }).click();
    await page.waitForURL('**/app/threads/*');
    const thread = await callApi<{ assistant_id: string }>('GET', `/threads/${page.url().split('/').at(-1)}`);
    expect(thread.assistant_id).toBe(id);
  });
});

describe('every view of assistants looks right at both widths and in both themes, without a serious finding of axe', () => {
  it('the list, a form and its faults', async () => {
    const name = 'Support triage, second level, for Europe and the Middle East '.repeat(3).trim();
    const { assistant_id: id } = await callApi<Assistant>('POST', '/assistants', {
      name,
      instructions: `Classify the ticket. ${'Look the customer up first. '.repeat(40)}`,
      tools: [
        { type: 'builtin', name: 'calculator' },
        {
          type: 'function',
          function: { name: 'lookup_customer', description: 'Finds a customer', parameters: { type: 'object' } },
        },
      ],
    });
    const page = await browser.open('/assistants');
    await page.getByText('Demo assistant').waitFor();
    await inspectPage(page, 'assistants');
    await page.goto(page.url().replace(/assistants.*/, `assistants?assistant=${id}`));
    await page.getByLabel('System message').waitFor();
    await inspectPage(page, 'assistant');
    await page.getByLabel('Temperature').fill('9');
    await page.getByRole('button', { name: 'Save as version 2' }).click();
    await page.getByText('A number from 0 to 2.').waitFor();
    await page.getByLabel('Function name').scrollIntoViewIfNeeded();
    await inspectPage(page, 'assistant-edit');
  });

  it('versions', async () => {
    const { assistant_id: id } = await callApi<Assistant>('POST', '/assistants', {
      name: 'Grown',
      instructions: 'One.',
    });
    await callApi('PATCH', `/assistants/${id}`, { instructions: 'Two.\nThree.', limits: { max_steps: 4 } });
    const page = await browser.open(`/assistants?assistant=${id}&view=versions`);
    await versions(page).first().getByRole('button').first().click();
    await inspectPage(page, 'assistant-versions');
  });
});
