/** Connects as often as it is told to, says how many were taken and how many closed, and stays until it is stopped. */
import net from 'node:net';

const [where, count] = JSON.parse(process.argv[2]);
let [open, closed, begun] = [0, 0, 0];

function next() {
  if (begun === count) return;
  begun++;
  const socket = net.connect(where);
  let isOpen = false;
  socket.on('connect', () => {
    isOpen = true;
    open++;
    next();
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    if (isOpen) closed++;
    else {
      // The queue of those that wait to be taken is full.
      begun--;
      setTimeout(next, 20);
    }
  });
}

for (let each = 0; each < 50; each++) next();
setInterval(() => process.stdout.write(`tried ${open} closed ${closed}\n`), 200);
