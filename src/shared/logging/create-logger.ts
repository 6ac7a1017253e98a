import { type Logger, pino } from 'pino';

export type { Logger };

/**
 * JSON lines on stdout. Callers pass the fields they mean to log (an allow list); redaction is the second net for keys that name a secret.
 */
export function createLogger(options: { name: string; level: string }): Logger {
  return pino({
    name: options.name,
    level: options.level,
    base: { name: options.name, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: ['apiKey', 'authorization', '*.apiKey', '*.authorization', 'headers', '*.headers'],
      censor: '[secret]',
    },
    serializers: { err: pino.stdSerializers.err },
  });
}
