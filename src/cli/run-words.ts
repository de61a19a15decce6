/** What ha2bgp makes of the words behind it in a `run` line of ExaBGP. */
import type { Plan, WordsRead } from '../config/exabgp-conf/run-line.ts';
import { resolveHealthcheck } from '../config/healthcheck/settings.ts';
import { nextHopsFor } from '../config/next-hops.ts';
import type { Settings } from '../config/options.ts';
import { announcedAsItIs } from '../config/services.ts';
import { resolveSettings } from '../config/settings.ts';
import { familyOf } from '../model/address.ts';
import { parseArguments } from './arguments.ts';

/** What would print it is not printed. */
const NO_VERSION = '';

/** `environment` is what the line itself sets: that of ExaBGP's service is not known here. */
export function readWords(words: readonly string[], environment: Readonly<Record<string, string>>): WordsRead {
  if (words[0] === 'healthcheck') return readHealthcheck(words.slice(1));
  const parsed = parseArguments(words, NO_VERSION);
  const nothing = { problems: [], warnings: [], plan: undefined };
  if ('print' in parsed) return { command: undefined, ...nothing };
  const { command } = parsed;
  if (command !== 'run' && command !== 'check') return { command, ...nothing };
  // What the file says is not known here, and half of the settings are not to be judged.
  if (parsed.flags.config !== undefined || (environment['HA2BGP_CONFIG'] ?? '') !== '') {
    return { command, problems: parsed.problems, warnings: [], plan: undefined };
  }
  const { settings, problems, warnings } = resolveSettings(parsed.flags, environment);
  const all = [...parsed.problems, ...problems];
  if (all.length > 0) return { command, problems: all, warnings: [], plan: undefined };
  const declared = settings.static.flatMap(({ prefixes }) => prefixes);
  const asItIs = announcedAsItIs(settings).map(({ prefix }) => prefix);
  const announced = new Set([...settings.network, ...asItIs, ...declared].map(familyOf));
  const families: Plan['families'] = Object.fromEntries(
    [...announced].map((family) => [family, { nextHop: nextHopsFor(family, settings)[0] }]),
  );
  // That no IPv6 next hop is given is said by who knows the line to write.
  const isHeld = families.ipv6 !== undefined && families.ipv6.nextHop === undefined;
  const others = warnings.filter(({ place }) => !(isHeld && place === '--nexthop'));
  const plan = { families, neighbors: settings.neighbor, hasPathIds: settings.pathInformation !== undefined };
  const unfit = unfitFor(settings);
  return { command, problems: unfit.problems, warnings: [...others, ...unfit.warnings], plan };
}

function readHealthcheck(words: readonly string[]): WordsRead {
  const command = 'healthcheck';
  const { settings, isHelpWanted, unknown, problems } = resolveHealthcheck(words);
  if (isHelpWanted) return { command: undefined, problems: [], warnings: [], plan: undefined };
  const all = [...unknown, ...problems];
  if (all.length > 0) return { command, problems: all, warnings: [], plan: undefined };
  // Which addresses lo has there is not known here.
  if (settings.networks.length === 0) return { command, problems: [], warnings: [], plan: undefined };
  const { nextHop, scope } = settings;
  const families = Object.fromEntries(settings.networks.map((network) => [familyOf(network), { nextHop }]));
  const { neighbors = [], pathInformation } = scope ?? {};
  return {
    command,
    problems: [],
    warnings: [],
    plan: { families, neighbors, hasPathIds: pathInformation !== undefined },
  };
}

/** What is good elsewhere, and not under ExaBGP 4.2 or 5. */
function unfitFor({ bgpBackend, exabgpApi, dryRun }: Settings): Pick<WordsRead, 'problems' | 'warnings'> {
  const problems = [];
  if (bgpBackend.includes('test')) {
    const text = '"test" does not read the answers of ExaBGP, which stands still once the pipe is full of them';
    problems.push({ place: '--bgp-backend', text });
  }
  if (exabgpApi === '6') {
    problems.push({ place: '--exabgp-api', text: 'ExaBGP 4.2 and 5 refuse every command of the grammar 6' });
  }
  const warnings = dryRun ? [{ place: '--dry-run', text: 'announces nothing' }] : [];
  return { problems, warnings };
}
