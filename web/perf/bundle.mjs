// What a browser must load before it shows anything: the page's scripts and what they import.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

import { atMost } from './budget.mjs';

const kDist = path.join(import.meta.dirname, '../dist');

export function measureBundle() {
  const page = readFileSync(path.join(kDist, 'index.html'), 'utf8');
  const sizes = { js: 0, css: 0 };
  const seen = new Set();
  const add = (file) => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = readFileSync(file);
    const kind = file.endsWith('.css') ? 'css' : 'js';
    sizes[kind] += gzipSync(text, { level: 9 }).length;
    if (kind === 'css') return;
    // Only what is imported statically is needed at once.
    for (const [, name] of text.toString().matchAll(/(?:import|from)\s*["'](\.[^"']+\.js)["']/g)) {
      add(path.join(path.dirname(file), name));
    }
  };
  for (const [, name] of page.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.(?:js|css))"/g)) {
    add(path.join(kDist, name));
  }
  atMost('initial JavaScript, gzip', sizes.js / 1024, 'KB', 300);
  atMost('initial styles, gzip', sizes.css / 1024, 'KB', 30);
}
