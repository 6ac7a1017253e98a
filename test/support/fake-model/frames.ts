import { type FakeAnswer, finishReason, textChunks, toolCalls, usageOf } from './fake-answer.ts';

/** An answer as it goes over the wire: `chunks` can be cut off by a fault, `tail` is what makes it complete. */
export interface Frames {
  readonly chunks: readonly string[];
  readonly tail: string;
  /** The first frame of `tail`, the one with the finish reason. */
  readonly finish: string;
  readonly whole: Buffer;
}

const HEAD = '"id":"chatcmpl-fake","object":"chat.completion.chunk","created":1700000000,"model":"fake-model"';

const chunkFrame = (delta: string, finish: string): string =>
  `data: {${HEAD},"choices":[{"index":0,"delta":${delta},"finish_reason":${finish}}]}\n\n`;

/** A chunk that says nothing. */
export const EMPTY_FRAME = chunkFrame('{"role":"assistant","content":""}', 'null');

const cache = new WeakMap<FakeAnswer, Frames>();

/** Builds the frames of an answer, once per answer object. */
export const framesOf = (answer: FakeAnswer): Frames => {
  const known = cache.get(answer);
  if (known) return known;
  const texts = textChunks(answer).map((text, i) =>
    chunkFrame(`{${i === 0 ? '"role":"assistant",' : ''}"content":${JSON.stringify(text)}}`, 'null'),
  );
  const calls = toolCalls(answer).map((call, index) => {
    const delta = { index, id: call.id, type: 'function', function: { name: call.name, arguments: call.arguments } };
    return chunkFrame(`{"role":"assistant","content":null,"tool_calls":[${JSON.stringify(delta)}]}`, 'null');
  });
  const usage = usageOf(answer);
  const usageFrame = usage === null ? '' : `data: {${HEAD},"choices":[],"usage":${JSON.stringify(usage)}}\n\n`;
  const finish = chunkFrame('{}', JSON.stringify(finishReason(answer)));
  const tail = `${finish}${usageFrame}data: [DONE]\n\n`;
  const chunks = [...texts, ...calls];
  const frames = { chunks, tail, finish, whole: Buffer.from(chunks.join('') + tail) };
  cache.set(answer, frames);
  return frames;
};

/** The same answer as one `chat.completion` document. */
export const documentOf = (answer: FakeAnswer): string => {
  const calls = toolCalls(answer).map(({ id, name, arguments: args }) => ({
    id,
    type: 'function',
    function: { name, arguments: args },
  }));
  return JSON.stringify({
    id: 'chatcmpl-fake',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'fake-model',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: textChunks(answer).join('') || null,
          ...(calls.length > 0 && { tool_calls: calls }),
        },
        finish_reason: finishReason(answer),
      },
    ],
    usage: usageOf(answer) ?? undefined,
  });
};
