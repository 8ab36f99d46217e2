import { closePrompt } from '../../actions/prompts';
import type { WorkspaceSession } from '../../actions/session';
import { toneOf } from '../../model/format';
import { summaryOf } from '../../model/markup';
import { ofGroup } from '../../model/tasks';
import type { TaskInfo } from '../../protocol/entities';
import { Dialog } from '../../ui/Dialog';
import { Button } from '../../ui/controls';
import { useStore } from '../../ui/useStore';
import { Markup } from '../chat/Markup';

/** What several agents have made of one prompt, side by side. */
export function AnswersDialog({ session, group }: { session: WorkspaceSession; group: string }) {
  const state = useStore(session.state);
  const tasks = ofGroup(state?.tasks ?? [], group);
  return (
    <Dialog label="Answers side by side" className="dialog answers-dialog" onClose={closePrompt}>
      <div className="dialog-body" data-testid="answers">
        <h2 className="truncate">{summaryOf(tasks[0]?.prompt ?? '')}</h2>
        <div className="answers-row" tabIndex={0} role="group" aria-label="Answers">
          {tasks.map((task) => (
            <Answer key={task.id} task={task} />
          ))}
        </div>
        <div className="dialog-actions">
          <Button variant="ghost" onClick={closePrompt}>
            Close
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

function Answer({ task }: { task: TaskInfo }) {
  const { agent, state, result, error } = task;
  const failure = typeof error === 'string' ? error : error?.message;
  return (
    <article
      className="answer"
      data-tone={toneOf(`agent:${agent}`)}
      data-state={state}
      aria-label={agent}
    >
      <h3>
        <span className="toned">{agent}</span> <span className="faint">{state}</span>
      </h3>
      {result !== undefined && <Markup text={result} />}
      {failure !== undefined && <p className="bad-text">{failure}</p>}
    </article>
  );
}
