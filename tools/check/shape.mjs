// The shape of a file: its length, the length of its lines and of its functions.

export const kFileLinesMax = 800;
export const kFileLinesLook = 400;
export const kFunctionLinesMax = 70;
export const kColumnsMax = 100;
const kQuotedData = 80;

const kNotAFunction =
  /^\s*(export\s+)?(default\s+)?(namespace|class|struct|union|enum|interface|extern\s+"C")\b/;

export function checkFileLength(lines) {
  if (lines.length <= kFileLinesMax) return [];
  const text = `${lines.length} lines; split it (limit ${kFileLinesMax})`;
  return [{ line: kFileLinesMax + 1, rule: 'file-length', text }];
}

export function checkLineLength(lines) {
  const problems = [];
  lines.forEach((text, index) => {
    const columns = [...text].length;
    if (columns <= kColumnsMax || isUnbreakable(text)) return;
    problems.push({
      line: index + 1,
      rule: 'line-length',
      text: `${columns} columns (limit ${kColumnsMax})`,
    });
  });
  return problems;
}

/// A line that nobody can break: an include, one word after its indentation and comment mark, or
/// one long piece of quoted data.
function isUnbreakable(text) {
  const words = text
    .trim()
    .replace(/^(\/\/+|\*|#)\s*/, '')
    .split(/\s+/);
  const quoted = text.match(/(["'`])(?:(?!\1).)*\1/g) ?? [];
  const isData = quoted.some((each) => each.length > kQuotedData);
  return words.length === 1 || isData || /^\s*#\s*include\b/.test(text);
}

/// Lengths of bodies by indentation: in formatted code a block's closing brace stands alone, in the
/// column of the line that opens it. clang-tidy measures C++ exactly; this one needs no build and
/// reads JavaScript and TypeScript too.
export function checkFunctionLength(lines) {
  const problems = [];
  lines.forEach((text, index) => {
    const indentation = text.match(/^(\s*)\}$/)?.[1].length;
    if (indentation === undefined) return;
    const opener = openingLine(lines, index, indentation);
    if (opener < 0 || kNotAFunction.test(lines[opener])) return;
    const body = index - opener - 1;
    if (body <= kFunctionLinesMax) return;
    problems.push({
      line: opener + 1,
      rule: 'function-length',
      text: `${body} lines in one function (limit ${kFunctionLinesMax})`,
    });
  });
  return problems;
}

function openingLine(lines, closing, indentation) {
  for (let at = closing - 1; at >= 0; --at) {
    const text = lines[at];
    if (text.trim() === '' || /^\s*(#|\/\/|\*|\)|\}|public:|private:|protected:)/.test(text))
      continue;
    if (text.search(/\S/) === indentation) return at;
  }
  return -1;
}
