// From samples to rows: quantiles, and the goal ("reach") beside what was measured.

export function quantile(values, share) {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

/** Of few values, as of rounds with and without us: the median, its standard error and the extremes. */
export function spread(values) {
  const middle = median(values);
  // A few rounds with somebody else at work must not decide: 1.48 makes a standard deviation of the median distance from
  // the median, and 1.25 / √n the error of a median of one of the mean, where values are normally distributed.
  const deviation = 1.48 * median(values.map((value) => Math.abs(value - middle)));
  const error = (1.25 * deviation) / Math.sqrt(values.length);
  return { n: values.length, median: middle, error, least: quantile(values, 0), most: quantile(values, 1) };
}

/** Of few values, where it matters: the mean of the two in the middle, where two are. */
export function median(values) {
  const sorted = [...values].sort((one, other) => one - other);
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.floor(sorted.length / 2)]) / 2;
}

export function summarise(values) {
  if (values.length === 0) throw new Error('nothing was measured');
  return { n: values.length, p50: quantile(values, 0.5), p99: quantile(values, 0.99), max: quantile(values, 1) };
}

/**
 * `atMost(summary, { p99: 6 }, 'ms')`: a goal each, with the verdict. `errors` has how far a value may be off: a goal that
 * is nearer than that is neither met nor missed.
 */
export const atMost = (measured, limits, unit, errors) =>
  goals('≤', (value, limit) => value <= limit, measured, limits, unit, errors);

export const atLeast = (measured, limits, unit, errors) =>
  goals('≥', (value, limit) => value >= limit, measured, limits, unit, errors);

function goals(sign, reaches, measured, limits, unit, errors = {}) {
  return Object.entries(limits).map(([what, limit]) => {
    const isClear = Math.abs(measured[what] - limit) >= (errors[what] ?? 0);
    const verdict = reaches(measured[what], limit) ? 'met' : 'NOT MET';
    return { text: `${what} ${sign} ${limit} ${unit}`, verdict: isClear ? verdict : 'UNCLEAR' };
  });
}

export const LATENCY_COLUMNS = ['what', 'n', 'p50 ms', 'p99 ms', 'max ms', 'CPU, % of a core'];

/** `cpu` in % of a core, `limits` as in `atMost`; peers have none. */
export function latencyRow(what, times, cpu, limits = {}) {
  const measured = summarise(times);
  const { n, p50, p99, max } = measured;
  return {
    cells: [what, n, p50.toFixed(2), p99.toFixed(2), max.toFixed(2), cpu.toFixed(2)],
    data: { what, ...measured, cpu, unit: 'ms' },
    goals: atMost(measured, limits, 'ms'),
  };
}
