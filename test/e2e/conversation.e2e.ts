import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { inspectPage } from './support/inspect-page.ts';
import { callApi, createThread, runToEnd } from './support/skein-api.ts';
import { useBrowser } from './support/use-browser.ts';

const browser = useBrowser();

const composer = (page: Page): Locator => page.getByRole('textbox', { name: 'Message', exact: true });
const log = (page: Page): Locator => page.getByRole('log', { name: 'Messages' });
const stopButton = (page: Page): Locator => page.getByRole('button', { name: 'Stop the answer' });

async function say(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await composer(page).press('Enter');
}

/** Other tests leave assistants behind, and the newest is offered first. */
const chooseDemo = async (dialog: Locator): Promise<void> => {
  const choice = dialog.getByRole('option', { name: /^Demo assistant/ });
  await choice.waitFor({ state: 'attached' });
  await dialog.getByLabel('Assistant').selectOption((await choice.getAttribute('value')) ?? '');
};

/** The name of what has the focus. */
const FOCUSED = `document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.labels?.[0]?.textContent ?? document.activeElement?.textContent ?? ''`;

/** Notes what the messages said in the moment the first card of a tool was there. */
const NOTE_FIRST_CARD = `new MutationObserver(() => {
  if (document.querySelector('[data-tool-card]')) window.logWhenCardCame ??= document.querySelector('[role=log]').textContent;
}).observe(document, { subtree: true, childList: true })`;

interface Checkpoint {
  readonly checkpoint: { readonly checkpoint_id: string };
  readonly values: { readonly messages: readonly { readonly id: string }[] };
}

/** The last words of the demo model's story. */
const STORY_END = 'with a beginning you can always find.';

/** To the end, and once. */
async function storyIsTold(page: Page): Promise<void> {
  await log(page).getByText(STORY_END).waitFor({ timeout: 30_000 });
  await stopButton(page).waitFor({ state: 'detached' });
  expect((await log(page).textContent())?.split('Once there was a ball of yarn')).toHaveLength(2);
}

