/** What the demo does, step by step, and what it waits for at the router. */
import { type Millis, ms } from '../../model/millis.ts';
import { DemoError } from './demo-error.ts';
import type { Service } from './services.ts';
import type { Change, ServiceName, Step } from './story.ts';

/** What a scenario works with. Times are of one clock. */
export interface Stage {
  readonly delays: { readonly announce: Millis; readonly withdraw: Millis; readonly halfLife: Millis };
  readonly dampening: { readonly suppress: number; readonly reuse: number };
  begin(step: Step): void;
  happened(change: Change): void;
  /** Opens, closes or kills it. When that was. */
  act(service: ServiceName, what: keyof Pick<Service, 'open' | 'close' | 'kill'>): Promise<Millis>;
  /** When the session came up, and when its opening began. */
  session(): Promise<{ readonly at: Millis; readonly startedAt: Millis }>;
  /** When the router got it, or lost it, at `since` or later. Throws `DemoError` when that does not come. */
  routed(service: ServiceName, isUp: boolean, since: Millis): Promise<Millis>;
  /** When the router last got or lost it; `undefined` if never. */
  lastChange(service: ServiceName): Millis | undefined;
  /** As the core has it now; `undefined` while it is not suppressed. */
  suppression(service: ServiceName): { readonly penalty: number; readonly reuseAt: Millis } | undefined;
  /** In the router's table. */
  routes(): number;
  /** Ends the daemon. When that was asked for. */
  stop(): Promise<Millis>;
  pause(length: Millis): Promise<void>;
}

/** How many times `begin` is called. */
export const STEPS = 9;

/** Time to read. */
const PAUSE = ms(2_200);
const DOWN_FOR = ms(400);
const DIP = ms(300);
/** Eight or nine do; more on a host that is slow to see them. */
const MOST_DIPS = 24;

export async function play(stage: Stage): Promise<void> {
  await sessionComesUp(stage);
  await bothOpen(stage);
  await webCloses(stage);
  await webComesBack(stage);
  await dnsRestarts(stage);
  const reuseAt = await webFlaps(stage);
  await dnsIsKilled(stage);
  await webIsReused(stage, reuseAt);
  await daemonStops(stage);
}

async function sessionComesUp(stage: Stage): Promise<void> {
  stage.begin({ title: 'A session', detail: 'ha2bgp connects to a router: BGP over TCP, on loopback.' });
  const { at, startedAt } = await stage.session();
  const took = ms(at - startedAt);
  stage.happened({
    at: startedAt,
    cause: 'ha2bgp starts',
    effect: 'session up',
    took,
    note: 'BGP over TCP',
    brief: 'BGP, TCP',
  });
  await stage.pause(PAUSE);
}

async function bothOpen(stage: Stage): Promise<void> {
  const { announce } = stage.delays;
  stage.begin({
    title: 'Two services open',
    detail: 'A listening socket is all it takes: half a second later (--announce-delay) both are announced.',
  });
  await Promise.all((['web', 'dns'] as const).map((service) => opens(stage, service, announce)));
  await stage.pause(PAUSE);
}

async function opens(stage: Stage, service: ServiceName, length: Millis): Promise<void> {
  const at = await stage.act(service, 'open');
  const took = ms((await stage.routed(service, true, at)) - at);
  stage.happened({
    at,
    cause: `${service} opens`,
    effect: 'announced',
    took,
    delay: { name: 'announce delay', length },
  });
}

async function webCloses(stage: Stage): Promise<void> {
  stage.begin({
    title: 'web closes',
    detail: 'Nothing serves the address any more: after a second (--withdraw-delay) it is withdrawn.',
  });
  const at = await stage.act('web', 'close');
  await goes(stage, 'web', at, 'web closes');
  await stage.pause(PAUSE);
}

async function goes(stage: Stage, service: ServiceName, at: Millis, cause: string): Promise<void> {
  const took = ms((await stage.routed(service, false, at)) - at);
  const delay = { name: 'withdraw delay', length: stage.delays.withdraw };
  stage.happened({ at, cause, effect: 'withdrawn', took, delay });
}

