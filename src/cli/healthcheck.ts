/**
 * `ha2bgp healthcheck`: what ExaBGP's own healthcheck does, by the same options. One service is declared, with a check;
 * the core and the sink are those of `run`, and nothing of the kernel is read.
 */
import fs from 'node:fs';
import { createAddresses } from '../addresses/addresses.ts';
import { createIpCommand, type IpCommand, showWords } from '../addresses/ip-command.ts';
import { parseShown } from '../addresses/show.ts';
import { chooseFound, declare, healthcheckPolicy } from '../config/healthcheck/service.ts';
import type { HealthcheckSettings } from '../config/healthcheck/settings.ts';
import type { Problem } from '../config/place.ts';
import { policyFrom } from '../config/policy.ts';
import { resolveSettings } from '../config/settings.ts';
import { initialState } from '../core/state.ts';
import type { Prefix } from '../model/address.ts';
import type { Event } from '../model/event.ts';
import type { Route, RouteScope } from '../model/route.ts';
import type { CheckedService } from '../model/service.ts';
import { createExecProbe } from '../probe/exec.ts';
import { createHooks } from '../probe/hooks.ts';
import { realClock } from '../runtime/clock.ts';
import { isPiped, isTerminal, isUnderExabgp } from '../runtime/descriptors.ts';
import { createExecutor } from '../runtime/executor.ts';
import type { Lifecycle } from '../runtime/lifecycle.ts';
import { renderAs } from '../runtime/log/rendering.ts';
import { stderrDestination } from '../runtime/log/stderr.ts';
import { syslogDestination } from '../runtime/log/syslog.ts';
import { createLog, type Log } from '../runtime/log.ts';
import { createLoop, type Loop } from '../runtime/loop.ts';
import { become, findIdentity, type Identity } from '../runtime/privileges.ts';
import { takeNotifyWish } from '../runtime/systemd/notify-socket.ts';
import { createExabgpSink } from '../sink/exabgp/exabgp.ts';
import { memoryLedger } from '../sink/exabgp/ledger.ts';
import { hasColors } from './log.ts';
import { listen, openStdout } from './pipes.ts';
import { unfinished } from './unfinished.ts';

/**
 * For the withdraw and its answers: an ExaBGP that hangs reads nothing, and removing the addresses takes time, too. One
 * that shuts down is not waited for, the routes are gone with its sessions.
 */
const LAST_WORDS_WITHIN_MS = 500;

/** A setting that only shows to be bad once the host is looked at. */
export class BadSettings extends Error {
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    super(problems.map(({ place, text }) => `${place}: ${text}`).join('\n'));
    this.problems = problems;
  }
}

