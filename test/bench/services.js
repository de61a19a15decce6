// What is watched: a service that goes and comes, and says when it did.
import dgram from 'node:dgram';
import net from 'node:net';
import { now } from './processes.js';

const open = new Set();

/** `up()` and `down()` resolve to the time right before the call that opens or closes the socket. */
export const tcpService = (address, port) =>
  service(
    () => net.createServer((socket) => socket.destroy()),
    (server, ready) => server.listen(port, address, ready),
  );

export const udpService = (address, port) =>
  service(
    () => dgram.createSocket('udp4'),
    (socket, ready) => socket.bind(port, address, ready),
  );

function service(create, listen) {
  let socket;
  return {
    up() {
      socket = create();
      open.add(socket);
      const at = now();
      return new Promise((resolve, reject) => {
        socket.once('error', reject);
        listen(socket, () => resolve(at));
      });
    },
    async down() {
      open.delete(socket);
      const at = now();
      socket.close(); // close(2) is called before this returns
      return at;
    },
  };
}

/** What a row that failed half-way left open. */
export function closeServices() {
  for (const socket of open) socket.close();
  open.clear();
}
