// The layers of server/src, read from server/CMakeLists.txt: a folder may include only itself and
// what its link list reaches. A link to a layer further down the list is an error by itself.

const kDeclaration = /coditect_layer\(\s*([\w]+)\s+([\w/]+)([^)]*)\)/g;
const kKeywords = new Set(['ASIO', 'LINKS', 'TEST_LINKS', 'EXCLUDE']);

/// The words of a declaration that follow `keyword`, up to the next keyword.
function wordsAfter(rest, keyword) {
  const words = rest.split(/\s+/).filter(Boolean);
  const found = [];
  let current = '';
  for (const word of words) {
    if (kKeywords.has(word)) current = word;
    else if (current === keyword) found.push(word);
  }
  return found;
}

/// Layers in order: [{name, folder, links:[name…]}]. Links to what is no layer are dropped.
export function parseLayers(cmake) {
  const layers = [];
  for (const [, name, folder, rest] of cmake.matchAll(kDeclaration)) {
    layers.push({ name, folder, links: wordsAfter(rest, 'LINKS') });
  }
  const names = new Set(layers.map((layer) => layer.name));
  for (const layer of layers) layer.links = layer.links.filter((link) => names.has(link));
  return layers;
}

/// Names of the layers that `layer` reaches through links, itself included.
export function reachable(layers, layer) {
  const byName = new Map(layers.map((each) => [each.name, each]));
  const reached = new Set();
  const open = [layer.name];
  while (open.length > 0) {
    const name = open.pop();
    if (reached.has(name)) continue;
    reached.add(name);
    open.push(...(byName.get(name)?.links ?? []));
  }
  return reached;
}

/// The layer whose folder holds `path` (relative to server/src): the longest folder wins.
export function layerOf(layers, path) {
  let best;
  for (const layer of layers) {
    const inside = path.startsWith(`${layer.folder}/`);
    if (inside && (best === undefined || layer.folder.length > best.folder.length)) best = layer;
  }
  return best;
}

/// Problems of the table itself.
export function checkTable(layers) {
  const problems = [];
  const seen = new Set();
  for (const layer of layers) {
    for (const link of layer.links) {
      if (!seen.has(link)) {
        problems.push({
          file: 'server/CMakeLists.txt',
          line: 0,
          rule: 'layers',
          text: `${layer.name} links ${link}, which stands below it in the list`,
        });
      }
    }
    seen.add(layer.name);
  }
  return problems;
}

/// Problems of one file. `path` is relative to server/src; `exists` says whether a path is a file.
export function checkIncludes(layers, path, lines, exists) {
  const own = layerOf(layers, path);
  if (own === undefined) {
    return [{ line: 1, rule: 'layers', text: 'is in no layer of server/CMakeLists.txt' }];
  }
  const allowed = reachable(layers, own);
  const problems = [];
  lines.forEach((text, index) => {
    const include = text.match(/^\s*#\s*include\s+"([^"]+)"/)?.[1];
    if (include === undefined) return;
    const line = index + 1;
    if (!exists(include)) {
      problems.push({ line, rule: 'layers', text: `"${include}" is not a path from server/src` });
      return;
    }
    const other = layerOf(layers, include);
    if (other !== undefined && !allowed.has(other.name)) {
      problems.push({
        line,
        rule: 'layers',
        text: `${own.folder} may not include ${other.folder} ("${include}")`,
      });
    }
  });
  return problems;
}
