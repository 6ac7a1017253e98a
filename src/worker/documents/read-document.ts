import { Worker } from 'node:worker_threads';
import { DocumentProblem } from './extract/document-problem.ts';
import type { FromThread, ReadPassage, ThreadData } from './thread-messages.ts';

export interface ReadLimits {
  /** From the start of the thread until the text is cut; after that the pace is the database's. */
  readonly timeoutMs: number;
  /** Of its JavaScript heap, and once more of buffers outside of it. */
  readonly memoryMb: number;
}

const LOOK_MS = 100;

export interface ReadHandlers {
  /** From 0 to 1. */
  readonly onProgress: (done: number) => void;
  readonly onRead: (sizes: { readonly chunks: number; readonly characters: number }) => void;
  /** One at a time, in order. */
  readonly onPassages: (passages: readonly ReadPassage[]) => Promise<void>;
}

/**
 * Reads a document in a thread of its own, which is ended with it: a thread that a hostile file has been in is not used again. The buffer of `bytes` is handed over and empty afterwards.
 * @throws DocumentProblem; the reason of `signal`; what `onPassages` throws
 */
export async function readDocument(
  data: ThreadData,
  handlers: ReadHandlers,
  signal: AbortSignal,
  limits: ReadLimits,
): Promise<void> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const thread = new Worker(new URL('./parse-thread.ts', import.meta.url), {
    workerData: data,
    transferList: [data.bytes.buffer as ArrayBuffer],
    resourceLimits: { maxOldGenerationSizeMb: limits.memoryMb, maxYoungGenerationSizeMb: 64 },
    // Parsers warn of what they find in files; nobody reads that. Nor do they get our environment.
    stdout: true,
    stderr: true,
    env: {},
    execArgv: [],
  });
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener('abort', onAbort);
  const timer = setTimeout(
    () => reject(new DocumentProblem('parse_timeout', `It could not be read in ${limits.timeoutMs / 1000} seconds.`)),
    limits.timeoutMs,
  );
  // The limits of a thread do not hold for buffers, which is where unpacked data goes.
  const watch = setInterval(() => {
    thread.getHeapStatistics().then(
      ({ external_memory }) => {
        if (external_memory > limits.memoryMb * 1_048_576) reject(tooComplex());
      },
      () => undefined,
    );
  }, LOOK_MS);

  const take = async (message: FromThread): Promise<void> => {
    switch (message.type) {
      case 'progress':
        return handlers.onProgress(message.done);
      case 'read':
        clearTimeout(timer);
        handlers.onRead(message);
        return thread.postMessage('next');
      case 'passages':
        if (message.passages.length === 0) return resolve();
        await handlers.onPassages(message.passages);
        return thread.postMessage('next');
      case 'problem':
        throw new DocumentProblem(message.code, message.message);
    }
  };
  thread.on('message', (message: FromThread) => void take(message).catch(reject));
  thread.on('error', (error) => reject(isOutOfMemory(error) ? tooComplex() : unreadable(error)));
  // Its last message is delivered just before; what it says comes first.
  thread.on('exit', () => setImmediate(() => reject(unreadable())));
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    clearInterval(watch);
    signal.removeEventListener('abort', onAbort);
    await thread.terminate();
  }
}

const isOutOfMemory = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
const tooComplex = (): DocumentProblem =>
  new DocumentProblem('too_complex', 'Reading it takes more memory than a document may.');
/** A parser that fails in a way of its own has met a file that its format does not allow. */
const unreadable = (cause?: unknown): DocumentProblem =>
  Object.assign(new DocumentProblem('broken', 'The file cannot be read.'), { cause });
