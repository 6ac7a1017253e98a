interface Written {
  readonly id: string;
  readonly role: string;
  readonly content: unknown;
}

/** Turns the events of a run into text, each piece once: a repeated event adds nothing. */
export interface RunText {
  /** What is to be added to what was written so far. */
  render(event: string, data: Record<string, unknown>): string;
}

export function createRunText(): RunText {
  /** Characters of each message that were written. */
  const written = new Map<string, number>();
  let open: string | null = null;

  /** Text of a message from `offset` on, as far as it is new. A message begins on a line of its own. */
  function add(id: string, offset: number, text: string): string {
    const had = written.get(id) ?? 0;
    const fresh = text.slice(Math.max(0, had - offset));
    if (fresh === '') return '';
    written.set(id, offset + text.length);
    const begin = open === id ? '' : line();
    open = id;
    return begin + fresh;
  }

  const line = (): string => {
    const end = open === null ? '' : '\n';
    open = null;
    return end;
  };
  const note = (text: string): string => `${line()}${text}\n`;
  const message = ({ id, role, content }: Written): string =>
    role === 'assistant' && typeof content === 'string' ? add(id, 0, content) : '';

  return {
    render(event, data) {
      switch (event) {
        case 'text':
          return add(String(data.message_id), Number(data.offset), String(data.delta));
        case 'message':
          return message(data as unknown as Written);
        case 'snapshot':
          return (data.messages as Written[]).map(message).join('');
        case 'tool_call':
          return note(`[${data.name} ${JSON.stringify(data.arguments)}]`);
        case 'tool_result':
          return note(`[${data.name}: ${String(data.content)}]`);
        case 'requires_action':
          return note('[waits for tool outputs]');
        case 'queued':
          return note(`[waits behind ${data.position}]`);
        case 'retrying':
          return note(`[the model did not answer: ${data.reason}]`);
        case 'error':
          return note(`[${data.code}: ${data.message}]`);
        default:
          return '';
      }
    },
  };
}
