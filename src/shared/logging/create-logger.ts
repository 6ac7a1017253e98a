import { type Logger, type LoggerOptions, pino } from 'pino';
import type { LogSink } from './log-sink.ts';

export type { Logger };

const CENSOR = '[secret]';
/** The form of keys (src/api/auth/api-key-text.ts), also when a part of the end is missing. */
const API_KEY = /skein_[0-9A-Za-z]{20,}/g;

/**
 * JSON lines on stdout. Callers pass the fields they mean to log (an allow list); redaction by name is the second net, and what looks like an API key, or is one of `secrets`, leaves no
 * line at all, wherever a client put it.
 */
export function createLogger(options: {
  name: string;
  level: string;
  secrets?: readonly (string | undefined)[];
  /** Default: stdout, written synchronously. */
  sink?: Pick<LogSink, 'write'>;
}): Logger {
  const secrets = (options.secrets ?? []).flatMap((secret) => (secret ? [JSON.stringify(secret).slice(1, -1)] : []));
  const settings: LoggerOptions = {
    name: options.name,
    level: options.level,
    base: { name: options.name, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: [
        'apiKey',
        'authorization',
        'headers',
        'config',
        '["x-api-key"]',
        '*.apiKey',
        '*.authorization',
        '*.headers',
        '*.config',
        '*["x-api-key"]',
      ],
      censor: CENSOR,
    },
    hooks: {
      streamWrite: (line) =>
        secrets.reduce((text, secret) => text.replaceAll(secret, CENSOR), line.replaceAll(API_KEY, `skein_${CENSOR}`)),
    },
    serializers: { err: pino.stdSerializers.err },
  };
  return options.sink ? pino(settings, options.sink) : pino(settings);
}
