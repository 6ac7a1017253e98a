/** What a stream says, whatever its dialect. */
export interface FrameHandlers {
  /** A part of the answer; `offset` in UTF-16 units is where it belongs, null for "at the end". */
  text(delta: string, offset: number | null): void;
  /** The whole answer as it was stored; not every dialect has it. */
  answer(text: string): void;
  /** The stream says that it is over. */
  done(completed: boolean): void;
}

/** Reads an event stream in pieces of any size. It only looks for what it needs, because its CPU comes out of the machine that is measured. */
export const createFrameReader = (dialect: 'runs' | 'model', handlers: FrameHandlers): ((piece: string) => void) => {
  const read = dialect === 'runs' ? readRunFrame : readModelFrame;
  let rest = '';
  return (piece) => {
    const text = rest === '' ? piece : rest + piece;
    let from = 0;
    for (let to = text.indexOf('\n\n'); to !== -1; to = text.indexOf('\n\n', from)) {
      read(text.slice(from, to), handlers);
      from = to + 2;
    }
    rest = text.slice(from);
  };
};

const readRunFrame = (frame: string, handlers: FrameHandlers): void => {
  const name = field(frame, 'event: ');
  if (name === 'text') {
    const { delta, offset } = JSON.parse(field(frame, 'data: ')) as { delta: string; offset: number };
    handlers.text(delta, offset);
  } else if (name === 'message') {
    const { role, content } = JSON.parse(field(frame, 'data: ')) as { role: string; content: unknown };
    if (role === 'assistant') handlers.answer(String(content));
  } else if (name === 'done') {
    const { status } = JSON.parse(field(frame, 'data: ')) as { status: string };
    handlers.done(status === 'completed');
  }
};

const readModelFrame = (frame: string, handlers: FrameHandlers): void => {
  if (frame === 'data: [DONE]') handlers.done(true);
  if (!frame.includes('"content":')) return;
  const chunk = JSON.parse(frame.slice('data: '.length)) as { choices: { delta: { content?: string } }[] };
  const delta = chunk.choices[0]?.delta.content;
  if (delta) handlers.text(delta, null);
};

const field = (frame: string, name: string): string => {
  const at = frame.indexOf(name);
  if (at === -1) return '';
  const end = frame.indexOf('\n', at);
  return frame.slice(at + name.length, end === -1 ? undefined : end);
};
