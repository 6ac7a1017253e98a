import { describe, expect, it } from 'vitest';
import { formatLogLine, type Paint } from '../../../src/local/format-log-line.ts';

const plain: Paint = (_style, text) => text;
const marked: Paint = (style, text) => `<${style}>${text}</${style}>`;
const now = new Date(2026, 0, 2, 3, 4, 5);
const format = (fields: object, paint: Paint = plain): string =>
  formatLogLine('api', JSON.stringify(fields), paint, now);

describe('formatLogLine', () => {
  it('shows time, process, level, message and fields of a pino line', () => {
    const time = new Date(2026, 0, 2, 12, 30, 59).toISOString();
    const line = format({
      level: 30,
      time,
      pid: 7,
      name: 'api',
      hostname: 'h',
      msg: 'request',
      run_id: 'r1',
      duration_ms: 12,
      ok: true,
    });
    expect(line).toBe('12:30:59 api     info  request run_id=r1 duration_ms=12 ok=true');
  });

  it('quotes values that would blur the fields', () => {
    expect(format({ level: 30, msg: 'm', a: 'two words', b: { c: 1 }, d: '' })).toContain(
      'm a="two words" b={"c":1} d=""',
    );
  });

  it('cuts a long value', () => {
    const line = format({ level: 30, msg: 'm', a: 'x'.repeat(10_000) });
    expect(line).toMatch(/…$/);
    expect(line.length).toBeLessThan(300);
  });

  it.each([
    [20, 'debug'],
    [30, 'info '],
    [40, 'warn '],
    [50, 'error'],
    [60, 'error'],
  ])('names level %i %s', (level, label) => {
    expect(format({ level, msg: 'm' })).toBe(`03:04:05 api     ${label} m`);
  });

  it('shows an error in red, with what failed in the line and the stack below', () => {
    const err = {
      type: 'TypeError',
      message: 'no such thing',
      stack: 'TypeError: no such thing\n    at a (b.ts:1:2)\n    at c (d.ts:3:4)',
    };
    const [head, ...stack] = format({ level: 50, msg: 'request failed', err }, marked).split('\n');
    expect(head).toContain('<red>request failed</red> <red>TypeError: no such thing</red>');
    expect(stack.join('\n')).toBe('<gray>    at a (b.ts:1:2)\n    at c (d.ts:3:4)</gray>');
  });

  it('keeps a warning with an error on one line', () => {
    const line = format({
      level: 40,
      msg: 'redis is away',
      err: { type: 'Error', message: 'ECONNREFUSED', stack: 'Error\n    at x' },
    });
    expect(line).toBe('03:04:05 api     warn  redis is away Error: ECONNREFUSED');
  });

  it.each(['plain text', '{not json', '[1]', '{"ready":true}', 'null', ''])('passes %j on behind the name', (line) => {
    expect(formatLogLine('redis', line, plain, now)).toBe(`03:04:05 redis   ${line}`);
  });

  it('survives a time that is none', () => {
    expect(format({ level: 30, time: 'yesterday', msg: 'm' })).toBe('03:04:05 api     info  m');
  });
});
