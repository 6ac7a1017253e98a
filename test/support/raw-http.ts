import { connect } from 'node:net';

/** An answer that came over a bare socket. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly text: string;
}

/** Writes bytes to a new connection and reads until the server closes it; `more` is written again and again until then. */
export async function exchange(port: number, bytes: string, more?: string): Promise<string> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  socket.on('error', () => socket.destroy());
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  socket.write(bytes);
  const timer = more === undefined ? undefined : setInterval(() => socket.write(more), 5);
  // Not `once` of node:events, which gives up at an error: a reset comes after the answer where the server cuts off who does not stop sending.
  await new Promise((resolve) => socket.once('close', resolve));
  clearInterval(timer);
  return text;
}

export function parseAnswer(answer: string): RawAnswer {
  const [head = '', ...rest] = answer.split('\r\n\r\n');
  const [line = '', ...headers] = head.split('\r\n');
  return {
    status: Number(line.split(' ')[1]),
    headers: Object.fromEntries(
      headers.map((header) => [header.split(': ')[0]?.toLowerCase() ?? '', header.split(': ')[1] ?? '']),
    ),
    text: rest.join('\r\n\r\n'),
  };
}
