// The table that a benchmark prints, and the file that receives its figures.

import { readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';

/// BENCH_FULL=1 measures with the sizes and for the times that the product was specified with.
export const kFull = process.env.BENCH_FULL === '1';

const figures = [];

/// The value below which `share` of the ascending `sorted` lie.
export function percentile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

export function median(values) {
  return percentile(
    [...values].sort((a, b) => a - b),
    0.5,
  );
}

export function printHead() {
  console.log(`${'figure'.padEnd(48)} ${'value'.padStart(10)} unit   target`);
}

/// Prints one figure beside its target, both in `unit`, and keeps it for the file. `beside` in the
/// details is printed as well: what the figure is to be compared with.
export function report(name, value, unit, target, details = {}) {
  figures.push({ name, value, unit, target, ...details });
  const wanted = target === undefined ? '' : `< ${target} ${unit}`;
  const beside = [wanted, details.beside].filter(Boolean).join('; ');
  console.log(`${name.padEnd(48)} ${value.toFixed(2).padStart(10)} ${unit.padEnd(6)} ${beside}`);
}

/// A line of the table without a figure: under which conditions the next ones were measured.
export function note(text) {
  figures.push({ note: text });
  console.log(`-- ${text}`);
}

export function noteLoad() {
  const load = os.loadavg().map((value) => value.toFixed(1));
  note(`load of the machine ${load.join(', ')}; ${os.availableParallelism()} cores`);
}

/// Resident kilobytes and processor milliseconds of a process, by default of a server's.
export function usage({ process: child }) {
  const [, kilobytes] = readFileSync(`/proc/${child.pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/);
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return { kilobytes: Number(kilobytes), cpuMs: (Number(fields[11]) + Number(fields[12])) * 10 };
}

/// Processor milliseconds of all children of this process that have ended: what a command cost,
/// whatever else the machine did meanwhile.
export function endedChildrenCpuMs() {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ');
  return (Number(fields[13]) + Number(fields[14])) * 10;
}

/// Writes the figures to the file that BENCH_JSON names, if it does.
export function save() {
  if (!process.env.BENCH_JSON) return;
  writeFileSync(process.env.BENCH_JSON, `${JSON.stringify(figures, null, 2)}\n`);
}
