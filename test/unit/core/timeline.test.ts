import { expect, it } from 'vitest';
import { createTimeline } from '../../../src/core/timeline.ts';
import type { Event } from '../../../src/model/event.ts';
import { ms } from '../../../src/model/millis.ts';
import { added, coreOf, factsRead } from '../../helpers/core.ts';
import * as facts from '../../helpers/facts.ts';
import { drain, overridden } from '../../helpers/overrides.ts';

it('has a drain of a service, from its beginning on, whatever its target', () => {
  const core = coreOf(['--network', '10.0.0.0/8', '--announce-delay', '0']);
  const timeline = createTimeline();
  const hear = (event: Event) => timeline.note(event.at, core.hear(event), core.state);
  const fire = (at: number) => timeline.note(ms(at), core.fire(at), core.state);
  hear({ type: 'started', at: ms(0) });
  hear(
    factsRead(0, {
      devices: added(facts.device('lo')),
      addresses: added(facts.assigned('10.0.0.1'), facts.assigned('10.1.0.1')),
      listeners: added(facts.listener('10.0.0.1', 80), facts.listener('10.1.0.1', 80)),
    }),
  );
  hear(overridden(1_000, { added: [drain('all', { at: 1_000, why: 'new kernel' })] }));
  hear(overridden(2_000, { removed: ['drain all'] }));
  hear(overridden(3_000, { added: [drain('10.0.0.0/16', { at: 3_000, until: 70_000 })] }));
  fire(63_000);
  fire(70_000);
  const told = timeline
    .services(ms(80_000))
    .map(({ prefix, entries }) => [
      prefix,
      ...entries.map(({ at, message, fields: { target, by, withdrawIn } }) =>
        [at, message, ...[target, by, withdrawIn].filter((each) => each !== undefined)].join(' '),
      ),
    ]);
  const all = ['0 announced', '1000 drained all anna 1m', '2000 undrained all anna'];
  expect(told).toEqual([
    [
      '10.0.0.1/32',
      ...all,
      ...['3000 drained 10.0.0.0/16 anna 1m', '63000 withdrawn', '70000 drain is over 10.0.0.0/16 anna'],
    ],
    ['10.1.0.1/32', ...all],
  ]);
});
