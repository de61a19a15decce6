/**
 * SHELL: the table of `ha2bgp watch`: terminal and keys on one side, the daemon on the other, `state` and `frame` between.
 *
 * A change is a reason to ask for the whole status again, not before as long has passed as the last answer took, some
 * times over: a table of 5,000 rows costs the daemon little. The terminal is as it was whatever ends this process.
 */
import type { Explanation, Status } from '../../../model/view.ts';
import type { Lifecycle } from '../../../runtime/lifecycle.ts';
import { STATUS } from '../../output.ts';
import type { Line } from '../../terminal/line.ts';
import { openScreen } from '../../terminal/screen.ts';
import { type Client, RefusedError } from '../client.ts';
import type { DoneView } from '../done-text.ts';
import { explanationLines } from '../explain-text.ts';
import { NoDaemonError, SilentDaemonError } from '../find-daemon.ts';
import { readJson, withPart } from '../session.ts';
import { plural } from '../words.ts';
import { follow } from './follow.ts';
import { frame, pageOf } from './frame.ts';
import { keysOf } from './keys.ts';
import { type Effect, press } from './press.ts';
import { feelPulse } from './pulse.ts';
import { NEW_WATCH, type Order, type WatchState, withStatus } from './state.ts';

export interface LiveOptions {
  readonly client: Client;
  /** What is worth knowing before anything is done. */
  readonly warning: string | undefined;
  readonly lifecycle: Lifecycle;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Times count on between two answers. */
const REDRAW_EVERY_MS = 500;
/** What no change tells of: penalties, and what was told to whom. */
const ASK_EVERY_MS = 5_000;
const LEAST_BETWEEN_MS = 200;
/** The daemon has that many times as long for others. */
const REST = 4;

export async function watchTable({ client, warning, lifecycle, environment }: LiveOptions): Promise<number> {
  // Before the terminal is touched: where there is no daemon, a sentence will do.
  let state = await firstState(client);
  if (warning !== undefined) state = { ...state, message: { text: warning, isBad: true } };
  let explained: { readonly of: Explanation; readonly at: number } | undefined;
  const end = new AbortController();
  const screen = openScreen(environment, () => end.abort());
  const { stdin } = process;

  function giveBack(): void {
    screen.suspend();
    if (stdin.isRaw) stdin.setRawMode(false);
  }
  lifecycle.onSuspend(giveBack);
  lifecycle.onEnd(giveBack);
  lifecycle.onFailure((error) => {
    giveBack();
    process.stderr.write(`ha2bgp: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  });
  lifecycle.onClose(async () => {
    end.abort();
    giveBack();
  });

  function draw(): void {
    if (end.signal.aborted) return;
    // After Ctrl-Z and fg, too.
    if (!stdin.isRaw) stdin.setRawMode(true);
    screen.draw((size) => frame(state, Date.now(), size, explainedLines(size.columns)));
  }
  const explainedLines = (columns: number): readonly Line[] =>
    explained === undefined ? [] : explanationLines(explained.of, explained.at, columns);
  function become(next: WatchState): void {
    state = next;
    draw();
  }
  const say = (text: string, isBad: boolean): void => become({ ...state, message: { text, isBad } });

  const refresh = refresher(async () => {
    let isAnswered = false;
    try {
      const status = readJson<Status>(await client.get('/v1/status', end.signal));
      isAnswered = true;
      const isNew =
        state.status !== undefined &&
        status.process.startedAt !== state.status?.process.startedAt &&
        status.process.pid !== state.status?.process.pid;
      const message = isNew
        ? { text: `the daemon was started again: pid ${status.process.pid}`, isBad: false }
        : state.message;
      become(withStatus({ ...state, link: { type: 'connected' }, message }, status));
    } catch (error) {
      lost(sentenceOf(error));
    }
    return isAnswered;
  }, end.signal);

  function lost(why: string): void {
    const since = state.link.type === 'lost' ? state.link.since : Date.now();
    become({ ...state, link: { type: 'lost', since, why } });
  }

  async function give({ command, target }: Order): Promise<void> {
    try {
      const done = readJson<DoneView>(await client.post(`/v1/${command}`, { target }));
      const remarks = done.remarks.map((remark) => `; ${remark}`).join('');
      say(`${command} ${target}: done, concerns ${plural(done.services.length, 'service')}${remarks}`, false);
      refresh();
    } catch (error) {
      say(`${command} ${target}: ${sentenceOf(error)}`, true);
    }
  }

  async function explain(prefix: string): Promise<void> {
    try {
      const of = readJson<Explanation>(await client.get(withPart('/v1/explain', prefix), end.signal));
      explained = { of, at: Date.now() };
      become({ ...state, mode: { type: 'explain', top: 0 } });
    } catch (error) {
      say(sentenceOf(error), true);
    }
  }

  function carryOut(effect: Effect): void {
    switch (effect.type) {
      case 'quit':
        end.abort();
        return;
      case 'suspend':
        lifecycle.suspend();
        return;
      case 'redraw':
        screen.suspend();
        draw();
        return;
      case 'give':
        void give(effect.order);
        return;
      case 'explain':
        void explain(effect.prefix);
        return;
      default:
        effect satisfies never;
    }
  }

  stdin.setEncoding('utf8');
  stdin.on('data', (text) => {
    for (const key of keysOf(String(text))) {
      if (end.signal.aborted) return;
      const size = screen.size();
      const step = press(state, key, pageOf(size), explainedLines(size.columns).length);
      become(step.state);
      if (step.effect !== undefined) carryOut(step.effect);
    }
  });
  stdin.on('end', () => end.abort());
  screen.onResize(draw);
  draw();
  const timers = [setInterval(draw, REDRAW_EVERY_MS), setInterval(refresh, ASK_EVERY_MS)];
  try {
    await Promise.all([
      follow({ client, hear: () => refresh(), opened: refresh, lost, end: end.signal }),
      feelPulse({ client, silent: lost, answers: refresh, end: end.signal }),
    ]);
  } finally {
    end.abort();
    for (const timer of timers) clearInterval(timer);
    giveBack();
    screen.leave();
    stdin.pause();
  }
  return STATUS.ok;
}

/** One that is there and does not answer is waited for. */
async function firstState(client: Client): Promise<WatchState> {
  try {
    return withStatus(NEW_WATCH, readJson<Status>(await client.get('/v1/status')));
  } catch (error) {
    if (!(error instanceof SilentDaemonError)) throw error;
    return { ...NEW_WATCH, link: { type: 'lost', since: Date.now(), why: error.message } };
  }
}

/** What to say of an error that is no mistake of ours. */
function sentenceOf(error: unknown): string {
  if (error instanceof NoDaemonError || error instanceof RefusedError) return error.message;
  throw error;
}

/** Calls `ask`, once for all who want it meanwhile, and leaves time in between, as it took; none for what had no answer. */
function refresher(ask: () => Promise<boolean>, end: AbortSignal): () => void {
  let isAsking = false;
  let isWanted = false;
  const start = async (): Promise<void> => {
    isAsking = true;
    while (isWanted && !end.aborted) {
      isWanted = false;
      const startedAt = performance.now();
      const isAnswered = await ask();
      const took = isAnswered ? performance.now() - startedAt : 0;
      await new Promise((resolve) => setTimeout(resolve, Math.max(LEAST_BETWEEN_MS, took * REST)).unref());
    }
    isAsking = false;
  };
  return () => {
    isWanted = true;
    if (!isAsking) void start();
  };
}
