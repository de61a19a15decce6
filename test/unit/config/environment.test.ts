import { describe, expect, it } from 'vitest';
import { unknownNames } from '../../../src/config/environment.ts';
import { OPTION_NAMES, OPTIONS } from '../../../src/config/options.ts';
import { resolveSettings } from '../../../src/config/settings.ts';

describe('unknownNames', () => {
  it('knows every name of an option', () => {
    const environment = Object.fromEntries(OPTION_NAMES.map((name) => [OPTIONS[name].environment, 'x']));
    expect(unknownNames(environment)).toEqual([]);
  });

  it('leaves names without our prefix alone', () => {
    expect(
      unknownNames({ PATH: '/bin', NO_COLOR: '1', XHA2BGP_NETWORK: 'x', ha2bgp_network: 'x', HA2BGP: 'x' }),
    ).toEqual([]);
  });

  it('warns of any other, with the name that is near', () => {
    expect(unknownNames({ HA2BGP_NETWROK_FILTER: 'x' })).toEqual([
      {
        name: 'HA2BGP_NETWROK_FILTER',
        text: 'has no effect: this release knows no such name; did you mean HA2BGP_NETWORK_FILTER?',
      },
    ]);
    expect(unknownNames({ HA2BGP_SOMETHING_ELSE_ALTOGETHER: 'x' })).toEqual([
      {
        name: 'HA2BGP_SOMETHING_ELSE_ALTOGETHER',
        text: 'has no effect: this release knows no such name',
      },
    ]);
  });

  it('names them in one order, whatever the order of the environment', () => {
    const names = ['HA2BGP_NEIGHBORS', 'HA2BGP_AAAAAAAAAAAA', 'HA2BGP_METRIC'];
    const inOrder = (order: readonly string[]) =>
      unknownNames(Object.fromEntries(order.map((name) => [name, 'x']))).map(({ name }) => name);
    expect(inOrder(names)).toEqual(['HA2BGP_AAAAAAAAAAAA', 'HA2BGP_METRIC', 'HA2BGP_NEIGHBORS']);
    expect(inOrder([...names].reverse())).toEqual(inOrder(names));
  });

  it('takes an empty one for one that is not set', () => {
    expect(unknownNames({ HA2BGP_METRIC: '', HA2BGP_OTHER: '', HA2BGP_NEIGHBORS: undefined })).toEqual([]);
  });

  it('shows control characters in a name', () => {
    expect(unknownNames({ 'HA2BGP_\u001b[31m': 'x' })).toMatchObject([{ name: 'HA2BGP_\\u001b[31m' }]);
  });

  it('are warnings, and no problems', () => {
    const { problems, warnings } = resolveSettings({ network: ['192.0.2.0/24'] }, { HA2BGP_OTHER_THINGS: '5' });
    expect(problems).toEqual([]);
    expect(warnings.map(({ place }) => place)).toEqual(['HA2BGP_OTHER_THINGS']);
  });
});
