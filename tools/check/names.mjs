// One name, one type: two types of one name in one namespace are undefined behaviour once both are
// linked, and neither the compiler nor the linker says so.

const kNamespace = /^namespace ([\w:]+) \{/;
const kType = /^(?:class|struct|enum class|enum) (\w+)(?: final)?(?: ?:(?!:)[^;]*)? \{/;

/// The types that a header defines in a namespace, by their full names: [{name, line}].
export function typesOf(lines) {
  const types = [];
  const open = [];
  let depth = 0;
  lines.forEach((line, index) => {
    const namespace = kNamespace.exec(line);
    const type = open.length === depth ? kType.exec(line) : null;
    if (namespace !== null && open.length === depth) open.push(namespace[1]);
    if (type !== null) types.push({ name: [...open, type[1]].join('::'), line: index + 1 });
    depth += line.split('{').length - line.split('}').length;
    while (open.length > depth) open.pop();
  });
  return types;
}

/// `found`: [{file, name, line}] of all headers.
export function checkNames(found) {
  const first = new Map();
  const problems = [];
  for (const { file, name, line } of found) {
    const other = first.get(name);
    if (other === undefined) first.set(name, file);
    else
      problems.push({ file, line, rule: 'one-type', text: `${name} is defined in ${other} too` });
  }
  return problems;
}
