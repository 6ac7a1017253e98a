import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** `count` different free TCP ports of the loopback address. They are only free now: use them soon. */
export async function freePorts(count: number): Promise<number[]> {
  const servers: Server[] = [];
  try {
    // All are held at once, or the same port could come twice.
    for (let i = 0; i < count; i++) {
      const server = createServer().listen(0, '127.0.0.1');
      servers.push(server);
      await once(server, 'listening');
    }
    return servers.map(portOf);
  } finally {
    for (const server of servers) server.close();
  }
}

/** Whether a server could listen there now. @throws what listening throws, except that the port is taken. */
export async function isPortFree(port: number, host: string): Promise<boolean> {
  const server = createServer().listen(port, host);
  try {
    await once(server, 'listening');
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return false;
    throw error;
  } finally {
    server.close();
  }
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}
