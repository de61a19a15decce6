/** What is written for others to read. */
import { ms } from '../../model/millis.ts';
import { duration, filePath, filePaths, integer } from '../option-plain.ts';

const RANGE = { least: ms(1_000), most: ms(3_600_000) };

export const PUBLISH_OPTIONS = {
  statusFile: filePaths({
    flag: 'status-file',
    environment: 'HA2BGP_STATUS_FILE',
    default: [],
    help: 'keep what "ha2bgp status" says in this file: JSON where it ends in .json, text otherwise; repeatable',
  }),
  statusInterval: duration(
    {
      flag: 'status-interval',
      environment: 'HA2BGP_STATUS_INTERVAL',
      default: ms(10_000),
      help: 'how often status files are written when nothing changes; after a change within a second',
    },
    RANGE,
  ),
  metricsFile: filePath({
    flag: 'metrics-file',
    environment: 'HA2BGP_METRICS_FILE',
    default: '',
    help: "keep the metrics in this file, for node_exporter's textfile collector: it has to end in .prom",
  }),
  metricsInterval: duration(
    {
      flag: 'metrics-interval',
      environment: 'HA2BGP_METRICS_INTERVAL',
      default: ms(15_000),
      help: 'how often that file is written',
    },
    RANGE,
  ),
  metricsMaxServices: integer(
    {
      flag: 'metrics-max-services',
      environment: 'HA2BGP_METRICS_MAX_SERVICES',
      default: 5_000,
      help: 'how many services have metrics of their own; the others are counted in the totals alone',
    },
    { least: 0, most: 1_000_000 },
  ),
} as const;
