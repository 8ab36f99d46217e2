import { describe, expect, it } from 'vitest';
import {
  areaOf,
  dividePanels,
  foldArea,
  isShown,
  kAreas,
  kHomeLayout,
  kPanels,
  movePanel,
  readLayout,
  resizeArea,
  revealPanel,
  shownTab,
  type Layout,
} from './layout';
import { randomFrom } from './testing';

function panelsOf(layout: Layout): string[] {
  return kAreas.flatMap((area) => layout.areas[area]).toSorted();
}

describe('moving a panel', () => {
  it('goes before the one it is dropped on, also within its own area', () => {
    const { areas } = movePanel(kHomeLayout, 'queue', 'bottom', 2);
    expect(areas.bottom.slice(0, 3)).toEqual(['approvals', 'queue', 'log']);
    expect(movePanel(kHomeLayout, 'log', 'bottom', 0).areas.bottom[0]).toBe('log');
  });

  it('shows it where it went', () => {
    const folded = foldArea(kHomeLayout, 'bottom');
    const moved = movePanel(folded, 'chat', 'bottom');
    expect(isShown(moved, 'chat')).toBe(true);
    expect(shownTab(moved)).toBe('chat');
  });

  it('never loses or doubles one', () => {
    const random = randomFrom(7);
    let layout = kHomeLayout;
    for (let step = 0; step < 2_000; step++) {
      const panel = kPanels[random(kPanels.length)] ?? 'files';
      const area = kAreas[random(3)] ?? 'left';
      layout = movePanel(layout, panel, area, random(9));
      expect(panelsOf(layout)).toEqual([...kPanels].toSorted());
      expect(areaOf(layout, panel)).toBe(area);
      expect(readLayout(JSON.parse(JSON.stringify(layout)))).toEqual(layout);
    }
  });

  it('a tab that has left the bottom gives way to the first one', () => {
    const layout = movePanel(revealPanel(kHomeLayout, 'sql'), 'sql', 'left');
    expect(shownTab(layout)).toBe('queue');
  });
});

describe('sizes', () => {
  it('leave room for the editor and for what is in the area', () => {
    expect(resizeArea(kHomeLayout, 'left', 5_000, 1_440).sizes.left).toBe(1_200);
    expect(resizeArea(kHomeLayout, 'left', 3, 1_440).sizes.left).toBe(160);
    const both = resizeArea(kHomeLayout, 'right', 500, 1_440);
    expect(resizeArea(both, 'left', 5_000, 1_440).sizes.left).toBe(700);
    expect(resizeArea(both, 'right', undefined, 1_440).sizes.right).toBeUndefined();
  });

  it('of two neighbours stay the same together', () => {
    const { shares } = dividePanels(kHomeLayout, 'agents', 'chat', 0.25);
    expect(shares).toEqual({ agents: 0.5, chat: 1.5 });
    const edge = dividePanels(kHomeLayout, 'agents', 'chat', -3).shares;
    expect(edge.agents).toBeCloseTo(0.2);
  });
});

describe('a layout that was kept', () => {
  it.each([null, undefined, 7, 'x', [], {}, { areas: 3 }, { areas: { left: 'files' } }])(
    '%j is the one to begin with',
    (kept) => {
      expect(readLayout(kept)).toEqual(kHomeLayout);
    },
  );

  it('drops what it does not know and sends home what is missing', () => {
    const kept = {
      areas: { left: ['chat', 'ghost', 'chat'], right: [], bottom: ['chat', 'log'] },
      sizes: { left: -4, right: 'x', bottom: 300 },
      tab: 'ghost',
    };
    const layout = readLayout(kept);
    expect(layout.areas.left).toEqual(['chat', 'files']);
    expect(layout.areas.right).toEqual(['agents']);
    expect(layout.areas.bottom[0]).toBe('log');
    expect(layout.sizes).toEqual({ bottom: 300 });
    expect(layout.tab).toBe('queue');
    expect(panelsOf(layout)).toEqual([...kPanels].toSorted());
  });
});
