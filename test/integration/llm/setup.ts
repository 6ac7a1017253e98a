import { afterEach } from 'vitest';
import { createLlm } from '../../../src/shared/llm/create-llm.ts';
import type { LlmRequest } from '../../../src/shared/llm/llm.ts';
import type { FakeAnswer } from '../../support/fake-model/fake-answer.ts';
import { startFakeModel } from '../../support/fake-model/start-fake-model.ts';

const undo: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

type LlmOptions = Parameters<typeof createLlm>[0];

/** A client of `baseUrl`, closed after the test. */
export const openLlm = (baseUrl: string, options: Partial<LlmOptions> = {}) => {
  const llm = createLlm({ baseUrl, apiKey: 'key-1', ...options });
  undo.push(() => llm.close());
  return llm;
};

/** A fake model with this queue and a client for it, both stopped after the test. */
export const openModel = async (answers: FakeAnswer | readonly FakeAnswer[], options: Partial<LlmOptions> = {}) => {
  const model = await startFakeModel();
  undo.push(() => model.stop());
  model.script(answers);
  const llm = openLlm(model.baseUrl, options);
  const deltas: string[] = [];
  const controller = new AbortController();
  return {
    model,
    llm,
    deltas,
    controller,
    ask: (request: Partial<LlmRequest> = {}) =>
      llm.stream(
        { model: 'fake-model', messages: [{ role: 'user', content: 'hello' }], ...request },
        { onText: (delta) => deltas.push(delta) },
        controller.signal,
      ),
  };
};
