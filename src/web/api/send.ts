/** Event of `sessionNews`: the server asks who we are. `detail` is when the request that it answers was sent, on the clock of `performance.now`. */
export const SIGN_IN_NEEDED = 'sign-in-needed';

/** What answers say of the session of this page, whoever asked. */
export const sessionNews = new EventTarget();

/** Every request of this page goes through here: fetch, which makes known that the server wants a session, or does not take the one there was any more. */
export async function send(...request: Parameters<typeof fetch>): Promise<Response> {
  const sentAt = performance.now();
  const response = await fetch(...request);
  if (response.status === 401) sessionNews.dispatchEvent(new CustomEvent(SIGN_IN_NEEDED, { detail: sentAt }));
  return response;
}
