/** What there is to see beside the services: peers, overrides, settings, and that the loop turns. */
import type { PeerView } from '../../model/view.ts';
import type { ApiPorts, SettingView } from '../ports.ts';
import { json, jsonInPieces, jsonOf, type Route, route } from '../route.ts';
import { BOOLEAN, listOf, objectOf, STRING } from '../schema.ts';
import { schemaOf } from '../schemas.ts';

export function surroundingRoutes({ operator, settings }: ApiPorts): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/peers',
      name: 'peers',
      summary: 'The BGP peers of each sink that has its own',
      answers: jsonOf(objectOf<{ peers: unknown[] }>({ peers: listOf(schemaOf('SinkPeer')) })),
      act: () => json({ peers: operator.outline().sinks.flatMap(({ name, peers = [] }) => withSink(name, peers)) }),
    }),
    route({
      method: 'GET',
      path: '/v1/overrides',
      name: 'overrides',
      summary: 'What was said by hand and is in force: drains, up and down',
      answers: jsonOf(objectOf<{ overrides: unknown[] }>({ overrides: listOf(schemaOf('Override')) })),
      act: () => jsonInPieces({ overrides: operator.overrides() }),
    }),
    route({
      method: 'GET',
      path: '/v1/settings',
      name: 'settings',
      summary: 'The settings in force, and where each comes from; secrets are left out',
      answers: jsonOf(
        objectOf<{ settings: unknown[] }>({
          settings: listOf(objectOf<SettingView>({ name: STRING, value: STRING, from: STRING })),
        }),
      ),
      act: () => json({ settings: settings() }),
    }),
    route({
      method: 'GET',
      path: '/v1/caller',
      name: 'caller',
      summary: 'Whether whoever asks this may change something, and the name that would stand beside it',
      answers: jsonOf(objectOf<{ by: string; mayChange: boolean }>({ by: STRING, mayChange: BOOLEAN })),
      act: ({ caller: { by, mayChange } }) => json({ by, mayChange }),
    }),
    route({
      method: 'GET',
      path: '/v1/health',
      name: 'health',
      summary: 'That the event loop turns; what it answers says nothing of the services',
      answers: jsonOf(objectOf<{ ok: true }>({ ok: BOOLEAN })),
      act: () => json({ ok: true }),
    }),
  ];
}

const withSink = (sink: string, peers: readonly PeerView[]): (PeerView & { readonly sink: string })[] =>
  peers.map((peer) => ({ ...peer, sink }));
