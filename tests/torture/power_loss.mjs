// What a loss of power leaves of a node's disk: of each page that was not synced the old or the new
// bytes, or sectors of both; of names a beginning of what happened to them, at least up to the last
// time that a folder was synced: file systems with a journal keep the order of names. A file's own
// fsync does not keep its name. It reads what power_loss.cpp has written down, after the process
// was killed.

import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';

const kPageBytes = 4096;
const kSectorBytes = 512;
const kNameOps = new Set(['N', 'U', 'R', 'X']);

export class PowerLoss {
  /// `disk` is the folder that loses, `log` the one that is written down in. A disk that `lies`
  /// has synced nothing when it says so.
  constructor(disk, log, lies) {
    this.disk = disk;
    this.log = log;
    this.lies = lies;
    this.forget();
  }

  get environment() {
    const lies = this.lies ? { TORTURE_DISK_LIES: '1' } : {};
    return { TORTURE_DISK: this.disk, TORTURE_DISK_LOG: this.log, ...lies };
  }

  /// Whatever is on the disk now is what it holds.
  forget() {
    rmSync(this.log, { recursive: true, force: true });
    mkdirSync(path.join(this.log, 'kept'), { recursive: true });
  }

  /// Takes back what was not synced, as drawn. Returns how many names and pages.
  strike(draw) {
    const ops = readOps(path.join(this.log, 'ops'));
    const names = this.#takeNamesBack(ops, draw);
    const pages = this.#takePagesBack(ops, draw);
    this.forget();
    return { names, pages };
  }

  #takeNamesBack(ops, draw) {
    const syncs = ops.filter(({ kind }) => kind === 'D' || kind === 'A');
    const durable = Math.max(0, ...syncs.map(({ through }) => through));
    const loose = ops.filter((op) => kNameOps.has(op.kind) && op.at >= durable);
    const kept = draw.chance(0.2) ? 0 : Math.floor(draw.between(0, loose.length + 1));
    const lost = loose.slice(kept).reverse();
    const tree = new Tree(this.disk, path.join(this.log, 'kept'));
    for (const op of lost) tree.takeBack(op);
    return lost.length;
  }

  #takePagesBack(ops, draw) {
    const synced = new Map();
    let all = 0;
    for (const op of ops) {
      if (op.kind === 'S') synced.set(op.inode, Math.max(synced.get(op.inode) ?? 0, op.through));
      if (op.kind === 'A') all = Math.max(all, op.through);
    }
    const files = new Map();
    for (const op of ops) {
      if (op.kind !== 'W' && op.kind !== 'Z') continue;
      if (op.at < all || op.at < (synced.get(op.inode) ?? 0)) continue;
      if (!files.has(op.inode)) files.set(op.inode, []);
      files.get(op.inode).push(op);
    }
    const tree = new Tree(this.disk);
    const pages = openSync(path.join(this.log, 'pages'), 'r');
    let lost = 0;
    for (const [inode, changes] of files) {
      const file = tree.find(inode);
      // A folder that was put back may have got the number of a file that is gone.
      if (file !== undefined && lstatSync(file).isFile())
        lost += takeFileBack(file, changes, pages, draw);
    }
    closeSync(pages);
    return lost;
  }
}

/// The lines of `ops`, each with the offset at which it stands.
function readOps(file) {
  const ops = [];
  let at = 0;
  for (const line of readFileSync(file, 'latin1').split('\n')) {
    if (line !== '') ops.push({ at, ...parseOp(line) });
    at += line.length + 1;
  }
  return ops;
}

function parseOp(line) {
  const [kind, ...words] = line.split(' ');
  const number = (i) => Number(words[i]);
  const name = (i) => Buffer.from(words[i], 'hex').toString();
  switch (kind) {
    case 'W':
      return {
        kind,
        inode: number(0),
        page: number(1),
        bytes: number(2),
        kept: number(3),
        size: number(4),
      };
    case 'Z':
      return { kind, inode: number(0), size: number(1) };
    case 'S':
      return { kind, inode: number(0), through: number(1) };
    case 'D':
      return { kind, folder: number(0), through: number(1) };
    case 'A':
      return { kind, through: number(0) };
    case 'N':
      return { kind, folders: [number(0)], names: [name(1)], inode: number(2) };
    case 'U':
      return {
        kind,
        folders: [number(0)],
        names: [name(1)],
        inode: number(2),
        folder: words[3] === 'd',
      };
    case 'R':
    case 'X':
      return {
        kind,
        folders: [number(0), number(2)],
        names: [name(1), name(3)],
        inode: number(4),
        replaced: number(5),
      };
    default:
      throw new Error(`power_loss.cpp wrote ${line}`);
  }
}

