// Several sources as one: most of clang-tidy's time goes into the headers that they share. Only
// sources that do not hide the same name in the same namespace can be read together.

const kNamespace = /^namespace ([\w:]+) \{/;
const kHidden = /^(?:inline )?namespace \{/;
const kHiddenEnd = /^\}\s*\/\/ namespace$/;
const kNoName = /^(template|using|return|if|for|while|switch|namespace|public|private|protected)\b/;

/// The names that a source keeps to itself: "coditect::api/kPage". Reads formatted code, where what
/// an unnamed namespace declares begins in column 0.
export function hiddenNames(text) {
  const names = new Set();
  let outer = '';
  let hidden = false;
  for (const line of text.split('\n')) {
    const opened = line.match(kNamespace);
    if (opened !== null) outer = opened[1];
    if (kHidden.test(line)) hidden = true;
    else if (kHiddenEnd.test(line)) hidden = false;
    const own = hidden || line.startsWith('static ');
    if (line.startsWith('#define ')) names.add(`#${line.match(/^#define (\w+)/)[1]}`);
    if (!own || !/^\w/.test(line) || kNoName.test(line)) continue;
    // The last word before what a declaration goes on with: f(…), a = …, a{…}, struct A : B {.
    const declared = line
      .replace(/<[^()]*>/g, '')
      .match(/^[^({=;[]*?(\w+)\s*(?:final\s*)?(?:[({=;[]|:[^:]|$)/);
    if (declared !== null) names.add(`${outer}/${declared[1]}`);
  }
  return names;
}

/// Flags with which sources of either kind can be read: those of `some`, and what `more` has beside
/// them to find headers and set them up.
export function unitedFlags(some, more) {
  const united = [...some];
  for (let at = 0; at < more.length; ++at) {
    const pair = more[at] === '-isystem' ? more.slice(at, at + 2) : [more[at]];
    const isKnown = united.some((_, from) => pair.every((word, to) => united[from + to] === word));
    if (/^(-D|-I|-isystem$)/.test(pair[0]) && !isKnown) united.push(...pair);
    at += pair.length - 1;
  }
  return united;
}

/// Puts sources, {file, flags, text}, into batches of at most `size` that share their precompiled
/// headers and no hidden name. First fit, in order.
export function makeBatches(sources, size) {
  const batches = [];
  for (const { file, flags, text } of sources) {
    const headers = flags.find((word) => word.endsWith('.pch')) ?? '';
    const names = [...hiddenNames(text)];
    const fits = (batch) =>
      batch.headers === headers &&
      batch.files.length < size &&
      !names.some((name) => batch.names.has(name));
    let batch = batches.find(fits);
    if (batch === undefined) {
      batch = { headers, flags: [], files: [], names: new Set() };
      batches.push(batch);
    }
    batch.flags = batch.files.length === 0 ? flags : unitedFlags(batch.flags, flags);
    batch.files.push(file);
    for (const name of names) batch.names.add(name);
  }
  return batches.map(({ flags, files }) => ({ flags, files }));
}

/// The sources of a batch, one after the other, as one.
export function joined(texts) {
  return texts.map(([file, text]) => `#line 1 "${file}"\n${text}\n`).join('');
}

/// Of the sources that joined() put into `batch`, those that clang-tidy's output complains of; all
/// of them where it complains of a header, or where together they do not compile.
export function blamed(output, batch, texts) {
  const all = texts.map(([file]) => file);
  const found = new Set();
  for (const [, file, line, rule] of output.matchAll(/^(.+?):(\d+):\d+: error: .*\[(\S+)\]$/gm)) {
    if (file !== batch || rule.startsWith('clang-diagnostic')) return all;
    let end = 0;
    const place = texts.find((text) => (end += joined([text]).split('\n').length - 1) >= line);
    if (place === undefined) return all;
    found.add(place[0]);
  }
  return found.size > 0 ? [...found] : all;
}
