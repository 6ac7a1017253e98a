import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { inspectPage } from './support/inspect-page.ts';
import { useBrowser } from './support/use-browser.ts';
import { ADMIN_KEY, useKeyedServer } from './support/use-keyed-server.ts';

const server = useKeyedServer();
const browser = useBrowser();

/** What the browser itself writes about an answer that is no success. */
const REFUSED = /status of 40[13]/;

/** A page of the server that asks for keys. */
function open(path: string): Promise<Page> {
  browser.expectErrors(REFUSED);
  return browser.open(path, { baseURL: server.baseUrl });
}

const heading = (page: Page) => page.getByRole('heading', { name: 'Sign in to Skein' });

const focused = (page: Page) => page.locator(':focus').getAttribute('name');

async function signIn(page: Page, key: string): Promise<void> {
  await page.getByLabel('API key', { exact: true }).fill(key);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** A page that is signed in. */
async function openSignedIn(path: string, key: string): Promise<Page> {
  const page = await open(path);
  await signIn(page, key);
  await heading(page).waitFor({ state: 'detached' });
  return page;
}

/** A thread of the default project. */
async function createThread(name: string): Promise<string> {
  const [assistant] = await server.admin<{ assistant_id: string }[]>('GET', '/assistants');
  const body = { name, assistant_id: assistant?.assistant_id };
  return (await server.admin<{ thread_id: string }>('POST', '/threads', body)).thread_id;
}

describe('the sign-in', () => {
  it('is asked for where the person is, refuses a wrong key, and goes on there with a good one', async () => {
    const { key } = await server.createKey('Good');
    const page = await open('/runs?status=failed');
    await heading(page).waitFor();
    const field = page.getByLabel('API key', { exact: true });
    expect(await focused(page)).toBe('api-key');
    await signIn(page, 'skein_wrong');
    await page.getByText('wrong, or it was revoked').first().waitFor();
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    expect(await focused(page)).toBe('api-key');
    await signIn(page, key);
    await page.getByRole('heading', { name: 'Runs', exact: true }).waitFor();
    expect(new URL(page.url()).search).toContain('status=failed');
  });

  it('leaves the key nowhere that a script or a log could find it, and lasts over a reload', async () => {
    const { key } = await server.createKey('Not kept');
    const page = await openSignedIn('/assistants', key);
    await page.getByText('Demo assistant').first().waitFor();
    await page.reload();
    await page.getByText('Demo assistant').first().waitFor();
    const seen = await page.evaluate(
      'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href, document.documentElement.outerHTML])',
    );
    expect(seen).not.toContain(key);
    expect(seen).not.toContain('skein_session');
    const [cookie, ...others] = await page.context().cookies();
    expect(others).toEqual([]);
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
    expect(cookie?.value).not.toContain(key);
  });

  it('says when the server cannot be reached', async () => {
    browser.expectErrors(/ERR_INTERNET_DISCONNECTED/);
    const page = await open('/assistants');
    await heading(page).waitFor();
    await page.context().setOffline(true);
    await signIn(page, 'skein_any');
    await page.getByRole('alert').getByText('cannot be reached').waitFor();
  });

  it('looks right at both widths and in both themes, without a serious finding of axe', async () => {
    const page = await open('/threads');
    await heading(page).waitFor();
    await inspectPage(page, 'sign-in');
    await signIn(page, 'skein_wrong');
    await page.getByText('wrong, or it was revoked').first().waitFor();
    await inspectPage(page, 'sign-in-refused');
  });
});

describe('a session', () => {
  it('streams answers, and leads back to the sign-in and then to the thread when its key is revoked', async () => {
    const { key, key_id } = await server.createKey('Streams');
    const thread_id = await createThread('Signed in');
    const page = await openSignedIn(`/threads/${thread_id}`, key);
    await page.getByRole('textbox', { name: 'Message' }).fill('Count to 40');
    await page.keyboard.press('Enter');
    await page
      .getByText(/\b40\b/)
      .last()
      .waitFor();

    browser.expectErrors(/ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY/);
    await page.getByRole('textbox', { name: 'Message' }).fill('Count to 900');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: /stop/i }).first().waitFor();
    await server.revokeKey(key_id);
    await heading(page).waitFor();
    expect(new URL(page.url()).pathname).toBe(`/app/threads/${thread_id}`);
    await signIn(page, key);
    await page.getByText('wrong, or it was revoked').first().waitFor();
    await signIn(page, (await server.createKey('Next')).key);
    await page.getByText('Count to 900').first().waitFor();
    await server.admin('POST', `/threads/${thread_id}/runs/cancel`);
  });

  it('is named in the settings, and ends there', async () => {
    const { key, key_id } = await server.createKey('Named', ['runs', 'read', 'ops']);
    const page = await openSignedIn('/settings', key);
    await page.getByText(key_id).waitFor();
    await page.getByText('read and change what is in the project; see and steer the queues').waitFor();
    expect(await page.getByRole('heading', { name: 'API keys' }).count()).toBe(0);
    await inspectPage(page, 'settings-signed-in');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await heading(page).waitFor();
    await page.reload();
    await heading(page).waitFor();
    expect(await page.context().cookies()).toEqual([]);
  });

  it('says what its key does not allow', async () => {
    const page = await openSignedIn('/queues', (await server.createKey('No ops')).key);
    await page.getByText('Your key does not allow this').waitFor();
    await page.getByText('lacks the scope "ops"').waitFor();
    await inspectPage(page, 'queues-not-allowed');
  });

  it('keeps what was written when its key may only read', async () => {
    const thread = await createThread('Only read');
    const page = await openSignedIn(`/threads/${thread}`, (await server.createKey('Reads', ['read'])).key);
    await page.getByRole('textbox', { name: 'Message', exact: true }).fill('May I?');
    await page.keyboard.press('Enter');
    await page.getByText('lacks the scope "runs"').waitFor();
    await page.getByText('May I?').first().waitFor();
    await inspectPage(page, 'conversation-not-allowed');
  });
});

