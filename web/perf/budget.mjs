import { report } from '../../tests/bench/figures.mjs';

/// The budgets that were exceeded, in words.
export const broken = [];

/// A figure that has to stay at or below `most`, however busy the machine is.
export function atMost(name, value, unit, most) {
  report(name, value, unit, undefined, { beside: `at most ${most} ${unit}` });
  if (value > most) broken.push(`${name}: ${value.toFixed(1)} ${unit} > ${most} ${unit}`);
}

/// A time that is far below `most` where nothing is wrong: a busy machine does not reach it.
export function within(name, value, unit, most, details) {
  report(name, value, unit, most, details);
  if (value >= most) broken.push(`${name}: ${value.toFixed(1)} ${unit}, not below ${most} ${unit}`);
}

/// A figure that has to reach `least`.
export function atLeast(name, value, unit, least) {
  report(name, value, unit, undefined, { beside: `at least ${least} ${unit}` });
  if (value < least) broken.push(`${name}: ${value.toFixed(1)} ${unit} < ${least} ${unit}`);
}
