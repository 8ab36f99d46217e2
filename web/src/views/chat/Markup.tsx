import { Fragment } from 'react';
import { toneOf } from '../../model/format';
import { blocksOf, spansOf } from '../../model/markup';

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
        return <code key={index}>{span.text}</code>;
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