async function webComesBack(stage: Stage): Promise<void> {
  stage.begin({ title: 'web comes back', detail: 'And so does its route.' });
  await opens(stage, 'web', stage.delays.announce);
  await stage.pause(PAUSE);
}

async function dnsRestarts(stage: Stage): Promise<void> {
  const { withdraw } = stage.delays;
  stage.begin({
    title: 'dns restarts',
    detail: 'Down for 0.4 s, which is less than the withdraw delay: the router hears nothing of it.',
  });
  const at = await stage.act('dns', 'close');
  await stage.pause(DOWN_FOR);
  const downFor = ms((await stage.act('dns', 'open')) - at);
  await stage.pause(ms(withdraw + PAUSE));
  const last = stage.lastChange('dns');
  const note = `down for ${Math.round(downFor)} ms, below ${withdraw} ms`;
  const isSeen = last !== undefined && last > at;
  if (isSeen && downFor < withdraw) throw new DemoError(`the router heard of a restart of dns: ${note}`);
  // On a host that stands still so long it was none.
  const brief = `${Math.round(downFor)} ms down`;
  const effect = isSeen ? 'withdrawn' : 'unchanged';
  stage.happened({ at, cause: 'dns restarts', effect, took: undefined, note, brief });
  if (isSeen) await stage.routed('dns', true, at);
}

/** Until when it is suppressed. */
async function webFlaps(stage: Stage): Promise<Millis> {
  const { suppress } = stage.dampening;
  stage.begin({
    title: 'web flaps',
    detail: 'Each dip is hidden, but costs a penalty, and flap dampening takes the route.',
  });
  for (let dips = 1; dips <= MOST_DIPS; dips++) {
    await stage.act('web', 'close');
    await stage.pause(DIP);
    const at = await stage.act('web', 'open');
    await stage.pause(DIP);
    const found = stage.suppression('web');
    if (found === undefined) continue;
    const { penalty, reuseAt } = found;
    const goneAt = await stage.routed('web', false, ms(0));
    // Withdrawn before, where dips took longer than the delay.
    const took = goneAt >= at ? ms(goneAt - at) : undefined;
    const note = `penalty ${Math.round(penalty)}, above ${suppress}`;
    const brief = `penalty ${Math.round(penalty)}`;
    stage.happened({ at, cause: `web flaps ${dips} times`, effect: 'suppressed', took, note, brief });
    await stage.pause(PAUSE);
    return reuseAt;
  }
  throw new DemoError(`web flapped ${MOST_DIPS} times and was not suppressed`);
}

async function dnsIsKilled(stage: Stage): Promise<void> {
  stage.begin({
    title: 'dns is killed',
    detail: 'kill -9: it says no goodbye. The kernel closes its socket, and that is what ha2bgp looks at.',
  });
  const at = await stage.act('dns', 'kill');
  await goes(stage, 'dns', at, 'dns is killed -9');
  await stage.pause(PAUSE);
}

async function webIsReused(stage: Stage, reuseAt: Millis): Promise<void> {
  const { reuse } = stage.dampening;
  stage.begin({
    title: 'web has been steady',
    detail: `Its penalty halves every ${stage.delays.halfLife / 1_000} s. When it is down to ${reuse} the route comes back.`,
  });
  const at = await stage.routed('web', true, reuseAt);
  const [note, brief] = [`after its penalty was ${reuse}`, `penalty ${reuse}`];
  stage.happened({ at: reuseAt, cause: 'web is steady', effect: 'announced', took: ms(at - reuseAt), note, brief });
  await stage.pause(PAUSE);
}

async function daemonStops(stage: Stage): Promise<void> {
  stage.begin({ title: 'ha2bgp stops', detail: 'It says goodbye to the router, which drops what is left.' });
  const at = await stage.stop();
  const took = ms((await stage.routed('web', false, at)) - at);
  if (stage.routes() > 0) throw new DemoError(`${stage.routes()} routes are left in the router's table`);
  stage.happened({
    at,
    cause: 'ha2bgp stops',
    effect: 'withdrawn',
    took,
    note: 'the table is empty',
    brief: 'none left',
  });
  await stage.pause(PAUSE);
}