/** Throws `BadSettings` before anything is changed on the host or said to ExaBGP. */
export async function healthcheck(settings: HealthcheckSettings, version: string, lifecycle: Lifecycle): Promise<void> {
  takeNotifyWish(process.env, process.pid); // it is for whoever started ExaBGP; a check must not follow it
  const ip = createIpCommand(settings.viaSudo);
  const declaration = declare(settings, await foundOn(settings, ip));
  if (declaration.problems.length > 0) throw new BadSettings(declaration.problems);
  const identity = identityOf(settings);
  if (settings.pidFile !== undefined) writePid(settings.pidFile);
  const hasExabgp = isUnderExabgp();
  const log = openLog(settings, hasExabgp, lifecycle);
  const { command = 'none: always passes' } = settings.probe;
  log.info({ version, node: process.version, service: settings.name, command }, 'healthcheck started');
  for (const { place, text } of declaration.warnings) log.warn({ place, detail: text }, 'settings');
  const { addresses: wanted } = declaration;
  const addresses = createAddresses({ wanted, label: settings.label, ip, log: log.child('addresses') });

  const defaults = resolveSettings({}, {}).settings;
  let loop: Loop | undefined;
  const push = (event: Event): void => loop?.push(event);
  const clock = realClock((lost) => push({ type: 'stalled', at: clock.now(), lost }));
  const { service } = declaration;
  const hasAnswers = settings.hasAnswers && isPiped(0);
  // What an earlier run may have announced: it is withdrawn when it is not wanted, though nothing of it was said here.
  const ledger = memoryLedger();
  ledger.mark('+', routesOf(service, settings.scope));
  const sink = createExabgpSink({
    ...{ output: openStdout(log, lifecycle), clock, log: log.child('exabgp'), push, ledger },
    ...{ acks: hasAnswers ? 'unknown' : 'off', isDeaf: () => isDeaf, reannounce: defaults.reannounce },
  });
  const probe = createExecProbe({ service: service.id, probe: service.probe, clock, log: log.child('probe'), push });
  const hooks = createHooks({ timeout: settings.hookTimeout, clock, log: log.child('hooks'), push });
  const executor = createExecutor({
    ...{ clock, log, sinks: [sink], lookNow: () => {}, push, startProbe: probe.start },
    services: {
      runHooks: hooks.run,
      setUpAddresses: (id, run) =>
        void addresses.setUp().then((problem) => {
          push({ type: 'addressesSetUp', at: clock.now(), service: id, run, problem });
        }),
      removeAddresses: () => void addresses.remove(sink.settled(NEVER)),
      finish: () =>
        void hooks
          .idle()
          .then(() => sink.settled(NEVER))
          .then(() => {
            log.info({ announced: sink.status().told }, 'done (--interval 0), what is announced stays announced');
            lifecycle.exit(0);
          }),
    },
  });
  let isClosing = false;
  let isDeaf = false;
  /** ExaBGP, while we end: it hears nothing more, and the addresses are still to be removed. */
  const gone = new AbortController();
  lifecycle.onClose(async (why, time) => {
    isClosing = true;
    log.info({ why, announced: sink.status().told }, 'stopping, what is announced is withdrawn');
    loop?.close();
    probe.close();
    hooks.close();
    // Withdrawing comes first: it is what others wait for. The addresses are there until ExaBGP has heard of it.
    const told = AbortSignal.any([time, gone.signal, AbortSignal.timeout(LAST_WORDS_WITHIN_MS)]);
    await sink.close(told);
    await sink.settled(told);
    await addresses.remove(Promise.resolve());
    log.info(unfinished(sink.status()), 'stopped');
  });
  const deafened = (): void => {
    isDeaf = true;
  };
  const exit = (status: number, why: string): void => {
    if (isClosing) gone.abort();
    else lifecycle.exit(status, why);
  };
  listen(sink.hear, deafened, hasExabgp, log, { exit });

  if (settings.setsUpAddresses) {
    const problem = await addresses.setUp();
    // They were asked for by name, and may be served without being on a device: the routes don't depend on it.
    if (problem !== undefined) log.error({ detail: problem }, 'addresses not set up, announced all the same');
  }
  if (isClosing) return;
  if (identity !== undefined) become(identity);
  const base = policyFrom(defaults);
  loop = createLoop(initialState(healthcheckPolicy(base, service, settings.scope)), executor, (error) => {
    throw error;
  });
  push({ type: 'started', at: clock.now() });
}

/** Those of a service that is up. */
const routesOf = ({ routes }: CheckedService, scope: RouteScope | undefined): Route[] =>
  [...routes.up].map(([prefix, attributes]) => ({ prefix, attributes, ...(scope === undefined ? {} : { scope }) }));

/** For what has no time limit. */
const NEVER = new AbortController().signal;

/** The addresses of lo, for whoever names none. */
async function foundOn(settings: HealthcheckSettings, ip: IpCommand): Promise<readonly Prefix[]> {
  if (settings.networks.length > 0) return [];
  try {
    return chooseFound(parseShown(await ip.run(...showWords('lo'))), settings);
  } catch (error) {
    throw new BadSettings([{ place: '--ip', text: `none given, and lo cannot be read: ${(error as Error).message}` }]);
  }
}

function identityOf({ user, group }: HealthcheckSettings): Identity | undefined {
  try {
    return findIdentity(user, group);
  } catch (error) {
    throw new BadSettings([{ place: user === '' ? '--group' : '--user', text: (error as Error).message }]);
  }
}

function writePid(file: string): void {
  try {
    fs.writeFileSync(file, `${process.pid}\n`);
  } catch (error) {
    throw new BadSettings([{ place: '--pid', text: (error as Error).message }]);
  }
}

function openLog(settings: HealthcheckSettings, hasExabgp: boolean, lifecycle: Lifecycle): Log {
  const { name, isDebug, isSilent, syslog } = settings;
  const tag = name === 'healthcheck' ? name : `healthcheck-${name}`;
  const failed = (detail: string): void => {
    process.stderr.write(`ha2bgp: --syslog-facility: ${detail}\n`);
  };
  const isShown = isTerminal(2);
  const format = hasExabgp ? 'short-text' : isShown ? 'text' : 'json';
  const log = createLog({
    level: isDebug ? 'debug' : 'info',
    to: [
      ...(isSilent ? [] : [stderrDestination(renderAs(format, isShown && hasColors()))]),
      ...(syslog === undefined
        ? []
        : [syslogDestination({ facility: syslog, tag, render: renderAs('short-text'), failed })]),
    ],
  });
  lifecycle.onClosed(log.close);
  lifecycle.onEnd(log.flush);
  lifecycle.onFailure((error) => {
    if (error instanceof BadSettings) return;
    log.error({ detail: error instanceof Error ? (error.stack ?? error.message) : String(error) }, 'failed');
  });
  return log;
}
