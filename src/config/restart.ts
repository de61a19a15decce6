/** Settings that cannot change while ha2bgp runs, and which of those two sets of settings differ in. */
import type { Option } from './option.ts';
import { OPTION_NAMES, OPTIONS, type OptionName } from './options.ts';
import { type Problem, placeIn } from './place.ts';
import { textOf } from './setting-text.ts';
import type { Resolved } from './settings.ts';

const LOG = 'the log is opened once, before anything else';
const ACCOUNT = 'what was announced is accounted for under it, and locked';
const RECORDING = 'its files are opened once, and begin with how many there are';
const OPENED = 'it is opened once, when the daemon has started';
const ROUTE = 'it is a part of which route one is: all would be withdrawn, and announced again as others';

/** With the reason, which `docs/configuration.md` has too. */
export const NEEDS_RESTART: Readonly<Partial<Record<OptionName, string>>> = {
  netns: 'facts of another namespace are those of another host',
  pathInformation: ROUTE,
  neighbor: ROUTE,
  stateDir: ACCOUNT,
  name: ACCOUNT,
  config: 'it names what is read again',
  bgpBackend: 'stdout, stdin and the sessions of those who are told are opened once',
  dryRun: 'nothing that was announced would be withdrawn',
  exabgpApi: 'the ExaBGP that is spoken to is the same',
  record: RECORDING,
  recordSize: RECORDING,
  recordFiles: RECORDING,
  logFormat: LOG,
  noColor: LOG,
  logTo: LOG,
  syslogFacility: LOG,
  dataDir: ACCOUNT,
  controlSocket: OPENED,
  apiListen: OPENED,
  statusFile: OPENED,
  statusInterval: OPENED,
  metricsFile: OPENED,
  metricsInterval: OPENED,
  metricsMaxServices: OPENED,
};

const TLS = 'each connection begins with TLS, or none does';
const CLIENTS = 'who connects is asked for a certificate, or nobody is';

/** Of these the file may be another one, and what is in it; whether there is one takes a restart. */
export const SWITCHED_BY_RESTART: Readonly<Partial<Record<OptionName, string>>> = {
  apiTlsCert: TLS,
  apiTlsKey: TLS,
  apiTlsClientCa: CLIENTS,
};

/** Whether both mean the same. */
export function isSameSetting(name: OptionName, before: Resolved, after: Resolved): boolean {
  const option = OPTIONS[name] as Option<unknown>;
  return textOf(option, before.settings[name]) === textOf(option, after.settings[name]);
}

export function checkRestart(before: Resolved, after: Resolved): readonly Problem[] {
  const placeOf = placeIn(after.origins);
  return OPTION_NAMES.flatMap((name) => {
    const why = NEEDS_RESTART[name];
    if (why !== undefined && !isSameSetting(name, before, after)) {
      return [{ place: placeOf(name), text: `needs a restart to change: ${why}` }];
    }
    const switched = SWITCHED_BY_RESTART[name];
    const [was, is] = [before.settings[name] !== '', after.settings[name] !== ''];
    if (switched === undefined || was === is) return [];
    return [{ place: placeOf(name), text: `needs a restart to be ${is ? 'added' : 'left out'}: ${switched}` }];
  });
}
