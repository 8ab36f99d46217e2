import { lazy, Suspense, type KeyboardEvent } from 'react';
import { attempt } from '../../actions/toasts';
import type { TerminalView } from '../../model/terminals';
import { Button, Empty, IconButton, Spinner } from '../../ui/controls';
import { useStore } from '../../ui/useStore';
import { useSession } from '../workspace/SessionContext';
import './terminal.css';

const Screen = lazy(() => import('./Screen'));

/** What a new terminal is until its screen says how large it is. */
const kColumns = 100;
const kRows = 24;

export function TerminalPanel() {
  const session = useSession();
  const { terminals, active } = useStore(session.terminals.store);
  const shown = terminals.find(({ id }) => id === active);
  const open = (): void => attempt(() => session.terminals.open(kColumns, kRows));
  if (shown === undefined) {
    return (
      <Empty icon="terminal" title="No terminal is open">
        A shell in the workspace’s sandbox. It sees the project and what network the operator
        allows, and stays when you close the page.
        <Button variant="primary" needs="editor" onClick={open} data-testid="terminal-open">
          Open a terminal
        </Button>
      </Empty>
    );
  }
  return (
    <div className="terminals">
      <TerminalTabs terminals={terminals} active={shown.id} onOpen={open} />
      <Suspense fallback={<Spinner label="Loading the terminal" />}>
        <Screen key={shown.id} id={shown.id} over={shown.exitCode !== undefined} />
      </Suspense>
    </div>
  );
}

function TerminalTabs(props: { terminals: TerminalView[]; active: string; onOpen: () => void }) {
  const { terminals, active } = props;
  const session = useSession();
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step === undefined) return;
    const at = terminals.findIndex(({ id }) => id === active);
    const next = terminals[(at + step + terminals.length) % terminals.length];
    if (next !== undefined) session.terminals.show(next.id);
  };
  return (
    <div className="terminal-tabs">
      <div className="tabs" role="tablist" aria-label="Terminals" onKeyDown={onKeyDown}>
        {terminals.map((each) => (
          <button
            key={each.id}
            type="button"
            role="tab"
            className="tab"
            aria-selected={each.id === active}
            tabIndex={each.id === active ? 0 : -1}
            onClick={() => session.terminals.show(each.id)}
            data-testid={`terminal-tab-${each.number}`}
          >
            {nameOf(each)}
          </button>
        ))}
      </div>
      <IconButton
        icon="plus"
        size="small"
        label="Open another terminal"
        onClick={props.onOpen}
        needs="editor"
        data-testid="terminal-more"
      />
      <span className="grow" />
      <IconButton
        icon="close"
        size="small"
        label="End this terminal"
        onClick={() => attempt(() => session.terminals.close(active))}
        needs="editor"
        data-testid="terminal-close"
      />
    </div>
  );
}

function nameOf({ number, exitCode }: TerminalView): string {
  if (exitCode === undefined) return `Terminal ${number}`;
  return exitCode < 0 ? `Terminal ${number}: ended` : `Terminal ${number}: exit ${exitCode}`;
}
