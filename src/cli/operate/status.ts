/** `ha2bgp status`: a line for each service, then what stands around them. */
import type { STATUS_OPTIONS } from '../../config/options/operate.ts';
import { quote } from '../../config/quote.ts';
import type { AskedService, Status } from '../../model/view.ts';
import type { Answer } from '../call.ts';
import { complain, STATUS } from '../output.ts';
import { type Asked, readAsked } from './asked.ts';
import type { Client } from './client.ts';
import { nobodyCalled } from './named.ts';
import { paper, printBody, printLines, query, readJson, withDaemon, withPart } from './session.ts';
import { serviceLines, surroundingLines } from './status-text.ts';
import { hasEffect } from './words.ts';

export const answer: Answer<typeof STATUS_OPTIONS> = async (call) => {
  const { values, operands, environment } = call;
  const asked = operands[0] === undefined ? undefined : readAsked(operands[0]);
  if (asked?.type === 'wrong') {
    complain([{ place: quote(operands[0] ?? ''), text: `expected ${asked.expected}` }]);
    return STATUS.unknown;
  }
  if (values.down && values.state.length > 0) {
    complain([{ place: '--state', text: 'is one of the two: --down, or --state' }]);
    return STATUS.unknown;
  }
  return withDaemon('status', call, async (client) => {
    const about = {
      within: asked?.type === 'prefix' ? asked.prefix : undefined,
      name: asked?.type === 'name' ? asked.name : undefined,
    };
    const filters = {
      down: values.down ? 'true' : undefined,
      state: values.state.length === 0 ? undefined : values.state.join(','),
    };
    const body = await client.get(query('/v1/status', { ...filters, ...about }));
    const status = asked === undefined && values.json ? undefined : readJson<Status>(body);
    if (values.json) await printBody(body);
    if (status === undefined) return STATUS.ok;
    const isFiltered = values.down || values.state.length > 0;
    const services = values.json || isFiltered ? status.services : await orOne(client, asked, status.services);
    if (!values.json) {
      const sheet = paper(environment, values.noColor);
      const { now, room } = sheet;
      const lines = serviceLines(services, now, room);
      // The first of them is the blank line between.
      const around = asked === undefined ? surroundingLines(status, now, room) : [];
      await printLines(lines.length === 0 ? around.slice(1) : [...lines, ...around], sheet);
      if (services.length === 0 && asked?.type === 'name') {
        complain([{ place: 'status', text: nobodyCalled(asked.name) }]);
      }
    }
    if (asked === undefined) return STATUS.ok;
    // What a filter leaves out counts, too.
    const all = isFiltered ? readJson<Status>(await client.get(query('/v1/status', about))).services : services;
    return all.length > 0 && all.every(hasEffect) ? STATUS.ok : STATUS.notAnnounced;
  });
};

/** What nobody ever thought of announcing has a state, and a reason, too. */
async function orOne(
  client: Client,
  asked: Asked | undefined,
  services: readonly AskedService[],
): Promise<readonly AskedService[]> {
  if (services.length > 0 || asked?.type !== 'prefix') return services;
  return [readJson<AskedService>(await client.get(withPart('/v1/services', asked.prefix)))];
}
