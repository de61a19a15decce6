// What routers have in their tables, asked over their own control sockets: a new process for each question would take longer
// than what is measured.
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { now, start } from './processes.js';
import { scratch } from './scratch.js';
import { run } from './surroundings.js';

const AS = 65_001;

/** `has()`: whether it has the route. Each listens on `address`, port 179, for a peer at `neighbor`. */
export async function bird({ address, neighbor, as, prefix }) {
  const { ask } = await openBird(`router id ${address};
protocol device { }
protocol bgp ha2bgp {
  local ${address} as ${AS}; neighbor ${neighbor} as ${as};
  strict bind on; passive on; multihop; error wait time 1, 1; ipv4 { import all; export none; };
}
`);
  return { name: 'BIRD 2.0.12', as: AS, has: async () => (await ask(`show route for ${prefix}\n`)).includes(prefix) };
}

/** A BIRD with that configuration, which answers questions as `openDialogue` has them. */
export async function openBird(text) {
  const place = scratch();
  const [config, control] = ['bird.conf', 'bird.ctl'].map((name) => path.join(place, name));
  fs.writeFileSync(config, text);
  const bird = start('/usr/sbin/bird', ['-f', '-c', config, '-s', control]);
  // The last line of an answer has a space behind its number, the others a hyphen.
  const ask = await openDialogue(control, (answer) => /(^|\n)\d{4} [^\n]*\n$/.test(answer));
  await ask.greeting;
  return { bird, ask };
}

const FRR = '/usr/lib/frr';

/** In a network of its own, at the other end of a cable: it takes no route whose next hop is an address of its host. */
export async function frr({ address, neighbor, as, prefix }) {
  const enter = await plugIn(address, neighbor);
  const place = scratch();
  const config = path.join(place, 'bgpd.conf');
  fs.writeFileSync(
    config,
    `router bgp ${AS}
 bgp router-id ${address}
 no bgp ebgp-requires-policy
 neighbor ${neighbor} remote-as ${as}
 neighbor ${neighbor} passive
`,
  );
  const [uid, gid] = ['-u', '-g'].map((which) => Number(run('id', which, 'frr')));
  for (const each of [place, config]) fs.chownSync(each, uid, gid);
  const words = ['-u', 'frr', '-g', 'frr', '--vty_socket', place, '-z', path.join(place, 'zserv.api'), '-P', '0'];
  // Without zebra it knows no way to any neighbor, and takes no session.
  start('nsenter', [...enter, `${FRR}/zebra`, ...words, '-i', path.join(place, 'zebra.pid')]);
  sockets.add(await connected(path.join(place, 'zebra.vty')));
  start('nsenter', [...enter, `${FRR}/bgpd`, ...words, '-n', '-f', config, '-i', path.join(place, 'bgpd.pid')]);
  // Each answer ends with three NUL octets and a status.
  const ask = await openDialogue(path.join(place, 'bgpd.vty'), (text) => /\0\0\0.$/s.test(text));
  await ask('enable\0');
  const question = `show bgp ipv4 unicast ${prefix}\0`;
  return {
    name: 'FRR 8.4.4',
    as: AS,
    restMs: 1,
    has: async () => (await ask(question)).includes('BGP routing table entry'),
  };
}

/** The words that lead into a network namespace of its own with one cable to ours, which goes with it. */
async function plugIn(address, neighbor) {
  const holder = start('unshare', ['--net', 'sh', '-c', 'echo ready; exec sleep 3600']);
  await holder.next('ready');
  const enter = [`--net=/proc/${holder.pid}/ns/net`];
  run('ip', 'link', 'add', 'ours', 'type', 'veth', 'peer', 'name', 'router', 'netns', `${holder.pid}`);
  run('ip', 'address', 'add', `${neighbor}/24`, 'dev', 'ours');
  run('ip', 'link', 'set', 'ours', 'up');
  run('nsenter', ...enter, 'ip', 'address', 'add', `${address}/24`, 'dev', 'router');
  for (const device of ['lo', 'router']) run('nsenter', ...enter, 'ip', 'link', 'set', device, 'up');
  return enter;
}

/** A control socket that answers one question after the other. */
async function openDialogue(file, isWhole) {
  const socket = await connected(file);
  let text = '';
  let answered;
  socket.setEncoding('latin1').on('data', (chunk) => {
    text += chunk;
    if (!isWhole(text)) return;
    const whole = text;
    text = '';
    answered?.(whole);
  });
  const next = () =>
    new Promise((resolve) => {
      answered = resolve;
    });
  const ask = (question) => {
    const answer = next();
    socket.write(question);
    return answer;
  };
  ask.greeting = file.endsWith('.ctl') ? next() : Promise.resolve();
  sockets.add(socket);
  return ask;
}

const sockets = new Set();
const WITHIN_MS = 20_000;

export function closeDialogues() {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
}

async function connected(file) {
  for (const end = now() + WITHIN_MS; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const socket = net.connect(file);
    const error = await new Promise((resolve) => {
      socket.once('connect', () => resolve()).once('error', resolve);
    });
    if (error === undefined) return socket.on('error', () => {});
    if (now() > end) throw error;
  }
}

/** When the router's table first says so. */
export async function tableSays(router, wanted) {
  for (const end = now() + WITHIN_MS; now() < end; ) {
    if ((await router.has()) === wanted) return now();
    // Asked without a break, bgpd would be busy with the answers.
    if (router.restMs !== undefined) await new Promise((resolve) => setTimeout(resolve, router.restMs));
  }
  throw new Error(
    `${router.name}: its table does not ${wanted ? 'get' : 'lose'} the route within ${WITHIN_MS / 1_000} s`,
  );
}
