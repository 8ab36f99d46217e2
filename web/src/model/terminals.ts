/** A terminal as this browser knows it. What it has shown is kept, so that it can be drawn anew. */
export interface TerminalView {
  id: string;
  /** 1, 2, 3 in the order in which this browser learnt of them. */
  number: number;
  /** The end of what it has shown. */
  shown: string;
  /** Of a program that has ended. */
  exitCode?: number;
}

export interface TerminalsState {
  terminals: TerminalView[];
  active: string | null;
  /** Of the next one. */
  next: number;
}

export const kNoTerminals: TerminalsState = { terminals: [], active: null, next: 1 };

/** As much as the server keeps for those who come later. */
const kShownCharsMax = 256 * 1024;

export function opened(state: TerminalsState, id: string, shown = ''): TerminalsState {
  const known = state.terminals.some((each) => each.id === id);
  if (known) return { ...state, active: id };
  const terminal: TerminalView = { id, number: state.next, shown };
  return { terminals: [...state.terminals, terminal], active: id, next: state.next + 1 };
}

export function withOutput(state: TerminalsState, id: string, text: string): TerminalsState {
  return change(state, id, (each) => ({
    ...each,
    shown: (each.shown + text).slice(-kShownCharsMax),
  }));
}

export function exited(state: TerminalsState, id: string, exitCode: number): TerminalsState {
  return change(state, id, (each) => ({ ...each, exitCode }));
}

/** Takes one away; the one beside it comes to the front. */
export function closed(state: TerminalsState, id: string): TerminalsState {
  const index = state.terminals.findIndex((each) => each.id === id);
  if (index < 0) return state;
  const terminals = state.terminals.toSpliced(index, 1);
  const beside = terminals[Math.min(index, terminals.length - 1)]?.id ?? null;
  return { ...state, terminals, active: state.active === id ? beside : state.active };
}

/** After a new connection: what the server has is so, and what it does not have is over. */
export function listed(
  state: TerminalsState,
  rows: readonly { id: string; scrollback: string }[],
): TerminalsState {
  const there = new Map(rows.map((row) => [row.id, row.scrollback]));
  const kept = state.terminals.map((each) => {
    const shown = there.get(each.id);
    if (shown !== undefined) return { ...each, shown };
    return each.exitCode === undefined ? { ...each, exitCode: -1 } : each;
  });
  const active = state.active;
  const all = rows.reduce((now, row) => opened(now, row.id, row.scrollback), {
    ...state,
    terminals: kept,
  });
  return { ...all, active: active ?? all.terminals[0]?.id ?? null };
}

function change(
  state: TerminalsState,
  id: string,
  of: (terminal: TerminalView) => TerminalView,
): TerminalsState {
  const index = state.terminals.findIndex((each) => each.id === id);
  const before = state.terminals[index];
  if (before === undefined) return state;
  return { ...state, terminals: state.terminals.with(index, of(before)) };
}
