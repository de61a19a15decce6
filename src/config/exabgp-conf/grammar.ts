/**
 * Which words ExaBGP knows in which section (configuration/configuration.py and the `known` tables below it), and what
 * kind of value follows. What is inside the sections of routes is not looked at.
 */
import type { Release } from './release.ts';
import type { ValueKind } from './values.ts';

export interface Grammar {
  readonly commands: Readonly<Record<string, ValueKind>>;
  /** Name of a section inside it → its grammar; `undefined` is one that is not looked into. */
  readonly sections: Readonly<Record<string, Grammar | undefined>>;
}

const NEIGHBOR_COMMANDS: Readonly<Record<string, ValueKind>> = {
  inherit: 'names',
  description: 'any',
  'host-name': 'hostName',
  'domain-name': 'domainName',
  'router-id': 'ipv4',
  'hold-time': 'holdTime',
  'rate-limit': 'rate',
  'local-address': 'addressOrAuto',
  'peer-address': 'range',
  'local-as': 'asn',
  'peer-as': 'asn',
  passive: 'boolean',
  listen: 'number',
  connect: 'number',
  'outgoing-ttl': 'ttl',
  'incoming-ttl': 'ttl',
  'md5-password': 'word',
  'md5-base64': 'booleanOrAuto',
  'md5-ip': 'address',
  'group-updates': 'boolean',
  'auto-flush': 'boolean',
  'adj-rib-out': 'boolean',
  'adj-rib-in': 'boolean',
  'manual-eor': 'boolean',
};

const CAPABILITY_COMMANDS: Readonly<Record<string, ValueKind>> = {
  nexthop: 'boolean',
  'add-path': 'addPath',
  asn4: 'boolean',
  'graceful-restart': 'gracefulRestart',
  'multi-session': 'boolean',
  operational: 'boolean',
  'route-refresh': 'boolean',
  aigp: 'boolean',
  'extended-message': 'boolean',
};

const API_COMMANDS: Readonly<Record<string, ValueKind>> = {
  processes: 'list',
  'neighbor-changes': 'boolean',
  negotiated: 'boolean',
  fsm: 'boolean',
  signal: 'boolean',
};

const DIRECTIONS = [
  ...['parsed', 'packets', 'consolidate', 'open', 'update', 'notification', 'keepalive', 'refresh', 'operational'],
];
const DIRECTION: Grammar = {
  commands: Object.fromEntries(DIRECTIONS.map((name) => [name, 'boolean'])),
  sections: {},
};
const FAMILIES: Readonly<Record<string, ValueKind>> = {
  ipv4: 'ipv4Family',
  ipv6: 'ipv6Family',
  l2vpn: 'l2vpnFamily',
  'bgp-ls': 'bgpLsFamily',
};

function grammarFor(release: Release): Grammar {
  const isNew = release === '5.0';
  const family: Grammar = { commands: { ...FAMILIES, ...(isNew ? { all: 'any' } : {}) }, sections: {} };
  const kinds = [
    'unicast',
    'multicast',
    'nlri-mpls',
    'mpls-vpn',
    'flow',
    'flow-vpn',
    ...(isNew ? ['mcast-vpn', 'mup'] : []),
  ];
  const routes: Grammar = { commands: Object.fromEntries(kinds.map((kind) => [kind, 'any'])), sections: {} };
  const neighbor: Grammar = {
    commands: { ...NEIGHBOR_COMMANDS, ...(isNew ? { 'source-interface': 'any' } : {}) },
    sections: {
      family,
      'add-path': family,
      capability: {
        commands: { ...CAPABILITY_COMMANDS, ...(isNew ? { 'software-version': 'boolean' } : {}) },
        sections: {},
      },
      nexthop: { commands: { ipv4: 'any', ipv6: 'any' }, sections: {} },
      api: {
        commands: { ...API_COMMANDS, ...(isNew ? { 'processes-match': 'list' } : {}) },
        sections: { send: DIRECTION, receive: DIRECTION },
      },
      static: { commands: { route: 'any', attribute: 'any', attributes: 'any' }, sections: { route: undefined } },
      flow: undefined,
      l2vpn: undefined,
      operational: undefined,
      announce: {
        commands: {},
        sections: { ipv4: routes, ipv6: routes, l2vpn: { commands: { vpls: 'any' }, sections: {} } },
      },
    },
  };
  return {
    commands: {},
    sections: {
      process: { commands: { run: 'program', encoder: 'encoder', respawn: 'boolean' }, sections: {} },
      neighbor,
      template: { commands: {}, sections: { neighbor } },
    },
  };
}

export const GRAMMARS: Readonly<Record<Release, Grammar>> = { '4.2': grammarFor('4.2'), '5.0': grammarFor('5.0') };
