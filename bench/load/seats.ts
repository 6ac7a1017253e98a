import type { AnswerRequest } from './stream-answer.ts';
import type { Goal } from './work.ts';

/** What `prepare` made on the server. */
export interface Prepared {
  readonly assistantId: string;
  /** Used in turn: the one that has rested longest is next. */
  readonly threads: string[];
}

type Call = Pick<AnswerRequest, 'url' | 'dialect' | 'body'>;

/** Where a run goes: its request, and what gives its thread back afterwards. */
export interface Seat {
  readonly call: Call;
  readonly leave: () => void;
}

/** @throws when more runs want a thread at a time than there are. */
export const takeSeat = (goal: Goal, prepared: Prepared | null, question: string): Seat => {
  const stay = (): void => undefined;
  switch (goal.kind) {
    case 'model':
      return { call: askModel(goal.url, question), leave: stay };
    case 'bare':
      return { call: startRun(goal.url, { input: question }), leave: stay };
    case 'temporary':
      return { call: startRun(goal.url, { assistant_id: prepared?.assistantId, input: question }), leave: stay };
    case 'threads': {
      const thread = prepared?.threads.shift();
      if (thread === undefined) throw new Error('no thread is free; prepare more');
      return {
        call: startRun(goal.url, { thread_id: thread, input: question }),
        leave: () => void prepared?.threads.push(thread),
      };
    }
    default:
      return goal satisfies never;
  }
};

const startRun = (url: string, body: object): Call => ({ url: `${url}/runs/stream`, dialect: 'runs', body });

const askModel = (url: string, question: string): Call => ({
  url: `${url}/chat/completions`,
  dialect: 'model',
  body: {
    model: 'fake-model',
    stream: true,
    stream_options: { include_usage: true },
    messages: [{ role: 'user', content: question }],
  },
});
