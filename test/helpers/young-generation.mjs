// Preloaded into a process under test: says on stderr how large its young generation became while much outlived its
// collections. In octets.
import v8 from 'node:v8';

const size = () => v8.getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space').space_size;

setTimeout(() => {
  let most = 0;
  const kept = new Array(5);
  for (let round = 0; round < 200; round++) {
    const alive = Array.from({ length: 10_000 }, (_, index) => ({ index }));
    most = Math.max(most, size());
    kept[round % kept.length] = alive;
  }
  process.stderr.write(`young generation: ${most}\n`);
}, 500).unref();
