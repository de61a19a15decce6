/** What there is to see of services: `model/view`, as it stands. */
import { hostPrefix, type Prefix } from '../../model/address.ts';
import { isToldToNobody, SERVICE_STATES, type ServiceView } from '../../model/view.ts';
import { atMost } from '../at-most.ts';
import { needed, optional } from '../field.ts';
import { addressOrPrefix, choices, integer, isWithin, prefix, present, word } from '../kinds.ts';
import type { ApiPorts } from '../ports.ts';
import { json, jsonInPieces, jsonOf, type Route, route } from '../route.ts';
import { schemaOf } from '../schemas.ts';

const STATUS_FILTERS = {
  down: optional({ ...present, help: 'only those that are not announced, or that nobody was told of' }),
  within: optional({ ...prefix, help: 'only those inside this prefix' }),
  name: optional({ ...word, help: 'only the service of this name' }),
  state: optional({ ...choices(SERVICE_STATES), help: 'only those in one of these states' }),
};
/** It looks at processes, and that takes a while. */
const EXPLAINED_AT_ONCE = 4;

export function viewRoutes({ operator }: ApiPorts): readonly Route[] {
  const explainNow = atMost(EXPLAINED_AT_ONCE);
  return [
    route({
      method: 'GET',
      path: '/v1/status',
      name: 'status',
      summary: 'All of it: the process, discovery, sinks, peers, checks, overrides and each service',
      query: STATUS_FILTERS,
      answers: jsonOf(schemaOf('Status')),
      act({ query }) {
        const { services: counts, ...outline } = operator.outline();
        const { down, within, name, state } = query;
        const isAskedFor = (service: ServiceView): boolean =>
          (down === undefined || !hasEffect(service)) &&
          (within === undefined || isWithin(service.prefix, within)) &&
          (name === undefined || service.name === name) &&
          (state === undefined || state.has(service.state));
        let toldToNobody = 0;
        const services = only(operator.services(), (service) => {
          if (isToldToNobody(service)) toldToNobody++;
          return isAskedFor(service);
        });
        return jsonInPieces({
          ...{ ...outline, overrides: operator.overrides(), counts, services },
          get toldToNobody() {
            return toldToNobody;
          },
        });
      },
    }),
    route({
      method: 'GET',
      path: '/v1/summary',
      name: 'summary',
      summary: 'The same without the services, of which there are only numbers',
      answers: jsonOf(schemaOf('Summary')),
      act: () => jsonInPieces({ ...operator.outline(), overrides: operator.overrides() }),
    }),
    route({
      method: 'GET',
      path: '/v1/services/{prefix}',
      name: 'service',
      summary: 'One service, also a prefix that was never a candidate',
      pathFields: { prefix: needed({ ...prefix, help: 'a prefix, or an address' }) },
      answers: jsonOf(schemaOf('AskedService')),
      act: ({ path }) => json(operator.service(path.prefix)),
    }),
    route({
      method: 'GET',
      path: '/v1/explain/{of}',
      name: 'explain',
      summary: 'Why an address is announced, or not: the five stages, what was told to whom, and what happened to it',
      pathFields: { of: needed({ ...addressOrPrefix, help: 'an address or a prefix, whatever it is' }) },
      answers: jsonOf(schemaOf('Explanation')),
      act: ({ path }) => explainNow(async () => json(await operator.explain(path.of))),
    }),
    route({
      method: 'GET',
      path: '/v1/history',
      name: 'history',
      summary:
        'The last transitions, what was said by hand, starts, stops and reloads of the daemon, and sessions with peers, the newest first',
      query: {
        prefix: optional({ ...addressOrPrefix, help: 'only transitions of this prefix, or address' }),
        most: optional({ ...integer(1, 10_000), help: 'how many of each, 1000 when left out' }),
      },
      answers: jsonOf(schemaOf('History')),
      act: ({ query: { prefix: of, most = 1_000 } }) =>
        jsonInPieces(operator.history({ most, ...(of !== undefined && { prefix: asPrefix(of) }) })),
    }),
  ];
}

/** Announced, and somebody was told of it, or is not to be. */
const hasEffect = (service: ServiceView): boolean =>
  (service.state === 'announced' || service.state === 'leaving') && !isToldToNobody(service);
const asPrefix = (of: string): Prefix => (of.includes('/') ? (of as Prefix) : hostPrefix(of as never));

/** `undefined` in place of the others. */
function* only<T>(all: Iterable<T>, isAskedFor: (one: T) => boolean): Generator<T | undefined> {
  for (const one of all) yield isAskedFor(one) ? one : undefined;
}
