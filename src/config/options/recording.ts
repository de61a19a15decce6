/** What is written down of a run, to be played again. */
import { bytesOf } from '../../model/size.ts';
import { filePath, integer, size } from '../option-plain.ts';

export const RECORDING_OPTIONS = {
  record: filePath({
    flag: 'record',
    environment: 'HA2BGP_RECORD',
    default: '',
    help: 'write down everything that decisions depend on, for "ha2bgp replay": a ring of files',
  }),
  recordSize: size(
    {
      flag: 'record-size',
      environment: 'HA2BGP_RECORD_SIZE',
      default: bytesOf(16 * 2 ** 20),
      help: 'how long a file of the recording gets before the next one',
    },
    { least: bytesOf(2 ** 16), most: bytesOf(2 ** 34) },
  ),
  recordFiles: integer(
    {
      flag: 'record-files',
      environment: 'HA2BGP_RECORD_FILES',
      default: 4,
      help: 'how many files of the recording are kept: FILE, FILE.1 and so on',
    },
    { least: 2, most: 1_000 },
  ),
} as const;
