import { LanguageSupport } from '@codemirror/language';
import { classHighlighter, highlightCode } from '@lezer/highlight';
import { useEffect, useState } from 'react';
import { languageOf } from '../editor/languages';

export interface Token {
  text: string;
  /** The classes of its colour; "" for none. */
  style: string;
}

/** Tokens of each line of a text. */
export type Highlight = (text: string) => Token[][];

const kHighlightedCharsMax = 300_000;

/** How a file's language is coloured; null while that is not known, and for plain text. */
export function useHighlight(path: string, wanted: boolean): Highlight | null {
  const [highlight, setHighlight] = useState<{ run: Highlight } | null>(null);
  useEffect(() => {
    let current = true;
    if (wanted) {
      languageOf(path).then(
        (support) =>
          current &&
          support instanceof LanguageSupport &&
          setHighlight({ run: (text) => tokensOf(text, support) }),
        // A review without colours is still one.
        () => undefined,
      );
    }
    return () => {
      current = false;
    };
  }, [path, wanted]);
  return highlight?.run ?? null;
}

function tokensOf(text: string, support: LanguageSupport): Token[][] {
  if (text.length > kHighlightedCharsMax) return [];
  const lines: Token[][] = [[]];
  highlightCode(
    text,
    support.language.parser.parse(text),
    classHighlighter,
    (code, style) => lines.at(-1)?.push({ text: code, style }),
    () => lines.push([]),
  );
  return lines;
}
