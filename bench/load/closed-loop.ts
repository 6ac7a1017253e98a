import { Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { quantilesOf } from '../measure/spread.ts';
import { createCostWindow } from './cost-window.ts';
import { answerOf, questionFor } from './question.ts';
import { type Prepared, takeSeat } from './seats.ts';
import { type Answer, streamAnswer } from './stream-answer.ts';
import type { ClosedResult, ClosedWork } from './work.ts';

/** A server that fails every run would otherwise be asked as fast as it can refuse. */
const MAX_PROBLEMS = 20;

/** Runs the clients through warm-up and window; those under way at the end are waited for and checked, but not counted. */
export const runClosedLoop = async (work: ClosedWork, prepared: Prepared | null): Promise<ClosedResult> => {
  const agent = new Agent({ keepAlive: true, maxSockets: work.clients, scheduling: 'lifo' });
  const question = questionFor(work.tokens);
  const expected = answerOf(work.tokens);
  const problems: string[] = [];
  let counted: Answer[] = [];
  let over = false;

  const client = async (): Promise<void> => {
    while (!over && problems.length < MAX_PROBLEMS) {
      const { call, leave } = takeSeat(work.goal, prepared, question);
      const answer = await streamAnswer({ ...call, agent, expected });
      leave();
      if (answer.problem === null) counted.push(answer);
      else problems.push(answer.problem);
    }
  };

  const window = createCostWindow(work.pids);
  const clients = Promise.all(Array.from({ length: work.clients }, client));
  await delay(work.warmUpMs);
  counted = [];
  window.open();
  await delay(work.windowMs);
  const { seconds, costs, otherCores } = window.close();
  const measured = counted;
  counted = [];
  over = true;
  await clients;
  agent.destroy();
  return {
    kind: 'closed',
    runs: measured.length,
    seconds,
    firstTextMs: quantilesOf(measured.map((answer) => answer.firstTextMs)),
    doneMs: quantilesOf(measured.map((answer) => answer.doneMs)),
    costs,
    otherCores,
    problems,
  };
};
