/** A question as somebody may ask it, and where the answer stands: any of these headings of any of these documents. */
export interface Question {
  readonly ask: string;
  readonly answers: readonly (readonly [document: string, heading: string])[];
}

const q = (ask: string, ...answers: Question['answers']): Question => ({ ask, answers });

/** Written from the docs' tables of contents and in a reader's words, before any search was run on them. A heading stands for all that is under it. */
export const QUESTIONS: readonly Question[] = [
  q(
    'How do I resume a stream?',
    ['docs/streaming.md', 'Rejoining'],
    ['docs/streaming.md', 'Ids and cursors'],
    ['docs/streaming.md', 'A complete client'],
  ),
  q('What does Last-Event-ID do?', ['docs/streaming.md', 'Rejoining'], ['docs/streaming.md', 'Ids and cursors']),
  q('Which events does a run stream send?', ['docs/streaming.md', 'Events']),
  q('Example of a client that reads the event stream', ['docs/streaming.md', 'A complete client']),
  q('How often is a heartbeat sent on a quiet connection?', ['docs/streaming.md', 'Heartbeats and slow readers']),
  q(
    'What happens to a reader that is too slow?',
    ['docs/streaming.md', 'Heartbeats and slow readers'],
    ['docs/operations.md', 'Readers are cut off'],
  ),
  q('multitask_strategy', ['docs/run-lifecycle.md', 'A busy thread']),
  q('What if I send a message while another run is active on the thread?', ['docs/run-lifecycle.md', 'A busy thread']),
  q('Which states can a run have and who changes them?', ['docs/run-lifecycle.md', 'Who may move a run where']),
  q(
    'Can a tool call be executed twice after a crash?',
    ['docs/run-lifecycle.md', 'What may happen twice, and why that is safe'],
    ['README.md', 'What it promises'],
  ),
  q('How are long threads shortened before the model sees them?', ['docs/run-lifecycle.md', 'What the model is shown']),
  q('response_format with a JSON schema', ['docs/run-lifecycle.md', 'Formats of answers']),
  q('How is fairness between projects in the queue kept?', ['docs/run-lifecycle.md', 'Shares of the queue']),
  q(
    'Which folder contains the sweeper?',
    ['docs/architecture.md', 'Folder by folder'],
    ['docs/architecture.md', 'The life of a run'],
  ),
  q('Which unique indexes are there and what do they guarantee?', ['docs/architecture.md', 'Data model']),
  q('What is stored in Redis?', ['docs/architecture.md', 'What Redis holds']),
  q('How does the embedded store keep data?', ['docs/architecture.md', 'The embedded store']),
  q('What does npm start launch?', ['docs/architecture.md', 'Local mode'], ['README.md', 'Two commands']),
  q('How is a fork of a conversation stored?', ['docs/architecture.md', 'A thread is a log']),
  q(
    'Create a project and an API key',
    ['docs/authentication.md', 'From nothing to a run'],
    ['docs/authentication.md', 'What the admin key may do'],
  ),
  q('Which scopes can a key have?', ['docs/authentication.md', 'Scopes']),
  q('rotate an API key', ['docs/authentication.md', 'Revoking and rotating']),
  q('How do people sign in with a browser, cookies?', ['docs/authentication.md', 'People in a browser']),
  q('How are API keys stored, are they hashed?', ['docs/authentication.md', 'What a key is']),
  q('Submit thousands of runs as NDJSON', ['docs/batches.md', 'Upload'], ['docs/batches.md', 'Items']),
  q('My upload of a batch was interrupted, how do I continue?', ['docs/batches.md', 'An upload that is cut off']),
  q('custom_id', ['docs/batches.md', 'Items'], ['docs/batches.md', 'Results']),
  q('Download the results of a batch', ['docs/batches.md', 'Results']),
  q('Run the failed items of a batch again', ['docs/batches.md', 'Cancel, run again, delete']),
  q('Verify the signature of a webhook', ['docs/webhooks.md', 'Verify it']),
  q('How often is a webhook delivery retried?', ['docs/webhooks.md', 'Repeats, and the log']),
  q('Can a webhook call a private IP address?', ['docs/webhooks.md', 'What may be called']),
  q('What is in the payload of a webhook?', ['docs/webhooks.md', 'What arrives']),
  q('Change the secret of an endpoint', ['docs/webhooks.md', 'A new secret']),
  q('What happens to a schedule at daylight saving time?', ['docs/schedules.md', 'When clocks change']),
  q('The server was down when the cron time came', ['docs/schedules.md', 'Times that were missed']),
  q('Does a schedule start twice with two workers?', ['docs/schedules.md', 'Once for each time']),
  q('OPENAI_BASE_URL', ['docs/configuration.md', 'API and worker']),
  q('Where does local mode keep its data, DATA_DIR?', ['docs/configuration.md', 'Local mode']),
  q('requests per second limit of a key', ['docs/limits.md', 'How often']),
  q('How large may a request body be?', ['docs/limits.md', 'How much at once']),
  q('Why does my run not start?', ['docs/operations.md', 'Why is my run not starting']),
  q('Redis runs out of memory', ['docs/operations.md', 'Redis is full']),
  q('Prometheus metrics', ['docs/operations.md', 'Metrics']),
  q('OpenTelemetry traces', ['docs/operations.md', 'Logs and traces']),
  q(
    'How do I pause a lane?',
    ['docs/operations.md', 'What an operator can do'],
    ['docs/operations.md', 'A lane is paused'],
  ),
  q('deploy on Kubernetes', ['docs/scaling.md', 'Kubernetes']),
  q('How many workers do I need?', ['docs/scaling.md', 'How many processes for N runs per second']),
  q('What cannot be scaled horizontally?', ['docs/scaling.md', 'What does not scale']),
  q('exit codes of the command line client', ['docs/cli.md', 'Exit codes']),
  q('thread_busy', ['docs/errors.md', 'Errors'], ['docs/run-lifecycle.md', 'A busy thread']),
  q(
    'What happens when MongoDB goes away?',
    ['docs/failure-modes.md', 'When something fails'],
    ['docs/operations.md', 'MongoDB is slow or away'],
  ),
  q(
    'kill -9 of a worker',
    ['docs/failure-modes.md', 'When something fails'],
    ['docs/guarantees.md', 'Guarantees'],
    ['docs/operations.md', 'A worker was lost'],
  ),
];
