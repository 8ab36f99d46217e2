// What a file must hold because of its name, and which files must stand beside it.

/// The lines of a C++ file without the inside of raw strings of several lines: that is data, often
/// in another language. Line numbers stay.
export function withoutRawStrings(lines) {
  let end;
  return lines.map((text) => {
    if (end !== undefined) {
      const at = text.indexOf(end);
      if (at < 0) return '';
      const rest = text.slice(at + end.length);
      end = undefined;
      return rest;
    }
    const opening = text.match(/R"([^()\\ ]*)\(/);
    if (opening === null) return text;
    const closing = `)${opening[1]}"`;
    const after = opening.index + opening[0].length;
    if (text.indexOf(closing, after) >= 0) return text;
    end = closing;
    return text.slice(0, after);
  });
}

/// A header is guarded before anything else is read.
export function checkHeader(path, lines) {
  if (!path.endsWith('.h')) return [];
  const first = lines.find((text) => text.trim() !== '' && !text.trim().startsWith('//'));
  if (first?.trim() === '#pragma once') return [];
  return [{ line: 1, rule: 'pragma-once', text: 'a header starts with #pragma once' }];
}

/// A test stands in the folder of what it tests: some source that is no test is there as well.
/// `siblings` are the names in the same folder.
export function checkTestPlace(path, siblings) {
  if (!/_(test|bench|fuzz)\.cpp$/.test(path)) return [];
  const tested = siblings.some(
    (name) => /\.(h|cpp)$/.test(name) && !/_(test|bench|fuzz)\.cpp$/.test(name),
  );
  if (tested) return [];
  return [{ line: 1, rule: 'test-place', text: 'a test stands beside the file it tests' }];
}

/// A lock file names packages, not where they were fetched from.
export function checkLock(path, lines) {
  if (!path.endsWith('package-lock.json')) return [];
  const at = lines.findIndex((text) => /"resolved":\s*"https?:/.test(text));
  if (at < 0) return [];
  const text = 'names a registry; put omit-lockfile-registry-resolved=true into .npmrc';
  return [{ line: at + 1, rule: 'lock', text }];
}
