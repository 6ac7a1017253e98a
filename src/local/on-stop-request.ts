/** npm passes a signal on to its script, which Ctrl-C in a terminal has reached already: within this time two signals are one. */
const SAME_REQUEST_MS = 300;
const PARENT_CHECK_MS = 500;

/**
 * Settles with `'stop'` on the first SIGINT, SIGTERM or SIGHUP. A later one calls `atOnce`. The end of the parent process counts as a request when npm is the parent,
 * because the shell that npm puts in between does not pass its signals on.
 */
export function onStopRequest(atOnce: () => void): Promise<'stop'> {
  const { promise, resolve } = Promise.withResolvers<'stop'>();
  let firstAt: number | null = null;
  const onSignal = (): void => {
    if (firstAt !== null && Date.now() - firstAt > SAME_REQUEST_MS) atOnce();
    firstAt ??= Date.now();
    resolve('stop');
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);

  if (process.env.npm_lifecycle_event) {
    const parent = process.ppid;
    const timer = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(timer);
      firstAt ??= Date.now();
      resolve('stop');
    }, PARENT_CHECK_MS);
    timer.unref();
  }
  return promise;
}
