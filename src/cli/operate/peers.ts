/** `ha2bgp peers`: the BGP peers of the bundled speaker, and the neighbors of which ExaBGP tells. */
import type { PEERS_OPTIONS } from '../../config/options/operate.ts';
import type { Answer } from '../call.ts';
import { STATUS } from '../output.ts';
import { peerLines, type SinkPeer } from './peers-text.ts';
import { paper, printBody, printLines, readJson, withDaemon } from './session.ts';

export const answer: Answer<typeof PEERS_OPTIONS> = async (call) =>
  withDaemon('peers', call, async (client) => {
    const body = await client.get('/v1/peers');
    if (call.values.json) {
      await printBody(body);
      return STATUS.ok;
    }
    const { peers } = readJson<{ readonly peers: readonly SinkPeer[] }>(body);
    const sheet = paper(call.environment, call.values.noColor);
    await printLines(peerLines(peers, sheet.now, sheet.room), sheet);
    return STATUS.ok;
  });
