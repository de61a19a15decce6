import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/config/config-file.ts';
import { pathOf } from '../../../src/config/file-schema.ts';
import { policyFrom } from '../../../src/config/policy.ts';
import { recordSettings, replaySettings } from '../../../src/config/recorded-settings.ts';
import { type GivenFlags, resolveSettings } from '../../../src/config/settings.ts';
import { PasswordError, speakerFrom } from '../../../src/config/speaker.ts';

const SPEAKER = {
  network: ['192.0.2.0/24', '2001:db8::/32'],
  bgpBackend: ['speaker'],
  localAs: ['65000'],
  routerId: ['10.1.1.1'],
} satisfies GivenFlags;
const PEER = '10.1.1.254,as=65001';

const resolve = (flags: GivenFlags) => resolveSettings({ ...SPEAKER, peer: [PEER], ...flags }, {});
const problemsOf = (flags: GivenFlags): string[] =>
  resolve(flags).problems.map(({ place, text }) => `${place}: ${text}`);
const speakerOf = (flags: GivenFlags, environment = {}) => {
  const { settings, problems } = resolve(flags);
  expect(problems).toEqual([]);
  return speakerFrom(settings, environment);
};

let folder: string;
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'speaker-'));
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

describe('speakerFrom', () => {
  it('has a default for all that is not given', () => {
    expect(speakerOf({})).toEqual({
      localAs: 65_000,
      routerId: '10.1.1.1',
      listen: [],
      peers: [
        {
          address: '10.1.1.254',
          device: '',
          port: 179,
          as: 65_001,
          localAs: 65_000,
          passive: false,
          holdTime: 90,
          connectRetry: 30_000,
          families: ['ipv4', 'ipv6'],
          nextHop: {},
          attributes: {},
          only: [],
          maxPrefix: 0,
          extendedMessage: true,
          extendedNextHop: false,
          addPath: [],
          gracefulRestart: 0,
        },
      ],
    });
  });

  it('takes every key to its place', () => {
    const keys = [
      ...['fe80::1%eth0', 'as=1.10', 'port=1790', 'local-as=65009', 'local-address=fe80::2', 'device=eth0', 'passive'],
      ...['password-env=KEY', 'ttl-security=2', 'hold-time=9s', 'connect-retry=1m', 'families=ipv6'],
      ...['nexthop-ipv6=2001:db8::9', 'med=5', 'as-path=65009 65009', 'community=65000:1', 'community=no-export'],
      ...['large-community=65000:1:2', 'extended-community=target:65000:1', 'only=192.0.2.0/25', 'only=2001:db8::/48'],
      ...['max-prefix=10', 'extended-message=false', 'extended-next-hop=false', 'add-path', 'graceful-restart=2m'],
    ];
    const given = { bgpListen: ['[::]:1790'], peer: [keys.join(',')] };
    const speaker = speakerOf(given, { KEY: 's3cret' });
    expect(speaker?.listen).toEqual([{ address: '::', device: '', port: 1790 }]);
    const [{ password, ...peer } = {} as never] = speaker?.peers ?? [];
    expect(password?.reveal()).toBe('s3cret');
    expect(peer).toEqual({
      address: 'fe80::1',
      device: 'eth0',
      port: 1790,
      as: 65_546,
      localAs: 65_009,
      localAddress: 'fe80::2',
      passive: true,
      ttlSecurity: 2,
      holdTime: 9,
      connectRetry: 60_000,
      families: ['ipv6'],
      nextHop: { ipv6: '2001:db8::9' },
      attributes: {
        med: 5,
        asPath: [65_009, 65_009],
        communities: ['65000:1', 'no-export'],
        largeCommunities: ['65000:1:2'],
        extendedCommunities: ['target:65000:1'],
      },
      only: ['192.0.2.0/25', '2001:db8::/48'],
      maxPrefix: 10,
      extendedMessage: false,
      extendedNextHop: false,
      addPath: ['ipv6'],
      gracefulRestart: 120,
    });
    expect(speakerOf({ peer: [`${PEER},role=rs-client,strict-role`] })?.peers[0]?.role).toEqual({
      ours: 'rs-client',
      isStrict: true,
    });
    expect(speakerOf({ peer: [`${PEER},role=peer`] })?.peers[0]?.role).toEqual({ ours: 'peer', isStrict: false });
    expect(speakerOf({ peer: [`${PEER},multihop=3,nexthop-ipv4=2001:db8::9`] })?.peers[0]).toMatchObject({
      multihop: 3,
      nextHop: { ipv4: '2001:db8::9' },
    });
    expect(speakerOf({ peer: ['2001:db8::1,as=65000,local-preference=0'] })?.peers[0]).toMatchObject({
      attributes: { localPreference: 0 },
      extendedNextHop: true,
    });
  });

  it('offers ADD-PATH in the families that have several next hops, unless the peer says otherwise', () => {
    const addPathOf = (flags: GivenFlags) => speakerOf(flags)?.peers.map(({ addPath }) => addPath);
    const two = ['10.1.1.7', '10.1.1.8'];
    expect(addPathOf({ nexthop: ['10.1.1.7', '2001:db8::7'] })).toEqual([[]]);
    expect(addPathOf({ nexthop: two })).toEqual([['ipv4']]);
    expect(addPathOf({ nexthop: ['self', '2001:db8::7'] })).toEqual([['ipv6']]);
    expect(addPathOf({ static: ['192.0.2.1/32,nexthop=self,nexthop=10.1.1.7'] })).toEqual([['ipv4']]);
    const peer = [`${PEER},add-path=no`, '10.1.1.253,as=1,add-path', '10.1.1.252,as=1,families=ipv6'];
    expect(addPathOf({ nexthop: two, peer })).toEqual([[], ['ipv4', 'ipv6'], []]);
  });

  it('is nothing without the speaker', () => {
    expect(speakerFrom(resolveSettings({}, {}).settings, {})).toBeUndefined();
  });
});

