import { expect, it } from 'vitest';
import { advance, beginTour, isOver, kTour } from './tour';
import { acquired, events, queued } from './testing';

const log = (from: number) =>
  events(from, [
    queued('t1'),
    { ...acquired('notes/a.md', 1), actor: 'agent:claude' },
    { type: 'tree_restored', actor: 'user:ada', data: {} },
  ]);
const seen = (tab?: string) => ({ tab });

it('goes on when what a step is about has happened', () => {
  let tour = beginTour('w', 10);
  expect(advance(tour, [], seen('log'))).toBe(tour);
  const steps = [seen(), seen(), seen('log'), seen('cost'), seen()].map((each) => {
    tour = advance(tour, log(10), each);
    return tour.step;
  });
  expect(steps).toEqual([1, 2, 3, 4, 5]);
  expect(isOver(tour)).toBe(true);
  expect(advance(tour, log(10), seen())).toBe(tour);
});

it('does not count what was before it', () => {
  const tour = beginTour('w', 13);
  expect(advance(tour, log(10), seen('cost')).step).toBe(0);
});

it('does not count what agents ask each other', () => {
  const [asked] = log(10);
  expect(advance(beginTour('w', 0), [{ ...asked!, actor: 'agent:claude' }], seen()).step).toBe(0);
});

it('waits for a look at what is looked at', () => {
  const tour = { ...beginTour('w', 0), step: 2 };
  expect(kTour[2]?.name).toBe('look');
  expect(advance(tour, log(10), seen('queue')).step).toBe(2);
});
