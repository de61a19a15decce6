// Markdown tables, aligned for a terminal too.

/** A table is `{ title, columns, rows }`, a row `{ cells, goals }`; the goals come last, with whether they are met. */
export function printTable({ title, columns, rows }) {
  if (rows.length === 0) return;
  const table = [[...columns, 'reach', 'met'], ...rows.map(cellsOf)];
  const widths = table[0].map((_, index) => Math.max(3, ...table.map((row) => row[index].length)));
  const line = (cells) => `| ${cells.map((cell, index) => cell.padEnd(widths[index])).join(' | ')} |`;
  const [head, ...body] = table.map(line);
  console.log(`\n## ${title}\n\n${[head, line(widths.map((width) => '-'.repeat(width))), ...body].join('\n')}`);
}

function cellsOf({ cells, goals }) {
  const reach = goals.map(({ text }) => text).join(', ');
  const met = goals.map(({ verdict }) => verdict).join(', ');
  return [...cells, reach || '-', met || '-'].map(String);
}