/// Files and folders by their inodes.
class Tree {
  constructor(root, kept) {
    this.root = root;
    this.kept = kept;
    this.scan();
  }

  scan() {
    this.paths = new Map([[lstatSync(this.root).ino, this.root]]);
    this.remade ??= new Map();
    const walk = (folder) => {
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        const below = path.join(folder, entry.name);
        this.paths.set(lstatSync(below).ino, below);
        if (entry.isDirectory()) walk(below);
      }
    };
    walk(this.root);
  }

  find(inode) {
    inode = this.remade.get(inode) ?? inode;
    const known = this.paths.get(inode);
    if (known !== undefined && inodeOf(known) === inode) return known;
    this.scan();
    return this.paths.get(inode);
  }

  /// Undoes one operation, the later ones being undone.
  takeBack(op) {
    const places = op.folders.map((inode, i) => {
      const folder = this.find(inode);
      return folder === undefined ? undefined : path.join(folder, op.names[i]);
    });
    if (places.includes(undefined)) return;
    const [place, target] = places;
    switch (op.kind) {
      case 'N':
        if (inodeOf(place) === op.inode) rmSync(place, { recursive: true });
        break;
      case 'U':
        this.#putBack(op.inode, place, op.folder);
        break;
      case 'R':
        if (inodeOf(target) !== op.inode || existsSync(place)) break;
        renameSync(target, place);
        if (op.replaced !== 0) this.#putBack(op.replaced, target, false);
        break;
      case 'X':
        if (!existsSync(place) || !existsSync(target)) break;
        renameSync(place, `${place}.exchanged`);
        renameSync(target, place);
        renameSync(`${place}.exchanged`, target);
        break;
    }
  }

  #putBack(inode, place, isFolder) {
    if (inodeOf(place) !== undefined) return;
    if (isFolder) {
      mkdirSync(place);
      this.remade.set(inode, inodeOf(place));
    } else {
      linkSync(path.join(this.kept, String(inode)), place);
    }
  }
}

function inodeOf(place) {
  return lstatSync(place, { throwIfNoEntry: false })?.ino;
}

/// Mixes what a file holds with what it held when it was synced. `changes` begin there.
function takeFileBack(file, changes, pages, draw) {
  const handle = openSync(file, 'r+');
  const sizeNow = fstatSync(handle).size;
  const sizeThen = changes[0].size;
  const before = new Map(); // of each page what it held first
  for (const { kind, page, bytes, kept } of changes) {
    if (kind !== 'W' || before.has(page)) continue;
    const content = Buffer.alloc(kPageBytes);
    readSync(pages, content, 0, bytes, kept);
    before.set(page, content);
  }
  const size = drawSize(draw, sizeThen, sizeNow);
  let lost = 0;
  for (const [page, old] of before) {
    const mixed = drawPage(draw, handle, page, old);
    if (mixed === undefined) continue;
    writeSync(handle, mixed, 0, kPageBytes, page * kPageBytes);
    ++lost;
  }
  ftruncateSync(handle, size);
  closeSync(handle);
  return lost;
}

function drawSize(draw, before, now) {
  if (draw.chance(0.4)) return now;
  if (draw.chance(0.6)) return before;
  return Math.floor(draw.between(Math.min(before, now), Math.max(before, now) + 1));
}

/// The page as the disk has it; undefined: as it is now.
function drawPage(draw, handle, page, old) {
  if (draw.chance(0.4)) return undefined;
  if (draw.chance(0.5)) return old;
  const torn = Buffer.alloc(kPageBytes);
  readSync(handle, torn, 0, kPageBytes, page * kPageBytes);
  for (let at = 0; at < kPageBytes; at += kSectorBytes) {
    if (draw.chance(0.5)) old.copy(torn, at, at, at + kSectorBytes);
  }
  return torn;
}
