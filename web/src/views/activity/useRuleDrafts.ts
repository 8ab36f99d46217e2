import { useState } from 'react';
import { draftOf, moved, ruleOf, sameRules, type RuleDraft } from '../../model/rules';
import type { ApprovalRule } from '../../protocol/entities';

/** Rules while a person edits them, and whether somebody else has changed theirs meanwhile. */
export function useRuleDrafts(current: ApprovalRule[]) {
  const [base, setBase] = useState(current);
  const [drafts, setDrafts] = useState(() => base.map(draftOf));
  const [nextKey, setNextKey] = useState(base.length);
  const rules = drafts.map(ruleOf);
  return {
    drafts,
    rules,
    changed: !sameRules(rules, base),
    overtaken: !sameRules(current, base),
    replace: (at: number, draft: RuleDraft) =>
      setDrafts(drafts.map((each, index) => (index === at ? draft : each))),
    move: (at: number, step: -1 | 1) => setDrafts(moved(drafts, at, step)),
    remove: (at: number) => setDrafts(drafts.filter((_, index) => index !== at)),
    add: () => {
      setDrafts([...drafts, draftOf({ decision: 'ask' }, nextKey)]);
      setNextKey(nextKey + 1);
    },
    /** Forgets the edits, and begins with what holds now. */
    reload: () => {
      setBase(current);
      setDrafts(current.map((rule, index) => draftOf(rule, nextKey + index)));
      setNextKey(nextKey + current.length);
    },
  };
}
