interface TextPart {
  readonly messageId: string;
  /** In UTF-16 units. */
  readonly offset: number;
  readonly delta: string;
}

/** Text of the message that is being written: what has not been framed yet, and all of it, to repair a log that lost the beginning. */
export interface TextBuffer {
  /** Would this part simply continue what is held? If not, take what is held first. */
  continues(messageId: string, offset: number): boolean;
  /** Adds a part; a smaller offset than expected replaces the text from there. @returns true for the first part of a message. */
  add(part: TextPart): boolean;
  /** UTF-16 units held. */
  readonly held: number;
  /** What is held as one part; null when nothing is. */
  take(): TextPart | null;
  /** The whole text so far with offset 0; null when there is no unfinished message. */
  whole(): TextPart | null;
  /** The message is finished: its text is not needed any more. */
  forget(messageId: string): void;
}

export function createTextBuffer(): TextBuffer {
  let messageId: string | null = null;
  let whole = '';
  let held = '';
  let heldOffset = 0;

  return {
    continues: (id, offset) => held === '' || (id === messageId && offset === heldOffset + held.length),
    add(part) {
      const first = part.messageId !== messageId;
      messageId = part.messageId;
      whole = (first ? '' : whole.slice(0, part.offset)) + part.delta;
      if (held === '') heldOffset = part.offset;
      held += part.delta;
      return first;
    },
    get held() {
      return held.length;
    },
    take() {
      if (messageId === null || held === '') return null;
      const part = { messageId, offset: heldOffset, delta: held };
      held = '';
      return part;
    },
    whole: () => (messageId === null || whole === '' ? null : { messageId, offset: 0, delta: whole }),
    forget(id) {
      if (id !== messageId) return;
      messageId = null;
      whole = '';
      held = '';
    },
  };
}
