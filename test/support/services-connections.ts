import diagnostics from 'node:diagnostics_channel';
import { Socket } from 'node:net';
import { waitFor } from './wait-for.ts';

/** The TCP connections this process opens from now on. */
export interface ConnectionWatch {
  /** Waits a moment for connections that are just closing. @throws when some to one of these ports are still open. */
  expectClosed(ports: readonly number[]): Promise<void>;
  stop(): void;
}

/** Watches which connections this process opens; Node announces each on a diagnostics channel, whoever opens it. */
export function watchConnections(): ConnectionWatch {
  const sockets = new Set<Socket>();
  const onSocket = (message: unknown): void => {
    const socket = typeof message === 'object' && message !== null && 'socket' in message ? message.socket : null;
    if (!(socket instanceof Socket)) return;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  };
  diagnostics.subscribe('net.client.socket', onSocket);
  const open = (ports: readonly number[]): Socket[] =>
    [...sockets].filter(
      ({ destroyed, remotePort }) => !destroyed && remotePort !== undefined && ports.includes(remotePort),
    );
  return {
    async expectClosed(ports) {
      try {
        await waitFor(() => open(ports).length === 0, { what: 'all connections closed', timeoutMs: 2000 });
      } catch {
        const left = open(ports).map(({ localPort, remotePort }) => `${localPort} → ${remotePort}`);
        throw new Error(`the test left ${left.length} connections open: ${left.join(', ')}. Close what it opened.`);
      }
    },
    stop: () => diagnostics.unsubscribe('net.client.socket', onSocket),
  };
}
