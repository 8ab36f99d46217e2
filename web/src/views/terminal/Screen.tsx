import { FitAddon } from '@xterm/addon-fit';
import { Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import { useEffect, useRef } from 'react';
import { useWhyNot } from '../../ui/RoleContext';
import { useSession } from '../workspace/SessionContext';

const kScrollbackLines = 5_000;

/** The studio's colours, as they are now. */
function colours(): { background: string; foreground: string; cursor: string } {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string): string => style.getPropertyValue(name).trim();
  return { background: of('--surface'), foreground: of('--text'), cursor: of('--accent') };
}

/** One terminal's screen. Loaded on demand, as the editor is. */
export default function Screen({ id, over }: { id: string; over: boolean }) {
  const session = useSession();
  const watches = useWhyNot('editor') !== undefined;
  const box = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const { terminals } = session;
    const style = getComputedStyle(element);
    const screen = new Terminal({
      fontFamily: style.fontFamily,
      fontSize: Number.parseFloat(style.fontSize),
      scrollback: kScrollbackLines,
      screenReaderMode: true,
      theme: colours(),
    });
    const fit = new FitAddon();
    screen.loadAddon(fit);
    screen.open(element);
    screen.write(terminals.store.get().terminals.find((each) => each.id === id)?.shown ?? '');
    const stop = terminals.watch(id, (text) => screen.write(text));
    if (!watches) {
      screen.onData((text) => terminals.type(id, text));
      screen.onResize(({ cols, rows }) => terminals.resize(id, cols, rows));
    }
    const observer = new ResizeObserver(() => fit.fit());
    observer.observe(element);
    // Told by the document, because the theme may follow the system's.
    const repaint = new MutationObserver(() => {
      screen.options.theme = colours();
    });
    repaint.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    screen.focus();
    return () => {
      stop();
      repaint.disconnect();
      observer.disconnect();
      screen.dispose();
    };
  }, [session, id, watches]);

  return <div ref={box} className="screen" data-over={over} data-testid={`screen-${id}`} />;
}