describe('a conversation', () => {
  it('is created in the list, shows the tool card before the answer, and is in the list with its last words', async () => {
    const page = await browser.open('/');
    await page.waitForURL('**/app/threads');
    await page.getByRole('button', { name: 'New thread' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'New thread' });
    await dialog.getByLabel('Name', { exact: true }).fill('Sums');
    await dialog.getByText('4/200').waitFor();
    await chooseDemo(dialog);
    await dialog.getByRole('button', { name: 'Create thread' }).click();
    await page.getByText('Say something to begin').waitFor();

    await page.evaluate(NOTE_FIRST_CARD);
    await say(page, 'What is 12*7?');
    const card = page.locator('[data-tool-card=calculator]');
    await card.waitFor();
    expect(await page.evaluate('logWhenCardCame')).not.toContain('= 84');
    await page.locator('[data-state-of-call=done]').waitFor();
    await log(page).getByText('12*7 = 84').waitFor();
    await card.getByRole('button').click();
    await card.getByText('Arguments').waitFor();
    await page
      .getByRole('list', { name: /^Threads/ })
      .getByText('12*7 = 84')
      .waitFor();
  });

  it('goes on where it was after a reload in the middle of an answer', async () => {
    const page = await browser.open(`/threads/${await createThread('Reload')}`);
    await say(page, 'Tell me a story');
    await log(page).getByText('The yarn kept them all.').waitFor();
    await page.reload();
    await log(page).getByText('The yarn kept them all.').waitFor();
    await storyIsTold(page);
  });

  it('is the same in two tabs', async () => {
    const page = await browser.open(`/threads/${await createThread('Tabs')}`);
    await composer(page).waitFor();
    const tab = await browser.openTab(page);
    await composer(tab).waitFor();
    await say(page, 'Tell me a story');
    await log(tab).getByText('Once there was a ball of yarn').waitFor();
    await Promise.all([storyIsTold(page), storyIsTold(tab)]);
    expect(await log(tab).getByText('Tell me a story').count()).toBe(1);
  });

  it('rejoins by itself after the connection was lost, and says so meanwhile', async () => {
    browser.expectErrors(/ERR_INTERNET_DISCONNECTED|network error/i);
    const page = await browser.open(`/threads/${await createThread('Offline')}`);
    await say(page, 'Tell me a story');
    await log(page).getByText('Every evening somebody').waitFor();
    await page.context().setOffline(true);
    // Streams that are open do not notice: a second look at the thread does.
    await page.getByText('The connection is lost').waitFor({ timeout: 30_000 });
    await page.context().setOffline(false);
    await page.getByText('The connection is lost').waitFor({ state: 'detached', timeout: 30_000 });
    await storyIsTold(page);
  });

  it('stops when asked, says what is kept, and can be asked again', async () => {
    const page = await browser.open(`/threads/${await createThread('Stop')}`);
    await say(page, 'Count to 400');
    await log(page)
      .getByText(/1, 2, 3, 4/)
      .waitFor();
    await stopButton(page).click();
    await page.getByText('an unfinished answer is not').waitFor();
    const runs = await callApi<{ status: string }[]>('GET', '/runs?limit=1');
    expect(runs[0]?.status).toBe('cancelled');
    await page.getByRole('button', { name: 'Try again' }).click();
    await log(page)
      .getByText(/1, 2, 3, 4/)
      .waitFor();
    await stopButton(page).click();
    await page.getByText('an unfinished answer is not').waitFor();
  });

  it('queues what is sent while an answer is written, in order, and lets it be taken back', async () => {
    const page = await browser.open(`/threads/${await createThread('Queue')}`);
    await say(page, 'Tell me a story');
    await stopButton(page).waitFor();
    await say(page, 'What is 2+3?');
    await say(page, 'Count to 300');
    const waiting = page.getByRole('region', { name: 'Waiting messages' });
    await waiting.getByText('2 messages wait').waitFor();
    await waiting.getByRole('button', { name: 'Do not send: Count to 300' }).click();
    await waiting.getByText('1 message waits').waitFor();
    await log(page).getByText('2+3 = 5').waitFor({ timeout: 30_000 });
    await waiting.waitFor({ state: 'detached' });
    expect(await log(page).getByText('Count to 300').count()).toBe(0);
  });

  it('asks the person for the result of a tool that the client executes, and goes on with it', async () => {
    const { assistant_id } = await callApi<{ assistant_id: string }>('POST', '/assistants', {
      name: 'Weather',
      tools: [
        {
          type: 'function',
          function: {
            name: 'get_weather',
            description: 'The weather in a city.',
            parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
          },
        },
      ],
    });
    const { thread_id } = await callApi<{ thread_id: string }>('POST', '/threads', {
      name: 'Client tool',
      assistant_id,
    });
    const page = await browser.open(`/threads/${thread_id}`);
    await say(page, 'What is the weather in Lisbon?');
    await page.locator('[data-state-of-call=waits]').waitFor();
    // Also for someone who comes later.
    await page.reload();
    await page.getByRole('textbox', { name: /result of get_weather/ }).fill('21 degrees and sunny');
    await page.getByRole('button', { name: 'Send result' }).click();
    await page.locator('[data-state-of-call=done]').waitFor();
    await log(page).getByRole('paragraph').getByText('21 degrees and sunny').last().waitFor();
    await page.close();
    await callApi('DELETE', `/threads/${thread_id}`);
    await callApi('DELETE', `/assistants/${assistant_id}`);
  });

  it('keeps earlier versions of a question and of an answer within reach', async () => {
    const id = await createThread('Versions');
    await runToEnd(id, 'What is 2+2?');
    const page = await browser.open(`/threads/${id}`);
    await log(page).getByText('2+2 = 4').waitFor();
    await page.getByRole('button', { name: 'Edit message' }).click();
    await page.getByRole('textbox', { name: 'Edit message' }).fill('What is 3+3?');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await log(page).getByText('3+3 = 6').waitFor();
    expect(await log(page).getByText('2+2').count()).toBe(0);
    await log(page).getByText('2 / 2').waitFor();
    await page.getByRole('button', { name: 'Earlier version' }).click();
    await log(page).getByText('2+2 = 4').waitFor();
    await page.getByText('You see the thread as it was').waitFor();
    await page.getByRole('button', { name: 'Back to the newest' }).click();
    await log(page).getByText('3+3 = 6').waitFor();

    await page.getByRole('button', { name: 'Answer again' }).click();
    await page.getByRole('button', { name: 'Earlier version' }).nth(1).waitFor();
    expect(await log(page).getByText('3+3 = 6').count()).toBe(1);
  });

  it('finds earlier versions however far back they are', async () => {
    const id = await createThread('Versions of long ago');
    await runToEnd(id, 'What is 2+2?');
    const [first] = (await callApi<Checkpoint[]>('GET', `/threads/${id}/history`)).toReversed();
    const [question] = first?.values.messages ?? [];
    await callApi('POST', '/runs/wait', {
      thread_id: id,
      checkpoint_id: first?.checkpoint.checkpoint_id,
      input: [{ id: question?.id, role: 'user', content: 'What is 3+3?' }],
    });
    // Each is a step of the history, of which a page has fewer.
    for (let n = 0; n < 60; n++)
      await callApi('POST', `/threads/${id}/state`, {
        values: [{ role: n % 2 ? 'assistant' : 'user', content: `${n}` }],
      });
    const page = await browser.open(`/threads/${id}`);
    await log(page).getByText('59', { exact: true }).waitFor();
    const edited = log(page).getByText('3+3 = 6');
    // Each time to the first that is loaded; those in front of it are loaded then.
    await expect
      .poll(async () => (await edited.isVisible()) || (await log(page).press('Home')), { timeout: 15_000 })
      .toBe(true);
    await log(page).getByText('2 / 2').first().waitFor();
    await page.getByRole('button', { name: 'Earlier version' }).first().click();
    await log(page).getByText('2+2 = 4').waitFor();
  });
});