describe('the admin key', () => {
  it('makes a key, shows it once, and revokes it', async () => {
    const page = await openSignedIn('/settings', ADMIN_KEY);
    await page.getByRole('button', { name: 'New key' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Made here');
    await dialog.getByRole('checkbox', { name: /^ops/ }).click();
    await inspectPage(page, 'new-key');
    await dialog.getByRole('button', { name: 'Make key' }).click();
    await dialog.getByText('cannot be shown again').waitFor();
    await inspectPage(page, 'made-key');
    const key = (await dialog.locator('code').textContent()) ?? '';
    expect(key).toMatch(/^skein_\w{49}$/);
    const caller = async () => (await fetch(`${server.baseUrl}/session`, { headers: { 'x-api-key': key } })).status;
    expect(await caller()).toBe(200);
    // As over plain HTTP, where there is no clipboard to write to.
    await page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })");
    await dialog.getByRole('button', { name: 'Copy the key' }).click();
    await dialog.getByRole('button', { name: 'Copied' }).waitFor();
    await page.mouse.click(5, 5);
    await dialog.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'New key' }).click();
    await dialog.getByLabel('Name').press('Control+v');
    expect(await dialog.getByLabel('Name').inputValue()).toBe(key);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    const row = page.getByRole('list', { name: 'Keys' }).getByRole('listitem').filter({ hasText: 'Made here' });
    await row.getByText('scopes: runs, ops').waitFor();
    expect(await page.content()).not.toContain(key);
    await page.setViewportSize({ width: 390, height: 844 });
    await row.scrollIntoViewIfNeeded();
    await inspectPage(page, 'settings-keys');
    await row.getByRole('button', { name: 'Revoke: Made here' }).click();
    await inspectPage(page, 'revoke-key');
    await page.getByRole('alertdialog').getByRole('button', { name: 'Revoke key' }).click();
    await row.getByText('revoked').waitFor();
    await expect.poll(caller, { timeout: 10_000 }).toBe(401);
  });

  it('sees the keys of every project', async () => {
    const { project_id } = await server.admin<{ project_id: string }>('POST', '/projects', { name: 'Second' });
    const page = await openSignedIn('/settings', ADMIN_KEY);
    await page.getByLabel('Project', { exact: true }).selectOption('Second');
    await page.getByText('This project has no keys').waitFor();
    await server.admin('POST', `/projects/${project_id}/keys`, { name: 'Of the second' });
    await page.reload();
    await page.getByLabel('Project', { exact: true }).selectOption('Second');
    await page.getByRole('list', { name: 'Keys' }).getByText('Of the second').waitFor();
    expect(await page.getByRole('list', { name: 'Keys' }).getByRole('listitem').count()).toBe(1);
    await inspectPage(page, 'settings-projects');
  });
});
