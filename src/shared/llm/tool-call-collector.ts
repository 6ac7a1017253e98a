import type { LlmToolCall } from './llm.ts';

/** Joins tool-call deltas into calls. */
export interface ToolCallCollector {
  /** Takes one entry of `delta.tool_calls`; returns about how many bytes it added, 0 for an entry that says nothing. */
  add(delta: Record<string, unknown>): number;
  /** The calls in the order they began, with ids that are unique among them. */
  finish(): LlmToolCall[];
}

// What a call costs without its text: an answer of a million empty calls must reach its cap too.
const CALL_BYTES = 64;

interface Slot {
  readonly index: number | null;
  id: string;
  name: string;
  arguments: string;
}

/**
 * The protocol says that a delta names its call by `index` and that only the first one carries `id` and name. Servers
 * that leave out the index or the id, or that give every call the index 0, are understood too:
 * - a known id belongs to its call, whatever the index says;
 * - a new id together with a name begins a call, even on an index that is taken by another id;
 * - without index and id, a name begins a call, and arguments alone continue the newest one.
 */
export const createToolCallCollector = (): ToolCallCollector => {
  const slots: Slot[] = [];
  // The newest call of each index: 200 parallel calls must not cost 200 comparisons per delta.
  const byIndex = new Map<number, Slot>();
  const byId = new Map<string, Slot>();

  const open = (index: number | null): Slot => {
    const slot: Slot = { index, id: '', name: '', arguments: '' };
    slots.push(slot);
    if (index !== null) byIndex.set(index, slot);
    return slot;
  };

  const find = (index: number | null, id: string, name: string): Slot => {
    const known = id === '' ? undefined : byId.get(id);
    // Two calls that repeat one id on different indexes are two calls.
    if (known && (index === null || known.index === null || known.index === index)) return known;
    if (index !== null) {
      const slot = byIndex.get(index);
      const taken = slot !== undefined && slot.id !== '' && id !== '' && slot.id !== id && name !== '';
      return slot === undefined || taken ? open(index) : slot;
    }
    const newest = slots.at(-1);
    return newest === undefined || id !== '' || name !== '' ? open(null) : newest;
  };

  return {
    add(delta) {
      const index = typeof delta.index === 'number' ? delta.index : null;
      const id = typeof delta.id === 'string' ? delta.id : '';
      const called = typeof delta.function === 'object' && delta.function !== null ? delta.function : {};
      const name = 'name' in called && typeof called.name === 'string' ? called.name : '';
      const piece = 'arguments' in called ? argumentsOf(called.arguments) : '';
      if (id === '' && name === '' && piece === '') return 0;
      const before = slots.length;
      const slot = find(index, id, name);
      if (id !== '' && slot.id === '') {
        slot.id = id;
        if (!byId.has(id)) byId.set(id, slot);
      }
      if (name !== '') slot.name = name;
      slot.arguments += piece;
      const opened = slots.length > before ? CALL_BYTES + Buffer.byteLength(id) + Buffer.byteLength(name) : 0;
      return opened + Buffer.byteLength(piece);
    },
    finish() {
      const taken = new Set(slots.map((slot) => slot.id));
      const used = new Set<string>();
      let next = 0;
      return slots.map((slot) => {
        let id = slot.id;
        if (id === '' || used.has(id)) {
          while (taken.has(`call_${next}`)) next += 1;
          id = `call_${next}`;
          taken.add(id);
        }
        used.add(id);
        return { id, name: slot.name, arguments: slot.arguments };
      });
    },
  };
};

/** Some servers send the arguments as an object, whole; it becomes the text it stands for. */
const argumentsOf = (value: unknown): string => {
  if (typeof value === 'string') return value;
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : '';
};
