/**
 * The options of `healthcheck`: those of ExaBGP's own, by the same names, and two of ours. The help, the configuration
 * file and the validator come from this table; `docs/healthcheck.md` is held against it.
 */
export interface HealthcheckOption {
  /** The first is its name in messages and in a configuration file. */
  readonly flags: readonly string[];
  /** What stands for the value in the help; none for a switch. */
  readonly argument?: string;
  /** The value where the flag stands without one. */
  readonly bare?: string;
  readonly isRepeatable?: boolean;
  /** Shown as the default. */
  readonly default?: string;
  readonly help: string;
  readonly group: 'process' | 'check' | 'routes' | 'hooks';
  /** Not in ExaBGP 4.2: has to be written out, so that no abbreviation that was good there is ambiguous here. */
  readonly isNew?: boolean;
}

export const HEALTHCHECK_OPTIONS = {
  silent: { flags: ['--silent', '-s'], help: 'log to syslog instead of stderr', group: 'process' },
  syslogFacility: {
    flags: ['--syslog-facility', '-sF'],
    argument: 'FACILITY',
    bare: 'daemon',
    help: 'log to syslog as well, with this facility',
    group: 'process',
  },
  noSyslog: { flags: ['--no-syslog'], help: 'log to stderr alone, as is done without it', group: 'process' },
  noAck: {
    flags: ['--no-ack', '-a'],
    help: 'ExaBGP answers no commands (exabgp.api.ack=false); found out without it',
    group: 'process',
  },
  sudo: { flags: ['--sudo'], help: 'add and remove addresses through "sudo -n ip"', group: 'process' },
  debug: { flags: ['--debug', '-d'], help: 'log at level debug, and to syslog only with --silent', group: 'process' },
  name: { flags: ['--name', '-n'], argument: 'NAME', help: 'the name of the service in the log', group: 'process' },
  config: {
    flags: ['--config', '-F'],
    argument: 'FILE',
    help: 'read options from a file: "option = value" or "option" in a line; the command line wins',
    group: 'process',
  },
  pid: { flags: ['--pid', '-p'], argument: 'FILE', help: 'write the process id to this file', group: 'process' },
  user: { flags: ['--user'], argument: 'USER', help: 'become this user once addresses are set up', group: 'process' },
  group: { flags: ['--group'], argument: 'GROUP', help: 'the same for the group', group: 'process' },
  interval: {
    flags: ['--interval', '-i'],
    argument: 'N',
    default: '5',
    help: 'seconds from one check to the next; 0: end after the first announce, and leave it announced',
    group: 'check',
  },
  fastInterval: {
    flags: ['--fast-interval', '-f'],
    argument: 'N',
    default: '1',
    help: 'the same while a change is under way',
    group: 'check',
  },
  timeout: {
    flags: ['--timeout', '-t'],
    argument: 'N',
    default: '5',
    help: 'seconds that a check may take; 0: for ever',
    group: 'check',
  },
  rise: { flags: ['--rise'], argument: 'N', default: '3', help: 'passes in a row that make it up', group: 'check' },
  fall: { flags: ['--fall'], argument: 'N', default: '3', help: 'failures in a row that make it down', group: 'check' },
  disable: { flags: ['--disable'], argument: 'FILE', help: 'disabled while this file exists', group: 'check' },
  command: {
    flags: ['--command', '--cmd', '-c'],
    argument: 'CMD',
    help: 'the check: passes with exit status 0. None given: always passes',
    group: 'check',
  },
  nextHop: { flags: ['--next-hop', '-N'], argument: 'IP', default: 'self', help: 'next hop', group: 'routes' },
  ips: {
    flags: ['--ip'],
    argument: 'IP',
    isRepeatable: true,
    help: 'announce this address or network. None given: the addresses of lo',
    group: 'routes',
  },
  ipIfname: {
    flags: ['--ip-ifname'],
    argument: 'IP%IFNAME',
    isRepeatable: true,
    isNew: true,
    help: 'set this --ip up on that device instead of lo',
    group: 'routes',
  },
  localPreference: {
    flags: ['--local-preference'],
    argument: 'P',
    default: '-1',
    help: 'local preference; -1 for none',
    group: 'routes',
  },
  deaggregateNetworks: {
    flags: ['--deaggregate-networks'],
    help: 'announce each address of a network by itself',
    group: 'routes',
  },
  noIpSetup: { flags: ['--no-ip-setup'], help: 'add no addresses at the start', group: 'routes' },
  dynamicIpSetup: {
    flags: ['--dynamic-ip-setup'],
    help: 'remove the addresses when down or disabled, add them again when up',
    group: 'routes',
  },
  label: { flags: ['--label'], argument: 'LABEL', help: 'of addresses: lo:LABEL', group: 'routes' },
  labelExactMatch: {
    flags: ['--label-exact-match'],
    isNew: true,
    help: 'without --ip: the whole label has to match, not its beginning',
    group: 'routes',
  },
  startIp: {
    flags: ['--start-ip'],
    argument: 'N',
    default: '0',
    help: 'which address comes first, and has the lowest metric',
    group: 'routes',
  },
  upMetric: {
    flags: ['--up-metric'],
    argument: 'M',
    default: '100',
    help: 'MED of the first when up',
    group: 'routes',
  },
  downMetric: {
    flags: ['--down-metric'],
    argument: 'M',
    default: '1000',
    help: 'MED of the first when down',
    group: 'routes',
  },
  disabledMetric: {
    flags: ['--disabled-metric'],
    argument: 'M',
    default: '500',
    help: 'MED of the first when disabled',
    group: 'routes',
  },
  increase: { flags: ['--increase'], argument: 'M', default: '1', help: 'added for each further one', group: 'routes' },
  community: { flags: ['--community'], argument: 'COMMUNITY', help: 'communities', group: 'routes' },
  extendedCommunity: {
    flags: ['--extended-community'],
    argument: 'EXTENDEDCOMMUNITY',
    help: 'extended communities',
    group: 'routes',
  },
  largeCommunity: {
    flags: ['--large-community'],
    argument: 'LARGECOMMUNITY',
    help: 'large communities',
    group: 'routes',
  },
  disabledCommunity: {
    flags: ['--disabled-community'],
    argument: 'DISABLEDCOMMUNITY',
    help: 'communities instead of --community when down or disabled',
    group: 'routes',
  },
  asPath: { flags: ['--as-path'], argument: 'ASPATH', help: 'AS path', group: 'routes' },
  upAsPath: { flags: ['--up-as-path'], argument: 'ASPATH', help: 'instead of --as-path when up', group: 'routes' },
  downAsPath: { flags: ['--down-as-path'], argument: 'ASPATH', help: 'the same when down', group: 'routes' },
  disabledAsPath: {
    flags: ['--disabled-as-path'],
    argument: 'ASPATH',
    help: 'the same when disabled',
    group: 'routes',
  },
  withdrawOnDown: {
    flags: ['--withdraw-on-down'],
    help: 'withdraw when down or disabled, instead of announcing a worse metric',
    group: 'routes',
  },
  pathId: { flags: ['--path-id'], argument: 'PATHID', help: 'path identifier; 0 for none', group: 'routes' },
  neighbors: {
    flags: ['--neighbor'],
    argument: 'NEIGHBOR',
    isRepeatable: true,
    help: 'announce to this neighbor alone; *: to every one',
    group: 'routes',
  },
  debounce: {
    flags: ['--debounce'],
    isNew: true,
    help: 'say what changes and repeat nothing, as is always done',
    group: 'routes',
  },
  execute: {
    flags: ['--execute'],
    argument: 'CMD',
    isRepeatable: true,
    help: 'run this at each change of state, with STATE in its environment',
    group: 'hooks',
  },
  upExecute: { flags: ['--up-execute'], argument: 'CMD', isRepeatable: true, help: 'when up', group: 'hooks' },
  downExecute: { flags: ['--down-execute'], argument: 'CMD', isRepeatable: true, help: 'when down', group: 'hooks' },
  disabledExecute: {
    flags: ['--disabled-execute'],
    argument: 'CMD',
    isRepeatable: true,
    help: 'when disabled',
    group: 'hooks',
  },
  hookTimeout: {
    flags: ['--hook-timeout'],
    argument: 'N',
    isNew: true,
    default: '30',
    help: 'seconds that each of these may take; 0: for ever',
    group: 'hooks',
  },
} as const satisfies Record<string, HealthcheckOption>;

export type HealthcheckOptionName = keyof typeof HEALTHCHECK_OPTIONS;
export const HEALTHCHECK_OPTION_NAMES = Object.keys(HEALTHCHECK_OPTIONS) as HealthcheckOptionName[];
export const healthcheckOption = (name: HealthcheckOptionName): HealthcheckOption => HEALTHCHECK_OPTIONS[name];
