const kFirstDelayMs = 250;
const kDelayMsMax = 15_000;

/**
 * How long to wait before reconnection `attempt` (0 is the first): doubling from 250 ms to 15 s,
 * of which a random half is taken off so that a restarted server is not met by everybody at once.
 */
export function backoffMs(attempt: number, random: () => number): number {
  const full = Math.min(kDelayMsMax, kFirstDelayMs * 2 ** Math.min(attempt, 16));
  return full / 2 + (full / 2) * random();
}
