/** Feeds text in pieces of any size; calls back once per event with its data. */
export interface SseParser {
  push(text: string): void;
  /** The stream is over: an event whose closing blank line was left out is delivered all the same. */
  end(): void;
  /** Characters held back because their line is not complete yet, plus those of the unfinished event. */
  readonly pending: number;
}

/**
 * Parses `text/event-stream` for the chat-completions protocol: only `data` matters, so comments, event names, ids and
 * retry hints are skipped, and several data lines of one event are joined with a newline. Lines end with LF or CRLF; a
 * lone CR is not taken for an end of line (no server of this protocol sends it, and looking for it costs every chunk).
 */
export const createSseParser = (onData: (data: string) => void): SseParser => {
  let rest = '';
  let data: string | null = null;

  const dispatch = (): void => {
    if (data === null) return;
    const complete = data;
    data = null;
    onData(complete);
  };

  const line = (text: string, from: number, to: number): void => {
    const end = to > from && text.charCodeAt(to - 1) === 13 ? to - 1 : to;
    if (end === from) {
      dispatch();
      return;
    }
    if (!text.startsWith('data', from)) return;
    if (end === from + 4) {
      data = data === null ? '' : `${data}\n`;
      return;
    }
    if (text.charCodeAt(from + 4) !== 58) return;
    const value = text.slice(text.charCodeAt(from + 5) === 32 && end > from + 5 ? from + 6 : from + 5, end);
    data = data === null ? value : `${data}\n${value}`;
  };

  return {
    push(text) {
      let newline = text.indexOf('\n');
      if (newline === -1) {
        rest += text;
        return;
      }
      let from = 0;
      if (rest !== '') {
        const first = rest + text.slice(0, newline);
        rest = '';
        line(first, 0, first.length);
        from = newline + 1;
        newline = text.indexOf('\n', from);
      }
      while (newline !== -1) {
        line(text, from, newline);
        from = newline + 1;
        newline = text.indexOf('\n', from);
      }
      if (from < text.length) rest = text.slice(from);
    },
    end() {
      if (rest !== '') line(rest, 0, rest.length);
      rest = '';
      dispatch();
    },
    get pending() {
      return rest.length + (data === null ? 0 : data.length);
    },
  };
};
