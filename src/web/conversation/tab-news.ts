const NAME = 'skein.threads';

/** Tells the other tabs of this browser that something happened on a thread, so that they need not wait for their next look. */
export function notifyTabs(threadId: string): void {
  const channel = new BroadcastChannel(NAME);
  channel.postMessage(threadId);
  channel.close();
}

/** @returns stops listening */
export function onTabNews(listener: (threadId: string) => void): () => void {
  const channel = new BroadcastChannel(NAME);
  channel.onmessage = ({ data }) => listener(String(data));
  return () => channel.close();
}
