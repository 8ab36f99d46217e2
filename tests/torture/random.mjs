// Draws from a seed. Each part of the program has a generator of its own, so that what one of them
// draws does not depend on how fast another one runs.

import { createHash } from 'node:crypto';

import { generator } from '../lib/random.mjs';

export class Draw {
  constructor(seed, part) {
    const digest = createHash('sha256').update(`${seed} ${part}`).digest();
    this.next = generator(digest.readUInt32LE(0));
  }

  chance(probability) {
    return this.next() < probability;
  }

  between(from, to) {
    return from + this.next() * (to - from);
  }

  /// A whole number from 0 to `count` - 1.
  below(count) {
    return Math.floor(this.next() * count);
  }

  of(list) {
    return list[this.below(list.length)];
  }

  shuffled(list) {
    const left = [...list];
    return list.map(() => left.splice(this.below(left.length), 1)[0]);
  }
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
