/**
 * `ha2bgp demo`: the daemon as `run` has it, between services that come and go and a router that keeps a table, all on
 * loopback, for half a minute.
 *
 * What it shows of the router is what came over TCP, and what it says of why is what the core has in its state. Nothing is
 * played: what does not come is an error. Needs no privilege, and leaves nothing behind. Cut short by a signal it says what
 * it has, and ends as a shell calls that: with 128 and the signal's number.
 */
import { standingOf } from '../../core/standing.ts';
import { type Millis, ms } from '../../model/millis.ts';
import type { Lifecycle } from '../../runtime/lifecycle.ts';
import { statusOfSignal } from '../cut-short.ts';
import { isRefusal } from '../host.ts';
import { type Line, span } from '../terminal/line.ts';
import { openScreen, type Screen } from '../terminal/screen.ts';
import { type Cast, type CastOptions, openCast } from './cast.ts';
import { DemoError } from './demo-error.ts';
import { frame, type ServiceView, type View } from './frame.ts';
import type { RouterEvents } from './router.ts';
import { play, STEPS } from './scenario.ts';
import { ROUTER } from './settings.ts';
import { createStage, setPatient } from './stage.ts';
import { newStory, SERVICE_NAMES, type Story } from './story.ts';
import { cutShort, type Shown, summary } from './summary.ts';
import { changeLine, hintWords, seconds, stepLine, withWarnings } from './words.ts';

const FRAME_EVERY_MS = 100;
/** It takes some thirty seconds; what takes so long has gone wrong. */
const LONGEST = ms(55_000);
const CLOSE_WITHIN_MS = 1_500;
/** Of the daemon's log, for whoever is told that something did not come. */
const MOST_WARNINGS = 5;
const TIMER = 'demo end';

type Closer = (time: AbortSignal) => Promise<void> | void;

