import { expect, it } from 'vitest';
import { isRedisWarning } from '../../../src/local/redis.ts';

it.each([
  '1234:C 22 Nov 2026 15:00:00.000 # oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo',
  '1234:M 22 Nov 2026 15:00:00.000 # Server initialized',
  '1234:M 22 Nov 2026 15:00:00.000 # WARNING Memory overcommit must be enabled!',
  '1234:M 22 Nov 2026 15:00:00.000 * Ready to accept connections',
  '1234:M 22 Nov 2026 15:00:00.000 - Accepted 127.0.0.1:5000',
  '1234:signal-handler (1790000000) Received SIGTERM scheduling shutdown...',
  '',
])('hides what Redis always says: %s', (line) => {
  expect(isRedisWarning(line)).toBe(false);
});

it.each([
  '1234:M 22 Nov 2026 15:00:00.000 # Error writing to the AOF file: No space left on device',
  '1234:M 22 Nov 2026 15:00:00.000 # Warning: Could not create server TCP listening socket 127.0.0.1:6379: bind: Address already in use',
  '*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***',
])('shows warnings and what is not its usual log: %s', (line) => {
  expect(isRedisWarning(line)).toBe(true);
});
