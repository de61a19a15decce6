import { expect, it } from 'vitest';
import { type LogLine, NO_DESTINATION } from '../../../src/runtime/log/destination.ts';
import { createLog } from '../../../src/runtime/log.ts';

it('has another level from now on, its children as well', () => {
  const lines: LogLine[] = [];
  const log = createLog({ level: 'info', to: [{ ...NO_DESTINATION, write: (line) => void lines.push(line) }] });
  const child = log.child('bgp');
  const said = (): unknown[] => {
    for (const level of ['debug', 'info', 'warn', 'error'] as const) child[level]({}, level);
    return lines.splice(0).map(({ level, json }) => [level, JSON.parse(json).level, JSON.parse(json).component]);
  };
  const levels = (...all: readonly string[]) => all.map((level) => [level, level, 'bgp']);
  expect(said()).toEqual(levels('info', 'warn', 'error'));
  log.setLevel('debug');
  expect(said()).toEqual(levels('debug', 'info', 'warn', 'error'));
  log.setLevel('error');
  expect(said()).toEqual(levels('error'));
});
