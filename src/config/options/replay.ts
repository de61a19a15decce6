/** What `ha2bgp replay` takes besides settings: no settings themselves, and so not in the table. */
import { choice } from '../option-plain.ts';

export const REPLAY_OPTIONS = {
  format: choice(
    {
      flag: 'format',
      environment: '',
      default: 'text',
      help: 'text for people; json: a line for each run, each service and each total',
    },
    ['text', 'json'],
  ),
} as const;
