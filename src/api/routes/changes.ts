/** What can be done by hand. Each answers when the core has heard of it. */
import type { DrainTarget } from '../../model/override.ts';
import type { Done } from '../../runtime/operator.ts';
import { needed, optional } from '../field.ts';
import { choice, duration, prefix, why, word } from '../kinds.ts';
import type { ApiPorts } from '../ports.ts';
import { ApiProblem } from '../problem.ts';
import { json, jsonOf, type Route, route } from '../route.ts';
import { BOOLEAN, listOf, objectOf, STRING } from '../schema.ts';
import { schemaOf } from '../schemas.ts';

const TARGET = needed({ ...word, help: '"all", a prefix, an address, or the name of a service' });
const WHY = optional({ ...why, help: 'why, for whoever sees it later' });
const DONE = jsonOf(schemaOf('Done'));

export function changeRoutes({ operator }: ApiPorts): readonly Route[] {
  const targetOf = (text: string): DrainTarget => (text === 'all' ? { type: 'all' } : operator.findTarget(text));
  return [
    route({
      method: 'POST',
      path: '/v1/drain',
      name: 'drain',
      summary: 'Takes services out gently: less preferred first (RFC 8326), then withdrawn',
      body: {
        target: TARGET,
        for: optional({ ...duration, help: 'when it ends by itself; until undrain when left out' }),
        why: WHY,
      },
      answers: DONE,
      act: async ({ body, caller: { by } }) =>
        json(await operator.drain({ target: targetOf(body.target), by, why: body.why ?? '', for: body.for })),
    }),
    route({
      method: 'POST',
      path: '/v1/undrain',
      name: 'undrain',
      summary: 'Ends a drain',
      body: { target: TARGET },
      answers: DONE,
      act: async ({ body, caller: { by } }) => json(await operator.undrain({ target: targetOf(body.target), by })),
    }),
    route({
      method: 'POST',
      path: '/v1/set',
      name: 'set',
      summary: 'Says by hand, or from outside, that a service is up or down; auto takes that back',
      body: {
        prefix: needed({ ...prefix, help: 'a prefix, or an address' }),
        to: needed({ ...choice(['up', 'down', 'auto']), help: 'up, down or auto' }),
        ttl: optional({ ...duration, help: 'when it ends by itself; never when left out' }),
        why: WHY,
      },
      answers: DONE,
      async act({ body, caller: { by } }) {
        if (body.to === 'auto' && body.ttl !== undefined) {
          throw new ApiProblem(400, 'Something in the body is wrong.', {
            problems: [{ place: 'body.ttl', text: 'has no effect with "to": "auto"' }],
          });
        }
        const { prefix: of, to, ttl } = body;
        const done = await operator.set({ prefix: of, to, by, why: body.why ?? '', ttl });
        return { ...json(done), isOldNews: isOldNews(to, done) };
      },
    }),
    route({
      method: 'POST',
      path: '/v1/reload',
      name: 'reload',
      summary: 'Reads the settings anew; where anything is wrong with them, the old ones stay in force',
      answers: jsonOf(objectOf<{ ok: boolean; changed: string[] }>({ ok: BOOLEAN, changed: listOf(STRING) })),
      async act({ caller: { by } }) {
        const answer = await operator.reload(by);
        if (answer.ok) return json(answer);
        throw new ApiProblem(422, 'The new settings are not good: the old ones stay in force.', {
          problems: answer.problems,
        });
      },
    }),
  ];
}

/** A machine says the same every few seconds. */
function isOldNews(to: 'up' | 'down' | 'auto', { before: [before] = [], overrides: [now] }: Done): boolean {
  if (to === 'auto' || before === undefined) return to === 'auto' && before === undefined;
  return before.kind === now?.kind && before.by === now.by && before.why === now.why;
}