describe('a password', () => {
  const write = (name: string, text: string | Buffer, mode = 0o600): string => {
    const file = path.join(folder, name);
    fs.writeFileSync(file, text);
    fs.chmodSync(file, mode);
    return file;
  };
  const passwordIn = (file: string) => speakerOf({ peer: [`${PEER},password-file=${file}`] })?.peers[0]?.password;

  it.each([
    ['one line', 'hunter2', 'hunter2'],
    ['its end', 'hunter2\n', 'hunter2'],
    ['a Windows one', 'hunter2\r\nmore', 'hunter2'],
    ['spaces', ' a b ', ' a b '],
    ['80 octets', 'é'.repeat(40), 'é'.repeat(40)],
  ])('is the first line of its file: %s', (_what, text, password) => {
    expect(passwordIn(write('good', text))?.reveal()).toBe(password);
  });

  it.each([
    ['nothing', '', 'is empty: expected a password of 1 to 80 octets'],
    ['an empty first line', '\nhunter2', 'is empty: expected a password of 1 to 80 octets'],
    ['81 octets', `${'é'.repeat(40)}x`, 'has 81 octets: expected a password of 1 to 80'],
  ])('is refused, unseen: %s', (_what, text, why) => {
    const file = write('bad', text);
    expect(() => passwordIn(file)).toThrow(
      new PasswordError(`10.1.1.254: the first line of password-file ${file} ${why}`),
    );
  });

  it('is refused where it is not: each peer is named', () => {
    const peer = [`${PEER},password-file=${folder}/none`, '10.0.0.2,as=2,password-env=NONE'];
    expect(() => speakerOf({ peer })).toThrow(
      /^10\.1\.1\.254: password-file cannot be read: ENOENT.*; 10\.0\.0\.2: password-env NONE is empty/,
    );
    expect(() => passwordIn(folder)).toThrow(/EISDIR/);
  });

  it('is warned of when every user may read it', () => {
    const file = write('open', 'hunter2', 0o644);
    const { settings } = resolve({ peer: [`${PEER},password-file=${file}`] });
    const warnings: string[] = [];
    speakerFrom(settings, {}, ({ place, text }) => warnings.push(`${place}: ${text}`));
    expect(warnings).toEqual([`peer 10.1.1.254: password-file ${file}: every user of this host may read it`]);
    fs.chmodSync(file, 0o640);
    speakerFrom(settings, {}, () => expect.unreachable());
  });

  it('is in nothing that is printed or recorded', () => {
    const file = write('hidden', 'hunter2');
    const resolved = resolve({ peer: [`${PEER},password-file=${file}`] });
    const speaker = speakerFrom(resolved.settings, {});
    const shown = [
      ...[JSON.stringify(speaker), inspect(speaker, { depth: 9, showHidden: true }), `${speaker?.peers[0]?.password}`],
      ...[JSON.stringify(recordSettings(resolved)), JSON.stringify(resolved)],
    ];
    for (const text of shown) expect(text).not.toContain('hunter2');
  });
});

