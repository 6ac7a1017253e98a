import { Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { quantilesOf } from '../measure/spread.ts';
import { createCostWindow } from './cost-window.ts';
import { readModelStarts } from './model-starts.ts';
import { answerOf, questionFor } from './question.ts';
import { type Prepared, takeSeat } from './seats.ts';
import { streamAnswer } from './stream-answer.ts';
import type { PacedResult, PacedWork } from './work.ts';

/** How long the slowest start may take: answers last this much longer than ramp, settling and window. */
const SPARE_MS = 1000;

/** A token that comes later than this after it was due counts as not delivered. */
const LATE_MS = 1000;

/** A piece of text as it came: the tokens up to `last` of a stream are there at `at` (epoch milliseconds, as the model's own times). */
interface Arrival {
  readonly at: number;
  readonly first: number;
  readonly last: number;
}

/** Opens the streams one after the other, measures while all are open, and waits for the end of all. */
export const runPacedStreams = async (work: PacedWork, prepared: Prepared | null): Promise<PacedResult> => {
  const agent = new Agent({ keepAlive: true, maxSockets: work.streams });
  const delayMs = 1000 / work.tokensPerSecond;
  const tokens = Math.ceil((work.rampMs + work.settleMs + work.windowMs + SPARE_MS) / delayMs);
  const expected = answerOf(tokens);
  const marks = Array.from({ length: work.streams }, (_, i) => `${process.pid}-${Date.now()}-${i}`);
  const questions = marks.map((mark) => questionFor(tokens, { delayMs, mark }));
  const arrivals: Arrival[][] = questions.map(() => []);
  const problems: string[] = [];

  const stream = async (question: string, i: number): Promise<void> => {
    await delay((i * work.rampMs) / work.streams);
    const { call, leave } = takeSeat(work.goal, prepared, question);
    const mine = arrivals[i] ?? [];
    const onTokens = (count: number): void => {
      const first = (mine.at(-1)?.last ?? -1) + 1;
      mine.push({ at: Date.now(), first, last: first + count - 1 });
    };
    const { problem } = await streamAnswer({ ...call, agent, expected, onTokens });
    leave();
    if (problem !== null) problems.push(problem);
  };

  const window = createCostWindow(work.pids);
  const streams = Promise.all(questions.map(stream));
  await delay(work.rampMs + work.settleMs);
  window.open();
  const from = Date.now();
  await delay(work.windowMs);
  const { seconds, costs, otherCores } = window.close();
  const to = Date.now();
  await streams;
  agent.destroy();

  const starts = await readModelStarts(work.modelUrl);
  const addedMs: number[] = [];
  for (const [i, question] of questions.entries()) {
    const startedAt = starts.get(question);
    if (startedAt === undefined) continue;
    for (const { at, first, last } of arrivals[i] ?? []) {
      for (let token = first; token <= last; token++) {
        const due = startedAt + (token + 1) * delayMs;
        if (due >= from && due < to) addedMs.push(at - due);
      }
    }
  }
  return {
    kind: 'paced',
    tokens: addedMs.filter((ms) => ms <= LATE_MS).length,
    offered: Math.round((work.streams * (to - from)) / delayMs),
    seconds,
    addedMs: quantilesOf(addedMs),
    costs,
    otherCores,
    problems,
  };
};
