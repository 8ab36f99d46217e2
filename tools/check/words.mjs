// What a source may not say: unfinished work, silenced tools, swallowed failures, and names of the
// machine or registry it was written on. The patterns are spelled so as not to match themselves.

// Inside a sandbox the temporary folder has a fixed name: it is the sandbox's own.
const kOwnTemporary = /(^|\/)sandbox\//;

const kEverywhere = [
  { pattern: /\b(T[O]DO|F[I]XME|XX[X]|HAC[K])\b/, text: 'unfinished work belongs in an issue' },
  { pattern: /(^|[^\w.-])\/(work|farm)\/\w/, text: 'a path of one machine' },
  {
    pattern: /(^|[^\w.-])\/tmp\/\w/,
    text: 'a path of one machine; ask for a temporary folder',
    except: kOwnTemporary,
  },
  {
    pattern: /registry\.npmjs|deb\.debian\.|pypi\.org|proxy\.golang|crates\.io/,
    text: 'the host of a package registry',
  },
];

const kCpp = [
  { pattern: /\bdetached\b/, text: 'a coroutine without an owner; use a TaskGroup' },
  { pattern: /\.detach\(\)/, text: 'a thread without an owner' },
  { pattern: /\bNOLINT/, text: 'mend what clang-tidy found' },
  { pattern: /GTEST_SKIP\(\)(?!\s*<<\s*")/, text: 'a skipped test says why: GTEST_SKIP() << "…"' },
];

const kScript = [
  {
    pattern: /eslint-d[i]sable|@ts-[i]gnore|@ts-expect-[e]rror|@ts-no[c]heck/,
    text: 'a silenced tool',
  },
  { pattern: /\bas any\b|:\s*any\s*([,;)=\]|&{]|$)/, text: 'a type is known, or is `unknown`' },
  { pattern: /\b(it|test|describe)\.only\(/, text: 'leaves every other test out' },
  { pattern: /\b(it|test|describe)\.skip\(\s*['"`]/, text: 'a test that never runs' },
];

const kCatchAll = /\bcatch\s*\(\s*\.\.\.\s*\)/;
const kHandled = /\bthrow\b|current_exception|rethrow|\babort\(|\bcheck\(|fail\w*\(|exit\(/;
const kCatchLines = 10;

/// `kind` is "cpp", "script" or "other"; `file` is the path, for the few exceptions.
export function checkWords(lines, kind, file = '') {
  const rules = [...kEverywhere];
  if (kind === 'cpp') rules.push(...kCpp);
  if (kind === 'script') rules.push(...kScript);
  const problems = [];
  lines.forEach((text, index) => {
    for (const rule of rules) {
      const found = text.match(rule.pattern);
      if (found === null || rule.except?.test(file)) continue;
      const said = found[0].trim();
      problems.push({ line: index + 1, rule: 'words', text: `"${said}": ${rule.text}` });
    }
  });
  if (kind === 'cpp') problems.push(...checkCatchAll(lines));
  return problems;
}

/// `catch (...)` must throw again, keep the exception, or end the process.
function checkCatchAll(lines) {
  const problems = [];
  lines.forEach((text, index) => {
    if (!kCatchAll.test(text)) return;
    const body = lines
      .slice(index, index + kCatchLines)
      .join('\n')
      .replace(kCatchAll, '');
    if (kHandled.test(body)) return;
    problems.push({ line: index + 1, rule: 'words', text: '"catch (...)" swallows the failure' });
  });
  return problems;
}
