// Resident memory, as it was found at the end of other rows.
import { atMost } from './figures.js';

const LIMIT_MB = 80;

export async function memory({ memories }) {
  const rows = [...memories].map(([after, { resident, peak }]) => ({
    cells: [after, resident.toFixed(0), peak.toFixed(0)],
    data: { what: after, resident, peak, unit: 'MB' },
    goals: atMost({ resident }, { resident: LIMIT_MB }, 'MB'),
  }));
  if (rows.length === 0) console.error('memory: nothing to tell, it is measured at the end of other rows');
  return [{ title: 'Resident memory', columns: ['after', 'MB', 'peak MB'], rows }];
}
