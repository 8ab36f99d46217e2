// Random numbers that can be had again: the seed is printed, SPINE_SEED sets it.

export const kSeed = Number(process.env.SPINE_SEED ?? Date.now() % 1_000_000);

/// A generator of numbers in [0, 1): a linear congruence, good enough to pick moments.
export function generator(seed = kSeed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}
