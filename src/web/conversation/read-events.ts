import { createParser, type EventSourceMessage } from 'eventsource-parser';

/** The server sends something at least every 5 s; this long without anything means that the connection is dead. */
const SILENCE_MS = 15_000;

/**
 * The events of a streamed answer, in order, as they come. Ends when the answer ends.
 * @throws when the connection breaks, or is silent for 15 s
 */
export async function* readEvents(response: Response): AsyncGenerator<EventSourceMessage> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) return;
  const ready: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => void ready.push(event) });
  try {
    for (;;) {
      const { done, value } = await orSilence(reader.read());
      if (done) return;
      parser.feed(value);
      yield* ready.splice(0);
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}

async function orSilence<T>(reading: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the stream went silent')), SILENCE_MS);
  });
  try {
    return await Promise.race([reading, silence]);
  } finally {
    clearTimeout(timer);
  }
}
