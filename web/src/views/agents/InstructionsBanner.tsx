import { useEffect, useState } from 'react';
import { openFile } from '../../actions/fileActions';
import { attempt, showFailure } from '../../actions/toasts';
import type { InstructionInfo } from '../../protocol/entities';
import { Icon } from '../../ui/Icon';
import { Button } from '../../ui/controls';
import { useSession, useWorkspace } from '../workspace/SessionContext';

/** What AGENTS.md and its like ask of agents, listed anew whenever one of them changed. */
function useInstructions(): InstructionInfo[] {
  const session = useSession();
  const seq = useWorkspace((state) => state.instructionsSeq);
  const [rows, setRows] = useState<InstructionInfo[]>([]);
  useEffect(() => {
    let current = true;
    session
      .call('instructions.list', {})
      .then(({ instructions }) => {
        if (current) setRows(instructions);
      })
      .catch((thrown: unknown) => {
        if (current) showFailure(thrown);
      });
    return () => {
      current = false;
    };
  }, [session, seq]);
  return rows;
}

/** Nothing in these files reaches an agent before a person has read and trusted it. */
export function InstructionsBanner() {
  const rows = useInstructions();
  return rows.map((row) => <Instruction key={row.path} row={row} />);
}

function Instruction({ row }: { row: InstructionInfo }) {
  const session = useSession();
  const { path, hash, trusted } = row;
  const trust = () => attempt(() => session.call('instructions.trust', { path, hash }));
  const distrust = () => attempt(() => session.call('instructions.distrust', { path }));
  return (
    <div
      className="banner"
      data-kind={trusted ? 'info' : 'warn'}
      data-trusted={trusted}
      data-testid={`instructions-${path}`}
    >
      <Icon name="info" size={14} />
      <span className="grow">
        <button type="button" className="link mono" onClick={() => openFile(session, path)}>
          {path}
        </button>{' '}
        <span className="hint">{meaning(row)}</span>
      </span>
      <span className="banner-actions">
        <Button
          needs="editor"
          size="small"
          variant="ghost"
          aria-label={`${trusted ? 'Distrust' : 'Trust'} ${path}`}
          onClick={trusted ? distrust : trust}
        >
          {trusted ? 'Distrust' : 'Trust'}
        </Button>
      </span>
    </div>
  );
}

function meaning({ trusted, changed }: InstructionInfo): string {
  if (trusted) return 'instructs the agents.';
  if (changed) return 'has changed since you trusted it: agents do not get it any more.';
  return 'would instruct the agents: read it, then trust it.';
}
