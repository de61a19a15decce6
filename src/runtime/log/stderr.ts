/** The log on stderr, or another descriptor that others may share. */
import { createDescriptorWriter } from '../descriptor-writer.ts';
import { type Destination, droppedLine } from './destination.ts';
import type { Render } from './rendering.ts';

export function stderrDestination(render: Render, fd = 2): Destination {
  const { write, flush, dropped } = createDescriptorWriter({
    fd,
    droppedLine: (count) => render(droppedLine(count)),
  });
  return {
    write: (line) => write(render(line)),
    flush,
    close: () => Promise.resolve(flush()),
    reopen() {},
    dropped,
  };
}
