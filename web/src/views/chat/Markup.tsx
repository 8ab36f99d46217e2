import { Fragment } from 'react';
import { goToPlace } from '../../actions/app';
import { openFile } from '../../actions/fileActions';
import { openReview } from '../../actions/reviewActions';
import { toneOf } from '../../model/format';
import { blocksOf, filePlaceOf, spansOf } from '../../model/markup';
import { useStore } from '../../ui/useStore';
import { currentSession } from '../palette/currentSession';

/** A message's text: prose with code, bold and mentions, and fenced code. Never HTML. */
export function Markup({ text }: { text: string }) {
  return (
    <div className="markup">
      {blocksOf(text).map((block, index) =>
        block.kind === 'code' ? (
          <CodeBlock key={index} language={block.language} text={block.text} />
        ) : (
          <p key={index}>
            <Spans text={block.text} />
          </p>
        ),
      )}
    </div>
  );
}

/** A rehearsal is a script for the simulated models: there, but folded. */
function CodeBlock({ language, text }: { language: string; text: string }) {
  if (language !== 'rehearsal') return <pre>{text}</pre>;
  const steps = text.split('\n').filter((line) => line.trim() !== '').length;
  return (
    <details>
      <summary className="muted">
        Rehearsal, {steps} {steps === 1 ? 'step' : 'steps'}
      </summary>
      <pre>{text}</pre>
    </details>
  );
}

function Spans({ text }: { text: string }) {
  return spansOf(text).map((span, index) => {
    switch (span.kind) {
      case 'text':
        return <Fragment key={index}>{span.text}</Fragment>;
      case 'code':
        return <CodeSpan key={index} text={span.text} />;
      case 'task':
        return <TaskLink key={index} id={span.id} />;
      case 'strong':
        return <strong key={index}>{span.text}</strong>;
      case 'mention':
        return (
          <span key={index} className="mention" data-tone={toneOf(`agent:${span.name}`)}>
            @{span.name}
          </span>
        );
    }
  });
}

/** What is in code and names a file of the project, with a line or without, opens it. */
function CodeSpan({ text }: { text: string }) {
  const session = useStore(currentSession);
  const place = filePlaceOf(text);
  const files = session?.state.get()?.files;
  if (session === null || place === null || files?.get(place.path)?.kind !== 'file') {
    return <code>{text}</code>;
  }
  const open = (): void => {
    openFile(session, place.path);
    goToPlace({ kind: 'file', ...place });
  };
  return (
    <button type="button" className="code-link mono" title="Open in the editor" onClick={open}>
      {text}
    </button>
  );
}

function TaskLink({ id }: { id: string }) {
  return (
    <button
      type="button"
      className="code-link mono"
      title="Review what this task changed"
      onClick={() => openReview(id)}
    >
      {id}
    </button>
  );
}
