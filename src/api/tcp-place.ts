/** SHELL: a place of the API on TCP. */
import type { Endpoint } from '../model/peer.ts';
import type { HttpServer } from './http-server.ts';
import { listening, type Place } from './listener.ts';

export function tcpPlace({ address, device, port }: Endpoint, createServer: () => Promise<HttpServer>): Place {
  const host = device === '' ? address : `${address}%${device}`;
  return {
    name: `${host} port ${port}`,
    async open() {
      const created = await createServer();
      // 0.0.0.0 and :: each stand for one family.
      await listening(created.server, () => created.server.listen({ host, port, ipv6Only: address.includes(':') }));
      return created;
    },
    // Nobody takes a port away.
    isThere: async () => true,
    release() {},
  };
}