describe('a peer', () => {
  it.each([
    ['10.0.0.1', '"10.0.0.1": expected the AS number of this peer too, as "as"'],
    ['10.0.0.1,as=0', /^"10\.0\.0\.1,as=0": expected an AS number from 1/],
    ['10.0.0.1,as=7,as=8', '"10.0.0.1,as=7 and 8": expected one as-number'],
    ['10.0.0.1,as', '"10.0.0.1,as=": expected as-number'],
    ['10.0.0.1,as=7,sa=7', /^"10\.0\.0\.1,sa": expected a key of a peer; did you mean as\?/],
    ['10.0.0.1:1790,as=7', /^"10\.0\.0\.1:1790": expected the address of a peer, .*; a port is a key of its own$/],
    ['fe80::1,as=7', '"fe80::1": expected the device of a link-local address as well, such as fe80::1%eth0'],
    ['10.0.0.1%eth0,as=7', '"10.0.0.1%eth0": expected no device behind an address that is not link-local'],
    ['fe80::1%eth0,as=7,device=eth1', '"fe80::1%eth0,device=eth1": expected the device of fe80::1%eth0'],
    ['10.0.0.1,as=7,hold-time=2s', /hold-time=2s": expected a duration .*: 0, or whole seconds from 3s to 65535s$/],
    ['10.0.0.1,as=7,hold-time=90', /hold-time=90": expected a duration with its unit such as 9s/],
    ['10.0.0.1,as=7,hold-time=3500ms', /whole seconds/],
    ['10.0.0.1,as=7,port=0', /expected a whole number from 1 to 65535$/],
    ['10.0.0.1,as=7,password=x', /^"10\.0\.0\.1,password": expected a key of a peer/],
    ['10.0.0.1,as=7,ttl-security=255', /from 1 to 254$/],
    ['10.0.0.1,as=7,families=vpnv4', /expected one of ipv4, ipv6$/],
    ['10.0.0.1,as=7,nexthop-ipv6=10.0.0.1', /expected a unicast IPv6 address of a host$/],
    ['10.0.0.1,as=7,passive=perhaps', /expected true or false$/],
    ['10.0.0.1,as=7,role=transit', /role=transit": expected one of provider, rs-server, rs-client, customer, peer$/],
    ['10.0.0.1,as=7,role', '"10.0.0.1,role=": expected provider|rs-server|rs-client|customer|peer'],
    ['10.0.0.1,as=7,strict-role=maybe', /expected true or false$/],
    ['10.0.0.1,as=7,graceful-restart=4096s', /from 1s to 4095s$/],
  ])('is refused where it is wrong: %s', (peer, text) => {
    expect(problemsOf({ peer: [peer] })).toEqual([
      typeof text === 'string'
        ? `--peer: ${text}`
        : expect.stringMatching(new RegExp(text.source.replace('^', '^--peer: '))),
    ]);
  });

  it('has all its problems told at once', () => {
    expect(problemsOf({ peer: ['10.0.0.256,port=x,sa=1', '10.0.0.1'] })).toHaveLength(5);
  });

  it('comes from the environment too, several of them by semicolons', () => {
    const { settings, problems } = resolveSettings(
      { ...SPEAKER },
      { HA2BGP_PEER: '10.0.0.1,as=1,community=1:1; 10.0.0.2,as=2' },
    );
    expect(problems).toEqual([]);
    expect(settings.peer.map(({ address }) => address)).toEqual(['10.0.0.1', '10.0.0.2']);
  });

  it.each([
    [{ peer: [PEER, PEER] }, '10.1.1.254: is given twice'],
    [{ peer: [`${PEER},local-address=::1`] }, 'local-address ::1: expected an address of the same family'],
    [{ peer: [`${PEER},passive`] }, 'passive: needs --bgp-listen at an IPv4 address, for nobody would ever connect'],
    [{ peer: [`${PEER},nexthop-ipv4=10.1.1.254`] }, '10.1.1.254: is its own address'],
    [{ nexthop: ['10.1.1.254'] }, 'is the --nexthop too'],
    [{ nexthop: ['10.1.1.9'], peer: [`${PEER},nexthop-ipv4=10.1.1.8`] }, 'has no effect beside --nexthop 10.1.1.9'],
    [
      { nexthop: ['10.1.1.9', '10.1.1.7'], peer: [`${PEER},nexthop-ipv4=10.1.1.8`] },
      'has no effect beside --nexthop 10.1.1.9 and 10.1.1.7',
    ],
    [{ peer: [`${PEER},nexthop-ipv4=::9,extended-next-hop=no`] }, 'contradicts extended-next-hop false'],
    [{ peer: [`${PEER},nexthop-ipv6=::9,families=ipv4`] }, 'has no effect without ipv6 among its families'],
    [{ peer: [`${PEER},multihop=2,ttl-security=2`] }, 'multihop and ttl-security: expected one of them'],
    [{ peer: ['10.0.0.1,as=65000,multihop=2'] }, 'multihop: has no effect on iBGP'],
    [{ peer: ['10.0.0.1,as=65000,role=peer'] }, 'role peer: expected none on iBGP, where nobody has one'],
    [{ peer: [`${PEER},local-as=65001,role=provider`] }, 'role provider: expected none on iBGP'],
    [{ peer: [`${PEER},strict-role`] }, 'strict-role: needs a role, which is what we are to this peer'],
    [{ peer: [`${PEER},local-preference=1`] }, 'local-preference: has no effect on eBGP'],
    [{ peer: [`${PEER},as-path=65001`] }, 'as-path: begins with 65001: expected our AS 65000 first'],
    [{ asPath: ['65001'] }, 'as-path: begins with 65001: expected our AS 65000 first'],
    [{ peer: [`${PEER},password-file=/a,password-env=b`] }, 'expected one of them'],
    [{ peer: [PEER, `${PEER},port=1790`], bgpListen: ['::'] }, 'cannot be told from 10.1.1.254 when it connects'],
  ] as [GivenFlags, string][])('fits together: %j', (flags, text) => {
    expect(problemsOf(flags)).toEqual([expect.stringMatching(/^--peer: /)]);
    expect(problemsOf(flags)[0]).toContain(text);
  });

  it('fits together: a path of static prefixes', () => {
    const given = ['192.0.2.1/32 192.0.2.2/32,as-path=65000', '192.0.2.3/32 192.0.2.4/32,as-path=65001'];
    expect(problemsOf({ static: given })).toEqual([
      '--static: 192.0.2.3/32: as-path: begins with 65001: expected our AS 65000 first, for 10.1.1.254 refuses any other',
    ]);
    expect(problemsOf({ static: given, peer: [`${PEER},as-path=65000`, '10.0.0.1,as=65000'] })).toEqual([]);
    expect(problemsOf({ static: given, peer: [`${PEER},local-as=65009`] })).toHaveLength(2);
  });

  it.each([
    { peer: [PEER, `${PEER},port=1790`] },
    { peer: [PEER, `${PEER},port=1790,local-address=10.1.1.1`], bgpListen: ['0.0.0.0'] },
    { peer: [`${PEER},passive`], bgpListen: ['0.0.0.0'] },
    { asPath: ['65000', '65001'] },
    { peer: [`${PEER},strict-role=no`, `10.0.0.2,as=65001,role=customer,strict-role`] },
    { peer: ['10.0.0.1,as=65000,local-as=65009,role=peer'] },
    { peer: ['10.0.0.1,as=65000,as-path=65001'] },
    { peer: ['fe80::1%eth0,as=1', 'fe80::1%eth1,as=1'], bgpListen: ['::'] },
    { nexthop: ['10.1.1.9'], peer: [`${PEER},nexthop-ipv6=2001:db8::9`] },
    // It is told the other one.
    { nexthop: ['10.1.1.254', '10.1.1.9'] },
    { nexthop: ['10.1.1.9', 'self'], peer: [`${PEER},nexthop-ipv4=10.1.1.8`] },
    { nexthop: ['10.1.1.9'], static: ['192.0.2.1/32,nexthop=self'], peer: [`${PEER},nexthop-ipv4=10.1.1.8`] },
  ] as GivenFlags[])('may be so: %j', (flags) => {
    expect(problemsOf(flags)).toEqual([]);
  });
});

describe('backends', () => {
  it('need of the speaker what it cannot do without', () => {
    const { problems } = resolveSettings({ network: ['192.0.2.0/24'], bgpBackend: ['speaker'] }, {});
    expect(problems.map(({ place, text }) => `${place}: ${text}`)).toEqual([
      '--local-as: is needed with --bgp-backend speaker: the AS that the speaker is in',
      '--router-id: is needed with --bgp-backend speaker: an IPv4 address that no other BGP speaker around has, by custom one of this host',
      '--peer: is needed with --bgp-backend speaker: there would be nobody to tell',
    ]);
    const inFile = resolveSettings(
      {},
      {},
      parseConfig('network: [192.0.2.0/24]\nbgp-backend: speaker\n', '/etc/x.yaml'),
    );
    expect(inFile.problems.map(({ place }) => place)).toEqual(
      (['localAs', 'routerId', 'peer'] as const).map((name) => `/etc/x.yaml: ${pathOf(name).join('.')}`),
    );
  });

  it.each([
    [{ bgpBackend: ['exabgp'] }, ['--local-as', '--router-id', '--peer']],
    [{ bgpBackend: ['exabgp', 'test', 'speaker'] }, ['--bgp-backend']],
    [{ reannounce: ['0'] }, ['--reannounce']],
    [{ stateDir: ['/run/x'] }, ['--state-dir']],
    [{ exabgpApi: ['4'] }, ['--exabgp-api']],
    [{ nexthopSelfIpv6: ['true'] }, ['--nexthop-self-ipv6']],
    [{ neighbor: ['10.0.0.1'] }, ['--neighbor']],
    [{ pathInformation: ['1'] }, ['--path-information']],
    [{ onExit: ['keep'] }, ['--on-exit']],
    [{ localPreference: ['1'] }, ['--local-preference']],
  ] as [GivenFlags, string[]][])('have no options of others: %j', (flags, places) => {
    expect(resolve(flags).problems.map(({ place }) => place)).toEqual(places);
  });

  it.each([
    { bgpBackend: ['exabgp', 'speaker'], reannounce: ['0'], onExit: ['keep'], nexthopSelfIpv6: ['true'] },
    { bgpBackend: ['speaker', 'test'], exabgpApi: ['6'] },
    { onExit: ['withdraw'], name: ['dns'] },
    { stateDir: ['none'] },
    { localPreference: ['1'], peer: ['10.0.0.1,as=65000'] },
  ] as GivenFlags[])('may be so: %j', (flags) => {
    expect(problemsOf(flags)).toEqual([]);
  });

  it.each([
    [{ nexthop: ['10.1.1.7', '10.1.1.8'] }, ['--nexthop: 10.1.1.7 and 10.1.1.8']],
    [
      { nexthop: ['self', '10.1.1.8', '2001:db8::7', '2001:db8::8'] },
      ['--nexthop: self and 10.1.1.8', '2001:db8::7 and 2001:db8::8'],
    ],
    [
      { static: ['192.0.2.1/32 2001:db8::1/128,nexthop=10.1.1.7,nexthop=self', '192.0.2.2/32'] },
      ['--static: 192.0.2.1/32: nexthop: 10.1.1.7 and self'],
    ],
  ] as [GivenFlags, string[]][])('have several next hops with the speaker alone: %j', (flags, problems) => {
    expect(problemsOf(flags)).toEqual([]);
    const alone = '; several are for --bgp-backend speaker alone, which tells them with ADD-PATH';
    for (const [more, why] of [
      [{ bgpBackend: ['speaker', 'exabgp'] }, alone],
      [{ bgpBackend: ['speaker', 'test'] }, alone],
      [{ dryRun: ['yes'] }, ' with --dry-run, which shows commands of ExaBGP'],
    ] as const) {
      const text = `: expected one next hop a family${why}`;
      const told = problemsOf({ ...flags, ...more });
      expect(told).toEqual(problems.map((each) => expect.stringContaining(each)));
      for (const each of told) expect(each.endsWith(text)).toBe(true);
    }
  });

  it('make of several next hops one route, in the order in which they were given', () => {
    const { attributes, statics } = policyFrom(
      resolve({
        nexthop: ['2001:db8::8', '10.1.1.7', 'self', '10.1.1.8'],
        static: ['192.0.2.1/32,nexthop=10.1.1.6,med=5', '192.0.2.2/32'],
      }).settings,
    );
    expect(attributes).toEqual({
      ipv4: { nextHop: '10.1.1.7', otherNextHops: ['self', '10.1.1.8'] },
      ipv6: { nextHop: '2001:db8::8', otherNextHops: ['self'] },
    });
    expect([...statics.routes.values()]).toEqual([{ nextHop: '10.1.1.6', med: 5 }, attributes.ipv4]);
  });

  it('are those of a recording too, for what is said by them depends on who is told', () => {
    const resolved = resolve({ nexthop: ['10.1.1.7', 'self'], peer: [`${PEER},add-path,password-file=/nowhere`] });
    const recorded = recordSettings(resolved);
    const played = (instead: GivenFlags) => {
      const replayed = replaySettings(recorded, instead);
      return 'settings' in replayed ? policyFrom(replayed.settings).attributes : replayed.problems;
    };
    expect(played({})).toEqual(policyFrom(resolved.settings).attributes);
    expect(played({ nexthop: ['10.1.1.9', '10.1.1.8'] })).toMatchObject({
      ipv4: { nextHop: '10.1.1.9', otherNextHops: ['10.1.1.8'] },
      ipv6: { nextHop: 'self' },
    });
    const commands = recordSettings(resolveSettings({ network: ['192.0.2.0/24'] }, {}));
    expect(replaySettings(commands, { nexthop: ['10.1.1.9', '10.1.1.8'] })).toMatchObject({
      problems: [{ text: expect.stringContaining('expected one next hop a family') }],
    });
  });

  it('decide what IPv6 routes say without a next hop of their own', () => {
    const ipv6 = (flags: GivenFlags) => policyFrom(resolve(flags).settings).attributes.ipv6?.nextHop;
    expect(ipv6({})).toBe('self');
    expect(ipv6({ nexthop: ['2001:db8::9'] })).toBe('2001:db8::9');
    expect(ipv6({ bgpBackend: ['exabgp', 'speaker'] })).toBeUndefined();
    expect(resolve({}).warnings).toEqual([]);
  });
});
