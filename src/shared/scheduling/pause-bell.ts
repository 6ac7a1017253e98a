import type { Redis } from 'ioredis';
import type { Logger } from '../logging/create-logger.ts';
import type { RedisKeys } from '../redis/keys.ts';
import type { AdmissionLimits } from './admission-limits.ts';

/** Tells every process that a project was paused or resumed. One that does not hear it sees it in the record within five seconds. */
export interface PauseBell {
  /** Never throws. */
  ring(): Promise<void>;
}

/** @param deps.subscriber role `subscriber` @param deps.command role `command` */
export function createPauseBell(deps: {
  subscriber: Redis;
  command: Redis;
  keys: Pick<RedisKeys, 'pauses'>;
  limits: Pick<AdmissionLimits, 'forget'>;
  logger: Logger;
}): PauseBell {
  const { subscriber, command, keys, limits, logger } = deps;
  subscriber.on('message', (channel) => {
    if (channel === keys.pauses) limits.forget();
  });
  subscriber
    .subscribe(keys.pauses)
    .catch((err) => logger.warn({ err }, 'pauses of projects are seen some seconds late'));
  return {
    async ring() {
      limits.forget();
      await command
        .publish(keys.pauses, '')
        .catch((err) => logger.warn({ err }, 'other processes see a pause some seconds late'));
    },
  };
}
