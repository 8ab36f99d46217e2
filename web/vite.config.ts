import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// The bundle is served by the studio's own server under a Content-Security-Policy without
// 'unsafe-inline': nothing may be inlined, neither scripts nor data: URLs.
export default defineConfig({
  base: './',
  plugins: [react()],
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
  },
  test: {
    include: ['src/**/*.test.ts'],
    environment: 'node',
  },
});
