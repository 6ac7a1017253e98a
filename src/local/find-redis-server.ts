import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Path of the `redis-server` or `valkey-server` on the given PATH; null when there is none. */
export function findRedisServer(path: string): string | null {
  const candidates = path
    .split(delimiter)
    .filter((directory) => directory !== '')
    .flatMap((directory) => [join(directory, 'redis-server'), join(directory, 'valkey-server')]);
  return candidates.find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
