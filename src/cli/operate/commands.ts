/** The commands that ask, or change, a daemon that runs: clients of its control socket. */
import {
  BUNDLE_OPTIONS,
  DRAIN_OPTIONS,
  EXPLAIN_OPTIONS,
  HISTORY_OPTIONS,
  PEERS_OPTIONS,
  RELOAD_OPTIONS,
  SET_OPTIONS,
  STATUS_OPTIONS,
  UNDRAIN_OPTIONS,
  WATCH_OPTIONS,
} from '../../config/options/operate.ts';
import type { CommandDescription, Operand } from '../command.ts';

const COMMON = {
  group: 'operate',
  options: [],
  operands: [],
  whyNoOthers: 'is a setting of the daemon (ha2bgp run), and has no effect here',
  exits: {},
  examples: [],
} as const;

/** Of status and explain: what to say to a script that asks about one thing. */
const NOT_ANNOUNCED = 'what was asked about is not announced, not all of it, or nobody was told of it';
const PREFIX = { shown: 'PREFIX', kind: 'prefix', expected: 'a prefix such as 192.0.2.1/32' } as const;
const ANY = {
  shown: 'SERVICE|PREFIX|ADDRESS',
  kind: 'service',
  expected: 'a prefix, an address, the name of a service, or --all',
} as const satisfies Omit<Operand, 'isNeeded'>;

export const OPERATE_COMMANDS = {
  status: {
    ...COMMON,
    summary: 'a line for each service: announced or not, since when, why, and who was told',
    description:
      'Prints a line for each service of a running daemon: prefix, state, since when, who was told (sinks and peers), and why ' +
      'it is not announced; then what was done by hand, the peers, and how the kernel is read. With a prefix, an address or ' +
      'a name: that alone, and everything inside it.',
    own: STATUS_OPTIONS,
    operands: [
      {
        ...{ shown: 'PREFIX|ADDRESS|NAME', kind: 'service', isNeeded: false },
        expected: 'a prefix, an address or the name of a service',
      },
    ],
    exits: { 3: NOT_ANNOUNCED },
    examples: [
      ['status', 'everything'],
      ['status --down', 'what is not announced or told to nobody, and why'],
      ['status 192.0.2.1 && echo announced', 'for a script'],
    ],
  },
  explain: {
    ...COMMON,
    summary: 'why an address or prefix is announced, or is not, stage by stage',
    description:
      'Prints the five stages that a decision goes through, in order, for any address or prefix, also one that nobody ever ' +
      'thought of announcing: what was found, by which rule, until when it waits; then what each sink and peer was told, and ' +
      'the last changes. Of a service by its name: of each of its prefixes.',
    own: EXPLAIN_OPTIONS,
    operands: [
      {
        ...{ shown: 'ADDRESS|PREFIX|NAME', kind: 'service', isNeeded: true },
        expected: 'an address, a prefix or the name of a service',
      },
    ],
    exits: { 3: NOT_ANNOUNCED },
    examples: [['explain 192.0.2.1', '']],
  },
  watch: {
    ...COMMON,
    summary: 'the same as status, kept up to date, with keys to sort, filter and drain',
    description:
      'Keeps a table of the services on the terminal up to date, with keys to sort, to filter, and to drain or undrain the ' +
      'selected one after a confirmation; ? says which. With --events a line for each change, for logs and pipes.',
    own: WATCH_OPTIONS,
    examples: [['watch --events --json', 'a line of JSON for each change']],
  },
  history: {
    ...COMMON,
    summary: 'the last changes of state, with their causes',
    description:
      'Prints the last changes of state, the newest below, each with its cause; of all services, or of one. What was ' +
      'said by hand stands between them, and starts, stops and reloads of the daemon.',
    own: HISTORY_OPTIONS,
    operands: [
      {
        ...{ shown: 'ADDRESS|PREFIX|NAME', kind: 'service', isNeeded: false },
        expected: 'an address, a prefix or the name of a service',
      },
    ],
    examples: [
      ['history 192.0.2.1 --most 10', 'the last ten of one address'],
      ['history --since 03:00 --until 03:30', 'what happened at three in the morning, UTC'],
    ],
  },
  peers: {
    ...COMMON,
    summary: 'the BGP peers: session, since when, what they were told and what not',
    description:
      'Prints the peers of the bundled speaker: state of the session, since when, and what they were told and what not.',
    own: PEERS_OPTIONS,
  },
  drain: {
    ...COMMON,
    summary: 'take services out of use: tell the routers gently, then withdraw',
    description:
      'Tells the routers that the routes are about to go (RFC 8326: community 65535:0, and the lowest preference), and ' +
      'withdraws them after --drain-time of the daemon. Goes over everything else until undrain, or until --for is over. The ' +
      'name of a service stands for all its prefixes.',
    own: DRAIN_OPTIONS,
    operands: [{ ...ANY, isNeeded: false }],
    examples: [
      ['drain dns --for 30m', 'all prefixes of the service of that name'],
      ['drain 192.0.2.1 --for 30m --reason "new kernel"', 'one address, for half an hour'],
      ['drain --all', 'all of this host, before it is shut down'],
    ],
  },
  undrain: {
    ...COMMON,
    summary: 'end a drain, and those inside it',
    description:
      'Ends the drain that was begun with the same words, and those of what is inside. A wider one goes on, and the answer ' +
      'says so.',
    own: UNDRAIN_OPTIONS,
    operands: [{ ...ANY, kind: 'drained', isNeeded: false }],
    examples: [['undrain 192.0.2.1', '']],
  },
  set: {
    ...COMMON,
    summary: 'say by hand that a prefix is up or down, or leave it to what is found (auto)',
    description:
      'Says by hand that a prefix is up or down. up stands in for listener, checks, delays and dampening, never for the address ' +
      'on the host or what the settings forbid; down is withdrawn at once; auto ends both. With --ttl it ends by itself: ' +
      'for what is pushed from outside again and again.',
    own: SET_OPTIONS,
    operands: [
      { ...PREFIX, isNeeded: true },
      { shown: 'up|down|auto', kind: 'to', expected: 'up, down or auto', isNeeded: true },
    ],
    examples: [
      ['set 192.0.2.1/32 down --reason "disk full"', ''],
      ['set 192.0.2.1/32 up --ttl 10m', 'for ten minutes, unless it is said again'],
    ],
  },
  reload: {
    ...COMMON,
    summary: 'have the daemon read its configuration file again',
    description:
      'Has the daemon read its configuration file again, and prints what changed; or every problem, and then the old settings ' +
      'stay in force.',
    own: RELOAD_OPTIONS,
  },
  bundle: {
    ...COMMON,
    summary: 'write one archive with all there is to see, without secrets, for whoever has to help',
    description:
      'Writes one archive (.tar.gz, for its owner alone): settings without secrets, status, peers, history, why what is not ' +
      'announced is not, the recording where there is one, the end of the log where it is in a file or in the journal, and ' +
      'versions. No password and no token of the settings is in it; addresses, names, commands of checks and what people ' +
      'wrote are.',
    own: BUNDLE_OPTIONS,
    examples: [['bundle -o /tmp/ha2bgp.tar.gz', '']],
  },
} as const satisfies Readonly<Record<string, CommandDescription>>;