/** Resolves when everything is closed and said. Throws `DemoError`, a sentence for people; everything is closed then, too. */
export async function demo(
  environment: Readonly<Record<string, string | undefined>>,
  lifecycle: Lifecycle,
): Promise<void> {
  const closers: Closer[] = [];
  const warnings: string[] = [];
  const cut = new AbortController();
  /** What is said when it is cut short; there is no story to tell at first. */
  let sayCut = (): readonly Line[] => [[span('interrupted')]];
  const close = async (time: AbortSignal): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer(time);
  };
  const screen = openScreen(environment, (error) => {
    // Nobody reads it any more, and that is all.
    if (error.code !== 'EPIPE') process.stderr.write(`ha2bgp: demo: stdout cannot be written: ${error.message}\n`);
    lifecycle.fail(error.code === 'EPIPE' ? 0 : 1);
  });
  lifecycle.onClose(async (why, time) => {
    const status = statusOfSignal(why);
    const words = status === undefined ? [] : sayCut();
    if (status !== undefined) lifecycle.fail(status);
    cut.abort();
    screen.leave();
    await Promise.all([close(time), screen.say(...words)]);
  });
  lifecycle.onSuspend(screen.suspend);
  lifecycle.onEnd(screen.leave);
  lifecycle.onFailure((error) => {
    screen.leave();
    process.stderr.write(`ha2bgp: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  });
  closers.push(screen.leave);
  const warned = (line: string): void => {
    warnings.push(line);
    warnings.splice(0, warnings.length - MOST_WARNINGS);
  };
  try {
    const lastWords = await show(screen, (closer) => closers.push(closer), {
      ...{ lifecycle, warned, cut: cut.signal },
      begun: (words) => {
        sayCut = words;
      },
    });
    if (cut.signal.aborted) return await new Promise(() => {});
    sayCut = () => [];
    await close(AbortSignal.timeout(CLOSE_WITHIN_MS));
    await screen.say(...lastWords);
  } catch (error) {
    // The scenario misses what is closed under it. The lifecycle ends what is left.
    if (cut.signal.aborted) return new Promise(() => {});
    await close(AbortSignal.timeout(CLOSE_WITHIN_MS));
    if (!(error instanceof DemoError) && !isRefusal(error)) throw error;
    throw new DemoError(withWarnings(error.message, warnings));
  }
}

interface Surroundings extends Pick<CastOptions, 'lifecycle' | 'warned'> {
  /** What comes after it is our own end, and no part of the story. */
  readonly cut: AbortSignal;
  /** Hears what to say from now on when it is cut short. */
  readonly begun: (sayCut: () => readonly Line[]) => void;
}

/** Returns the last words. */
async function show(
  screen: Screen,
  opened: (close: Closer) => void,
  { lifecycle, warned, cut, begun }: Surroundings,
): Promise<readonly Line[]> {
  const events: { current: RouterEvents | undefined } = { current: undefined };
  let session = ['no session yet'];
  const cast = await openCast({
    events: {
      up(at) {
        const place = `${ROUTER.address}:${cast.router.port}`;
        session = [
          `AS ${ROUTER.as}, as AS ${ROUTER.peerAs} told it over TCP to ${place}`,
          `AS ${ROUTER.as}, over TCP to ${place}`,
          `AS ${ROUTER.as}`,
        ];
        events.current?.up(at);
      },
      changed: (change, at) => events.current?.changed(change, at),
      down(why) {
        session = [`closed: ${why}`, 'closed'];
      },
    },
    ...{ lifecycle, warned, opened },
  });
  const { clock, state, source } = cast.daemon;
  const story = newStory(clock.now());
  let hints = '';
  let isStopped = false;

  const view = (): View => ({
    now: clock.now(),
    steps: STEPS,
    ...{ story, session, hints },
    table: cast.router.table,
    services: servicesOf(cast, clock.now(), isStopped),
  });
  const draw = (): void => {
    if (!isStopped) hints = hintWords(source.status().hints, source.status().interval);
    screen.draw((size) => frame(view(), size));
  };
  const stage = createStage({
    ...{ story, clock, state },
    services: cast.services,
    prefixes: cast.prefixes,
    routes: () => cast.router.table.size,
    startDaemon() {
      const at = clock.now();
      cast.daemon.start();
      return at;
    },
    async stopDaemon() {
      isStopped = true;
      await cast.daemon.close(AbortSignal.timeout(CLOSE_WITHIN_MS), 'withdraw', 'done');
    },
    told(news) {
      if (cut.aborted) return;
      draw();
      if (!screen.isLive) void screen.say(...linesOf(news, story, clock.now()));
    },
  });
  events.current = {
    ...stage.news,
    down: () => {},
    changed(change, at) {
      stage.news.changed(change, at);
      draw();
    },
  };
  cut.addEventListener('abort', () => {
    events.current = undefined;
  });
  const shown = (): Shown => ({ columns: screen.columns(), hasChanges: screen.isLive });
  begun(() => cutShort(story, clock.now(), STEPS, shown()));
  const redraw = setInterval(draw, FRAME_EVERY_MS);
  opened(() => clearInterval(redraw));
  const timeUp = new Promise<never>((_, reject) => {
    const late = (): void => reject(new DemoError(`not over after ${seconds(LONGEST)}: is this host very busy?`));
    setPatient(clock, TIMER, { startedAt: clock.now(), length: LONGEST }, late);
    opened(() => clock.clearTimer(TIMER));
  });
  await Promise.race([play(stage), timeUp]);
  return summary({ story, endedAt: clock.now(), command: cast.command, hints }, shown());
}

function servicesOf({ daemon, endpoints, prefixes }: Cast, now: Millis, isStopped: boolean): ServiceView[] {
  return SERVICE_NAMES.map((name) => {
    const prefix = prefixes[name];
    const verdict = daemon.state.services.get(prefix);
    const due = verdict?.state === 'rising' || verdict?.state === 'falling' ? ms(verdict.until - now) : undefined;
    const standing = isStopped ? undefined : standingOf(daemon.state, prefix, now);
    return { name, endpoint: endpoints[name], prefix, standing, dueIn: due };
  });
}

type News = Parameters<Parameters<typeof createStage>[0]['told']>[0];

/** For whoever reads lines. */
function linesOf(news: News, story: Story, now: Millis): Line[] {
  if ('change' in news) return [changeLine(news.change, story.startedAt, Number.POSITIVE_INFINITY)];
  return [[], stepLine(news.step, ms(now - story.startedAt))];
}
