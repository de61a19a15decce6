/** A daemon whose operator a test asks: `operated.mjs`, which loads what is built. */
import path from 'node:path';
import type { ServiceView, Summary } from '../../src/model/view.ts';
import type { Done, DrainOrder, Operations, SetOrder } from '../../src/runtime/operator.ts';
import { aloneEnvironment } from './daemon.ts';
import { type Started, start } from './processes.ts';
import { until } from './until.ts';

export interface Operated extends Started {
  drain(order: DrainOrder): Promise<Done>;
  undrain(order: Parameters<Operations['undrain']>[0]): Promise<Done>;
  set(order: SetOrder): Promise<Done>;
  service(prefix: string): Promise<ServiceView>;
  summary(): Promise<Summary>;
  /** Commands on stdout so far. */
  lines(): readonly string[];
  logged(text: string): Promise<void>;
}

/** Resolves when it has begun. `via`: words that run a command elsewhere. */
export async function startOperated(
  words: readonly string[],
  via: readonly string[] = [],
  environment: NodeJS.ProcessEnv = {},
): Promise<Operated> {
  const [command = '', ...args] = [...via, process.execPath, path.join(import.meta.dirname, 'operated.mjs'), ...words];
  const started = start(command, args, {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...aloneEnvironment(), ...environment },
  });
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let asked = 0;
  started.child.on('message', ({ id, value, error }: { id: number; value?: unknown; error?: string }) => {
    const asker = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) asker?.resolve(value);
    else asker?.reject(new Error(error));
  });
  started.child.on('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error(`it has ended\n${started.stderr()}`));
  });
  const answer = (id: number): Promise<never> =>
    new Promise<unknown>((resolve, reject) => waiting.set(id, { resolve, reject })) as Promise<never>;
  const ask =
    (method: string) =>
    (...all: readonly unknown[]): Promise<never> => {
      const id = ++asked;
      started.child.send({ id, method, args: all });
      return answer(id);
    };
  await answer(0);
  return {
    ...started,
    drain: ask('drain'),
    undrain: ask('undrain'),
    set: ask('set'),
    service: ask('service'),
    summary: ask('summary'),
    lines: () =>
      started
        .stdout()
        .split('\n')
        .filter((line) => line !== ''),
    logged: async (text) => void (await until(`log: ${text}`, () => started.stderr().includes(text))),
  };
}