describe('a thread', () => {
  it('is given to another assistant, which answers from then on', async () => {
    const { assistant_id: id } = await callApi<{ assistant_id: string }>('POST', '/assistants', {
      name: 'Second opinion',
    });
    const threadId = await createThread('Handed over');
    const page = await browser.open(`/threads/${threadId}`);
    await page.getByRole('button', { name: 'Thread actions' }).click();
    await page.getByRole('menuitem', { name: 'Change assistant…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Change assistant' });
    await dialog.getByLabel('Assistant').selectOption(id);
    await dialog.getByRole('button', { name: 'Change assistant' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('heading', { name: 'Second opinion' }).waitFor();
    await say(page, 'Count to 3');
    await log(page).getByText('1, 2, 3').waitFor();
    const [run] = await callApi<{ assistant_id: string }[]>('GET', `/threads/${threadId}/runs?limit=1`);
    expect(run?.assistant_id).toBe(id);
    await callApi('DELETE', `/threads/${threadId}`);
    await callApi('DELETE', `/assistants/${id}`);
  });

  it('is renamed in place and deleted after a warning that says that it cannot be undone', async () => {
    const page = await browser.open(`/threads/${await createThread('Old name')}`);
    await page.getByRole('button', { name: 'Rename: Old name' }).click();
    await page.getByRole('textbox', { name: 'Name of the thread' }).fill('New name');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /New name/ }).waitFor();
    const list = page.getByRole('list', { name: /^Threads/ });
    await list.getByText('New name').waitFor();

    await page.getByRole('button', { name: 'Thread actions' }).click();
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    const warning = page.getByRole('alertdialog');
    await warning.getByText('This cannot be undone.').waitFor();
    await warning.getByRole('button', { name: 'Delete thread' }).click();
    await page.waitForURL('**/app/threads');
    await list.getByText('New name').waitFor({ state: 'detached' });
  });

  it('has a history in which a step is chosen, compared, and continued from', async () => {
    const id = await createThread('History');
    await runToEnd(id, 'What is 5*5?');
    await runToEnd(id, 'Count to 3');
    const page = await browser.open(`/threads/${id}`);
    await page.getByRole('button', { name: 'History', exact: true }).click();
    const history = page.getByRole('complementary', { name: 'History' });
    await history.getByRole('button', { name: /Model.*#4/ }).click();
    await history.getByText('Compared with step 3').waitFor();
    await history.getByText('Added').first().waitFor();
    await log(page).getByText('Count to 3').waitFor({ state: 'detached' });
    await history.getByRole('button', { name: 'Continue from here' }).click();
    await page.keyboard.type('Count to 9');
    await page.keyboard.press('Enter');
    await log(page).getByText('1, 2, 3, 4, 5, 6, 7, 8, 9.').waitFor();
    expect(await log(page).getByText('Count to 3').count()).toBe(0);
    await history.getByText('from 4').waitFor();
  });

  it('has its history over it at phone width, and a step leads back to the composer', async () => {
    const id = await createThread('On a phone');
    await runToEnd(id, 'Count to 3');
    const page = await browser.open(`/threads/${id}?panel=history`, { viewport: { width: 390, height: 844 } });
    const history = page.getByRole('complementary', { name: 'History' });
    await history.getByRole('button', { name: /Input.*#1/ }).click();
    await history.getByRole('button', { name: 'Continue from here' }).click();
    await history.waitFor({ state: 'detached' });
    await page.waitForFunction("document.activeElement?.getAttribute('aria-label') === 'Message'");
    await page.getByText('You see the thread as it was at step 1').waitFor();
  });

  it('is found by its name', async () => {
    await createThread('A very particular thread');
    const page = await browser.open('/threads');
    await page.getByRole('textbox', { name: 'Search threads by name' }).fill('PARTICULAR');
    const rows = page.getByRole('list', { name: /^Threads/ }).getByRole('listitem');
    await rows.getByText('A very particular thread').waitFor();
    await page.getByRole('textbox', { name: 'Search threads by name' }).fill('no such name');
    await page.getByText('Nothing found').waitFor();
  });
});

describe('with the keyboard alone', () => {
  it('a thread is created, asked, and left', async () => {
    const page = await browser.open('/threads');
    await page.getByRole('button', { name: 'New thread' }).first().waitFor();
    const tabTo = async (name: string, key = 'Tab') => {
      for (let n = 0; n < 40; n++) {
        await page.keyboard.press(key);
        const label = await page.evaluate<string>(FOCUSED);
        if (label === name) return;
      }
      throw new Error(`${name} is not reached with Tab`);
    };
    await tabTo('New thread');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByRole('option').first().waitFor({ state: 'attached' });
    await page.keyboard.type('By hand');
    await tabTo('Assistant');
    await page.keyboard.type('Demo assistant');
    await tabTo('Name', 'Shift+Tab');
    await page.keyboard.press('Enter');
    await page.getByText('Say something to begin').waitFor();
    // The composer has the focus.
    await page.keyboard.type('first line');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('What is 6*6?');
    await page.keyboard.press('Enter');
    await log(page).getByText('6*6 = 36').waitFor();
    await tabTo('History', 'Shift+Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('complementary', { name: 'History' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('complementary', { name: 'History' }).waitFor({ state: 'detached' });
  });
});

describe('an answer from documents', () => {
  it('shows its sources, and each opens the passage', async () => {
    await expect
      .poll(
        () =>
          callApi<{ status: string }[]>('GET', '/documents?limit=100').then(
            (all) => all.filter(({ status }) => status === 'ready').length,
          ),
        { timeout: 60_000 },
      )
      .toBeGreaterThan(5);
    const thread = await createThread('Asks the documents');
    const page = await browser.open(`/threads/${thread}`);
    await say(page, 'How do I resume a stream?');
    await log(page).locator('[data-tool-card=search_documents][data-state-of-call=done]').waitFor();
    const sources = log(page).getByRole('region', { name: 'Sources' });
    const first = sources.getByRole('button', { name: /streaming\.md/ }).first();
    await first.waitFor();
    await inspectPage(page, 'conversation-sources');
    await first.click();
    await sources.locator('blockquote').getByText('Last-Event-ID').first().waitFor();
    await inspectPage(page, 'conversation-source-open');
    // Known to whoever comes later, too.
    await page.reload();
    await sources
      .getByRole('button', { name: /streaming\.md/ })
      .first()
      .waitFor();
  });
});
