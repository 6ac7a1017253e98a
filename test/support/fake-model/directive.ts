import type { FakeAnswer } from './fake-answer.ts';

/** What a run's model calls get: one list of attempts per step. The last step and the last attempt repeat. */
export interface FakeScript {
  readonly steps: readonly (readonly FakeAnswer[])[];
}

type Step = FakeAnswer | readonly FakeAnswer[];

/** Turns `answer`, `{ steps: [step, …] }` or `[attempt, …]` into a script; a step is an answer or a list of attempts. */
export const toScript = (value: Step | { readonly steps: readonly Step[] }): FakeScript => {
  const steps = 'steps' in value ? value.steps : [value];
  return { steps: steps.map((step) => ('length' in step ? step : [step])) };
};

const cache = new Map<string, FakeScript>();
const CACHE_SIZE = 500;

/**
 * Reads `[[fake: <JSON>]]` from a user message; null when there is none. Throws a SyntaxError when the JSON is broken. The
 * same directive gives the same object, so that its frames are built once.
 */
export const readDirective = (text: string): FakeScript | null => {
  const start = text.indexOf('[[fake:');
  if (start === -1) return null;
  const end = text.lastIndexOf(']]');
  const json = text.slice(start + '[[fake:'.length, end === -1 ? undefined : end);
  const known = cache.get(json);
  if (known) return known;
  const script = toScript(JSON.parse(json));
  if (cache.size >= CACHE_SIZE) cache.clear();
  cache.set(json, script);
  return script;
};
