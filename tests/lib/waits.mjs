// How long somebody waited for locks, in ms, and how often, as the log tells it.

export function waits(events) {
  const since = new Map();
  let times = 0;
  let total = 0;
  for (const { type, ts, data } of events) {
    const who = `${data.holder} ${data.path}`;
    if (type === 'lock_waiting') since.set(who, Date.parse(ts));
    if (type !== 'lock_acquired' && type !== 'lock_wait_ended') continue;
    if (!since.has(who)) continue;
    times += 1;
    total += Date.parse(ts) - since.get(who);
    since.delete(who);
  }
  return { times, ms: total };
}
