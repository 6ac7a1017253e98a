/** Colours text for the terminal; local mode gives `util.styleText`, a file or a test gives the text back. */
export type Paint = (style: LogStyle, text: string) => string;
export type LogStyle = 'gray' | 'red' | 'yellow' | 'cyan' | 'green' | 'magenta' | 'blue' | 'bold';

const LEVELS: readonly { readonly from: number; readonly label: string; readonly style: LogStyle }[] = [
  { from: 50, label: 'error', style: 'red' },
  { from: 40, label: 'warn', style: 'yellow' },
  { from: 30, label: 'info', style: 'green' },
  { from: 0, label: 'debug', style: 'gray' },
];
const NAME_STYLES: readonly LogStyle[] = ['cyan', 'magenta', 'yellow', 'blue', 'green'];
const NAME_WIDTH = 7;
/** What every line has, or what is shown in another place; local mode has one project. */
const HIDDEN = new Set(['level', 'time', 'pid', 'hostname', 'name', 'msg', 'err', 'v', 'project_id']);
const LONGEST_VALUE = 200;

/**
 * A line of a process as a person reads it: time, process, level, message, fields. pino's JSON becomes one line (plus the stack of an error), anything else stays as it
 * is behind the name.
 * @param now used where the line has no time of its own
 */
export function formatLogLine(name: string, line: string, paint: Paint, now: Date): string {
  const entry = parseEntry(line);
  if (!entry) return `${clock(now, paint)} ${label(name, paint)} ${line}`;
  const level = LEVELS.find(({ from }) => entry.level >= from) ?? { label: 'debug', style: 'gray' as const };
  const isError = entry.level >= 50;
  const fields = Object.entries(entry.fields)
    .filter(([key]) => !HIDDEN.has(key))
    .map(([key, value]) => `${paint('gray', `${key}=`)}${brief(value)}`);
  const failure = describeError(entry.fields.err);
  const head = [
    clock(entry.time ?? now, paint),
    label(name, paint),
    paint(level.style, level.label.padEnd(5)),
    isError ? paint('red', entry.message) : entry.message,
    ...fields,
    ...(failure ? [paint(isError ? 'red' : 'yellow', failure.summary)] : []),
  ].join(' ');
  return isError && failure?.stack ? `${head}\n${paint('gray', failure.stack)}` : head;
}

interface Entry {
  readonly level: number;
  readonly message: string;
  readonly time: Date | null;
  readonly fields: Readonly<Record<string, unknown>>;
}

function parseEntry(line: string): Entry | null {
  if (!line.startsWith('{')) return null;
  let fields: unknown;
  try {
    fields = JSON.parse(line);
  } catch {
    return null;
  }
  if (!isRecord(fields) || typeof fields.level !== 'number') return null;
  const { level, msg, time } = fields;
  const at = typeof time === 'string' || typeof time === 'number' ? new Date(time) : null;
  return {
    level,
    message: typeof msg === 'string' ? msg : '',
    time: at && !Number.isNaN(at.getTime()) ? at : null,
    fields,
  };
}

function describeError(error: unknown): { summary: string; stack: string | null } | null {
  if (!isRecord(error)) return null;
  const { type, message, stack } = error;
  const frames = typeof stack === 'string' ? stack.split('\n').filter((frame) => /^\s+at /.test(frame)) : [];
  return {
    summary: [type, message].filter((part) => typeof part === 'string' && part !== '').join(': '),
    stack: frames.length > 0 ? frames.join('\n') : null,
  };
}

function brief(value: unknown): string {
  const text = typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}

const clock = (time: Date, paint: Paint): string => paint('gray', time.toTimeString().slice(0, 8));

/** The same name always has the same colour. */
function label(name: string, paint: Paint): string {
  const sum = [...name].reduce((total, letter) => total + letter.charCodeAt(0), 0);
  return paint(NAME_STYLES[sum % NAME_STYLES.length] ?? 'bold', name.padEnd(NAME_WIDTH));
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
