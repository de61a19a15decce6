/** Whom the process talks to, and its log. */
import { logTo, syslogFacility } from '../option-log.ts';
import { choice, choices, filePath, toggle } from '../option-plain.ts';

export const PROCESS_OPTIONS = {
  config: filePath({
    flag: 'config',
    environment: 'HA2BGP_CONFIG',
    default: '',
    help: 'a file with settings, YAML; flags and the environment win over it. SIGHUP: it is read again',
  }),
  bgpBackend: choices(
    {
      flag: 'bgp-backend',
      environment: 'HA2BGP_BGP_BACKEND',
      default: ['exabgp'],
      help: 'who is told; repeatable. exabgp: commands on stdout, replies on stdin. speaker: every --peer. test: the commands, stdin is not read',
    },
    ['exabgp', 'speaker', 'test'],
    { exabgptest: 'test' },
  ),
  exabgpApi: choice(
    {
      flag: 'exabgp-api',
      environment: 'HA2BGP_EXABGP_API',
      default: '4',
      help: 'grammar of the commands. 4: ExaBGP 4.2 to 5.x. 6: ExaBGP 6, with the neighbor first',
    },
    ['4', '6'],
  ),
  dryRun: toggle({
    flag: 'dry-run',
    environment: 'HA2BGP_DRY_RUN',
    help: 'announce nothing: the commands stand in the log, and nothing on stdout',
  }),
  logTo: logTo({
    flag: 'log-to',
    environment: 'HA2BGP_LOG_TO',
    default: 'stderr',
    help: 'where the log goes. A file is appended to, and opened anew at SIGUSR2; syslog and journald: those of this host',
  }),
  syslogFacility: syslogFacility({
    flag: 'syslog-facility',
    environment: 'HA2BGP_SYSLOG_FACILITY',
    default: 'daemon',
    help: 'facility of the log in syslog, such as local0',
  }),
  logFormat: choice(
    {
      flag: 'log-format',
      environment: 'HA2BGP_LOG_FORMAT',
      default: 'auto',
      help: 'format of the log. auto: text on a terminal, under ExaBGP and in syslog, JSON otherwise',
    },
    ['auto', 'text', 'json'],
  ),
  logLevel: choice(
    {
      flag: 'log-level',
      environment: 'HA2BGP_LOG_LEVEL',
      default: 'info',
      help: 'least level that is logged',
    },
    ['debug', 'info', 'warn', 'error'],
  ),
  debug: toggle({
    flag: 'debug',
    short: 'd',
    environment: 'HA2BGP_DEBUG',
    help: 'the same as --log-level debug',
  }),
  noColor: toggle({
    flag: 'no-color',
    environment: 'HA2BGP_NO_COLOR',
    help: 'no colours in the log (nor where NO_COLOR is set, or stderr is no terminal)',
  }),
} as const;
