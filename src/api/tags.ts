/** Sections of the reference, in reading order; `/docs#<name>` lands on one. */
export const TAGS = {
  Threads: 'A thread is an append-only log of messages. Its runs start in the order they were accepted, one at a time.',
  Runs: 'One execution of an assistant on a thread: accepted at once, executed by a worker, streamed as Server-Sent Events.',
  Batches:
    'Thousands of runs in one upload, behind everything that a person waits for: one object with counts, progress as it happens, results as lines of JSON.',
  Assistants:
    'Model, instructions, tools and limits under a name. Every change is a new version; a run keeps the one it began with.',
  Schedules: 'Runs that start by the clock: a cron expression in a time zone, on a thread or on a new one each time.',
  Documents:
    'Texts of a project that assistants search: uploaded as they are, read in the background, found by their passages.',
  Webhooks:
    'Endpoints of a project that are told when runs end or wait: signed, repeated until they answer, with a log of what was sent.',
  Projects:
    'For the operator, with the admin key: whose data it is, and the keys that open it. Nothing of one project is seen from another.',
  Sessions: 'For people in a browser: a cookie that stands for a key.',
  Operations:
    'For operators, across projects: queues, workers, how the last hour went, pausing a lane, running a run again.',
  Usage: 'Runs and tokens by project, assistant, model and day.',
  System: 'Health, version and this reference.',
} as const;

export type Tag = keyof typeof TAGS;
