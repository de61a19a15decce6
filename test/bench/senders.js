// Who tells a whole table to a BIRD: each has its table before the session is up, and is measured from then on.
// A sender has `told(birds)`: { upAt, arrived: [{ nearlyAt, allAt }] }, `withdraw()`: when that was asked for, `report()`
// and `stop()`.
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { arrival, FROM, RECEIVER_AS, SENDER_AS } from './bird-table.js';
import { mrtOf } from './mrt.js';
import { now, start, whileAll } from './processes.js';
import { openBird } from './router-tables.js';
import { scratch } from './scratch.js';
import { run } from './surroundings.js';
import { communityOf, medOf, NEXT_HOP, TABLES } from './whole-tables.js';

const WITHIN_MS = 120_000;
const tellPeers = `${import.meta.dirname}/tell-peers.js`;

export function speaker(kind, count, birds) {
  const said = [];
  const addresses = birds.map(({ address }) => address);
  const teller = start(process.execPath, [tellPeers, kind, `${count}`, FROM, ...addresses], {
    hear: (lines) => said.push(...lines.map((line) => JSON.parse(line))),
  });
  const sessionsUp = () => said.filter((each) => each.said === 'session up');
  const answer = async (word) => {
    const before = said.length;
    teller.say(`${word}\n`);
    const answered = async () => {
      for (const end = now() + WITHIN_MS; now() < end; await pause(1)) {
        const found = said.slice(before).find((each) => each.said === word);
        if (found !== undefined) return found;
      }
      throw new Error(`no answer to ${word}`);
    };
    return whileAll([teller], answered());
  };
  return {
    /** From the first session to the last route of the last one; `birds` may have been replaced. */
    async told(those = birds) {
      const before = sessionsUp().length;
      const arrived = await whileAll([teller], Promise.all(those.map((bird) => arrival(bird, count))));
      const [upAt] = sessionsUp()
        .slice(Math.min(before, sessionsUp().length - those.length))
        .map(({ at }) => at);
      return { upAt, arrived };
    },
    withdraw: async () => (await answer('withdraw')).at,
    report: () => answer('report'),
    stop: teller.stop,
  };
}

/** GoBGP 3 is given its table as an MRT file (RFC 6396), by its own command and through its gRPC stream. */
export async function gobgp(kind, count, [bird], isStream) {
  const place = scratch();
  const [config, socket, table] = ['gobgpd.toml', 'sock', 'table.mrt'].map((name) => path.join(place, name));
  const { families } = TABLES[kind];
  fs.writeFileSync(table, mrtOf(kind, count));
  const family = (name) => `[[neighbors.afi-safis]]\n[neighbors.afi-safis.config]\nafi-safi-name = "${name}-unicast"\n`;
  fs.writeFileSync(
    config,
    `[global.config]
as = ${SENDER_AS}
router-id = "${FROM}"
local-address-list = ["${FROM}"]
[[neighbors]]
[neighbors.config]
neighbor-address = "${bird.address}"
peer-as = ${RECEIVER_AS}
admin-down = ${!isStream}
[neighbors.transport.config]
local-address = "${FROM}"
[neighbors.timers.config]
connect-retry = 1
[neighbors.ebgp-multihop.config]
enabled = true
multihop-ttl = 2
${family('ipv4')}${family('ipv6')}`,
  );
  const daemon = start('gobgpd', ['-f', config, '--api-hosts', `unix://${socket}`, '--pprof-disable']);
  const ask = (...words) => start('gobgp', ['--target', `unix://${socket}`, ...words]);
  const done = async (...words) => {
    const how = await ask(...words).ended;
    if (!/ended with 0/.test(how)) throw new Error(how);
  };
  await waitFor('gobgpd', async () => /ended with 0/.test(await ask('neighbor').ended));
  let injected;
  return {
    async told() {
      let upAt;
      if (isStream) {
        await bird.isUp();
        upAt = now();
        injected = done('mrt', 'inject', 'global', table);
      } else {
        await done('mrt', 'inject', 'global', table);
        await waitFor('all injected', async () => counted(socket, families) === count);
        run('gobgp', '--target', `unix://${socket}`, 'neighbor', bird.address, 'enable');
        upAt = await bird.isUp();
      }
      return { upAt, arrived: [await whileAll([daemon], arrival(bird, count))] };
    },
    async withdraw() {
      await injected;
      const at = now();
      for (const each of families) await done('global', 'rib', 'del', 'all', '-a', each);
      return at;
    },
    report: async () => ({ residentMb: daemon.residentMb() }),
    stop: daemon.stop,
  };
}

function counted(socket, families) {
  return families.reduce((sum, family) => {
    const text = run('gobgp', '--target', `unix://${socket}`, 'global', 'rib', 'summary', '-a', family);
    return sum + Number(/Destination: (\d+)/.exec(text)?.[1] ?? 0);
  }, 0);
}

async function waitFor(what, look) {
  for (const end = now() + WITHIN_MS; now() < end; await pause(20)) if (await look()) return;
  throw new Error(`not: ${what}, within ${WITHIN_MS / 1_000} s`);
}

/** Another BIRD, of static routes; it waits for the last routes of a batch itself. */
export async function otherBird(kind, count, [bird]) {
  const { prefixOf, sets, families } = TABLES[kind];
  const prefixes = Array.from({ length: count }, (_, index) => [prefixOf(index), index % sets]);
  const set = (index) =>
    ` { bgp_med = ${medOf(index)}; bgp_community.add((${communityOf(index).replace(':', ',')})); }`;
  const statics = families.map((family) => {
    const own = prefixes.filter(([prefix]) => prefix.includes(':') === (family === 'ipv6'));
    const routes = own.map(([prefix, index]) => `route ${prefix} blackhole${sets > 1 ? set(index) : ''};`);
    return `protocol static { ${family}; ${routes.join('\n')} }`;
  });
  const channel = (family) => `${family} { import none; export all; next hop address ${NEXT_HOP[family]}; };`;
  const { bird: sender } = await openBird(`router id ${FROM};
protocol device { }
${statics.join('\n')}
protocol bgp receiver {
  local ${FROM} as ${SENDER_AS}; neighbor ${bird.address} as ${RECEIVER_AS};
  strict bind on; multihop; connect delay time 1;
  ${channel('ipv4')} ${channel('ipv6')}
}
`);
  return {
    async told() {
      const upAt = await bird.isUp();
      return { upAt, arrived: [await whileAll([sender], arrival(bird, count))] };
    },
    report: async () => ({ residentMb: sender.residentMb() }),
    stop: sender.stop,
  };
}
