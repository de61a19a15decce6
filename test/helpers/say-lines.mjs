/** A process of ExaBGP that says what a test says: it joins stdin and stdout to the socket that it is given. */
import net from 'node:net';

const socket = net.connect(process.argv[2]);
process.stdin.pipe(socket).pipe(process.stdout);
socket.on('error', () => process.exit(1));
socket.on('close', () => process.exit(0));
