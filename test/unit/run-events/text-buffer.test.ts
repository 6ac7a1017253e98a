import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTextBuffer } from '../../../src/shared/run-events/text-buffer.ts';

const part = (messageId: string, offset: number, delta: string) => ({ messageId, offset, delta });

describe('a text buffer', () => {
  it('gives the same text in larger parts, whenever it is emptied', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ unit: 'binary', minLength: 1 }), fc.boolean())), (steps) => {
        const buffer = createTextBuffer();
        let sent = '';
        let whole = '';
        const take = () => {
          const taken = buffer.take();
          if (taken) sent = sent.slice(0, taken.offset) + taken.delta;
        };
        for (const [delta, takes] of steps) {
          expect(buffer.continues('m', whole.length)).toBe(true);
          buffer.add(part('m', whole.length, delta));
          whole += delta;
          if (takes) take();
        }
        take();
        expect(sent).toBe(whole);
        expect(buffer.whole()?.delta ?? '').toBe(whole);
        expect(buffer.held).toBe(0);
      }),
    );
  });

  it('says when a message is new and when text does not continue', () => {
    const buffer = createTextBuffer();
    expect(buffer.add(part('a', 0, 'one'))).toBe(true);
    expect(buffer.add(part('a', 3, 'two'))).toBe(false);
    expect(buffer.continues('a', 6)).toBe(true);
    expect(buffer.continues('a', 3)).toBe(false);
    expect(buffer.continues('b', 6)).toBe(false);
    expect(buffer.take()).toEqual(part('a', 0, 'onetwo'));
    expect(buffer.add(part('b', 0, 'x'))).toBe(true);
    expect(buffer.whole()).toEqual(part('b', 0, 'x'));
  });

  it('replaces text from an offset that was written before', () => {
    const buffer = createTextBuffer();
    buffer.add(part('a', 0, 'one two'));
    buffer.take();
    buffer.add(part('a', 4, 'three'));
    expect(buffer.take()).toEqual(part('a', 4, 'three'));
    expect(buffer.whole()).toEqual(part('a', 0, 'one three'));
  });

  it('forgets a finished message and only that', () => {
    const buffer = createTextBuffer();
    buffer.add(part('a', 0, 'text'));
    buffer.forget('b');
    expect(buffer.whole()).not.toBeNull();
    buffer.forget('a');
    expect(buffer.whole()).toBeNull();
    expect(buffer.take()).toBeNull();
  });
});
