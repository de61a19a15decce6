import { describe, expect, it } from 'vitest';
import { commandPieces, settingsFrom, wordsFor } from '../../../../src/cli/demo/settings.ts';

const WORDS = wordsFor({ web: 8081, dns: 5354, router: 1791 });

describe('the settings of the demo', () => {
  it('are those of its command line, and need no privileged port', () => {
    const { settings, problems, warnings } = settingsFrom(WORDS);
    expect([...problems, ...warnings]).toEqual([]);
    expect(settings.bgpBackend).toEqual(['speaker']);
    expect(settings.peer.map(({ address, values }) => [address, values.port])).toEqual([['127.0.0.2', 1791]]);
  });

  it('are said as a shell takes them', () => {
    const pieces = commandPieces(WORDS);
    expect(pieces.slice(0, 3)).toEqual([
      'ha2bgp',
      '--network 127.77.1.0/24',
      '--listen-filter "sport = :8081 or sport = :5354"',
    ]);
    const words = pieces
      .flatMap((piece) => [...piece.matchAll(/"([^"]*)"|(\S+)/g)])
      .map(([, quoted, bare]) => quoted ?? bare);
    expect(words).toEqual(['ha2bgp', ...WORDS]);
  });
});
