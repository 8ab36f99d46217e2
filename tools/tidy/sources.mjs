// What clang-tidy is to read, with which flags, and what each source reads itself.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const kNotProduct = /_(test|bench|fuzz)\.cpp$/;
const kInclude = /^\s*#\s*include\s+"([^"]+)"/gm;

/// Every source of the product below server/src/FOLDER, sorted, as "FOLDER/…".
export function listSources(root, folders) {
  const found = new Set();
  for (const folder of folders) {
    for (const entry of readdirSync(path.join(root, folder), { recursive: true })) {
      const file = path.posix.normalize(path.posix.join(folder, entry));
      if (file.endsWith('.cpp') && !kNotProduct.test(file)) found.add(file);
    }
  }
  return [...found].sort();
}

/// The flags that change what a compiler makes of a source: not its name, not the object's.
export function flagsOf(command) {
  const words = (command.match(/(?:[^\s"\\]|\\.|"(?:[^"\\]|\\.)*")+/g) ?? []).map((word) =>
    word.replace(/"((?:[^"\\]|\\.)*)"/g, '$1').replace(/\\(.)/g, '$1'),
  );
  const flags = [];
  for (let at = 1; at < words.length; ++at) {
    if (words[at] === '-c' || words[at] === '-o') ++at;
    else flags.push(words[at]);
  }
  return flags;
}

/// compile_commands.json as a map from a source's full path to its flags.
export function parseCommands(text) {
  return new Map(JSON.parse(text).map(({ file, command }) => [file, flagsOf(command)]));
}

/// Hashes of everything of ours that a source reads. `read` gives a file's text, or undefined where
/// the name is not ours; each file is read once.
export class States {
  #read;
  #files = new Map();

  constructor(read) {
    this.#read = read;
  }

  /// One hash of `file`, every header that it includes, and `salt`; undefined for no such file.
  of(file, salt) {
    if (this.#file(file) === undefined) return undefined;
    const hash = createHash('sha256').update(salt);
    for (const each of [...this.#closure(file)].sort()) {
      hash.update(`\n${each} ${this.#file(each).digest}`);
    }
    return hash.digest('hex');
  }

  #file(file) {
    if (!this.#files.has(file)) {
      const text = this.#read(file);
      const digest = text && createHash('sha256').update(text).digest('hex');
      const includes = text && [...text.matchAll(kInclude)].map((match) => match[1]);
      this.#files.set(file, text === undefined ? undefined : { digest, includes });
    }
    return this.#files.get(file);
  }

  #closure(file) {
    const reached = new Set([file]);
    for (const each of reached) {
      for (const include of this.#file(each).includes) {
        if (this.#file(include) !== undefined) reached.add(include);
      }
    }
    return reached;
  }
}

/// A reader for States: names are relative to `root`.
export function readerOf(root) {
  return (file) => {
    try {
      return readFileSync(path.join(root, file), 'utf8');
    } catch (error) {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    }
  };
}
