/** Services by their name, as a command is asked about them. */
import { quote } from '../../config/quote.ts';
import type { Prefix } from '../../model/address.ts';
import type { Status } from '../../model/view.ts';
import type { Client } from './client.ts';
import { query, readJson } from './session.ts';

/** All that have it; none where no service has. */
export const prefixesNamed = async (client: Client, name: string): Promise<readonly Prefix[]> =>
  readJson<Status>(await client.get(query('/v1/status', { name }))).services.map(({ prefix }) => prefix);

export const nobodyCalled = (name: string): string => `no service is called ${quote(name)}`;
